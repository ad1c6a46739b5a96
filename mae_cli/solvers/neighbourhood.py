"""Problems in a band around a solved one: each is searched there, and proved from the sums of all rows outside.

A row at distance |r| / ‖v‖ from a solved vertex cannot change its sign while the point moves by less than that (by the
inequality of Cauchy and Schwarz). Beside the path from one solved vertex to another the same holds for a row that is as
far from both and does not change its sign on the way. So no pass has to look for wrong signs: a point that is farther
away than the width of the band is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.progress import Refits
from mae_cli.rows.blocks import BLOCK_ROWS, Block, join
from mae_cli.rows.factors import Factors
from mae_cli.rows.sums import Sums
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.band import relative_distance
from mae_cli.solvers.prepare.precision import UNIT, sums_rounding
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.ties import TieBreaking
from mae_cli.solvers.proof.vertex_basis import VertexBasis
from mae_cli.solvers.proof.vertex_proof import Vertex, VertexProof, vertices_through
from mae_cli.solvers.proof.vertex_sums import SidedRows, VertexSums, VertexView, sums_together
from mae_cli.solvers.search.exchange import Optimum, Outcome
from mae_cli.solvers.search.shared_band import SharedBand, minimise_together

# What rounding can make of distances and lengths, as a share of them, where columns are not nearly dependent.
ROUNDING = 1e-6
# Residuals are told from zero by this share of what they are the sum of: a hundred times their rounding, and more.
MARGIN = 1e-12
# The width of a band is read from so many rows.
SAMPLE_ROWS = 10_000
# A point moves in k directions by about √k sampling errors; hardly one in a thousand by so many more.
_TAIL = 3.0


def band_share(problem: Problem, spread: float) -> float:
    """The share of the rows over which a plane moves by sampling errors of this size, beside those of the fit itself.

    Such errors move it over about √k·√(k / n) of the rows.
    """
    if not np.isfinite(spread):
        return float(np.inf)
    (count, _), columns, limits = problem.rows.shape, len(problem.whitening.kept), problem.limits
    moved = limits.band_width * np.sqrt(columns) * (np.sqrt(columns) + _TAIL) * spread / np.sqrt(count)
    return float(max(moved, (columns + 1) * limits.fewest_rows / count))


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A problem beside the solved one.

    Attributes:
        problem: to be solved, over the same rows.
        factors: on the weights of the solved one.
        extra: the rows that it has beside those of the solved one, at positions behind theirs.
        tolerance: on the relative gap of an optimal vertex.
        along: where its search begins, as a share of the path to a second solved problem.
    """

    problem: Problem
    factors: Factors | None
    extra: Block | None = None
    tolerance: float = 0.0
    along: float = 0.0


@dataclass(frozen=True, eq=False)
class Outside(Sums):
    """Sums over the rows outside of the band in standard units, for m problems; see `VertexSums`.

    Attributes:
        weight: (m,) Σωf of all rows.
        outside_weight: (m,) Σωf.
        dual: (m,) Σωfμr at the solved vertex.
        mass: (m,) Σωf|μ|.
        numbers: (m,) Σωf|μ|·(|y| + Σ|z·β|) at the solved vertex.
        gradient: (m, p) Σωfμz.
        added: (m,) Σωf|μ| times the number of rows that were added to the gradient one by one.
        blocks: number of blocks.
        pieces: number of sums that the gradient was added up from.
    """

    weight: FloatArray
    outside_weight: FloatArray
    dual: FloatArray
    mass: FloatArray
    numbers: FloatArray
    gradient: FloatArray
    added: FloatArray
    blocks: int
    pieces: int

    def rounding(self, number: int) -> float:
        """What adding up can do to the gradient of one problem, when no standard number is above 1."""
        return UNIT * float(self.added[number] + (self.pieces + 2) * self.mass[number])

    def at(self, number: int, view: VertexView, solved: VertexView) -> VertexSums:
        """The sums of one problem at its own vertex: none of these rows changes its side on the way to there."""
        gradient, step = self.gradient[number], view.point - solved.point
        dual = float(self.dual[number] - gradient @ step)
        # The gradient is rounded as it was added up, and its product with a step.
        added_up = self.rounding(number) * view.standard.widest * float(np.abs(step).sum())
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
class Gathered:
    """What a block says.

    Attributes:
        near: its near rows as read.
        residual: theirs.
        weights: (m, near); (1, near) where all problems have the same.
        outside: sums over the others.
        width: none of the others changes its sign while a point is no farther than this from the path.
    """

    near: Block
    residual: FloatArray
    weights: FloatArray
    outside: Outside
    width: float


@dataclass(frozen=True, eq=False)
class Sided:
    """The rows of a block on the sides of a solved vertex, from which `Outside` is summed up.

    Attributes:
        standard: the units.
        pieces: of the block less its shifts, by which a gradient is added up, each with the rows that it has.
        residual: (b,).
        sides: (b,) ±1, 0 in the band.
        numbers: (b,) |y| + Σ|z·β|.
    """

    standard: Standardisation
    pieces: Sequence[tuple[slice, Block]]
    residual: FloatArray
    sides: FloatArray
    numbers: FloatArray

    def sums(self, slopes: FloatArray) -> tuple[FloatArray, ...]:
        """The `dual`, `mass`, `numbers`, `gradient` and `added` of `Outside` for slopes ωfμ, (m, b), 0 in the band."""
        mass, numbers = (slopes @ np.column_stack([self.sides, self.sides * self.numbers])).T
        gradient = reduce(add, (self.standard.pull(piece, slopes[:, rows]) for rows, piece in self.pieces))
        return (slopes * self.residual).sum(axis=1), mass, numbers, gradient, len(self.pieces[0][1].target) * mass


def nearest(residual: FloatArray, leverage: FloatArray, width: float) -> tuple[Positions, float]:
    """The rows of a block within a width, given how far from zero residuals are at least; and the width to the next.

    None of the others changes its sign while a point is no farther than that.
    """
    distance = relative_distance(residual, leverage)
    is_near = (residual <= 0) | (distance <= width)
    return np.flatnonzero(is_near), float(distance[~is_near].min(initial=np.inf))


class Neighbourhood:
    """Problems beside a solved one, or on the path from it to another, and the rows of their band.

    Args:
        proof: of the solved one.
        path: (p,) what standard coefficients the end of the path adds to those of the solved vertex; 0 where it is all.
        neighbours: the problems.
        gathered: what the blocks say.
    """

    def __init__(
        self,
        proof: VertexProof,
        path: FloatArray,
        neighbours: Sequence[Neighbour],
        gathered: Sequence[Gathered],
    ) -> None:
        base = proof.vertex.problem
        self._base, self._solved, self._neighbours = base, proof.vertex.view, neighbours
        self._width = min(part.width for part in gathered)
        self._path = base.dense_whitening.whitened(path)
        self.proofs: list[VertexProof | None] = [None] * len(neighbours)
        extras = {int(each.extra.positions[0]): each.extra for each in neighbours if each.extra is not None}
        self._block = join([*(part.near for part in gathered), *extras.values()])
        self._shifted = base.standard.shifted(self._block)
        own = [base.standard.residual(base.standard.shifted(extra), self._solved.point) for extra in extras.values()]
        self._residual = np.concatenate([*(part.residual for part in gathered), *own])
        self._extra = np.hstack([np.zeros((len(neighbours), 0)), *(_own(neighbours, each) for each in extras.values())])
        shapes = [(len(neighbours), len(part.residual)) for part in gathered]
        weights = [np.broadcast_to(part.weights, shape) for part, shape in zip(gathered, shapes, strict=True)]
        self._weights = np.concatenate([*weights, self._extra], axis=1)
        self._outside = reduce(add, (part.outside for part in gathered))
        self._design = base.standard(self._block).design
        self._rows = base.dense_whitening.band_rows(self._design)
        ties = TieBreaking.of(self._residual, self._block.target / base.standard.target_scale)
        self._jitter = ties.jitter(self._block.positions)

    def alike(self) -> list[list[int]]:
        """The numbers of problems that differ by their weights or quantile alone, so many together as are searched."""
        groups: dict[tuple[float, ...], list[int]] = {}
        for number, neighbour in enumerate(self._neighbours):
            given = neighbour.problem.given
            groups.setdefault(() if given is None else tuple(given), []).append(number)
        at_once = self._base.limits.batch
        return [group[start : start + at_once] for group in groups.values() for start in range(0, len(group), at_once)]

    def size(self, numbers: Sequence[int]) -> int:
        """How many weights these problems have in the band."""
        return len(numbers) * len(self._residual)

    def columns(self, numbers: Sequence[int]) -> int:
        """How many columns are fitted in these, which are alike."""
        return len(self._neighbours[numbers[0]].problem.whitening.kept)

    def shared(self, numbers: Sequence[int]) -> SharedBand:
        """Problems that are alike, seen from the solved vertex."""
        problem, weights = self._neighbours[numbers[0]].problem, self._weights[numbers]
        residual, rows = self._residual, self._rows
        if problem.given is not None:
            rows = problem.dense_whitening.band_rows(self._design)
            residual = self._base.standard.residual(self._shifted, self._start(problem))
        tilts = np.array([[self._neighbours[number].problem.absolute_loss.tilt] for number in numbers])
        gradients = 2 * self._outside.gradient[numbers]
        linear = np.stack([problem.whitening.gradient(gradient) for gradient in gradients])
        along = np.array([[self._neighbours[number].along] for number in numbers])
        return SharedBand(
            rows=rows,
            weights=weights,
            residual=residual,
            linear=linear + tilts * (weights @ rows.matrix),
            jitter=self._jitter,
            starts=along * self._path if along.any() else np.zeros(linear.shape),
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

    def prove(self, optima: dict[int, Optimum]) -> None:
        """Keep the proofs of the optima that the band settles."""
        bases = {number: self._basis(number, optimum) for number, optimum in optima.items()}
        some = {number: basis for number, basis in bases.items() if basis is not None}
        through = vertices_through([self._problem(number) for number in some], list(some.values()), is_thorough=False)
        vertices = dict(zip(some, through, strict=True))
        settled = [number for number, is_near in zip(vertices, self._are_near(through), strict=True) if is_near]
        if not settled:
            return
        all_near = self._near_sums([vertices[number].view for number in settled], self._weights[settled])
        for number, near_sums in zip(settled, all_near, strict=True):
            vertex = vertices[number]
            sums = self._outside.at(number, vertex.view, self._solved) + near_sums
            most = near_sums.mass + float(vertex.basis.weights.sum())
            numbers = float(self._outside.numbers[number]) + vertex.view.reach * most
            near = (sums_rounding(len(self._residual)) + UNIT * near_sums.blocks) * near_sums.mass
            proof = vertex.proof(sums, numbers, self._outside.rounding(number) + near + UNIT * sums.mass)
            if proof.worst is None and proof.is_known_within(self._neighbours[number].tolerance):
                self.proofs[number] = proof

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
            is_near &= self._from_path(each) * (1 + ROUNDING) <= self._width
        return is_near

    def _from_path(self, ways: FloatArray) -> FloatArray:
        """(m,) how far from the path whitened points are, of standard coefficients (m, p) less those of the vertex."""
        points, square = self._base.dense_whitening.whitened(ways), float(self._path @ self._path)
        along = np.clip(points @ self._path / square, 0.0, 1.0) if square else np.zeros(len(points))
        with np.errstate(over="ignore"):  # too far to be squared is too far
            return np.asarray(np.linalg.norm(points - along[:, np.newaxis] * self._path, axis=1))

    def _near_sums(self, views: Sequence[VertexView], weights: FloatArray) -> list[VertexSums]:
        """What the rows of the band say to vertices, as many at a time as a block has."""
        residuals = self._base.standard.residual(self._shifted, np.stack([view.point for view in views]))
        totals: list[VertexSums] = []
        for start in range(0, max(len(self._residual), 1), BLOCK_ROWS):
            part = slice(start, start + BLOCK_ROWS)
            block, shifted = self._block.part(part), self._shifted.part(part)
            blocks = [replace(block, weights=each[part]) for each in weights]
            sums = sums_together(views, blocks, shifted, residuals[:, part])
            totals = list(map(add, totals, sums)) if totals else sums
        return totals


def solve_in(hoods: Sequence[Neighbourhood], limits: Limits, refits: Refits) -> None:
    """Search and prove the problems of all neighbourhoods, as many in step as are searched together."""
    batch: list[tuple[Neighbourhood, list[int]]] = []
    size = 0
    for hood in hoods:
        for numbers in hood.alike():
            size += hood.size(numbers)
            if batch and (size > limits.searched_weights or hood.columns(numbers) != batch[0][0].columns(batch[0][1])):
                refits.add(_solve(batch))
                batch, size = [], hood.size(numbers)
            batch.append((hood, numbers))
    if batch:
        refits.add(_solve(batch))


def _solve(batch: Sequence[tuple[Neighbourhood, list[int]]]) -> int:
    """Keep the proofs of some problems; how many are proved."""
    optima = minimise_together([hood.shared(numbers) for hood, numbers in batch])
    for (hood, numbers), found in zip(batch, optima, strict=True):
        hood.prove(dict(zip(numbers, found, strict=True)))
    return sum(hood.proofs[number] is not None for hood, numbers in batch for number in numbers)


def _own(neighbours: Sequence[Neighbour], extra: Block) -> FloatArray:
    """(m, e) the weights of extra rows in the problems that have them, 0 in the others."""
    return np.stack([extra.weight_values * (each.extra is extra) for each in neighbours])
