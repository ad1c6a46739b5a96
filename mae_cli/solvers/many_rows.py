"""All rows of a fit as a problem to be screened: the passes that pick the band and look for wrong signs.

A pass takes the rows as they are. Only those near zero are brought into whitened coordinates.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.solvers.band import Band, Check, Narrowed, SignedRows
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.standardise import Standardisation
from mae_cli.solvers.ties import Ties
from mae_cli.solvers.whitening import Whitening


@dataclass(frozen=True, eq=False)
class _Whitened:
    """How rows as read become rows of a band.

    Attributes:
        standard: their units.
        whitening: of the standard columns.
        origin: (k,) the whitened point where d = 0.
        ties: how wide ties are.
    """

    standard: Standardisation
    whitening: Whitening
    origin: FloatArray
    ties: Ties

    def __call__(self, block: Block) -> Band:
        """The rows of a block, without a linear term."""
        standard = self.standard(block)
        band = Band.of(standard, self.whitening)
        return replace(band.moved(self.origin), jitter=self.ties.jitter(standard))


@dataclass(frozen=True, eq=False)
class _Spikes:
    """Columns in which a single value can make a whitened row longer than is usual.

    Rare levels and heavy tails have such values: their rows may be near in the sense of the band although their
    residuals are large, and without them a band loses rank.

    Attributes:
        columns: (s,) numeric columns.
        middles: (s,) of their values, less their shifts.
        limits: (s,) distances from there beyond which a row is longer than usual.
        levels: (p,) 1.0 for the indicator columns of rare levels, 0.0 elsewhere; None when there are none.
    """

    columns: Positions
    middles: FloatArray
    limits: FloatArray
    levels: FloatArray | None

    @staticmethod
    def above(usual: float, standard: Standardisation, whitening: Whitening) -> "_Spikes":
        """Those that can make a row longer than `usual`."""
        gains = np.zeros(whitening.columns)  # the length that a 1 in a standard column brings
        gains[whitening.kept] = np.linalg.norm(whitening.inverse_factor, axis=1)
        numeric = len(standard.scale)
        gains = gains[int(standard.intercept) :]
        gains[:numeric] /= standard.scale
        columns = np.flatnonzero(gains[:numeric] * standard.farthest > usual)
        middles = (standard.middle - standard.shift)[columns]
        levels = (gains > usual).astype(np.float64)
        levels[:numeric] = 0.0
        return _Spikes(columns, middles, usual / gains[columns], levels if levels.any() else None)

    def join(self, near: BoolArray, shifted: Block) -> None:
        """Mark the rows of a block that have such a value."""
        for column, middle, limit in zip(self.columns, self.middles, self.limits, strict=True):
            near |= np.abs(shifted.design.numeric[:, column] - middle) > limit
        if self.levels is not None:
            near |= shifted.design.product(self.levels) > 0


@dataclass(frozen=True, eq=False)
class ManyRows:
    """All rows as a problem that can be narrowed, seen from the whitened point `origin`.

    Attributes:
        problem: to be solved.
        origin: (k,) the point where d = 0.
        distance: of a sample of the rows at the origin, from which the width of a band is read.
        usual: ‖v‖ that only a row with an unusual value exceeds, rows not scaled by their weights.
        ties: how wide ties are.
    """

    problem: Problem
    origin: FloatArray
    distance: FloatArray
    usual: float
    ties: Ties

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.problem.rows.shape[0], len(self.origin)

    def narrowed(self, count: int) -> Narrowed[Band]:
        """One pass: the rows nearer than the sample says that `count` of all rows are, and the pull of the others."""
        share = count / self.shape[0]
        width = float(np.quantile(self.distance, share, method="higher")) if share < 1 else np.inf
        pick = partial(
            _pick,
            whitened=self._whitened,
            point=self._standard(self.origin),
            width=width,
            reach=width * self.usual if share < 1 else np.inf,
            spikes=_Spikes.above(self.usual, self.problem.standard, self.problem.dense_whitening),
            tilt=self.problem.absolute_loss.tilt,
        )
        members, bands, pulls, objectives = zip(*self.problem.rows.map(pick), strict=True)
        pull = self.problem.dense_whitening.gradient(np.sum(pulls, axis=0))
        band = replace(Band.joined(bands), linear=pull)
        return Narrowed(np.concatenate(members), band, float(sum(objectives)))

    def widened(self, narrowed: Narrowed[Band], rows: SignedRows) -> Narrowed[Band]:
        """The rows join the band, and pull no longer."""
        joining = self._whitened(self.problem.rows.take(rows.rows))
        linear = narrowed.band.linear - rows.signs @ joining.matrix
        band = replace(Band.joined((narrowed.band, joining)), linear=linear)
        return replace(narrowed, members=np.concatenate([narrowed.members, rows.rows]), band=band)

    def check(self, members: Positions, step: FloatArray) -> Check:
        """One pass over all rows: wrong signs, and the objective."""
        look = partial(
            _look,
            standard=self.problem.standard,
            before=self._standard(self.origin),
            after=self._standard(self.origin + step),
            tilt=self.problem.absolute_loss.tilt,
        )
        wrong, objectives = zip(*self.problem.rows.map(look), strict=True)
        return Check(SignedRows.joined(wrong).without(members), float(sum(objectives)))

    @property
    def _whitened(self) -> _Whitened:
        return _Whitened(self.problem.standard, self.problem.dense_whitening, self.origin, self.ties)

    def _standard(self, point: FloatArray) -> FloatArray:
        return self.problem.dense_whitening.to_standard(point)


def _pick(  # noqa: PLR0913, PLR0917  (a mapped function carries what it needs, never the rows)
    block: Block, whitened: _Whitened, point: FloatArray, width: float, reach: float, spikes: _Spikes, tilt: float
) -> tuple[Positions, Band, FloatArray, float]:
    """The rows of the band, and the pull Σω(sgn(r) + tilt)z of the others (of the band's rows only Σω·tilt·z)."""
    standard = whitened.standard
    shifted = standard.shifted(block)
    residual = standard.residual(shifted, point)
    sizes = np.abs(residual)
    close = sizes <= reach
    spikes.join(close, shifted)
    near = close.nonzero()[0]
    band = whitened(block.part(near))
    within = band.distance <= width
    near, band = near[within], band.take(within)
    signs = np.sign(residual)
    signs[near] = 0.0
    pull = standard.pull(shifted, block.weighted(signs + tilt))
    return block.positions[near], band, pull, _objective(block, residual, sizes, tilt)


def _look(
    block: Block, standard: Standardisation, before: FloatArray, after: FloatArray, tilt: float
) -> tuple[SignedRows, float]:
    shifted = standard.shifted(block)
    assumed, residual = standard.residual(shifted, before), standard.residual(shifted, after)
    # Signs, not residuals: beside an outlier of 1e200 the product of two ordinary residuals is zero.
    signs = np.sign(assumed)
    wrong = (signs * residual < 0).nonzero()[0]
    return SignedRows(block.positions[wrong], signs[wrong]), _objective(block, residual, np.abs(residual), tilt)


def _objective(block: Block, residual: FloatArray, sizes: FloatArray, tilt: float) -> float:
    """Σω(|r| + tilt·r)."""
    return float(block.weighted(sizes + tilt * residual if tilt else sizes).sum())
