"""What a cell means in a column whose numbers are not written plainly."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import isnan, nan

from mae_cli.rows.schema import Writing
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.date_cells import read_dates
from mae_cli.tables.dates import read_date
from mae_cli.tables.notation import read_freely, read_notation

FREE = Writing(free=True)
"""Numbers of which the user said that they are some, whatever is written around them."""
FREE_WITH_COMMA = Writing(free=True, thousands=".")
"""The same with decimal commas in a file of decimal points."""


def number_in(text: str, writing: Writing, dialect: Dialect) -> float | None:
    """The number that a cell means: NaN where it is missing, None where it means none."""
    if text in dialect.all_missing or text in writing.missing:
        return nan
    if writing.date:
        return read_date(text, writing.date)
    if writing.free and writing.thousands:
        dialect = with_comma(dialect)
    if dialect.is_number(text) and (is_plain(writing) or writing.free or _wears_little(writing)):
        number = dialect.number(text)
        return nan if number in dialect.missing_numbers else number
    if is_plain(writing):
        return None
    return read_freely(text, dialect) if writing.free else read_notation(text, writing, dialect)


def numbers_in(texts: Sequence[str], writing: Writing, dialect: Dialect) -> list[float | None]:
    """The same of many cells."""
    if not writing.date:
        return [number_in(text, writing, dialect) for text in texts]
    missing = dialect.all_missing | frozenset(writing.missing)
    dates = read_dates(texts, writing.date).tolist()
    return [nan if text in missing else None if isnan(date) else date for text, date in zip(texts, dates, strict=True)]


def is_plain(writing: Writing) -> bool:
    """Whether numbers are written plainly, spellings of a missing value aside."""
    return writing == Writing(missing=writing.missing)


def in_words(writing: Writing) -> str:
    """As what the cells of a column are read, for a note."""
    if writing.date:
        kind, since = ("times", "") if writing.unit == "hours" else ("dates", " since 1970-01-01")
        return f"{kind} ({writing.date}), in {writing.unit}{since}"
    if writing.free:
        return "numbers as --number reads them" + ", with decimal commas" * bool(writing.thousands)
    marks = {"thousands separators": writing.thousands, "parentheses for negative": writing.parentheses}
    names = [f"with {each.strip()!r}" for each in (writing.prefix, writing.suffix) if each]
    names += [f"with {name}" for name, there in marks.items() if there]
    return "numbers" if not names else f"numbers {' and '.join(names)}"


@cache
def with_comma(dialect: Dialect) -> Dialect:
    """The same with a decimal comma."""
    return replace(dialect, decimal=",")


def _wears_little(writing: Writing) -> bool:
    """Whether plain numbers may be among the cells: where only large or negative ones are written in another way."""
    return not writing.prefix and not writing.suffix
