"""The cells of a column of text, chunk by chunk, as the codes of its levels: as found, or as a model knows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import pandas as pd

from mae_cli.arrays import CodeArray, Positions
from mae_cli.errors import DataError
from mae_cli.messages import counted, listed, no_values, option, quoted
from mae_cli.tables.csv.dialect import MISSING, PLAIN, Dialect, is_number
from mae_cli.tables.csv.files import Records
from mae_cli.tables.disguise import common_disguise, remedy
from mae_cli.tables.first_fault import FaultyCells

# Levels beyond so many are not counted: the column is refused anyway.
_MOST_LEVELS = 1_000_000


@dataclass(eq=False)
class LevelCells:
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
    def levels(self) -> tuple[str, ...]:
        """The levels in the order of their codes."""
        return tuple(self.codes)

    def read(self, column: pd.Series, first: int, faults: FaultyCells) -> CodeArray:  # noqa: ARG002  (as NumberCells)
        """The codes of the next cells, (b,), 0 where missing."""
        cells, levels = categories(column)
        counts = np.bincount(cells[cells >= 0], minlength=len(levels)).tolist()
        places = first_places(cells, len(levels)).tolist()
        codes = [0] * (len(levels) + 1)
        for place, level in enumerate(levels):
            if level in self.dialect.missing:
                continue
            if level in MISSING and not self.declared:
                self.absent[level] = self.absent.get(level, 0) + counts[place]
            else:
                codes[place] = self._learn(level, counts[place], first + places[place])
        found: CodeArray = np.array(codes, dtype=np.int32)[cells]
        self.count += len(found)
        self.missing += int(np.count_nonzero(found == 0))
        return found

    def add(self, other: "LevelCells", first: int) -> CodeArray:
        """Take in what was found in the cells from the record `first` on, which were read elsewhere.

        Returns:
            The code here of each code there, (levels + 1,): 0 for 0.
        """
        learned = [
            self._learn(level, other.counts[code], first + other.firsts[code]) for level, code in other.codes.items()
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

    def notes(self, files: Records) -> list[str]:  # noqa: ARG002  (as NumberCells)
        """What the user should know, a sentence each."""
        return [
            f"column {quoted(self.name)}: {counted(count, 'cell')} with {quoted(spelling)} taken as missing; if that "
            f"is a level, use {option('--categorical', self.name)}"
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
        what_to_do = (remedy(files, index, self.name) if text_is_rarer else None) or "mend the cell"
        if what_to_do == "mend the cell" and index == 0 and self._cells(texts) == 1:
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


@dataclass(eq=False)
class KnownLevelCells:
    """A column of text whose levels a model knows; `levels[0]` has code 1.

    Attributes:
        name: of the column.
        levels: in the order of their codes.
        count: cells read so far.
        missing: those of them that were missing.
    """

    name: str
    levels: Sequence[str]
    count: int = 0
    missing: int = 0

    def __post_init__(self) -> None:
        self._codes = {level: code for code, level in enumerate(self.levels, start=1)}

    def read(self, column: pd.Series, first: int, faults: FaultyCells) -> CodeArray:
        """The codes of the next cells, (b,), 0 where missing and −1 for a level that the model does not know.

        A number is a fault, where the model knows none among its levels.
        """
        cells, levels = categories(column)
        dialect = faults.files.dialect
        known = {level: self._codes.get(level, 0 if level in MISSING else -1) for level in levels}
        codes = [0 if level in dialect.missing else code for level, code in known.items()]
        if -1 in codes and not any(map(dialect.is_number, self.levels)):
            self._look_for_numbers(cells, levels, first, faults)
        found: CodeArray = np.array([*codes, 0], dtype=np.int32)[cells]
        self.count += len(found)
        self.missing += int(np.count_nonzero(found == 0))
        return found

    def add(self, other: "KnownLevelCells", first: int) -> None:  # noqa: ARG002  (as NumberCells)
        """Take in what was found in cells that follow, which were read elsewhere."""
        self.count += other.count
        self.missing += other.missing

    def finish(self, files: Records) -> None:
        """Nothing to refuse."""

    def notes(self, files: Records) -> list[str]:  # noqa: ARG002  (as NumberCells)
        """Nothing to say."""
        return []

    def lookalike(self, level: str, dialect: Dialect) -> str | None:
        """A level that the model knows and that is written differently, no more: `1` for `1.0`, `AA` for `aa `."""
        return next((known for known in self.levels if _means_the_same(known, level, dialect)), None)

    def _look_for_numbers(self, cells: Positions, levels: Sequence[str], first: int, faults: FaultyCells) -> None:
        for place, level in enumerate(levels):  # in the order in which they appear
            if faults.files.dialect.is_number(level):
                record = first + int(first_places(cells, len(levels))[place])
                faults.add(record, partial(self._number_among_levels, level))
                return

    def _number_among_levels(self, level: str) -> str:
        return (
            f"column {quoted(self.name)} is the number {quoted(level)}, but it was text when the model was trained "
            f"({listed(sorted(self.levels), 2)}); write its levels as they were, or train on such data"
        )


def _means_the_same(known: str, level: str, dialect: Dialect) -> bool:
    if dialect.is_number(known) and dialect.is_number(level):
        return dialect.number(known) == dialect.number(level)
    return known.strip().casefold() == level.strip().casefold()
