"""How names, cells and numbers of the user's data appear in messages, safe for a terminal."""

import csv
import io
import json
import math
import re
import shlex
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mae_cli.errors import Fault, Place

LONGEST_QUOTE = 40
# The most names that a message lists.
LONGEST_LIST = 12

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_url(name: str) -> bool:
    """Whether a file is named by a URL."""
    return _URL.match(name) is not None


def quoted(text: str) -> str:
    """The text in quotes, on one line: control characters escaped, long text cut short."""
    return repr(text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…")


def named(name: str) -> str:
    """A name in quotes that somebody may have to type: on one line, and never cut."""
    return repr(name)


def option(flag: str, *columns: str) -> str:
    """`--flag COLUMN` as it may be typed in a shell, where the value is one CSV record of names."""
    record = io.StringIO()
    # With a line end of its own the writer sees to it that one in the name is quoted.
    csv.writer(record, lineterminator="\r\n").writerow(columns)
    value = record.getvalue().removesuffix("\r\n")
    flag += "=" if value.startswith("-") else " "  # or it would be taken for an option
    if not value.isprintable():  # as bash, zsh and ksh take escapes
        return f"{flag}$'{''.join(map(_escaped, value))}'"
    if re.fullmatch(r"[\w./:@%+-]+", value):
        return f"{flag}{value}"
    # Double quotes work in every shell, Windows' too, unless something in them would be expanded.
    return flag + (shlex.quote(value) if re.search(r'["$`\\!%]', value) else f'"{value}"')


@dataclass(frozen=True)
class AlikeNotes:
    """Notes that say the same of several columns.

    Attributes:
        each: the sentence on each of them.
        together: one on all of them.
    """

    each: tuple[str, ...]
    together: str


BLOCK = "\n  "
"""What stands between the lines of a message that has several."""


def visible_block(text: str) -> str:
    """The text of a message of one line or several, each made visible."""
    return BLOCK.join(map(visible, text.split(BLOCK)))


def _escaped(character: str) -> str:
    """A character between `$'` and `'`."""
    if character.isprintable():
        return f"\\{character}" if character in "\\'" else character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def no_values(file: str, column: str) -> Fault:
    """What is wrong with a column without a single value."""
    what, remedy = f"column {quoted(column)} has no values", f"use {option('--exclude', column)}"
    return Fault("no-values", what, Place(file, column=column), remedy=remedy)


def no_share(code: str, must: str, value: float) -> Fault:
    """The fault of a number that `must` ("the quantile must lie") be a share, and may be meant in percent."""
    remedy = f"give {value / 100:g} for {value:g}%" if 2 <= value <= 99 else None
    return Fault(code, f"{must} between 0 and 1, not {value:g}", remedy=remedy)


def beyond_floats(subject: str, ends: tuple[float, float], place: Place, remedy: str) -> Fault:
    """What is wrong with numbers ("the target 'y'") whose least and greatest lie too far apart."""
    what = f"{subject} spans from {ends[0]:g} to {ends[1]:g}, more than floating point can hold"
    return Fault("range-overflow", what, place, remedy=remedy)


def listed(names: Sequence[str], most: int = LONGEST_LIST) -> str:
    """`'a', 'b' and 8 more`."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(quoted, names[:most])) + more


def counted(count: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_DIGITS = 4
_SMALLEST, _LARGEST = 1e-4, 1e12  # outside of these a number is written with a power of ten
_SEPARATED = 10_000  # from here on thousands are set apart
_SECONDS = {"days": 86_400, "hours": 3_600}
_HOURS = 24


def quantity(value: float, digits: int = _DIGITS) -> str:
    """A number with four significant digits: `10.98`, `25.00`, `12,346`, `1.500×10^300`."""
    if value == 0:
        return "0"
    return fixed(value, decimals_of(value, digits)) if is_fixed(value) else scientific(value, digits)


def scientific(value: float, digits: int = _DIGITS) -> str:
    """A number with a power of ten: `1.500×10^300`; zero has none."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}×10^{int(exponent)}" if value else "0"


def as_given(value: float, unit: str | None = None) -> str:
    """A number of the data as people write it: `9`, `-6.5`, `12,345`; `2024-01-31` (days), `08:30` (hours)."""
    moment = None if unit is None else _moment(value, unit)
    if moment is not None:
        return moment
    text = f"{value:,.6g}" if abs(value) >= _SEPARATED else f"{value:.6g}"
    return quantity(value) if "e" in text else text


def _moment(value: float, unit: str) -> str | None:
    """Days since 1970-01-01 as a date, hours as a time of day; None where calendars and clocks have none."""
    if not math.isfinite(value) or (unit == "hours" and not 0 <= value < _HOURS):
        return None
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=round(value * _SECONDS[unit]))  # noqa: DTZ001  (of no zone)
    except OverflowError:
        return None
    clock = moment.time().isoformat("seconds" if moment.second else "minutes")
    return clock if unit == "hours" else str(moment.date()) + (f" {clock}" if moment.time() != time() else "")


def fixed(value: float, decimals: int) -> str:
    """A number with that many decimals: thousands are set apart from 10,000 on, and zero has no sign."""
    text = f"{value:,.{decimals}f}" if round(abs(value), decimals) >= _SEPARATED else f"{value:.{decimals}f}"
    return text if text.strip("-0.") else text.removeprefix("-")


def decimals_of(value: float, digits: int = _DIGITS) -> int:
    """The decimals that give a number that many significant digits; none of those before the point is dropped."""
    return max(0, digits - 1 - exponent_of(value, digits)) if value else 0


def exponent_of(value: float, digits: int = _DIGITS) -> int:
    """The decimal exponent of a number rounded to that many digits."""
    return int(f"{abs(value):.{digits - 1}e}".partition("e")[2])


def is_fixed(value: float) -> bool:
    """Whether a number is written out, without a power of ten."""
    return _SMALLEST <= abs(value) < _LARGEST


# Zero-width joiners are part of ordinary spelling (Persian, Hindi); other invisible characters are not.
_SPELLING = "\u200c\u200d"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""The text with control, bidi and other invisible characters as escapes (`\n`, `\x1b`, `\u202e`)."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible_character, text))


INTERCEPT = "(intercept)"
"""The name of the constant term among coefficients."""


def column_text(column: str) -> str:
    """A column among coefficients: in quotes where it could be taken for the intercept, or for a column and a level."""
    return f'"{visible(column)}"' if column == INTERCEPT or " = " in column else visible(column)


def level_text(level: str) -> str:
    """A level among coefficients: in quotes when it is empty or its edges are blank, so that it can be seen."""
    shown = visible(level)
    return shown if shown and shown == shown.strip() else f'"{shown}"'


def is_unicode(text: str) -> bool:
    """Whether it can be written: it holds no half of a character, as bytes of an argument do that are not UTF-8."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def is_obeyed(character: str) -> bool:
    """Whether a terminal acts on the character, or shows nothing for it, instead of showing it."""
    return unicodedata.category(character) in _INVISIBLE and character not in _SPELLING


def json_text(value: object, *, indent: int | None = None) -> str:
    """A value as JSON that can be read by people: UTF-8 but for what a terminal would obey, which JSON can escape.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    # Line ends stand between values only; within a string they are escaped already.
    obeyed = {each for each in set(text) if is_obeyed(each)} - {"\n"}
    return text.translate({ord(each): json.dumps(each)[1:-1] for each in obeyed}) if obeyed else text


def _visible_character(character: str) -> str:
    if not is_obeyed(character):
        return character
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
