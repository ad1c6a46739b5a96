"""Dates, periods and times of day as numbers: what a text says in a format.

A spelling is a format as `strptime` takes it, with `%q` for a quarter. `%b` is an English month, short or in full;
days, months and hours may have one digit. A date is the number of days since 1970-01-01, with a fraction where there is
a time; a month or a quarter is its first day; a time of day is a number of hours.
"""

import re
from datetime import date
from functools import cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_DIRECTIVES = {
    "Y": r"[12]\d{3}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "b": rf"(?:{_FULL_MONTHS})\.?",
    "j": r"\d{3}",
    "q": r"[1-4]",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{2}",
    "S": r"\d{2}(?:[.,]\d+)?",
    "p": r"[ap]\.?m\.?",
    "z": r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})",
}
_EPOCH = date(1970, 1, 1).toordinal()


def is_format(text: str) -> bool:
    """Whether this is a format that says of what day, or of what time of the day, a cell is."""
    directives = re.findall("%(.)", text)
    known = set(directives) <= _DIRECTIVES.keys() and len(set(directives)) == len(directives)
    return known and not text.endswith("%") and bool({"Y", "y", "H", "I"} & set(directives))


@cache
def is_time(spelling: str) -> bool:
    """Whether a format has times of day, no dates."""
    return not {"%Y", "%y"} & set(re.findall("%.", spelling))


def read_date(text: str, spelling: str) -> float | None:
    """The number that a cell in this format means; None if it is not in it, or there is no such day or time."""
    match = pattern_of(spelling).fullmatch(text.strip(" \t"))
    if match is None:
        return None
    parts = match.groupdict()
    seconds = _seconds(parts)
    if seconds is None:
        return None
    if is_time(spelling):
        return seconds / 3600
    day = _day(parts)
    return None if day is None else (86400 * day + seconds) / 86400


def misfit(text: str, spelling: str) -> str:
    """What a cell that is not read in a format does, as words behind "which"."""
    is_written_so = pattern_of(spelling).fullmatch(text.strip(" \t")) is not None
    return "does not exist" if is_written_so else f"is not written as {spelling}"


@cache
def pattern_of(spelling: str) -> re.Pattern[str]:
    """What a text in a format looks like, with a group for each directive."""
    parts = re.split("(%.)", spelling)
    expression = "".join(
        f"(?P<{part[1]}>{_DIRECTIVES[part[1]]})" if part.startswith("%") else re.escape(part) for part in parts
    )
    return re.compile(expression, re.ASCII | re.IGNORECASE)


def _day(parts: dict[str, str]) -> int | None:
    """Days since 1970-01-01."""
    year = int(parts["Y"]) if "Y" in parts else _full_year(int(parts["y"]))
    month = int(parts.get("m", 1))
    if "b" in parts:
        month = _MONTHS.index(parts["b"][:3].casefold()) + 1
    elif "q" in parts:
        month = 3 * int(parts["q"]) - 2
    try:
        day = date(year, month, int(parts.get("d", 1))).toordinal() - _EPOCH
    except ValueError:
        return None
    if "j" not in parts:
        return day
    length = date(year, 12, 31).toordinal() - date(year, 1, 1).toordinal() + 1
    return day + int(parts["j"]) - 1 if 1 <= int(parts["j"]) <= length else None


def _full_year(year: int) -> int:
    """As POSIX has it: 69 to 99 are of the last century."""
    return year + (1900 if year >= 69 else 2000)


def _seconds(parts: dict[str, str]) -> float | None:
    """Since midnight (UTC where there is a zone)."""
    hours = int(parts.get("H", 0))
    if "I" in parts:
        hours = int(parts["I"])
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + 12 * (parts.get("p", "a")[0] in "pP")
    minutes, seconds = int(parts.get("M", 0)), float(parts.get("S", "0").replace(",", "."))
    if hours > 23 or minutes > 59 or seconds >= 60:
        return None
    zone = parts.get("z", "Z")
    offset = 0 if zone[0] not in "+-" else int(f"{zone[0]}1") * (60 * int(zone[1:3]) + int(zone[-2:]))
    return 3600 * hours + 60 * (minutes - offset) + seconds
