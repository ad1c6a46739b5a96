"""Numbers for people: four significant digits, never cut, the same in every locale."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context

from mae_cli import messages
from mae_cli.messages import decimals_of, exponent_of, fixed, is_fixed

UNDEFINED = "–"
"""Shown for a number that does not exist, such as R² of a constant target."""

ROUNDING = 1e-12
"""A smaller share of a loss is nothing but the rounding of floating-point numbers."""

_LEAST_DIGITS = 2  # a cell that would keep fewer in the column's decimals gets decimals of its own
_TWO_DIGITS_UP = Context(prec=2, rounding=ROUND_CEILING)


def count(number: int) -> str:
    """A count with thousands separators: `10,000`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A count with its noun: `1 row`, `10,000 rows`, `3 passes`."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def quantity(value: float | None, digits: int = 4) -> str:
    """One number with four significant digits, as sentences have it; `–` where there is none."""
    return UNDEFINED if value is None else messages.quantity(value, digits)


def common_decimals(values: Sequence[float | None]) -> int:
    """How many decimals give the largest number that is not scientific four digits; none where all are whole."""
    plain = [value for value in values if value is not None and is_fixed(value)]
    if all(value == int(value) for value in plain):
        return 0
    return decimals_of(max(map(abs, plain)))


def aligned(values: Sequence[float | None], *, decimals: int | None = None, signed: bool = False) -> list[str]:
    """The numbers of one table column as texts of equal width with the decimal points in line.

    All have the same decimals, by default those of the largest; a number too small for them is given as many as it
    needs. `signed` writes a plus before positive numbers.
    """
    shared = common_decimals(values) if decimals is None else decimals
    return in_line([cell(value, shared, signed=signed) for value in values])


def cell(value: float | None, decimals: int, *, signed: bool = False) -> str:
    """A number in a column with that many decimals; more where it would keep fewer than two digits."""
    if value is None:
        return UNDEFINED
    if value == 0:
        text = fixed(0.0, decimals)
    elif is_fixed(value):
        text = fixed(value, decimals if _fits(value, decimals) else decimals_of(value, _LEAST_DIGITS))
    else:
        text = quantity(value)
    return f"+{text}" if signed and value > 0 else text


def signed(change: float) -> str:
    """A change with four significant digits and its sign: `+110.1`, `-0.04580`, `0`."""
    return f"+{quantity(change)}" if change > 0 else quantity(change)


def in_line(cells: Sequence[str]) -> list[str]:
    """The cells of a column padded to one width, their decimal points in line."""
    parts = [_at_the_point(text) for text in cells]
    left = max((len(head) for head, _ in parts), default=0)
    right = max((len(tail) for _, tail in parts), default=0)
    return [head.rjust(left) + tail.ljust(right) for head, tail in parts]


def percent(share: float) -> str:
    """A share as a percentage with one decimal: `4.1%`, `12.3%`."""
    return f"{100 * share:.1f}%"


def about(share: float) -> str:
    """A share as a percentage with two digits, however small: `16%`, `0.0041%`; `0%` for what is rounding alone."""
    return _in_percent(float(f"{share:.1e}")) if share > ROUNDING else "0%"


def at_most(share: float) -> str:
    """A bound on a share, rounded upwards so that the statement stays true: `4.1%`, `0.000000031%`; or `rounding`."""
    return _in_percent(float(_TWO_DIGITS_UP.create_decimal(repr(share)))) if share > ROUNDING else "rounding"


def duration(seconds: float) -> str:
    """A time: `12 ms`, `0.8 s`, `154 s`, `9 min`."""
    if seconds < 0.0995:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 599.5 else f"{seconds / 60:,.0f} min"


def _fits(value: float, decimals: int) -> bool:
    return exponent_of(value) + 1 + decimals >= _LEAST_DIGITS or float(f"{value:.{decimals}f}") == value


def _in_percent(share: float) -> str:
    text = fixed(100 * share, decimals_of(100 * share, 2))
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def _at_the_point(text: str) -> tuple[str, str]:
    head, point, tail = text.partition(".")
    return head, point + tail
