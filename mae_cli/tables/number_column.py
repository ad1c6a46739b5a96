"""The cells of a column of numbers, chunk by chunk.

A column is numeric when every non-missing cell is a number; what text among them means is decided by `judge` once all
cells were read. So the kind depends neither on the order of the rows nor on where chunks end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from math import isnan

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.errors import Fault
from mae_cli.messages import counted, option, quoted
from mae_cli.rows.schema import PLAIN as PLAIN_NUMBERS
from mae_cli.rows.schema import Writing
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import CellFault, Cells, Likeness, Note
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.dates import misfit
from mae_cli.tables.disguise import advice_on, is_nothing, is_placeholder
from mae_cli.tables.moments import TYPED_DATE, TYPED_MOMENT
from mae_cli.tables.notation import Unit, unit_in
from mae_cli.tables.numeric_block import LARGEST_EXACT
from mae_cli.tables.writing import in_words, is_plain, numbers_in

# So many different cells that are at fault are kept.
MOST_ODD = 4


@dataclass(eq=False)
class NumberColumn:
    """A column of numbers.

    Attributes:
        name: of the column.
        dialect: how cells are written.
        role: what messages call a column that must be numeric ("the target"); None for one that may turn out as text.
        chosen: whether the user named the column in this run, or its format, and can name another.
        positive: whether negative numbers are refused.
        count: cells read so far.
        missing: those of them that were missing.
        misread: whether there is text in it though it may be text, so that it must be read again as such.
        inexact: the record of the first whole number that a float cannot hold; None without one.
        lowest, highest: the extremes of the numbers, as far as they tell whether there are two different ones.
        ranged: whether the extremes of all numbers are wanted.
        writing: how the numbers are written.
        typed: whether the file says by a type that they are dates; there is no text then.
        has_clock: whether a typed date has a time of day.
        spells_nothing: whether a cell that says no more than that there is no number, as `-` does, is missing.
        nothing: how often each spelling of a missing value was found that only this column has, or that is an error.
        units: in what the numbers are of cells that were read whatever is written around them.
        collects: whether cells at fault are kept, to be judged when all were read; else the first one ends the reading.
        odd: the record and the value of the first few different cells that are at fault, by their text as it was
            parsed; NaN for text.
    """

    name: str
    dialect: Dialect = PLAIN
    role: str | None = None
    chosen: bool = False
    positive: bool = False
    count: int = 0
    missing: int = 0
    misread: bool = False
    inexact: int | None = None
    lowest: float = np.inf
    highest: float = -np.inf
    ranged: bool = False
    writing: Writing = PLAIN_NUMBERS
    typed: bool = False
    has_clock: bool = False
    spells_nothing: bool = False
    nothing: dict[str, int] = field(default_factory=dict)
    units: set[Unit] = field(default_factory=set)
    collects: bool = False
    odd: dict[str, tuple[int, float]] = field(default_factory=dict)

    @classmethod
    def target(
        cls, name: str, dialect: Dialect, writing: Writing = PLAIN_NUMBERS, *, chosen: bool = False
    ) -> "NumberColumn":
        """The column to predict."""
        return cls(name, dialect, "the target", chosen, writing=writing, spells_nothing=True)

    @classmethod
    def weight(
        cls, name: str, dialect: Dialect, writing: Writing = PLAIN_NUMBERS, *, chosen: bool = False
    ) -> "NumberColumn":
        """The weights of the rows."""
        return cls(name, dialect, "the weight", chosen, positive=True, writing=writing, spells_nothing=True)

    @classmethod
    def feature(
        cls, name: str, dialect: Dialect, writing: Writing, *, chosen: bool = False, ranged: bool = False
    ) -> "NumberColumn":
        """A feature to train on; one of plain numbers may turn out as text."""
        if writing == PLAIN_NUMBERS:
            return cls(name, dialect, ranged=ranged)
        return cls(name, dialect, "the feature", chosen, ranged=ranged, writing=writing, spells_nothing=True)

    @property
    def found(self) -> Writing:
        """How the numbers turned out to be written, with the spellings of a missing value among them."""
        writing = self.writing
        if self.typed and writing.date == TYPED_MOMENT and not self.has_clock:
            writing = replace(writing, date=TYPED_DATE)
        missing = {*writing.missing, *self.nothing} - self.dialect.all_missing
        return replace(writing, missing=tuple(sorted(missing)))

    @property
    def as_text(self) -> bool:
        """Whether the parser could not take the cells for numbers."""
        return not self.typed and not is_plain(self.writing)

    def read(self, chunk: Chunk) -> Cells[FloatArray]:
        """The numbers of a chunk, (b,), NaN where missing.

        The first cell that is infinite, negative where that is refused, or no number where it must be one, is a fault;
        one that need not be a number makes the column misread, unless a fault comes before it. Where faults are
        collected none is given, and text makes such a column misread wherever it is.
        """
        values = chunk.numbers.clean_values(self.name)
        if values is None:
            values, is_text = self._numbers(chunk.frame[self.name], chunk.first)
            self.missing += int(np.count_nonzero(np.isnan(values) & ~is_text))
            faulty = np.isinf(values) | is_text
        else:
            faulty = np.zeros(len(values), dtype=bool)
        if self.positive:
            faulty |= values < 0
        if self.typed and not self.has_clock:
            self.has_clock = bool(np.any(np.isfinite(values) & (values % 1 != 0)))
        self.count += len(values)
        if self.ranged or not self.varies:
            self._measure(values)
        if self.collects:
            self._collect(chunk, values, faulty)
            return Cells(values)
        return Cells(values, self._first_fault(values, faulty, chunk.first))

    def notes(self) -> list[Note]:
        """What the user should know of it."""
        notes = [
            Note(
                f"column {quoted(self.name)}: {counted(count, 'cell')} with {quoted(spelling)} taken as missing",
                likeness=Likeness(
                    self.name, f"with {quoted(spelling)} taken as missing", ("missing", spelling), cells=count
                ),
            )
            for spelling, count in self.nothing.items()
        ]
        if self.units - {Unit()}:
            notes.append(Note(f"column {quoted(self.name)}: {_read_in(self.units)}"))
        if self.inexact is not None:
            says = f"column {quoted(self.name)} has whole numbers beyond 2^53, which lose their last digits"
            notes.append(Note(says, self.inexact))
        return notes

    def add(self, other: "NumberColumn") -> None:
        """Take in what was found in the cells that follow, which were read elsewhere."""
        before = self.count
        if self.inexact is None and other.inexact is not None:
            self.inexact = before + other.inexact
        self.count += other.count
        self.missing += other.missing
        self.misread |= other.misread
        self.has_clock |= other.has_clock
        self.units |= other.units
        for spelling, count in other.nothing.items():
            self.nothing[spelling] = self.nothing.get(spelling, 0) + count
        self._keep({text: (before + record, value) for text, (record, value) in other.odd.items()})
        self.lowest, self.highest = min(self.lowest, other.lowest), max(self.highest, other.highest)

    @property
    def varies(self) -> bool:
        """Whether there are two different numbers."""
        return self.lowest < self.highest

    def _measure(self, values: FloatArray) -> None:
        self.lowest = float(np.fmin.reduce(values, initial=self.lowest))
        self.highest = float(np.fmax.reduce(values, initial=self.highest))

    def _numbers(self, cells: pd.Series, first: int) -> tuple[FloatArray, BoolArray]:
        """The values of cells, (b,), and which are text; those are NaN. Zero has no sign, as in `Numbers`."""
        if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "iuf":
            self._look_for_inexact(cells.to_numpy(), first)
            return cells.to_numpy(dtype=np.float64) + 0.0, np.zeros(len(cells), dtype=bool)
        codes, values = pd.factorize(cells)
        # What pandas left as it is may be a whole number beyond 64 bits.
        texts = [value if isinstance(value, str) else str(value) for value in values.tolist()]
        numbers = numbers_in(texts, self.writing, self.dialect)
        nothing = [
            (number is None or isnan(number)) and self._is_nothing(text)
            for text, number in zip(texts, numbers, strict=True)
        ]
        numbers = [np.nan if gone else number for number, gone in zip(numbers, nothing, strict=True)]
        if self.writing.free:
            self.units |= {unit_in(text) for text, number in zip(texts, numbers, strict=True) if _is_there(number)}
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        for place in np.flatnonzero(nothing).tolist():
            self.nothing[texts[place]] = self.nothing.get(texts[place], 0) + int(counts[place])
        if not self.writing.date:
            whole = [0 if number is None else _whole(text) for text, number in zip(texts, numbers, strict=True)]
            self._look_for_inexact(np.array([*whole, 0], dtype=object)[codes], first)
        is_text = np.array([*(number is None for number in numbers), False])[codes]
        return np.array([*numbers, None], dtype=np.float64)[codes] + 0.0, is_text

    def _is_nothing(self, text: str) -> bool:
        """Whether this is a spelling of a missing value that is told: one that only this column has, or an error."""
        if text in self.dialect.all_missing:
            return text in self.dialect.missing_errors
        return text in self.writing.missing or (self.spells_nothing and is_nothing(text))

    def _first_fault(self, values: FloatArray, faulty: BoolArray, first: int) -> CellFault | None:
        """The first of the faulty cells, unless it says that the column is text; a faulty NaN is text."""
        if not faulty.any():
            return None
        place = int(np.argmax(faulty))
        if self.role is None and np.isnan(values[place]):
            self.misread = True
            return None
        return CellFault(first + place, self.name, partial(self.fault, first + place, float(values[place])))

    def _collect(self, chunk: Chunk, values: FloatArray, faulty: BoolArray) -> None:
        """Keep the first cells of a chunk that are at fault, unless one says that the column is text."""
        if not faulty.any():
            return
        if self.role is None and np.isnan(values[faulty]).any():
            self.misread = True
            return
        places = np.flatnonzero(faulty)
        first = pd.Series(chunk.frame[self.name].to_numpy()[places], index=places).drop_duplicates().head(MOST_ODD)
        pairs = zip(first.index.tolist(), first.tolist(), strict=True)
        self._keep({str(cell): (chunk.first + place, float(values[place])) for place, cell in pairs})

    def _keep(self, odd: Mapping[str, tuple[int, float]]) -> None:
        for text, found in odd.items():
            if len(self.odd) < MOST_ODD:
                self.odd.setdefault(text, found)

    def fault(self, record: int, value: float, files: Records) -> Fault:
        """What is wrong with a cell that has this value, which is NaN if it is text."""
        cell = files.cell(record, self.name)
        if np.isinf(value):
            what = f"column {quoted(self.name)} is {quoted(cell)}, which is not a finite number"
            return Fault("not-finite", what, cell=cell, remedy=_remedy_of_infinity(cell.strip()))
        if self.writing.date and np.isnan(value):
            what = f"column {quoted(self.name)} is {quoted(cell)}, which {misfit(cell, self.writing.date)}"
            return Fault("other-date-format", what, cell=cell, remedy=self._remedy_of_date(cell))
        if not is_plain(self.writing) and not self.writing.free and np.isnan(value):
            what = f"column {quoted(self.name)} is {quoted(cell)}, which is not written as {in_words(self.writing)}"
            return Fault("other-notation", what, cell=cell, remedy="write it as in training, or train on such data")
        if value < 0:
            what = f"{self.role} {quoted(self.name)} must not be negative, but this cell is {quoted(cell)}"
            return Fault("negative-weight", what, cell=cell, remedy="fix the cell")
        advice = advice_on(files, record, self.name)
        looks = f", which {advice.looks}" if advice is not None and advice.looks else ""
        what = f"{self.role} {quoted(self.name)} must be a number, but this cell is {quoted(cell)}{looks}"
        remedy = advice.remedy if advice else self._any_remedy(record, cell)
        return Fault("not-a-number", what, cell=cell, remedy=remedy)

    def _remedy_of_date(self, cell: str) -> str:
        if is_placeholder(cell):
            return f"use {option('--na-values', cell)} if that means a missing cell"
        return "fix the cell" + ", or give the format that most cells are in" * self.chosen

    def _any_remedy(self, record: int, cell: str) -> str:
        """What can be done about text of which nothing is known; where it comes first, the whole column may be text."""
        as_missing = f"count it as missing with {option('--na-values', cell)}"
        if record == 0 and self.chosen:
            return f"fix the cell, {as_missing}, or choose a column of numbers"
        return f"fix the cell, or {as_missing}"

    def _look_for_inexact(self, values: np.ndarray, first: int) -> None:
        """Look at whole numbers, of any type that holds them."""
        if self.inexact is not None or values.dtype.kind == "f" or not len(values):
            return
        if values.dtype.kind in "iu" and max(-int(values.min()), int(values.max())) <= LARGEST_EXACT:
            return
        for place, value in enumerate(values.tolist()):
            if abs(value) > LARGEST_EXACT and int(float(value)) != value:
                self.inexact = first + place
                return


def _is_there(number: float | None) -> bool:
    return number is not None and not isnan(number)


def _read_in(units: set[Unit]) -> str:
    """In what numbers are read that have a unit, or several, of which only those of one base are turned into it."""
    bases, named = {unit.base for unit in units}, sorted(units - {Unit()}, key=lambda unit: unit.written)
    scaled = [quoted(unit.written) for unit in named if unit.written != unit.base]
    if len(bases) == 1 and scaled:
        return f"numbers in {' and '.join(scaled)} are read in {quoted(named[0].base)}"
    if len(bases) == 1:
        return f"numbers are read in {quoted(named[0].base)}"
    every = [quoted(unit.written) + f" (read in {quoted(unit.base)})" * (unit.written != unit.base) for unit in named]
    every += ["no unit"] * (Unit() in units)
    return f"numbers in {', '.join(every[:-1])} and {every[-1]} are mixed, and not brought to one unit"


def _remedy_of_infinity(cell: str) -> str:
    missing = f", or count it as missing with {option('--na-values', cell)}" if is_infinity(cell) else ""
    return f"fix the cell or leave it empty{missing}"


def is_infinity(cell: str) -> bool:
    """Whether a cell is an infinity in words: `Inf`, `-infinity`."""
    return cell.strip().lstrip("+-").casefold() in {"inf", "infinity"}


def _whole(number: object) -> int:
    """The value of a finite number that is written as a whole one, 0 for any other."""
    text = str(number).strip()
    digits = text.lstrip("+-").lstrip("0")
    if not digits.isdecimal() or not np.isfinite(float(digits)):
        return 0
    return -int(digits) if text.startswith("-") else int(digits)
