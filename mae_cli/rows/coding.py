"""From rows as read to the design matrix of a schema: for training, frames, evaluation and prediction alike.

Rows as read have the codes 1, 2, … of levels in an order of their own, and a `Layout` says what they mean: the levels
in the order in which they were met, or as a model knows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import BoolArray, CodeArray, FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.schema import NumericColumn, Schema


@dataclass(frozen=True)
class Layout:
    """What rows as read consist of.

    Attributes:
        features: (name, levels) of each feature column in the user's order; the levels are None for numbers, else in
            the order of their codes from 1 on.
    """

    features: tuple[tuple[str, tuple[str, ...] | None], ...]

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
