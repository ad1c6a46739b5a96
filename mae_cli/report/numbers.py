"""Numbers for people: about six significant digits, never cut, the same in every locale."""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

UNDEFINED = "–"
"""Shown for a number that does not exist, such as R² of a constant target."""

_DIGITS = 6
_LEAST_DIGITS = 3  # a cell that would keep fewer in the column's decimals gets decimals of its own
_SMALLEST, _LARGEST = 1e-4, 1e9  # outside of these a number is scientific
_TWO_DIGITS_UP = Context(prec=2, rounding=ROUND_CEILING)


def count(number: int) -> str:
    """A count with thousands separators: `10,000`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A count with its noun: `1 row`, `10,000 rows`, `3 passes`."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def quantity(value: float | None) -> str:
    """One number with six significant digits and no trailing zeros; scientific when huge or tiny."""
    if value is None:
        return UNDEFINED
    if value == 0:
        return "0"
    if not _is_fixed(value):
        return _scientific(value)
    return _without_trailing_zeros(f"{value:.{max(0, _DIGITS - 1 - _exponent(value))}f}")


def aligned(values: Sequence[float | None], *, signed: bool = False) -> list[str]:
    """The numbers of one table column as texts of equal width with the decimal points in line.

    The largest number that is not scientific sets the decimals of all; a number too small for them is
    given as many as it needs. `signed` writes a plus before positive numbers.
    """
    decimals = _common_decimals([value for value in values if value is not None])
    cells = [_cell(value, decimals, signed=signed) for value in values]
    parts = [_at_the_point(cell) for cell in cells]
    left = max((len(head) for head, _ in parts), default=0)
    right = max((len(tail) for _, tail in parts), default=0)
    return [head.rjust(left) + tail.ljust(right) for head, tail in parts]


def percent(share: float) -> str:
    """A share as a percentage of two or three digits: `4.1 %`, `12.3 %`."""
    return f"{100 * share:.1f} %"


def at_most(share: float) -> str:
    """A bound on a share, rounded upwards so that the statement stays true: `4.1 %`, `3.1e-10`."""
    bound = float(_TWO_DIGITS_UP.create_decimal(repr(share)))
    if bound >= 0.001:
        return f"{_without_trailing_zeros(f'{100 * bound:.2f}')} %"
    return _without_trailing_zeros_of_mantissa(f"{bound:.1e}")


def duration(seconds: float) -> str:
    """A time: `12 ms`, `1.23 s`, `154 s`."""
    if seconds < 0.9995:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 99.995 else f"{seconds:,.0f} s"


def _is_fixed(value: float) -> bool:
    return _SMALLEST <= abs(value) < _LARGEST


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value)))


def _scientific(value: float) -> str:
    return _without_trailing_zeros_of_mantissa(f"{value:.{_DIGITS - 1}e}")


def _without_trailing_zeros_of_mantissa(text: str) -> str:
    mantissa, exponent = text.split("e")
    return f"{_without_trailing_zeros(mantissa)}e{int(exponent)}"


def _without_trailing_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _common_decimals(values: list[float]) -> int:
    fixed = [value for value in values if _is_fixed(value)]
    if not fixed:
        return 0
    decimals = max(0, _DIGITS - 1 - max(map(_exponent, fixed)))
    used = [_without_trailing_zeros(f"{value:.{decimals}f}") for value in fixed]
    return max(len(text.partition(".")[2]) for text in used)


def _cell(value: float | None, decimals: int, *, signed: bool) -> str:
    if value is None:
        return UNDEFINED
    text = f"{value:.{decimals}f}" if _fits(value, decimals) else quantity(value)
    return f"+{text}" if signed and value > 0 else text


def _fits(value: float, decimals: int) -> bool:
    if value == 0 or not _is_fixed(value):
        return False
    return _exponent(value) + 1 + decimals >= _LEAST_DIGITS or float(f"{value:.{decimals}f}") == value


def _at_the_point(cell: str) -> tuple[str, str]:
    point = next((index for index, character in enumerate(cell) if character in ".e"), len(cell))
    return cell[:point], cell[point:]
