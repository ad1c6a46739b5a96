"""Which rows of a block are near enough to a point to stay in a band: their signs may change on the way from there.

A row is near when |r| / ‖v‖, its distance, is within the width of the band. Lengths ‖v‖ cost a product with every row,
so most rows are told by their residual alone.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.band import BandRows, relative_distance
from mae_cli.solvers.prepare.key_basis import first_of_levels
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.whitening import Whitening


@dataclass(frozen=True, eq=False)
class NearestOfLevels:
    """For each group the smallest distance of its rows, (g + 1,), and where that row is: −1 if there is none."""

    distance: FloatArray
    positions: Positions

    def nearer(self, other: "NearestOfLevels") -> "NearestOfLevels":
        nearer = other.distance < self.distance
        return NearestOfLevels(
            np.where(nearer, other.distance, self.distance), np.where(nearer, other.positions, self.positions)
        )

    @property
    def present(self) -> Positions:
        return self.positions[self.positions >= 0]


@dataclass(frozen=True, eq=False)
class Near:
    """The near rows of a block.

    Attributes:
        places: of them.
        rows: whitened.
        nearest: of each level of an absorbed column, near or not: a basis needs one. None without such a column.
    """

    places: Positions
    rows: BandRows
    nearest: NearestOfLevels | None


class Nearness(Protocol):
    """Finds the near rows of a block."""

    def __call__(self, block: Block, shifted: Block, sizes: FloatArray, /) -> Near:
        """From the block as read, with its shifts taken off, and the sizes (b,) of its residuals in standard units."""
        ...


@dataclass(frozen=True, eq=False)
class DenseNearness:
    """Near rows, brought into whitened coordinates.

    A single value in some columns can make a whitened row longer than is usual, as in rare levels and heavy tails.
    Such rows may be near although their residuals are large, and without them a band loses rank.

    Attributes:
        standard: the units.
        whitening: of the standard columns.
        width: of the band.
        usual: ‖v‖ that only a row with an unusual value exceeds.
        columns: (s,) numeric columns that have such values.
        middles: (s,) of their values, less their shifts.
        limits: (s,) distances from there beyond which a row is longer than usual.
        levels: (p,) 1.0 for the indicator columns of rare levels, 0.0 elsewhere; None when there are none.
    """

    standard: Standardisation
    whitening: Whitening
    width: float
    usual: float
    columns: Positions
    middles: FloatArray
    limits: FloatArray
    levels: FloatArray | None

    @staticmethod
    def within(width: float, usual: float, standard: Standardisation, whitening: Whitening) -> "DenseNearness":
        """The rows within a band of this width."""
        gains = np.zeros(whitening.columns)  # the length that a 1 in a standard column brings
        gains[whitening.kept] = np.linalg.norm(whitening.inverse_factor, axis=1)
        numeric = len(standard.scale)
        gains = gains[int(standard.intercept) :]
        gains[:numeric] /= standard.scale
        columns = np.flatnonzero(gains[:numeric] * standard.farthest > usual)
        middles = (standard.middle - standard.shift)[columns]
        levels = (gains > usual).astype(np.float64)
        levels[:numeric] = 0.0
        limits = usual / gains[columns]
        return DenseNearness(
            standard, whitening, width, usual, columns, middles, limits, levels if levels.any() else None
        )

    def __call__(self, block: Block, shifted: Block, sizes: FloatArray) -> Near:
        close = sizes <= self.width * self.usual
        self._join_unusual(close, shifted)
        places = close.nonzero()[0]
        rows = self.whitening.band_rows(self.standard(block.part(places)).design)
        within = (relative_distance(sizes[places], rows.leverage) <= self.width).nonzero()[0]
        return Near(places[within], rows.take(within), None)

    def _join_unusual(self, close: BoolArray, shifted: Block) -> None:
        for column, middle, limit in zip(self.columns, self.middles, self.limits, strict=True):
            close |= np.abs(shifted.design.numeric[:, column] - middle) > limit
        if self.levels is not None:
            close |= shifted.design.product(self.levels) > 0


@dataclass(frozen=True, eq=False)
class LevelNearness:
    """Near rows with an absorbed column.

    Attributes:
        standard: the units.
        whitening: of the standard columns.
        width: of the band.
        unseen: the leverage from which on a row is near in any case: its level is rare.
    """

    standard: Standardisation
    whitening: AbsorbedWhitening
    width: float
    unseen: float

    def __call__(self, block: Block, _: Block, sizes: FloatArray) -> Near:
        """The near rows of a block, and the nearest one of each level."""
        design = self.standard(block).design
        leverage = self.whitening.leverage(design)
        distance = relative_distance(sizes, leverage)
        places = np.flatnonzero((distance <= self.width) | (leverage >= self.unseen))
        rows = self.whitening.band_rows(design.take(places))
        groups, count = self.whitening.level_rows(design).groups, rows.rows.count
        first = first_of_levels(groups, count, distance.argsort(kind="stable"))
        nearest = NearestOfLevels(
            np.where(first < 0, np.inf, distance[first]), np.where(first < 0, -1, block.positions[first])
        )
        return Near(places, rows, nearest)
