"""The report of `mae-eval` on several quantiles, for people."""

from rich.console import Console, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.gates import gate_lines
from mae_cli.report.names import evaluation_rows, quantile_names, target_name
from mae_cli.report.numbers import aligned, percent, quantity
from mae_cli.report.scores import covered, pinball_loss
from mae_cli.report.tables import AlignedTable
from mae_cli.report.worst_rows import worst_quantiles_table
from mae_cli.results.evaluation import IntervalScore, QuantileEvaluation


def show_quantile_evaluation(console: Console, report: QuantileEvaluation) -> None:
    """Print the loss and the coverage of each quantile, and of the prediction interval; and what else was asked for."""
    room = room_on(console)
    blocks: list[RenderableType] = [_opening(report, room), _scores(report)]
    if report.rivals is not None:
        blocks.append(Text(f'"against" is {visible(report.rivals[0].model)}, on the same rows.'))
    if report.interval is not None:
        blocks.append(_interval(report.interval))
    if report.worst is not None:
        blocks.append(worst_quantiles_table(report.worst, report.quantiles, report.target, room))
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
    columns = [aligned([pinball_loss(each.model) for each in report.scores]), list(map(covered, report.scores))]
    if report.rivals is not None:
        headings.insert(2, "against")
        columns.insert(1, aligned([pinball_loss(each.metrics) for each in report.rivals]))
    return AlignedTable(headings, list(zip(names, *columns, strict=True)))


def _interval(interval: IntervalScore) -> Text:
    return Text(
        f"The prediction interval for {100 * interval.coverage:g}% of new rows covers {percent(interval.share)} of "
        f"these (95% interval {percent(interval.low)} to {percent(interval.high)}), and is "
        f"{quantity(interval.width)} wide on average."
    )
