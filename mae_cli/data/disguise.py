"""Text that means a number: percentages, money, thousands, units, dates and the like.

A column of such cells is no category, and one-hot encoding it would be silently wrong; so it is refused with what to
do. What a person would call a name (`4 door`, `A-12`, `25 to 34`) is none of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLAIN = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED = r"\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}"
_AMOUNT = rf"(?:{_GROUPED}|{_PLAIN}|\d+,\d+)"
_CURRENCY = r"(?:[$€£¥₹₽₩]|(?:US|C|A|R)\$|USD|EUR|GBP|CHF|JPY|INR|CAD|AUD)"
_DAY, _MONTH_NAME = r"\d{1,2}", r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# Blanks that are not ' ', those of no width and the byte order mark among them.
_BLANKS = "\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]m)?"
_DATE = (
    rf"(?:\d{{4}}[-/.]{_DAY}[-/.]{_DAY}|{_DAY}[-/.]{_DAY}[-/.](?:\d{{4}}|\d{{2}})"
    rf"|\d{{4}}-(?:0[1-9]|1[0-2])|{_DAY}[ -]{_MONTH_NAME}[ -]\d{{2,4}}|{_MONTH_NAME} {_DAY},? \d{{4}})"
)


@dataclass(frozen=True)
class Disguise:
    """A way to write a number that is not read as one.

    Attributes:
        name: what a message calls such a cell.
        remedy: what to do about it.
    """

    name: str
    remedy: str


_DISGUISES = {
    Disguise("a percentage", "take the % off"): rf"[+-]?\s*{_AMOUNT}\s*%",
    Disguise("an amount of money", "take the currency off"): (
        rf"[+-]?\s*{_CURRENCY}\s*[+-]?{_AMOUNT}|\(?[+-]?{_AMOUNT}\s*{_CURRENCY}\)?|\({_CURRENCY}\s*{_AMOUNT}\)"
    ),
    Disguise("a number with thousands separators", "take them out"): rf"[+-]?(?:{_GROUPED})",
    Disguise("a number with a decimal comma", "use --decimal ,"): r"[+-]?\d*,\d+",
    Disguise("a number in parentheses", "write a minus sign if that is meant"): rf"\(\s*{_AMOUNT}\s*\)",
    Disguise(
        "a number with a minus sign that is not '-'", "write '-'"
    ): rf"[\u2212\u2013\u2012\ufe63\uff0d]\s*{_AMOUNT}",
    Disguise(
        "a number in another base", "write it in decimal"
    ): r"[+-]?0[xX][0-9a-fA-F]+|[+-]?0[bB][01]+|[+-]?0[oO][0-7]+",
    Disguise("a number with underscores", "take them out"): r"[+-]?\d+(?:_\d+)+(?:\.\d+)?",
    Disguise(
        "a date", "turn it into a number first, such as days since a start"
    ): rf"{_DATE}(?:[T ]{_CLOCK}(?:Z|[+-]\d{{2}}:?\d{{2}})?)?",
    Disguise("a time", "turn it into a number first, such as hours"): rf"{_CLOCK}",
    Disguise("a number after an apostrophe", "take the apostrophe off"): rf"'[+-]?{_AMOUNT}",
    Disguise(
        "a number beside a space that is not ' '", "take that space out"
    ): rf"[{_BLANKS}]+[+-]?{_PLAIN}[{_BLANKS}\s]*|[+-]?{_PLAIN}[{_BLANKS}]+",
}
_PATTERNS = {disguise: re.compile(pattern, re.ASCII | re.IGNORECASE) for disguise, pattern in _DISGUISES.items()}
_OTHER_DIGITS = Disguise("a number in digits other than 0-9", "write it in these")
_UNIT = re.compile(rf"[+-]?{_AMOUNT}\s*([^\W\d_][^\d\s]{{0,11}}(?:/[^\W\d_]+)?|[°µ%‰][^\d\s]*)")

# What people write for a cell they do not have, beside what counts as missing anyway.
PLACEHOLDERS = frozenset(
    {"-", "--", "---", "—", "–", ".", "..", "...", "?", "??", "*", "x", "na", "n.a.", "n.a", "n/d", "nd", "n.d.", "nil"}
    | {"none", "null", "missing", "unknown", "not available", "not applicable", "no data", "tbd", "(null)", "#value!"}
    | {"#div/0!", "#ref!", "#name?", "#num!"}
)


def is_placeholder(text: str) -> bool:
    """Whether a cell says that there is nothing in it."""
    return text.strip().casefold() in PLACEHOLDERS


def disguise_of(text: str) -> Disguise | None:
    """How a cell that is not read as a number is one; units aside."""
    text = text.strip(" \t")
    if not text.isascii() and text.lstrip("+-").replace(".", "", 1).isdecimal():
        return _OTHER_DIGITS
    return next((disguise for disguise, pattern in _PATTERNS.items() if pattern.fullmatch(text)), None)


def common_disguise(counts: Mapping[str, int]) -> tuple[str, Disguise] | None:
    """The first cell of a column of text that is a number in disguise, if most cells are; else None.

    Args:
        counts: in how many rows each text is, in the order of their first appearance; no text is a plain number.
    """
    disguises = {text: disguise_of(text) for text in counts}
    disguises |= _units({text: count for text, count in counts.items() if disguises[text] is None})
    speaking = sum(count for text, count in counts.items() if not is_placeholder(text))
    disguised = sum(count for text, count in counts.items() if disguises[text] is not None)
    if not disguised or 2 * disguised <= speaking:
        return None
    return next((text, disguise) for text, disguise in disguises.items() if disguise is not None)


def _units(counts: Mapping[str, int]) -> dict[str, Disguise | None]:
    """Numbers with a unit, when all that look like it have the same one: `5 kg`, `7 kg`, but not `1st`, `2nd`."""
    units = {text: found.group(1) for text in counts if (found := _UNIT.fullmatch(text.strip(" \t")))}
    if len(set(units.values())) != 1 or len(units) < 2:
        return {}
    unit = next(iter(units.values()))
    return dict.fromkeys(units, Disguise("a number with a unit", f"take {unit!r} off"))
