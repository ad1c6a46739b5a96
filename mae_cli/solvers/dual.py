"""Dual points of MAE and pinball fits, and the bound of a vertex.

In terms of twice the pinball loss, |r| + tilt·r with tilt = 2τ − 1: any λ with |λᵢ| ≤ 1 and Σωᵢ(λᵢ + tilt)xᵢ = 0 gives
the lower bound Σω(λ + tilt)y, and the gap to it is Σω(|r| − λr), a sum of terms ≥ 0 that does not cancel when y has a
large offset. At a vertex λ is sgn(r), except in the rows of its basis, where the constraint is solved for it. If that
leaves the box, ν = λ + tilt is scaled towards 0, which keeps the constraint.
"""

from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from mae_cli.data.design import FloatArray
from mae_cli.data.rows import Block
from mae_cli.losses import Absolute
from mae_cli.solvers.band import Positions, Touching
from mae_cli.solvers.certificate import EPSILON, Bound
from mae_cli.solvers.problem import Coefficients, Problem, total_magnitude

# The solve for λ sums many signs and rounds like this; a multiplier outside of its box by less is not outside.
BOX_ROUNDING = 1e-10
# A constraint Σω(λ + tilt)v that is off zero by more than this share of Σω is not met (‖v‖ is of the order of √k).
_INFEASIBILITY = 1e-9


@dataclass(frozen=True, eq=False)
class DualSums:
    """Sums over rows: ω, loss, gap, magnitude, and the constraint Σω(λ + tilt)z."""

    weight: float
    loss: float
    gap: float
    magnitude: float
    pull: FloatArray

    def __add__(self, other: "DualSums") -> "DualSums":
        return DualSums(
            self.weight + other.weight,
            self.loss + other.loss,
            self.gap + other.gap,
            self.magnitude + other.magnitude,
            self.pull + other.pull,
        )


@dataclass(frozen=True, eq=False)
class SolvedRows:
    """Rows for which the constraint is solved, whitened and scaled by ω, with residuals in the user's units."""

    matrix: FloatArray
    residual: FloatArray
    weights: FloatArray

    def first(self, count: int) -> "SolvedRows":
        """The first `count` of them."""
        return SolvedRows(self.matrix[:count], self.residual[:count], self.weights[:count])

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
class VertexFit:
    """A vertex of an MAE or pinball fit.

    Attributes:
        point: its coefficients.
        basis: (k,) the rows that define it.
        touching: the other rows with a residual of next to zero, and the signs that λ takes there.
    """

    point: Coefficients
    basis: Positions
    touching: Touching


@dataclass(frozen=True, eq=False)
class VertexBound:
    """The bound of a vertex, and the multipliers λ_B of its basis rows, clipped to [−1, 1]."""

    bound: Bound
    multipliers: FloatArray


def bound_vertex(problem: Problem, vertex: VertexFit) -> VertexBound:
    """The bound of a vertex: λ solved for in its basis, the given signs in the touching rows, sgn(r) elsewhere."""
    known = known_sums(problem, vertex.point, np.sort(vertex.basis), vertex.touching)
    solved = gather(problem, vertex.point, vertex.basis)
    pull = problem.whitening.gradient(known.pull)
    multipliers = solved.least_norm(pull)
    if multipliers is None:
        return VertexBound(mean_bound(problem, known, known.loss), np.zeros(len(vertex.basis)))
    gap = solved_gap(problem, known, pull, solved, multipliers)
    clipped = np.clip(multipliers - problem.absolute_loss.tilt, -1.0, 1.0)
    return VertexBound(mean_bound(problem, known, gap), clipped)


def known_sums(problem: Problem, point: Coefficients, solved: Positions, touching: Touching) -> DualSums:
    """Sums over all rows; the `solved` ones (sorted) take no part in gap and pull."""
    given = touching.sorted()
    sums = partial(_absolute_sums, problem=problem, point=point, solved=solved, given=given)
    return reduce(DualSums.__add__, problem.rows.map(sums))


def _absolute_sums(block: Block, problem: Problem, point: Coefficients, solved: Positions, given: Touching) -> DualSums:
    standard, residual, tilt = problem.standard(block), point.residual(block), problem.absolute_loss.tilt
    signs = np.sign(residual)
    places, chosen = block.places(given.rows)
    signs[places] = given.signs[chosen]
    losses = np.abs(residual) + tilt * residual
    known = np.ones(len(signs))
    known[block.places(solved)[0]] = 0.0
    return DualSums(
        weight=float(standard.weight_values.sum()),
        loss=float(standard.weighted(losses).sum()),
        gap=float(standard.weighted(known * (np.abs(residual) - signs * residual)).sum()),
        magnitude=total_magnitude(block, point, standard.weight_values),
        pull=standard.design.transpose_product(standard.weighted(known * (signs + tilt))),
    )


def gather(problem: Problem, point: Coefficients, rows: Positions) -> SolvedRows:
    """The rows at these positions, to solve the constraint in."""
    block = problem.rows.take(rows)
    standard = problem.standard(block)
    weights = standard.weight_values
    matrix = problem.whitening.rows(standard.design.dense()) * weights[:, np.newaxis]
    return SolvedRows(matrix, point.residual(block), weights)


def meets_constraint(pull: FloatArray, weight: float) -> bool:
    """Whether the whitened Σω(λ + tilt)v, (k,), is zero to rounding."""
    return float(np.linalg.norm(pull)) <= _INFEASIBILITY * weight


def solved_gap(
    problem: Problem, known: DualSums, pull: FloatArray, solved: SolvedRows, multipliers: FloatArray
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
    if not meets_constraint(pull + inside @ solved.matrix, known.weight):
        return known.loss
    residual = solved.residual
    terms = solved.weights * (np.abs(residual) + (tilt - inside) * residual)
    return (1 - scale) * known.loss + scale * (known.gap + float(terms.sum()))


def mean_bound(problem: Problem, sums: DualSums, gap: float) -> Bound:
    """The bound of a gap of sums."""
    # The sums are of twice the pinball loss.
    factor = 1.0 if isinstance(problem.loss, Absolute) else 0.5
    mean = factor / sums.weight
    rounding = 8 * EPSILON * sums.magnitude / sums.weight
    return Bound(sums.loss * mean, max(gap, 0.0) * mean, rounding)
