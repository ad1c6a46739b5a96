"""Products with the standard columns in twice the digits.

A standard column is (x − shift)/scale. The difference has an exact error, which is kept beside it, so that neither an
offset of a column nor one of the target costs a digit: what is rounded is twice the digits of numbers up to 1.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.prepare.precision import EXACT_ROUNDING, DoubleDouble, exact_sum, level_sums, two_sum
from mae_cli.solvers.prepare.standardise import Standardisation

# A coefficient that a correction moves by more than this share is not settled.
_MOVED = 2.0**-20


@dataclass(frozen=True, eq=False)
class PreciseColumns:
    """The standard columns z and the standard target, behind a column of ones if there is an intercept.

    Attributes:
        standard: their shifts and scales.
        batch_size: columns are multiplied together in batches of about so many numbers, which stay in the cache.
    """

    standard: Standardisation
    batch_size: int = 16_384

    def target(self, block: Block) -> DoubleDouble:
        """The standard target of a block as read, (b,)."""
        high, low = two_sum(block.target, np.full(1, -self.standard.target_shift))
        unit = 1.0 / self.standard.target_scale
        return DoubleDouble(high * unit, low * unit)

    def residual(self, block: Block, coefficients: DoubleDouble) -> DoubleDouble:
        """Standard residuals y − z·β, (b,), of a block as read."""
        return self.target(block) - self.product(block.design, coefficients)

    def product(self, design: Design, coefficients: DoubleDouble) -> DoubleDouble:
        """z·β, (b,), of a design as read, for (p,) coefficients, or (p, b): those of each row.

        Columns whose coefficients are zeros cost nothing.
        """
        first, rows = int(self.standard.intercept), design.shape[0]
        own = coefficients.columns()
        total = DoubleDouble.of(np.zeros(rows))
        if first:
            total = DoubleDouble(*(np.broadcast_to(part[0], rows).copy() for part in (own.high, own.low)))
        used = np.flatnonzero(own.high[first : first + len(self.standard.scale)].any(axis=1))
        for columns in self._batches(used, rows):
            total = total + _times(own[first + columns], self._numeric(design, columns)).sum_rows()
        places = np.arange(rows) % own.high.shape[1]
        for codes, offset, count in design.categories():
            level = own[first + offset : first + offset + count]
            if level.high.any():
                picked = (np.where(codes > 0, part[codes - 1, places], 0.0) for part in (level.high, level.low))
                total = total + DoubleDouble(*picked)
        return total

    def transpose_product(self, design: Design, values: DoubleDouble) -> DoubleDouble:
        """Σ values·z, (p,), of a design as read."""
        first = int(self.standard.intercept)
        parts = [values[:, np.newaxis].sum_rows()] if first else []
        for columns in self._batches(np.arange(len(self.standard.scale)), design.shape[0]):
            products = _times(values[np.newaxis, :], self._numeric(design, columns))
            parts.append(products.transposed().sum_rows())
        parts.extend(level_sums(codes, values, count)[1:] for codes, _, count in design.categories())
        return DoubleDouble.concatenate(parts)

    def signed_sum(self, design: Design, signs: FloatArray) -> DoubleDouble:
        """The same for signs ±1 or 0, whose products are exact: much faster."""
        parts = [exact_sum(signs[np.newaxis, :])] if self.standard.intercept else []
        for columns in self._batches(np.arange(len(self.standard.scale)), design.shape[0]):
            values = self._numeric(design, columns)
            total = exact_sum(values.high * signs)
            parts.append(total + DoubleDouble.of(values.low @ signs) if values.low.any() else total)
        parts.extend(level_sums(codes, DoubleDouble.of(signs), count)[1:] for codes, _, count in design.categories())
        return DoubleDouble.concatenate(parts)

    def of_user(self, point: Coefficients) -> DoubleDouble:
        """The standard coefficients (p,) of a linear function in the user's units."""
        high, rest = self.standard.of_user(point)
        low = np.zeros_like(high)
        low[: int(self.standard.intercept)] = rest
        return DoubleDouble(high, low)

    def to_user(self, coefficients: DoubleDouble) -> Coefficients:
        """Standard coefficients (p,) as a linear function in the user's units, each rounded once.

        Raises:
            DataError: a coefficient is larger than floating point can hold.
        """
        return self.standard.rounded(coefficients.high, coefficients.low)

    def _batches(self, columns: Positions, rows: int) -> list[Positions]:
        width = max(1, self.batch_size // max(rows, 1))
        return [columns[start : start + width] for start in range(0, len(columns), width)]

    def _numeric(self, design: Design, columns: Positions) -> DoubleDouble:
        """The numeric columns at some places, (columns, b)."""
        values, unit = design.numeric.T[columns], (1.0 / self.standard.scale[columns])[:, np.newaxis]
        shift = self.standard.shift[columns]
        if not shift.any():
            values *= unit
            return DoubleDouble(values, np.zeros((len(columns), 1)))
        high, low = two_sum(values, -shift[:, np.newaxis])
        return DoubleDouble(high * unit, low * unit if low.any() else np.zeros((len(columns), 1)))


def without_rest(coefficients: DoubleDouble, correction: FloatArray) -> DoubleDouble:
    """Refined coefficients (…, p) without what is left of an exact zero, which the last correction still moved."""
    sizes = np.abs(coefficients.high)
    is_small = sizes <= EXACT_ROUNDING * sizes.max(axis=-1, keepdims=True, initial=0.0)
    is_rest = is_small & (np.abs(correction) > _MOVED * sizes)
    low = np.where(np.abs(coefficients.low) <= EXACT_ROUNDING / 64 * sizes, 0.0, coefficients.low)
    return DoubleDouble(np.where(is_rest, 0.0, coefficients.high), np.where(is_rest, 0.0, low))


def _times(factors: DoubleDouble, values: DoubleDouble) -> DoubleDouble:
    """The product, broadcast; the low part of the values is below the last digit of a float of theirs."""
    product = factors.times(values.high)
    return product + DoubleDouble.of(factors.high * values.low) if values.low.any() else product
