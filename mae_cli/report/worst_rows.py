"""The rows that a model is farthest from: of one quantile and of several, in one layout.

The place of a row, the columns that name it, the target, what is predicted, and how far that is from the target.
"""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.console import Room
from mae_cli.report.names import shortened
from mae_cli.report.numbers import aligned
from mae_cli.report.tables import AlignedTable
from mae_cli.results.evaluation import WorstQuantileRow, WorstRow


def worst_table(rows: Sequence[WorstRow], target: str, room: Room) -> RenderableType:
    """The rows with the largest residuals."""
    columns = {
        "prediction": aligned([row.prediction for row in rows]),
        "residual": aligned([row.residual for row in rows], signed=True),
    }
    return _table("The rows with the largest residuals:", rows, target, columns, room)


def worst_quantiles_table(
    rows: Sequence[WorstQuantileRow], quantiles: Sequence[float], target: str, room: Room
) -> RenderableType:
    """The rows farthest outside of the prediction interval or, without one, with the largest losses."""
    if not rows:
        return Text("No row lies outside of the prediction interval.")
    if rows[0].interval is None:
        title, columns = "The rows with the largest sums of pinball losses:", _losses(quantiles, rows)
    else:
        title, columns = "The rows farthest outside of the prediction interval:", _outside(rows)
    return _table(title, rows, target, columns, room)


def _table(
    title: str,
    rows: Sequence[WorstRow] | Sequence[WorstQuantileRow],
    target: str,
    columns: Mapping[str, Sequence[str]],
    room: Room,
) -> Group:
    """The columns beside the place of each row, what is shown of it, and its target."""
    shown = [[_cell(row.shown[name], room.name) for row in rows] for name in rows[0].shown]
    names = [_cell(name, room.heading) for name in (*rows[0].shown, target)]
    cells = [[visible(row.position) for row in rows], *shown, aligned([row.target for row in rows]), *columns.values()]
    return Group(Text(title), AlignedTable([rows[0].unit, *names, *columns], list(zip(*cells, strict=True))))


def _outside(rows: Sequence[WorstQuantileRow]) -> dict[str, list[str]]:
    """What `mae-predict` writes, and how far the target is from it."""
    intervals = [row.interval for row in rows if row.interval is not None]
    lower, upper = (aligned(list(ends)) for ends in zip(*intervals, strict=True))
    middle = aligned([row.predictions[len(row.predictions) // 2] for row in rows])
    outside = aligned([row.outside for row in rows], signed=True)
    return {"prediction": middle, "lower": lower, "upper": upper, "outside": outside}


def _losses(quantiles: Sequence[float], rows: Sequence[WorstQuantileRow]) -> dict[str, list[str]]:
    """The predictions, of more than three quantiles those of the outer two and the middle, and the loss."""
    places = sorted({0, len(quantiles) // 2, len(quantiles) - 1})
    predictions = {f"{quantiles[place]:g}": aligned([row.predictions[place] for row in rows]) for place in places}
    return predictions | {"sum of\nlosses": aligned([row.pinball for row in rows])}


def _cell(text: str, limit: int | None) -> str:
    return shortened(visible(text), limit)
