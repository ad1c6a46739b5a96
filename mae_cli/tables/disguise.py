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
_SIGN = r"(?:[$€£¥₹₽₩¢₿]|(?:US|C|A|R)\$)"
_LETTERS = r"(?:USD|EUR|GBP|CHF|JPY|INR|CNY|CAD|AUD|SEK|NOK|DKK|PLN|BRL|ZAR|MXN|kr|Rs|zł|Kč)"
_CURRENCY = rf"(?:{_SIGN}|{_LETTERS}\.?)"
_MONEY = rf"{_AMOUNT}\s*(?:k|m|mn|mio|bn|[kmb])?"
# Letters right before a whole number make a name of it: rs3094315, EUR1.
_MONEY_BEHIND = rf"(?:{_SIGN}\s*|{_LETTERS}(?:\.|\s|(?=[+-]?\d+[.,]))\s*)"
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


ONE_DECIMAL_SIGN = "write one decimal sign throughout"
"""The remedy where points and commas are mixed."""
_A_DATE = Disguise("a date", "turn it into a number first, such as days since a start")
_A_PERIOD = Disguise("a period of time", "turn it into a number first, such as months since a start")
_A_TIME = Disguise("a time", "turn it into a number first, such as hours")
MOMENTS = frozenset({_A_DATE, _A_PERIOD, _A_TIME})
"""The ways to write a date or a time."""
_HOURS = re.compile(r"\d{1,2}\s*[ap]\.?m\.?", re.ASCII | re.IGNORECASE)
_A_FRACTION = Disguise("a fraction", "write it as a decimal number")
_ALLELES = re.compile(r"([0-3])/([0-3])")
# A column of nothing but bounds has classes: `<30`, `30+`.
_BOUND = Disguise("a bound", "decide on a number for it")
_DISGUISES = {
    Disguise("a percentage", "take the % off"): rf"[+-]?\s*{_AMOUNT}\s*%",
    Disguise("an amount of money", "take the currency off"): (
        rf"[+-]?\s*{_MONEY_BEHIND}[+-]?{_MONEY}|\(?[+-]?{_AMOUNT}\s*{_CURRENCY}\)?|\({_MONEY_BEHIND}{_AMOUNT}\)"
    ),
    Disguise("a number with thousands separators", "take them out"): rf"[+-]?(?:{_GROUPED})|\((?:{_GROUPED})\)",
    Disguise(
        "a number with thousands separators and a decimal comma",
        "take the separators out, and write a decimal point",
    ): rf"[+-]?(?:{_GROUPED_COMMA})",
    Disguise("a number with a decimal comma", ONE_DECIMAL_SIGN): r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?",
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
    _A_FRACTION: r"[+-]?(?:\d+[ -])?\d{1,3}/\d{1,3}|[+-]?\d*\s*[½¼¾⅓⅔⅛⅜⅝⅞]",
    _BOUND: rf"(?:[<>~≤≥≈]=?|>=|<=)\s*[+-]?{_AMOUNT}|{_AMOUNT}\s*\+",
    Disguise("a number with a mark", "take the mark off"): rf"[+-]?{_AMOUNT}\s*[*†‡]+",
    Disguise("a number in quotes", "take the quotes off"): rf'=?"[+-]?{_AMOUNT}"',
    Disguise("a number after an apostrophe", "take the apostrophe off"): rf"'[+-]?{_AMOUNT}",
    Disguise(
        "a number beside a space that is not ' '", "take that space out"
    ): rf"[{_BLANKS}]+[+-]?{_PLAIN}[{_BLANKS}\s]*|[+-]?{_PLAIN}[{_BLANKS}]+",
}
_OTHER_DIGITS = Disguise("a number in digits other than 0-9", "write it with these")
WITH_UNIT = "a number with a unit"
"""What a message calls one."""
# So many records tell whether numbers have points.
_FIRST = 200
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
    """The commonest way in which cells of a column of text are numbers, if half of them are any; else None.

    Args:
        counts: in how many rows each text is, in the order of their first appearance; no text is a plain number.

    Returns:
        The first cell that is written so, and the way.
    """
    disguises = disguises_in(counts)
    speaking = sum(count for text, count in counts.items() if not is_placeholder(text))
    if not disguises or 2 * sum(counts[text] for text in disguises) < speaking:
        return None
    cells: Counter[Disguise] = Counter()
    for text, disguise in disguises.items():
        cells[disguise] += counts[text]
    commonest = max(cells, key=lambda disguise: cells[disguise])
    return next((text, disguise) for text, disguise in disguises.items() if disguise == commonest)


def disguises_in(counts: Mapping[str, int]) -> dict[str, Disguise]:
    """How cells of a column of text are numbers, those that are; see `common_disguise`."""
    if not any(character.isnumeric() for text in counts for character in text):
        return {}  # and no pattern has to be compiled
    found = {text: disguise for text in counts if (disguise := disguise_of(text)) not in {None, _BOUND}}
    disguises = {text: disguise for text, disguise in found.items() if disguise is not None}
    no_numbers = {*_genotypes(disguises), *_no_hours(counts, disguises)}
    disguises = {text: disguise for text, disguise in disguises.items() if text not in no_numbers}
    units = _units({text: count for text, count in counts.items() if text not in disguises})
    return {text: each for text in counts if (each := disguises.get(text) or units.get(text)) is not None}


def _genotypes(disguises: Mapping[str, Disguise]) -> list[str]:
    """Fractions that are pairs of alleles, as `0/0`, `0/1` and `1/1` are.

    Nobody writes 0/0, 1/1 or 2/2 for a number, but 2/2 beside 0/2 and 1/2, where all are of one whole.
    """
    fractions = [text for text, disguise in disguises.items() if disguise == _A_FRACTION]
    pairs = [_ALLELES.fullmatch(text.strip(" \t")) for text in fractions]
    wholes = {pair[2] for pair in pairs if pair}
    is_one = any(pair and (pair[2] in "01" or pair[1] == pair[2]) for pair in pairs)
    return fractions if all(pairs) and is_one and (len(wholes) > 1 or wholes <= {"0", "1"}) else []


def _no_hours(counts: Mapping[str, int], disguises: Mapping[str, Disguise]) -> list[str]:
    """Hours that are none, as `8am` beside `7a`."""
    hours = [text for text, disguise in disguises.items() if disguise == _A_TIME and _HOURS.fullmatch(text.strip())]
    others = (text for text in counts if text not in disguises)
    return hours if any(re.fullmatch(_UNIT, text.strip(" \t")) for text in others) else []


def _units(counts: Mapping[str, int]) -> dict[str, Disguise]:
    """Numbers with a unit, as `5 kg`, `200 g` are: a unit for most of the numbers, but not `1st`, `2nd` or `4 door`."""
    found = {text: match.group(1) for text in counts if (match := re.fullmatch(_UNIT, text.strip(" \t")))}
    units = Counter(unit.casefold() for unit in found.values())
    if len(found) < 2 or units.keys() & _ORDINALS:
        return {}
    if not (len(units) == 1 or units.keys() <= _KNOWN_UNITS or 2 * max(units.values()) > len(found)):
        return {}
    several = "write them all in one unit, without its name" if len(units) > 1 else None
    return {text: Disguise(WITH_UNIT, several or f"take {unit!r} off") for text, unit in found.items()}


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
    if files.cell(record, first).lstrip().startswith("#"):
        return Advice("remove comment lines first", of_line=True)
    if is_placeholder(cell):
        return Advice(f"use {option('--na-values', cell)} if that means a missing cell")
    if record == 0 and _describes_columns(files):
        return Advice("remove the line, which seems to hold units or descriptions of the columns", of_line=True)
    if is_number(cell) and not files.dialect.is_number(cell):
        return Advice(ONE_DECIMAL_SIGN, "has a decimal point although --decimal , was given")
    return _advice_on_number(files, disguise_of(cell))


def _advice_on_number(files: Records, disguise: Disguise | None) -> Advice | None:
    """What to do about a number in disguise."""
    if disguise is None:
        return None
    by_option = disguise.remedy == ONE_DECIMAL_SIGN and takes_decimal_comma(files)
    return Advice("use --decimal ','" if by_option else disguise.remedy, f"looks like {disguise.name}")


def takes_decimal_comma(files: Records, but: str | None = None) -> bool:
    """Whether the first records have no number with a decimal point, one column aside."""
    if files.dialect.decimal == "," or files.header.types:
        return False
    names = [name for name in files.header.names if name != but]
    return not any(has_point(cell) for cells in files.cells(range(_FIRST), names).values() for cell in cells)


def has_point(cell: str) -> bool:
    """Whether a cell is a number with a decimal point."""
    return "." in cell and is_number(cell)


def _describes_columns(files: Records) -> bool:
    """Whether no cell of the first record is a number, and several of the second are."""
    cells = files.cells([0, 1], files.header.names)
    first, second = ([files.dialect.is_number(cell) for cell in cells.get(record, ())] for record in (0, 1))
    return not any(first) and sum(second) > 1
