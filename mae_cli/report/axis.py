"""Axes with round ticks: 1-2-5 for short ranges and for steps, decades for long logarithmic ranges."""

import math
from dataclasses import dataclass

_ONE_TWO_FIVE = (1, 2, 5)
_DECADES = (1, 2, 3, 4, 5, 10, 20, 50, 100, 200)
_SMALLEST_PLAIN, _LARGEST_PLAIN = -4, 5  # decades of percentages that are written out
_ROUNDING = 1e-9  # in decades: a value this close to a tick is on it


@dataclass(frozen=True)
class LogAxis:
    """A logarithmic axis.

    Attributes:
        low, high: its ends, as decimal logarithms.
        ticks: decimal logarithm and label of each tick, the largest first.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


def log_axis(smallest: float, largest: float, most: int = 5) -> LogAxis:
    """The axis around [smallest, largest], with a tick at each end and at least three in all.

    The ticks are 1-2-5 numbers where `most` intervals reach, else powers of ten at equal distances. Labels are in
    percent.
    """
    low, high = math.log10(smallest), math.log10(largest)
    last = math.ceil(_rank(high) - _ROUNDING)
    first = min(math.floor(_rank(low) + _ROUNDING), last - 2)
    if last - first <= most:
        return _axis([_round_number(rank) for rank in range(first, last + 1)])
    spans = ((every, math.floor(low / every + _ROUNDING), math.ceil(high / every - _ROUNDING)) for every in _DECADES)
    every, first, last = next(span for span in spans if span[2] - span[1] <= most)
    return _axis([(1, every * multiple) for multiple in range(first, last + 1)])


def step_ticks(last: int, intervals: int) -> list[int]:
    """Multiples of a 1-2-5 number from 0 up to `last`, with at most `intervals` intervals."""
    return list(range(0, last + 1, next_round(last / max(1, intervals))))


def next_round(value: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that is at least `value`."""
    if value <= 1:
        return 1
    digit, exponent = _round_number(math.ceil(_rank(math.log10(value)) - _ROUNDING))
    return digit * int(10**exponent)


def _rank(logarithm: float) -> float:
    """The place of the number in …, 0.5, 1, 2, 5, 10, …: 1 has rank 0, 2 has 1, 5 has 2, 10 has 3."""
    decade = math.floor(logarithm + _ROUNDING)
    digit = 10 ** (logarithm - decade)
    below = max((rank for rank in range(3) if _ONE_TWO_FIVE[rank] <= digit * (1 + _ROUNDING)), default=0)
    is_round = math.isclose(digit, _ONE_TWO_FIVE[below], rel_tol=_ROUNDING)
    return 3 * decade + below + (0 if is_round else 0.5)


def _round_number(rank: int) -> tuple[int, int]:
    return _ONE_TWO_FIVE[rank % 3], rank // 3


def _axis(numbers: list[tuple[int, int]]) -> LogAxis:
    positions = [math.log10(digit) + exponent for digit, exponent in numbers]
    labels = [_percent(digit, exponent + 2) for digit, exponent in numbers]
    return LogAxis(positions[0], positions[-1], tuple(zip(positions, labels, strict=True))[::-1])


def _percent(digit: int, exponent: int) -> str:
    """`100%`, `0.01%`, `1e-6%`."""
    if not _SMALLEST_PLAIN <= exponent <= _LARGEST_PLAIN:
        return f"{digit}e{exponent}%"
    return f"{digit * 10**exponent:,}%" if exponent >= 0 else f"{digit * 10.0**exponent:.{-exponent}f}%"
