"""What a column can serve as, judged when all its cells were read: the same whatever the chunks.

A column that a user named is used or refused; one that nobody named is left out where it cannot serve. Numbers with a
few cells that are none are a fault in the data, not a kind of column, and refused either way. Numbers that may be codes
or dates, as `01234` and `20240102` are, are read as numbers, and a note says so.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mae_cli.errors import Fault, Place
from mae_cli.messages import counted, listed, no_values, option, quoted
from mae_cli.rows.schema import Writing
from mae_cli.tables.column import Column, Note
from mae_cli.tables.columns import LeftOut, UsedColumns
from mae_cli.tables.csv.dialect import Dialect, is_number
from mae_cli.tables.csv.files import Records
from mae_cli.tables.dates import is_time, misfit, read_date
from mae_cli.tables.disguise import (
    MOMENTS,
    ONE_DECIMAL_SIGN,
    Advice,
    Disguise,
    advice_on,
    common_disguise,
    disguise_of,
    disguises_in,
    is_nothing,
    is_placeholder,
)
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.notation import has_known_unit, notation_of
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.remedies import BY_DECIMAL, fitting_option, reading_option
from mae_cli.tables.spellings import commonest_spelling, doubtful_spellings_of, parts_in_doubt, spellings_of
from mae_cli.tables.writing import FREE, in_words, number_in

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
    """

    writing: Writing | None = None
    left_out: LeftOut | None = None
    fault: Fault | None = None
    notes: tuple[Note, ...] = ()
    placeholders: tuple[str, ...] = ()


USED = Verdict()


def judge(column: Column, files: Records, used: UsedColumns) -> Verdict:
    """The verdict on a feature; what the user said of it is in the columns used."""
    named = column.name in used.named
    if column.missing == column.count:
        return _empty(column, files, "it has no values")
    if isinstance(column, LevelColumn):
        if not column.declared and all(map(is_nothing, column.codes)):
            return _empty(column, files, f"it has no values but {listed(list(column.codes), _FEW)}")
        verdict = _judge_levels(column, files, named=named)
        is_read = verdict.fault or (verdict.writing and verdict.writing.date)
        return verdict if is_read or column.name not in used.dates else _no_date(column, files)
    if isinstance(column, NumberColumn) and column.name in used.dates and not column.writing.date:
        return Verdict(fault=no_format(column.name, f"column {quoted(column.name)} has plain numbers", files))
    return _judge_numbers(column, files, named=named) if isinstance(column, NumberColumn) else USED


def _empty(column: Column, files: Records, reason: str) -> Verdict:
    return Verdict(left_out=LeftOut(column.name, reason, "fill it in"), fault=no_values(files.name, column.name))


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


def _judge_numbers(column: NumberColumn, files: Records, *, named: bool) -> Verdict:
    if named or column.varies or column.count - column.missing == 1:
        return USED
    return _unusable(files, LeftOut(column.name, _constant(f"{column.lowest:g}", column.missing), _BY_FEATURES))


def _judge_levels(column: LevelColumn, files: Records, *, named: bool) -> Verdict:
    verdict = USED if column.declared else judge_numbers(column, files)
    if verdict.left_out or verdict.fault or verdict.writing:
        return verdict
    levels, cells, example = len(column.codes), column.count - column.missing, next(iter(column.codes))
    if levels > column.max_levels:
        return _too_many(column, files)
    if levels == 1 and cells > 1 and not named:
        return _unusable(files, LeftOut(column.name, _constant(quoted(example), column.missing), _BY_FEATURES))
    if 2 * levels > cells > 1 and not named:
        reason = f"text with {levels:,} levels in {cells:,} rows, such as {quoted(example)}"
        return _unusable(files, LeftOut(column.name, reason, f"use {option('--categorical', column.name)}"))
    return replace(verdict, notes=(*verdict.notes, *_alike(column)))


def _alike(column: LevelColumn) -> list[Note]:
    """The note on levels that may be meant to be one."""
    seen: dict[object, str] = {}
    for level in column.codes:
        plain = column.dialect.number(level) if column.dialect.is_number(level) else " ".join(level.casefold().split())
        other = seen.setdefault(plain, level)
        if other != level:
            names = f"{quoted(other)} and {quoted(level)}"
            return [Note(f"column {quoted(column.name)} has {names}, which are levels of their own; write them alike")]
    return []


# So many spellings of nothing are told.
_FEW = 3
# Dates in another format are a fault of single cells where they are at most one in so many.
_FEW_OF = 10
_BY_FEATURES = "name it with --features"


def _constant(value: str, missing: int) -> str:
    return f"it is {value} in every row" + f" but {missing:,} without a value" * (missing > 0)


def _unusable(files: Records, left_out: LeftOut) -> Verdict:
    return Verdict(left_out=left_out, fault=left_out.fault(files.name))


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
    if numbers and column.cells(odd) <= column.cells(numbers):
        return Verdict(fault=_odd_cells(column, files, odd), placeholders=_placeholders(odd))
    verdict = _judge_text(column, files)
    return verdict if verdict.fault else Verdict(notes=tuple(_like_numbers(column)))


def _like_numbers(column: LevelColumn) -> list[Note]:
    """The note on cells of text that look like numbers, in whatever notation; none where too many levels are."""
    if len(column.codes) > column.max_levels:
        return []
    texts = {level: column.counts[code] for level, code in column.codes.items() if not column.dialect.is_number(level)}
    disguises = disguises_in(texts)
    alike = [level for level in column.codes if level not in texts or level in disguises or has_known_unit(level)]
    if not alike:
        return []
    cells, example = column.cells(alike), quoted(alike[0])
    such = f"{counted(cells, 'cell')} that look like numbers, such as {example}, are levels too"
    one = f"a cell that looks like a number, {example}, is a level too"
    note = f"column {quoted(column.name)} is text, and {one if cells == 1 else such}"
    return [Note(note, column.first(alike))]


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
    note = f"column {quoted(column.name)}: cells such as {quoted(odd[0])} are read as {in_words(writing)}"
    return Verdict(writing=writing, notes=(Note(note),))


def _date_in_doubt(column: LevelColumn, files: Records, cell: str, spellings: Sequence[str]) -> Verdict:
    """The verdict on dates that may mean several days."""
    parts = parts_in_doubt(spellings)
    doubt = "without its century" if not parts else f"whose {parts} cannot be told apart"
    how = f"use {option('--date', f'{column.name}={spellings[0]}')}"
    fault = Fault(
        "date-in-doubt",
        f"column {quoted(column.name)} is {quoted(cell)}, a date {doubt}",
        _place(column, [cell], files),
        cell,
        f"{how}, {option('--categorical', column.name)} or {option('--exclude', column.name)}",
    )
    return Verdict(left_out=LeftOut(column.name, f"{quoted(cell)} is a date {doubt}", how), fault=fault)


def _judge_text(column: LevelColumn, files: Records) -> Verdict:
    """The verdict on text without plain numbers, or with few of them."""
    texts = {level: column.counts[code] for level, code in column.codes.items() if not column.dialect.is_number(level)}
    pointed = [level for level in texts if is_number(level)]
    if 2 * column.cells(pointed) > column.cells(texts):
        point = Disguise("a number with a decimal point, where --decimal , was given", ONE_DECIMAL_SIGN)
        return _in_disguise(column, files, pointed[0], point, reading_option(column, files))
    odd = _odd_among_written(texts, column.dialect)
    if odd:
        return Verdict(fault=_odd_cells(column, files, odd), placeholders=_placeholders(odd))
    disguised = common_disguise(texts)
    if disguised is None:
        return USED
    level, disguise = disguised
    dates = _judge_dates(column, files) if disguise in MOMENTS else None
    named = replace(disguise, name=f"{disguise.name}, not a plain number")
    return dates or _in_disguise(column, files, level, named, fitting_option(column, files, disguise.name))


def _odd_among_written(counts: Mapping[str, int], dialect: Dialect) -> list[str]:
    """The texts that are no numbers where all others, which are most of the cells, are so in one notation."""
    are_numbers = {text: number_in(text, FREE, dialect) is not None for text in counts}
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
    are_few = 2 * column.cells(odd) <= sum(counts.values()) and not _are_dates_too(odd, counts)
    return _odd_among_dates(column, files, spelling, odd, are_few=are_few)


def _are_dates_too(odd: Sequence[str], counts: Mapping[str, int]) -> bool:
    """Whether another format of dates is in more than a few of the cells, which are no faults of single cells then."""
    spelling = commonest_spelling({level: counts[level] for level in odd})
    dates = [level for level in odd if spelling is not None and read_date(level, spelling) is not None]
    return _FEW_OF * sum(counts[level] for level in dates) > sum(counts.values())


def _odd_among_dates(
    column: LevelColumn, files: Records, spelling: str, odd: Sequence[str], *, are_few: bool
) -> Verdict:
    """The verdict on cells that are not in the format of the others: a fault of theirs where they are few."""
    index, kind = column.first(odd), "times" if is_time(spelling) else "dates"
    cell = files.cell(index, column.name)
    advice = advice_on(files, index, column.name) if is_placeholder(cell) or not disguise_of(cell) else None
    how = advice.remedy if advice else "fix the cell" if are_few else "write them alike"
    what = f"{misfit(cell, spelling)}, where {'most' if are_few else 'other'} cells are {kind}"
    fault = Fault(
        "text-among-dates",
        f"column {quoted(column.name)} is {quoted(cell)}, which {what}",
        _place(column, odd, files),
        cell,
        f"{how}, or use {option('--exclude', column.name)}",
    )
    if are_few:
        return Verdict(fault=fault, placeholders=_placeholders(odd))
    return Verdict(left_out=LeftOut(column.name, f"{quoted(cell)} ({fault.place}) {what}", how), fault=fault)


def _placeholders(odd: Sequence[str]) -> tuple[str, ...]:
    """The odd cells of a column, if all of them seem to stand for missing values."""
    return tuple(odd) if all(map(is_placeholder, odd)) else ()


def _in_disguise(column: LevelColumn, files: Records, level: str, disguise: Disguise, reading: str | None) -> Verdict:
    """The verdict on text that means numbers, which nobody should guess, with the option that fits."""
    fault = Fault(
        "number-in-disguise",
        f"column {quoted(column.name)} is {quoted(level)}, {disguise.name}",
        _place(column, [level], files),
        level,
        _remedy(column, disguise.remedy, reading),
    )
    how = disguise.remedy if reading is None else f"use {reading}"
    return Verdict(left_out=LeftOut(column.name, f"{quoted(level)} is {disguise.name}", how), fault=fault)


def _odd_cells(column: LevelColumn, files: Records, odd: Sequence[str]) -> Fault:
    """What is wrong with numbers among which is text, with the first such cell."""
    index = column.first(odd)
    cell = files.cell(index, column.name)
    is_first = index == 0 and column.cells(odd) == 1
    unknown = Advice("fix the cell" + ", remove the line if it holds units" * is_first)
    advice = advice_on(files, index, column.name) or unknown
    looks = advice.looks or "is not a number"
    what = f"column {quoted(column.name)} is {quoted(cell)}, which {looks}, where most cells are numbers"
    remedy = _remedy(column, advice.remedy, reading_option(column, files))
    return Fault("text-among-numbers", what, _place(column, odd, files), cell, remedy)


def _place(column: LevelColumn, levels: Iterable[str], files: Records) -> Place:
    """Where the first cell with one of these levels is."""
    return replace(files.place(column.first(levels)), column=column.name)


def _remedy(column: LevelColumn, to_cells: str, reading: str | None) -> str:
    """What to do to cells, or with a column of text as it is; decimal commas are read, and no cell needs anything."""
    others = [option(f"--{kind}", column.name) for kind in ("categorical", "exclude")]
    if reading == BY_DECIMAL:
        to_cells = f"use {BY_DECIMAL}"
    elif reading is not None:
        others = list(dict.fromkeys([reading, *others]))
    return f"{to_cells}, or use {', '.join(others[:-1])} or {others[-1]}"


def _too_many(column: LevelColumn, files: Records) -> Verdict:
    index, count = column.first(column.codes), len(column.codes)
    cell = files.cell(index, column.name)
    reason = f"text with {'more than ' * column.is_full}{counted(count, 'level')}, such as {quoted(cell)}"
    fault = Fault(
        "too-many-levels",
        f"column {quoted(column.name)} is {reason}, and at most {column.max_levels:,} are allowed",
        _place(column, column.codes, files),
        cell,
        f"use {option('--exclude', column.name)}, raise --max-levels, or turn dates and units into numbers first",
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
        return Note(
            f"column {quoted(name)} has numbers with leading zeros, such as {quoted(code)}; if they are codes, use "
            f"{option('--categorical', name)}"
        )
    if date is not None:
        return Note(
            f"column {quoted(name)} has numbers such as {quoted(date)}; if they are dates, use "
            f"{option('--date', f'{name}=%Y%m%d')}"
        )
    return None
