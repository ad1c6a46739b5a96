"""What `mae-train --columns` shows, for people."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from mae_cli.messages import as_given, visible
from mae_cli.report.console import room_on, show
from mae_cli.report.names import shortened
from mae_cli.report.numbers import count, counted
from mae_cli.report.tables import SEPARATOR, AlignedTable
from mae_cli.results.survey import Survey, Surveyed

Row: TypeAlias = tuple[str, str, str]

_EMPTY: tuple[Row, ...] = (("", "", ""),)
_NARROWEST = 16  # a content in fewer cells would be a column of single words


def show_columns(console: Console, survey: Survey) -> None:
    """Print every column with what it would be used as, its missing cells, and its range or most frequent levels."""
    names = [shortened(visible(column.column), _name_room(console)) for column in survey.columns]
    use, *uses = _to_the_left(["use", *(column.use for column in survey.columns)])
    missing = ["" if column.missing is None else count(column.missing) for column in survey.columns]
    room = _content_room(console, [max(map(cell_len, ("column", *names))), cell_len(use), len("missing")])
    contents = [_lines(console, _content(column), room) for column in survey.columns]
    content, *cells = _to_the_left(["content", *(line for lines in contents for line in lines)])
    title = f"{counted(len(names), 'column')} of {counted(survey.rows, 'row')}"
    heading = Text().append(title, "bold").append(f" · {visible(survey.source)}")
    rows = _rows(list(zip(names, uses, missing, strict=True)), contents, cells)
    show(console, [heading, AlignedTable(("column", use, "missing", content), rows)])


def _name_room(console: Console) -> int | None:
    """Terminal cells for a name: a third of a line, so that there is room for what is said of it."""
    room = room_on(console).name
    return None if room is None else min(room, max(16, console.width // 3))


def _content_room(console: Console, widths: Sequence[int]) -> int | None:
    """Terminal cells for the content beside columns of these widths; None where it need not, or cannot, be broken."""
    room = console.width - sum(widths) - len(SEPARATOR) * len(widths)
    return room if console.is_terminal and room >= _NARROWEST else None


def _lines(console: Console, text: str, room: int | None) -> list[str]:
    """The text in lines of so many cells, one at least."""
    if room is None:
        return [text]
    return [line.plain.rstrip() for line in Text(text).wrap(console, room)] or [""]


def _rows(beginnings: Sequence[Row], contents: Sequence[Sequence[str]], cells: Sequence[str]) -> list[tuple[str, ...]]:
    """The rows of a table: one for each line of a content, the first of which stands behind its beginning."""
    starts = [row for row, lines in zip(beginnings, contents, strict=True) for row in (row, *_EMPTY * (len(lines) - 1))]
    return [(*start, cell) for start, cell in zip(starts, cells, strict=True)]


def _to_the_left(words: Sequence[str]) -> list[str]:
    """Words of one width, which a table would set to the right."""
    width = max(map(cell_len, words))
    return [set_cell_size(word, width) for word in words]


def _content(column: Surveyed) -> str:
    if column.reason is not None:
        return visible("; ".join(filter(None, (column.reason, column.remedy))))
    if column.extremes is not None:
        return " to ".join(as_given(each, column.unit) for each in column.extremes)
    levels = ", ".join(f"{visible(level)} ({count(cells)})" for level, cells in column.top)
    more = (column.levels or 0) - len(column.top)
    return levels + (f" and {count(more)} more" if more > 0 else "")
