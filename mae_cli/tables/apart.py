"""The columns that are no features, the target and the weights: numbers, in whatever notation leaves no doubt.

They are read as plain numbers first. Where a cell is none, all cells of that column are looked at, and judged as those
of a feature are; but such a column is never one of levels, and never left out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import nan

from mae_cli.errors import Fault, Place
from mae_cli.messages import counted, quoted
from mae_cli.progress import Phase
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.schema import ALL_PLAIN, ApartWritings
from mae_cli.tables.column import ColumnOfNumbers
from mae_cli.tables.column_types import Part
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.disguise import is_nothing
from mae_cli.tables.judge import USED, Verdict, judge_numbers, judge_odd, no_format, read_as
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.read import Data, ReadOptions, read
from mae_cli.tables.remedies import BY_DECIMAL, are_free_with_comma, reading_option
from mae_cli.tables.spellings import doubtful_spellings_of, spellings_of
from mae_cli.tables.typed import Columns
from mae_cli.tables.writing import FREE, FREE_WITH_COMMA, is_plain, number_in


@dataclass(frozen=True)
class Apart:
    """The columns that are no features, by their names.

    Attributes:
        target: the column to predict, or to compare with; "" where columns are only looked at.
        weight: the column of weights; None without any.
        written: how both are written.
    """

    target: str
    weight: str | None = None
    written: ApartWritings = ALL_PLAIN

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that there are."""
        return tuple(name for name in (self.target, self.weight) if name)

    @property
    def parts(self) -> dict[str, Part]:
        """What each of them must be."""
        parts = {self.target: Part("the target", self.written.target)}
        parts |= {self.weight or "": Part("the weight", self.written.weight)}
        return {name: parts[name] for name in self.names}

    def columns(self, dialect: Dialect, *, chosen: bool = False) -> list[NumberColumn]:
        """Them to be read; `chosen` says whether the user named them in this run."""
        columns = []
        if self.target:
            columns.append(NumberColumn.target(self.target, dialect, self.written.target, chosen=chosen))
        if self.weight is not None:
            columns.append(NumberColumn.weight(self.weight, dialect, self.written.weight, chosen=chosen))
        return columns


def found_apart(columns: Sequence[ColumnOfNumbers]) -> ApartWritings:
    """How the target and the weights turned out to be written.

    Whatever says no more than that there is no number is missing there anyway.
    """
    return ApartWritings(*(replace(column.found, missing=()) for column in columns))


def judge_apart(column: NumberColumn, seen: Records, dates: Collection[str], cells: LevelColumn | None) -> Verdict:
    """The verdict on a target or weights, all of whose cells were read: as what they are read again, or the refusal.

    Dates are numbers of a target, but not of weights.

    Args:
        column: that was read.
        seen: the records, as the pass found them.
        dates: the columns that the user calls dates.
        cells: of the column as text; None where `cells_of` has not read them.
    """
    if column.missing == column.count:
        return Verdict(fault=_no_values(column, seen.name))
    if column.odd:
        return judge_again(column, seen, cells)
    if column.name in dates and not column.writing.date:
        return Verdict(fault=no_format(column.name, f"{column.role} {quoted(column.name)} has numbers", seen))
    return USED


def _no_values(column: NumberColumn, file: str) -> Fault:
    what = f"{column.role} {quoted(column.name)} has no values: all of its {counted(column.count, 'cell')} are missing"
    part = (column.role or "").removeprefix("the ")
    return Fault("no-values", what, Place(file, column=column.name), remedy=f"choose another {part}")


def cells_of(
    columns: Sequence[NumberColumn], seen: Records, data: Data, options: ReadOptions
) -> dict[str, LevelColumn]:
    """The cells of required numbers as text, where one that is none may be one in another notation: by one more pass.

    Raises:
        DataError: the data cannot be read.
    """
    names = [column.name for column in columns if column.odd and _may_be_written_otherwise(column, seen, data.dialect)]
    cells = {name: LevelColumn(name, declared=False, max_levels=1, dialect=data.dialect) for name in names}
    if cells:
        options.listener.entering(Phase.READING_AGAIN)
        read(data, Columns([], list(cells.values()), 0), replace(options, collect=MemoryRows.none, missing="drop"))
    return cells


def judge_again(column: NumberColumn, seen: Records, cells: LevelColumn | None) -> Verdict:
    """The verdict on required numbers where a cell is none, which may be written otherwise, as all their cells tell.

    Of a column that the user calls numbers, it is looked at whether all have decimal commas.
    """
    refusal = judge_odd(column, seen)
    if refusal.fault is None or cells is None:
        return refusal
    if column.writing.free:
        return _of_free(cells) or refusal
    return _of_plain(column, refusal, refusal.fault, cells, seen)


def _may_be_written_otherwise(column: NumberColumn, seen: Records, dialect: Dialect) -> bool:
    """Whether a column may turn out to have numbers in a notation that it was not read in."""
    fault = judge_odd(column, seen).fault
    is_open = is_plain(column.writing) or column.writing == FREE
    return is_open and fault is not None and fault.code == "not-a-number" and _may_be_read(fault.cell or "", dialect)


def _of_plain(column: NumberColumn, refusal: Verdict, fault: Fault, cells: LevelColumn, seen: Records) -> Verdict:
    """The verdict on a target or weights that were read as plain numbers."""
    verdict = judge_numbers(cells, seen)
    if verdict.writing is not None and not (column.positive and verdict.writing.date):
        return verdict
    odd = verdict.fault.cell if verdict.fault is not None and verdict.fault.code == "text-among-numbers" else None
    if odd is not None and odd != fault.cell:
        return judge_odd(replace(column, odd={odd: (cells.first([odd]), nan)}), seen)
    return replace(refusal, fault=_with_option(fault, cells, verdict, seen, dated=not column.positive))


def _of_free(cells: LevelColumn) -> Verdict | None:
    """The verdict on a column that the user calls numbers, if all of them have decimal commas."""
    speaking = [level for level in cells.codes if not is_nothing(level)]
    if not are_free_with_comma(speaking, cells.dialect):
        return None
    return read_as(cells.name, speaking[0], FREE_WITH_COMMA)


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
