"""A column of text, whose levels are found while it is read, chunk by chunk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mae_cli.arrays import CodeArray, Positions
from mae_cli.messages import counted, option, quoted
from mae_cli.tables.cell_faults import Note
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import Cells
from mae_cli.tables.csv.dialect import MISSING, PLAIN, Dialect

# Levels beyond so many are not counted: the column is refused anyway.
_MOST_LEVELS = 1_000_000


@dataclass(eq=False)
class LevelColumn:
    """A column of text, whose levels are found while it is read.

    Attributes:
        name: of the column.
        declared: whether the user said that it is categorical, even where it holds numbers, or `NA`.
        max_levels: most levels that are allowed.
        dialect: how cells are written.
        codes: the code (from 1) of each level found so far.
        counts: in how many cells each of them is, by code (that of 0 counts for nothing).
        firsts: the record of the first of these cells, likewise.
        absent: how often each of the usual spellings of a missing cell was found, the empty one aside.
        count: cells read so far.
        missing: those of them that were missing.
    """

    name: str
    declared: bool
    max_levels: int
    dialect: Dialect = PLAIN
    codes: dict[str, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=lambda: [0])
    firsts: list[int] = field(default_factory=lambda: [0])
    absent: dict[str, int] = field(default_factory=dict)
    count: int = 0
    missing: int = 0

    @property
    def as_text(self) -> bool:
        """A number is a level as it is written."""
        return True

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels in the order of their codes."""
        return tuple(self.codes)

    def read(self, chunk: Chunk) -> Cells[CodeArray]:
        """The codes of a chunk, (b,), 0 where missing."""
        cells, levels = categories(chunk.frame[self.name])
        counts = np.bincount(cells[cells >= 0], minlength=len(levels)).tolist()
        places = first_places(cells, len(levels)).tolist()
        codes = [0] * (len(levels) + 1)
        for place, level in enumerate(levels):
            if level in self.dialect.missing:
                continue
            if level in MISSING and not self.declared:
                self.absent[level] = self.absent.get(level, 0) + counts[place]
            else:
                codes[place] = self._learn(level, counts[place], chunk.first + places[place])
        found: CodeArray = np.array(codes, dtype=np.int32)[cells]
        self.count += len(found)
        self.missing += int(np.count_nonzero(found == 0))
        return Cells(found)

    def add(self, other: "LevelColumn") -> CodeArray:
        """Take in what was found in the cells that follow, which were read elsewhere.

        Returns:
            The code here of each code there, (levels + 1,): 0 for 0.
        """
        learned = [
            self._learn(level, other.counts[code], self.count + other.firsts[code])
            for level, code in other.codes.items()
        ]
        for spelling, count in other.absent.items():
            self.absent[spelling] = self.absent.get(spelling, 0) + count
        self.count += other.count
        self.missing += other.missing
        return np.array([0, *learned], dtype=np.int32)

    def notes(self) -> list[Note]:
        """What the user should know of it."""
        return [
            Note(
                f"column {quoted(self.name)}: {counted(count, 'cell')} with {quoted(spelling)} taken as missing; if "
                f"that is a level, use {option('--categorical', self.name)}"
            )
            for spelling, count in self.absent.items()
        ]

    def _learn(self, level: str, count: int, first: int) -> int:
        """The code of a level that was found in so many cells, the first in that record."""
        if level not in self.codes:
            if self.is_full:
                alike = self._kinds[self.dialect.is_number(level)]
                if len(alike) >= self._most or (alike and self.dialect.is_number(level)):
                    self.counts[self.codes[alike[0]]] += count
                    return 1  # any code that does not say "missing"
                alike.append(level)
            self.codes[level] = len(self.codes) + 1
            self.counts.append(0)
            self.firsts.append(first)
        code = self.codes[level]
        self.counts[code] += count
        return code

    @property
    def is_full(self) -> bool:
        """Whether the levels are too many anyway, so that more need not be known."""
        return len(self.codes) >= self._most

    @cached_property
    def _kinds(self) -> dict[bool, list[str]]:
        """The levels of a full column that are text, and those that are numbers."""
        kinds: dict[bool, list[str]] = {False: [], True: []}
        for level in self.codes:
            kinds[self.dialect.is_number(level)].append(level)
        return kinds

    @property
    def _most(self) -> int:
        return max(_MOST_LEVELS, self.max_levels + 1)

    def cells(self, levels: Iterable[str]) -> int:
        """In how many cells one of these levels is."""
        return sum(self.counts[self.codes[level]] for level in levels)

    def first(self, levels: Iterable[str]) -> int:
        """The record of the first of these cells."""
        return min(self.firsts[self.codes[level]] for level in levels)


def categories(column: pd.Series) -> tuple[Positions, list[str]]:
    """The code of each cell, −1 where missing, and the text of each code."""
    codes, levels = pd.factorize(column)
    return codes, list(map(str, levels.tolist()))


def first_places(cells: Positions, levels: int) -> Positions:
    """Where each code (of so many) is first among the cells."""
    places = np.zeros(levels + 1, dtype=np.intp)
    places[cells[::-1]] = np.arange(len(cells) - 1, -1, -1)  # of several assignments the last counts
    return places[:-1]
