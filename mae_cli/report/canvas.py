"""Character canvases for lines: braille where the terminal can show it, plain ASCII elsewhere."""

from collections.abc import Sequence
from typing import Protocol

from rich.text import Text

_BRAILLE = 0x2800
# Bits of the 2 × 4 dots of a braille cell, by [row][column].
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_PATTERNS = ((True,), (True, False, False))
_MARKS = "*o"


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
