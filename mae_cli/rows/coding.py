"""From rows as read to the design matrix of a schema: for training, frames, evaluation and prediction alike.

Rows as read have the codes 1, 2, … of levels in an order of their own, and a `Layout` says what they mean: the levels
in the order in which they were met, or as a model knows them.

While data for training is read, nobody knows yet which levels there will be and which is the baseline: the complete
rows define the schema. Then they are parted into those that are fitted and those held out, in its coding.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import BoolArray, CodeArray, FloatArray
from mae_cli.errors import DataError, Place
from mae_cli.messages import beyond_floats, option, quoted
from mae_cli.rows.blocks import Block, Rows, RowStore
from mae_cli.rows.design import Design, column_ranges
from mae_cli.rows.sampling import Split
from mae_cli.rows.schema import PLAIN, CategoricalColumn, DesignColumn, NumericColumn, Schema, Writing
from mae_cli.rows.sums import Range, Sums, relative_weights, sum_blocks


@dataclass(frozen=True)
class Layout:
    """What rows as read consist of.

    Attributes:
        features: (name, levels) of each feature column in the user's order; the levels are None for numbers, else in
            the order of their codes from 1 on.
        writings: how the numbers of a column are written, where they are not plain.
    """

    features: tuple[tuple[str, tuple[str, ...] | None], ...]
    writings: Mapping[str, Writing] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: Schema) -> "Layout":
        """Of rows that are read for a schema, with its levels in their order."""
        pairs = ((each.name, None if isinstance(each, NumericColumn) else each.levels) for each in schema.features)
        return cls(tuple(pairs))

    @property
    def numeric(self) -> tuple[str, ...]:
        """The names of the columns of numbers."""
        return tuple(name for name, levels in self.features if levels is None)

    @property
    def categorical(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(name, levels) of the columns of levels."""
        return tuple((name, levels) for name, levels in self.features if levels is not None)

    @property
    def level_counts(self) -> tuple[int, ...]:
        """For each categorical column the number of its levels."""
        return tuple(len(levels) for _, levels in self.categorical)


def as_read(numeric: FloatArray, codes: Sequence[CodeArray]) -> Design:
    """Rows as read, (b, q) numbers and (b,) codes a column, whose levels have no columns of a matrix yet."""
    return Design(numeric, tuple(codes), (0,) * len(codes))


@dataclass(frozen=True, eq=False)
class Coding:
    """The coding of a schema for rows as read.

    Attributes:
        numeric: where the schema's columns of numbers are among those read; None for all as they are.
        categorical: where its columns of levels are among those read.
        codes: for each of these the schema's code for each code as read; −1 for a level it does not know, and for the
            codes 0 (missing) and −1 (not known to who read it).
        level_counts: for each of these the number of its indicator columns.
    """

    numeric: tuple[int, ...] | None
    categorical: tuple[int, ...]
    codes: tuple[CodeArray, ...]
    level_counts: tuple[int, ...]

    @classmethod
    def of(cls, schema: Schema, layout: Layout) -> "Coding":
        """Every column of the schema is in the layout; one that is read in several codings has levels of all."""
        numbers = {name: place for place, name in enumerate(layout.numeric)}
        levels = {name: place for place, (name, _) in enumerate(layout.categorical)}
        numeric = tuple(numbers[column.name] for column in schema.numeric)
        categorical = tuple(levels[column.name] for column in schema.categorical)
        return cls(
            numeric=None if numeric == tuple(range(len(numbers))) else numeric,
            categorical=categorical,
            codes=tuple(
                _codes(column.levels, layout.categorical[place][1])
                for column, place in zip(schema.categorical, categorical, strict=True)
            ),
            level_counts=tuple(len(column.levels) - 1 for column in schema.categorical),
        )

    def design(self, numeric: FloatArray, codes: Sequence[CodeArray]) -> tuple[Design, BoolArray]:
        """The design matrix of rows as read, and the mask of those that have a level the schema does not know.

        Such a level stands as the baseline.
        """
        unknown = np.zeros(len(numeric), dtype=bool)
        coded = []
        for place, mapping in zip(self.categorical, self.codes, strict=True):
            known = mapping[codes[place]]
            unknown |= known < 0
            coded.append(np.maximum(known, 0))
        chosen = numeric if self.numeric is None else numeric[:, list(self.numeric)]
        return Design(chosen, tuple(coded), self.level_counts), unknown

    def __call__(self, block: Block) -> tuple[Block, BoolArray]:
        """The block in the coding of the schema, and the mask of the rows that have a level it does not know."""
        design, unknown = self.design(block.design.numeric, block.design.codes)
        return replace(block, design=design), unknown

    def known(self, block: Block) -> Block:
        """The same for a block that has known levels only."""
        return self(block)[0]


def _codes(levels: Sequence[str], read: Sequence[str]) -> CodeArray:
    known = {level: code for code, level in enumerate(levels)}
    return np.array([-1, *(known.get(level, -1) for level in read), -1], dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Description(Sums):
    """What training rows say about the columns: sums over rows.

    Attributes:
        ranges: of the numeric columns, then the target, then the weights.
        totals: the weight of every level, column after column.
        counts: in how many rows each level is.
        weightless: rows of weight 0.
    """

    ranges: Range
    totals: FloatArray
    counts: FloatArray
    weightless: int

    @property
    def target_range(self) -> tuple[float, float]:
        """The least and the greatest target."""
        return float(self.ranges.lowest[-2]), float(self.ranges.highest[-2])

    @property
    def largest_weight(self) -> float:
        """The largest weight of a row."""
        return float(self.ranges.highest[-1])


def describe(rows: Rows, layout: Layout, split: Split | None) -> Description:
    """Describe the rows that a split (if there is one) leaves for training, in one pass."""
    return sum_blocks(rows, partial(_describe, layout=layout, split=split))


def build_schema(layout: Layout, description: Description, file: str | None = None) -> Schema:
    """The kinds, ranges and levels of the rows described.

    A level is one that occurs in these rows. The baseline is the level of the largest total weight, ties in text
    order; the other levels follow in text order. The file is where the rows are from; None for a frame.

    Raises:
        DataError: a column spans more than floating point can hold.
    """
    ranges = iter(zip(description.ranges.lowest.tolist(), description.ranges.highest.tolist(), strict=True))
    starts = iter(np.cumsum([0, *layout.level_counts]).tolist())
    features: list[NumericColumn | CategoricalColumn] = []
    for name, levels in layout.features:
        if levels is None:
            column = NumericColumn(name, *next(ranges), layout.writings.get(name, PLAIN))
            _require_span(column, file)
            features.append(column)
        else:
            start = next(starts)
            part = slice(start, start + len(levels))
            features.append(_categorical(name, levels, description.totals[part], description.counts[part]))
    return Schema(tuple(features))


LevelRows = Mapping[DesignColumn, int]
"""How many rows have each level of each column, baselines included."""


def level_rows(layout: Layout, description: Description) -> LevelRows:
    """How many of the rows described have each level."""
    columns = [DesignColumn(name, level) for name, levels in layout.categorical for level in levels]
    return {column: int(rows) for column, rows in zip(columns, description.counts, strict=True)}


def _describe(block: Block, layout: Layout, split: Split | None) -> Description:
    if split is not None:
        block = block.part(np.flatnonzero(~split.is_held(block.positions)))
    weights, codes = block.weight_values, block.design.codes
    columns = list(zip(codes, layout.level_counts, strict=False))  # codes of clusters come last and are no feature's
    return Description(
        ranges=_ranges([block.design.numeric, block.target[:, np.newaxis], weights[:, np.newaxis]]),
        totals=_levels([np.bincount(column, weights, count + 1) for column, count in columns]),
        counts=_levels([np.bincount(column, minlength=count + 1) for column, count in columns]),
        weightless=int(np.count_nonzero(weights == 0)),
    )


def _ranges(parts: Sequence[FloatArray]) -> Range:
    if not len(parts[0]):
        size = sum(part.shape[1] for part in parts)
        return Range(np.full(size, np.inf), np.full(size, -np.inf))
    lowest, highest = zip(*map(column_ranges, parts), strict=True)
    return Range(np.concatenate(lowest), np.concatenate(highest))


def _levels(counts: Sequence[NDArray[np.generic]]) -> FloatArray:
    """Counts of all columns in a row, those of the code 0, which no complete row has, left out."""
    return np.concatenate([np.zeros(0), *(column[1:] for column in counts)])


def _categorical(name: str, levels: Sequence[str], totals: FloatArray, counts: FloatArray) -> CategoricalColumn:
    weight_of = {level: total for level, total, count in zip(levels, totals, counts, strict=True) if count}
    in_text_order = sorted(weight_of)
    baseline = max(in_text_order, key=weight_of.__getitem__)
    return CategoricalColumn(name, (baseline, *(level for level in in_text_order if level != baseline)))


def _require_span(column: NumericColumn, file: str | None) -> None:
    name, ends = column.name, (column.minimum, column.maximum)
    if not math.isfinite(column.maximum - column.minimum):
        leave_out = "leave it out" if file is None else f"use {option('--exclude', name)}"
        place, remedy = Place(file, column=name), f"rescale it, or {leave_out}"
        raise DataError(beyond_floats(f"column {quoted(name)}", ends, place, remedy))


@dataclass(frozen=True, eq=False)
class Partition:
    """How rows are parted.

    Attributes:
        split: which rows are held out; None when none are.
        coding: of the levels.
        largest_weight: of the training rows; weights become relative to it.
    """

    split: Split | None
    coding: Coding
    largest_weight: float

    def training(self, rows: RowStore) -> RowStore:
        """The rows to be fitted: those that are not held out and have a weight."""
        return rows.kept(partial(_training, partition=self))

    def held(self, rows: RowStore) -> RowStore | None:
        """The rows held out whose levels were all seen in training."""
        return None if self.split is None else rows.kept(partial(_held, split=self.split, coding=self.coding))


def _training(block: Block, partition: Partition) -> Block:
    weights = block.weights
    if weights is not None:
        # First: what vanishes beside the largest weight is left out too.
        weights = relative_weights(weights, partition.largest_weight)
        block = replace(block, weights=weights)
    used = np.ones(len(block.target), dtype=bool) if weights is None else weights > 0
    if partition.split is not None:
        used &= ~partition.split.is_held(block.positions)
    return partition.coding.known(block if used.all() else block.part(np.flatnonzero(used)))


def _held(block: Block, split: Split, coding: Coding) -> Block:
    held = block.part(np.flatnonzero(split.is_held(block.positions)))
    coded, unseen = coding(held)
    return coded.part(np.flatnonzero(~unseen)) if unseen.any() else coded
