"""The report of `mae-train`, for people."""

from rich.console import Console, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.certificate import certificate_text
from mae_cli.report.coefficients import coefficients
from mae_cli.report.compare import comparison_blocks, loss_series
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.curve import LossCurve
from mae_cli.report.names import fit_name, round_name, shortened, training_rows
from mae_cli.report.numbers import counted, duration
from mae_cli.report.scores import fit_scores
from mae_cli.results import TrainReport


def show_training(console: Console, report: TrainReport) -> None:
    """Print what was fitted, how it went, what is proved about it, how good it is, and the coefficients."""
    room = room_on(console)
    if report.comparison is None:
        blocks = _fit_blocks(report, room)
    else:
        blocks = comparison_blocks(report, report.comparison, room)
    show(console, [_opening(report, room), *blocks, _closing(report)])


def _opening(report: TrainReport, room: Room) -> Text:
    target = shortened(visible(report.target), room.name)
    size = f"{counted(report.rows.used, 'row')}, {counted(report.columns, 'coefficient')}"
    title = f"{fit_name(report.fit.loss, report.fit.quantile)} of {target} on {size}"
    if report.weight is not None:
        title += f", weighted by {shortened(visible(report.weight), room.name)}"
    return Text().append(title, "bold").append(f" · {visible(report.source)}\n{training_rows(report.rows)}")


def _fit_blocks(report: TrainReport, room: Room) -> list[RenderableType]:
    fit = report.fit
    return [
        LossCurve((loss_series(fit),), round_name(fit.solver)),
        certificate_text(fit),
        *fit_scores(fit),
        *coefficients(report, room),
    ]


def _closing(report: TrainReport) -> Text:
    seconds = report.seconds
    times = f"read {duration(seconds.read)}, fit {duration(seconds.fit)}, total {duration(seconds.total)}"
    if report.model is None:
        return Text(f"No model was written · {times}")
    place = "standard output" if report.model == "-" else visible(report.model)
    return Text(f"Model written to {place} · {times}")
