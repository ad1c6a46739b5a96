"""What a column can serve as, judged when all its cells were read: the same whatever the chunks.

A column that a user named is used or refused; one that nobody named is left out where it cannot serve. Numbers with a
few cells that are none are a fault in the data, not a kind of column, and refused either way. Numbers that may be codes
or dates, as `01234` and `20240102` are, are read as numbers, and a note says so.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isinf, isnan

from mae_cli.errors import Fault, Place
from mae_cli.messages import counted, listed, no_values, option, quoted
from mae_cli.rows.schema import Writing
from mae_cli.tables.column import Column, Likeness, Note
from mae_cli.tables.columns import LeftOut, UsedColumns
from mae_cli.tables.csv.dialect import Dialect, is_number
from mae_cli.tables.csv.files import Records
from mae_cli.tables.dates import is_time, misfit, read_date
from mae_cli.tables.disguise import MOMENTS, Advice, advice_on, common_disguise, disguise_of, is_nothing, is_placeholder
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.notation import notation_of
from mae_cli.tables.number_column import MOST_ODD, NumberColumn, is_infinity
from mae_cli.tables.spellings import commonest_spelling, doubtful_spellings_of, spellings_of
from mae_cli.tables.writing import in_words, number_in

# Told from so many records at the beginning.
_FIRST = 200
_CODE = re.compile(r"0\d{2,}", re.ASCII)  # months and hours have two digits
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a column; nothing of all this: it is used as it was read.

    Attributes:
        writing: how its numbers are written; it is read again as such.
        left_out: why it cannot serve, and is left out unless it was named.
        fault: why it is refused otherwise.
        notes: what the user should know of it.
        placeholders: the cells for which it is refused, if all of them seem to stand for missing values.
        of_line: whether it is refused for a line that is at fault as a whole.
    """

    writing: Writing | None = None
    left_out: LeftOut | None = None
    fault: Fault | None = None
    notes: tuple[Note, ...] = ()
    placeholders: tuple[str, ...] = ()
    of_line: bool = False


USED = Verdict()


def judge(column: Column, files: Records, used: UsedColumns) -> Verdict:
    """The verdict on a feature; what the user said of it is in the columns used."""
    named = column.name in used.named
    if column.missing == column.count:
        return _empty(column, files, "it has no values", named=named)
    if isinstance(column, LevelColumn):
        if not column.declared and all(map(is_nothing, column.codes)):
            reason = f"it has no values but {listed(list(column.codes), _FEW)}"
            return _empty(column, files, reason, named=named)
        verdict = _judge_levels(column, files, named=named)
        is_read = verdict.fault or (verdict.writing and verdict.writing.date)
        return verdict if is_read or column.name not in used.dates else _no_date(column, files)
    return _judge_numbers(column, files, used) if isinstance(column, NumberColumn) else USED


def judge_cluster(column: LevelColumn, file: str) -> Verdict:
    """The verdict on the column that says which rows depend on each other."""
    if column.missing < column.count:
        return USED
    what, place = (
        f"column {quoted(column.name)}, the cluster of each row, has no values",
        Place(file, column=column.name),
    )
    return Verdict(fault=Fault("no-values", what, place, remedy="choose another cluster"))


def _empty(column: Column, files: Records, reason: str, *, named: bool) -> Verdict:
    left_out, fault = LeftOut(column.name, reason, "fill it in"), no_values(files.name, column.name)
    return Verdict(left_out=left_out, fault=replace(fault, remedy=f"fill it in, or {_DO_NOT_NAME}") if named else fault)


def _no_date(column: LevelColumn, files: Records) -> Verdict:
    """The refusal of a column that the user calls dates, and that is none as far as can be told."""
    cell = next(iter(column.codes))
    fault = no_format(column.name, f"column {quoted(column.name)} is {quoted(cell)}", files)
    return Verdict(fault=replace(fault, place=_place(column, [cell], files), cell=cell))


def no_format(name: str, what: str, files: Records) -> Fault:
    """What is wrong with a column that the user calls dates, of which no format is known."""
    remedy = f"give the format, as in {option('--date', f'{name}=%Y%m%d')}"
    return Fault(
        "no-date", f"{what}, in no format of dates that is known", Place(files.name, column=name), remedy=remedy
    )


def judge_odd(column: NumberColumn, files: Records) -> Verdict:
    """The refusal of numbers for the first cell that is at fault; there is one."""
    record, value = min(column.odd.values())
    place = replace(files.place(record), column=column.name)
    cells = [files.cell(each, column.name) for each, _ in column.odd.values()] if len(column.odd) < MOST_ODD else []
    advice = advice_on(files, record, column.name) if isnan(value) else None
    return Verdict(
        fault=replace(column.fault(record, value, files), place=place),
        placeholders=_placeholders(cells),
        of_line=advice is not None and advice.of_line,
    )


def _judge_numbers(column: NumberColumn, files: Records, used: UsedColumns) -> Verdict:
    if column.odd:
        return judge_odd(column, files)
    if column.name in used.dates and not column.writing.date:
        return Verdict(fault=no_format(column.name, f"column {quoted(column.name)} has plain numbers", files))
    if column.varies or column.count - column.missing == 1 or not used.intercept:
        return USED
    reason = _constant(f"{column.lowest:g}", column.missing)
    return _unusable(files, LeftOut(column.name, reason), named=column.name in used.named)


def _judge_levels(column: LevelColumn, files: Records, *, named: bool) -> Verdict:
    verdict = USED if column.declared else judge_numbers(column, files)
    if verdict.left_out or verdict.fault or verdict.writing:
        return verdict
    levels, cells, example = len(column.codes), column.count - column.missing, next(iter(column.codes))
    if levels > column.max_levels:
        return _too_many(column, files)
    if levels == 1 and cells > 1:
        return _unusable(files, LeftOut(column.name, _constant(quoted(example), column.missing)), named=named)
    if 2 * levels > cells > 1 and not named:
        reason = f"text with {levels:,} levels in {cells:,} rows, such as {quoted(example)}"
        left_out = LeftOut(column.name, reason, f"use {option('--categorical', column.name)}")
        return _unusable(files, left_out, named=False)
    return replace(verdict, notes=(*verdict.notes, *_alike(column)))


def _alike(column: LevelColumn) -> list[Note]:
    """The note on levels that may be meant to be one."""
    seen: dict[object, str] = {}
    for level in column.codes:
        plain = column.dialect.number(level) if column.dialect.is_number(level) else " ".join(level.casefold().split())
        other = seen.setdefault(plain, level)
        if other != level:
            names = f"{quoted(other)} and {quoted(level)}"
            says = "which are levels of their own; write them alike"
            likeness = Likeness(column.name, f"levels such as {names}, {says}", ("alike",))
            return [Note(f"column {quoted(column.name)} has {names}, {says}", likeness=likeness)]
    return []


# So many spellings of nothing are told.
_FEW = 3
_DO_NOT_NAME = "do not name it"


def _constant(value: str, missing: int) -> str:
    return f"it is {value} in every row" + f" but {missing:,} without a value" * (missing > 0)


def _unusable(files: Records, left_out: LeftOut, *, named: bool) -> Verdict:
    fault = left_out.fault(files.name)
    return Verdict(left_out=left_out, fault=replace(fault, remedy=_DO_NOT_NAME) if named else fault)


def judge_numbers(column: LevelColumn, files: Records) -> Verdict:
    """The verdict on text that may be numbers, or mean them."""
    are_numbers = {level: column.dialect.is_number(level) for level in column.codes}
    numbers, texts = ([level for level, is_one in are_numbers.items() if is_one == kind] for kind in (True, False))
    odd = [level for level in texts if not is_nothing(level)]
    nothing = tuple(sorted(set(texts) - set(odd)))
    if not odd and numbers:
        return Verdict(writing=Writing(missing=nothing))
    written = _written(column, files, numbers, odd)
    if written is not None:
        return replace(written, writing=written.writing and replace(written.writing, missing=nothing))
    if not numbers:
        return _judge_text(column, files)
    if column.cells(odd) <= column.cells(numbers):
        return _odd_cells(column, files, odd)
    verdict = _judge_text(column, files)
    if verdict.fault:
        return verdict
    cells, first = column.cells(numbers), column.first(numbers)
    such = f"{counted(cells, 'cell')} that look like numbers, such as {quoted(numbers[0])}, are levels too"
    one = f"a cell that looks like a number, {quoted(numbers[0])}, is a level too"
    note = f"column {quoted(column.name)} is text, and {one if cells == 1 else such}"
    says = f"that look like numbers in columns of text, such as {quoted(numbers[0])}, are levels too"
    return Verdict(notes=(Note(note, first, Likeness(column.name, says, ("text with numbers",), cells)),))


def _written(column: LevelColumn, files: Records, numbers: Sequence[str], odd: Sequence[str]) -> Verdict | None:
    """The verdict on cells that are dates in one spelling, or numbers in one notation; None for others."""
    if not odd or not any(character.isdecimal() for character in odd[0]):
        return None
    spellings = [] if numbers else spellings_of(odd)
    doubtful = spellings if len(spellings) > 1 or numbers else spellings or doubtful_spellings_of(odd)
    if len(spellings) != 1 and doubtful:
        return _date_in_doubt(column, files, odd[0], doubtful)
    writing = Writing(date=spellings[0]) if spellings else notation_of([*odd, *numbers], column.dialect)
    if writing is None:
        return None
    says = f"cells such as {quoted(odd[0])} are read as {in_words(writing)}"
    likeness = Likeness(column.name, says, ("read as", in_words(writing)))
    return Verdict(writing=writing, notes=(Note(f"column {quoted(column.name)}: {says}", likeness=likeness),))


def _date_in_doubt(column: LevelColumn, files: Records, cell: str, spellings: Sequence[str]) -> Verdict:
    """The verdict on dates that may mean several days."""
    doubt = "whose day and month cannot be told apart" if len(spellings) > 1 else "without its century"
    how = f"use {option('--date', f'{column.name}={spellings[0]}')}"
    return _Finding("date-in-doubt", cell, f"a date {doubt}", how, how).verdict(column, files)


def _judge_text(column: LevelColumn, files: Records) -> Verdict:
    """The verdict on text without plain numbers, or with few of them."""
    texts = {level: column.counts[code] for level, code in column.codes.items() if not column.dialect.is_number(level)}
    pointed = [level for level in texts if is_number(level)]
    if 2 * column.cells(pointed) > column.cells(texts):
        level, what = pointed[0], "a number with a decimal point, where --decimal , was given"
        return _in_disguise(column, files, level, what, "write one decimal sign throughout")
    odd = _odd_among_written(texts, column.dialect)
    if odd:
        return _odd_cells(column, files, odd)
    disguised = common_disguise(texts)
    if disguised is None:
        return USED
    level, disguise = disguised
    dates = _judge_dates(column, files) if disguise in MOMENTS else None
    return dates or _in_disguise(column, files, level, f"{disguise.name}, not a plain number", disguise.remedy)


def _odd_among_written(counts: Mapping[str, int], dialect: Dialect) -> list[str]:
    """The texts that are no numbers where all others, which are most of the cells, are so in one notation."""
    are_numbers = {text: number_in(text, Writing(free=True), dialect) is not None for text in counts}
    numbers, odd = ([text for text, is_one in are_numbers.items() if is_one == kind] for kind in (True, False))
    is_common = sum(counts[text] for text in odd) < sum(counts[text] for text in numbers)
    return odd if is_common and notation_of(numbers, dialect) is not None else []


def _judge_dates(column: LevelColumn, files: Records) -> Verdict | None:
    """The verdict on dates of which not all are in one spelling; None where none is in any that is known."""
    counts = {level: column.counts[code] for level, code in column.codes.items() if not is_nothing(level)}
    spelling = commonest_spelling(counts)
    odd = [level for level in counts if spelling is None or read_date(level, spelling) is None]
    if spelling is None or not odd:
        return None
    index, kind = column.first(odd), "times" if is_time(spelling) else "dates"
    cell, is_common = files.cell(index, column.name), 2 * column.cells(odd) <= sum(counts.values())
    advice = advice_on(files, index, column.name) if is_placeholder(cell) or not disguise_of(cell) else None
    how = advice.remedy if advice else "fix the cell" if is_common else "write them alike"
    what = f"{misfit(cell, spelling)}, where {'most' if is_common else 'other'} cells are {kind}"
    says, remedy = f"column {quoted(column.name)} is {quoted(cell)}, which {what}", f"{how}, or {_without(column)}"
    fault = Fault("text-among-dates", says, _place(column, odd, files), cell, remedy)
    if is_common:
        is_of_line = advice is not None and advice.of_line
        return Verdict(fault=fault, placeholders=_placeholders(odd), of_line=is_of_line)
    return Verdict(left_out=LeftOut(column.name, f"{quoted(cell)} ({fault.place}) {what}", how), fault=fault)


def _placeholders(odd: Sequence[str]) -> tuple[str, ...]:
    """The odd cells of a column, if all of them seem to stand for missing values, as infinities in words do."""
    return tuple(odd) if all(is_placeholder(cell) or is_infinity(cell) for cell in odd) else ()


def _in_disguise(column: LevelColumn, files: Records, level: str, what: str, what_to_do: str) -> Verdict:
    """The verdict on text that means numbers, which nobody should guess."""
    speaking = [text for text in column.codes if not is_nothing(text)]
    is_read = all(number_in(text, Writing(free=True), column.dialect) is not None for text in speaking)
    how = f"use {option('--number', column.name)}" if is_read else what_to_do
    return _Finding("number-in-disguise", level, what, what_to_do, how).verdict(column, files)


@dataclass(frozen=True)
class _Finding:
    """Why text cannot serve, from which it follows why it is left out, or refused.

    Attributes:
        code: of the refusal.
        cell: that shows it.
        what: this cell is.
        mend: what to do where the column is refused.
        how: to have it in where it is left out.
    """

    code: str
    cell: str
    what: str
    mend: str
    how: str

    def verdict(self, column: LevelColumn, files: Records) -> Verdict:
        says, remedy = f"column {quoted(column.name)} is {quoted(self.cell)}, {self.what}", _or_otherwise(column)
        fault = Fault(self.code, says, _place(column, [self.cell], files), self.cell, f"{self.mend}, {remedy}")
        return Verdict(left_out=LeftOut(column.name, f"{quoted(self.cell)} is {self.what}", self.how), fault=fault)


def _odd_cells(column: LevelColumn, files: Records, odd: Sequence[str]) -> Verdict:
    """The refusal of numbers among which is text, for the first such cell."""
    index = column.first(odd)
    cell = files.cell(index, column.name)
    is_first = index == 0 and column.cells(odd) == 1
    unknown = Advice("fix the cell" + ", remove the line if it holds units" * is_first)
    advice = advice_on(files, index, column.name) or unknown
    looks = advice.looks or "is not a number"
    what = f"column {quoted(column.name)} is {quoted(cell)}, which {looks}, where most cells are numbers"
    remedy = f"{advice.remedy}, {_or_otherwise(column)}"
    fault = Fault("text-among-numbers", what, _place(column, odd, files), cell, remedy)
    return Verdict(fault=fault, placeholders=_placeholders([*odd, *_infinite(column)]), of_line=advice.of_line)


def _infinite(column: LevelColumn) -> list[str]:
    """The levels that are numbers beyond floating point, which would be refused next."""
    dialect = column.dialect
    return [level for level in column.codes if dialect.is_number(level) and isinf(dialect.number(level))]


def _place(column: LevelColumn, levels: Iterable[str], files: Records) -> Place:
    """Where the first cell with one of these levels is."""
    return replace(files.place(column.first(levels)), column=column.name)


def _or_otherwise(column: LevelColumn) -> str:
    """How to do with a column of text as it is."""
    as_levels = f"or use {option('--categorical', column.name)}"
    return f"{as_levels}, or {_DO_NOT_NAME}" if column.chosen else f"{as_levels} or {option('--exclude', column.name)}"


def _without(column: LevelColumn) -> str:
    """How to do without a column; one that is named is never left out."""
    return _DO_NOT_NAME if column.chosen else f"use {option('--exclude', column.name)}"


def _too_many(column: LevelColumn, files: Records) -> Verdict:
    index, count = column.first(column.codes), len(column.codes)
    cell = files.cell(index, column.name)
    reason = f"text with {'more than ' * column.is_full}{counted(count, 'level')}, such as {quoted(cell)}"
    fault = Fault(
        "too-many-levels",
        f"column {quoted(column.name)} is {reason}, and at most {column.max_levels:,} are allowed",
        _place(column, column.codes, files),
        cell,
        f"{_without(column)}, raise --max-levels, or turn dates and units into numbers first",
    )
    how = f"use {option('--categorical', column.name)} --max-levels {count}"
    return Verdict(left_out=LeftOut(column.name, reason, how), fault=fault)


def code_notes(files: Records, names: Sequence[str], rows: int) -> list[Note]:
    """The notes on columns of plain numbers, of so many rows."""
    if not names or files.header.types:
        return []
    cells = files.cells(range(min(rows, _FIRST)), names)
    missing = files.dialect.all_missing
    columns = ([row[place] for row in cells.values() if row[place] not in missing] for place in range(len(names)))
    notes = (_note(name, column) for name, column in zip(names, columns, strict=True))
    return [note for note in notes if note is not None]


def first_code(cells: Sequence[str]) -> str | None:
    """The first number with leading zeros; None where there is none."""
    return next(filter(_CODE.fullmatch, _told(cells)), None)


def first_date(cells: Sequence[str]) -> str | None:
    """The first number, where all of them may be dates; None where not all may."""
    told = _told(cells)
    return told[0] if told and all(map(_DATE.fullmatch, told)) else None


def _told(cells: Sequence[str]) -> list[str]:
    return [text for cell in cells if (text := cell.strip())]


def _note(name: str, cells: Sequence[str]) -> Note | None:
    code, date = first_code(cells), first_date(cells)
    if code is not None:
        says = f"numbers with leading zeros, such as {quoted(code)}; if they are codes, use"
        likeness = Likeness(name, f"{says} --categorical", ("codes",))
        return Note(f"column {quoted(name)} has {says} {option('--categorical', name)}", likeness=likeness)
    if date is not None:
        says = f"numbers such as {quoted(date)}; if they are dates, use"
        likeness = Likeness(name, f"{says} --date", ("dates",))
        return Note(f"column {quoted(name)} has {says} {option('--date', f'{name}=%Y%m%d')}", likeness=likeness)
    return None
