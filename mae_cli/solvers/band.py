"""The dense problem that the descent and the vertex search work on: minimise Σ|rᵢ − vᵢ·d| − c·d over d.

Its rows are whitened and scaled by their weights; r are residuals at the point where d = 0. The linear term c
holds the tilt of a quantile and the pull of rows that are not in the problem because the sign of their residual is
taken as known (a *band* of rows around zero then remains).

Tied data puts more rows through one point than the problem has columns, and exchanges between such rows can go in
circles. The search therefore works on residuals that differ from the true ones by a random part of `tie_width`, which
is wider than the rounding of a row and narrower than a typical residual.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mae_cli.data.design import FloatArray

Positions = NDArray[np.intp]

# Residuals up to so many tie widths count as touching zero.
TOUCHING = 32.0
_PERTURBATION_SEED = 20_240_229
_TYPICAL_SAMPLE = 500


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

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.matrix.shape[0], self.matrix.shape[1]

    @cached_property
    def distance(self) -> FloatArray:
        """|r| / ‖v‖, (m,): how far the point must move before the sign of the residual can change."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio: FloatArray = np.abs(self.residual) / self.leverage
        # A row of zeros never changes its sign, whatever its residual.
        return np.where(self.leverage > 0, ratio, np.inf)

    def moved(self, step: FloatArray) -> "Band":
        """The same problem seen from the point d = `step`."""
        return replace(self, residual=self.residual - self.matrix @ step)

    def perturbed(self) -> "Band":
        """The same problem with ties broken: residuals changed by up to `tie_width`, the same way in every run."""
        noise = np.random.default_rng(_PERTURBATION_SEED).uniform(-1.0, 1.0, len(self.residual))
        return replace(self, residual=self.residual + self.tie_width * noise)

    def nearest(self, count: int) -> Positions:
        """The `count` rows with the smallest distance, in the order of the rows."""
        if count >= len(self.residual):
            return np.arange(len(self.residual))
        return np.sort(np.argpartition(self.distance, count)[:count])

    def narrowed(self, members: Positions) -> "Band":
        """Only the `members`; every other row acts through its present sign alone."""
        signs = np.sign(self.residual)
        signs[members] = 0.0
        return Band(
            self.matrix[members],
            self.leverage[members],
            self.residual[members],
            self.linear + signs @ self.matrix,
            self.tie_width[members],
        )

    def check(self, members: Positions, step: FloatArray) -> "Check":
        """Look at all rows after a `step` that was found with the `members` alone."""
        residual = self.residual - self.matrix @ step
        outside = np.ones(len(residual), dtype=bool)
        outside[members] = False
        wrong = np.flatnonzero(outside & (np.sign(self.residual) * residual < 0))
        close = np.flatnonzero(outside & (np.abs(residual) <= TOUCHING * self.tie_width))
        objective = float(np.abs(residual).sum() - self.linear @ step)
        return Check(wrong, Touching(close, np.sign(self.residual[close])), objective)


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

    def __add__(self, other: "Touching") -> "Touching":
        """Those of both."""
        return Touching(np.concatenate([self.rows, other.rows]), np.concatenate([self.signs, other.signs]))

    def sorted(self) -> "Touching":
        """The same rows in the order of their positions."""
        order = np.argsort(self.rows)
        return Touching(self.rows[order], self.signs[order])


@dataclass(frozen=True, eq=False)
class Check:
    """What all rows say to a step.

    Attributes:
        wrong: rows outside of the band whose sign was taken as known and is not.
        touching: rows outside of the band that are close to zero, with the signs they were taken to have.
        objective: Σ|r − v·d| − c·d over all rows at the step.
    """

    wrong: Positions
    touching: Touching
    objective: float


def typical_size(residual: FloatArray) -> float:
    """About the median of |r|, from a sample: no outlier can move it. The mean when more than half are zero."""
    sizes = np.abs(residual[:: max(1, len(residual) // _TYPICAL_SAMPLE)])
    if not len(sizes):
        return 0.0
    middle = float(np.partition(sizes, len(sizes) // 2)[len(sizes) // 2])
    return middle or float(np.abs(residual).mean())
