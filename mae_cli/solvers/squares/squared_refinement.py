"""Least squares to the last digit: iterative refinement with residuals and gradients of twice the digits.

Only the coefficients are kept, with twice the digits; each pass computes residuals and their gradient block by block
against the columns as read, and the correction R⁻¹R⁻ᵀg / n from it. As the gradient has twice the digits, an error
shrinks by about ε times the condition number of the factored rows a pass, and this converges as long as that number
is below 1/ε (for the augmented system this is Björck's analysis, 1967).
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.prepare.double_double import DoubleDouble
from mae_cli.solvers.prepare.precise_columns import PreciseColumns, without_rest
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.squares.squared_loss import Evaluation, PreciseSums, sums_at

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
