"""The exact fit of the MAE and the pinball loss: subgradient descent, screening and a vertex, for rows of any number.

Few rows are one dense problem. Of many, a sample is descended on first; from its end a band of rows is screened.
Twice the pinball loss is |r| + (2τ − 1)·r, so both losses are the problem of `mae_cli.solvers.band` with the linear
term c = (2τ − 1)·Σωx.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.data.design import FloatArray
from mae_cli.data.rows import Block, Rows, whole
from mae_cli.data.sums import sum_blocks
from mae_cli.losses import Absolute, Pinball
from mae_cli.solvers.band import TOUCHING, Band, Check, Positions, Touching, typical_size
from mae_cli.solvers.descent import Descent, descend
from mae_cli.solvers.screening import DESCENT_STEPS, Optimum, finish, minimise, screen
from mae_cli.solvers.whitening import Whitening

# Up to so many numbers the rows are one dense problem: two passes of a descent then cost less than a sample saves.
_DENSE_SIZE = 600_000
_SAMPLE_ROWS_PER_COLUMN = 200
_SMALLEST_SAMPLE = 8_000
_SAMPLE_STEPS = 12
# Rows within a few standard errors of the sample's answer stay in the band.
_BAND_WIDTH = 4.0
_TIE_SHARE = 1e-9
_TIE_FLOOR = 1e-11
_TIE_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Search:
    """What a search for the optimal vertex minimises, and how.

    Attributes:
        rows: in standard units.
        whitening: of their columns.
        loss: MAE or pinball.
        tie_share: scales the width in which ties are broken by chance.
        watch: told the mean loss after every round over many rows.
    """

    rows: Rows
    whitening: Whitening
    loss: Absolute | Pinball
    tie_share: float
    watch: Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Found:
    """The end of a search.

    Attributes:
        optimum: in whitened coordinates; its losses are Σω(|r| + (2τ − 1)r).
        passes: passes over all rows that were made on a dense copy of them.
    """

    optimum: Optimum
    passes: int


def minimise_absolute(search: Search) -> Found:
    """The optimal vertex of Σω|y − xw| + (2τ − 1)·Σω(y − xw)."""
    count, columns = search.rows.shape
    if count * columns > _DENSE_SIZE:
        return Found(_minimise_many(search), 0)
    block = whole(search.rows)
    band = _dense(block, search)
    descent = descend(band, DESCENT_STEPS)
    width = _Ties.after(descent, block, search.tie_share).width(block, band, descent.step)
    found = finish(replace(descent, band=replace(descent.band, tie_width=width)))
    offset = search.loss.tilt * float(band.residual.sum())
    return Found(replace(found, losses=tuple(value + offset for value in found.losses)), len(found.losses))


def _minimise_many(search: Search) -> Optimum:
    count, columns = search.rows.shape
    size = min(count, max(_SMALLEST_SAMPLE, _SAMPLE_ROWS_PER_COLUMN * columns))
    block = search.rows.take(np.linspace(0, count - 1, size).astype(np.intp))
    sample = _dense(block, search)
    descent = descend(sample, _SAMPLE_STEPS)
    problem = _Screened(search, descent.step, descent.band, _Ties.after(descent, block, search.tie_share))
    start = problem.check(np.arange(0), -descent.step).objective
    share = min(1.0, _BAND_WIDTH * np.sqrt(columns / size) / 2)
    found = screen(problem, int(share * count), minimise, search.watch)
    return replace(found, step=descent.step + found.step, losses=(start, *found.losses))


def _dense(block: Block, search: Search) -> Band:
    """Whitened rows of a block scaled by their weights; residuals at w = 0, ties not yet given a width."""
    matrix = search.whitening.rows(block.design.dense())
    if block.weights is not None:
        matrix *= block.weights[:, np.newaxis]
    return Band(
        matrix=matrix,
        leverage=np.sqrt(np.einsum("ij,ij->i", matrix, matrix)),
        residual=block.weighted(block.target),
        linear=search.loss.tilt * (np.ones(len(matrix)) @ matrix),
        tie_width=np.zeros(len(matrix)),
    )


@dataclass(frozen=True)
class _Ties:
    """How wide ties are: a share of the typical residual that a descent leaves, but wider than a row's rounding.

    Both are in units of the target and are scaled by ω like the rows: a row of little weight is moved no farther.

    Attributes:
        typical: the part that is the same for all rows.
        rounding: the share of a row's numbers, |y| + ‖v‖·‖point‖.
    """

    typical: float
    rounding: float

    @staticmethod
    def after(descent: Descent, block: Block, tie_share: float) -> "_Ties":
        residual = descent.band.residual / block.weight_values
        typical = _TIE_SHARE * typical_size(residual) + _TIE_FLOOR * typical_size(block.target)
        return _Ties(tie_share * (typical or _TIE_FLOOR), min(tie_share * 10, 1.0) * _TIE_ROUNDING)

    def width(self, block: Block, rows: Band, point: FloatArray) -> FloatArray:
        """(m,) for the rows of a block, which as a band from zero are `rows`."""
        numbers = np.abs(rows.residual) + rows.leverage * float(np.linalg.norm(point))
        return self.typical * block.weight_values + self.rounding * numbers


@dataclass(frozen=True, eq=False)
class _Screened:
    """All rows as a problem that can be narrowed, seen from the whitened point `origin`.

    Attributes:
        search: rows, whitening and loss.
        origin: (k,) the point where d = 0.
        sample: a sample of the rows at the origin, from which the width of a band is read.
        ties: how wide ties are.
    """

    search: Search
    origin: FloatArray
    sample: Band
    ties: _Ties

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.search.rows.shape[0], len(self.origin)

    def nearest(self, count: int) -> Positions:
        """The rows nearer than the sample says that `count` of all rows are."""
        total = self.shape[0]
        width = float(np.quantile(self.sample.distance, min(count / total, 1.0), method="higher"))
        if count >= total or not np.isfinite(width):
            return np.arange(total)
        within = partial(_within, whitening=self.search.whitening, point=self._standard(self.origin), width=width)
        return np.concatenate(list(self.search.rows.map(within)))

    def narrowed(self, members: Positions) -> Band:
        """The problem of the members; the rest acts through the sum of its signed rows."""
        point, tilt = self._standard(self.origin), self.search.loss.tilt
        pull = partial(_pull, members=members, point=point, tilt=tilt)
        linear = self.search.whitening.gradient(sum_blocks(self.search.rows, pull))
        block = self.search.rows.take(members)
        band = _dense(block, self.search)
        return replace(band.moved(self.origin), linear=linear, tie_width=self.ties.width(block, band, self.origin))

    def check(self, members: Positions, step: FloatArray) -> Check:
        """One pass over all rows: wrong signs, rows close to zero, and the objective."""
        look = partial(
            _look,
            before=self._standard(self.origin),
            after=self._standard(self.origin + step),
            ties=self.ties,
            tilt=self.search.loss.tilt,
        )
        wrong, close, signs, objectives = zip(*self.search.rows.map(look), strict=True)
        touching = Touching(np.concatenate(close), np.concatenate(signs))
        outside = ~np.isin(touching.rows, members)
        return Check(
            np.setdiff1d(np.concatenate(wrong), members),
            Touching(touching.rows[outside], touching.signs[outside]),
            float(sum(objectives)),
        )

    def _standard(self, point: FloatArray) -> FloatArray:
        return self.search.whitening.to_standard(point)


def _within(block: Block, whitening: Whitening, point: FloatArray, width: float) -> Positions:
    matrix = whitening.rows(block.design.dense())
    leverage = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    return np.asarray(block.positions[np.abs(block.residual(point)) <= width * leverage])


def _pull(block: Block, members: Positions, point: FloatArray, tilt: float) -> FloatArray:
    """Σω(sgn(r) + tilt)z, the signs of the members (sorted) left out.

    Their signs are not subtracted afterwards: computed on other rows, a residual of zero may round to another sign.
    """
    signs = np.sign(block.residual(point))
    signs[block.places(members)[0]] = 0.0
    return block.design.transpose_product(block.weighted(signs + tilt))


def _look(
    block: Block, before: FloatArray, after: FloatArray, ties: _Ties, tilt: float
) -> tuple[Positions, Positions, FloatArray, float]:
    assumed, residual = block.residual(before), block.residual(after)
    # Signs, not residuals: beside an outlier of 1e200 the product of two ordinary residuals is zero.
    wrong = block.positions[np.sign(assumed) * residual < 0]
    # Standard columns lie in [−1, 1], so Σ|w| bounds the products of every row.
    numbers = np.abs(block.target) + float(np.abs(after).sum())
    close = np.abs(residual) <= TOUCHING * (ties.typical + ties.rounding * numbers)
    objective = float(np.sum(block.weighted(np.abs(residual) + tilt * residual)))
    return wrong, block.positions[close], np.sign(assumed[close]), objective
