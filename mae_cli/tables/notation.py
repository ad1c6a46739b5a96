"""Numbers with a unit, a currency sign or separators: `12.5%`, `$9,254.72`, `3.4 kg`, `(1,200)`.

The notation of a column is found (`notation_of`) only where it leaves no doubt about the numbers; a user may say that
cells are numbers, whatever is written around them (`read_freely`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mae_cli.rows.schema import Writing
from mae_cli.tables.csv.dialect import Dialect

_CURRENCIES = frozenset(
    {*"$€£¥₹₽₩₿", "US$", "C$", "A$", "R$", "USD", "EUR", "GBP", "CHF", "JPY", "INR", "CNY", "CAD", "AUD", "SEK"}
    | {"NOK", "DKK", "PLN", "BRL", "ZAR", "MXN", "kr", "Rs", "Rs.", "zł", "Kč"}
)
# What units are so many of.
_SCALES_OF = {
    "m": {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3},
    "g": {"mg": 1e-3, "g": 1.0, "kg": 1e3},
    "l": {"ml": 1e-3, "l": 1.0},
    "in": {"in": 1.0, "ft": 12.0, "yd": 36.0, "mi": 63360.0},
    "oz": {"oz": 1.0, "lb": 16.0, "lbs": 16.0},
    "s": {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "hr": 3600.0, "hrs": 3600.0},
    "B": {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12},
    "W": {"w": 1.0, "kw": 1e3},
    "Hz": {"hz": 1.0, "khz": 1e3, "mhz": 1e6},
}
_SCALES = {unit: scale for scales in _SCALES_OF.values() for unit, scale in scales.items()}
_BASES = {unit: base for base, scales in _SCALES_OF.items() for unit in scales}
_MULTIPLES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9}
_MULTIPLES |= {"billion": 1e9, "t": 1e12, "trillion": 1e12}
_UNITS = frozenset(_SCALES) | {
    *("hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years", "miles", "°", "°c", "°f"),
    *("mah", "pct", "percent", "ppm", "mph", "km/h", "kwh", "cal", "kcal", "sqft", "pts"),
}
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_SEPARATORS = ",.'’ \u00a0\u2009\u202f"
_CELL = re.compile(
    r"(?P<open>\()?(?P<sign>[+-]?)(?P<prefix>[^\d\s.,()+'’-]*\.?\s?)(?P<inner>[+-]?)"
    rf"(?P<body>\d(?:[\d{_SEPARATORS}]*\d)?[.,]?|[.,]\d+)(?P<suffix>\s?[^\d\s()](?:[^()\d]*[^()\d\s])?)?(?P<close>\))?",
    re.ASCII,
)


@dataclass(frozen=True)
class _Parts:
    """A cell in its parts."""

    negative: bool
    parentheses: bool
    prefix: str
    body: str
    suffix: str


def notation_of(cells: Sequence[str], dialect: Dialect) -> Writing | None:
    """The notation that all cells share; None where there is none, or where it leaves a doubt about the numbers."""
    parts = [_parts(cell) for cell in cells]
    found = [part for part in parts if part is not None]
    if len(found) < len(cells) or len({(part.prefix, part.suffix) for part in found}) > 1:
        return None
    prefix, suffix = found[0].prefix, found[0].suffix
    if not _is_known(prefix, suffix, found):
        return None
    thousands = _thousands([part.body for part in found], dialect.decimal)
    in_parentheses = [part.parentheses for part in found]
    if thousands is None or all(in_parentheses):
        return None
    writing = Writing(prefix=prefix, suffix=suffix, thousands=thousands, parentheses=any(in_parentheses))
    return None if writing == Writing() else writing


def read_notation(cell: str, writing: Writing, dialect: Dialect) -> float | None:
    """The number in a cell of this notation; None for a cell in any other."""
    part = _parts(cell)
    if part is None or (part.prefix, part.suffix) != (writing.prefix, writing.suffix):
        return None
    if part.parentheses and not writing.parentheses:
        return None
    return _number(part, writing.thousands, dialect)


def read_freely(cell: str, dialect: Dialect) -> float | None:
    """The number in a cell, whatever is written around it, in the base of its unit; None if there is none."""
    part = _parts(cell)
    if part is None:
        return None
    separator = next((sign for sign in part.body if sign in _SEPARATORS and sign != dialect.decimal), "")
    number, unit, prefix = _number(part, separator, dialect), part.suffix.strip(), part.prefix.strip()
    if number is None or _says_more(unit) or (prefix and prefix not in _CURRENCIES):
        return None
    return number * (_MULTIPLES if _is_multiple(prefix, unit) else _SCALES).get(unit.casefold(), 1.0)


def _says_more(unit: str) -> bool:
    """Whether what is behind a number is no unit, but a part of the number: `2-`, `2²`, `5½`, `1.5e`."""
    return unit[:1].isnumeric() or unit.startswith(("-", "−", "–", "/", "^")) or unit.casefold() == "e"


@dataclass(frozen=True)
class Unit:
    """In what the number of a cell is that is read freely.

    Attributes:
        written: its unit or currency, as it is written; "" where there is none, or a thousand, a million or the like.
        base: that of the number that is read: grams for kilograms.
    """

    written: str = ""
    base: str = ""


def unit_in(cell: str) -> Unit:
    """In what the number of a cell is; without a unit where there is no number."""
    part = _parts(cell)
    if part is None:
        return Unit()
    unit, prefix = part.suffix.strip(), part.prefix.strip()
    if _is_multiple(prefix, unit):
        sign = prefix or (unit if unit.casefold() not in _MULTIPLES else "")
        return Unit(sign, sign)
    return Unit(unit, _BASES.get(unit.casefold(), unit))


def has_known_unit(cell: str) -> bool:
    """Whether a cell is a number with a currency or a unit that is known; a letter right behind digits is none."""
    part = _parts(cell)
    if part is None or not (part.prefix or part.suffix):
        return False
    if part.suffix.strip().casefold() in _MULTIPLES:
        return part.suffix[0].isspace() or "." in part.body or "," in part.body
    is_letter = len(part.suffix) == 1 and part.suffix.isalpha()
    return not is_letter and _is_known(part.prefix, part.suffix, [part])


def _is_multiple(prefix: str, unit: str) -> bool:
    """Whether a unit is one of thousands, millions and the like, or none: M is a million, m a metre."""
    base = _BASES.get(unit.casefold())
    return bool(prefix) or base is None or (unit.isupper() and not base[0].isupper())


def _parts(cell: str) -> _Parts | None:
    match = _CELL.fullmatch(cell.strip(" \t"))
    if match is None or (match["open"] is None) != (match["close"] is None) or (match["sign"] and match["inner"]):
        return None
    sign = match["sign"] or match["inner"]
    if match["open"] and sign:
        return None
    return _Parts(
        sign == "-" or bool(match["open"]), bool(match["open"]), match["prefix"], match["body"], match["suffix"] or ""
    )


def _is_known(prefix: str, suffix: str, parts: Sequence[_Parts]) -> bool:
    """Whether a prefix and a suffix leave no doubt: a currency, a percent sign or a unit."""
    measured = any("." in part.body or "," in part.body for part in parts)
    if prefix:
        is_name = prefix[-1].isalpha() and not measured  # rs3094315, EUR1
        return prefix.strip() in _CURRENCIES and not suffix and not is_name
    unit = suffix.strip()
    if not unit or unit == "%" or unit in _CURRENCIES:
        return True
    if unit.casefold() in _UNITS:
        return unit.islower() or len(unit) > 1 or not unit.isalpha()  # M may be a million
    return measured and len(unit) > 1 and unit.isalpha() and unit.casefold() not in _ORDINALS


def _thousands(bodies: Sequence[str], decimal: str) -> str | None:
    """The separator of thousands, "" where there is none; None in doubt.

    A comma or point that could be a decimal sign is one of thousands only where a cell says so: with two of them, or
    with a decimal sign behind it.
    """
    signs = {sign for body in bodies for sign in body if sign in _SEPARATORS} - {decimal}
    if len(signs) > 1:
        return None
    separator = next(iter(signs), "")
    if not all(_body(separator, decimal).fullmatch(body) for body in bodies):
        return None
    if separator in {",", "."} and not any(
        body.count(separator) > 1 or decimal in body.partition(separator)[2] for body in bodies
    ):
        return None
    return separator


@cache
def _body(separator: str, decimal: str) -> re.Pattern[str]:
    fraction = rf"(?:{re.escape(decimal)}\d*)?"
    if not separator:
        return re.compile(rf"\d+{fraction}|{re.escape(decimal)}\d+", re.ASCII)
    return re.compile(rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})*{fraction}|{re.escape(decimal)}\d+", re.ASCII)


def _number(part: _Parts, separator: str, dialect: Dialect) -> float | None:
    if not _body(separator, dialect.decimal).fullmatch(part.body):
        return None
    number = dialect.number(part.body.replace(separator, "") if separator else part.body)
    return -number if part.negative else number
