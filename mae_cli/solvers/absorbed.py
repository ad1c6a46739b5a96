"""The absorbed column: a categorical column of so many levels that a dense factor of all columns is out of reach.

No row has two of its levels, so its indicators are orthogonal, and what they have in common with the other columns
is the mean of these in every level (the within transformation of Frisch and Waugh, 1933). With the indicators first,
R = [√D, √D·M; 0, R₊], where D holds the shares of the levels, M the means of the other columns in each level, and
R₊ is the factor of the other columns less these means: all that is needed is as small as the other columns are few.
"""

from dataclasses import dataclass, field
from functools import cached_property

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

    def __add__(self, other: "LevelPoint") -> "LevelPoint":
        return LevelPoint(self.levels + other.levels, self.others + other.others)


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
    """Rows x = (group, z) with the products that a search needs, none of which writes an indicator out.

    Attributes:
        design: the columns other than the absorbed one, kept or not.
        groups: (m,) 0, …, g.
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
        """The rows at these places."""
        return LevelRows(self.design.take(rows), self.groups[rows], self.split, self.inverse)

    def others(self, coordinates: FloatArray) -> FloatArray:
        """z·R₊⁻¹·coordinates, (m,)."""
        coefficients = np.zeros(self.design.shape[1])
        coefficients[self.split.places] = self.inverse @ coordinates
        return self.design.product(coefficients)

    def product(self, point: LevelPoint) -> FloatArray:
        """The change of the prediction with the point, (m,); its level 0 must be 0."""
        return self.others(point.others) + point.levels[self.groups]

    def level_sums(self, vector: FloatArray) -> FloatArray:
        """Σv over the rows of every group, (g + 1,)."""
        return np.bincount(self.groups, vector, self.count + 1).astype(np.float64, copy=False)

    def other_sums(self, vector: FloatArray) -> FloatArray:
        """R₊⁻ᵀ·Σvz, (h,)."""
        sums: FloatArray = self.design.transpose_product(vector)[self.split.places] @ self.inverse
        return sums

    def transpose_product(self, vector: FloatArray) -> LevelPoint:
        """Σvx as a gradient."""
        return LevelPoint(self.level_sums(vector), self.other_sums(vector))

    def dense(self) -> FloatArray:
        """The other columns z of every row, (m, h), for few rows."""
        return self.design.dense()[:, self.split.places]


@dataclass(frozen=True, eq=False)
class AbsorbedWhitening:
    """The whitening of standard columns of which one categorical column is absorbed; see `Whitening`.

    Whitened coordinates are those of the levels, then those of the others.

    Attributes:
        kept: indices of the independent standard columns.
        aliased: indices of those left out.
        columns: number of standard columns, kept or not.
        split: the kept columns in two parts.
        roots: (g,) √D.
        lengths: (h,) root mean squares of the other columns.
        means: (g, h) M.
        inverse: (h, h) R₊⁻¹.
        last, relations: the columns left out because they depend on earlier ones, and for each of them coefficients
            (p,) whose sum over the columns is zero, 1 for its own and 0 for the other ones of `last`.
        search: of the same span with every level kept, and other columns left out instead; None when that is this.
            In a search every level then has rows of its own.
    """

    kept: Positions
    aliased: Positions
    columns: int
    split: Split
    roots: FloatArray
    lengths: FloatArray
    means: FloatArray
    inverse: FloatArray
    last: Positions = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    relations: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    search: "AbsorbedWhitening | None" = None

    @property
    def lengths_of_all(self) -> FloatArray:
        """(columns,) root mean squares of the standard columns, rows scaled by the weights; 0 for those left out."""
        lengths = np.zeros(self.columns)
        lengths[self.split.levels], lengths[self.split.others] = self.roots, self.lengths
        return lengths

    @cached_property
    def condition(self) -> float:
        """‖R₊⁻¹‖ of columns of unit length: at least half of what rounding can be multiplied by."""
        return float(np.linalg.norm(self.inverse * self.lengths[:, np.newaxis]))

    def level_rows(self, design: Design) -> LevelRows:
        """Rows of a standard design in two parts."""
        return self.split.rows(design, self.inverse)

    def rows(self, matrix: FloatArray) -> FloatArray:
        """V = X·R⁻¹ for a dense (m, columns) matrix of standard rows."""
        levels = matrix[:, self.split.levels]
        others = (matrix[:, self.split.others] - levels @ self.means) @ self.inverse
        return np.concatenate([levels / self.roots, others], axis=1)

    def parts(self, point: FloatArray) -> LevelPoint:
        """A whitened point (k,) in two parts."""
        others = point[len(self.roots) :]
        levels = point[: len(self.roots)] / self.roots - self.means @ (self.inverse @ others)
        return LevelPoint(np.concatenate(([0.0], levels)), others)

    def whitened(self, point: LevelPoint) -> FloatArray:
        """A point in two parts as a whitened one, (k,)."""
        levels = point.levels[1:] + self.means @ (self.inverse @ point.others)
        return np.concatenate([self.roots * levels, point.others])

    def standard(self, point: LevelPoint) -> FloatArray:
        """A point in two parts as standard coefficients (columns,); zero for the columns left out."""
        standard = np.zeros(self.columns)
        standard[self.split.levels] = point.levels[1:]
        standard[self.split.others] = self.inverse @ point.others
        return standard

    def to_standard(self, point: FloatArray) -> FloatArray:
        """Standard coefficients (columns,) of a whitened point (k,)."""
        return self.standard(self.parts(point))

    def from_standard(self, standard: FloatArray) -> FloatArray:
        """The whitened point (k,) with the predictions of standard coefficients (columns,)."""
        if len(self.last):
            standard = standard - standard[self.last] @ self.relations
        others = np.asarray(np.linalg.solve(self.inverse, standard[self.split.others]), dtype=np.float64)
        return self.whitened(LevelPoint(np.concatenate(([0.0], standard[self.split.levels])), others))

    def gradient(self, standard_gradient: FloatArray) -> FloatArray:
        """R⁻ᵀ·g: a gradient by standard coefficients as one by whitened coordinates."""
        levels, others = standard_gradient[self.split.levels], standard_gradient[self.split.others]
        return np.concatenate([levels / self.roots, (others - levels @ self.means) @ self.inverse])

    def length(self, errors: FloatArray) -> float:
        """The most that ‖R⁻ᵀ·g‖ can be for a gradient g that is no larger than `errors`, (p,)."""
        levels, others = errors[self.split.levels], errors[self.split.others]
        whitened = (others + levels @ np.abs(self.means)) @ np.abs(self.inverse)
        return float(np.hypot(np.linalg.norm(levels / self.roots), np.linalg.norm(whitened)))

    def level_gradient(self, gradient: FloatArray) -> LevelPoint:
        """A gradient by whitened coordinates as one by the two parts."""
        levels = self.roots * gradient[: len(self.roots)]
        others = gradient[len(self.roots) :] + (levels @ self.means) @ self.inverse
        return LevelPoint(np.concatenate(([0.0], levels)), others)

    def whitened_gradient(self, gradient: LevelPoint) -> FloatArray:
        """A gradient by the two parts as one by whitened coordinates."""
        levels = gradient.levels[1:]
        return np.concatenate([levels / self.roots, gradient.others - (levels @ self.means) @ self.inverse])

    def leverage(self, design: Design) -> FloatArray:
        """‖x·R⁻¹‖ of standard rows, (n,), as if no column had anything in common with another: cheap, and near enough.

        The rows of rare levels have a large one.
        """
        others = np.zeros(design.without(self.split.place).shape[1])
        others[self.split.places] = self.lengths**-2.0
        squares = design.without(self.split.place).squared().product(others)
        squares += np.concatenate(([0.0], self.roots**-2.0))[self.split.groups[design.codes[self.split.place]]]
        return np.sqrt(squares)
