"""The mean square of the residuals, and how far it can be above the least: sums over blocks, and what rounding does.

For any coefficients, with RᵀR = Σωzzᵀ / n and the gradient ∇ = Σωrz, the least mean square is that of the coefficients
less ‖R⁻ᵀ∇‖² / n / Σω. Everything here is in standard units.

Where plain sums do not do, numbers are cut into their leading digits and the rest, so that the products of leading
digits, and their sums in any order, are exact (Rump, Ogita and Oishi, 2008): only the products with the rest are
rounded, which are a millionth of the others. Few rows, and nearly dependent columns, have twice the digits throughout.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.precision import UNIT, DoubleDouble, products_rounding, two_sum
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION
from mae_cli.solvers.proof.certificate import OPTIMAL_GAP

# Four times the square of half a unit of the last place of 1: what an operation with twice the digits loses.
_DOUBLE_UNIT = 2.0**-104
# The factor R is good to so many units times what its condition makes of them.
_FACTOR_UNITS = 1e3
# A loss whose rounding is more than this share of it is computed with twice the digits.
_MOST_ROUNDING = 1e-12
# So many numbers at a time stay in the cache.
_CACHED = 1 << 16


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
        return self.rounding <= _MOST_ROUNDING * self.loss


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
        careful = Evaluation(*_mean_square(problem, point), plain.excess)
        if careful.is_precise:
            return careful
    precise = sums_at(problem, PreciseColumns(problem.standard).of_user(point))
    return precise.evaluation(_widening(problem.whitening.condition))


def _evaluate_plainly(problem: Problem, point: Coefficients) -> Evaluation:
    standard, low = problem.standard.of_user(point)
    search = partial(_sums_at, standard=problem.standard, point=standard, low=low)
    sums, target_square = sum_blocks(problem.rows, search)
    return evaluation(problem, standard, sums, target_square / sums.weight)


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
    """How much larger ‖R⁻ᵀ∇‖ of the exact factor can be than that of the computed one.

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
    total, squares, gradient = sum_blocks(
        problem.rows, partial(_precise_sums, precise=precise, coefficients=coefficients)
    )
    loss, weight = squares.ratio(total), float(total.high)
    step = problem.whitening.gradient(gradient.high) / count
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


def _precise_sums(
    block: Block, precise: PreciseColumns, coefficients: DoubleDouble
) -> tuple[DoubleDouble, DoubleDouble, DoubleDouble]:
    """Σω, Σωr² and Σωrz (p,) with twice the digits."""
    residual, weights = precise.residual(block, coefficients), block.weight_values
    squares = residual.square().times(weights).sum_rows()
    gradient = precise.transpose_product(block.design, residual.times(weights))
    return DoubleDouble.of(weights).sum_rows(), squares, gradient


@dataclass(frozen=True, eq=False)
class _Cut:
    """Standard coefficients (p,) = leading + rest.

    Attributes:
        leading: multiples of one power of two.
        rest: what is left.
        low: what the coefficient of the column of ones has beyond a float.
        digits: how many binary digits leading numbers have.
    """

    leading: FloatArray
    rest: FloatArray
    low: float
    digits: int

    @staticmethod
    def of(point: FloatArray, low: float) -> "_Cut":
        """Cut so that sums of p products of leading numbers fit a float."""
        digits = (52 - len(point).bit_length()) // 2
        largest = float(np.abs(point).max(initial=0.0))
        leading = _leading(point, digits - int(np.frexp(largest)[1]))
        return _Cut(leading, point - leading, low, digits)

    @property
    def rounded_size(self) -> float:
        """A bound of the sum of the products that are rounded, in every row."""
        sizes = np.abs(self.leading) + np.abs(self.rest)
        return float(np.abs(self.rest).sum() + 2.0**-self.digits * sizes.sum() + abs(self.low))


def _leading(values: FloatArray, digits: int) -> FloatArray:
    """The values rounded to so many binary digits behind the point."""
    grid = np.ldexp(1.5, 52 - digits)
    leading: FloatArray = (values + grid) - grid
    return leading


def _mean_square(problem: Problem, point: Coefficients) -> tuple[float, float]:
    """The mean square of a linear function in the user's units to nearly all digits, and how far it can be off."""
    cut = _Cut.of(*problem.standard.of_user(point))
    weight, squares = sum_blocks(problem.rows, partial(_squares, standard=problem.standard, cut=cut))
    loss, (count, columns) = float(squares / weight), problem.rows.shape
    added = (32 + 4 * np.sqrt(max(count / 256, count * columns / _CACHED))) * UNIT
    moved = 2 * UNIT * np.sqrt(loss) + 2 * products_rounding(columns) * UNIT * cut.rounded_size
    return loss, float(3 * added * loss + 2 * np.sqrt(loss) * moved + moved**2)


def _squares(block: Block, standard: Standardisation, cut: _Cut) -> tuple[float, float]:
    """Σω and Σωr²."""
    total = 0.0
    for part in _parts(block):
        residual = _residual(part, standard, cut)
        total += float((part.weighted(residual) * residual).sum())
    return block.total_weight, total


def _parts(block: Block) -> Iterator[Block]:
    rows = max(64, _CACHED // max(block.design.numeric.shape[1], 1))
    return (block.part(slice(start, start + rows)) for start in range(0, len(block.target), rows))


def _residual(block: Block, standard: Standardisation, cut: _Cut) -> FloatArray:
    """Standard residuals, (b,)."""
    first = int(standard.intercept)
    leading, behind = _columns(block, standard, cut.digits)
    design = Design(leading, block.design.codes, block.design.level_counts)
    exact, small = design.product(cut.leading[first:]), design.product(cut.rest[first:])
    small += behind @ (cut.leading + cut.rest)[first : first + behind.shape[1]]
    if first:
        exact += cut.leading[0]
        small += cut.rest[0] + cut.low
    unit = 1.0 / standard.target_scale
    target, target_error = two_sum(block.target, np.asarray(-standard.target_shift))
    residual, error = two_sum(target * unit, -exact)
    return residual + (error + (target_error * unit - small))


def _columns(block: Block, standard: Standardisation, digits: int) -> tuple[FloatArray, FloatArray]:
    """The leading digits of the standard numeric columns, and what is left of them; together they are exact."""
    numeric, unit = block.design.numeric, 1.0 / standard.scale
    if not standard.shift.any():
        values = numeric * unit
        leading = _leading(values, digits)
        values -= leading
        return leading, values
    shifted, error = two_sum(numeric, -standard.shift)
    shifted *= unit
    leading = _leading(shifted, digits)
    shifted -= leading
    return leading, shifted + error * unit
