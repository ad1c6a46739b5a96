"""The mean square of the residuals, and how far it can be above the least: sums over blocks, and what rounding does.

For any coefficients, with RᵀR = Σωzzᵀ / n and the gradient g = Σωrz, the least mean square is that of the coefficients
less ‖R⁻ᵀg‖² / n / Σω. Everything here is in standard units.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.prepare.double_double import DoubleDouble
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.rounding import UNIT, products_rounding
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION
from mae_cli.solvers.proof.certificate import OPTIMAL_GAP
from mae_cli.solvers.squares.squared_residual import mean_square

# Four times the square of half a unit of the last place of 1: what an operation with twice the digits loses.
_DOUBLE_UNIT = 2.0**-104
# The factor R is good to so many units times what its condition makes of them.
_FACTOR_UNITS = 1e3
# A loss whose rounding is more than this share of it is computed with twice the digits.
MOST_ROUNDING = 1e-12


@dataclass(frozen=True)
class Evaluation:
    """The mean square of some coefficients.

    Attributes:
        loss: as it was computed.
        rounding: how far that can be from the mean square of these coefficients.
        excess: how far this can at most be above the least one.
    """

    loss: float
    rounding: float
    excess: float

    @property
    def lower_bound(self) -> float:
        """No coefficients have a smaller mean square."""
        return self.loss - self.excess - self.rounding

    @property
    def is_proved(self) -> bool:
        """Whether the coefficients are proved to be within `OPTIMAL_GAP` of the optimum."""
        return self.is_proved_for(0.0)

    def is_proved_for(self, loss: float) -> bool:
        """Whether they are within that share of the larger one of their own loss and another."""
        return self.excess <= OPTIMAL_GAP * max(self.loss - self.rounding, loss, 0.0)

    @property
    def is_precise(self) -> bool:
        """Whether rounding is no part of the loss that matters."""
        return self.rounding <= MOST_ROUNDING * self.loss


@dataclass(frozen=True, eq=False)
class SquaredSums(Sums):
    """Sums over rows: ω, ωr², and the gradient Σωrz (p,)."""

    weight: float
    loss: float
    gradient: FloatArray

    @staticmethod
    def of(block: Block, residual: FloatArray, gradient: FloatArray) -> "SquaredSums":
        """The sums of a block; NumPy adds by halves, so that their rounding grows with the logarithm of its rows."""
        return SquaredSums(block.total_weight, float((block.weighted(residual) * residual).sum()), gradient)


def is_small(problem: Problem) -> bool:
    """Whether twice the digits cost next to nothing."""
    count, columns = problem.rows.shape
    return count * (columns + 1) <= problem.limits.small_squared_size


def evaluate(problem: Problem, point: Coefficients) -> Evaluation:
    """The mean square of a linear function in the user's units, with twice the digits where plain ones do not do."""
    if not is_small(problem) and problem.whitening.condition <= GRAM_CONDITION:
        plain = _evaluate_plainly(problem, point)
        if plain.is_precise:
            return plain
        careful = mean_square(problem, point)
        if careful.rounding <= MOST_ROUNDING * careful.loss:
            return Evaluation(careful.loss, careful.rounding, plain.excess)
    precise = sums_at(problem, PreciseColumns(problem.standard).of_user(point))
    return precise.evaluation(_widening(problem.whitening.condition))


def _evaluate_plainly(problem: Problem, point: Coefficients) -> Evaluation:
    standard, low = problem.standard.of_user(point)
    search = partial(_sums_at, standard=problem.standard, point=standard, low=low)
    sums, squares = zip(*problem.rows.map(search), strict=True)
    total = sum(sums[1:], start=sums[0])
    return evaluation(problem, standard, total, sum(squares) / total.weight)


def _sums_at(block: Block, standard: Standardisation, point: FloatArray, low: float) -> tuple[SquaredSums, float]:
    """The sums at standard coefficients, and Σωy² of the standard target."""
    shifted = standard.shifted(block)
    residual = standard.residual(shifted, point)
    residual -= low
    sums = SquaredSums.of(block, residual, standard.pull(shifted, block.weighted(residual)))
    target = (block.target - standard.target_shift) * (1.0 / standard.target_scale)
    return sums, float((block.weighted(target) * target).sum())


def evaluation(problem: Problem, point: FloatArray, sums: SquaredSums, target_square: float) -> Evaluation:
    """What plain sums at standard coefficients (p,) prove; `target_square` is the mean square of the standard target.

    A residual is rounded by no more than κ·u·(|y| + Σ|z||β|), where κ is `products_rounding`; the root mean square of
    that is at most the sum of those of its parts (Minkowski).
    """
    count, columns = problem.rows.shape[0], len(point)
    whitening = problem.whitening
    per_weight = np.sqrt(count / sums.weight)
    sizes = np.sqrt(target_square) + per_weight * float(np.abs(point) @ whitening.lengths_of_all)
    moved = products_rounding(columns) * UNIT * sizes
    loss = sums.loss / sums.weight
    blocks = (32 + 4 * np.sqrt(count / 256)) * UNIT
    added = (32 + 4 * np.sqrt(count)) * UNIT * np.sqrt(columns) * whitening.condition * np.sqrt(loss)
    slope = float(np.linalg.norm(whitening.gradient(sums.gradient))) / np.sqrt(count * sums.weight)
    return Evaluation(
        loss=loss,
        rounding=float(3 * blocks * loss + 2 * np.sqrt(loss) * moved + moved**2),
        excess=_excess(slope, _widening(whitening.condition), float(moved + added)),
    )


def _widening(condition: float) -> float:
    """How much larger ‖R⁻ᵀg‖ of the exact factor can be than that of the computed one.

    A Gram matrix squares the condition, rows that are factored do not. Near 1/ε the factor may be all rounding.
    """
    amplified = _FACTOR_UNITS * UNIT * (condition**2 if condition <= GRAM_CONDITION else condition)
    return 1 + amplified if amplified <= 1 else np.inf


def _excess(slope: float, widening: float, noise: float) -> float:
    return float((widening * slope if slope > 0 else 0.0) + noise) ** 2


@dataclass(frozen=True, eq=False)
class PreciseSums:
    """The mean square of coefficients from sums with twice the digits.

    Attributes:
        loss: the mean square.
        rounding: how far that can be from the exact one.
        step: (k,) the whitened step to the least one, by the computed factor.
        slope: how much that is of the root mean square.
        noise: how far rounding can have moved the slope.
    """

    loss: float
    rounding: float
    step: FloatArray
    slope: float
    noise: float

    def evaluation(self, widening: float) -> Evaluation:
        """What is proved, if the exact factor makes the slope at most so many times larger."""
        return Evaluation(self.loss, self.rounding, _excess(self.slope, widening, self.noise))


def sums_at(problem: Problem, coefficients: DoubleDouble) -> PreciseSums:
    """The mean square of standard coefficients, and the step to the least one."""
    precise, count = PreciseColumns(problem.standard), problem.rows.shape[0]
    sums = sum_blocks(problem.rows, partial(_block_sums, precise=precise, coefficients=coefficients))
    loss, weight = sums.loss.ratio(sums.weight), float(sums.weight.high)
    step = problem.whitening.gradient(sums.gradient.high) / count
    moved = (len(coefficients.high) + 8) * _DOUBLE_UNIT * (1.0 + float(np.abs(coefficients.high).sum()))
    slope = float(np.linalg.norm(step)) * np.sqrt(count / weight)
    condition = problem.whitening.condition
    added = 64 * _DOUBLE_UNIT * condition * np.sqrt(loss * count)
    return PreciseSums(
        loss=loss,
        rounding=float(8 * UNIT * loss + 2 * np.sqrt(loss) * moved + moved**2),
        step=step,
        slope=slope,
        noise=float(moved + added),
    )


@dataclass(frozen=True, eq=False)
class _BlockSums(Sums):
    """Sums over rows with twice the digits: ω, ωr², and the gradient Σωrz (p,)."""

    weight: DoubleDouble
    loss: DoubleDouble
    gradient: DoubleDouble


def _block_sums(block: Block, precise: PreciseColumns, coefficients: DoubleDouble) -> _BlockSums:
    residual = precise.residual(block, coefficients)
    weights = block.weight_values
    return _BlockSums(
        weight=DoubleDouble.of(weights).sum_rows(),
        loss=residual.square().times(weights).sum_rows(),
        gradient=precise.transpose_product(block.design, residual.times(weights)),
    )
