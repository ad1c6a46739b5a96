"""The report of `mae-eval`, for people."""

from rich.console import Console
from rich.text import Text

from mae_cli.report.console import Room, room_on, show
from mae_cli.report.numbers import counted
from mae_cli.report.plain import shortened, visible
from mae_cli.report.scores import evaluation_scores
from mae_cli.report.wording import evaluation_rows, fit_name
from mae_cli.reports import EvaluationReport


def show_evaluation(console: Console, report: EvaluationReport) -> None:
    """Print which model was scored on which rows, and its metrics beside the baseline's."""
    show(console, [_opening(report, room_on(console)), *evaluation_scores(report)])


def _opening(report: EvaluationReport, room: Room) -> Text:
    target = shortened(visible(report.target), room.name)
    title = f"{fit_name(report.loss, report.quantile)} of {target}"
    title += f" scored on {counted(report.rows.used, 'row')}"
    if report.weight is not None:
        title += f", weighted by {shortened(visible(report.weight), room.name)}"
    places = f" · {visible(report.model)} on {visible(report.source)}\n"
    return Text().append(title, "bold").append(places + evaluation_rows(report.rows))
