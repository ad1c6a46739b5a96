"""The reports of `mae-train` and `mae-eval` on several quantiles, for people."""

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.gates import gate_lines
from mae_cli.report.intervals import interval_cautions
from mae_cli.report.names import evaluation_rows, model_place, shortened, training_rows
from mae_cli.report.numbers import aligned, counted, duration, percent, quantity
from mae_cli.report.quantile_coefficients import in_order, is_marked, quantile_coefficients
from mae_cli.report.quantile_process import CoefficientProcess
from mae_cli.report.tables import AlignedTable
from mae_cli.results.evaluation import IntervalScore, QuantileEvaluation
from mae_cli.results.training import Calibrated, FitReport, QuantileReport
from mae_cli.solvers.solution import Status

# A p-value below this is no longer told.
_LEAST_P = 0.001
_UNLIKELY = 0.05


def show_quantiles(console: Console, report: QuantileReport) -> None:
    """Print what was fitted, what is proved, how many rows lie below each line, and the coefficients side by side."""
    room = room_on(console)
    notes = _notes(report)
    paragraph = [Text("\n".join(notes))] if notes else []
    blocks: list[RenderableType] = (
        [quantile_coefficients(report.fits, room)]
        if report.squared is None
        else _processes(report, report.squared, room)
    )
    show(console, [_opening(report, room), _proof(report), _scores(report), *blocks, *paragraph, _closing(report)])


def show_quantile_evaluation(console: Console, report: QuantileEvaluation) -> None:
    """Print the loss and the coverage of each quantile, and of the prediction interval."""
    room = room_on(console)
    title = f"{_names(report.quantiles)} of {shortened(visible(report.target), room.name)} scored"
    opening = Text().append(title, "bold").append(f" · {visible(report.model)} on {visible(report.source)}\n")
    opening.append(evaluation_rows(report.rows))
    columns = [
        aligned([_pinball(each.model.pinball, each.model.mae) for each in report.scores]),
        [_share(each.coverage) for each in report.scores],
    ]
    names, headings = [f"{each:g}" for each in report.quantiles], ["quantile", "pinball loss", "at or below"]
    blocks: list[RenderableType] = []
    if report.rivals is not None:
        headings.insert(2, "against")
        columns.insert(1, aligned([_pinball(each.metrics.pinball, each.metrics.mae) for each in report.rivals]))
        blocks.append(Text(f'"against" is {visible(report.rivals[0].model)}, on the same rows.'))
    if report.interval is not None:
        blocks.append(_interval(report.interval))
    if report.gates:
        blocks.append(gate_lines(report.gates))
    show(console, [opening, AlignedTable(headings, list(zip(names, *columns, strict=True))), *blocks])


def _interval(interval: IntervalScore) -> Text:
    return Text(
        f"The prediction interval for {100 * interval.coverage:g}% of new rows covers {percent(interval.share)} of "
        f"these (95% interval {percent(interval.low)} to {percent(interval.high)}), and is "
        f"{quantity(interval.width)} wide on average."
    )


def _names(quantiles: Sequence[float]) -> str:
    names = [f"{each:g}" for each in quantiles]
    return f"Quantiles {', '.join(names[:-1])} and {names[-1]}"


def _opening(report: QuantileReport, room: Room) -> Text:
    target = shortened(visible(report.target), room.name)
    title = f"{_names(report.quantiles)} of {target} on {counted(report.rows.used, 'row')}"
    if report.weight is not None:
        title += f", weighted by {shortened(visible(report.weight), room.name)}"
    return Text().append(title, "bold").append(f" · {visible(report.source)}\n{training_rows(report.rows)}")


def _proof(report: QuantileReport) -> Text:
    unproved = _unproved(report)
    if unproved:
        return Text().append(f"not proved optimal at {', '.join(unproved)}", "bold")
    claim = "no linear model on these columns has a smaller pinball loss at any of these quantiles."
    return Text().append("proved optimal", "bold green").append(f": {claim}")


def _unproved(report: QuantileReport) -> list[str]:
    return [f"{fit.quantile:g}" for fit in report.fits if fit.certificate.status is not Status.OPTIMAL]


def _scores(report: QuantileReport) -> AlignedTable:
    fits = report.fits
    headings = ["quantile", "training\npinball loss", "training\nat or below"]
    columns = [aligned([_pinball(fit.train.model.pinball, fit.train.model.mae) for fit in fits])]
    columns.append([_share(fit.train.coverage) for fit in fits])
    if all(fit.holdout is not None for fit in fits):
        held = [fit.holdout for fit in fits if fit.holdout is not None]
        headings += ["holdout\npinball loss", "holdout\nat or below"]
        columns.append(aligned([_pinball(each.model.pinball, each.model.mae) for each in held]))
        columns.append([_share(each.coverage) for each in held])
    names = [f"{each:g}" for each in report.quantiles]
    return AlignedTable(headings, list(zip(names, *columns, strict=True)))


def _pinball(pinball: float | None, mae: float) -> float:
    """That of the median is half of the MAE."""
    return 0.5 * mae if pinball is None else pinball


def _share(coverage: tuple[float, float] | None) -> str:
    return "" if coverage is None else percent(coverage[0])


def _processes(report: QuantileReport, squared: FitReport, room: Room) -> list[RenderableType]:
    """A drawing for each coefficient, the largest effect of all quantiles first."""
    drawn: list[RenderableType] = []
    for place in in_order(report.fits)[: room.terms]:
        effects = [fit.effects[place] for fit in report.fits]
        name = shortened(effects[0].column.label, room.name)
        drawn.append(CoefficientProcess(name, report.quantiles, effects, squared.effects[place].value))
    sure = ", with its interval" if report.fits[0].intervals is not None else ""
    return [*drawn, Text(f"● the coefficient at each quantile{sure}; │ that of least squares; ┊ zero.")]


def _notes(report: QuantileReport) -> list[str]:
    notes = []
    found = [fit.intervals for fit in report.fits if fit.intervals is not None]
    if found:
        marked = any(is_marked(fit) for fit in report.fits)
        notes += ["· marks coefficients whose interval holds 0."] if marked and report.squared is None else []
        notes += dict.fromkeys(each for intervals in found for each in interval_cautions(intervals))
    if report.slopes is not None:
        p_value = report.slopes.p_value
        chance = f"p < {_LEAST_P:g}" if p_value < _LEAST_P else f"p = {p_value:.2g}"
        verdict = (
            "The slopes differ between the quantiles: the spread of the target depends on the columns"
            if p_value < _UNLIKELY
            else "The slopes may be the same at all quantiles"
        )
        notes.append(f"{verdict} (F = {quantity(report.slopes.statistic)}, {chance}).")
    if report.crossing:
        notes.append(
            f"In {counted(report.crossing, 'training row')} the lines of two quantiles cross; predictions are sorted."
        )
    if report.calibrated is not None:
        notes.append(_calibrated(report.calibrated))
    return notes


def _calibrated(calibrated: Calibrated) -> str:
    share, change = f"{100 * calibrated.coverage:g}%", "wider" if calibrated.margin >= 0 else "narrower"
    place = "held out" if calibrated.source is None else f"of {visible(calibrated.source)}"
    text = (
        f"Prediction intervals cover {share} of new rows like these, whatever the model: on "
        f"{counted(calibrated.rows, 'row')} {place} they were made {quantity(abs(calibrated.margin))} {change} at "
        f"each end, and are {quantity(calibrated.width)} wide on average."
    )
    if calibrated.holdout is not None:
        text += f" On the holdout they cover {percent(calibrated.holdout)}."
    return text


def _closing(report: QuantileReport) -> Text:
    """`proved optimal · model.json · 0.8 s`."""
    proved = not _unproved(report)
    parts = ["proved optimal" if proved else "not proved optimal", model_place(report.model)]
    return Text(" · ".join([*parts, duration(report.seconds.total)]), "bold")
