"""A fit to be made: the rows as read, the same in standard units, and the whitening of their columns."""

from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.linear import Coefficients
from mae_cli.losses import Absolute, Pinball, Squared
from mae_cli.rows.blocks import Block, CountedRows, MemoryRows, PassCounter, Rows, TransformedRows, in_memory, whole
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.absorbing import absorbable, whiten_absorbed
from mae_cli.solvers.standardise import Extent, Standardisation, standardisation
from mae_cli.solvers.whitening import Whitening, absolute_scale, squared_scale, whiten, whiten_sample

AnyWhitening = Whitening | AbsorbedWhitening

# Up to so many numbers (64 MB) the standardised rows are kept; beyond, every pass computes them block by block.
_CACHED_SIZE = 8_000_000


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
        given: (p,) the standard coefficients of columns that are not fitted, 0 elsewhere; None when all are fitted.
    """

    rows: Rows
    loss: Absolute | Pinball | Squared
    standard: Standardisation
    standard_rows: Rows
    whitening: AnyWhitening
    counter: PassCounter
    given: FloatArray | None = None

    @property
    def absolute_loss(self) -> Absolute | Pinball:
        """The loss, where only MAE and pinball make sense."""
        if isinstance(self.loss, Squared):
            raise TypeError("a squared loss has no tilt")
        return self.loss

    @property
    def dense_whitening(self) -> Whitening:
        """The whitening, where no column is absorbed."""
        if isinstance(self.whitening, AbsorbedWhitening):
            raise TypeError("the whitening of an absorbed column is never one dense matrix")
        return self.whitening

    def standard_point(self, point: FloatArray) -> FloatArray:
        """(p,) standard coefficients of a whitened point (k,)."""
        standard = self.whitening.to_standard(point)
        return standard if self.given is None else standard + self.given

    def in_user_units(self, point: FloatArray) -> Coefficients:
        """The linear function of a whitened point (k,)."""
        return self.standard.to_user(self.standard_point(point))

    @property
    def aliased(self) -> tuple[int, ...]:
        """Indices of the design columns that depend on earlier ones; a column of ones is never among them."""
        first = int(self.standard.intercept)
        return tuple(int(column) - first for column in self.whitening.aliased if column >= first)


def prepare(
    counted: CountedRows, loss: Absolute | Pinball | Squared, *, intercept: bool, extent: Extent | None = None
) -> Problem:
    """Measure, standardise and whiten the rows."""
    standard = standardisation(counted, intercept=intercept, extent=extent)
    transformed = TransformedRows(counted, standard)
    one = counted.take(np.arange(1)).design
    small = counted.shape[0] * (one.numeric.shape[1] + len(one.codes) + 1) <= _CACHED_SIZE
    standard_rows = CountedRows(in_memory(transformed), counted.counter) if small else transformed
    scale = squared_scale if isinstance(loss, Squared) else absolute_scale
    place = absorbable(counted)
    whitening: AnyWhitening = (
        whiten(counted, standard_rows, standard, scale)
        if place is None
        else whiten_absorbed(counted, standard_rows, standard, scale, place)
    )
    return Problem(counted, loss, standard, standard_rows, whitening, counted.counter)


def prepare_sampled(
    counted: CountedRows, loss: Absolute | Pinball, size: int, *, intercept: bool, extent: Extent | None = None
) -> tuple[Problem, Block]:
    """The same from a sample where that leaves no doubt about the rank; also the sample, in standard units.

    It has about `size` rows, or all rows when there are no more.
    """
    standard = standardisation(counted, intercept=intercept, extent=extent)
    count = counted.shape[0]
    if size < count:
        standard_rows: Rows = TransformedRows(counted, standard)
        sample = standard_rows.take(scattered(count, size))
    else:
        sample = standard(whole(counted))
        standard_rows = MemoryRows.of(sample.design, sample.target, sample.weights)
    whitening = whiten_sample(sample, standard, absolute_scale) or whiten(
        counted, standard_rows, standard, absolute_scale
    )
    return Problem(counted, loss, standard, standard_rows, whitening, counted.counter), sample


def whitened_by_all(problem: Problem) -> Problem:
    """The problem with a whitening that makes the columns of all rows orthonormal, not only those of a sample."""
    if isinstance(problem.whitening, AbsorbedWhitening):
        return problem
    return replace(problem, whitening=whiten(problem.rows, problem.standard_rows, problem.standard, absolute_scale))
