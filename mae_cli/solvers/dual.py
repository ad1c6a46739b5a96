"""Dual points of MAE and pinball fits, and the bound of a vertex.

In terms of twice the pinball loss, |r| + tilt·r with tilt = 2τ − 1: any λ with |λᵢ| ≤ 1 and Σωᵢ(λᵢ + tilt)xᵢ = 0 gives
the lower bound Σω(λ + tilt)y, and the gap to it is Σω(|r| − λr), a sum of terms ≥ 0 that does not cancel when y has a
large offset. At a vertex λ is sgn(r), except in the rows of its basis, where the constraint is solved for it. If that
leaves the box, ν = λ + tilt is scaled towards 0, which keeps the constraint.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.errors import DataError
from mae_cli.linear import Coefficients
from mae_cli.losses import Absolute
from mae_cli.rows.blocks import Block
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.band import Touching
from mae_cli.solvers.certificate import Bound, rounding_of
from mae_cli.solvers.key_rows import KeyRows
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.solution import DualPoint
from mae_cli.solvers.standardise import Standardisation

# The solve for λ sums many signs and rounds like this; a multiplier outside of its box by less is not outside.
BOX_ROUNDING = 1e-10
# A constraint Σω(λ + tilt)v that is off zero by more than this share of Σω is not met (‖v‖ is of the order of √k).
_INFEASIBILITY = 1e-9


@dataclass(frozen=True, eq=False)
class DualSums(Sums):
    """Sums over rows: ω, loss, gap, and the constraint Σω(λ + tilt)z; and where λ is not sgn(r)."""

    weight: float
    loss: float
    gap: float
    pull: FloatArray
    exceptions: tuple[Touching, ...]


@dataclass(frozen=True, eq=False)
class SolvedRows:
    """Rows for which the constraint is solved, whitened and scaled by ω, with residuals in the user's units."""

    matrix: FloatArray
    residual: FloatArray
    weights: FloatArray

    def first(self, count: int) -> "SolvedRows":
        """The first `count` of them."""
        return SolvedRows(self.matrix[:count], self.residual[:count], self.weights[:count])

    def pull(self, multipliers: FloatArray) -> FloatArray:
        """Σωνv, (k,)."""
        pull: FloatArray = multipliers @ self.matrix
        return pull

    def least_norm(self, pull: FloatArray) -> FloatArray | None:
        """ν of least norm with Vᵀων = −pull (whitened); None when these rows cannot meet the constraint."""
        orthonormal, factor = np.linalg.qr(self.matrix)
        diagonal = np.abs(np.diag(factor))
        if len(diagonal) < len(pull) or diagonal.min(initial=1.0) <= 1e-12 * diagonal.max(initial=1.0):
            return None
        solution = np.zeros(len(self.matrix))
        for _ in range(2):  # the second time refines
            rest = -pull - solution @ self.matrix
            solution = solution + orthonormal @ np.linalg.solve(factor.T, rest)
        return solution


@dataclass(frozen=True, eq=False)
class SolvedKeyRows:
    """The k rows of a vertex with an absorbed column, as `SolvedRows` that are never one dense matrix."""

    rows: KeyRows
    residual: FloatArray
    weights: FloatArray

    def pull(self, multipliers: FloatArray) -> FloatArray:
        """Σωνv, (k,)."""
        return self.rows.pull(self.weights * multipliers)

    def least_norm(self, pull: FloatArray) -> FloatArray | None:
        """The one ν with Σωνv = −pull."""
        solution = np.zeros(len(self.weights))
        for _ in range(2):  # the second time refines
            solution = solution + self.rows.multipliers(pull + self.pull(solution)) / self.weights
        return solution


@dataclass(frozen=True, eq=False)
class VertexFit:
    """A vertex of an MAE or pinball fit.

    Attributes:
        point: its coefficients.
        search_point: its standard coefficients (p,) as the search left them.
        basis: (k,) the rows that define it.
        touching: the other rows with a residual of next to zero, and the signs that λ takes there.
    """

    point: Coefficients
    search_point: FloatArray
    basis: Positions
    touching: Touching


@dataclass(frozen=True, eq=False)
class VertexBound:
    """The bound of a vertex, its multipliers λ_B (k,), and the whole dual point; None if λ_B is out of its box."""

    bound: Bound
    multipliers: FloatArray
    dual: DualPoint | None


@dataclass(frozen=True, eq=False)
class Signs:
    """Where the signs of λ come from.

    In the user's units a residual may carry more rounding than in standard ones (large offsets), so at a vertex the
    signs are those of the residuals that the search saw: with others the constraint would not hold.

    Attributes:
        solved: rows (sorted) that have none, as λ is solved for there.
        given: rows (sorted) with signs of their own.
        standard_point: standard coefficients at which the other signs are read; None reads them in the user's units.
    """

    solved: Positions
    given: Touching
    standard_point: FloatArray | None

    def of(self, shifted: Block, standard: Standardisation, residual: FloatArray) -> FloatArray:
        """(b,) signs of a block, with its residual in the user's units; 0 in the solved rows."""
        read = residual if self.standard_point is None else standard.residual(shifted, self.standard_point)
        signs = np.sign(read)
        places, chosen = shifted.places(self.given.rows)
        signs[places] = self.given.signs[chosen]
        signs[shifted.places(self.solved)[0]] = 0.0
        return signs


def bound_vertex(problem: Problem, vertex: VertexFit) -> VertexBound:
    """The bound of a vertex: λ solved for in its basis, the given signs in the touching rows, sgn(r) elsewhere."""
    signs = Signs(np.sort(vertex.basis), vertex.touching.sorted(), vertex.search_point)
    known = known_sums(problem, vertex.point, signs)
    solved = _gather_basis(problem, vertex)
    pull = problem.whitening.gradient(known.pull)
    multipliers = solved.least_norm(pull)
    if multipliers is None:
        return VertexBound(mean_bound(problem, vertex.point, known, known.loss), np.zeros(len(vertex.basis)), None)
    bound = mean_bound(problem, vertex.point, known, solved_gap(problem, known, pull, solved, multipliers))
    untilted = multipliers - problem.absolute_loss.tilt
    if np.abs(untilted).max(initial=0.0) > 1 + BOX_ROUNDING:
        return VertexBound(bound, untilted, None)
    exceptions = Touching.joined((Touching(vertex.basis, np.clip(untilted, -1.0, 1.0)), *known.exceptions))
    return VertexBound(bound, untilted, DualPoint(exceptions.rows, exceptions.signs))


def known_sums(problem: Problem, point: Coefficients, signs: Signs) -> DualSums:
    """Sums over all rows; the solved ones take no part in gap and pull."""
    look = partial(
        _absolute_sums,
        standard=problem.standard,
        point=point,
        signs=signs,
        tilt=problem.absolute_loss.tilt,
    )
    with np.errstate(over="ignore", invalid="ignore"):  # the bound refuses what is not finite
        return sum_blocks(problem.rows, look)


def _absolute_sums(block: Block, standard: Standardisation, point: Coefficients, signs: Signs, tilt: float) -> DualSums:
    shifted, residual = standard.shifted(block), point.residual(block)
    chosen = signs.of(shifted, standard, residual)
    solved = block.places(signs.solved)[0]
    losses = np.abs(residual)
    if tilt:
        losses += tilt * residual
    gaps = np.abs(residual) - chosen * residual
    gaps[solved] = 0.0
    differs = chosen != np.sign(residual)
    # Whoever computes a residual of next to zero may find the other sign, so those are told too.
    differs[block.places(signs.given.rows)[0]] = True
    differs[solved] = False
    unlike = differs.nonzero()[0]
    tilted = chosen + tilt
    tilted[solved] = 0.0
    return DualSums(
        weight=float(block.weight_values.sum()),
        loss=float(block.weighted(losses).sum()),
        gap=float(block.weighted(gaps).sum()),
        pull=standard.pull(shifted, block.weighted(tilted)),
        exceptions=(Touching(block.positions[unlike], chosen[unlike]),),
    )


def gather(problem: Problem, point: Coefficients, rows: Positions) -> SolvedRows:
    """The rows at these positions, to solve the constraint in."""
    block = problem.rows.take(rows)
    standard = problem.standard(block)
    weights = standard.weight_values
    matrix = problem.whitening.rows(standard.design.dense()) * weights[:, np.newaxis]
    return SolvedRows(matrix, point.residual(block), weights)


def _gather_basis(problem: Problem, vertex: VertexFit) -> SolvedRows | SolvedKeyRows:
    if not isinstance(problem.whitening, AbsorbedWhitening):
        return gather(problem, vertex.point, vertex.basis)
    block = problem.rows.take(vertex.basis)
    rows = KeyRows.of(problem.standard(block).design, problem.whitening)
    return SolvedKeyRows(rows, vertex.point.residual(block), block.weight_values)


def meets_constraint(pull: FloatArray, weight: float) -> bool:
    """Whether the whitened Σω(λ + tilt)v, (k,), is zero to rounding."""
    return float(np.linalg.norm(pull)) <= _INFEASIBILITY * weight


def solved_gap(
    problem: Problem,
    known: DualSums,
    pull: FloatArray,
    solved: SolvedRows | SolvedKeyRows,
    multipliers: FloatArray,
) -> float:
    """Σω(|r| + tilt·r − ν·r), ν = λ + tilt scaled towards 0 until it is in its box [tilt − 1, tilt + 1].

    `pull` is the whitened constraint Σω(λ + tilt)v over the rows that are not among the solved ones. A ν that does not
    meet it bounds nothing: the gap is then the whole loss.
    """
    tilt = problem.absolute_loss.tilt
    over, under = float(multipliers.max(initial=0.0)), float(multipliers.min(initial=0.0))
    scale = 1.0
    if over > tilt + 1 + BOX_ROUNDING:
        scale = min(scale, (tilt + 1) / over)
    if under < tilt - 1 - BOX_ROUNDING:
        scale = min(scale, (tilt - 1) / under)
    inside = np.clip(multipliers, tilt - 1, tilt + 1) if scale == 1.0 else multipliers
    if not meets_constraint(pull + solved.pull(inside), known.weight):
        return known.loss
    residual = solved.residual
    terms = solved.weights * (np.abs(residual) + (tilt - inside) * residual)
    return (1 - scale) * known.loss + scale * (known.gap + float(terms.sum()))


def mean_bound(problem: Problem, point: Coefficients, sums: DualSums, gap: float) -> Bound:
    """The bound of a point from sums over the rows.

    Raises:
        DataError: the sum of the losses overflows.
    """
    if not np.isfinite(sums.loss):
        raise DataError("the residuals add up to more than floating point can hold; rescale the target")
    # The sums are of twice the pinball loss.
    factor = 1.0 if isinstance(problem.loss, Absolute) else 0.5
    mean = factor / sums.weight
    loss, gap, rounding = sums.loss * mean, max(gap, 0.0) * mean, rounding_of(problem.rows, point)
    return Bound(loss, loss - gap, gap <= rounding, loss <= rounding)
