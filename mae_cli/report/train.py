"""The report of `mae-train`, for people; that of `--compare` has the same rows fitted with two losses, side by side."""

from collections.abc import Sequence
from functools import partial

from rich.console import Console, Group, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.certificate import certificate_text
from mae_cli.report.coefficients import coefficients, compared_coefficients
from mae_cli.report.console import Room, show_report
from mae_cli.report.curve import course
from mae_cli.report.importance import importance_table
from mae_cli.report.names import (
    baseline_name,
    fit_name,
    heading,
    minimised_loss,
    shortened,
    target_name,
    training_rows,
)
from mae_cli.report.numbers import aligned, at_most, counted, percent, quantity
from mae_cli.report.scores import comparison_scores, fit_scores, minimised
from mae_cli.report.summary import Summary, summary
from mae_cli.report.tables import AlignedTable
from mae_cli.report.verdict import verdict
from mae_cli.results.training import Comparison, ContestedRow, FitReport, TrainReport
from mae_cli.solvers.solution import Status

# A row with a smaller share of the pull would be listed with 0.0%.
_LEAST_PULL = 0.0005


def show_training(console: Console, report: TrainReport) -> None:
    """Print what was fitted, how it went, what is proved about it, how good it is, and the coefficients."""
    show_report(console, partial(_blocks, report))


def _blocks(report: TrainReport, room: Room) -> list[RenderableType]:
    if report.comparison is None:
        blocks = _fit_blocks(report, room)
    else:
        blocks = _comparison_blocks(report, report.comparison, room)
    return [_opening(report, room), *blocks, _closing(report)]


def _opening(report: TrainReport, room: Room) -> Text:
    target = target_name(report.target, report.target_unit, room.name)
    size = f"{counted(report.rows.used, 'row')}, {counted(report.columns, 'coefficient')}"
    title = f"{fit_name(report.fit.loss, report.fit.quantile)} of {target} on {size}"
    if report.weight is not None:
        title += f", weighted by {shortened(visible(report.weight), room.name)}"
    return Text().append(title, "bold").append(f" · {visible(report.source)}\n{training_rows(report.rows)}")


def _fit_blocks(report: TrainReport, room: Room) -> list[RenderableType]:
    fit = report.fit
    return [
        *_progress(fit, room),
        fit_scores(fit),
        *coefficients(report, room),
        *importance_table(fit, room),
    ]


def _progress(fit: FitReport, room: Room) -> list[RenderableType]:
    """The chart with what is proved right below it."""
    return [Group(*course((fit,), room), certificate_text(fit))]


def _closing(report: TrainReport) -> Summary:
    """`MAE 10.98 · holdout 10.69 (median 25.00) · proved optimal · model.json · 0.8 s`."""
    fit, loss, quantile = report.fit, report.fit.loss, report.fit.quantile
    scored = [each for each in (fit.train, fit.holdout) if each is not None]
    losses = [quantity(minimised(scores.model, loss, quantile)) for scores in scored]
    short = f"{minimised_loss(loss, quantile)} {' · holdout '.join(losses)}"
    full = f"{short} ({baseline_name(loss, quantile)} {quantity(minimised(scored[-1].baseline, loss, quantile))})"
    return summary([full, short], _verdict(fit), report.model, report.seconds.total)


def _verdict(fit: FitReport) -> str:
    match fit.certificate.status:
        case Status.OPTIMAL:
            return "proved optimal"
        case Status.TOLERANCE:
            return f"within {at_most(fit.certificate.relative_gap or 0.0)} of the optimum"
        case Status.LIMIT if fit.reaches_optimum:
            return "at the optimum"
        case Status.LIMIT:
            return "not proved optimal"


def _comparison_blocks(report: TrainReport, comparison: Comparison, room: Room) -> list[RenderableType]:
    """Both curves, certificates, metrics and coefficients; the contested rows; the verdict."""
    fit, other = report.fit, comparison.other
    blocks: list[RenderableType] = [
        *course((fit, other), room),
        *(certificate_text(each, fit_name(each.loss, each.quantile)) for each in (fit, other)),
        *comparison_scores(fit, other),
        *compared_coefficients(report, other, room),
        *importance_table(fit, room),
    ]
    contested = [row for row in comparison.contested if row.pull >= _LEAST_PULL]
    if contested:
        blocks.append(_contested(report, comparison.other, contested, room))
    return [*blocks, Text(visible(verdict(comparison)), style="bold")]


def _contested(report: TrainReport, other: FitReport, rows: Sequence[ContestedRow], room: Room) -> Group:
    names = [heading(fit_name(each.loss, each.quantile)) for each in (report.fit, other)]
    columns = [
        [visible(row.position) for row in rows],
        aligned([row.target for row in rows]),
        aligned([row.predictions[0] for row in rows]),
        aligned([row.predictions[1] for row in rows]),
        [percent(row.pull) for row in rows],
    ]
    headings = [rows[0].unit, shortened(visible(report.target), room.heading), *names, "share of the pull"]
    table = AlignedTable(headings, list(zip(*columns, strict=True)))
    absolute = next(each for each in (report.fit, other) if each.loss == "mae")
    source = fit_name(absolute.loss, absolute.quantile)
    definition = f"share of the pull: residual from the {source} × gap between the fits, as a share of the total."
    return Group(Text("The rows that pull the two fits apart:"), table, Text(definition))
