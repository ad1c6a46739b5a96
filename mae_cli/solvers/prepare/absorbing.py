"""Which categorical column to absorb, and the whitening and the rank of the columns with it.

Sums over the levels are counted in one pass. Where they leave a doubt whether the other columns are independent (the
level may tell another column, as an aircraft tells its airline), the rows less their level means are factored, and
the one rule of `mae_cli.solvers.prepare.rank` decides. Of dependent columns the later ones are left out, whichever
part they are in.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.design import Design
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.band import is_small
from mae_cli.solvers.prepare.level_rows import Split
from mae_cli.solvers.prepare.rank import Factored, Noise, independent_columns, whole_numbers
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.whitening import (
    RowScale,
    inverse_of,
    is_weighted,
    preconditioning,
    safe_inverse_factor,
    triangular_factor,
)

# Relations between columns are told from rounding by this share of their largest coefficient.
_NO_PART = 1e-6


def absorbable(rows: Rows, limits: Limits) -> int | None:
    """The place of the categorical column with the most levels, or None when it has too few to be worth it.

    With more other columns than rows a matrix of all their pairs is too large.
    """
    levels = rows.take(np.arange(1)).design.level_counts
    most, (count, columns) = max(levels, default=0), rows.shape
    if most < limits.many_levels or is_small(rows.shape, limits.dense_size) or columns - most > count:
        return None
    return levels.index(max(levels))


@dataclass(frozen=True, eq=False)
class LevelSums(Sums):
    """The Gram matrix of rows in three parts.

    Attributes:
        weight: (g + 1,) Σω² in every group.
        totals: (g + 1, h) Σω²z₊ of the other columns.
        gram: (h, h) Σω²z₊z₊ᵀ.
    """

    weight: FloatArray
    totals: FloatArray
    gram: FloatArray

    @staticmethod
    def of(design: Design, split: Split, weights: FloatArray | None) -> "LevelSums":
        """The sums over rows with row weights ω²."""
        groups, others = split.groups[design.codes[split.place]], design.without(split.place)
        count = len(split.levels)
        return LevelSums(
            weight=np.bincount(groups, weights, count + 1).astype(np.float64),
            totals=others.level_totals(groups, count, weights)[:, split.places],
            gram=others.gram(weights)[np.ix_(split.places, split.places)],
        )

    @property
    def means(self) -> FloatArray:
        """(g, h) of the groups 1, …, g; 0 where a group has no rows."""
        weight = self.weight[1:, np.newaxis]
        return np.divide(self.totals[1:], weight, out=np.zeros_like(self.totals[1:]), where=weight > 0)

    @property
    def within(self) -> FloatArray:
        """(h, h) Σω²(z₊ − z̄)(z₊ − z̄)ᵀ, where z̄ is the mean of a row's group and 0 in group 0."""
        return self.gram - self.means.T @ self.totals[1:]


def whiten_absorbed(
    rows: Rows, standard_rows: Rows, standard: Standardisation, row_scale: RowScale, place: int
) -> AbsorbedWhitening:
    """The whitening of standard rows (n, p), scaled by `row_scale`, with the categorical column at `place` absorbed.

    Which columns depend on others is judged by the `rows` as read where that is in doubt.
    """
    absorbing = _Absorbing(rows, standard_rows, standard, row_scale, place)
    everything = np.ones(rows.shape[1] + int(standard.intercept), dtype=bool)
    split, sums = absorbing.measured(everything)
    inverse = absorbing.safe_inverse(split, sums)
    if inverse is not None:
        return absorbing.whitening(split, sums, inverse)
    if is_weighted(rows):
        absorbing = replace(absorbing, row_scale=preconditioning(rows, row_scale))
    ranks = replace(absorbing, row_scale=_unscaled)
    sums = ranks.measured(everything)[1]
    factor = ranks.within_factor(split, sums)
    independent = ranks.independent(split, sums, factor)
    relations, last = _solved_for_last(_relations(split, sums.means, factor, independent))
    empty = np.concatenate([split.levels[sums.weight[1:] == 0], split.others[np.diag(sums.gram) == 0]])
    kept = everything.copy()
    kept[empty] = kept[last] = False
    searched = everything.copy()
    searched[split.others] = False
    searched[split.others[independent]] = True
    searched[empty] = False
    search = absorbing.of_kept(searched)
    if (kept == searched).all():
        return search
    return replace(absorbing.of_kept(kept), relations=relations, last=last, search=search)


@dataclass(frozen=True, eq=False)
class _Absorbing:
    """What is to be whitened, and the steps of it."""

    rows: Rows
    standard_rows: Rows
    standard: Standardisation
    row_scale: RowScale
    place: int

    def measured(self, kept: BoolArray) -> tuple[Split, LevelSums]:
        """The split of the kept columns, and their sums in one pass."""
        split = Split.of(self.standard_rows.take(np.arange(1)).design, self.place, kept)
        return split, sum_blocks(self.standard_rows, partial(_level_sums, split=split, row_scale=self.row_scale))

    def safe_inverse(self, split: Split, sums: LevelSums) -> FloatArray | None:
        """R₊⁻¹ by the Gram matrix, or None when that leaves a doubt."""
        if not (sums.weight[1:] > 0).all():
            return None
        lengths = self.lengths(sums)
        noise = self.noise(split, sums, Noise.at_most(self.standard, self.standard_rows.shape))
        return safe_inverse_factor(sums.within / self.rows.shape[0], lengths, noise)

    def lengths(self, sums: LevelSums) -> FloatArray:
        """(h,) root mean squares of the other columns."""
        return np.asarray(np.sqrt(np.diag(sums.gram) / self.rows.shape[0]))

    def noise(self, split: Split, sums: LevelSums, noise: Noise) -> FloatArray:
        """(h,) what rounding can make of the other columns, and of the levels by which their means are fitted."""
        lengths, every = self.lengths(sums), np.zeros(self.standard_rows.shape[1])
        every[split.others] = lengths
        roots = np.sqrt(sums.weight[1:] / self.rows.shape[0])
        shares = np.divide(roots @ np.abs(sums.means), lengths, out=np.zeros_like(lengths), where=lengths > 0)
        total: FloatArray = noise.relative(every)[split.others] + noise.rounding * shares
        return total

    def within_factor(self, split: Split, sums: LevelSums) -> FloatArray:
        """R₊ of the rows less the means of their groups, (h, h)."""
        dense = partial(_within_rows, split=split, means=sums.means, row_scale=self.row_scale)
        factor = triangular_factor(self.standard_rows, dense, len(split.others))
        return np.asarray(factor / np.sqrt(self.rows.shape[0]))

    def independent(self, split: Split, sums: LevelSums, factor: FloatArray) -> Positions:
        """Which of the other columns depend neither on levels nor on earlier ones of them."""
        present = sums.weight[1:] > 0
        roots = np.sqrt(sums.weight[1:][present] / self.rows.shape[0])
        known = Noise.of(self.standard, self.standard_rows.shape, whole_numbers(self.rows, self.standard))
        factored = Factored(
            factor=factor,
            lengths=self.lengths(sums),
            noise=self.noise(split, sums, known),
            others=split.others,
            levels=split.levels[present],
            roots=roots,
            means=sums.means[present],
            columns=self.standard_rows.shape[1],
        )
        return independent_columns(self.rows, self.standard, factored)

    def of_kept(self, kept: BoolArray) -> AbsorbedWhitening:
        """The whitening of independent columns."""
        split, sums = self.measured(kept)
        inverse = self.safe_inverse(split, sums)
        if inverse is None:
            inverse = inverse_of(self.within_factor(split, sums))
        return self.whitening(split, sums, inverse)

    def whitening(self, split: Split, sums: LevelSums, inverse: FloatArray) -> AbsorbedWhitening:
        count, columns = self.standard_rows.shape
        kept = np.sort(np.concatenate([split.levels, split.others]))
        return AbsorbedWhitening(
            kept=kept,
            aliased=np.setdiff1d(np.arange(columns), kept),
            columns=columns,
            split=split,
            roots=np.sqrt(sums.weight[1:] / count),
            lengths=np.sqrt(np.diag(sums.gram) / count),
            means=sums.means,
            inverse=inverse,
        )


def _unscaled(_: Block) -> None:
    return None


def _level_sums(block: Block, split: Split, row_scale: RowScale) -> LevelSums:
    scale = row_scale(block)
    return LevelSums.of(block.design, split, None if scale is None else scale**2)


def _within_rows(block: Block, split: Split, means: FloatArray, row_scale: RowScale) -> FloatArray:
    centres = np.concatenate([np.zeros((1, means.shape[1])), means])
    matrix = block.design.without(split.place).dense()[:, split.places]
    matrix -= centres[split.groups[block.design.codes[split.place]]]
    scale = row_scale(block)
    return matrix if scale is None else matrix * scale[:, np.newaxis]


def _relations(split: Split, means: FloatArray, factor: FloatArray, first: Positions) -> FloatArray:
    """A row for each other column that depends on the `first` ones and the levels: coefficients whose sum is zero.

    Its columns are all p standard columns.
    """
    count = len(split.others)
    dependent = np.setdiff1d(np.arange(count), first)
    others = np.zeros((len(dependent), count))
    others[np.arange(len(dependent)), dependent] = 1.0
    others[:, first] = -np.linalg.lstsq(factor[:, first], factor[:, dependent], rcond=None)[0].T
    relations = np.zeros((len(dependent), count + len(split.levels)))
    relations[:, split.others], relations[:, split.levels] = others, -others @ means.T
    return relations


def _solved_for_last(relations: FloatArray) -> tuple[FloatArray, Positions]:
    """The relations solved for columns that depend on earlier ones by them, from the last column on; and these columns.

    Of the columns found each relation has one alone, with coefficient 1.
    """
    solved = relations / np.abs(relations).max(axis=1, keepdims=True)
    found: list[int] = []
    for done in range(len(solved)):
        open_ones = solved[done:]
        open_ones /= np.abs(open_ones).max(axis=1, keepdims=True)
        column = int(np.flatnonzero((np.abs(open_ones) > _NO_PART).any(axis=0))[-1])
        pivot = done + int(np.abs(open_ones[:, column]).argmax())
        solved[[done, pivot]] = solved[[pivot, done]]
        solved[done] /= solved[done, column]
        shares = solved[:, column].copy()
        shares[done] = 0.0
        solved -= np.multiply.outer(shares, solved[done])
        # What elimination leaves there is rounding.
        solved[done + 1 :, column:] = 0.0
        found.append(column)
    return solved, np.array(found, dtype=np.intp)
