"""The report of `mae-eval` on several quantiles, for people."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.gates import gate_lines
from mae_cli.report.names import evaluation_rows, quantile_names, shortened, target_name
from mae_cli.report.numbers import aligned, percent, quantity
from mae_cli.report.scores import covered
from mae_cli.report.tables import AlignedTable
from mae_cli.results.evaluation import IntervalScore, QuantileEvaluation, WorstQuantileRow

# Of more quantiles only the outer two stand beside the worst rows.
_SIDE_BY_SIDE = 5


def show_quantile_evaluation(console: Console, report: QuantileEvaluation) -> None:
    """Print the loss and the coverage of each quantile, and of the prediction interval; and what else was asked for."""
    room = room_on(console)
    blocks: list[RenderableType] = [_opening(report, room), _scores(report)]
    if report.rivals is not None:
        blocks.append(Text(f'"against" is {visible(report.rivals[0].model)}, on the same rows.'))
    if report.interval is not None:
        blocks.append(_interval(report.interval))
    if report.worst is not None:
        blocks.append(_worst(report, report.worst, room))
    if report.gates:
        blocks.append(gate_lines(report.gates))
    show(console, blocks)


def _opening(report: QuantileEvaluation, room: Room) -> Text:
    target = target_name(report.target, report.target_unit, room.name)
    title = f"{quantile_names(report.quantiles)} of {target} scored"
    places = f" · {visible(report.model)} on {visible(report.source)}\n"
    return Text().append(title, "bold").append(places + evaluation_rows(report.rows))


def _scores(report: QuantileEvaluation) -> AlignedTable:
    names, headings = [f"{each:g}" for each in report.quantiles], ["quantile", "pinball loss", "at or below"]
    columns = [aligned([each.model.pinball_loss for each in report.scores]), list(map(covered, report.scores))]
    if report.rivals is not None:
        headings.insert(2, "against")
        columns.insert(1, aligned([each.metrics.pinball_loss for each in report.rivals]))
    return AlignedTable(headings, list(zip(names, *columns, strict=True)))


def _interval(interval: IntervalScore) -> Text:
    return Text(
        f"The prediction interval for {100 * interval.coverage:g}% of new rows covers {percent(interval.share)} of "
        f"these (95% interval {percent(interval.low)} to {percent(interval.high)}), and is "
        f"{quantity(interval.width)} wide on average."
    )


def _worst(report: QuantileEvaluation, rows: Sequence[WorstQuantileRow], room: Room) -> RenderableType:
    if not rows:
        return Text("No row lies outside of the prediction interval.")
    if report.interval is None:
        title, columns = "The rows with the largest sums of pinball losses:", _losses(report.quantiles, rows)
    else:
        title, columns = "The rows farthest outside of the prediction interval:", _outside(rows)
    shown = {_cell(name, room): [_cell(row.shown[name], room) for row in rows] for name in rows[0].shown}
    places = {rows[0].unit: [visible(row.position) for row in rows]}
    target = {_cell(report.target, room): aligned([row.target for row in rows])}
    headings, cells = zip(*(pair for each in (places, shown, target, columns) for pair in each.items()), strict=True)
    return Group(Text(title), AlignedTable(headings, list(zip(*cells, strict=True))))


def _outside(rows: Sequence[WorstQuantileRow]) -> dict[str, list[str]]:
    intervals = [row.interval for row in rows if row.interval is not None]
    lower, upper = (aligned(list(ends)) for ends in zip(*intervals, strict=True))
    return {"lower": lower, "upper": upper, "outside": aligned([row.outside for row in rows], signed=True)}


def _losses(quantiles: Sequence[float], rows: Sequence[WorstQuantileRow]) -> dict[str, list[str]]:
    places = range(len(quantiles)) if len(quantiles) <= _SIDE_BY_SIDE else (0, len(quantiles) - 1)
    predictions = {f"{quantiles[place]:g}": aligned([row.predictions[place] for row in rows]) for place in places}
    return predictions | {"sum of losses": aligned([row.pinball for row in rows])}


def _cell(text: str, room: Room) -> str:
    return shortened(visible(text), room.name)
