"""What floats lose, and what twice their digits keep.

Residuals are computed in standard units, from which offsets are taken out: that of a row is off by at most
κ·u·(|y| + Σ|z·β|), where u = 2⁻⁵³ and κ is `products_rounding`. No allowance that a proof takes off is measured on a
sample of the rows.

A value of twice the digits is an unevaluated sum high + low of two floats, |low| ≤ ½ulp(high), from error-free
transformations (Dekker, 1971; Ogita, Rump and Oishi, 2005). Unlike `longdouble` the result is the same on every
platform. Arguments must be far from overflow (below 1e290).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mae_cli.arrays import CodeArray, FloatArray
from mae_cli.rows.blocks import BLOCK_ROWS

# Half of the distance from 1 to the next float.
UNIT = 2.0**-53
# The distance itself.
EPSILON = 2.0**-52
# What is summed up in twice the digits rounds by this share of its numbers: less is what is left of an exact zero.
EXACT_ROUNDING = 2.0**-98
# Smaller whole numbers are exact.
LARGEST_WHOLE = 2.0**53
# The fewest rows that a block of wide rows has.
_SHORT_BLOCK = 256
_SPLITTER = 134_217_729.0  # 2²⁷ + 1


def products_rounding(columns: int) -> float:
    """The κ of a residual over p columns.

    Errors of a sum of p products behave like a random walk: 4√p rather than p (Higham and Mary, 2019), and a few more
    for the shifts of a column and of the target.
    """
    return min(columns, 4 * math.sqrt(columns)) + 4


def sums_rounding(count: int) -> float:
    """What a sum over so many rows can be off by, as a share of the sum of the sizes of its terms.

    Within a block it may be made term by term, and the blocks are added up one by one.
    """
    return UNIT * (min(count, BLOCK_ROWS) + count // _SHORT_BLOCK + 2)


def pairwise_rounding(blocks: int) -> float:
    """The same for sums that NumPy makes by pairs within each of so many blocks."""
    return UNIT * (20 + blocks)


@dataclass(frozen=True, eq=False)
class DoubleDouble:
    """An array of values high + low."""

    high: FloatArray
    low: FloatArray

    @staticmethod
    def of(values: FloatArray) -> "DoubleDouble":
        """Floats as they are."""
        return DoubleDouble(values, np.zeros_like(values))

    def __add__(self, other: "DoubleDouble") -> "DoubleDouble":
        total, error = two_sum(self.high, other.high)
        return _normalised(total, error + (self.low + other.low))

    def __neg__(self) -> "DoubleDouble":
        return DoubleDouble(-self.high, -self.low)

    def __sub__(self, other: "DoubleDouble") -> "DoubleDouble":
        return self + -other

    def times(self, factor: FloatArray) -> "DoubleDouble":
        """The product with plain floats, broadcast."""
        product, error = two_product(self.high, factor)
        return _normalised(product, error + self.low * factor)

    def square(self) -> "DoubleDouble":
        product, error = two_product(self.high, self.high)
        return _normalised(product, error + 2 * self.high * self.low)

    def over(self, divisor: FloatArray) -> "DoubleDouble":
        """The quotient by plain floats."""
        quotient = self.high / divisor
        product, error = two_product(quotient, divisor)
        return _normalised(quotient, (((self.high - product) - error) + self.low) / divisor)

    def ratio(self, divisor: "DoubleDouble") -> float:
        """The quotient of two numbers as a float, within two units of its last place."""
        return float((self.high + self.low) / (divisor.high + divisor.low))

    def __getitem__(self, index: Any) -> "DoubleDouble":
        return DoubleDouble(self.high[index], self.low[index])

    def columns(self) -> "DoubleDouble":
        """A matrix; the values of a vector as one column."""
        return self if self.high.ndim > 1 else self[:, np.newaxis]

    def transposed(self) -> "DoubleDouble":
        return DoubleDouble(self.high.T, self.low.T)

    @staticmethod
    def concatenate(parts: Sequence["DoubleDouble"]) -> "DoubleDouble":
        empty = np.zeros(0)
        return DoubleDouble(
            np.concatenate([empty, *(part.high for part in parts)]),
            np.concatenate([empty, *(part.low for part in parts)]),
        )

    def sum_rows(self) -> "DoubleDouble":
        """The sum over the first axis, by halves."""
        if not len(self.high):
            return DoubleDouble.of(np.zeros(self.high.shape[1:]))
        total = self
        while len(total.high) > 1:
            half = len(total.high) // 2
            rest = total[2 * half :]
            folded = total[:half] + total[half : 2 * half]
            total = DoubleDouble(np.concatenate([folded.high, rest.high]), np.concatenate([folded.low, rest.low]))
        return total[0]


def two_sum(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rounded sum and its exact error (Knuth, 1969)."""
    total = first + second
    virtual = total - first
    return total, (first - (total - virtual)) + (second - virtual)


def two_product(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rounded product and its exact error (Dekker, 1971)."""
    product = first * second
    first_high, first_low = _split(first)
    second_high, second_low = _split(second)
    error = first_low * second_low - (
        ((product - first_high * second_high) - first_low * second_high) - first_high * second_low
    )
    return product, error


def level_sums(codes: CodeArray, values: DoubleDouble, count: int) -> DoubleDouble:
    """Σ values over the rows of each code 0, …, count of a categorical column, (count + 1,).

    Multiples of a fixed power of two are added without an error, in whatever order (Rump, Ogita and Oishi, 2008): the
    first and the second digits of the values are, and only what is left of them is rounded.
    """
    first, rest = _leading(values.high)
    second, rest = _leading(rest)
    exactly = [np.bincount(codes, part, count + 1).astype(np.float64, copy=False) for part in (first, second)]
    left = np.bincount(codes, rest + values.low, count + 1).astype(np.float64, copy=False)
    return DoubleDouble(*two_sum(*exactly)) + DoubleDouble.of(left)


def exact_sum(values: FloatArray) -> DoubleDouble:
    """The sums over the last axis of plain floats: a few times the price of plain sums, much less than halving.

    As in `level_sums`, the first and the second digits are added without an error, in whatever order.
    """
    first, rest = _leading(values)
    total = DoubleDouble.of(first.sum(axis=-1))
    if not rest.any():
        return total
    second, rest = _leading(rest)
    return DoubleDouble(*two_sum(total.high, second.sum(axis=-1))) + DoubleDouble.of(rest.sum(axis=-1))


def _leading(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The leading digits of the values, multiples of one power of two that are small enough to be added exactly."""
    largest = float(np.abs(values).max(initial=0.0))
    grid = np.ldexp(1.0, int(np.frexp(largest)[1]) + values.shape[-1].bit_length() + 1)
    leading = (values + grid) - grid
    return leading, values - leading


def _split(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    scaled = _SPLITTER * values
    high = scaled - (scaled - values)
    return high, values - high


def _normalised(high: FloatArray, low: FloatArray) -> DoubleDouble:
    total = high + low
    return DoubleDouble(total, low - (total - high))
