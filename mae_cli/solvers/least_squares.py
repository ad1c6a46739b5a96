"""The exact fit of the MSE: the same whitened descent, then refinement to the last digits."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block, whole
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.certificate import BoundedFit, bound_squared
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.refinement import refine_least_squares
from mae_cli.solvers.solution import History

# In whitened coordinates the loss is round and one exact step ends at its centre; the next ones clear up rounding.
_MOST_STEPS = 10
_SMALLEST_GAIN = 1e-14
# Refined coefficients may have a larger loss by the rounding of its evaluation; by more, and they have diverged.
_SAME_LOSS = 1e-9
# Refinement holds dense copies of the rows. With more rows than these the descent's own error, a few ε times the
# condition number, is far below the standard error of any coefficient, unless the columns are so nearly dependent
# that the descent does not get to a gap of rounding: then the rows are refined whatever their number.
_REFINED_SIZE = 400_000


def minimise_squared(problem: Problem) -> BoundedFit:
    """The least-squares coefficients, with their bound and the losses on the way."""
    point, losses = _descend(problem)
    fitted = problem.in_user_units(point)
    bound = bound_squared(problem, fitted)
    count, columns = problem.rows.shape
    if count * (columns + 1) <= _REFINED_SIZE or not bound.is_optimal:
        refined = refine_least_squares(whole(problem.rows), problem.standard, problem.whitening)
        refined_bound = bound_squared(problem, refined)
        if refined_bound.loss <= bound.loss * (1 + _SAME_LOSS):
            fitted, bound = refined, refined_bound
    history = (*filter(math.isfinite, map(problem.standard.to_user_squared, losses)), bound.loss)
    return BoundedFit(fitted, bound, History(history, len(losses) - 1, problem.counter.passes))


def _descend(problem: Problem) -> tuple[FloatArray, list[float]]:
    """Whitened steepest descent with exact line search; the point, and the mean losses in standard units."""
    point = np.zeros(len(problem.whitening.kept))
    loss, gradient = _loss_and_gradient(problem, point)
    losses = [loss]
    for _ in range(_MOST_STEPS):
        following = point + _exact_step(problem, point, gradient) * gradient
        loss, gradient = _loss_and_gradient(problem, following)
        if not loss < losses[-1]:
            break
        point = following
        losses.append(loss)
        if losses[-2] - losses[-1] <= _SMALLEST_GAIN * losses[-1]:
            break
    return point, losses


def _loss_and_gradient(problem: Problem, point: FloatArray) -> tuple[float, FloatArray]:
    """Mean loss, and Σωrv: the negative gradient of Σωr²/2 in whitened coordinates."""
    standard = problem.whitening.to_standard(point)
    sums = sum_blocks(problem.standard_rows, partial(_loss_sums, point=standard))
    return sums.loss / sums.weight, problem.whitening.gradient(sums.gradient)


def _exact_step(problem: Problem, point: FloatArray, direction: FloatArray) -> float:
    """The step t that minimises Σω(r − t·u)²: Σωru / Σωu²."""
    search = partial(
        _step_sums,
        point=problem.whitening.to_standard(point),
        direction=problem.whitening.to_standard(direction),
    )
    along, curvature = sum_blocks(problem.standard_rows, search)
    return float(along / curvature) if curvature > 0 else 0.0


@dataclass(frozen=True, eq=False)
class _LossSums(Sums):
    """Σω, Σωr² and Σωrz."""

    weight: float
    loss: float
    gradient: FloatArray


def _loss_sums(block: Block, point: FloatArray) -> _LossSums:
    residual = block.residual(point)
    weighted = block.weighted(residual)
    return _LossSums(
        weight=float(block.weight_values.sum()),
        loss=float(weighted @ residual),
        gradient=block.design.transpose_product(weighted),
    )


def _step_sums(block: Block, point: FloatArray, direction: FloatArray) -> FloatArray:
    """Σωru and Σωu²."""
    rate = block.design.product(direction)
    weighted = block.weighted(rate)
    return np.array([weighted @ block.residual(point), weighted @ rate])
