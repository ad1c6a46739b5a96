"""The dense problem that the descent and the vertex search work on: minimise Σ|rᵢ − vᵢ·d| − c·d over d.

Its rows are whitened and scaled by their weights; r are residuals at the point where d = 0. The linear term c
holds the tilt of a quantile and the pull of rows that are not in the problem because the sign of their residual is
taken as known (a *band* of rows around zero then remains).

Tied data puts more rows through one point than the problem has columns, and exchanges between such rows can go in
circles. The search therefore works on residuals that differ from the true ones by a random part of `tie_width`, which
is wider than the rounding of a row and narrower than a typical residual.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.products import product, row_lengths, transpose_product
from mae_cli.solvers.whitening import Whitening

B = TypeVar("B")

# Up to so many numbers the rows are one dense problem: two passes of a descent then cost less than a sample saves,
# and writing indicators out costs no more than going round them.
_DENSE_SIZE = 600_000
# Residuals up to so many tie widths count as touching zero.
TOUCHING = 32.0
_PERTURBATION_SEED = 20_240_229
_TYPICAL_SAMPLE = 500


def is_small(shape: tuple[int, int]) -> bool:
    """Whether rows of a shape (n, p) are best solved as one dense problem."""
    count, columns = shape
    return count * columns <= _DENSE_SIZE


@dataclass(frozen=True, eq=False)
class Band:
    """Rows of a problem.

    Attributes:
        matrix: (m, k) whitened rows v.
        leverage: (m,) ‖v‖: how far a residual can move when the point moves by one.
        residual: (m,) residuals r at d = 0.
        linear: (k,) the linear term c.
        tie_width: (m,) residuals closer to zero than a few of these are told apart by chance alone.
    """

    matrix: FloatArray
    leverage: FloatArray
    residual: FloatArray
    linear: FloatArray
    tie_width: FloatArray

    @staticmethod
    def of(block: Block, whitening: Whitening) -> "Band":
        """The rows of a standard block from d = 0 on, scaled by their weights; no linear term, no width of ties."""
        matrix = whitening.rows(block.design.dense())
        if block.weights is not None:
            matrix *= block.weights[:, np.newaxis]
        nothing = np.zeros(matrix.shape[1]), np.zeros(len(matrix))
        return Band(matrix, row_lengths(matrix), block.weighted(block.target), *nothing)

    @staticmethod
    def joined(bands: Iterable["Band"]) -> "Band":
        """All rows, without a linear term."""
        rows = [(band.matrix, band.leverage, band.residual, band.tie_width) for band in bands]
        matrix, leverage, residual, tie_width = map(np.concatenate, zip(*rows, strict=True))
        return Band(matrix, leverage, residual, np.zeros(matrix.shape[1]), tie_width)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.matrix.shape[0], self.matrix.shape[1]

    @cached_property
    def distance(self) -> FloatArray:
        """|r| / ‖v‖, (m,): how far the point must move before the sign of the residual can change."""
        return relative_distance(self.residual, self.leverage)

    def moved(self, step: FloatArray) -> "Band":
        """The same problem seen from the point d = `step`."""
        return replace(self, residual=self.residual - product(self.matrix, step))

    def perturbed(self) -> "Band":
        """The same problem with ties broken: residuals changed by up to `tie_width`, the same way in every run."""
        return replace(self, residual=perturbed(self.residual, self.tie_width))

    def take(self, rows: Positions | BoolArray) -> "Band":
        """Only these rows; the linear term stays."""
        return Band(self.matrix[rows], self.leverage[rows], self.residual[rows], self.linear, self.tie_width[rows])

    def narrowed(self, count: int) -> "Narrowed[Band]":
        """The `count` rows with the smallest distance; every other row acts through its present sign alone."""
        members = np.arange(len(self.residual))
        if count < len(members):
            members = np.sort(np.argpartition(self.distance, count)[:count])
        return self._narrowed_to(members)

    def widened(self, narrowed: "Narrowed[Band]", rows: "Touching") -> "Narrowed[Band]":
        """The rows join the narrowed problem."""
        return self._narrowed_to(narrowed.members_with(rows))

    def _narrowed_to(self, members: Positions) -> "Narrowed[Band]":
        signs = np.sign(self.residual)
        signs[members] = 0.0
        band = replace(self.take(members), linear=self.linear + transpose_product(self.matrix, signs))
        return Narrowed(members, band, float(np.abs(self.residual).sum()))

    def check(self, members: Positions, step: FloatArray) -> "Check":
        """Look at all rows after a `step` that was found with the `members` alone."""
        residual, signs = self.residual - product(self.matrix, step), np.sign(self.residual)
        outside = np.ones(len(residual), dtype=bool)
        outside[members] = False
        wrong = np.flatnonzero(outside & (signs * residual < 0))
        close = np.flatnonzero(outside & (np.abs(residual) <= TOUCHING * self.tie_width))
        objective = float(np.abs(residual).sum() - self.linear @ step)
        return Check(Touching(wrong, signs[wrong]), Touching(close, signs[close]), objective)


@dataclass(frozen=True, eq=False)
class Narrowed(Generic[B]):
    """A problem narrowed to some of its rows, all other signs taken as known.

    Attributes:
        members: (m,) positions of the rows.
        band: the rows; the others act through its linear term.
        objective: of the whole problem at d = 0.
    """

    members: Positions
    band: B
    objective: float

    def members_with(self, rows: "Touching") -> Positions:
        """The members and other rows, in the order of their positions."""
        return np.sort(np.concatenate([self.members, rows.rows]), kind="stable")


@dataclass(frozen=True, eq=False)
class Touching:
    """Rows with a residual too close to zero for its sign to be read off, and the signs that the search gave them.

    Attributes:
        rows: (t,) positions.
        signs: (t,) ±1.
    """

    rows: Positions
    signs: FloatArray

    @staticmethod
    def none() -> "Touching":
        """No rows."""
        return Touching(np.zeros(0, dtype=np.intp), np.zeros(0))

    @staticmethod
    def joined(parts: Iterable["Touching"]) -> "Touching":
        """Those of all parts."""
        rows, signs = zip(*((part.rows, part.signs) for part in parts), strict=True)
        return Touching(np.concatenate(rows), np.concatenate(signs))

    def without(self, rows: Positions) -> "Touching":
        """Those that are not among `rows`, which are many."""
        ordered = np.append(np.sort(rows, kind="stable"), -1)  # never found
        others = ordered[np.searchsorted(ordered[:-1], self.rows)] != self.rows
        return Touching(self.rows[others], self.signs[others])

    def __add__(self, other: "Touching") -> "Touching":
        """Those of both."""
        return Touching(np.concatenate([self.rows, other.rows]), np.concatenate([self.signs, other.signs]))

    @staticmethod
    def after(searched: FloatArray, true: FloatArray, basis: Positions, tie_width: FloatArray) -> "Touching":
        """The rows outside of the basis whose sign cannot be read off the true residual, with the sign of the search.

        `searched` are the residuals (m,) of the vertex with ties broken, `true` those of the same vertex without.
        """
        # A small weight in the basis can carry a tie far from zero in the search: the true residual is then rounding.
        nearest = np.minimum(np.abs(searched), np.abs(true))
        unclear = (nearest <= TOUCHING * tie_width) | (np.sign(searched) != np.sign(true))
        unclear[basis] = False
        rows = np.flatnonzero(unclear)
        return Touching(rows, np.where(searched[rows] < 0, -1.0, 1.0))

    def sorted(self) -> "Touching":
        """The same rows in the order of their positions."""
        order = np.argsort(self.rows)
        return Touching(self.rows[order], self.signs[order])


@dataclass(frozen=True, eq=False)
class Check:
    """What all rows say to a step.

    Attributes:
        wrong: rows outside of the band whose sign was taken as known and is not, with that sign.
        touching: rows outside of the band that are close to zero, with the signs they were taken to have.
        objective: Σ|r − v·d| − c·d over all rows at the step.
    """

    wrong: Touching
    touching: Touching
    objective: float


def perturbed(residual: FloatArray, tie_width: FloatArray) -> FloatArray:
    """Residuals (m,) changed by chance by up to `tie_width`, the same way in every run: ties are broken."""
    noise = np.random.default_rng(_PERTURBATION_SEED).uniform(-1.0, 1.0, len(residual))
    return residual + tie_width * noise


def relative_distance(residual: FloatArray, leverage: FloatArray) -> FloatArray:
    """|r| / ‖v‖, infinite for a row of zeros: it never changes its sign, whatever its residual."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(leverage > 0, np.abs(residual) / leverage, np.inf)


def typical_size(residual: FloatArray) -> float:
    """About the median of |r|, from a sample: no outlier can move it. The mean when more than half are zero."""
    sizes = np.abs(residual[:: max(1, len(residual) // _TYPICAL_SAMPLE)])
    if not len(sizes):
        return 0.0
    middle = float(np.partition(sizes, len(sizes) // 2)[len(sizes) // 2])
    return middle or float(np.abs(residual).mean())
