"""Text of a data frame, judged as the same column of a file is: numbers, dates, levels, or of no use.

What cannot serve is left out, and a few odd cells among numbers or dates are refused, with what a caller of the library
can do about it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from mae_cli.errors import DataError, Place
from mae_cli.messages import quoted
from mae_cli.rows.schema import Writing
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.columns import LeftOut, UsedColumns
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.header import Header
from mae_cli.tables.judge import first_code, first_date, judge
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.numeric_block import Numbers, Wanted

# So many cells tell whether numbers may be codes.
_FIRST = 200
_BY_CATEGORIES = "make it one of categories, .astype('category')"
_BY_DATES = "turn the column into dates with pd.to_datetime"
_REMEDIES = {
    "date-in-doubt": "turn it into dates with pd.to_datetime",
    "text-among-dates": "turn it into dates with pd.to_datetime",
    "number-in-disguise": "turn it into numbers",
}


@dataclass(frozen=True)
class JudgedText:
    """What becomes of a column of text.

    Attributes:
        writing: how its numbers or dates are written; None where it has levels.
        left_out: why it cannot serve; None where it can.
        notes: what the caller should know of it.
    """

    writing: Writing | None = None
    left_out: LeftOut | None = None
    notes: tuple[str, ...] = ()


def judged_text(name: str, texts: pd.Series, max_levels: int) -> JudgedText:
    """The verdict on a column of text without missing cells.

    Raises:
        DataError: a few cells among numbers or dates are none.
    """
    column, records = LevelColumn(name, declared=False, max_levels=max_levels), _ColumnRecords(name, texts)
    frame, wanted = pd.DataFrame({name: texts.to_numpy()}), Wanted((), (name,))
    column.read(Chunk(frame, Numbers.of(frame, wanted), 0))
    verdict = judge(column, records, UsedColumns("", (name,), frozenset(), None))
    if verdict.fault and not verdict.left_out:
        other = _BY_DATES if verdict.fault.code == "text-among-dates" else _BY_CATEGORIES
        raise DataError(replace(verdict.fault, remedy=f"fix the cell, or {other}"))
    if verdict.left_out and verdict.fault:
        remedy = _REMEDIES.get(verdict.fault.code, _BY_CATEGORIES)
        return JudgedText(left_out=replace(verdict.left_out, remedy=remedy))
    notes = tuple(note.says for note in verdict.notes)
    if verdict.writing is None:
        return JudgedText(notes=notes)
    return JudgedText(verdict.writing, notes=(*notes, *_of_codes(name, list(texts[:_FIRST]))))


def _of_codes(name: str, cells: Sequence[str]) -> list[str]:
    """The note on numbers that may be none."""
    code, date = first_code(cells), first_date(cells)
    if code is not None:
        says = f"has numbers with leading zeros, such as {quoted(code)}; if they are codes, {_BY_CATEGORIES}"
    elif date is not None:
        says = f"has numbers such as {quoted(date)}; if they are dates, use pd.to_datetime"
    else:
        return []
    return [f"column {quoted(name)} {says}"]


@dataclass(frozen=True, eq=False)
class _ColumnRecords:
    """A column of a frame as the records of a file; rows are counted from 0."""

    column: str
    texts: pd.Series

    @property
    def name(self) -> str:
        return "X"

    @property
    def dialect(self) -> Dialect:
        return PLAIN

    @property
    def header(self) -> Header:
        return Header((self.column,), (str(self.texts.iloc[0]),))

    def place(self, index: int) -> Place:
        return Place(row=index)

    def places(self, indices: Collection[int]) -> dict[int, Place]:
        return {index: self.place(index) for index in indices}

    def cell(self, index: int, column: str) -> str:
        return self.cells([index], [column])[index][0]

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The cells of the rows that there are."""
        there = [index for index in indices if index < len(self.texts)]
        return {index: (str(self.texts.iloc[index]),) * len(columns) for index in there}
