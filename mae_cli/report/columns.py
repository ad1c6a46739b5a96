"""What `mae-train --columns` shows, for people."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from mae_cli.messages import as_given, visible
from mae_cli.report.console import room_on, show
from mae_cli.report.names import shortened
from mae_cli.report.numbers import count, counted
from mae_cli.report.tables import AlignedTable
from mae_cli.results.survey import Survey, Surveyed


def show_columns(console: Console, survey: Survey) -> None:
    """Print every column with what it would be used as, its missing cells, and its range or most frequent levels."""
    room = room_on(console)
    names = [shortened(visible(column.column), room.name) for column in survey.columns]
    use, *uses = _to_the_left(["use", *(column.use for column in survey.columns)])
    missing = ["" if column.missing is None else count(column.missing) for column in survey.columns]
    content, *contents = _to_the_left(["content", *map(_content, survey.columns)])
    title = f"{counted(len(names), 'column')} of {counted(survey.rows, 'row')}"
    heading = Text().append(title, "bold").append(f" · {visible(survey.source)}")
    rows = list(zip(names, uses, missing, contents, strict=True))
    show(console, [heading, AlignedTable(("column", use, "missing", content), rows)])


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
