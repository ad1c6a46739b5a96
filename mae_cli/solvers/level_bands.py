"""Bands of the rows of a problem with an absorbed column, and what all rows say to a step found with one.

The rows are standard ones, in blocks or few of them at a time; steps are in whitened coordinates.
"""

from dataclasses import dataclass, replace
from functools import partial, reduce

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.band import Check, Narrowed, SignedRows, relative_distance
from mae_cli.solvers.key_basis import first_of_levels
from mae_cli.solvers.key_search import LevelBand, search
from mae_cli.solvers.screening import EXCHANGES_PER_COLUMN, Optimum
from mae_cli.solvers.ties import Ties, chance
from mae_cli.solvers.vertex import Outcome


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

    def narrowed(self, count: int) -> Narrowed["WhitenedBand"]:
        """Two passes: the rows nearer than the sample says that `count` of all rows are, and the pull of the others."""
        return self._narrowed_to(self._nearest(count))

    def widened(self, narrowed: Narrowed["WhitenedBand"], rows: SignedRows) -> Narrowed["WhitenedBand"]:
        """The rows join the band, by another pass."""
        return self._narrowed_to(narrowed.members_with(rows))

    def check(self, members: Positions, step: FloatArray) -> Check:
        """One pass over all rows: wrong signs, and the objective."""
        after = self.origin + self.whitening.to_standard(step)
        look = partial(_look, before=self.origin, after=after, tilt=self.tilt)
        wrong, objectives = zip(*self.rows.map(look), strict=True)
        return Check(SignedRows.joined(wrong).without(members), float(sum(objectives)))

    def _nearest(self, count: int) -> Positions:
        total = self.shape[0]
        if count >= total:
            return np.arange(total)
        width = float(np.quantile(self.distance, count / total, method="higher"))
        within = partial(_within, whitening=self.whitening, point=self.origin, width=width, unseen=self.unseen)
        found = list(self.rows.map(within))
        nearest = reduce(_Nearest.nearer, (each for _, each in found))
        return np.union1d(np.concatenate([positions for positions, _ in found]), nearest.present)

    def _narrowed_to(self, members: Positions) -> Narrowed["WhitenedBand"]:
        pulled = sum_blocks(self.rows, partial(_pull, members=members, point=self.origin, tilt=self.tilt))
        block = self.rows.take(members)
        band = LevelBand(
            rows=self.whitening.level_rows(block.design),
            weights=block.weight_values,
            leverage=self.whitening.leverage(block.design),
            residual=block.residual(self.origin),
            linear=self.whitening.level_gradient(self.whitening.gradient(pulled.gradient)),
            jitter=self.ties.width * chance(block.positions),
        )
        return Narrowed(members, WhitenedBand(band, self.whitening), pulled.objective)


@dataclass(frozen=True, eq=False)
class WhitenedBand:
    """A band whose steps are in whitened coordinates."""

    band: LevelBand
    whitening: AbsorbedWhitening

    def moved(self, step: FloatArray) -> "WhitenedBand":
        """The same problem seen from the point d = `step`."""
        return replace(self, band=self.band.moved(self.whitening.parts(step)))

    def minimised(self) -> Optimum:
        """Search with ties broken, then solve for the vertex with the true residuals."""
        vertex = search(self.band.perturbed(), EXCHANGES_PER_COLUMN * len(self.whitening.kept))
        if vertex.basis is None or vertex.outcome is Outcome.UNBOUNDED:
            nowhere = np.zeros(len(self.whitening.kept))
            return Optimum(Outcome.UNBOUNDED, np.arange(0), nowhere, vertex.exchanges, ())
        basis, step = vertex.basis.places, vertex.basis.solve(self.band.residual)
        return Optimum(vertex.outcome, basis, self.whitening.whitened(step), vertex.exchanges, ())


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


@dataclass(frozen=True, eq=False)
class _Pulled(Sums):
    """Σω(sgn(r) + tilt)z over the rows, the signs of the members left out, and Σω(|r| + tilt·r) over all."""

    gradient: FloatArray
    objective: float


def _pull(block: Block, members: Positions, point: FloatArray, tilt: float) -> _Pulled:
    residual = block.residual(point)
    signs = np.sign(residual)
    signs[block.places(members)[0]] = 0.0
    return _Pulled(block.design.transpose_product(block.weighted(signs + tilt)), _objective(block, residual, tilt))


def _look(block: Block, before: FloatArray, after: FloatArray, tilt: float) -> tuple[SignedRows, float]:
    signs, residual = np.sign(block.residual(before)), block.residual(after)
    # Signs, not residuals: beside an outlier of 1e200 the product of two ordinary residuals is zero.
    wrong = np.flatnonzero(signs * residual < 0)
    return SignedRows(block.positions[wrong], signs[wrong]), _objective(block, residual, tilt)


def _objective(block: Block, residual: FloatArray, tilt: float) -> float:
    return float(np.sum(block.weighted(np.abs(residual) + tilt * residual)))
