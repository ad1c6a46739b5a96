"""The exact fit of the MSE: the same whitened descent, refined to the last digit where that is needed; and its bound.

Refinement keeps only the coefficients, with twice the digits; each pass computes residuals and their gradient block by
block against the columns as read, and the correction R⁻¹R⁻ᵀ∇ / n from it. As the gradient has twice the digits, an
error shrinks by about ε times the condition number of the factored rows a pass, and this converges as long as that
number is below 1/ε (for the augmented system this is Björck's analysis, 1967).
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault
from mae_cli.rows.blocks import Block
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.prepare.precise_columns import PreciseColumns, without_rest
from mae_cli.solvers.prepare.precision import DoubleDouble
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION
from mae_cli.solvers.proof.certificate import Bound, BoundedFit, negligible_loss
from mae_cli.solvers.solution import History
from mae_cli.solvers.squared_loss import (
    Evaluation,
    PreciseSums,
    SquaredSums,
    evaluate,
    evaluation,
    is_small,
    sums_at,
)

# In whitened coordinates the loss is round and one exact step ends at its centre; the next ones clear up rounding.
_MOST_STEPS = 10
_SMALLEST_GAIN = 1e-14
_MOST_CORRECTIONS = 60
# Corrections below this share of the prediction are beyond the last digit of any coefficient.
_NEGLIGIBLE = 1e-24
# Where corrections stop to shrink, the last one has to be below this share, or the optimum proved.
_CONVERGED = 1e-17
# A correction this share of the one before is no longer a step of a geometric decrease.
_SLOWEST = 0.5
# A factor with which corrections shrink so is good to half of every step.
_WIDENING = 2.0
# Predictions are measured against no less than this share of the residuals.
_LEAST_PREDICTION = 2.0**-40
# More than rounding can make of a number, as a share of it.
_ROUNDING = 32 * float(np.finfo(float).eps)


def minimise_squared(problem: Problem) -> BoundedFit:
    """The least-squares coefficients, with their bound and the losses on the way.

    Few rows are always refined. With many the descent's own error, a few ε times the condition number, is far below
    the standard error of any coefficient, unless the columns are nearly dependent or it falls short of a proof.
    """
    point, proved, descended = _descend(problem)
    fitted, solution = problem.in_user_units(point), proved if proved.is_proved else None
    ill_conditioned = problem.whitening.condition > GRAM_CONDITION
    if is_small(problem) or ill_conditioned or not proved.is_proved:
        refined = refine(problem, point)
        if refined is not None:
            fitted, solution = refined.point, refined.evaluation
    bound = bound_squared(problem, fitted, solution)
    course = [(problem.standard.to_user_squared(loss), at_pass) for loss, at_pass in descended]
    return BoundedFit(fitted, bound, History.of(course, len(course) - 1, bound.loss, problem.counter.passes))


def _descend(problem: Problem) -> tuple[FloatArray, Evaluation, list[tuple[float, int]]]:
    """The end of whitened steepest descent with exact line search: the whitened point (k,), and what is proved of it.

    And the mean squares in standard units on the way, that at 0 first, each with the pass that made it known.
    """
    point = np.zeros(len(problem.whitening.kept))
    sums = _sums(problem, point)
    course = [(sums.loss / sums.weight, problem.counter.passes)]
    for _ in range(_MOST_STEPS):
        direction = problem.whitening.gradient(sums.gradient)
        following = point + _exact_step(problem, point, direction) * direction
        ahead = _sums(problem, following)
        if not ahead.loss < sums.loss:
            break
        point, sums = following, ahead
        course.append((sums.loss / sums.weight, problem.counter.passes))
        if course[-2][0] - course[-1][0] <= _SMALLEST_GAIN * course[-1][0]:
            break
    return point, evaluation(problem, problem.whitening.to_standard(point), sums, course[0][0]), course


def _sums(problem: Problem, point: FloatArray) -> SquaredSums:
    """The sums at a whitened point; their gradient is that of −Σωr²/2."""
    standard = problem.whitening.to_standard(point)
    return sum_blocks(problem.standard_rows, partial(_block_sums, point=standard))


def _exact_step(problem: Problem, point: FloatArray, direction: FloatArray) -> float:
    """The t that minimises Σω(r − t·s)², where s is how fast predictions change: Σωrs / Σωs²."""
    search = partial(
        _step_sums,
        point=problem.whitening.to_standard(point),
        direction=problem.whitening.to_standard(direction),
    )
    along, curvature = sum_blocks(problem.standard_rows, search)
    return along / curvature if curvature > 0 else 0.0


def _block_sums(block: Block, point: FloatArray) -> SquaredSums:
    residual = block.residual(point)
    return SquaredSums.of(block, residual, block.design.transpose_product(block.weighted(residual)))


def _step_sums(block: Block, point: FloatArray, direction: FloatArray) -> tuple[float, float]:
    """Σωrs and Σωs²."""
    rate = block.design.product(direction)
    weighted = block.weighted(rate)
    return float(weighted @ block.residual(point)), float(weighted @ rate)


@dataclass(frozen=True, eq=False)
class RefinedFit:
    """Least-squares coefficients in the user's units, and what is proved of them before they were rounded."""

    point: Coefficients
    evaluation: Evaluation


def refine(problem: Problem, start: FloatArray) -> RefinedFit | None:
    """The least-squares fit, refined from a whitened point (k,); None if the corrections do not converge.

    Corrections are measured in whitened coordinates, by the change of the predictions: what decides is how they
    shrink, never a comparison of losses.
    """
    columns = PreciseColumns(problem.standard)
    point, coefficients = start, _standard(problem, start)
    previous, shrunk = np.inf, False
    for _ in range(_MOST_CORRECTIONS):
        sums = sums_at(problem, coefficients)
        size = _relative_size(problem, point, sums)
        evaluation = sums.evaluation(_WIDENING)
        step = _standard(problem, sums.step)
        following = coefficients + step
        if size <= _NEGLIGIBLE:
            return RefinedFit(columns.to_user(without_rest(following, step.high)), evaluation)
        if not size <= _SLOWEST * previous:
            converged = size <= _CONVERGED or (shrunk and evaluation.is_proved)
            point_found = columns.to_user(without_rest(coefficients, step.high))
            return RefinedFit(point_found, evaluation) if converged else None
        shrunk = np.isfinite(previous)
        point, coefficients, previous = point + sums.step, following, size
    return None


def _standard(problem: Problem, point: FloatArray) -> DoubleDouble:
    """A whitened point as standard coefficients."""
    return DoubleDouble.of(problem.whitening.to_standard(point))


def _relative_size(problem: Problem, point: FloatArray, sums: PreciseSums) -> float:
    """The size of the step from a whitened point (k,), relative to the predictions."""
    per_row = np.sqrt(sums.loss * problem.standard.weight / problem.rows.shape[0])
    scale = max(float(np.linalg.norm(point)), float(_LEAST_PREDICTION * per_row))
    size = float(np.linalg.norm(sums.step))
    return size / scale if scale > 0 else np.inf if size > 0 else 0.0


def bound_squared(problem: Problem, point: Coefficients, solution: Evaluation | None = None) -> Bound:
    """The bound of coefficients in the user's units.

    Args:
        problem: what was fitted.
        point: the coefficients as they are written.
        solution: what is proved of the solution that they were rounded from; without it, `point` has to prove itself.

    Raises:
        DataError: the mean square overflows.
    """
    written = evaluate(problem, point)
    lowest = max(written.lower_bound, solution.lower_bound if solution else 0.0)
    if solution is None and problem.whitening.condition > GRAM_CONDITION:
        # The factor of nearly dependent columns says little about a point that is far from the optimum.
        refined = refine(problem, np.zeros(len(problem.whitening.kept)))
        lowest = max(lowest, refined.evaluation.lower_bound) if refined else lowest
    standard = problem.standard
    with np.errstate(over="ignore"):
        loss = float(standard.to_user_squared(np.float64(written.loss)))
        lower_bound = math.nextafter(float(standard.to_user_squared(np.float64(max(lowest, 0.0)))), 0.0)
    if not math.isfinite(loss):
        remedy = "rescale the target (the MAE needs no squares)"
        raise DataError(Fault("squares-overflow", "the squares of the residuals exceed floating point", remedy=remedy))
    # A loss that vanishes as its numbers are squared cannot be told from none.
    is_perfect = loss == 0 or _is_negligible(problem, point, math.sqrt(written.loss) * standard.target_scale)
    # What rounding the coefficients costs is part of the gap, not of what is proved.
    is_optimal = is_perfect or (solution or written).is_proved_for(written.loss - written.rounding)
    return Bound(loss, lower_bound, is_optimal, is_perfect)


def _is_negligible(problem: Problem, point: Coefficients, root_mean_square: float) -> bool:
    """Whether residuals of this size are no more than rounding; a pass tells, if the ranges of the columns do not."""
    standard, weights = problem.standard, np.abs(point.values)
    numeric = len(standard.farthest)
    with np.errstate(over="ignore"):
        largest = standard.target_scale + float(standard.farthest @ weights[:numeric] + weights[numeric:].sum())
        return root_mean_square <= _ROUNDING * largest and root_mean_square <= negligible_loss(problem, point)
