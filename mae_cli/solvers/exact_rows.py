"""Rows as they were read, and products with them in twice the digits of a float.

Proofs and refinements work on the columns as read, each times a power of two, which is exact. Standard columns are
z = x̃ − shift̃·1, so a standard correction v acts as w₀ = v₀ − Σ shift̃ⱼvⱼ and wⱼ = vⱼ otherwise, and a gradient g by
the columns as read is gⱼ − shift̃ⱼ·g₀ by the standard ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.solvers.double_double import DoubleDouble, design_product, two_product
from mae_cli.solvers.standardise import Standardisation

# Bits of a float; sums of n multiples of one unit are exact while the largest has so many bits less log₂ n.
_BITS = 53


@dataclass(frozen=True, eq=False)
class ExactRows:
    """Some rows of X̃ with the column of ones of the intercept, and their targets.

    Attributes:
        design: (b, p) columns as read, times powers of two.
        target: (b,) targets as read, times a power of two.
        shift: (p,) shift̃.
    """

    design: Design
    target: FloatArray
    shift: FloatArray

    @staticmethod
    def of(block: Block, standard: Standardisation) -> "ExactRows":
        """The rows of a block as read."""
        design = block.design
        numeric = design.numeric / standard.scale
        shift = np.zeros(design.shape[1])
        shift[: len(standard.scale)] = standard.shift / standard.scale
        if standard.intercept:
            numeric = np.column_stack([np.ones(len(numeric)), numeric])
            shift = np.concatenate(([0.0], shift))
        return ExactRows(
            Design(numeric, design.codes, design.level_counts), block.target / standard.target_scale, shift
        )

    def residual(self, solution: DoubleDouble) -> DoubleDouble:
        """ỹ − X̃·w, (b,)."""
        return DoubleDouble.of(self.target) - self.product(solution)

    def product(self, solution: DoubleDouble) -> DoubleDouble:
        """X̃·w, (b,)."""
        return design_product(self.design, solution)

    def numbers(self, solution: FloatArray) -> FloatArray:
        """|ỹ| + Σ|x̃·w|, (b,): the size of what a residual is the sum of."""
        return np.abs(self.target) + self.design.absolute().product(np.abs(solution))

    def gradient(self, values: FloatArray) -> DoubleDouble:
        """Σ values·x̃, (p,): the products and their sums are exact before they are rounded to twice the digits."""
        numeric = self.design.numeric
        if _are_signs(values):
            totals = _column_totals(numeric * values[:, np.newaxis])
        else:
            high, low = two_product(numeric, np.broadcast_to(values[:, np.newaxis], numeric.shape))
            totals = _column_totals(high) + DoubleDouble.of(low.sum(axis=0))
        parts = [totals]
        for codes, _, count in self.design.categories():
            parts.append(_level_totals(codes, count, values))
        return DoubleDouble(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("high", "low")))

    def as_read(self, correction: FloatArray) -> FloatArray:
        """A correction of standard coefficients as one of the coefficients of the columns as read."""
        if not self.shift.any():
            return correction
        moved = correction.copy()
        moved[0] -= self.shift @ correction
        return moved


def standard_gradient(gradient: DoubleDouble, shift: FloatArray) -> FloatArray:
    """A gradient (p,) by the columns as read as one by the standard columns."""
    if not shift.any():
        return gradient.high
    first = DoubleDouble(np.full(len(shift), gradient.high[0]), np.full(len(shift), gradient.low[0]))
    return (gradient - first.times(shift)).high


def _are_signs(values: FloatArray) -> bool:
    """Whether products with the values are exact: they are ±1 or 0."""
    return bool(((np.abs(values) == 1) | (values == 0)).all())


def _column_totals(values: FloatArray) -> DoubleDouble:
    """The sums of the columns of (b, q) values."""
    total = DoubleDouble.of(np.zeros(values.shape[1]))
    for part in _exact_parts(values):
        total = total + DoubleDouble.of(part.sum(axis=0))
    return total


def _level_totals(codes: NDArray[np.integer], count: int, values: FloatArray) -> DoubleDouble:
    """Σ values over the rows of each code 1, …, count."""
    total = DoubleDouble.of(np.zeros(count))
    for part in _exact_parts(values[:, np.newaxis]):
        counted = np.bincount(codes, part[:, 0], count + 1)[1:]
        total = total + DoubleDouble.of(counted.astype(np.float64, copy=False))
    return total


def _exact_parts(values: FloatArray) -> Iterator[FloatArray]:
    """Values (b, q) as a sum of arrays whose columns add up without rounding, whatever the order.

    Every part consists of multiples of one unit for each column, few enough bits long (Rump, Ogita and Oishi, 2008).
    What the last part leaves out is below the last of twice the digits.
    """
    rest, length = values, _BITS - 1 - max(1, len(values)).bit_length()
    for _ in range(-(-2 * _BITS // length)):
        largest = np.abs(rest).max(axis=0, initial=0.0)
        if not largest.any():
            return
        splitter = 1.5 * np.ldexp(1.0, np.frexp(largest)[1] - length + _BITS - 1)
        part = (rest + splitter) - splitter
        yield part
        rest = rest - part
