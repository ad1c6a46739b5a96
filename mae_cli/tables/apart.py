"""The columns that are no features, the target and the weights: numbers, in whatever notation leaves no doubt.

They are read as plain numbers first. Where a cell is none, all cells of that column are looked at, and judged as those
of a feature are; but such a column is never one of levels, and never left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import nan

from mae_cli.errors import DataError, Fault
from mae_cli.messages import quoted
from mae_cli.progress import Phase
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.schema import ALL_PLAIN, ApartWritings, Writing
from mae_cli.tables.column import CellFault, ColumnOfNumbers, Note
from mae_cli.tables.column_types import Part
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.disguise import is_nothing
from mae_cli.tables.judge import Verdict, judge_numbers
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.read import Data, ReadOptions, read
from mae_cli.tables.remedies import BY_DECIMAL, are_free_with_comma, reading_option
from mae_cli.tables.spellings import doubtful_spellings_of, spellings_of
from mae_cli.tables.typed import Columns
from mae_cli.tables.writing import FREE, FREE_WITH_COMMA, in_words, is_plain, number_in


@dataclass(frozen=True)
class FoundWriting:
    """How the numbers of a column turned out to be written.

    Attributes:
        column: its name.
        writing: how.
        notes: that say so.
    """

    column: str
    writing: Writing
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Apart:
    """The columns that are no features, by their names.

    Attributes:
        target: the column to predict, or to compare with.
        weight: the column of weights; None without any.
        written: how both are written.
    """

    target: str
    weight: str | None = None
    written: ApartWritings = ALL_PLAIN

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that there are."""
        return (self.target,) if self.weight is None else (self.target, self.weight)

    @property
    def parts(self) -> dict[str, Part]:
        """What each of them must be."""
        parts = Part("the target", self.written.target), Part("the weight", self.written.weight)
        return dict(zip(self.names, parts, strict=False))

    def columns(self, dialect: Dialect, *, chosen: bool = False) -> list[NumberColumn]:
        """Them to be read; `chosen` says whether the user named them in this run."""
        columns = [NumberColumn.target(self.target, dialect, self.written.target, chosen=chosen)]
        if self.weight is not None:
            columns.append(NumberColumn.weight(self.weight, dialect, self.written.weight, chosen=chosen))
        return columns


def found_apart(columns: Sequence[ColumnOfNumbers]) -> ApartWritings:
    """How the target and the weights turned out to be written.

    Whatever says no more than that there is no number is missing there anyway.
    """
    return ApartWritings(*(replace(column.found, missing=()) for column in columns))


def found_writing(error: DataError, columns: Sequence[NumberColumn], files: Data, options: ReadOptions) -> FoundWriting:
    """How the numbers of one of these columns are written, of which an error says that a cell is no number.

    Dates are numbers of a target, but not of weights. Of a column that the user calls numbers, it is looked at whether
    all have decimal commas.

    Raises:
        DataError: the error, if it is another one; or with the option that ends it, where the cells leave a doubt; or
            the file cannot be read to its end.
    """
    fault, place = error.fault, error.fault.place
    column = next((each for each in columns if place is not None and each.name == place.column), None)
    if column is None or fault.code != "not-a-number" or not _may_be_read(fault.cell or "", files.dialect):
        raise error
    if not (is_plain(column.writing) or column.writing == FREE):
        raise error
    cells = LevelColumn(column.name, declared=False, max_levels=options.max_levels, dialect=files.dialect)
    alone = replace(options, collect=MemoryRows.none, missing="drop")
    options.listener.entering(Phase.READING_AGAIN)
    seen = read(files, Columns([], [cells], 0), alone).files
    return _of_free(error, cells) if column.writing.free else _of_plain(error, column, cells, seen)


def _of_plain(error: DataError, column: NumberColumn, cells: LevelColumn, files: Records) -> FoundWriting:
    """The writing of a target or of weights that were read as plain numbers."""
    verdict = judge_numbers(cells, files)
    if verdict.writing is not None and not (column.positive and verdict.writing.date):
        return FoundWriting(column.name, verdict.writing, verdict.notes)
    odd = verdict.fault.cell if verdict.fault is not None and verdict.fault.code == "text-among-numbers" else None
    if odd is not None and odd != error.fault.cell:
        record = cells.first([odd])
        raise CellFault(record, column.name, partial(column.fault, record, nan)).error(files)
    raise DataError(_with_option(error.fault, cells, verdict, files, dated=not column.positive))


def _of_free(error: DataError, cells: LevelColumn) -> FoundWriting:
    """The writing of a column that the user calls numbers, with decimal commas where all cells have them."""
    speaking = [level for level in cells.codes if not is_nothing(level)]
    if not are_free_with_comma(speaking, cells.dialect):
        raise error
    note = f"column {quoted(cells.name)}: cells such as {quoted(speaking[0])} are read as {in_words(FREE_WITH_COMMA)}"
    return FoundWriting(cells.name, FREE_WITH_COMMA, (Note(note),))


def _may_be_read(cell: str, dialect: Dialect) -> bool:
    """Whether a cell may be a number in some notation, or a date."""
    if not any(character.isdecimal() for character in cell):
        return False
    is_number = any(number_in(cell, free, dialect) is not None for free in (FREE, FREE_WITH_COMMA))
    return is_number or bool(spellings_of([cell]) or doubtful_spellings_of([cell]))


def _with_option(fault: Fault, cells: LevelColumn, verdict: Verdict, files: Records, *, dated: bool) -> Fault:
    """The fault with the option that reads the column, if there is one."""
    code = None if verdict.fault is None else verdict.fault.code
    if dated and verdict.left_out is not None and code == "date-in-doubt":
        return replace(fault, remedy=verdict.left_out.remedy)
    found = reading_option(cells, files)
    if found == BY_DECIMAL:
        return replace(fault, remedy=f"use {found}")
    return fault if found is None else replace(fault, remedy=f"{fault.remedy}, or use {found}")
