"""What lines are drawn with: canvases of characters, and axes with round ticks.

A canvas is of braille where the terminal can show it, of plain ASCII elsewhere. Ticks are 1-2-5 for short ranges and
for steps, decades for long logarithmic ranges.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.text import Text

_BRAILLE = 0x2800
# Bits of the 2 × 4 dots of a braille cell, by [row][column].
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_PATTERNS = ((True,), (True, False, False))
_MARKS = "*o"

_ONE_TWO_FIVE = (1, 2, 5)
_DECADES = (1, 2, 3, 4, 5, 10, 20, 50, 100, 200)
_SMALLEST_PLAIN, _LARGEST_PLAIN = -4, 5  # decades of percentages that are written out
_ROUNDING = 1e-9  # in decades: a value this close to a tick is on it


class Canvas(Protocol):
    """A grid of character cells, each made of dots; dot (0, 0) is at the upper left.

    Attributes:
        columns, rows: size in character cells.
        across, down: dots in one cell.
    """

    columns: int
    rows: int
    across: int
    down: int

    def mark(self, x: int, y: int, series: int) -> None:
        """Set the dot (x, y) for a series."""

    def row(self, index: int, styles: Sequence[str]) -> Text:
        """One row of characters, each in the style of its series."""

    def sample(self, series: int) -> str:
        """What the line of a series looks like, for the legend."""


class BrailleCanvas:
    """2 × 4 dots a cell; the second series is drawn with gaps."""

    across, down = 2, 4

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells: dict[tuple[int, int], tuple[int, int]] = {}
        self._steps = [0, 0]

    def mark(self, x: int, y: int, series: int) -> None:
        """Set the dot (x, y), unless it falls in a gap of the series' line."""
        pattern = _PATTERNS[series]
        self._steps[series] += 1
        if not pattern[self._steps[series] % len(pattern) - 1]:
            return
        cell = (y // 4, x // 2)
        bits, owner = self._cells.get(cell, (0, series))
        self._cells[cell] = (bits | _DOTS[y % 4][x % 2], owner)

    def row(self, index: int, styles: Sequence[str]) -> Text:
        """One row of braille characters."""
        text = Text()
        for column in range(self.columns):
            bits, owner = self._cells.get((index, column), (0, 0))
            text.append(chr(_BRAILLE + bits) if bits else " ", styles[owner] if bits else "")
        text.rstrip()
        return text

    def sample(self, series: int) -> str:
        """A level stretch of the line."""
        return "⠒⠒⠒⠒" if series == 0 else "⠂⠐⠀⠂"


class AsciiCanvas:
    """One dot a cell; each series has its own character."""

    across, down = 1, 1

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells: dict[tuple[int, int], int] = {}

    def mark(self, x: int, y: int, series: int) -> None:
        """Put the series' character at (x, y), unless an earlier series is there."""
        self._cells.setdefault((y, x), series)

    def row(self, index: int, styles: Sequence[str]) -> Text:
        """One row of characters."""
        text = Text()
        for column in range(self.columns):
            series = self._cells.get((index, column))
            text.append(" " if series is None else _MARKS[series], "" if series is None else styles[series])
        text.rstrip()
        return text

    def sample(self, series: int) -> str:
        """The series' character, three times."""
        return _MARKS[series] * 3


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
