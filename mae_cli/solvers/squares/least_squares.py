"""The exact fit of the MSE: the same whitened descent, then refinement to the last digits."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION
from mae_cli.solvers.proof.certificate import BoundedFit
from mae_cli.solvers.solution import History
from mae_cli.solvers.squares.squared_bound import bound_squared
from mae_cli.solvers.squares.squared_loss import Evaluation, SquaredSums, evaluation, is_small
from mae_cli.solvers.squares.squared_refinement import refine

# In whitened coordinates the loss is round and one exact step ends at its centre; the next ones clear up rounding.
_MOST_STEPS = 10
_SMALLEST_GAIN = 1e-14


def minimise_squared(problem: Problem) -> BoundedFit:
    """The least-squares coefficients, with their bound and the losses on the way.

    Few rows are always refined. With many the descent's own error, a few ε times the condition number, is far below
    the standard error of any coefficient, unless the columns are nearly dependent or it falls short of a proof.
    """
    descended = _descend(problem)
    proved = descended.evaluation(problem)
    fitted, solution = problem.in_user_units(descended.point), proved if proved.is_proved else None
    ill_conditioned = problem.whitening.condition > GRAM_CONDITION
    if is_small(problem) or ill_conditioned or not proved.is_proved:
        refined = refine(problem, descended.point)
        if refined is not None:
            fitted, solution = refined.point, refined.evaluation
    bound = bound_squared(problem, fitted, solution)
    course = [(problem.standard.to_user_squared(loss), at_pass) for loss, at_pass in descended.course]
    return BoundedFit(fitted, bound, History.of(course, len(course) - 1, bound.loss, problem.counter.passes))


@dataclass(frozen=True, eq=False)
class _Descended:
    """The end of a descent.

    Attributes:
        point: (k,) whitened.
        sums: over the rows at this point.
        course: mean squares in standard units on the way, that at 0 first, each with the pass that made it known.
    """

    point: FloatArray
    sums: SquaredSums
    course: tuple[tuple[float, int], ...]

    def evaluation(self, problem: Problem) -> Evaluation:
        """What the sums prove."""
        return evaluation(problem, problem.whitening.to_standard(self.point), self.sums, self.course[0][0])


def _descend(problem: Problem) -> _Descended:
    """Whitened steepest descent with exact line search."""
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
    return _Descended(point, sums, tuple(course))


def _sums(problem: Problem, point: FloatArray) -> SquaredSums:
    """The sums at a whitened point; their gradient is that of −Σωr²/2."""
    standard = problem.whitening.to_standard(point)
    return sum_blocks(problem.standard_rows, partial(_block_sums, point=standard))


def _exact_step(problem: Problem, point: FloatArray, direction: FloatArray) -> float:
    """The step t that minimises Σω(r − t·u)²: Σωru / Σωu²."""
    search = partial(
        _step_sums,
        point=problem.whitening.to_standard(point),
        direction=problem.whitening.to_standard(direction),
    )
    along, curvature = sum_blocks(problem.standard_rows, search)
    return float(along / curvature) if curvature > 0 else 0.0


def _block_sums(block: Block, point: FloatArray) -> SquaredSums:
    residual = block.residual(point)
    return SquaredSums.of(block, residual, block.design.transpose_product(block.weighted(residual)))


def _step_sums(block: Block, point: FloatArray, direction: FloatArray) -> FloatArray:
    """Σωru and Σωu²."""
    rate = block.design.product(direction)
    weighted = block.weighted(rate)
    return np.array([weighted @ block.residual(point), weighted @ rate])
