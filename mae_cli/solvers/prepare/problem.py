"""A fit to be made: the rows as read, the same in standard units, and the whitening of their columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.losses import Absolute, Pinball, Squared
from mae_cli.rows.blocks import Block, CountedRows, MemoryRows, PassCounter, Rows, TransformedRows, in_memory, whole
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.absorbing import absorbable, whiten_absorbed
from mae_cli.solvers.prepare.standardise import Extent, Standardisation, standardisation
from mae_cli.solvers.prepare.whitening import (
    RowScale,
    Whitening,
    absolute_scale,
    is_weighted,
    squared_scale,
    whiten,
    whiten_sample,
)

AnyWhitening = Whitening | AbsorbedWhitening
Loss = Absolute | Pinball | Squared


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise the mean loss Σω·loss(y − w₀ − x·w) / Σω over (w₀, w).

    Attributes:
        rows: as read, in the user's units.
        loss: what is minimised.
        standard: the map to standard units.
        standard_rows: the rows in standard units.
        whitening: of the standard columns, rows scaled by ω (MAE, pinball) or √ω (MSE).
        counter: passes made over all rows so far.
        limits: thresholds for whoever solves it.
        given: (p,) the standard coefficients of columns that are not fitted, 0 elsewhere; None when all are fitted.
    """

    rows: Rows
    loss: Loss
    standard: Standardisation
    standard_rows: Rows
    whitening: AnyWhitening
    counter: PassCounter
    limits: Limits
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


@dataclass(frozen=True, eq=False)
class _Sampled:
    """Rows in standard units, a sample of them, and the whitening by it."""

    standard_rows: Rows
    sample: Block
    whitening: AnyWhitening


class Prepared:
    """Rows made ready for any number of fits: measured, standardised and whitened when one of these first asks for it.

    Args:
        rows: as read, counting the passes over them.
        intercept: whether the models have one.
        extent: of the rows; one pass measures it when it is not known.
        limits: thresholds for whoever fits them.
    """

    def __init__(
        self, rows: CountedRows, *, intercept: bool, extent: Extent | None = None, limits: Limits = USUAL
    ) -> None:
        self.rows, self.limits = rows, limits
        self._intercept, self._extent = intercept, extent
        self._whitenings: dict[RowScale | None, AnyWhitening] = {}
        self._samples: dict[int, _Sampled] = {}

    @cached_property
    def standard(self) -> Standardisation:
        """The map to standard units.

        Raises:
            DataError: the numbers of a column span more than floating point can hold.
        """
        return standardisation(self.rows, intercept=self._intercept, extent=self._extent)

    @cached_property
    def standard_rows(self) -> Rows:
        """The rows in standard units; in memory where they are few."""
        transformed = TransformedRows(self.rows, self.standard)
        one = self.rows.take(np.arange(1)).design
        if self.rows.shape[0] * (one.numeric.shape[1] + len(one.codes) + 1) > self.limits.cached_size:
            return transformed
        return CountedRows(in_memory(transformed), self.rows.counter)

    def problem(self, loss: Loss) -> Problem:
        """A fit whose columns are whitened by all rows."""
        return self._problem(loss, self.standard_rows, self._whitening(loss))

    def sampled(self, losses: Sequence[Loss], size: int) -> tuple[list[Problem], Block]:
        """MAE or pinball fits, whitened by a sample where that leaves no doubt about the rank; and the sample.

        It is in standard units, and has about `size` rows, or all rows when there are no more.
        """
        found = self._samples.get(size) or self._sampled(size)
        if math.prod(found.sample.design.shape) <= self.limits.cached_size:
            self._samples[size] = found
        return [self._problem(loss, found.standard_rows, found.whitening) for loss in losses], found.sample

    def _sampled(self, size: int) -> "_Sampled":
        count = self.rows.shape[0]
        if size < count:
            standard_rows: Rows = TransformedRows(self.rows, self.standard)
            sample = standard_rows.take(scattered(count, size))
        else:
            sample = self.standard(whole(self.rows))
            standard_rows = MemoryRows.of(sample.design, sample.target, sample.weights)
        whitening = whiten_sample(sample, self.standard, absolute_scale)
        if whitening is None:
            whitening = whiten(self.rows, standard_rows, self.standard, absolute_scale)
        return _Sampled(standard_rows, sample, whitening)

    def _problem(self, loss: Loss, standard_rows: Rows, whitening: AnyWhitening) -> Problem:
        return Problem(self.rows, loss, self.standard, standard_rows, whitening, self.rows.counter, self.limits)

    def _whitening(self, loss: Loss) -> AnyWhitening:
        scale = squared_scale if isinstance(loss, Squared) else absolute_scale
        key = scale if is_weighted(self.rows) else None  # without weights all rows have the same scale
        if key not in self._whitenings:
            place = absorbable(self.rows, self.limits)
            given = (self.rows, self.standard_rows, self.standard, scale)
            self._whitenings[key] = whiten(*given) if place is None else whiten_absorbed(*given, place)
        return self._whitenings[key]


def prepare(
    counted: CountedRows, loss: Loss, *, intercept: bool, extent: Extent | None = None, limits: Limits = USUAL
) -> Problem:
    """Measure, standardise and whiten the rows of a single fit."""
    return Prepared(counted, intercept=intercept, extent=extent, limits=limits).problem(loss)


def whitened_by_all(problem: Problem) -> Problem:
    """The problem with a whitening that makes the columns of all rows orthonormal, not only those of a sample."""
    if isinstance(problem.whitening, AbsorbedWhitening):
        return problem
    return replace(problem, whitening=whiten(problem.rows, problem.standard_rows, problem.standard, absolute_scale))
