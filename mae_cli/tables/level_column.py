"""A column of text, whose levels are found while it is read, chunk by chunk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mae_cli.arrays import CodeArray, Positions
from mae_cli.errors import DataError
from mae_cli.messages import counted, no_values, option, quoted
from mae_cli.tables.cell_faults import Note
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import Cells
from mae_cli.tables.csv.dialect import MISSING, PLAIN, Dialect, is_number
from mae_cli.tables.csv.files import Records
from mae_cli.tables.disguise import common_disguise, remedy

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

    as_text = True

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

    def finish(self, files: Records) -> None:
        """Refuse the column if it cannot be used, now that all cells were read.

        Raises:
            DataError: it has no values, mixes numbers and text, holds numbers in disguise, or has too many levels.
        """
        if self.missing == self.count:
            raise no_values(files.name, self.name)
        if not self.declared:
            self._refuse_numbers(files)
        if len(self.codes) > self.max_levels:
            raise self._too_many(files)

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
            if self._is_full:
                kind = self.dialect.is_number(level)
                if kind in self._kinds:
                    return 1  # any code that does not say "missing"
                self._kinds.add(kind)
            self.codes[level] = len(self.codes) + 1
            self.counts.append(0)
            self.firsts.append(first)
        code = self.codes[level]
        self.counts[code] += count
        return code

    @property
    def _is_full(self) -> bool:
        """Whether the column is refused anyway, so that more levels need not be known."""
        return len(self.codes) >= max(_MOST_LEVELS, self.max_levels + 1)

    @cached_property
    def _kinds(self) -> set[bool]:
        """Whether there are numbers, and whether there is text, among the levels that fill the column."""
        return set(map(self.dialect.is_number, self.codes))

    def _refuse_numbers(self, files: Records) -> None:
        numbers = [level for level in self.codes if self.dialect.is_number(level)]
        if numbers:
            texts = [level for level in self.codes if not self.dialect.is_number(level)]
            raise self._mixed(files, numbers, texts)
        pointed = [level for level in self.codes if is_number(level)]
        if 2 * self._cells(pointed) > self._cells(self.codes):
            index = self._first(pointed)
            raise DataError(
                f"{files.place(index)}: column {quoted(self.name)} is {quoted(files.cell(index, self.name))}, a number "
                f"with a decimal point, where --decimal , was given; write one decimal sign throughout, or use "
                f"{option('--categorical', self.name)} or {option('--exclude', self.name)}"
            )
        disguised = common_disguise({level: self.counts[code] for level, code in self.codes.items()})
        if disguised is not None:
            level, disguise = disguised
            raise DataError(
                f"{files.place(self._first([level]))}: column {quoted(self.name)} is {quoted(level)}, {disguise.name}, "
                f"not a plain number; {disguise.remedy}, or use {option('--categorical', self.name)} or "
                f"{option('--exclude', self.name)}"
            )

    def _mixed(self, files: Records, numbers: Sequence[str], texts: Sequence[str]) -> DataError:
        """The error for a column of numbers and text; the cell at fault is the first of the rarer kind."""
        text_is_rarer = self._cells(texts) <= self._cells(numbers)
        index = self._first(texts if text_is_rarer else numbers)
        cell = quoted(files.cell(index, self.name))
        fault = f"{cell}, which is not a number" if text_is_rarer else f"the number {cell}"
        others = "numbers" if text_is_rarer else "text"
        what_to_do = (remedy(files, index, self.name) if text_is_rarer else None) or "fix the cell"
        if what_to_do == "fix the cell" and index == 0 and self._cells(texts) == 1:
            what_to_do += ", remove the line if it holds units"
        return DataError(
            f"{files.place(index)}: column {quoted(self.name)} is {fault}, where most cells are {others}; "
            f"{what_to_do}, or use {option('--categorical', self.name)} or {option('--exclude', self.name)}"
        )

    def _too_many(self, files: Records) -> DataError:
        index = self._first(self.codes)
        more = "more than " if self._is_full else ""
        levels, cell = counted(len(self.codes), "level"), quoted(files.cell(index, self.name))
        return DataError(
            f"{files.place(index)}: column {quoted(self.name)} is text with {more}{levels}, such as {cell}, and "
            f"at most {self.max_levels:,} are allowed; use {option('--exclude', self.name)}, raise --max-levels, "
            "or turn dates and units into numbers first"
        )

    def _cells(self, levels: Iterable[str]) -> int:
        return sum(self.counts[self.codes[level]] for level in levels)

    def _first(self, levels: Iterable[str]) -> int:
        return min(self.firsts[self.codes[level]] for level in levels)


def categories(column: pd.Series) -> tuple[Positions, list[str]]:
    """The code of each cell, −1 where missing, and the text of each code."""
    codes, levels = pd.factorize(column)
    return codes, list(map(str, levels))


def first_places(cells: Positions, levels: int) -> Positions:
    """Where each code (of so many) is first among the cells."""
    places = np.zeros(levels + 1, dtype=np.intp)
    places[cells[::-1]] = np.arange(len(cells) - 1, -1, -1)  # of several assignments the last counts
    return places[:-1]
