"""Tables that are never cut: calm, aligned, and whole at any width of the terminal."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

SEPARATOR = "   "
"""What stands between two columns."""
_CLOSE = "  "
_BLANKS = re.compile(" {2,}")


@dataclass(frozen=True)
class AlignedTable:
    """Names on the left, numbers on the right, below bold headings.

    Numbers keep the blanks after them that put their decimal points in line, which `rich.table` would strip. A
    terminal too narrow for that has them closer together, without these blanks, and headings that break after commas;
    one that is too narrow for that, too, each row as a list of its cells; nothing is ever cut.

    Attributes:
        headings: one for each column; a line break makes a second line.
        rows: the cells, all rows as long as the headings; one with a name alone does not widen its column.
        bold: indices of the rows that are set in bold.
        footer: a line below the table that does not widen its columns.
        separator: what stands between two columns.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    bold: frozenset[int] = frozenset()
    footer: str | None = None
    separator: str = SEPARATOR

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table line by line."""
        fitting = (each for each in (self, self._closer) if not console.is_terminal or each.width <= options.max_width)
        table = next(fitting, None)
        yield from self._lists() if table is None else table.lines()
        if self.footer is not None:
            yield Text(self.footer)

    @property
    def width(self) -> int:
        """Terminal cells that it takes."""
        return sum(self._widths) + len(self.separator) * (len(self._widths) - 1)

    @cached_property
    def _widths(self) -> list[int]:
        measured = [row for row in self.rows if any(row[1:])]
        return [max(map(cell_len, column)) for column in zip(*_heading_lines(self.headings), *measured, strict=True)]

    @property
    def _closer(self) -> "AlignedTable":
        rows = [(name, *map(_compact, cells)) for name, *cells in self.rows]
        headings = [heading.replace(", ", ",\n") for heading in self.headings]
        return replace(self, headings=headings, rows=rows, separator=_CLOSE)

    def lines(self) -> Iterator[Text]:
        """The headings and the rows."""
        yield from (self._line(heading, "bold") for heading in _heading_lines(self.headings))
        yield from (self._line(row, self._style(index)) for index, row in enumerate(self.rows))

    def _line(self, cells: Sequence[str], style: str) -> Text:
        if not any(cells[1:]):
            return Text(cells[0], style)
        blanks = [" " * (width - cell_len(cell)) for cell, width in zip(cells, self._widths, strict=True)]
        numbers = [blank + cell for blank, cell in zip(blanks[1:], cells[1:], strict=True)]
        return _whole(self.separator.join([cells[0] + blanks[0], *numbers]).rstrip(), style)

    def _lists(self) -> Iterator[Text]:
        title, *names = [heading.replace("\n", " ") for heading in self.headings]
        if title:
            yield Text(title, "bold")
        for index, (term, *cells) in enumerate(self.rows):
            yield Text(term, self._style(index))
            for name, cell in zip(names, cells, strict=True):
                if cell.strip():
                    yield Text(f"  {name.strip()}: {_compact(cell)}", self._style(index))

    def _style(self, index: int) -> str:
        return "bold" if index in self.bold else ""


def _heading_lines(headings: Sequence[str]) -> list[list[str]]:
    """The headings as lines of cells, the short ones at the bottom."""
    stacks = [heading.split("\n") for heading in headings]
    height = max(map(len, stacks))
    padded = [[""] * (height - len(stack)) + stack for stack in stacks]
    return [list(line) for line in zip(*padded, strict=True)]


def _compact(cell: str) -> str:
    """Without the blanks that put cells in line."""
    return _BLANKS.sub(" ", cell.strip())


def _whole(text: str, style: str = "") -> Text:
    return Text(text, style, no_wrap=True, overflow="ignore")
