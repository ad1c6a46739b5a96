"""Certificates: how far the loss of given coefficients can be from the optimum, recomputed from the rows as read.

MAE and pinball, in terms of twice the pinball loss |r| + tilt·r with tilt = 2τ − 1: any λ with |λᵢ| ≤ 1 and
Σωᵢ(λᵢ + tilt)xᵢ = 0 gives the lower bound Σω(λ + tilt)y, and the gap to it is Σω(|r| − λr), a sum of terms ≥ 0 that
does not cancel when y has a large offset. λ is sgn(r), except in a few rows whose residual is next to zero,
where the constraint is solved for it; if that leaves the box, μ = (λ + tilt)/2 is scaled towards 0, which keeps the
constraint.

MSE: with Q an orthonormal basis of √ω·X the gap is ‖Qᵀ√ω·r‖² / Σω.
"""

from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from mae_cli.data.design import FloatArray
from mae_cli.data.rows import Block
from mae_cli.errors import DataError
from mae_cli.losses import Absolute
from mae_cli.solvers.band import Positions, Touching
from mae_cli.solvers.problem import Coefficients, Problem, magnitude
from mae_cli.solvers.solution import Certificate, History, Status

_EPSILON = float(np.finfo(float).eps)
# The solve for λ sums many signs and rounds like this; a multiplier outside of its box by less is not outside.
BOX_ROUNDING = 1e-10
# A constraint Σω(λ + tilt)v that is off zero by more than this share of Σω is not met (‖v‖ is of the order of √k).
_INFEASIBILITY = 1e-9
# The least-norm band of a point that is no vertex holds at most so many numbers.
_LARGEST_BAND = 4_000_000


@dataclass(frozen=True)
class Bound:
    """A loss with its proved gap, as means over the rows in the user's units.

    Attributes:
        loss: mean loss.
        gap: loss − lower bound, ≥ 0.
        rounding: the loss that rounding alone can make of a perfect fit.
    """

    loss: float
    gap: float
    rounding: float

    def certificate(self, tolerance: float | None, *, unique: bool | None) -> Certificate:
        """The certificate; `optimal` when the gap is rounding, `tolerance` when it is within the one asked for."""
        if self.gap <= self.rounding:
            status = Status.OPTIMAL
        elif tolerance is not None and self.gap <= tolerance * self.loss + self.rounding:
            status = Status.TOLERANCE
        else:
            status = Status.LIMIT
        relative_gap = None if self.loss <= self.rounding else self.gap / self.loss
        return Certificate(status, self.loss, self.loss - self.gap, relative_gap, unique)


@dataclass(frozen=True, eq=False)
class BoundedFit:
    """Coefficients with the bound of their loss and the way to them."""

    point: Coefficients
    bound: Bound
    history: History


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over rows: ω, loss, gap, magnitude, and the constraint Σω(λ + tilt)z (for MSE the gradient Σωrz)."""

    weight: float
    loss: float
    gap: float
    magnitude: float
    pull: FloatArray

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.weight + other.weight,
            self.loss + other.loss,
            self.gap + other.gap,
            self.magnitude + other.magnitude,
            self.pull + other.pull,
        )


@dataclass(frozen=True, eq=False)
class _Solved:
    """Rows for which the constraint is solved, whitened and scaled by ω, with residuals in the user's units."""

    matrix: FloatArray
    residual: FloatArray
    weights: FloatArray

    def first(self, count: int) -> "_Solved":
        return _Solved(self.matrix[:count], self.residual[:count], self.weights[:count])

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


def bound_squared(problem: Problem, point: Coefficients) -> Bound:
    """The bound of an MSE fit: ‖R⁻ᵀ Σωrz‖² / n / Σω, as RᵀR = Σωzzᵀ / n.

    Raises:
        DataError: the mean square overflows.
    """
    sums = reduce(_Sums.__add__, problem.rows.map(partial(_squared_sums, problem=problem, point=point)))
    slope = problem.whitening.gradient(sums.pull)
    gap = float(slope @ slope) / problem.rows.shape[0]
    with np.errstate(over="ignore"):
        unit = np.float64(problem.standard.target_scale) ** 2
        loss = float(sums.loss / sums.weight * unit)
        rounding = np.float64(8 * _EPSILON * sums.magnitude / sums.weight) ** 2
    if not np.isfinite(loss):
        raise DataError("the squares of the residuals exceed floating point; rescale the target, or fit the MAE")
    return Bound(loss, float(gap / sums.weight * unit), float(rounding))


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
    known = _known_sums(problem, vertex.point, np.sort(vertex.basis), vertex.touching)
    solved = _gather(problem, vertex.point, vertex.basis)
    pull = problem.whitening.gradient(known.pull)
    multipliers = solved.least_norm(pull)
    if multipliers is None:
        return VertexBound(_mean_bound(problem, known, known.loss), np.zeros(len(vertex.basis)))
    gap = _gap(problem, known, pull, solved, multipliers)
    clipped = np.clip(multipliers - problem.absolute_loss.tilt, -1.0, 1.0)
    return VertexBound(_mean_bound(problem, known, gap), clipped)


def bound_anywhere(problem: Problem, point: Coefficients) -> Bound:
    """The best bound of any point: λ of least norm in a band of the smallest residuals, over several band sizes."""
    residual = np.concatenate(list(problem.rows.map(point.residual)))
    columns = len(problem.whitening.kept)
    most = min(len(residual), max(_LARGEST_BAND // max(columns, 1), columns))
    nearest = np.argsort(np.abs(residual), kind="stable")[:most]
    known = _known_sums(problem, point, np.sort(nearest), Touching.none())
    solved = _gather(problem, point, nearest)
    gaps = [known.loss]
    count = columns
    while count <= most:
        gaps.append(_band_gap(problem, known, solved, count))
        count = count * 2 if count * 2 <= most or count == most else most
    return _mean_bound(problem, known, min(gaps))


def _band_gap(problem: Problem, known: _Sums, solved: _Solved, count: int) -> float:
    """The gap when only the first `count` of the solved rows are solved for and the rest take their signs."""
    tilt = problem.absolute_loss.tilt
    signs = np.sign(solved.residual[count:])
    pull = problem.whitening.gradient(known.pull)
    multipliers = solved.first(count).least_norm(pull + (signs + tilt) @ solved.matrix[count:])
    if multipliers is None:
        return known.loss
    return _gap(problem, known, pull, solved, np.concatenate([multipliers, signs + tilt]))


def _gap(problem: Problem, known: _Sums, pull: FloatArray, solved: _Solved, multipliers: FloatArray) -> float:
    """Σω(|r| + tilt·r − ν·r) for ν = λ + tilt scaled towards 0 by θ until it is in its box [tilt − 1, tilt + 1].

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
    if float(np.linalg.norm(pull + inside @ solved.matrix)) > _INFEASIBILITY * known.weight:
        return known.loss
    residual = solved.residual
    terms = solved.weights * (np.abs(residual) + (tilt - inside) * residual)
    return (1 - scale) * known.loss + scale * (known.gap + float(terms.sum()))


def _mean_bound(problem: Problem, sums: _Sums, gap: float) -> Bound:
    # The sums are of twice the pinball loss.
    factor = 1.0 if isinstance(problem.loss, Absolute) else 0.5
    mean = factor / sums.weight
    rounding = 8 * _EPSILON * sums.magnitude / sums.weight
    return Bound(sums.loss * mean, max(gap, 0.0) * mean, rounding)


def _known_sums(problem: Problem, point: Coefficients, solved: Positions, touching: Touching) -> _Sums:
    """Sums over all rows; the `solved` ones (sorted) take no part in gap and pull."""
    given = touching.sorted()
    sums = partial(_absolute_sums, problem=problem, point=point, solved=solved, given=given)
    return reduce(_Sums.__add__, problem.rows.map(sums))


def _absolute_sums(block: Block, problem: Problem, point: Coefficients, solved: Positions, given: Touching) -> _Sums:
    standard, residual, tilt = problem.standard(block), point.residual(block), problem.absolute_loss.tilt
    signs = np.sign(residual)
    places, chosen = _places(block, given.rows)
    signs[places] = given.signs[chosen]
    losses = np.abs(residual) + tilt * residual
    known = np.ones(len(signs))
    known[_places(block, solved)[0]] = 0.0
    return _Sums(
        weight=float(standard.weight_values.sum()),
        loss=float(standard.weighted(losses).sum()),
        gap=float(standard.weighted(known * (np.abs(residual) - signs * residual)).sum()),
        magnitude=float(standard.weighted(magnitude(block, point)).sum()),
        pull=standard.design.transpose_product(standard.weighted(known * (signs + tilt))),
    )


def _squared_sums(block: Block, problem: Problem, point: Coefficients) -> _Sums:
    standard = problem.standard(block)
    residual = point.residual(block) / problem.standard.target_scale
    return _Sums(
        weight=float(standard.weight_values.sum()),
        loss=float(standard.weighted(residual**2).sum()),
        gap=0.0,
        magnitude=float(standard.weighted(magnitude(block, point)).sum()),
        pull=standard.design.transpose_product(standard.weighted(residual)),
    )


def _places(block: Block, rows: Positions) -> tuple[Positions, slice]:
    """Places in a block of those of the sorted `rows` that it holds, and which of the rows they are."""
    start = int(block.positions[0])
    low, high = np.searchsorted(rows, [start, int(block.positions[-1]) + 1])
    return rows[low:high] - start, slice(int(low), int(high))


def _gather(problem: Problem, point: Coefficients, rows: Positions) -> _Solved:
    block = problem.rows.take(rows)
    standard = problem.standard(block)
    weights = standard.weight_values
    matrix = problem.whitening.rows(standard.design.dense()) * weights[:, np.newaxis]
    return _Solved(matrix, point.residual(block), weights)
