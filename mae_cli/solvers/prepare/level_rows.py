"""Rows with an absorbed column in two parts, the group of each and its other columns; and points to go with them."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, CodeArray, FloatArray, Positions
from mae_cli.rows.design import Design


@dataclass(frozen=True, eq=False)
class LevelPoint:
    """A point, step or gradient in two parts.

    Attributes:
        levels: (g + 1,) by the coefficients of the groups 0, …, g; group 0 has none, and its value no meaning.
        others: (h,) by the whitened coordinates of the other columns.
    """

    levels: FloatArray
    others: FloatArray


@dataclass(frozen=True, eq=False)
class Split:
    """The standard columns in two parts: g levels of the absorbed column, and the h other columns that are kept.

    Attributes:
        place: of the absorbed column among the categorical ones.
        groups: (codes,) the group of every code: 1, …, g, or 0 for the baseline and levels left out.
        levels: (g,) the standard columns of groups 1, …, g.
        others: (h,) the other kept standard columns.
        places: (h,) where the design without the absorbed column has them.
    """

    place: int
    groups: CodeArray
    levels: Positions
    others: Positions
    places: Positions

    @staticmethod
    def of(design: Design, place: int, kept: BoolArray) -> "Split":
        """The split of those standard columns of a design that are `kept`, (p,)."""
        first, count = design.offsets[place], design.level_counts[place]
        groups = np.zeros(count + 1, dtype=np.int32)
        members = np.flatnonzero(kept[first : first + count])
        groups[members + 1] = np.arange(1, len(members) + 1)
        remaining = np.delete(np.arange(len(kept)), slice(first, first + count))
        places = np.flatnonzero(kept[remaining])
        return Split(place, groups, first + members, remaining[places], places)

    def rows(self, design: Design, inverse: FloatArray) -> "LevelRows":
        """Rows of the design, its other columns to be whitened by `inverse`."""
        return LevelRows(design.without(self.place), self.groups[design.codes[self.place]], self, inverse)


@dataclass(frozen=True, eq=False)
class LevelRows:
    """Standard rows z = (group, z₊) with the products that a search needs, none of which writes an indicator out.

    Attributes:
        design: the columns other than the absorbed one, kept or not.
        groups: (b,) 0, …, g.
        split: which columns these are.
        inverse: (h, h) R₊⁻¹, which whitens the other columns.
    """

    design: Design
    groups: CodeArray
    split: Split
    inverse: FloatArray

    @property
    def count(self) -> int:
        """The number g of groups."""
        return len(self.split.levels)

    def take(self, rows: Positions) -> "LevelRows":
        return LevelRows(self.design.take(rows), self.groups[rows], self.split, self.inverse)

    def others(self, coordinates: FloatArray) -> FloatArray:
        """z₊·R₊⁻¹·coordinates, (b,)."""
        coefficients = np.zeros(self.design.shape[1])
        coefficients[self.split.places] = self.inverse @ coordinates
        return self.design.product(coefficients)

    def product(self, point: LevelPoint) -> FloatArray:
        """The change of the prediction with the point, (b,); its level 0 must be 0."""
        return self.others(point.others) + point.levels[self.groups]

    def level_sums(self, vector: FloatArray) -> FloatArray:
        """Σ vector over the rows of every group, (g + 1,)."""
        return np.bincount(self.groups, vector, self.count + 1).astype(np.float64, copy=False)

    def other_sums(self, vector: FloatArray) -> FloatArray:
        """R₊⁻ᵀ·Σ vector·z₊, (h,)."""
        sums: FloatArray = self.design.transpose_product(vector)[self.split.places] @ self.inverse
        return sums

    def transpose_product(self, vector: FloatArray) -> LevelPoint:
        """Σ vector·z as a gradient."""
        return LevelPoint(self.level_sums(vector), self.other_sums(vector))

    def dense(self) -> FloatArray:
        """z₊ of every row, (b, h), for few rows."""
        return self.design.dense()[:, self.split.places]
