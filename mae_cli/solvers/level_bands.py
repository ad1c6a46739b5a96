"""Bands of the rows of a problem with an absorbed column, and what all rows say to a step found with one.

The rows are standard ones, in blocks or few of them at a time; steps are in whitened coordinates.
"""

from dataclasses import dataclass, replace
from functools import partial, reduce

import numpy as np

from mae_cli.data.design import FloatArray
from mae_cli.data.rows import Block, Rows
from mae_cli.data.sums import sum_blocks
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.band import TOUCHING, Positions, Touching, relative_distance
from mae_cli.solvers.key_basis import first_of_levels
from mae_cli.solvers.key_search import LevelBand, search
from mae_cli.solvers.screening import Optimum
from mae_cli.solvers.vertex import Outcome

_EXCHANGES_PER_COLUMN = 100


@dataclass(frozen=True)
class Ties:
    """How wide ties are, in units of the target: `typical` for all rows, and a share of the row's numbers."""

    typical: float
    rounding: float

    def width(self, block: Block, point: FloatArray) -> FloatArray:
        """(b,) of the rows of a block near a point (p,)."""
        numbers = np.abs(block.target) + block.design.absolute().product(np.abs(point))
        return self.typical + self.rounding * numbers


@dataclass(frozen=True, eq=False)
class LevelCheck:
    """What all rows say to a step found with a band: rows of a wrong sign, rows close to zero, the objective."""

    wrong: Positions
    touching: Touching
    objective: float


@dataclass(frozen=True, eq=False)
class ScreenedLevels:
    """All rows as a problem that can be narrowed, seen from the standard point `origin`.

    Attributes:
        rows: in standard units.
        whitening: of their columns.
        tilt: of the loss.
        origin: (p,) the point where d = 0.
        distance: of a sample of the rows, from which the width of a band is read.
        unseen: the leverage from which on a row stays in every band.
        ties: how wide ties are.
    """

    rows: Rows
    whitening: AbsorbedWhitening
    tilt: float
    origin: FloatArray
    distance: FloatArray
    unseen: float
    ties: Ties

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.rows.shape[0], len(self.whitening.kept)

    def nearest(self, count: int) -> Positions:
        """The rows nearer than the sample says that `count` of all rows are."""
        total = self.shape[0]
        if count >= total:
            return np.arange(total)
        width = float(np.quantile(self.distance, count / total, method="higher"))
        within = partial(_within, whitening=self.whitening, point=self.origin, width=width, unseen=self.unseen)
        found = list(self.rows.map(within))
        nearest = reduce(_Nearest.nearer, (each for _, each in found))
        return np.union1d(np.concatenate([positions for positions, _ in found]), nearest.present)

    def narrowed(self, members: Positions) -> "_Band":
        """The problem of the members; the rest acts through the sum of its signed rows."""
        pull = partial(_pull, members=members, point=self.origin, tilt=self.tilt)
        block = self.rows.take(members)
        band = LevelBand(
            rows=self.whitening.level_rows(block.design),
            weights=block.weight_values,
            leverage=self.whitening.leverage(block.design),
            residual=block.residual(self.origin),
            linear=self.whitening.level_gradient(self.whitening.gradient(sum_blocks(self.rows, pull))),
            tie_width=self.ties.width(block, self.origin),
        )
        return _Band(band, self.whitening)

    def check(self, members: Positions, step: FloatArray) -> LevelCheck:
        """One pass over all rows: wrong signs, rows close to zero, and the objective."""
        after = self.origin + self.whitening.to_standard(step)
        look = partial(_look, before=self.origin, after=after, ties=self.ties, tilt=self.tilt)
        wrong, close, signs, objectives = zip(*self.rows.map(look), strict=True)
        touching = Touching(np.concatenate(close), np.concatenate(signs))
        outside = ~np.isin(touching.rows, members)
        return LevelCheck(
            np.setdiff1d(np.concatenate(wrong), members),
            Touching(touching.rows[outside], touching.signs[outside]),
            float(sum(objectives)),
        )


@dataclass(frozen=True, eq=False)
class _Band:
    """A band whose steps are in whitened coordinates."""

    band: LevelBand
    whitening: AbsorbedWhitening

    def moved(self, step: FloatArray) -> "_Band":
        """The same problem seen from the point d = `step`."""
        return replace(self, band=self.band.moved(self.whitening.parts(step)))

    def minimised(self) -> Optimum:
        """Search with ties broken, then solve for the vertex with the true residuals."""
        vertex = search(self.band.perturbed(), _EXCHANGES_PER_COLUMN * len(self.whitening.kept))
        if vertex.basis is None or vertex.outcome is Outcome.UNBOUNDED:
            nowhere = np.zeros(len(self.whitening.kept))
            return Optimum(Outcome.UNBOUNDED, np.arange(0), nowhere, Touching.none(), vertex.exchanges, ())
        basis, step = vertex.basis.places, vertex.basis.solve(self.band.residual)
        true = self.band.residual - self.band.rows.product(step)
        # A small weight in the basis can carry a tie far from zero in the search: the true residual is then rounding.
        nearest = np.minimum(np.abs(vertex.residual), np.abs(true))
        unclear = (nearest <= TOUCHING * self.band.tie_width) | (np.sign(vertex.residual) != np.sign(true))
        unclear[basis] = False
        touching = Touching(np.flatnonzero(unclear), np.where(vertex.residual[unclear] < 0, -1.0, 1.0))
        return Optimum(vertex.outcome, basis, self.whitening.whitened(step), touching, vertex.exchanges, ())


@dataclass(frozen=True, eq=False)
class _Nearest:
    """For each group the smallest distance of its rows, (g + 1,), and where that row is: −1 if there is none."""

    distance: FloatArray
    positions: Positions

    def nearer(self, other: "_Nearest") -> "_Nearest":
        """The nearer rows of both."""
        nearer = other.distance < self.distance
        return _Nearest(
            np.where(nearer, other.distance, self.distance), np.where(nearer, other.positions, self.positions)
        )

    @property
    def present(self) -> Positions:
        """The positions there are."""
        return self.positions[self.positions >= 0]


def _within(
    block: Block, whitening: AbsorbedWhitening, point: FloatArray, width: float, unseen: float
) -> tuple[Positions, _Nearest]:
    """The rows of a block that belong to a band, and the nearest of each group: a basis needs one."""
    leverage = whitening.leverage(block.design)
    distance = relative_distance(block.residual(point), leverage)
    rows = whitening.level_rows(block.design)
    first = first_of_levels(rows.groups, rows.count, distance.argsort(kind="stable"))
    nearest = _Nearest(np.where(first < 0, np.inf, distance[first]), np.where(first < 0, -1, block.positions[first]))
    return block.positions[(distance <= width) | (leverage >= unseen)], nearest


def _pull(block: Block, members: Positions, point: FloatArray, tilt: float) -> FloatArray:
    """Σω(sgn(r) + tilt)z, the signs of the members (sorted) left out."""
    signs = np.sign(block.residual(point))
    signs[block.places(members)[0]] = 0.0
    return block.design.transpose_product(block.weighted(signs + tilt))


def _look(
    block: Block, before: FloatArray, after: FloatArray, ties: Ties, tilt: float
) -> tuple[Positions, Positions, FloatArray, float]:
    assumed, residual = block.residual(before), block.residual(after)
    # Signs, not residuals: beside an outlier of 1e200 the product of two ordinary residuals is zero.
    wrong = block.positions[np.sign(assumed) * residual < 0]
    close = np.abs(residual) <= TOUCHING * ties.width(block, after)
    objective = float(np.sum(block.weighted(np.abs(residual) + tilt * residual)))
    return wrong, block.positions[close], np.sign(assumed[close]), objective
