"""The basis of a vertex with an absorbed column: one key row for every level, and a small matrix for the rest.

Some row of the basis has each level, its key. It determines the coefficient of the level once the others are known,
so that only the h other rows of the basis, the working ones, need an inverse: that of the matrix of their other
columns less those of the keys of their levels (generalised upper bounding; Dantzig and Van Slyke, 1967).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.prepare.independence import independent_rows
from mae_cli.solvers.prepare.level_rows import LevelPoint, LevelRows

Invert = Callable[[FloatArray], Any]
"""The inverse of independent rows (k, k); an error where they are dependent."""

# Rows of an inverse times its matrix that are farther than this from those of a unit matrix are no inverse.
_GOOD = 0.5


def first_of_levels(groups: NDArray[np.integer], count: int, order: Positions) -> Positions:
    """For groups 1, …, `count` the first row in this order that has it, (count + 1,); −1 where there is none."""
    keys = np.full(count + 1, -1, dtype=np.intp)
    backwards = order[::-1]
    keys[groups[backwards]] = backwards
    keys[0] = -1
    return keys


def checked_inverse(matrix: FloatArray) -> FloatArray:
    """The inverse of independent rows (k, k).

    Raises:
        LinAlgError: they are dependent, if only to rounding: the inverse is not good to half of itself.
    """
    inverse = np.linalg.inv(matrix)
    # Of dependent rows the product has an eigenvalue of 0, so that it is no nearer to the unit matrix than 1.
    if not np.abs(matrix @ inverse - np.eye(len(matrix))).sum(axis=1).max(initial=0.0) <= _GOOD:
        raise np.linalg.LinAlgError("the rows are dependent but for rounding")
    return np.asarray(inverse, dtype=np.float64)


class KeyBasis:
    """k = g + h independent rows out of `rows`, and what follows from their inverse.

    Attributes:
        rows: to choose from.
        keys: (g + 1,) place of the key row of each group; −1 for group 0, which needs none.
        working: (h,) places of the others.
        inverse: (h, h) of the working rows less their keys.
    """

    def __init__(self, rows: LevelRows, keys: Positions, working: Positions, invert: Invert = np.linalg.inv) -> None:
        self.rows = rows
        self.keys = keys.copy()
        self.working = working.copy()
        self._invert = invert
        self.refresh()

    @staticmethod
    def nearest(rows: LevelRows, order: Positions) -> "KeyBasis | None":
        """The first independent rows in this order, a key for each level before all; None if there are too few."""
        keys = first_of_levels(rows.groups, rows.count, order)
        if (keys[1:] < 0).any():
            return None
        others = order[~np.isin(order, keys)]
        working = independent_rows(partial(_less_keys, rows, keys), len(rows.inverse), others)
        return KeyBasis(rows, keys, working) if len(working) == len(rows.inverse) else None

    @staticmethod
    def of(rows: LevelRows, invert: Invert = np.linalg.inv) -> "KeyBasis":
        """The basis that consists of all k rows.

        Raises:
            LinAlgError: they are dependent, as `invert` finds, or some level has none.
        """
        order = np.arange(len(rows.groups))
        keys = first_of_levels(rows.groups, rows.count, order)
        working = order[~np.isin(order, keys)]
        if (keys[1:] < 0).any() or len(working) != len(rows.inverse):
            raise np.linalg.LinAlgError("a level has no row of its own")
        return KeyBasis(rows, keys, working, invert)

    @property
    def places(self) -> Positions:
        """(k,) the rows of the basis: the keys, then the working ones."""
        return np.concatenate([self.keys[1:], self.working])

    def refresh(self) -> None:
        """Compute the inverse from the rows alone."""
        self.inverse: FloatArray = np.asarray(self._invert(_less_keys(self.rows, self.keys, self.working)))

    def solve(self, values: FloatArray) -> LevelPoint:
        """The point at which the basis rows predict these of the `values`, (b,), of all rows."""
        keyed = self._of_keys(values)
        others = self.inverse @ (values[self.working] - keyed[self.rows.groups[self.working]])
        return LevelPoint(keyed - self._of_keys(self.rows.others(others)), others)

    def multipliers(self, signs: FloatArray, linear: LevelPoint) -> tuple[FloatArray, FloatArray]:
        """ν with Σνz = −(linear + Σ signs·z): of the keys (g + 1,), 0 for group 0, and of the working rows (h,).

        The signs (b,) are 0 in the basis.
        """
        pull = linear.levels + self.rows.level_sums(signs)
        substituted = signs.copy()
        substituted[self.keys[1:]] = -pull[1:]
        working: FloatArray = -(linear.others + self.rows.other_sums(substituted)) @ self.inverse
        keys: FloatArray = -pull - np.bincount(self.rows.groups[self.working], working, len(pull))
        keys[0] = 0.0
        return keys, working

    def edge_of_key(self, group: int) -> FloatArray:
        """(b,) rates of the predictions along the edge that frees a key whose level has no working row."""
        return np.where(self.rows.groups == group, 1.0, 0.0)

    def edge_of_working(self, place: int) -> FloatArray:
        """(b,) rates of the predictions along the edge that frees the working row at this place: 1 there."""
        rates = self.rows.others(self.inverse[:, place])
        return np.asarray(rates - self._of_keys(rates)[self.rows.groups], dtype=np.float64)

    def freeing(self, group: int) -> int | None:
        """Make the key of a group a working row, by changing places with one; its place, or None if there is none.

        The other working rows of the level are then less the new key: a column of the inverse changes.
        """
        same = np.flatnonzero(self.rows.groups[self.working] == group)
        if not len(same):
            return None
        place = int(same[0])
        self.inverse[:, place] = -self.inverse[:, same].sum(axis=1)
        self.keys[group], self.working[place] = self.working[place], self.keys[group]
        return place

    def replace_key(self, group: int, row: int) -> None:
        """Another row of the level becomes the key of a group without working rows."""
        self.keys[group] = row

    def replace_working(self, place: int, row: int) -> None:
        """Another row takes this place: a rank-one update of the inverse."""
        shares = _less_keys(self.rows, self.keys, np.array([row]))[0] @ self.inverse
        column = self.inverse[:, place] / shares[place]
        shares[place] -= 1.0
        self.inverse -= np.multiply.outer(column, shares)
        self.working[place] = row

    def _of_keys(self, values: FloatArray) -> FloatArray:
        """(g + 1,) values of the keys, 0 for group 0."""
        keyed = values[self.keys]
        keyed[0] = 0.0
        return keyed


def _less_keys(rows: LevelRows, keys: Positions, chosen: Positions) -> FloatArray:
    """The whitened other columns of the chosen rows less those of the keys of their levels."""
    groups = rows.groups[chosen]
    keyed = rows.take(keys[groups]).dense()
    keyed[groups == 0] = 0.0
    # Whitened after the difference: columns that hardly differ within the levels are whitened to large numbers.
    less: FloatArray = (rows.take(chosen).dense() - keyed) @ rows.inverse
    return less
