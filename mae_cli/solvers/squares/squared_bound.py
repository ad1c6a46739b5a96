"""The bound of an MSE fit: its loss, and a mean square that no coefficients go below."""

import math

import numpy as np

from mae_cli.errors import DataError, Fault
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION
from mae_cli.solvers.proof.certificate import Bound, negligible_loss
from mae_cli.solvers.squares.squared_loss import Evaluation, evaluate
from mae_cli.solvers.squares.squared_refinement import refine

# More than rounding can make of a number, as a share of it.
_ROUNDING = 32 * float(np.finfo(float).eps)


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
