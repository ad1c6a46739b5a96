"""The end of a search settled: by its proof, or by a second search among the residuals of where it ended.

Floats know a residual to the rounding of the numbers that it is the difference of, and a search moves targets by a
little more than that, to break ties. Where residuals are smaller still, as of targets that are rounded predictions, it
ends near the optimum, and exchanges, each of which sees all rows, would have to go the rest of the way. The residuals
of the plane where it ended, computed in twice the digits, are a target of their own: among those that the first search
could not tell from ties, a second one breaks ties at their scale. It only proposes a basis, which is proved in the
problem as it is.
"""

from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import Positions
from mae_cli.rows.blocks import Block, TransformedRows
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.absolute import sample_size, usual_length
from mae_cli.solvers.prepare.band import relative_distance
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.precision import DoubleDouble
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.ties import TieBreaking
from mae_cli.solvers.proof.exact_exchange import FirstProofs, Settled, prove_basis, settle, settle_from
from mae_cli.solvers.proof.vertex_proof import Vertex, VertexProof
from mae_cli.solvers.search.all_rows import AllRows, Outlook
from mae_cli.solvers.search.exchange import Optimum
from mae_cli.solvers.search.screening import few_rows, minimise, screen

# A search may take residuals for ties that are so many times as large as what it breaks ties by.
_AMPLIFIED = 100.0


def settle_closely(problem: Problem, optimum: Optimum, proof: VertexProof | None, tolerance: float) -> Settled | None:
    """Settle the end of a search; None where that is no vertex.

    Args:
        problem: to be solved.
        optimum: the end of the search.
        proof: of its vertex, if there is one.
        tolerance: on the relative gap, within which exchanges that take long end.
    """
    first = proof or _first_proof(problem, optimum)
    if first is None or first.is_final:
        return settle_from(problem, optimum, tolerance, first)
    closer, steps = _closest(first)
    settled = settle(problem, closer.vertex.basis.positions, tolerance, closer)
    if settled is None or not (settled.is_solved or settled.bound.loss <= first.bound.loss):
        settled = Settled(first, first.bound, 0)
    return replace(settled, exchanges=steps + settled.exchanges)


def _first_proof(problem: Problem, optimum: Optimum) -> VertexProof | None:
    is_vertex = len(optimum.basis) == len(problem.whitening.kept)
    return prove_basis(problem, optimum.basis) if is_vertex else None


def _closest(proof: VertexProof) -> tuple[VertexProof, int]:
    """The proof of the best vertex that searches among residuals find from here, and how many steps these took."""
    ties, steps = _broken_by(proof.vertex), 0
    for _ in range(proof.vertex.problem.limits.second_searches):
        outlook, count = _look_around(proof.vertex, ties)
        found, last = search_closer(proof.vertex.problem, outlook, count)
        ties, steps = outlook.ties, steps + found.iterations
        if last is not None and _is_better(last, proof):
            proof = last
        if proof.worst is None:
            break
    return proof, steps


def _broken_by(vertex: Vertex) -> TieBreaking:
    """About how far the search that ended at a vertex moved targets."""
    residual, target = (each.standard_rows.take(_sample(each)).target for each in (_seen_from(vertex), vertex.problem))
    return TieBreaking.of(residual, target)


def search_closer(problem: Problem, outlook: Outlook, count: int) -> tuple[Optimum, VertexProof | None]:
    """The end of a search as it is seen from a vertex, and the proof of its own vertex, if it has one."""
    # Beside large residuals a proof from floats would not notice that it does not know the signs of the small ones.
    proofs = FirstProofs([problem], is_thorough=True)
    (found,) = screen(AllRows([outlook], proofs), [count], minimise)
    if len(found.basis) != len(outlook.origin):
        return found, None
    return found, proofs.of(0, found.basis) or prove_basis(problem, found.basis, is_thorough=True)


def _seen_from(vertex: Vertex) -> Problem:
    """The problem whose targets are the residuals of a vertex."""
    problem = vertex.problem
    rows = TransformedRows(problem.rows, _Residual(PreciseColumns(problem.standard), vertex.plane.coefficients))
    standard = replace(problem.standard, target_shift=0.0)
    return replace(problem, rows=rows, standard=standard, standard_rows=TransformedRows(rows, standard))


def _look_around(vertex: Vertex, ties: TieBreaking) -> tuple[Outlook, int]:
    """The residuals of a vertex as a problem, and about how many of them a search takes for ties if it breaks these."""
    problem = _seen_from(vertex)
    (total, columns), limits = (problem.rows.shape[0], len(problem.whitening.kept)), problem.limits
    sample = problem.standard_rows.take(_sample(problem))
    lengths = problem.whitening.band_rows(sample.design).leverage
    distance = relative_distance(sample.target, lengths)
    near = sample.target[np.abs(sample.target) <= _AMPLIFIED * ties.width]
    count = int(len(near) / len(distance) * total)
    outlook = Outlook(
        problem=problem,
        origin=np.zeros(columns),
        distance=distance,
        unusual=usual_length(lengths),
        ties=ties.finer(near),
        steps=0,
    )
    return outlook, min(max(count, few_rows((total, columns))), limits.largest_band // columns, total)


def _sample(problem: Problem) -> Positions:
    shape = problem.rows.shape[0], len(problem.whitening.kept)
    return scattered(shape[0], sample_size(shape, problem.limits))


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
