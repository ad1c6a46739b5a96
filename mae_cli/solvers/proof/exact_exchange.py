"""Exchanges that end a search exactly: from the vertex that it found to one whose proof holds.

A search in floats, among targets that are moved a little, hardly ever ends beside the optimum; where large outliers,
ties, weights of many decades or nearly dependent columns make it, each exchange here sees all rows, with residuals and
multipliers beyond doubt (Barrodale and Roberts, 1973). Ties are broken by an infinitesimal perturbation: a row whose
residual is zero is reached at once, in the order in which the perturbation would reach it (Edelsbrunner and Mücke,
1990), so that exchanges cannot go in circles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, whole
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.band import is_small, relative_distance
from mae_cli.solvers.prepare.precision import UNIT
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.proof.certificate import Bound
from mae_cli.solvers.proof.vertex_basis import VertexBasis
from mae_cli.solvers.proof.vertex_proof import Vertex, VertexProof, prove, vertices_through
from mae_cli.solvers.proof.vertex_sums import VertexView
from mae_cli.solvers.search.exchange import Optimum
from mae_cli.solvers.solution import ROUNDED_GAP

# So many rows that would make a basis dependent are passed over on one edge.
_MOST_REFUSED = 20
# A row whose rate along an edge is no more than this share of what it is the sum of does not move.
_STILL = 64


@dataclass(frozen=True, eq=False)
class Settled:
    """The end of the exchanges.

    Attributes:
        proof: of the vertex with the smallest loss.
        bound: of it, with the best lower bound that was proved on the way.
        exchanges: made.
    """

    proof: VertexProof
    bound: Bound
    exchanges: int

    @property
    def is_solved(self) -> bool:
        """Whether no exchange is left to be made."""
        return self.bound.is_optimal or self.proof.is_final


def settle_from(problem: Problem, optimum: Optimum, tolerance: float, first: VertexProof | None) -> Settled | None:
    """Settle the end of a search, or begin with the rows nearest to there if it has no basis; None if they are none.

    Its vertex has a `first` proof already, or none.
    """
    if len(optimum.basis) == len(problem.whitening.kept):
        settled = settle(problem, optimum.basis, tolerance, first)
        if settled is not None:
            return settled
    basis = _nearest_basis(problem, optimum)
    return None if basis is None else settle(problem, basis, tolerance)


def settle(problem: Problem, basis: Positions, tolerance: float, first: VertexProof | None = None) -> Settled | None:
    """Prove the vertex of a basis, or exchange its rows until one is proved to be optimal; None if it is no basis.

    Exchanges that take long end when the relative gap is within the `tolerance`. Of the basis itself there may be a
    `first` proof already.
    """
    budget = _budget(problem)
    best: VertexProof | None = None
    latest: VertexProof | None = None
    lower_bound, exchanges, refused = -np.inf, 0, np.zeros(0, dtype=np.intp)
    following: Positions | None = basis
    while following is not None:
        # What floats blur once they would blur again.
        is_thorough = best is not None and best.vertex.view.is_thorough
        proof = first or prove_basis(problem, following, is_thorough=is_thorough)
        first = None
        if proof is None:  # but for rounding, the row that came in depends on the others
            if latest is None or latest.worst is None or len(refused) == _MOST_REFUSED:
                break
            refused = np.append(refused, following[latest.worst])
            following = exchanged(latest, latest.worst, refused)
            continue
        latest, refused = proof, np.zeros(0, dtype=np.intp)
        lower_bound = max(lower_bound, proof.bound.lower_bound)
        if best is None or proof.bound.loss <= best.bound.loss or proof.worst is None:
            best = proof
        if proof.worst is None or exchanges == budget or _is_enough(problem, best, lower_bound, exchanges, tolerance):
            break
        following = exchanged(proof, proof.worst, refused)
        exchanges += 1
    if best is None:
        return None
    best = _rounded_well(best)
    # The bound of another vertex says nothing of how the loss of this one was rounded.
    others = lower_bound - best.rounding / best.sums.loss * best.bound.loss if best.sums.loss > 0 else 0.0
    return Settled(best, replace(best.bound, lower_bound=max(best.bound.lower_bound, others)), exchanges)


def _is_enough(problem: Problem, best: VertexProof, lower_bound: float, exchanges: int, tolerance: float) -> bool:
    """Whether no further exchange is worth it."""
    is_near = best.bound.is_optimal or best.bound.loss - lower_bound <= tolerance * best.bound.loss
    is_late = is_near and exchanges >= problem.limits.fewest_exchanges
    return best.is_perfect_enough or is_late


def _rounded_well(proof: VertexProof) -> VertexProof:
    """The proof, or that of the same vertex written with another intercept where rounding costs much."""
    bound = proof.bound
    if bound.is_perfect or not proof.vertex.problem.standard.intercept or bound.gap <= ROUNDED_GAP * bound.loss:
        return proof
    point = proof.vertex.rounded_best()
    return proof if point is proof.vertex.point else proof.vertex.written_as(point).prove()


def _nearest_basis(problem: Problem, optimum: Optimum) -> Positions | None:
    """The independent rows nearest to a search's end; None for many rows, or when there are too few."""
    whitening = problem.whitening
    if isinstance(whitening, AbsorbedWhitening) or not is_small(problem.rows.shape, problem.limits.dense_size):
        return None
    block = problem.standard(whole(problem.rows))
    rows = whitening.band_rows(block.design)
    distance = relative_distance(block.residual(problem.standard_point(optimum.step)), rows.leverage)
    return rows.nearest_basis(np.argsort(distance, kind="stable"))


def prove_basis(problem: Problem, basis: Positions, *, is_thorough: bool = False) -> VertexProof | None:
    """The proof of the vertex of a basis; None if its rows are dependent."""
    return prove_bases([problem], [basis], is_thorough=is_thorough)[0]


def prove_bases(
    problems: Sequence[Problem], bases: Sequence[Positions], *, is_thorough: bool = False
) -> list[VertexProof | None]:
    """The proofs of the vertices of problems over the same rows, by as few passes as may be; None for no basis.

    Residuals have twice the digits where floats blur a proof, or in any case.
    """
    found = [_basis(problem, basis) for problem, basis in zip(problems, bases, strict=True)]
    some = {number: basis for number, basis in enumerate(found) if basis is not None}
    through = vertices_through([problems[number] for number in some], list(some.values()), is_thorough=is_thorough)
    vertices = dict(zip(some, through, strict=True))
    at_once = {number: each for number, each in vertices.items() if _is_worth_a_look(each)}
    proofs = dict(zip(at_once, prove(list(at_once.values())), strict=True)) if at_once else {}
    return [_sharpened(vertices.get(number), proofs.get(number)) for number in range(len(bases))]


class FirstProofs:
    """Tries to prove the first vertex that a search finds for each of some problems, so that it can end at once.

    After one that is not optimal, signs are checked until all are right: a check is cheaper than a proof.

    Args:
        problems: in which the vertices are proved.
        is_thorough: whether residuals have twice the digits in any case.
    """

    def __init__(self, problems: Sequence[Problem], *, is_thorough: bool = False) -> None:
        self._problems, self._is_thorough = problems, is_thorough
        self._tried: set[int] = set()
        self._proofs: dict[int, VertexProof] = {}

    def __call__(self, numbers: Sequence[int], bases: Sequence[Positions]) -> list[float | None]:
        """The objectives of those problems whose vertices are proved now, given by their numbers; else None."""
        first = {number: basis for number, basis in zip(numbers, bases, strict=True) if number not in self._tried}
        problems = [self._problems[number] for number in first]
        found = prove_bases(problems, list(first.values()), is_thorough=self._is_thorough)
        proved = {number: proof for number, proof in zip(first, found, strict=True) if proof is not None}
        self._proofs.update(proved)
        self._tried.update(first)
        return [2 * proved[each].sums.loss if each in proved and proved[each].is_final else None for each in numbers]

    def of(self, number: int, basis: Positions) -> VertexProof | None:
        """The proof of a problem's vertex of these rows, if it was made."""
        proof = self._proofs.get(number)
        return proof if proof is not None and np.array_equal(proof.vertex.basis.positions, basis) else None


def _basis(problem: Problem, positions: Positions) -> VertexBasis | None:
    try:
        return VertexBasis.of(problem, positions)
    except np.linalg.LinAlgError:
        return None


def _is_worth_a_look(vertex: Vertex) -> bool:
    """Whether a proof from residuals in floats may do."""
    return vertex.view.is_thorough or not vertex.is_rounded_coarsely


def _sharpened(vertex: Vertex | None, proof: VertexProof | None) -> VertexProof | None:
    """The proof, from residuals in twice the digits where floats blur it."""
    if vertex is None:
        return None
    if proof is not None and proof.is_blurred:
        proof = proof.with_measured_numbers()
    if proof is not None and proof.is_sharp:
        return proof
    return Vertex.of(vertex.problem, vertex.basis.positions, is_thorough=True).prove()


def _budget(problem: Problem) -> int:
    (count, columns), limits = problem.rows.shape, problem.limits
    affordable = limits.most_work // (2 * count * columns + len(problem.whitening.kept) ** 3 + 1)
    return min(max(affordable, limits.fewest_exchanges), limits.most_exchanges)


def exchanged(proof: VertexProof, leaving: int, refused: Positions) -> Positions | None:
    """The basis after the row at place `leaving` is freed for another than the `refused`; None if nothing stops it."""
    basis, view = proof.vertex.basis, proof.vertex.view
    freed = np.zeros(len(basis.positions))
    # The freed row's residual grows to the side on which its slope is less than its multiplier.
    freed[leaving] = -1.0 if proof.multipliers[leaving] > 0 else 1.0
    side = view.quantile if proof.multipliers[leaving] > 0 else 1 - view.quantile
    enough = float(proof.outside[leaving] * side * basis.weights[leaving])
    look = _Ahead(view, basis.solve_plainly(freed), enough, refused)
    stops = _Stops.joined(list(proof.vertex.problem.rows.map(look))).first(enough)
    if stops is None:
        return None
    following = basis.positions.copy()
    following[leaving] = stops
    return following


@dataclass(frozen=True, eq=False)
class _Stops:
    """Rows whose residual becomes zero along an edge, in the order in which it does.

    Attributes:
        rows: positions.
        lengths: of the way to there, and in the perturbation, (s, 2).
        slopes: ω·|rate|, by which the slope of the loss rises there.
    """

    rows: Positions
    lengths: FloatArray
    slopes: FloatArray

    @staticmethod
    def joined(parts: "list[_Stops]") -> "_Stops":
        rows, lengths, slopes = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "lengths", "slopes")
        )
        order = np.lexsort((lengths[:, 1], lengths[:, 0]))
        return _Stops(rows[order], lengths[order], slopes[order])

    def until(self, enough: float) -> "_Stops":
        """Those up to where their slopes add up to `enough`."""
        count = int(np.cumsum(self.slopes).searchsorted(enough)) + 1
        return _Stops(self.rows[:count], self.lengths[:count], self.slopes[:count])

    def first(self, enough: float) -> int | None:
        """The position of the row where the slopes add up to `enough`."""
        place = int(np.cumsum(self.slopes).searchsorted(enough))
        return int(self.rows[place]) if place < len(self.rows) else None


@dataclass(frozen=True, eq=False)
class _Ahead:
    """Looks for the rows ahead on an edge, in the direction (p,), that could stop the way."""

    view: VertexView
    direction: FloatArray
    enough: float
    refused: Positions

    def __call__(self, block: Block) -> _Stops:
        seen = self.view.seen(block)
        rate = self.view.standard.product(seen.shifted, self.direction)
        rounding = _STILL * UNIT * self.view.standard.product_numbers(seen.shifted, self.direction)
        ahead = np.flatnonzero((seen.sides * rate > 0) & (np.abs(rate) > rounding))
        ahead = ahead[~np.isin(block.positions[ahead], self.refused)]
        lengths = np.zeros((len(ahead), 2))
        lengths[:, 0] = seen.residual[ahead] / rate[ahead]
        tied = np.flatnonzero(np.isin(ahead, seen.tied))
        lengths[tied, 0] = 0.0
        perturbed = self.view.perturbed_residual(seen.shifted.part(ahead[tied]))
        lengths[tied, 1] = perturbed / rate[ahead[tied]]
        slopes = np.abs(rate[ahead]) * block.weight_values[ahead]
        return _Stops.joined([_Stops(block.positions[ahead], lengths, slopes)]).until(self.enough)
