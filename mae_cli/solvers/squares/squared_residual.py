"""The mean square of residuals to nearly all digits, at a few times the price of plain ones.

Every number is cut into its leading digits and the rest, so that the products of leading digits, and their sums in any
order, are exact (Rump, Ogita and Oishi, 2008): only the products with the rest are rounded, which are a millionth of
the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.prepare.double_double import two_sum
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.rounding import UNIT, products_rounding
from mae_cli.solvers.prepare.standardise import Standardisation

# So many numbers at a time stay in the cache.
_CACHED = 1 << 16


@dataclass(frozen=True)
class MeanSquare:
    """A mean square in standard units, and how far rounding can have moved it."""

    loss: float
    rounding: float


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


def mean_square(problem: Problem, point: Coefficients) -> MeanSquare:
    """The mean square of a linear function in the user's units, by one pass."""
    cut = _Cut.of(*problem.standard.of_user(point))
    weight, squares = sum_blocks(problem.rows, partial(_squares, standard=problem.standard, cut=cut))
    loss, (count, columns) = float(squares / weight), problem.rows.shape
    added = (32 + 4 * np.sqrt(max(count / 256, count * columns / _CACHED))) * UNIT
    moved = 2 * UNIT * np.sqrt(loss) + 2 * products_rounding(columns) * UNIT * cut.rounded_size
    return MeanSquare(loss, float(3 * added * loss + 2 * np.sqrt(loss) * moved + moved**2))


def _squares(block: Block, standard: Standardisation, cut: _Cut) -> FloatArray:
    """Σω and Σωr² of a block."""
    total = 0.0
    for part in _parts(block):
        residual = _residual(part, standard, cut)
        total += float((part.weighted(residual) * residual).sum())
    return np.array([block.total_weight, total])


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
