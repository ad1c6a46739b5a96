"""A fit to be made: the rows as read, the same in standard units, and the whitening of their columns."""

from dataclasses import dataclass

import numpy as np

from mae_cli.data.design import Design, FloatArray
from mae_cli.data.rows import Block, CountedRows, PassCounter, Rows, TransformedRows, in_memory
from mae_cli.losses import Absolute, Pinball, Squared
from mae_cli.solvers.band import typical_size
from mae_cli.solvers.standardise import Standardisation, standardisation
from mae_cli.solvers.whitening import Whitening, absolute_scale, squared_scale, whiten

# Up to so many numbers (64 MB) the standardised rows are kept; beyond, every pass computes them block by block.
_CACHED_SIZE = 8_000_000
_MAGNITUDE_SAMPLE = 100
# The absolute values of so many rows at a time stay in the cache.
_MAGNITUDE_ROWS = 1_024
_LARGEST_MAGNITUDE = 1e6


@dataclass(frozen=True, eq=False)
class Coefficients:
    """A linear model in the user's units: ŷ = intercept + X·values."""

    intercept: float
    values: FloatArray

    def predict(self, design: Design) -> FloatArray:
        """ŷ, (n,)."""
        return design.product(self.values) + self.intercept

    def residual(self, block: Block) -> FloatArray:
        """Y − ŷ, (b,)."""
        return block.target - self.predict(block.design)


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise the mean loss Σω·loss(y − b − Xw) / Σω over (b, w).

    Attributes:
        rows: as read, in the user's units.
        loss: what is minimised.
        standard: the map to standard units.
        standard_rows: the rows in standard units.
        whitening: of the standard columns, rows scaled by ω (MAE, pinball) or √ω (MSE).
        counter: passes made over all rows so far.
    """

    rows: Rows
    loss: Absolute | Pinball | Squared
    standard: Standardisation
    standard_rows: Rows
    whitening: Whitening
    counter: PassCounter

    @property
    def absolute_loss(self) -> Absolute | Pinball:
        """The loss, where only MAE and pinball make sense."""
        if isinstance(self.loss, Squared):
            raise TypeError("a squared loss has no tilt")
        return self.loss

    @property
    def aliased(self) -> tuple[int, ...]:
        """Indices of the design columns that depend on earlier ones; a column of ones is never among them."""
        return tuple(int(column) - self.standard.intercept for column in self.whitening.aliased)


def prepare(rows: Rows, loss: Absolute | Pinball | Squared, *, intercept: bool) -> Problem:
    """Measure, standardise and whiten the rows."""
    counter = PassCounter()
    counted = CountedRows(rows, counter)
    standard = standardisation(counted, intercept=intercept)
    transformed = TransformedRows(counted, standard)
    count, columns = rows.shape
    small = count * (columns + 1) <= _CACHED_SIZE
    standard_rows = CountedRows(in_memory(transformed), counter) if small else transformed
    scale = squared_scale if isinstance(loss, Squared) else absolute_scale
    whitening = whiten(standard_rows, standard, scale)
    return Problem(counted, loss, standard, standard_rows, whitening, counter)


def magnitude(block: Block, point: Coefficients) -> FloatArray:
    """|y| + |b| + Σ|x·w| of every row, (b,): the size of the numbers whose rounding the residual carries."""
    sizes = np.abs(block.target) + abs(point.intercept)
    weights = np.abs(point.values)
    for start in range(0, len(sizes), _MAGNITUDE_ROWS):
        some = slice(start, start + _MAGNITUDE_ROWS)
        sizes[some] += block.design.take(some).absolute().product(weights)
    return sizes


def largest_magnitude(rows: Rows, point: Coefficients) -> float:
    """What a row may count towards the rounding of a fit: 1e6 times the typical magnitude.

    A row of 1e20 that a column of its own fits exactly must not make the residuals of all others look like rounding.
    """
    count = rows.shape[0]
    sample = rows.take(np.arange(0, count, max(1, count // _MAGNITUDE_SAMPLE)))
    with np.errstate(over="ignore"):
        return _LARGEST_MAGNITUDE * typical_size(magnitude(sample, point))


def total_magnitude(block: Block, point: Coefficients, largest: float) -> float:
    """Σω·(|y| + |b| + Σ|x·w|) over a block, no row counting for more than `largest`."""
    with np.errstate(over="ignore"):  # the products of a row may overflow where its prediction does not
        return float(block.weighted(np.minimum(magnitude(block, point), largest)).sum())
