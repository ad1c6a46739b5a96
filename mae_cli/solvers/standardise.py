"""Centring and scaling of the columns and the target, exact to undo.

Numeric columns become z = (x − shift)·2⁻ᵏ with the weighted mean as shift (0 without an intercept) and 2ᵏ the
size of the largest |x − shift|; the target likewise, shifted by a median. Scales are powers of two, so that scaling
is exact and a fit does not depend on the units. With an intercept a column of ones comes first.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.data.design import Design, FloatArray, column_ranges
from mae_cli.data.rows import Block, Rows
from mae_cli.data.sums import Range, Sums, sum_blocks
from mae_cli.errors import DataError
from mae_cli.quantiles import weighted_quantile

# The target's shift only has to be near its middle: the median of so many rows will do.
_MEDIAN_SAMPLE = 500


@dataclass(frozen=True, eq=False)
class Standardisation:
    """The map between the user's units and standard units.

    Attributes:
        intercept: whether a column of ones is put in front.
        shift: (q,) of the numeric columns.
        scale: (q,) powers of two.
        largest: (q,) max|x| of the columns as read, which bounds the rounding that they carry.
        target_shift: of the target.
        target_scale: a power of two.
    """

    intercept: bool
    shift: FloatArray
    scale: FloatArray
    largest: FloatArray
    target_shift: float
    target_scale: float

    def __call__(self, block: Block) -> Block:
        """The block in standard units, with its column of ones."""
        # Column after column in memory: each is then shifted and scaled by one long operation.
        columns = np.empty((len(self.shift) + self.intercept, len(block.target)))
        columns[: int(self.intercept)] = 1.0
        values = columns[int(self.intercept) :]
        np.subtract(block.design.numeric.T, self.shift[:, np.newaxis], out=values)
        values *= (1.0 / self.scale)[:, np.newaxis]
        target = (block.target - self.target_shift) / self.target_scale
        design = Design(columns.T, block.design.codes, block.design.level_counts)
        return Block(design, target, block.weights, block.positions)

    def to_standard(self, intercept: float, coefficients: FloatArray) -> FloatArray:
        """Coefficients in the user's units as a vector in standard units, the intercept first if there is one."""
        scaled = coefficients.copy()
        scaled[: len(self.scale)] *= self.scale
        scaled /= self.target_scale
        if not self.intercept:
            return scaled
        centred = intercept - self.target_shift + float(self.shift @ coefficients[: len(self.shift)])
        return np.concatenate(([centred / self.target_scale], scaled))

    def to_user(self, standard: FloatArray) -> tuple[float, FloatArray]:
        """Intercept and coefficients in the user's units."""
        coefficients = standard[int(self.intercept) :] * self.target_scale
        coefficients[: len(self.scale)] /= self.scale
        if not self.intercept:
            return 0.0, coefficients
        centred = float(standard[0]) * self.target_scale + self.target_shift
        return centred - float(self.shift @ coefficients[: len(self.shift)]), coefficients


@dataclass(frozen=True, eq=False)
class _Extent(Sums):
    """Weight, column totals, and ranges with the target as last column."""

    weight: float
    total: FloatArray
    ranges: Range


def standardisation(rows: Rows, *, intercept: bool) -> Standardisation:
    """Measure the columns in one pass.

    Raises:
        DataError: a column or the target spans more than floating point can hold.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        extent = sum_blocks(rows, _extent)
        centres = _centres(rows, extent) if intercept else np.zeros(len(extent.ranges.lowest))
        reach = np.maximum(extent.ranges.highest - centres, centres - extent.ranges.lowest)
    if not np.isfinite(reach).all():
        raise DataError("the values of a column span more than floating point can hold; rescale it")
    scales = _powers_of_two(reach)
    largest = np.maximum(np.abs(extent.ranges.lowest), np.abs(extent.ranges.highest))
    return Standardisation(
        intercept=intercept,
        shift=centres[:-1],
        scale=scales[:-1],
        largest=largest[:-1],
        target_shift=float(centres[-1]),
        target_scale=float(scales[-1]),
    )


def _extent(block: Block) -> _Extent:
    values, target = block.design.numeric, block.target
    lowest, highest = column_ranges(values)
    return _Extent(
        weight=float(block.weight_values.sum()),
        total=block.weight_values @ values,
        ranges=Range(np.append(lowest, target.min()), np.append(highest, target.max())),
    )


def _centres(rows: Rows, extent: _Extent) -> FloatArray:
    """Weighted means of the columns, and the median of a sample of the target.

    The shift of the target only has to be near its middle.
    """
    mean = extent.total / extent.weight
    count = rows.shape[0]
    sample = rows.take(np.arange(0, count, max(1, count // _MEDIAN_SAMPLE)))
    median = weighted_quantile(sample.target, sample.weight_values, 0.5)
    # Rounding can carry the mean of equal values past them, and an overflowed sum far past.
    return np.append(np.clip(mean, extent.ranges.lowest[:-1], extent.ranges.highest[:-1]), median)


def _powers_of_two(reach: FloatArray) -> FloatArray:
    exponents = np.frexp(np.where(reach > 0, reach, 1.0))[1]
    # Beyond these exponents the inverse of a scale would overflow.
    scales: FloatArray = np.ldexp(1.0, np.clip(exponents, -1000, 1000))
    return scales
