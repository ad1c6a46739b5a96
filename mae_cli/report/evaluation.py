"""The report of `mae-eval`, for people."""

from rich.console import Console, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.gates import gate_lines
from mae_cli.report.names import evaluation_rows, fit_name, is_pinball, shortened, target_name
from mae_cli.report.numbers import counted, quantity
from mae_cli.report.scores import evaluation_scores
from mae_cli.report.worst_rows import worst_table
from mae_cli.results.evaluation import EvaluationReport
from mae_cli.results.gates import Rival


def show_evaluation(console: Console, report: EvaluationReport) -> None:
    """Print which model was scored on which rows, its metrics beside the baseline's, and what else was asked for."""
    room = room_on(console)
    blocks: list[RenderableType] = [_opening(report, room), *evaluation_scores(report)]
    if is_pinball(report.loss, report.quantile) and report.scores.coverage is not None:
        blocks.append(_coverage(report.quantile, report.scores.coverage[0], report.rival))
    if report.rival is not None:
        blocks.append(_rival(report.rival))
    if report.worst is not None:
        blocks.append(worst_table(report.worst, report.target, room))
    if report.gates:
        blocks.append(gate_lines(report.gates))
    show(console, blocks)


def _opening(report: EvaluationReport, room: Room) -> Text:
    target = target_name(report.target, report.target_unit, room.name)
    title = f"{fit_name(report.loss, report.quantile)} of {target}"
    title += f" scored on {counted(report.rows.used, 'row')}"
    if report.weight is not None:
        title += f", weighted by {shortened(visible(report.weight), room.name)}"
    places = f" · {visible(report.model)} on {visible(report.source)}\n"
    return Text().append(title, "bold").append(places + evaluation_rows(report.rows))


def _coverage(quantile: float, coverage: float, rival: Rival | None) -> Text:
    """The share of the targets that the model has below it, next to the share that it was fitted for."""
    text = f"coverage: {100 * coverage:.1f}% of the targets are at or below the prediction"
    if rival is not None and rival.coverage is not None:
        text += f' ("against": {100 * rival.coverage:.1f}%)'
    return Text(f"{text}; the model was fitted for {100 * quantile:g}%.")


def _rival(rival: Rival) -> Text:
    """What the other model is, and how far the two are apart."""
    text = f'"against" is {visible(rival.model)}, the {fit_name(rival.loss, rival.quantile)}, on the same rows. '
    if rival.difference == 0:
        return Text(f"{text}The {rival.measure_name} of both is the same.")
    comparative = "larger" if rival.difference > 0 else "smaller"
    return Text(f"{text}The {rival.measure_name} of the model is {comparative} by {quantity(abs(rival.difference))}.")
