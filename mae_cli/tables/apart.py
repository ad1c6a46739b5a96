"""The columns that are no features, the target and the weights: numbers, in whatever notation leaves no doubt.

They are read as plain numbers first. Where a cell is none, all cells of that column are looked at, and judged as those
of a feature are; but such a column is never one of levels, and never left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import nan

from mae_cli.errors import DataError, Fault
from mae_cli.messages import option
from mae_cli.progress import Phase
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.schema import ALL_PLAIN, ApartWritings, Writing
from mae_cli.tables.column import CellFault, ColumnOfNumbers, Note
from mae_cli.tables.column_types import Part
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.disguise import is_nothing
from mae_cli.tables.judge import Verdict, judge_numbers
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.read import Data, ReadOptions, read
from mae_cli.tables.spellings import doubtful_spellings_of, spellings_of
from mae_cli.tables.typed import Columns
from mae_cli.tables.writing import is_plain, number_in


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


def found_writing(error: DataError, column: NumberColumn, files: Data, options: ReadOptions) -> FoundWriting:
    """How the numbers of a column are written, of which an error says that a cell is no plain number.

    Dates are numbers of a target, but not of weights.

    Raises:
        DataError: the error, if it is another one; or with the option that ends it, where the cells leave a doubt; or
            the file cannot be read to its end.
    """
    cell = error.fault.cell if error.fault.code == "not-a-number" and is_plain(column.writing) else None
    if cell is None or not _may_be_read(cell, files.dialect):
        raise error
    cells = LevelColumn(column.name, declared=False, max_levels=options.max_levels, dialect=files.dialect)
    alone = replace(options, collect=MemoryRows.none, missing="drop")
    options.listener.entering(Phase.READING_AGAIN)
    seen = read(files, Columns([], [cells], 0), alone).files
    verdict = judge_numbers(cells, seen)
    if verdict.writing is not None and not (column.positive and verdict.writing.date):
        return FoundWriting(column.name, verdict.writing, verdict.notes)
    odd = verdict.fault.cell if verdict.fault is not None and verdict.fault.code == "text-among-numbers" else None
    if odd is not None and odd != cell:
        record = cells.first([odd])
        raise CellFault(record, column.name, partial(column.fault, record, nan)).error(seen)
    raise DataError(_with_option(error.fault, cells, verdict, dated=not column.positive))


def _may_be_read(cell: str, dialect: Dialect) -> bool:
    """Whether a cell may be a number in some notation, or a date."""
    if not any(character.isdecimal() for character in cell):
        return False
    is_number = number_in(cell, Writing(free=True), dialect) is not None
    return is_number or bool(spellings_of([cell]) or doubtful_spellings_of([cell]))


def _with_option(fault: Fault, cells: LevelColumn, verdict: Verdict, *, dated: bool) -> Fault:
    """The fault with the option that reads the column, if there is one."""
    code = None if verdict.fault is None else verdict.fault.code
    if dated and verdict.left_out is not None and code == "date-in-doubt":
        return replace(fault, remedy=verdict.left_out.remedy)
    speaking, dialect = [level for level in cells.codes if not is_nothing(level)], cells.dialect
    grouped = Writing(thousands="." if dialect.decimal == "," else ",", parentheses=True)
    may_mean = Writing(free=True) if code == "number-in-disguise" else grouped  # plain numbers have no unit
    if all(number_in(level, may_mean, dialect) is not None for level in speaking):
        return replace(fault, remedy=f"{fault.remedy}, or use {option('--number', cells.name)}")
    return fault
