"""Text that means a number: percentages, money, thousands, units, dates and the like; and what to do about it.

A column of such cells is no category, and one-hot encoding it would be silently wrong; so it is refused with what to
do. What a person would call a name (`4 door`, `A-12`, `25 to 34`) is none of them.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mae_cli.messages import option
from mae_cli.tables.csv.dialect import is_number
from mae_cli.tables.csv.files import Records

_PLAIN = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED = (
    r"\d{1,3}(?:[,'’ \u00a0\u2009\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}"
)
_GROUPED_COMMA = r"\d{1,3}(?:[.'’ \u00a0\u2009\u202f]\d{3})+,\d+"
_AMOUNT = rf"(?:{_GROUPED}|{_GROUPED_COMMA}|{_PLAIN}|\d+,\d+)"
_CURRENCY = (
    r"(?:[$€£¥₹₽₩¢₿]|(?:US|C|A|R)\$|USD|EUR|GBP|CHF|JPY|INR|CNY|CAD|AUD|SEK|NOK|DKK|PLN|BRL|ZAR|MXN|kr\.?|Rs\.?|zł|Kč)"
)
_MONEY = rf"{_AMOUNT}\s*(?:k|m|mn|mio|bn|[kmb])?"
# Blanks that are not ' ', those of no width and the byte order mark among them.
_BLANKS = "\u00a0\u2007\u2009\u202f\u200b\u200c\u200d\u2060\ufeff"

_DAY, _YEAR = r"\d{1,2}", r"(?:1[5-9]|2[01])\d{2}"
_MONTH_NAME = (
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|m[aä]r(?:ch|z|s)?|apr(?:il)?|ma[iy]|jun[ei]?|jul[iy]?|aug(?:ust)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_CLOCK = r"\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?"
_ZONE = r"(?:\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
_DATE = (
    rf"(?:\d{{4}}[-/._]{_DAY}[-/._]{_DAY}\.?|{_DAY}[-/.]{_DAY}[-/.](?:\d{{4}}|\d{{2}})|\d{{8}}(?=T)"
    rf"|{_DAY}\.?[ -]?{_MONTH_NAME}[ -]?(?:\d{{4}}|\d{{2}})|{_YEAR}[- ]{_MONTH_NAME}[- ]{_DAY}"
    rf"|{_MONTH_NAME} {_DAY}(?:st|nd|rd|th)?,? \d{{4}}|\d{{4}}年{_DAY}月{_DAY}日)"
)
_PERIOD = (
    rf"(?:{_YEAR}-?W\d{{2}}(?:-?\d)?|{_YEAR}[- ]?[QH][1-4]|[QH][1-4][-/ ]{_YEAR}|{_YEAR}-\d{{3}}"
    rf"|{_YEAR}[-/](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/]{_YEAR}|{_MONTH_NAME}[-/ ](?:{_YEAR}|\d{{2}})"
    rf"|{_YEAR}[-/ ]{_MONTH_NAME})"
)
_DURATION = (
    r"(?:\d+ days?,? \d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
    r"|(?:\d+ ?(?:d|h|hr|hrs|m|min|s|sec)\s*){2,}|P(?=[\dT])(?:\d+[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?)"
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


_A_DATE = Disguise("a date", "turn it into a number first, such as days since a start")
_A_PERIOD = Disguise("a period of time", "turn it into a number first, such as months since a start")
_A_TIME = Disguise("a time", "turn it into a number first, such as hours")
MOMENTS = frozenset({_A_DATE, _A_PERIOD, _A_TIME})
"""The ways to write a date or a time."""
# A column of nothing but bounds has classes: `<30`, `30+`.
_BOUND = Disguise("a bound", "decide on a number for it")
_DISGUISES = {
    Disguise("a percentage", "take the % off"): rf"[+-]?\s*{_AMOUNT}\s*%",
    Disguise("an amount of money", "take the currency off"): (
        rf"[+-]?\s*{_CURRENCY}\s*[+-]?{_MONEY}|\(?[+-]?{_AMOUNT}\s*{_CURRENCY}\)?|\({_CURRENCY}\s*{_AMOUNT}\)"
    ),
    Disguise("a number with thousands separators", "take them out"): rf"[+-]?(?:{_GROUPED})",
    Disguise(
        "a number with thousands separators and a decimal comma",
        "take the separators out (the comma goes with --decimal ',')",
    ): rf"[+-]?(?:{_GROUPED_COMMA})",
    Disguise("a number with a decimal comma", "use --decimal ','"): r"[+-]?\d*,\d+",
    Disguise("a number in parentheses", "write a minus sign if that is meant"): rf"\(\s*{_AMOUNT}\s*\)",
    Disguise(
        "a number with a minus sign that is not '-'", "write '-'"
    ): rf"[\u2212\u2013\u2012\ufe63\uff0d]\s*{_AMOUNT}",
    Disguise("a number whose sign is not right before its digits", "move it there"): (
        rf"[+-]\s+{_AMOUNT}|{_AMOUNT}\s*-"
    ),
    Disguise(
        "a number in another base", "write it in decimal"
    ): r"[+-]?0[xX][0-9a-fA-F]+|[+-]?0[bB][01]+|[+-]?0[oO][0-7]+",
    Disguise("a number with a D in its exponent", "write an E"): r"[+-]?(?:\d+\.?\d*|\.\d+)D[+-]?\d+",
    _A_DATE: (
        rf"{_WEEKDAY}{_DATE}(?:(?:T|,?\s+)(?:{_CLOCK}|\d{{2}}|\d{{4}}|\d{{6}}){_ZONE})?"
        rf"|{_WEEKDAY}{_MONTH_NAME}\s+{_DAY}(?:\s+{_CLOCK})?\s+{_YEAR}"
    ),
    _A_PERIOD: _PERIOD,
    Disguise("a number with underscores", "take them out"): r"[+-]?\d+(?:_\d+)+(?:\.\d+)?",
    _A_TIME: rf"{_CLOCK}",
    Disguise("a duration", "turn it into a number first, such as seconds"): _DURATION,
    Disguise("a fraction", "write it as a decimal number"): r"[+-]?(?:\d+[ -])?\d{1,3}/\d{1,3}|[+-]?\d*\s*[½¼¾⅓⅔⅛⅜⅝⅞]",
    _BOUND: rf"(?:[<>~≤≥≈]=?|>=|<=)\s*[+-]?{_AMOUNT}|{_AMOUNT}\s*\+",
    Disguise("a number with a mark", "take the mark off"): rf"[+-]?{_AMOUNT}\s*[*†‡]+",
    Disguise("a number in quotes", "take the quotes off"): rf'=?"[+-]?{_AMOUNT}"',
    Disguise("a number after an apostrophe", "take the apostrophe off"): rf"'[+-]?{_AMOUNT}",
    Disguise(
        "a number beside a space that is not ' '", "take that space out"
    ): rf"[{_BLANKS}]+[+-]?{_PLAIN}[{_BLANKS}\s]*|[+-]?{_PLAIN}[{_BLANKS}]+",
}
_OTHER_DIGITS = Disguise("a number in digits other than 0-9", "write it with these")
# Units that a column may mix; any other unit has to be the same in all cells.
_KNOWN_UNITS = frozenset(
    {
        "mg",
        "g",
        "kg",
        "t",
        "lb",
        "lbs",
        "oz",
        "mm",
        "cm",
        "m",
        "km",
        "in",
        "ft",
        "yd",
        "mi",
        "ml",
        "l",
        "s",
        "sec",
        "min",
    }
    | {"h", "hr", "hrs", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years"}
    | {"k", "b", "bn", "kb", "mb", "gb", "tb"}
)
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_UNIT = rf"[+-]?{_AMOUNT}\s*([^\W\d_][^\d\s]{{0,11}}(?:/[^\W\d_]+)?|[°µ%‰][^\d\s]*)"

# What people write for a cell they do not have, beside what counts as missing anyway.
PLACEHOLDERS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "–",
        ".",
        "..",
        "...",
        "…",
        "?",
        "??",
        "*",
        "**",
        "x",
        "na",
        "n.a.",
        "n.a",
        "n/a",
        "n/d",
    }
    | {"nd", "n.d.", "nan", "nat", "nil", "none", "null", "<na>", "<null>", "(null)", "\\n", "(blank)", "missing"}
    | {"unknown", "undefined", "not available", "not applicable", "no data", "tbd", "#n/a", "#null!", "#value!"}
    | {"#div/0!", "#ref!", "#name?", "#num!", "0000-00-00", "0000-00-00 00:00:00"}
)


# Those of them that can be nothing else among numbers; the others are words, which may say more.
_NOTHING = frozenset(
    {
        "-",
        "--",
        "---",
        "—",
        "–",
        ".",
        "..",
        "...",
        "…",
        "?",
        "??",
        "n.a.",
        "n.a",
        "n/a",
        "#n/a",
        "#div/0!",
        "#null!",
        "nat",
    }
)


def is_nothing(text: str) -> bool:
    """Whether a cell among numbers says no more than that there is no number."""
    return text.strip().casefold() in _NOTHING


def is_placeholder(text: str) -> bool:
    """Whether a cell says that there is nothing in it."""
    return text.strip().casefold() in PLACEHOLDERS


def disguise_of(text: str) -> Disguise | None:
    """How a cell that is not read as a number is one; units aside."""
    text = text.strip(" \t")
    if not text.isascii() and text.lstrip("+-").replace(".", "", 1).isdecimal():
        return _OTHER_DIGITS
    return next((disguise for disguise, pattern in _patterns().items() if pattern.fullmatch(text)), None)


@cache
def _patterns() -> dict[Disguise, re.Pattern[str]]:
    """Compiled when a text with a digit is met: that takes as long as loading a dozen modules."""
    return {disguise: re.compile(pattern, re.ASCII | re.IGNORECASE) for disguise, pattern in _DISGUISES.items()}


def common_disguise(counts: Mapping[str, int]) -> tuple[str, Disguise] | None:
    """The first cell of a column of text that is a number in disguise, if half of the cells are; else None.

    Args:
        counts: in how many rows each text is, in the order of their first appearance; no text is a plain number.
    """
    if not any(character.isnumeric() for text in counts for character in text):
        return None  # and no pattern has to be compiled
    disguises = {text: disguise if (disguise := disguise_of(text)) != _BOUND else None for text in counts}
    disguises |= _units({text: count for text, count in counts.items() if disguises[text] is None})
    speaking = sum(count for text, count in counts.items() if not is_placeholder(text))
    disguised = sum(count for text, count in counts.items() if disguises[text] is not None)
    if not disguised or 2 * disguised < speaking:
        return None
    return next((text, disguise) for text, disguise in disguises.items() if disguise is not None)


def _units(counts: Mapping[str, int]) -> dict[str, Disguise | None]:
    """Numbers with a unit, as `5 kg`, `200 g` are: a unit for most of the numbers, but not `1st`, `2nd` or `4 door`."""
    found = {text: match.group(1) for text in counts if (match := re.fullmatch(_UNIT, text.strip(" \t")))}
    units = Counter(unit.casefold() for unit in found.values())
    if len(found) < 2 or units.keys() & _ORDINALS:
        return {}
    if not (len(units) == 1 or units.keys() <= _KNOWN_UNITS or 2 * max(units.values()) > len(found)):
        return {}
    several = "write them all in one unit, without its name" if len(units) > 1 else None
    return {text: Disguise("a number with a unit", several or f"take {unit!r} off") for text, unit in found.items()}


@dataclass(frozen=True)
class Advice:
    """What is known of text in a column of numbers.

    Attributes:
        remedy: what to do about it.
        looks: what the cell does, as words behind "which"; None where only the remedy is known.
        of_line: whether the whole line is at fault, and all of its cells with it.
    """

    remedy: str
    looks: str | None = None
    of_line: bool = False


def advice_on(files: Records, record: int, column: str) -> Advice | None:
    """What to do about the text in a column of numbers; None if nothing is known of it."""
    cell, first = files.cell(record, column), files.header.names[0]
    if cell == column:
        return Advice("remove the line, which seems to repeat the header", of_line=True)
    if is_placeholder(cell):
        return Advice(f"use {option('--na-values', cell)} if that means a missing cell")
    if record == 0 and _describes_columns(files):
        return Advice("remove the line, which seems to hold units or descriptions of the columns", of_line=True)
    if is_number(cell) and not files.dialect.is_number(cell):
        return Advice("write one decimal sign throughout", "has a decimal point although --decimal , was given")
    if files.cell(record, first).lstrip().startswith("#"):
        return Advice("remove comment lines first", of_line=True)
    disguise = disguise_of(cell)
    return None if disguise is None else Advice(disguise.remedy, f"looks like {disguise.name}")


def _describes_columns(files: Records) -> bool:
    """Whether no cell of the first record is a number, and several of the second are."""
    cells = files.cells([0, 1], files.header.names)
    first, second = ([files.dialect.is_number(cell) for cell in cells.get(record, ())] for record in (0, 1))
    return not any(first) and sum(second) > 1
