"""The end of a search settled: by a few exchanges, or by a second search among the residuals of where it ended.

Floats know a residual to the rounding of the numbers that it is the difference of. Where most residuals are a millionth
of these numbers or less, as of a law with a few outliers, or of targets that are rounded predictions, a search ends
near the optimum, and exchanges, each of which sees all rows, would have to go the rest of the way. The residuals of the
plane where it ended, computed in twice the digits, are a target of their own: among them the same search is as sharp as
among any. It only proposes a basis, which is proved in the problem as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mae_cli.rows.blocks import Block, TransformedRows
from mae_cli.solvers.absolute import Found, Searches
from mae_cli.solvers.prepare.double_double import DoubleDouble
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.proof.exact_exchange import Settled, prove_basis, settle, settle_from
from mae_cli.solvers.proof.first_proofs import FirstProofs
from mae_cli.solvers.proof.vertex_proof import Vertex, VertexProof
from mae_cli.solvers.search.exchange import Optimum

# A search is often only so many exchanges away from the optimum.
_FEW_EXCHANGES = 4
# So many searches among residuals follow each other, each from where the one before it ended.
_MOST_SEARCHES = 4


@dataclass(frozen=True, eq=False)
class Start:
    """How a search for vertices begins.

    Attributes:
        minimise: searches.
        sample: of the rows, in standard units, that it begins with; None where it takes its own.
    """

    minimise: Callable[[Searches], list[Found]]
    sample: Block | None


def settle_closely(
    problem: Problem, optimum: Optimum, proof: VertexProof | None, start: Start, tolerance: float
) -> Settled | None:
    """Settle the end of a search; None where that is no vertex.

    Args:
        problem: to be solved.
        optimum: the end of the search.
        proof: of its vertex, if there is one.
        start: of the search.
        tolerance: on the relative gap, within which exchanges that take long end.
    """
    settled = settle_from(problem, optimum, tolerance, proof, _FEW_EXCHANGES)
    if settled is None or settled.is_solved:
        return settled
    closer, steps = _closest(settled.proof, start)
    last = settle(problem, closer.vertex.basis.positions, tolerance, closer)
    if last is None:
        return settled
    best = last if last.is_solved or last.bound.loss <= settled.bound.loss else settled
    return replace(best, exchanges=settled.exchanges + steps + last.exchanges)


def _closest(proof: VertexProof, start: Start) -> tuple[VertexProof, int]:
    """The proof of the best vertex that searches among residuals find from here, and how many steps these took."""
    steps = 0
    for _ in range(_MOST_SEARCHES):
        closer = search_closer(proof, start)
        if closer is None:
            break
        found, proof = closer
        steps += found.optimum.iterations
        if proof.worst is None:
            break
    return proof, steps


def search_closer(proof: VertexProof, start: Start) -> tuple[Found, VertexProof] | None:
    """The end of a search among the residuals of a vertex that is not optimal, and its proof; None if no better."""
    problem = proof.vertex.problem
    closer = _seen_from(proof.vertex)
    # Beside large residuals a proof from floats would not notice that it does not know the signs of the small ones.
    proofs = FirstProofs([problem], is_thorough=True)
    (found,) = start.minimise(Searches([closer], _untold, _unbounded, proofs, _sampled(closer, start.sample)))
    basis = found.optimum.basis
    if len(basis) != len(problem.whitening.kept):
        return None
    last = proofs.of(0, basis) or prove_basis(problem, basis, is_thorough=True)
    return (found, last) if last is not None and _is_better(last, proof) else None


def _seen_from(vertex: Vertex) -> Problem:
    """The problem whose targets are the residuals of a vertex."""
    problem = vertex.problem
    rows = TransformedRows(problem.rows, _Residual(PreciseColumns(problem.standard), vertex.plane.coefficients))
    standard = replace(problem.standard, target_shift=0.0)
    return replace(problem, rows=rows, standard=standard, standard_rows=TransformedRows(rows, standard))


def _sampled(problem: Problem, sample: Block | None) -> Block | None:
    """The rows of a sample, with the targets of a problem."""
    return sample and replace(sample, target=problem.standard(problem.rows.take(sample.positions)).target)


def _is_better(proof: VertexProof, other: VertexProof) -> bool:
    """Whether a proof is worth going on from: it is one, or its loss or its gap is smaller."""
    return proof.worst is None or proof.sums.loss < other.sums.loss or proof.bound.gap < other.bound.gap


@dataclass(frozen=True, eq=False)
class _Residual:
    """Puts the residuals of a plane, of twice the digits, in the place of the targets; in the user's units."""

    columns: PreciseColumns
    plane: DoubleDouble

    def __call__(self, block: Block) -> Block:
        residual = self.columns.residual(block, self.plane)
        return replace(block, target=residual.high * self.columns.standard.target_scale)


def _untold(_: int, __: float) -> None:
    """The losses of a second search say nothing new."""


def _unbounded(*_: object) -> None:
    """It looks for a vertex, whatever a bound may be."""
