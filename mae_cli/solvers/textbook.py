"""Subgradient descent exactly as the textbook has it: w ← w − ηₖ·∂L/∂w.

It works on standardised columns (mean 0, standard deviation 1; root mean square 1 without an intercept) and on
y divided by mean|y − median y|, so that a step size means the same on all data. Subgradient steps do not always go
down (Shor, 1962), so the best iterate is kept.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.losses import Loss, Squared
from mae_cli.progress import ProgressListener
from mae_cli.rows.blocks import Block
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.moments import column_moments
from mae_cli.rows.quantiles import target_quantiles
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.least_squares import bound_squared
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.proof.certificate import Bound, BoundedFit
from mae_cli.solvers.proof.dual_anywhere import bound_anywhere
from mae_cli.solvers.settings import Textbook
from mae_cli.solvers.solution import History

# With a tolerance, the gap is looked at after so many epochs: a bound costs as much as many steps.
_EPOCHS_BETWEEN_BOUNDS = 25


@dataclass(frozen=True, eq=False)
class _Scaling:
    """Means and deviations of the standard columns, and the size of the target.

    Attributes:
        mean: (p,) 0 for the column of ones, and everywhere without an intercept.
        deviation: (p,) 1 for the column of ones and for constant columns, ∞ for columns that are left out.
        target: mean|y − median y| (mean |y| without an intercept); 1 if that is 0.
        intercept: whether the first column is the one of ones.
    """

    mean: FloatArray
    deviation: FloatArray
    target: float
    intercept: bool

    def to_standard(self, point: FloatArray) -> FloatArray:
        """The coefficients of the standard columns: those of z̃ = (z − mean) / deviation, target scale undone."""
        standard = point * self.target / self.deviation
        if self.intercept:
            standard[0] -= self.mean @ standard
        return standard

    def gradient(self, standard_gradient: FloatArray) -> FloatArray:
        """The gradient by the scaled coefficients, from that by the standard ones."""
        if self.intercept:
            standard_gradient = standard_gradient - self.mean * standard_gradient[0]
        return standard_gradient / self.deviation


def descend_as_textbook(problem: Problem, settings: Textbook, listener: ProgressListener) -> BoundedFit:
    """Run the epochs; the best iterate with its bound and the loss after every epoch, the best one last."""
    descent = _Descent(problem, settings)
    course = [(_in_user_units(descent.best_loss, problem), problem.counter.passes)]
    epochs = 0
    listener.planning(settings.epochs)
    for epoch in range(1, settings.epochs + 1):
        epochs = epoch
        loss = descent.epoch(epoch)
        course.append((_in_user_units(loss, problem), problem.counter.passes))
        listener.reached(epoch, course[-1][0])
        if not np.isfinite(loss):
            break
        if settings.tolerance is not None and epoch % _EPOCHS_BETWEEN_BOUNDS == 0:
            bound = descent.bound()
            if bound.gap <= settings.tolerance * bound.loss or bound.is_perfect:
                break
    bound = descent.bound()
    return BoundedFit(descent.best(), bound, History.of(course, epochs, bound.loss, problem.counter.passes))


def _in_user_units(loss: float, problem: Problem) -> float:
    standard = problem.standard
    return standard.to_user_squared(loss) if isinstance(problem.loss, Squared) else loss * standard.target_scale


class _Descent:
    """The state of the descent: the iterate and the best one so far."""

    def __init__(self, problem: Problem, settings: Textbook) -> None:
        self._problem = problem
        self._settings = settings
        self._scaling = _measure(problem)
        self._point = np.zeros(problem.standard_rows.shape[1])
        self._random = np.random.default_rng(settings.seed)
        self._best_point = self._point
        self.best_loss, self._gradient = self._loss_and_gradient(self._point)

    def epoch(self, number: int) -> float:
        """One pass of steps; the mean loss after it, in standard units."""
        rate = self._settings.rate(number)
        with np.errstate(over="ignore", invalid="ignore"):
            if self._settings.batch_size is None:
                self._point = self._point - rate * self._gradient
            else:
                self._step_through_batches(rate, self._settings.batch_size)
            loss, self._gradient = self._loss_and_gradient(self._point)
        if loss < self.best_loss:
            self.best_loss, self._best_point = loss, self._point
        return loss

    def best(self) -> Coefficients:
        """The best iterate in the user's units."""
        return self._problem.standard.to_user(self._scaling.to_standard(self._best_point))

    def bound(self) -> Bound:
        squared = isinstance(self._problem.loss, Squared)
        return (bound_squared if squared else bound_anywhere)(self._problem, self.best())

    def _step_through_batches(self, rate: float, size: int) -> None:
        order = self._random.permutation(self._problem.standard_rows.shape[0])
        for start in range(0, len(order), size):
            batch = self._problem.standard_rows.take(order[start : start + size])
            weight, _, gradient = self._sums_at(self._point)(batch)
            self._point = self._point - rate * self._scaling.gradient(gradient) / weight

    def _loss_and_gradient(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Mean loss in standard units, and the gradient of the mean loss of y/target by the scaled coefficients."""
        weight, loss, gradient = sum_blocks(self._problem.standard_rows, self._sums_at(point))
        return loss / weight, self._scaling.gradient(gradient) / weight

    def _sums_at(self, point: FloatArray) -> "partial[tuple[float, float, FloatArray]]":
        standard = self._scaling.to_standard(point)
        return partial(_slope_sums, standard=standard, loss=self._problem.loss, unit=self._scaling.target)


def _slope_sums(block: Block, standard: FloatArray, loss: Loss, unit: float) -> tuple[float, float, FloatArray]:
    """Σω, Σω·loss(r) in standard units, and Σω·slope(r/unit)·z."""
    residual = block.residual(standard)
    gradient = block.design.transpose_product(block.weighted(loss.slope(residual / unit)))
    return block.total_weight, float(block.weighted(loss.values(residual)).sum()), gradient


def _measure(problem: Problem) -> _Scaling:
    rows, intercept = problem.standard_rows, problem.standard.intercept
    moments = column_moments(rows)
    root_mean_square = np.hypot(moments.mean, moments.deviation)
    if intercept:
        mean, spread = np.append(0.0, moments.mean[1:]), moments.deviation
    else:
        mean, spread = np.zeros(len(moments.mean)), root_mean_square
    # A column that is constant but for rounding would otherwise be blown up.
    deviation = np.where(spread > 1e-12 * root_mean_square, spread, 1.0)
    # A step divided by ∞ is none: the columns that are left out keep the coefficient 0.
    deviation[problem.whitening.aliased] = np.inf
    middle = target_quantiles(rows, (0.5,))[0] if intercept else 0.0
    weight, total = sum_blocks(rows, partial(_distance, middle=middle))
    size = total / weight
    return _Scaling(mean, deviation, size if size > 0 else 1.0, intercept)


def _distance(block: Block, middle: float) -> tuple[float, float]:
    """Σω and Σω|y − middle|."""
    return block.total_weight, float(block.weighted(np.abs(block.target - middle)).sum())
