"""Columns of levels: those that are found while text is read, chunk by chunk, and those that a model knows.

A column that says which rows depend on each other has levels, too, whatever its cells are.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import pandas as pd

from mae_cli.arrays import CodeArray, Positions
from mae_cli.errors import Fault
from mae_cli.messages import counted, listed, option, quoted
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import CellFault, Cells, Likeness, Note
from mae_cli.tables.csv.dialect import MISSING, PLAIN, Dialect
from mae_cli.tables.csv.files import Records

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
        chosen: whether the user named the column in this run.
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
    chosen: bool = False

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
                f"that is a level, use {option('--categorical', self.name)}",
                likeness=Likeness(
                    self.name,
                    f"with {quoted(spelling)} taken as missing; if that is a level, use --categorical",
                    ("missing level", spelling),
                    cells=count,
                ),
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


@dataclass(eq=False)
class KnownLevelColumn:
    """A column of text whose levels a model knows; `levels[0]` has code 1.

    Attributes:
        name: of the column.
        levels: in the order of their codes.
        dialect: how cells are written.
        count: cells read so far.
        missing: those of them that were missing.
    """

    name: str
    levels: Sequence[str]
    dialect: Dialect = PLAIN
    count: int = 0
    missing: int = 0

    @property
    def as_text(self) -> bool:
        """A number is a level as it is written."""
        return True

    def __post_init__(self) -> None:
        self._codes = {level: code for code, level in enumerate(self.levels, start=1)}

    def read(self, chunk: Chunk) -> Cells[CodeArray]:
        """The codes of a chunk, (b,), 0 where missing and −1 for a level that the model does not know.

        A number is a fault, where the model knows none among its levels.
        """
        cells, levels = categories(chunk.frame[self.name])
        codes = [self._code(level) for level in levels]
        fault = None
        number = next(filter(self.dialect.is_number, levels), None) if -1 in codes else None
        if number is not None and not self._knows_numbers:
            place = int(first_places(cells, len(levels))[levels.index(number)])
            fault = CellFault(chunk.first + place, self.name, partial(self._number_among_levels, number))
        found: CodeArray = np.array([*codes, 0], dtype=np.int32)[cells]
        self.count += len(found)
        self.missing += int(np.count_nonzero(found == 0))
        return Cells(found, fault)

    def add(self, other: "KnownLevelColumn") -> None:
        """Take in what was found in the cells that follow, which were read elsewhere; codes are the same there."""
        self.count += other.count
        self.missing += other.missing

    def notes(self) -> list[Note]:
        """Nothing to say."""
        return []

    def _code(self, level: str) -> int:
        if level in self.dialect.missing:
            return 0
        return self._codes.get(level, 0 if level in MISSING else -1)

    @cached_property
    def _knows_numbers(self) -> bool:
        return any(map(self.dialect.is_number, self.levels))

    def _number_among_levels(self, level: str, _: Records) -> Fault:
        what = (
            f"column {quoted(self.name)} is the number {quoted(level)}, but it was text when the model was trained "
            f"({listed(sorted(self.levels), 2)})"
        )
        remedy = "write its levels as they were, or train on such data"
        return Fault("number-among-levels", what, cell=level, remedy=remedy)


def lookalike(level: str, levels: Sequence[str], dialect: Dialect) -> str | None:
    """The level that is this one written differently, no more: `1` for `1.0`, `AA` for `aa `."""
    return next((known for known in levels if _means_the_same(known, level, dialect)), None)


def _means_the_same(known: str, level: str, dialect: Dialect) -> bool:
    if dialect.is_number(known) and dialect.is_number(level):
        return dialect.number(known) == dialect.number(level)
    return known.strip().casefold() == level.strip().casefold()


@dataclass(eq=False)
class ClusterColumn(LevelColumn):
    """A column whose rows of one level are a cluster: numbers or text, and as many levels as there are."""

    declared: bool = False
    max_levels: int = sys.maxsize - 1

    def notes(self) -> list[Note]:
        """Nothing to say: a missing cell is missing, however it is spelled."""
        return []
