"""Centring and scaling of the columns and the target, exact to undo.

Numeric columns become z = (x − shift)·2⁻ᵉ, 2ᵉ the size of the largest |x − shift| (of |x| when that is 0); the target
likewise. Scales are powers of two, so that scaling is exact and a fit does not depend on the units. With an intercept
a column of ones comes first, and the target and those columns that lie far from zero for their spread are shifted to
their middle. The other columns stay where they are: their products with a vector are then taken from the rows as read,
with the scales folded into the vector, and no pass copies its rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.design import Design, column_ranges
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.quantiles import weighted_quantile
from mae_cli.rows.sampling import scattered
from mae_cli.rows.sums import Range, Sums, sum_blocks
from mae_cli.solvers.prepare.precision import EXACT_ROUNDING

# Shifts only have to be near the middle: that of so many rows will do.
_MIDDLE_SAMPLE = 500
# A column is shifted when its values are so many times their spread; otherwise at most a digit is lost.
_FAR_FROM_ZERO = 16.0
_TOO_LARGE = Fault(
    "coefficient-overflow",
    "a coefficient is larger than floating point can hold",
    remedy="rescale the target or the columns",
)


@dataclass(frozen=True, eq=False)
class Standardisation:
    """The map between the user's units and standard units.

    Attributes:
        intercept: whether a column of ones is put in front.
        shift: (q,) of the numeric columns.
        scale: (q,) powers of two.
        largest: (q,) max|x| of the columns as read, which bounds the rounding that they carry.
        widest: no standard number is larger: 1, or 2 where the largest floats are.
        middle: (q,) about the median of the columns; 0 without an intercept.
        farthest: (q,) max|x − middle|.
        target_shift: of the target.
        target_scale: a power of two.
        weight: Σω of all rows.
    """

    intercept: bool
    shift: FloatArray
    scale: FloatArray
    largest: FloatArray
    widest: float
    middle: FloatArray
    farthest: FloatArray
    target_shift: float
    target_scale: float
    weight: float

    def __call__(self, block: Block) -> Block:
        """The block in standard units, with its column of ones."""
        rows, columns = block.design.numeric.shape
        first = int(self.intercept)
        matrix = np.empty((rows, columns + first))
        matrix[:, :first] = 1.0
        np.multiply(self.shifted(block).design.numeric, 1.0 / self.scale, out=matrix[:, first:])
        target = (block.target - self.target_shift) / self.target_scale
        design = Design(matrix, block.design.codes, block.design.level_counts)
        return Block(design, target, block.weights, block.positions)

    def shifted(self, block: Block) -> Block:
        """The block with the shifts of its columns subtracted, scales as read; itself when nothing is shifted."""
        design = block.design
        if not self.shift.any():
            return block
        return replace(block, design=Design(design.numeric - self.shift, design.codes, design.level_counts))

    def residual(self, shifted: Block, point: FloatArray) -> FloatArray:
        """Standard residuals y − z·point, (…, b), of a block from `shifted`, for (…, p) points: rows are read once."""
        if point.ndim > 1 and len(point) == 1:  # one is the same whoever asks
            return self.residual(shifted, point[0])[np.newaxis]
        target = (shifted.target - self.target_shift) * (1.0 / self.target_scale)
        first = int(self.intercept)
        residual = target - shifted.design.product(self._unscaled(point[..., first:]))
        if first:
            residual -= point[..., :1]
        return np.asarray(residual)

    def product(self, shifted: Block, point: FloatArray) -> FloatArray:
        """z·point, (…, b), of a block from `shifted`, for (…, p) points: rows are read once."""
        first = int(self.intercept)
        product = shifted.design.product(self._unscaled(point[..., first:]))
        if first:
            product += point[..., :1]
        return product

    def numbers(self, shifted: Block, point: FloatArray) -> FloatArray:
        """|y| + Σ|z·point|, (b,): the size of what a residual of a block from `shifted` is the sum of."""
        target = np.abs(shifted.target - self.target_shift) * (1.0 / self.target_scale)
        return np.asarray(target + self.product_numbers(shifted, point))

    def product_numbers(self, shifted: Block, point: FloatArray) -> FloatArray:
        """Σ|z·point|, (b,), of a block from `shifted`."""
        first = int(self.intercept)
        sizes = shifted.design.absolute().product(np.abs(self._unscaled(point[first:])))
        return np.asarray(sizes + np.abs(point[:first]).sum())

    def _unscaled(self, coefficients: FloatArray) -> FloatArray:
        """Standard coefficients (…, columns) as those of the columns less their shifts, scales as read."""
        unscaled = coefficients.copy()
        unscaled[..., : len(self.scale)] /= self.scale
        return unscaled

    def pull(self, shifted: Block, values: FloatArray) -> FloatArray:
        """Σ values·z, (…, p), of a block from `shifted`, for (…, b) values: rows are read once."""
        if values.ndim > 1 and len(values) == 1:  # one is the same whoever asks
            return self.pull(shifted, values[0])[np.newaxis]
        pull = shifted.design.transpose_product(values)
        pull[..., : len(self.scale)] /= self.scale
        return np.concatenate([values.sum(axis=-1, keepdims=True), pull], axis=-1) if self.intercept else pull

    def to_user(self, standard: FloatArray) -> Coefficients:
        """The linear function in the user's units with these coefficients (p,) of the standard columns, rounded once.

        Raises:
            DataError: a coefficient is larger than floating point can hold.
        """
        return self.rounded(standard, np.zeros(len(standard)))

    def scaled_to_user(self, scaled: FloatArray) -> Coefficients:
        """The linear function whose coefficients (p,) are those of the columns as read, divided by their scales.

        Raises:
            DataError: a coefficient is larger than floating point can hold.
        """
        first = int(self.intercept)
        coefficients = scaled[first:].copy()
        numeric = slice(len(self.scale))
        # One power of two at a time could overflow where both together do not.
        powers = np.frexp(self.target_scale)[1] - np.frexp(self.scale)[1]
        with np.errstate(over="ignore"):
            coefficients[numeric] = np.ldexp(coefficients[numeric], powers)
            coefficients[numeric.stop :] *= self.target_scale
        return _finite(Coefficients(float(scaled[0]) * self.target_scale if first else 0.0, coefficients))

    def rounded(self, standard: FloatArray, rests: FloatArray) -> Coefficients:
        """The linear function of standard coefficients (p,) plus `rests`, every coefficient rounded once.

        Raises:
            DataError: a coefficient is larger than floating point can hold.
        """
        point = self.scaled_to_user(standard)
        if not self.intercept:
            return point
        return replace(point, intercept=self._intercept(lambda j: Fraction(float(standard[j])) + Fraction(rests[j])))

    def with_fitting_intercept(self, point: Coefficients, standard: FloatArray, rest: Fraction) -> Coefficients:
        """The function with the intercept that makes up for how its other coefficients were rounded.

        Its standard coefficient of the column of ones is as near as can be to the first of `standard` plus `rest`.
        """
        written = self.of_user(point)[0]
        written[0] = standard[0]
        return replace(point, intercept=self._intercept(lambda j: Fraction(float(written[j])) + (0 if j else rest)))

    def _intercept(self, exact: Callable[[int], Fraction]) -> float:
        """The intercept of exact standard coefficients, rounded; 0 where twice the digits leave nothing of it."""
        parts = [exact(0), Fraction(self.target_shift) / Fraction(self.target_scale)]
        parts += [
            -Fraction(float(self.shift[j])) / Fraction(float(self.scale[j])) * exact(1 + j)
            for j in np.flatnonzero(self.shift).tolist()
        ]
        total = sum(parts, start=Fraction(0))
        is_rest = abs(total) <= Fraction(EXACT_ROUNDING) * max(map(abs, parts))
        return 0.0 if is_rest else _float(total * Fraction(self.target_scale))

    def of_user(self, point: Coefficients) -> tuple[FloatArray, float]:
        """The standard coefficients (p,) of a linear function in the user's units, and what rounding them leaves out.

        Scales are powers of two, so only the coefficient of the column of ones is rounded: it is summed exactly, and
        the second number is the part of it that the first one, a float, cannot hold.
        """
        coefficients = point.values.copy()
        numeric = slice(len(self.scale))
        powers = np.frexp(self.scale)[1] - np.frexp(self.target_scale)[1]
        coefficients[numeric] = np.ldexp(coefficients[numeric], powers)
        coefficients[numeric.stop :] /= self.target_scale
        if not self.intercept:
            return coefficients, 0.0
        moved = np.flatnonzero(self.shift)
        exact = Fraction(point.intercept) - Fraction(self.target_shift)
        exact += sum(Fraction(self.shift[j]) * Fraction(point.values[j]) for j in moved.tolist())
        exact /= Fraction(self.target_scale)
        first = float(exact)
        return np.concatenate(([first], coefficients)), float(exact - Fraction(first))

    def to_user_squared(self, mean_square: float) -> float:
        """A mean square in standard units as one in the user's; the square of the scale alone could overflow."""
        return mean_square * self.target_scale * self.target_scale


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        raise DataError(_TOO_LARGE) from None


def _finite(point: Coefficients) -> Coefficients:
    if not (np.isfinite(point.values).all() and np.isfinite(point.intercept)):
        raise DataError(_TOO_LARGE)
    return point


@dataclass(frozen=True, eq=False)
class Extent(Sums):
    """Σω, and the ranges of the numeric columns with the target as last one."""

    weight: float
    ranges: Range

    @staticmethod
    def of(block: Block) -> "Extent":
        return Extent.known(block, Range(*column_ranges(block.design.numeric)))

    @staticmethod
    def known(block: Block, columns: Range) -> "Extent":
        """Measure the rest of a block whose numeric columns have these ranges."""
        target = block.target
        weight = float(len(target)) if block.weights is None else float(block.weights.sum())
        lowest, highest = np.append(columns.lowest, target.min()), np.append(columns.highest, target.max())
        return Extent(weight, Range(lowest, highest))


def standardisation(rows: Rows, *, intercept: bool, extent: Extent | None = None) -> Standardisation:
    """Choose shifts and scales; one pass measures the columns when their `extent` is not known.

    Raises:
        DataError: a column or the target spans more than floating point can hold.
    """
    extent = extent or sum_blocks(rows, Extent.of)
    lowest, highest = extent.ranges.lowest, extent.ranges.highest
    with np.errstate(over="ignore"):
        if not np.isfinite(highest - lowest).all():
            what = "the values of a column span more than floating point can hold"
            raise DataError(Fault("range-overflow", what, remedy="rescale it"))
    centres = _Centres.of(rows) if intercept else _Centres.at_zero(len(lowest))
    largest, reach = _reach(extent.ranges, np.zeros(len(lowest))), _reach(extent.ranges, centres.shift)
    scales = _powers_of_two(np.where(reach > 0, reach, largest))
    return Standardisation(
        intercept=intercept,
        shift=centres.shift[:-1],
        scale=scales[:-1],
        largest=largest[:-1],
        widest=max(1.0, float((reach / scales).max(initial=0.0))),
        middle=centres.middle[:-1],
        farthest=_reach(extent.ranges, centres.middle)[:-1],
        target_shift=float(centres.shift[-1]),
        target_scale=float(scales[-1]),
        weight=extent.weight,
    )


def _reach(ranges: Range, centre: FloatArray) -> FloatArray:
    """max|x − centre| of every column."""
    reach: FloatArray = np.maximum(ranges.highest - centre, centre - ranges.lowest)
    return reach


@dataclass(frozen=True, eq=False)
class _Centres:
    """Of the numeric columns, with the target as last one.

    Attributes:
        middle: (q + 1,) the medians of a sample.
        shift: (q + 1,) the same for the target and for the columns far from zero, 0 for the others.
    """

    middle: FloatArray
    shift: FloatArray

    @staticmethod
    def of(rows: Rows) -> "_Centres":
        count = rows.shape[0]
        sample = rows.take(scattered(count, _MIDDLE_SAMPLE))
        values = sample.design.numeric
        middle = np.median(values, axis=0)
        with np.errstate(over="ignore"):
            far = np.abs(values).sum(axis=0) > _FAR_FROM_ZERO * np.abs(values - middle).sum(axis=0)
        target = weighted_quantile(sample.target, sample.weight_values, 0.5)
        return _Centres(np.append(middle, target), np.append(np.where(far, middle, 0.0), target))

    @staticmethod
    def at_zero(size: int) -> "_Centres":
        return _Centres(np.zeros(size), np.zeros(size))


def _powers_of_two(reach: FloatArray) -> FloatArray:
    exponents = np.frexp(np.where(reach > 0, reach, 1.0))[1]
    # Beyond these exponents a scale or its inverse would overflow.
    scales: FloatArray = np.ldexp(1.0, np.clip(exponents, -1000, 1023))
    return scales
