"""Columns of numbers side by side, such as the coefficients of several quantiles: a table at any width."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from mae_cli.report.blocks import Blocks
from mae_cli.report.names import shortened
from mae_cli.report.numbers import in_line
from mae_cli.report.tables import AlignedTable

# Terminal cells of a name where a line has no room for all columns.
_SHORT_NAME = 22


@dataclass(frozen=True)
class NumberColumn:
    """A column of a table of terms.

    Attributes:
        heading: above it.
        cells: with their decimal points in line.
        close: the same in as few terminal cells as they take.
    """

    heading: str
    cells: Sequence[str]
    close: Sequence[str]

    @classmethod
    def of(cls, heading: str, numbers: Sequence[str]) -> "NumberColumn":
        """The numbers, which this puts in line."""
        return cls(heading, in_line(numbers), numbers)

    def spread(self, blocks: Blocks) -> "NumberColumn":
        """The cells of coefficients, with nothing beside the other lines."""
        return NumberColumn(self.heading, blocks.spread(self.cells), blocks.spread(self.close))


@dataclass(frozen=True)
class SideBySide:
    """A table as wide as the terminal allows.

    The decimal points of a column are in line where there is room for that. Else numbers stand at the right, closer
    together, with shorter names; and columns that find no room so stand in a table of their own below.

    Attributes:
        names: of the terms.
        columns: beside them.
        footer: a line below.
    """

    names: Sequence[str]
    columns: Sequence[NumberColumn]
    footer: str | None = None

    @classmethod
    def of(cls, blocks: Blocks, columns: Sequence[NumberColumn]) -> "SideBySide":
        """The coefficients of blocks."""
        names = [line.name for line in blocks.lines]
        return cls(names, [column.spread(blocks) for column in columns], blocks.footer())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or those that it takes."""
        rows = list(zip(self.names, *(column.cells for column in self.columns), strict=True))
        table = AlignedTable(["term", *(column.heading for column in self.columns)], rows, footer=self.footer)
        if not console.is_terminal or table.width <= options.max_width:
            yield table
            return
        for number, each in enumerate(self._closely(self.columns, options.max_width)):
            yield from [Text()] * (number > 0)
            yield each
        if self.footer is not None:
            yield Text(self.footer)

    def _closely(self, columns: Sequence[NumberColumn], width: int) -> Iterator[AlignedTable]:
        """These columns in one table, or one half of them after the other."""
        cells = list(zip(*(column.close for column in columns), strict=True))
        names = [
            shortened(name, _SHORT_NAME if any(each) else None) for name, each in zip(self.names, cells, strict=True)
        ]
        rows = [(name, *each) for name, each in zip(names, cells, strict=True)]
        table = AlignedTable(["term", *(column.heading for column in columns)], rows, separator="  ")
        if table.width <= width or len(columns) == 1:
            yield table
            return
        half = (len(columns) + 1) // 2
        yield from self._closely(columns[:half], width)
        yield from self._closely(columns[half:], width)
