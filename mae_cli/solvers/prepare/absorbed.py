"""The absorbed column: a categorical column of so many levels that a dense factor of all columns is out of reach.

No row has two of its levels, so its indicators are orthogonal, and what they have in common with the other columns
is the mean of these in every level (the within transformation of Frisch and Waugh, 1933). With the indicators first,
R = [√D, √D·M; 0, R₊], where D holds the shares of the levels, M the means of the other columns in each level, and
R₊ is the factor of the other columns less these means: all that is needed is as small as the other columns are few.

Along a search among such rows only the inverse of the working rows of a basis is kept; multipliers and rates are
products with the rows, whose indicators are never written out. An exchange thus costs a few passes over the rows of the
band, whatever the number of levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import join_designs
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.band import Start
from mae_cli.solvers.prepare.key_basis import KeyBasis, checked_inverse, first_of_levels
from mae_cli.solvers.prepare.level_rows import LevelPoint, LevelRows, Split


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

    def band_rows(self, design: Design) -> "WhitenedLevels":
        """V of the rows of a standard design, their indicators not written out."""
        return WhitenedLevels(self.level_rows(design), self, self.leverage(design))

    def rows(self, matrix: FloatArray) -> FloatArray:
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
        return self.standard(self.parts(point))

    def from_standard(self, standard: FloatArray) -> FloatArray:
        """The whitened point (k,) with the predictions of standard coefficients (columns,)."""
        if len(self.last):
            standard = standard - standard[self.last] @ self.relations
        others = np.asarray(np.linalg.solve(self.inverse, standard[self.split.others]), dtype=np.float64)
        return self.whitened(LevelPoint(np.concatenate(([0.0], standard[self.split.levels])), others))

    def gradient(self, standard_gradient: FloatArray) -> FloatArray:
        levels, others = standard_gradient[self.split.levels], standard_gradient[self.split.others]
        return np.concatenate([levels / self.roots, (others - levels @ self.means) @ self.inverse])

    def length(self, errors: FloatArray) -> float:
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
        """‖z·R⁻¹‖ of standard rows, (n,), as if no column had anything in common with another: cheap, and near enough.

        The rows of rare levels have a large one.
        """
        others = np.zeros(design.without(self.split.place).shape[1])
        others[self.split.places] = self.lengths**-2.0
        squares = design.without(self.split.place).squared().product(others)
        squares += np.concatenate(([0.0], self.roots**-2.0))[self.split.groups[design.codes[self.split.place]]]
        return np.sqrt(squares)


@dataclass(frozen=True, eq=False)
class WhitenedLevels:
    """Rows of a band; steps are in whitened coordinates. See `BandRows`.

    Attributes:
        rows: in two parts.
        whitening: of their columns.
        leverage: (b,) about ‖v‖.
    """

    rows: LevelRows
    whitening: AbsorbedWhitening
    leverage: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows.groups), len(self.whitening.kept)

    def product(self, step: FloatArray) -> FloatArray:
        return self.rows.product(self.whitening.parts(step))

    def transpose_product(self, vector: FloatArray) -> FloatArray:
        return self.whitening.whitened_gradient(self.rows.transpose_product(vector))

    def take(self, places: Positions) -> "WhitenedLevels":
        return WhitenedLevels(self.rows.take(places), self.whitening, self.leverage[places])

    def joined(self, others: Sequence["WhitenedLevels"]) -> "WhitenedLevels":
        every = [self, *others]
        rows = LevelRows(
            design=join_designs([each.rows.design for each in every]),
            groups=np.concatenate([each.rows.groups for each in every]),
            split=self.rows.split,
            inverse=self.rows.inverse,
        )
        return WhitenedLevels(rows, self.whitening, np.concatenate([each.leverage for each in every]))

    def needed(self, distance: FloatArray) -> Positions:
        """The nearest row of each level."""
        keys = first_of_levels(self.rows.groups, self.rows.count, np.argsort(distance, kind="stable"))
        return keys[keys >= 0]

    def nearest_basis(self, order: Positions) -> KeyBasis | None:
        """The first independent rows in this order, a key for each level before all; None when there are fewer."""
        try:
            return KeyBasis.nearest(self.rows, order)
        except np.linalg.LinAlgError:  # the rows are dependent but for rounding
            return None

    def solve(self, basis: Positions, values: FloatArray) -> FloatArray:
        return self.whitening.whitened(KeyBasis.of(self.rows.take(basis)).solve(values[basis]))

    def basis(self, start: Start) -> "LevelBasis":
        return LevelBasis(self, start)


class LevelBasis:
    """The basis of a search: keys first, then the working rows. See `Basis`."""

    def __init__(self, rows: WhitenedLevels, start: Start) -> None:
        self._rows, self._basis = rows, start.basis
        self._weights = np.ones(rows.shape[0]) if start.weights is None else start.weights
        self._target, self._linear = start.residual, rows.whitening.level_gradient(start.linear)
        lengths = rows.leverage * self._weights
        self.shortness = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        self._freed: int | None = None

    @property
    def places(self) -> Positions:
        places: Positions = self._basis.places
        return places

    def refresh(self) -> FloatArray:
        self._basis.refresh()
        residual = self._weights * (self._target - self._rows.rows.product(self._basis.solve(self._target)))
        residual[self._basis.places] = 0.0
        return residual

    def multipliers(self, signs: FloatArray) -> FloatArray:
        """λ = ν/ω, (k,)."""
        keys, working = self._basis.multipliers(self._weights * signs, self._linear)
        multipliers: FloatArray = np.concatenate([keys[1:], working]) / self._weights[self._basis.places]
        return multipliers

    def rates(self, leaving: int) -> tuple[FloatArray, int]:
        count = len(self._basis.keys) - 1
        self._freed = leaving - count if leaving >= count else self._basis.freeing(leaving + 1)
        if self._freed is None:
            row, edge = int(self._basis.keys[leaving + 1]), self._basis.edge_of_key(leaving + 1)
        else:
            row, edge = int(self._basis.working[self._freed]), self._basis.edge_of_working(self._freed)
        return edge * self._weights / self._weights[row], row

    def replace(self, leaving: int, entering: int) -> None:
        if self._freed is None:
            self._basis.replace_key(leaving + 1, entering)
        else:
            self._basis.replace_working(self._freed, entering)

    def step(self) -> FloatArray:
        return self._rows.whitening.whitened(self._basis.solve(self._target))


@dataclass(frozen=True, eq=False)
class KeyRows:
    """The k rows of a vertex with an absorbed column; see `IndependentRows`.

    Attributes:
        basis: of all these rows.
        whitening: of their columns.
    """

    basis: KeyBasis
    whitening: AbsorbedWhitening

    @staticmethod
    def of(design: Design, whitening: AbsorbedWhitening) -> "KeyRows":
        """The rows of a standard design.

        Raises:
            LinAlgError: they are dependent.
        """
        return KeyRows(KeyBasis.of(whitening.level_rows(design), checked_inverse), whitening)

    def solve(self, values: FloatArray) -> FloatArray:
        return self.whitening.standard(self.basis.solve(values))

    def multipliers(self, gradient: FloatArray) -> FloatArray:
        split = self.whitening.split
        parts = LevelPoint(np.append(0.0, gradient[split.levels]), gradient[split.others] @ self.whitening.inverse)
        return self._placed(*self.basis.multipliers(np.zeros(len(self.basis.rows.groups)), parts))

    def sensitivity(self, errors: FloatArray) -> FloatArray:
        split, basis = self.whitening.split, self.basis
        levels = np.append(0.0, errors[split.levels])
        keyed = np.abs(basis.rows.take(basis.keys[1:]).dense()) if len(levels) > 1 else np.zeros((0, len(split.others)))
        others = (errors[split.others] + levels[1:] @ keyed) @ np.abs(self.whitening.inverse)
        working = 2 * others @ np.abs(basis.inverse)
        return self._placed(levels + np.bincount(basis.rows.groups[basis.working], working, len(levels)), working)

    def _placed(self, keys: FloatArray, working: FloatArray) -> FloatArray:
        """Values of the keys of groups 0, …, g and of the working rows, in the order of the rows."""
        values = np.empty(len(self.basis.rows.groups))
        values[self.basis.places] = np.concatenate([keys[1:], working])
        return values
