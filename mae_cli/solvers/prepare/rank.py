"""The rank of the columns: which of them depend on earlier ones, by one rule wherever they are factored.

A column depends on those kept before it when its part independent of them is no more than noiseⱼ + Σ|βₖ|·noiseₖ, where
β are its coefficients on them. The noise of a column is what rounding can make of it: the rounding of a sum over n
rows of its size once shifts are taken out, and for numbers that are not whole the rounding of 15 digits, as they
are often written. A factorisation has rounding of about that size itself. A column that is near the line is
therefore fitted by the kept ones with twice the digits, and the length of the residual is its independent part.

Weights are no part of it: positive ones cannot change the rank.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.prepare.independence import Doubt, Walk, walk
from mae_cli.solvers.prepare.precise_columns import PreciseColumns
from mae_cli.solvers.prepare.precision import EPSILON, LARGEST_WHOLE, UNIT, DoubleDouble, products_rounding
from mae_cli.solvers.prepare.standardise import Standardisation

# Half a unit of the last of 15 digits.
_WRITTEN = 5e-15
# Smaller coefficients (of columns of unit length) are left out of a relation that is tried first.
_NO_SHARE = 1e-12
_MOST_CORRECTIONS = 12
# What a further correction gains of the square of a residual, when that is settled.
_SETTLED = 0.1
# So many relations at a time are tested in one pass.
_RELATIONS = 32


@dataclass(frozen=True, eq=False)
class Noise:
    """What rounding can make of columns.

    Attributes:
        rounding: (p + 4√n)·ε: of a sum over n rows, relative to the size of what is added.
        written: (p,) of the standard columns as they were written.
    """

    rounding: float
    written: FloatArray

    @staticmethod
    def of(standard: Standardisation, shape: tuple[int, int], whole: BoolArray) -> "Noise":
        """Of standard columns of this shape (n, p), of which those numeric ones that are `whole` (q,) are exact."""
        count, columns = shape
        written = np.zeros(columns)
        first = int(standard.intercept)
        written[first : first + len(whole)] = np.where(whole, 0.0, _WRITTEN * standard.largest / standard.scale)
        return Noise((columns + 4 * float(np.sqrt(count))) * EPSILON, written)

    @staticmethod
    def at_most(standard: Standardisation, shape: tuple[int, int]) -> "Noise":
        """The same where it is not known which columns hold whole numbers."""
        return Noise.of(standard, shape, np.zeros(len(standard.scale), dtype=bool))

    def relative(self, lengths: FloatArray) -> FloatArray:
        """The noise of all columns relative to their root mean squares (p,); ∞ where that is 0."""
        written = np.divide(self.written, lengths, out=np.full(len(lengths), np.inf), where=lengths > 0)
        relative: FloatArray = np.maximum(written, self.rounding)
        return relative


def whole_numbers(rows: Rows, standard: Standardisation) -> BoolArray:
    """Which numeric columns (q,) hold nothing but whole numbers that floats represent exactly: one pass."""
    whole: BoolArray = reduce(np.logical_and, rows.map(_are_whole))
    return whole & (standard.largest < LARGEST_WHOLE)


def _are_whole(block: Block) -> BoolArray:
    numeric = block.design.numeric
    whole: BoolArray = (np.rint(numeric) == numeric).all(axis=0)
    return whole


@dataclass(frozen=True, eq=False)
class Factored:
    """Standard columns that are factored, beside levels that come before all of them (none if none is absorbed).

    Attributes:
        factor: (k, h) R, k ≤ h, of the columns less their means in the levels, divided by √n; without weights.
        lengths: (h,) root mean squares of the columns.
        noise: (h,) what rounding can make of them, relative to these, with what it makes of the levels.
        others: (h,) which standard columns they are.
        levels: (g,) the standard columns of the levels.
        roots: (g,) root mean squares of the levels.
        means: (g, h) means of the factored columns in each level.
        columns: number of all standard columns.
    """

    factor: FloatArray
    lengths: FloatArray
    noise: FloatArray
    others: Positions
    levels: Positions
    roots: FloatArray
    means: FloatArray
    columns: int

    @staticmethod
    def without_levels(factor: FloatArray, lengths: FloatArray, noise: FloatArray) -> "Factored":
        """All columns are factored."""
        columns = len(lengths)
        none = np.zeros(0, dtype=np.intp)
        return Factored(factor, lengths, noise, np.arange(columns), none, np.zeros(0), np.zeros((0, columns)), columns)


def independent_columns(rows: Rows, standard: Standardisation, factored: Factored) -> Positions:
    """Which of the factored columns are independent of the levels and of the columns kept before them.

    The `rows` are as read; a pass over them is made for every few columns in doubt.
    """
    independent: dict[int, float] = {}
    dependent: set[int] = set()
    while True:
        found = walk(factored.factor, factored.lengths, factored.noise, independent)
        doubts = [doubt for doubt in found.doubts if doubt.column not in dependent]
        if not doubts:
            return found.kept
        verdicts = _are_independent(rows, PreciseColumns(standard), _Steering(factored, found), doubts)
        for doubt, is_independent in zip(doubts, verdicts, strict=True):
            if is_independent:
                independent[doubt.column] = doubt.distance
            else:  # of more columns, too
                dependent.add(doubt.column)


@dataclass(frozen=True, eq=False)
class _Trial:
    """A relation of a doubtful column to those before it.

    Attributes:
        doubt: the column.
        relation: (p,) coefficients of standard columns.
        allowance: how long their sum may be (as a root mean square) when the column is dependent.
    """

    doubt: Doubt
    relation: DoubleDouble
    allowance: float

    def corrected(self, step: FloatArray) -> "_Trial":
        """The relation less a step (p,)."""
        return replace(self, relation=self.relation - DoubleDouble.of(step))


@dataclass(frozen=True, eq=False)
class _Steering:
    """Fits of doubtful columns by the levels and the columns kept before them, as far as a factorisation takes them."""

    factored: Factored
    walked: Walk

    def short(self, doubt: Doubt) -> _Trial:
        """About the relation of a doubtful column that the factorisation finds; small shares are taken for 0."""
        return self._trial(doubt, doubt.shares, _NO_SHARE)

    def whole(self, doubt: Doubt) -> _Trial:
        """The relation that the factorisation finds, as well as it can."""
        return self._trial(doubt, _solved(self._before(doubt)[1], doubt.along), 0.0)

    def _trial(self, doubt: Doubt, shares: FloatArray, least: float) -> _Trial:
        relation = DoubleDouble.of(self._relation(doubt, shares, least))
        return _Trial(doubt, relation, doubt.allowance * self.walked.lengths[doubt.column])

    def _relation(self, doubt: Doubt, shares: FloatArray, least: float) -> FloatArray:
        shares = np.where(np.abs(shares) > least, shares, 0.0)
        before = self.walked.kept[: len(shares)]
        others = np.zeros(len(self.factored.others))
        others[before] = -shares * self.walked.lengths[doubt.column] / self.walked.lengths[before]
        others[doubt.column] = 1.0
        levels = -self.factored.means @ others
        levels[self.factored.roots * np.abs(levels) <= least * self.walked.lengths[doubt.column]] = 0.0
        return self._together(levels, others)

    def slope(self, doubt: Doubt, gradient: FloatArray) -> tuple[FloatArray, FloatArray]:
        """A gradient (p,) by standard coefficients as a whitened one: of the levels, and of the columns before."""
        before, triangle = self._before(doubt)
        levels, others = gradient[self.factored.levels], gradient[self.factored.others]
        within = (others - levels @ self.factored.means)[before] / self.walked.lengths[before]
        return levels / self.factored.roots, _solved(triangle.T, within)

    def step(self, doubt: Doubt, slope: tuple[FloatArray, FloatArray]) -> FloatArray:
        """A whitened point as standard coefficients (p,)."""
        before, triangle = self._before(doubt)
        others = np.zeros(len(self.factored.others))
        others[before] = _solved(triangle, slope[1]) / self.walked.lengths[before]
        return self._together(slope[0] / self.factored.roots - self.factored.means @ others, others)

    def _before(self, doubt: Doubt) -> tuple[Positions, FloatArray]:
        rank = len(doubt.along)
        return self.walked.kept[:rank], self.walked.triangle[:rank, :rank]

    def _together(self, levels: FloatArray, others: FloatArray) -> FloatArray:
        standard = np.zeros(self.factored.columns)
        standard[self.factored.levels], standard[self.factored.others] = levels, others
        return standard


def _solved(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """The solution of a square system; a product with an inverse has more rounding."""
    return np.asarray(np.linalg.solve(matrix, vector), dtype=np.float64)


def _are_independent(rows: Rows, precise: PreciseColumns, steering: _Steering, doubts: Sequence[Doubt]) -> list[bool]:
    """Which of the doubtful columns are independent of those before them."""
    independent: set[int] = set()
    for start in range(0, len(doubts), _RELATIONS):
        some = doubts[start : start + _RELATIONS]
        some = [doubt for doubt, is_far in zip(some, _are_far(rows, precise, steering, some), strict=True) if is_far]
        independent |= _refined_independence(rows, precise, steering, [steering.short(doubt) for doubt in some])
    return [doubt.column in independent for doubt in doubts]


def _are_far(rows: Rows, precise: PreciseColumns, steering: _Steering, doubts: Sequence[Doubt]) -> list[bool]:
    """Which relations leave more than is allowed as far as floats can tell: most dependent columns need no more."""
    trials = [steering.whole(doubt) for doubt in doubts]
    relations = np.array([trial.relation.high for trial in trials]).reshape(len(trials), -1)
    squares = sum_blocks(rows, partial(_plain_squares, standard=precise.standard, relations=relations))
    sizes = np.abs(relations).sum(axis=1) * precise.standard.widest
    blurred = np.sqrt(squares / rows.shape[0]) + products_rounding(relations.shape[1]) * UNIT * sizes
    return [bool(length > trial.allowance) for length, trial in zip(blurred, trials, strict=True)]


def _plain_squares(block: Block, standard: Standardisation, relations: FloatArray) -> FloatArray:
    shifted = standard.shifted(block)
    return np.array([np.square(standard.product(shifted, relation)).sum() for relation in relations])


def _refined_independence(
    rows: Rows, precise: PreciseColumns, steering: _Steering, trials: Sequence[_Trial]
) -> set[int]:
    """The columns whose least-squares residual on those before them is longer than the allowance."""
    independent: set[int] = set()
    for _ in range(_MOST_CORRECTIONS):
        if not trials:
            return independent
        relations = [trial.relation for trial in trials]
        squares, gradients = sum_blocks(rows, partial(_relation_sums, precise=precise, relations=relations))
        following: list[_Trial] = []
        for place, trial in enumerate(trials):
            slope = steering.slope(trial.doubt, gradients[place] / rows.shape[0])
            square, gain = float(squares[place]) / rows.shape[0], sum(float(part @ part) for part in slope)
            if square <= trial.allowance**2:
                continue
            if gain <= _SETTLED * square and square - 2 * gain > trial.allowance**2:
                independent.add(trial.doubt.column)
            else:
                following.append(trial.corrected(steering.step(trial.doubt, slope)))
        trials = following
    # What no correction brings nearer is apart.
    return independent | {trial.doubt.column for trial in trials}


def _relation_sums(
    block: Block, precise: PreciseColumns, relations: Sequence[DoubleDouble]
) -> tuple[FloatArray, FloatArray]:
    """The squares (t,) of what t relations leave, and Σ of that times the columns (t, p).

    What is left has twice the digits; a correction by it needs no more than floats.
    """
    left = [precise.product(block.design, relation).high for relation in relations]
    shifted = precise.standard.shifted(block)
    gradients = np.array([precise.standard.pull(shifted, each) for each in left])
    return np.array([np.square(each).sum() for each in left]), gradients
