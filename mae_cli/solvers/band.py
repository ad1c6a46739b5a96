"""The dense problem that the descent and the vertex search work on: minimise Σ|rᵢ − vᵢ·d| − c·d over d.

Its rows are whitened and scaled by their weights; r are residuals at the point where d = 0. The linear term c
holds the tilt of a quantile and the pull of rows that are not in the problem because the sign of their residual is
taken as known (a *band* of rows around zero then remains).

Tied data puts more rows through one point than the problem has columns, and exchanges between such rows can go in
circles. The search therefore works on residuals that differ from the true ones by a random `jitter`, which is wider
than the rounding of a row and narrower than a typical residual.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.products import product, row_lengths, transpose_product
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.whitening import Whitening

B = TypeVar("B")

# Up to so many numbers the rows are one dense problem: two passes of a descent then cost less than a sample saves,
# and writing indicators out costs no more than going round them.
_DENSE_SIZE = 600_000
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
        jitter: (m,) what is added to the residuals to break ties.
    """

    matrix: FloatArray
    leverage: FloatArray
    residual: FloatArray
    linear: FloatArray
    jitter: FloatArray

    @staticmethod
    def of(block: Block, whitening: Whitening) -> "Band":
        """The rows of a standard block from d = 0 on, scaled by their weights; no linear term, ties not broken."""
        matrix = whitening.rows(block.design.dense())
        if block.weights is not None:
            matrix *= block.weights[:, np.newaxis]
        nothing = np.zeros(matrix.shape[1]), np.zeros(len(matrix))
        return Band(matrix, row_lengths(matrix), block.weighted(block.target), *nothing)

    @staticmethod
    def joined(bands: Iterable["Band"]) -> "Band":
        """All rows, without a linear term."""
        rows = [(band.matrix, band.leverage, band.residual, band.jitter) for band in bands]
        matrix, leverage, residual, jitter = map(np.concatenate, zip(*rows, strict=True))
        return Band(matrix, leverage, residual, np.zeros(matrix.shape[1]), jitter)

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
        """The same problem with ties broken."""
        return replace(self, residual=self.residual + self.jitter)

    def take(self, rows: Positions | BoolArray) -> "Band":
        """Only these rows; the linear term stays."""
        return Band(self.matrix[rows], self.leverage[rows], self.residual[rows], self.linear, self.jitter[rows])

    def narrowed(self, count: int) -> "Narrowed[Band]":
        """The `count` rows with the smallest distance; every other row acts through its present sign alone."""
        members = np.arange(len(self.residual))
        if count < len(members):
            members = np.sort(np.argpartition(self.distance, count)[:count])
        return self._narrowed_to(members)

    def widened(self, narrowed: "Narrowed[Band]", rows: "SignedRows") -> "Narrowed[Band]":
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
        objective = float(np.abs(residual).sum() - self.linear @ step)
        return Check(SignedRows(wrong, signs[wrong]), objective)


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

    def members_with(self, rows: "SignedRows") -> Positions:
        """The members and other rows, in the order of their positions."""
        return np.sort(np.concatenate([self.members, rows.rows]), kind="stable")


@dataclass(frozen=True, eq=False)
class SignedRows:
    """Rows and the signs that their residuals were taken to have.

    Attributes:
        rows: (t,) positions.
        signs: (t,) ±1.
    """

    rows: Positions
    signs: FloatArray

    @staticmethod
    def joined(parts: Iterable["SignedRows"]) -> "SignedRows":
        """Those of all parts."""
        rows, signs = zip(*((part.rows, part.signs) for part in parts), strict=True)
        return SignedRows(np.concatenate(rows), np.concatenate(signs))

    def without(self, rows: Positions) -> "SignedRows":
        """Those that are not among `rows`, which are many."""
        ordered = np.append(np.sort(rows, kind="stable"), -1)  # never found
        others = ordered[np.searchsorted(ordered[:-1], self.rows)] != self.rows
        return SignedRows(self.rows[others], self.signs[others])


@dataclass(frozen=True, eq=False)
class Check:
    """What all rows say to a step.

    Attributes:
        wrong: rows outside of the band whose sign was taken as known and is not, with that sign.
        objective: Σ|r − v·d| − c·d over all rows at the step.
    """

    wrong: SignedRows
    objective: float


def relative_distance(residual: FloatArray, leverage: FloatArray) -> FloatArray:
    """|r| / ‖v‖, infinite for a row of zeros: it never changes its sign, whatever its residual."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(leverage > 0, np.abs(residual) / leverage, np.inf)


def typical_size(residual: FloatArray) -> float:
    """About the median of |r|, from a sample: no outlier can move it. The mean when more than half are zero."""
    sizes = np.abs(residual[scattered(len(residual), _TYPICAL_SAMPLE)])
    if not len(sizes):
        return 0.0
    middle = float(np.partition(sizes, len(sizes) // 2)[len(sizes) // 2])
    return middle or float(np.abs(residual).mean())
