"""Problems beside a solved one, by one pass: other factors on the weights, given coefficients, a few rows more.

At the solved vertex one pass gathers, for all problems at once, the rows whose residual could change its sign on the
way to their vertices, and what all others add to every sum. A row at distance |r| / ‖v‖ cannot change its sign while
the point moves by less than that (by the inequality of Cauchy and Schwarz), so no further pass has to look for wrong
signs: a step that is longer than the width of the band is seen. Each problem is then searched in the band, and proved
from the sums of the others and the rows of the band.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import BLOCK_ROWS, Block, join
from mae_cli.rows.factors import Factors
from mae_cli.rows.sampling import scattered
from mae_cli.rows.sums import Sums
from mae_cli.solvers.band import relative_distance
from mae_cli.solvers.exchange import Optimum, Outcome
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.rounding import UNIT, sums_rounding
from mae_cli.solvers.shared_band import SharedBand, minimise_together
from mae_cli.solvers.standardise import Standardisation
from mae_cli.solvers.ties import Ties
from mae_cli.solvers.vertex_basis import VertexBasis
from mae_cli.solvers.vertex_proof import Vertex, VertexProof, vertices_through
from mae_cli.solvers.vertex_sums import SidedRows, VertexSums, VertexView, sums_together
from mae_cli.solvers.visit import visit
from mae_cli.solvers.whitening import GRAM_CONDITION, Whitening

_SAMPLE_ROWS = 10_000
# What rounding can make of distances and lengths, as a share of them, where columns are not nearly dependent.
_ROUNDING = 1e-6
# Residuals are told from zero by this share of what they are the sum of: a hundred times their rounding, and more.
_MARGIN = 1e-12


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A problem beside the solved one.

    Attributes:
        problem: to be solved, over the same rows.
        factors: on the weights of the solved one.
        extra: the rows that it has beside those of the solved one, at positions behind theirs.
    """

    problem: Problem
    factors: Factors | None
    extra: Block | None = None


@dataclass(frozen=True, eq=False)
class _Outside(Sums):
    """Sums over the rows outside of the band in standard units, for m problems; see `VertexSums`.

    Attributes:
        weight: (m,) Σωf of all rows.
        outside_weight: (m,) Σωf.
        dual: (m,) Σωfμr at the solved vertex.
        mass: (m,) Σωf|μ|.
        numbers: (m,) Σωf|μ|·(|y| + Σ|z·β|) at the solved vertex.
        gradient: (m, p) Σωfμz.
        blocks: number of blocks.
    """

    weight: FloatArray
    outside_weight: FloatArray
    dual: FloatArray
    mass: FloatArray
    numbers: FloatArray
    gradient: FloatArray
    blocks: int

    def at(self, number: int, view: VertexView, solved: VertexView, count: int) -> VertexSums:
        """The sums of one problem at its own vertex: none of these rows changes its side on the way to there."""
        gradient, step = self.gradient[number], view.point - solved.point
        mass, widest = float(self.mass[number]), view.standard.widest
        dual = float(self.dual[number] - gradient @ step)
        # The gradient is rounded as it was added up, and its product with a step.
        added_up = (sums_rounding(count) + UNIT * self.blocks) * mass * widest * float(np.abs(step).sum())
        product = len(step) * UNIT * float(np.abs(gradient * step).sum())
        moved = float(view.written[0] * gradient[0]) if view.standard.intercept else 0.0
        nothing = np.zeros(0, dtype=np.intp)
        return VertexSums(
            weight=float(self.outside_weight[number]),
            loss=dual - moved,
            dual=dual,
            gap=0.0,
            mass=float(self.mass[number]),
            gradient=gradient,
            blocks=self.blocks,
            tied=SidedRows(nothing, np.zeros(0)),
            blurred=SidedRows(nothing, np.zeros(0)),
            rounding=2 * (added_up + product),
        )


@dataclass(frozen=True, eq=False)
class _Gathered:
    """What a block says: its near rows as read, their residuals and weights (m, near), and sums over the others."""

    near: Block
    residual: FloatArray
    weights: FloatArray
    outside: _Outside


@dataclass(frozen=True, eq=False)
class _Gather:
    """Gathers the near rows of the solved vertex."""

    points: FloatArray
    standard: Standardisation
    whitening: Whitening
    quantile: float
    width: float
    margin: float
    factors: tuple[Factors | None, ...]
    batch: int

    def __call__(self, block: Block, shifted: Block, residuals: FloatArray) -> _Gathered:
        residual, near = residuals[0], np.arange(len(block.target))
        if np.isfinite(self.width):
            leverage = self.whitening.band_rows(self.standard(block).design).leverage
            near = np.flatnonzero(np.abs(residual) <= self.width * (1 + _ROUNDING) * leverage + self.margin)
        slopes = np.where(residual > 0, self.quantile, self.quantile - 1)
        slopes[near] = 0.0
        sides = np.sign(slopes)
        sizes = np.column_stack([sides, sides * self.standard.numbers(shifted, self.points[0])])
        batches = [self.factors[start : start + self.batch] for start in range(0, len(self.factors), self.batch)]
        weights, sums = [], []
        for batch in batches:
            multiplied = _weights(block, batch)
            weights.append(multiplied[:, near])
            weight = multiplied.sum(axis=1)
            multiplied *= slopes
            mass, numbers = (multiplied @ sizes).T
            sums.append(
                _Outside(
                    weight=weight,
                    outside_weight=weight - weights[-1].sum(axis=1),
                    dual=(multiplied * residual).sum(axis=1),
                    mass=mass,
                    numbers=numbers,
                    gradient=self.standard.pulls(shifted, multiplied),
                    blocks=1,
                )
            )
        return _Gathered(block.part(near), residual[near], np.concatenate(weights), _side_by_side(sums))


def _weights(block: Block, factors: Sequence[Factors | None]) -> FloatArray:
    """(m, b) ωf."""
    records, ones = block.record_numbers, np.ones(len(block.target))
    return np.stack([block.weighted(ones if each is None else each(records)) for each in factors])


def _side_by_side(parts: Sequence[_Outside]) -> _Outside:
    return _Outside(
        weight=np.concatenate([part.weight for part in parts]),
        outside_weight=np.concatenate([part.outside_weight for part in parts]),
        dual=np.concatenate([part.dual for part in parts]),
        mass=np.concatenate([part.mass for part in parts]),
        numbers=np.concatenate([part.numbers for part in parts]),
        gradient=np.concatenate([part.gradient for part in parts]),
        blocks=1,
    )


def solve_neighbours(proof: VertexProof, neighbours: Sequence[Neighbour]) -> list[VertexProof | None]:
    """The proofs of the neighbours' vertices; None for those that one pass cannot settle."""
    base = proof.vertex.problem
    whitening = base.whitening
    if not neighbours or not isinstance(whitening, Whitening) or whitening.condition > GRAM_CONDITION:
        return [None] * len(neighbours)
    share, width = _band(proof, neighbours)
    at_once = max(1, int(base.limits.most_weights / (share * base.rows.shape[0])))
    proofs: list[VertexProof | None] = []
    for start in range(0, len(neighbours), at_once):
        some = neighbours[start : start + at_once]
        gather = _Gather(
            points=proof.vertex.view.point[np.newaxis],
            standard=base.standard,
            whitening=whitening,
            quantile=base.absolute_loss.quantile,
            width=width,
            margin=_MARGIN * proof.vertex.view.reach,
            factors=tuple(neighbour.factors for neighbour in some),
            batch=base.limits.batch,
        )
        (gathered,) = visit([base.rows], base.standard, [gather])
        proofs += _Neighbourhood(proof, width, some, gathered).solved()
    return proofs


def _band(proof: VertexProof, neighbours: Sequence[Neighbour]) -> tuple[float, float]:
    """The share of the rows that a band holds, and its width: how far points may move.

    Sampling errors move them over about k·√(Var f / n) of the rows.
    """
    base, origin = proof.vertex.problem, proof.vertex.view.point
    count, columns = base.rows.shape[0], len(base.whitening.kept)
    sample = base.rows.take(scattered(count, _SAMPLE_ROWS))
    spread = max(_spread(neighbour.factors, sample.record_numbers) for neighbour in neighbours)
    limits = base.limits
    share = max(limits.band_width * columns * spread / np.sqrt(count), (columns + 1) * limits.fewest_rows / count)
    if share > limits.most_of_all:
        return 1.0, float(np.inf)
    standard = base.standard
    leverage = base.whitening.band_rows(standard(sample).design).leverage
    distance = relative_distance(standard.residual(standard.shifted(sample), origin), leverage)
    return float(share), float(np.quantile(distance, share))


def _spread(factors: Factors | None, records: Positions) -> float:
    """The standard deviation of the factors as a share of their mean; 1 where the weights stay as they are."""
    if factors is None:
        return 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        values = factors(records)
        spread = float(values.std() / values.mean()) if values.any() else np.inf
    return spread if np.isfinite(spread) else np.inf


class _Neighbourhood:
    """The rows of the band, and the problems in it."""

    def __init__(
        self, proof: VertexProof, width: float, neighbours: Sequence[Neighbour], gathered: Sequence[_Gathered]
    ) -> None:
        base = proof.vertex.problem
        self._base, self._solved, self._width, self._neighbours = base, proof.vertex.view, width, neighbours
        extras = {int(each.extra.positions[0]): each.extra for each in neighbours if each.extra is not None}
        self._block = join([*(part.near for part in gathered), *extras.values()])
        self._shifted = base.standard.shifted(self._block)
        own = [base.standard.residual(base.standard.shifted(extra), self._solved.point) for extra in extras.values()]
        self._residual = np.concatenate([*(part.residual for part in gathered), *own])
        self._extra = np.hstack([np.zeros((len(neighbours), 0)), *(_own(neighbours, each) for each in extras.values())])
        self._weights = np.concatenate([*(part.weights for part in gathered), self._extra], axis=1)
        self._outside = reduce(add, (part.outside for part in gathered))
        self._design = base.standard(self._block).design
        self._rows = base.dense_whitening.band_rows(self._design)
        self._ties = Ties.of(self._residual, self._block.target / base.standard.target_scale)

    def solved(self) -> list[VertexProof | None]:
        """The proofs of all problems; None for those that the band cannot settle."""
        proofs: list[VertexProof | None] = [None] * len(self._neighbours)
        alike: dict[tuple[float, ...], list[int]] = {}
        for number, neighbour in enumerate(self._neighbours):
            given = neighbour.problem.given
            alike.setdefault(() if given is None else tuple(given), []).append(number)
        at_once = max(1, self._base.limits.searched_weights // max(1, len(self._residual)))
        for numbers in alike.values():
            for start in range(0, len(numbers), at_once):
                some = numbers[start : start + at_once]
                (optima,) = minimise_together([self._shared(some)])
                for number, proof in self._proofs(dict(zip(some, optima, strict=True))).items():
                    proofs[number] = proof
        return proofs

    def _shared(self, numbers: Sequence[int]) -> SharedBand:
        """Problems that differ by their weights alone, seen from the solved vertex."""
        problem, weights = self._neighbours[numbers[0]].problem, self._weights[numbers]
        residual, rows = self._residual, self._rows
        if problem.given is not None:
            rows = problem.dense_whitening.band_rows(self._design)
            residual = self._base.standard.residual(self._shifted, self._start(problem))
        gradients = 2 * self._outside.gradient[numbers]
        linear = np.stack([problem.whitening.gradient(gradient) for gradient in gradients])
        linear += problem.absolute_loss.tilt * (weights @ rows.matrix)
        return SharedBand(
            rows, weights, residual, linear, self._ties.jitter(self._block.positions), np.zeros(linear.shape)
        )

    def _problem(self, number: int) -> Problem:
        problem = self._neighbours[number].problem
        weight = float(self._outside.weight[number] + self._extra[number].sum())
        return replace(problem, standard=replace(problem.standard, weight=weight))

    def _start(self, problem: Problem) -> FloatArray:
        start = self._solved.point.copy()
        if problem.given is not None:
            fixed = np.setdiff1d(self._base.whitening.kept, problem.whitening.kept)
            start[fixed] = problem.given[fixed]
        return start

    def _proofs(self, optima: dict[int, Optimum]) -> dict[int, VertexProof]:
        """The proofs of optima that are settled."""
        bases = {number: self._basis(number, optimum) for number, optimum in optima.items()}
        some = {number: basis for number, basis in bases.items() if basis is not None}
        through = vertices_through([self._problem(number) for number in some], list(some.values()), is_thorough=False)
        vertices = dict(zip(some, through, strict=True))
        near = [number for number, is_near in zip(vertices, self._are_near(through), strict=True) if is_near]
        sums = self._near_sums([vertices[number].view for number in near], self._weights[near]) if near else []
        proofs = {}
        for number, near_sums in zip(near, sums, strict=True):
            vertex = vertices[number]
            outside = self._outside.at(number, vertex.view, self._solved, self._base.rows.shape[0])
            most = near_sums.mass + float(vertex.basis.weights.sum())
            proof = vertex.proof(outside + near_sums, float(self._outside.numbers[number]) + vertex.view.reach * most)
            if proof.worst is None and not proof.is_blurred:
                proofs[number] = proof
        return proofs

    def _basis(self, number: int, optimum: Optimum) -> VertexBasis | None:
        problem = self._neighbours[number].problem
        if optimum.outcome is not Outcome.OPTIMAL or len(optimum.basis) < len(problem.whitening.kept):
            return None
        rows = replace(self._block.part(optimum.basis), weights=self._weights[number, optimum.basis])
        try:
            return VertexBasis.among(problem, rows)
        except np.linalg.LinAlgError:
            return None

    def _are_near(self, vertices: Sequence[Vertex]) -> BoolArray:
        """Whether no row outside of the band changes its sign on the way to vertices, nor to where they are written."""
        is_near = np.array([not vertex.is_rounded_coarsely for vertex in vertices], dtype=bool)
        if not len(vertices) or not np.isfinite(self._width):
            return is_near
        ways = np.stack([vertex.view.point for vertex in vertices]) - self._solved.point
        for each in (ways, ways + np.stack([vertex.view.written for vertex in vertices])):
            is_near &= self._base.dense_whitening.lengths_of(each) * (1 + _ROUNDING) <= self._width
        return is_near

    def _near_sums(self, views: Sequence[VertexView], weights: FloatArray) -> list[VertexSums]:
        """What the rows of the band say to vertices, as many at a time as a block has."""
        residuals = self._base.standard.residuals(self._shifted, np.stack([view.point for view in views]))
        totals: list[VertexSums] = []
        for start in range(0, max(len(self._residual), 1), BLOCK_ROWS):
            part = slice(start, start + BLOCK_ROWS)
            block, shifted = self._block.part(part), self._shifted.part(part)
            blocks = [replace(block, weights=each[part]) for each in weights]
            sums = sums_together(views, blocks, shifted, residuals[:, part])
            totals = list(map(add, totals, sums)) if totals else sums
        return totals


def _own(neighbours: Sequence[Neighbour], extra: Block) -> FloatArray:
    """(m, e) the weights of extra rows in the problems that have them, 0 in the others."""
    return np.stack([extra.weight_values * (each.extra is extra) for each in neighbours])
