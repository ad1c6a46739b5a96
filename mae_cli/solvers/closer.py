"""The end of a search settled: by a few exchanges, or by a second search among the residuals of where it ended.

Floats know a residual to the rounding of the numbers that it is the difference of. Where most residuals are a millionth
of these numbers or less, as of a law with a few outliers, or of targets that are rounded predictions, a search ends
near the optimum, and exchanges, each of which sees all rows, would have to go the rest of the way. The residuals of the
plane where it ended, computed in twice the digits, are a target of their own: among them the same search is as sharp as
among any. It only proposes a basis, which is proved in the problem as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import Positions
from mae_cli.rows.blocks import Block, TransformedRows
from mae_cli.solvers.absolute import Found, Searches
from mae_cli.solvers.prepare.double_double import DoubleDouble
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.proof.exact_exchange import Settled, prove_basis, settle, settle_from
from mae_cli.solvers.proof.vertex_proof import VertexProof

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
    problem: Problem, found: Found, proof: VertexProof | None, start: Start, tolerance: float
) -> Settled | None:
    """Settle the end of a search; None where that is bounded already, or is no vertex.

    Args:
        problem: to be solved.
        found: the end of the search.
        proof: of a vertex that was met on the way; it may be that of the end.
        start: of the search.
        tolerance: on the relative gap, within which exchanges that take long end.
    """
    if found.bound:
        return None
    is_of_end = proof is not None and np.array_equal(proof.vertex.basis.positions, found.optimum.basis)
    settled = settle_from(problem, found.optimum, tolerance, proof if is_of_end else None, _FEW_EXCHANGES)
    if settled is None or settled.is_solved:
        return settled
    closer, steps = _closest(settled.proof, start)
    last = settle(problem, closer.vertex.basis.positions, tolerance, closer)
    return settled if last is None else replace(last, exchanges=settled.exchanges + steps + last.exchanges)


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
    residual = _Residual(PreciseColumns(problem.standard), proof.vertex.plane.coefficients)
    rows = TransformedRows(problem.rows, residual)
    standard = replace(problem.standard, target_shift=0.0)
    closer = replace(problem, rows=rows, standard=standard, standard_rows=TransformedRows(rows, standard))
    sample = start.sample
    seen = None if sample is None else replace(sample, target=standard(rows.take(sample.positions)).target)
    proofs: list[VertexProof] = []

    def prove(_: Sequence[int], bases: Sequence[Positions]) -> list[float | None]:
        if proofs or not bases:  # after a first vertex that was none, signs are checked until all are right
            return [None] * len(bases)
        first = prove_basis(problem, bases[0], is_thorough=True)
        if first is None:
            return [None]
        proofs.append(first)
        return [2 * first.sums.loss if first.worst is None else None]

    (found,) = start.minimise(Searches([closer], _untold, _unbounded, prove, seen))
    if len(found.optimum.basis) != len(problem.whitening.kept):
        return None
    # Beside large residuals a proof from floats would not notice that it does not know the signs of the small ones.
    is_proved = bool(proofs) and proofs[0].worst is None
    last = proofs[0] if is_proved else prove_basis(problem, found.optimum.basis, is_thorough=True)
    return (found, last) if last is not None and _is_better(last, proof) else None


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
