"""Tables as values, and two ways to show them: in a terminal and in a Markdown document."""

from __future__ import annotations

from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """A title, headings and lines of cells, notes below; without lines, a title and the reason why.

    Attributes:
        text_columns: so many columns on the left are words, the others numbers.
    """

    title: str
    headings: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    text_columns: int = 1


def show(table: Table, *, markdown: bool) -> None:
    """Print a table."""
    (_print_markdown if markdown else _print_terminal)(table)


def number(value: float | None, pattern: str) -> str:
    """Format a number, or show that there is none."""
    return NOTHING if value is None else format(value, pattern)


def three_digits(value: float | None) -> str:
    """Format a number to three significant digits, or to a whole number when it has more."""
    return NOTHING if value is None else f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def ratio(value: float | None, yardstick: float | None) -> str:
    """Format value / yardstick, or show that one of them is missing."""
    return three_digits(value / yardstick if value is not None and yardstick else None)


def gibibytes(value: int | None) -> str:
    """Format a number of bytes in GiB."""
    return number(None if value is None else value / 2**30, ".2f")


def _print_terminal(table: Table) -> None:
    console = Console()
    console.print()
    console.print(Text(table.title, style="bold"))
    if table.lines:
        grid = RichTable(box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
        for place, heading in enumerate(table.headings):
            grid.add_column(heading, justify="left" if place < table.text_columns else "right", no_wrap=True)
        for line in table.lines:
            grid.add_row(*map(Text, line))
        console.print(grid)
    for note in table.notes:
        console.print(Text(note), soft_wrap=not console.is_terminal)


def _print_markdown(table: Table) -> None:
    print(f"\n**{table.title}**")
    if table.lines:
        print()
        rules = ["---" if place < table.text_columns else "---:" for place in range(len(table.headings))]
        for line in (table.headings, rules, *table.lines):
            print(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |")
    for note in table.notes:
        print(f"\n{note}")
