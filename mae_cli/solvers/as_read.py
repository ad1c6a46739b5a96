"""Products with the columns as read, in twice the digits.

Columns as read are scaled by powers of two, which is exact, and not centred: an ill-conditioned design multiplies the
rounding of centring. With the shift s̃ in units of the scale, standard columns are z = x̃ − s̃·1, so that
X̃·w = Z·v where v₀ = w₀ + Σ s̃ⱼwⱼ and vⱼ = wⱼ otherwise.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.linear import Coefficients
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.solvers.double_double import DoubleDouble, level_sums, two_sum
from mae_cli.solvers.standardise import Standardisation

_EPSILON = float(np.finfo(float).eps)
# Columns are multiplied together in batches of about so many numbers, which stay in the cache.
_BATCH_SIZE = 16_384


@dataclass(frozen=True, eq=False)
class AsRead:
    """The columns as read, each times a power of two, behind a column of ones if there is an intercept.

    Attributes:
        standard: the scales, and the shifts that standard columns have.
    """

    standard: Standardisation

    @cached_property
    def shift(self) -> FloatArray:
        """(q,) s̃ of the numeric columns."""
        shift: FloatArray = self.standard.shift / self.standard.scale
        return shift

    def target(self, block: Block) -> DoubleDouble:
        """The target y less its shift, (b,), in units of its scale."""
        unit = 1.0 / self.standard.target_scale
        return DoubleDouble(*two_sum(block.target * unit, np.asarray(-self.standard.target_shift * unit)))

    def product(self, design: Design, coefficients: DoubleDouble) -> DoubleDouble:
        """X̃·w, (b,), for (p,) coefficients of which zeros cost nothing."""
        first, rows = int(self.standard.intercept), design.shape[0]
        ones = coefficients[0] if first else DoubleDouble.of(np.zeros(()))
        total = DoubleDouble(np.full(rows, ones.high), np.full(rows, ones.low))
        used = np.flatnonzero(coefficients.high[first : first + len(self.standard.scale)])
        for columns in _batches(used, rows):
            factors = coefficients.take(first + columns)[:, np.newaxis]
            total = total + factors.times(self._numeric(design, columns)).sum_rows()
        for codes, offset, count in design.categories():
            level = coefficients[first + offset : first + offset + count]
            if level.high.any():
                total = total + level.after_zero().take(codes)
        return total

    def transpose_product(self, design: Design, values: DoubleDouble) -> DoubleDouble:
        """X̃ᵀ·v, (p,), for values (b,)."""
        first = int(self.standard.intercept)
        parts = [values[:, np.newaxis].sum_rows()] if first else []
        for columns in _batches(np.arange(len(self.standard.scale)), design.shape[0]):
            products = values[np.newaxis, :].times(self._numeric(design, columns))
            parts.append(products.transposed().sum_rows())
        parts.extend(level_sums(codes, values, count)[1:] for codes, _, count in design.categories())
        return DoubleDouble.concatenate(parts)

    def of_standard(self, standard: DoubleDouble) -> DoubleDouble:
        """The coefficients of the columns as read with the predictions of standard coefficients (p,)."""
        if not self.standard.intercept or not self.shift.any():
            return standard
        numeric = standard[1 : 1 + len(self.shift)]
        first = standard[:1] - numeric.times(self.shift)[:, np.newaxis].sum_rows()
        return DoubleDouble.concatenate([first, standard[1:]])

    def standard_gradient(self, gradient: DoubleDouble) -> FloatArray:
        """A gradient (p,) by the columns as read as one by standard columns: gⱼ − s̃ⱼ·g₀."""
        if not self.standard.intercept or not self.shift.any():
            return gradient.high
        numeric = slice(1, 1 + len(self.shift))
        result = gradient.high.copy()
        result[numeric] = (gradient[numeric] - gradient[:1].times(self.shift)).high
        return result

    def of_user(self, point: Coefficients) -> DoubleDouble:
        """The coefficients (p,) that predict the shifted target as a linear function in the user's units does y.

        They are exact, as scales are powers of two.
        """
        power = int(np.frexp(self.standard.target_scale)[1])
        powers = np.full(len(point.values), 1 - power)
        powers[: len(self.shift)] = np.frexp(self.standard.scale)[1] - power
        values = np.ldexp(point.values, powers)
        if self.standard.intercept:
            values = np.concatenate(([np.ldexp(point.intercept, 1 - power)], values))
        return self._moved(DoubleDouble.of(values), -1.0)

    def to_user(self, coefficients: DoubleDouble) -> Coefficients:
        """The linear function in the user's units that predicts y as coefficients (p,) do the shifted target.

        It is rounded.
        """
        # What is left of an exact zero after refinement is the rounding of twice the digits.
        rounded = self._moved(coefficients, 1.0).high
        rounded = np.where(np.abs(rounded) > _EPSILON**2 * np.abs(rounded).max(initial=0.0), rounded, 0.0)
        values = rounded[int(self.standard.intercept) :]
        # One power of two at a time could overflow where both together do not.
        powers = np.frexp(self.standard.target_scale)[1] - np.frexp(self.standard.scale)[1]
        values[: len(powers)] = np.ldexp(values[: len(powers)], powers)
        values[len(powers) :] *= self.standard.target_scale
        return Coefficients(float(rounded[0]) * self.standard.target_scale if self.standard.intercept else 0.0, values)

    def _moved(self, coefficients: DoubleDouble, times: float) -> DoubleDouble:
        """Coefficients whose predictions are so many shifts of the target higher."""
        if not self.standard.intercept:
            return coefficients
        offset = np.zeros_like(coefficients.high)
        offset[0] = times * self.standard.target_shift / self.standard.target_scale
        return coefficients + DoubleDouble.of(offset)

    def _numeric(self, design: Design, columns: Positions) -> FloatArray:
        """The numeric columns at some places, (columns, b)."""
        chosen = design.numeric.T[columns]
        chosen *= (1.0 / self.standard.scale[columns])[:, np.newaxis]
        return chosen


def _batches(columns: Positions, rows: int) -> list[Positions]:
    width = max(1, _BATCH_SIZE // max(rows, 1))
    return [columns[start : start + width] for start in range(0, len(columns), width)]
