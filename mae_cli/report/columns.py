"""What `mae-train --columns` shows, for people."""

from rich.console import Console
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.console import room_on, show
from mae_cli.report.names import shortened
from mae_cli.report.numbers import count, counted
from mae_cli.report.tables import AlignedTable
from mae_cli.results.survey import Survey, Surveyed


def show_columns(console: Console, survey: Survey) -> None:
    """Print every column with what it would be used as, its missing cells, and its range or most frequent levels."""
    room = room_on(console)
    rows = [
        (
            shortened(visible(column.column), room.name),
            column.use,
            "" if column.missing is None else count(column.missing),
            _content(column),
        )
        for column in survey.columns
    ]
    title = f"{counted(len(rows), 'column')} of {counted(survey.rows, 'row')}"
    heading = Text().append(title, "bold").append(f" · {visible(survey.source)}")
    show(console, [heading, AlignedTable(("column", "use", "missing", "content"), rows)])


def _content(column: Surveyed) -> str:
    if column.reason is not None:
        return visible("; ".join(filter(None, (column.reason, column.remedy))))
    if column.extremes is not None:
        return f"{column.extremes[0]:.6g} to {column.extremes[1]:.6g}"
    levels = ", ".join(f"{visible(level)} ({count(cells)})" for level, cells in column.top)
    more = (column.levels or 0) - len(column.top)
    return levels + (f" and {count(more)} more" if more > 0 else "")
