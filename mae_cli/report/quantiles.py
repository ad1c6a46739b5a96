"""The report of `mae-train` on several quantiles, for people."""

from functools import partial
from statistics import fmean

from rich.console import Console, RenderableType
from rich.text import Text

from mae_cli.inference.values import Caution, SlopesTest, Unavailable
from mae_cli.messages import visible
from mae_cli.report.console import Room, show_report
from mae_cli.report.names import quantile_names, shortened, target_name, training_rows
from mae_cli.report.numbers import aligned, counted, percent, quantity
from mae_cli.report.quantile_coefficients import quantile_coefficients
from mae_cli.report.scores import covered, pinball_loss
from mae_cli.report.summary import Summary, summary
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import Calibrated, FitReport, QuantileReport
from mae_cli.solvers.solution import Status

# A p-value below this is no longer told.
_LEAST_P = 0.001
_UNLIKELY = 0.05
# The losses of no more quantiles than these are told one by one.
_FEW = 5
# Why slopes are not compared, where intervals do not say it.
_NO_TEST = {
    Unavailable.NO_DENSITY: "the density of the rows near the fits cannot be estimated",
    Unavailable.FEW_CLUSTERS: "it needs more clusters than there are differences of slopes",
    Unavailable.MANY_COEFFICIENTS: "there are too many coefficients",
}


def show_quantiles(console: Console, report: QuantileReport) -> None:
    """Print what was fitted, what is proved, how many rows lie below each line, and the coefficients side by side."""
    show_report(console, partial(_blocks, report))


def _blocks(report: QuantileReport, room: Room) -> list[RenderableType]:
    notes = _notes(report)
    paragraph = [Text("\n".join(notes))] if notes else []
    blocks = [_proof(report), _scores(report), *quantile_coefficients(report, room), *paragraph]
    return [_opening(report, room), *blocks, _closing(report)]


def _opening(report: QuantileReport, room: Room) -> Text:
    target = target_name(report.target, report.target_unit, room.name)
    title = f"{quantile_names(report.quantiles)} of {target} on {counted(report.rows.used, 'row')}"
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
    columns = [aligned([pinball_loss(fit.train.model) for fit in fits])]
    columns.append([covered(fit.train) for fit in fits])
    if all(fit.holdout is not None for fit in fits):
        held = [fit.holdout for fit in fits if fit.holdout is not None]
        headings += ["holdout\npinball loss", "holdout\nat or below"]
        columns.append(aligned([pinball_loss(each.model) for each in held]))
        columns.append([covered(each) for each in held])
    names = [f"{each:g}" for each in report.quantiles]
    return AlignedTable(headings, list(zip(names, *columns, strict=True)))


def _notes(report: QuantileReport) -> list[str]:
    notes = _slopes(report.slopes, is_rough=any(map(_is_tied, report.fits)))
    if report.crossing:
        notes.append(
            f"In {counted(report.crossing, 'training row')} the lines of two quantiles cross; predictions are sorted."
        )
    if report.calibrated is not None:
        notes.append(_calibrated(report.calibrated))
    return notes


def _is_tied(fit: FitReport) -> bool:
    return fit.intervals is not None and Caution.TIES in fit.intervals.cautions


def _slopes(found: SlopesTest | Unavailable, *, is_rough: bool) -> list[str]:
    """What the test of equal slopes says; nothing where the reason why there is none is told elsewhere."""
    if isinstance(found, Unavailable):
        return [f"No test of equal slopes: {_NO_TEST[found]}."] if found in _NO_TEST else []
    chance = f"p < {_LEAST_P:g}" if found.p_value < _LEAST_P else f"p = {found.p_value:.2g}"
    verdict = (
        "The slopes differ between the quantiles: the spread of the target depends on the columns"
        if found.p_value < _UNLIKELY
        else "The slopes may be the same at all quantiles"
    )
    rough = "; the test is rough, as targets tie on a fit" if is_rough else ""
    return [f"{verdict} (F = {quantity(found.statistic)}, {chance}){rough}."]


def _calibrated(calibrated: Calibrated) -> str:
    share, rows = f"{100 * calibrated.coverage:g}%", counted(calibrated.rows, "row")
    place = "held out" if calibrated.source is None else f"of {visible(calibrated.source)}"
    text = (
        f"Prediction intervals cover {share} of new rows drawn as these were (later rows may differ), whatever the "
        f"model: on {rows} {place} they {_change(calibrated.margin)}, and are {quantity(calibrated.width)} wide on "
        f"average. {share} holds on average over calibrations: 9 in 10 of those on {rows} cover "
        f"{_reached(*calibrated.coverage_range)}."
    )
    if calibrated.holdout is not None:
        text += f" On the holdout they cover {percent(calibrated.holdout)}."
    return text


def _change(margin: float) -> str:
    """What calibration did to the ends."""
    if margin == 0:
        return "needed no change"
    return f"were made {quantity(abs(margin))} {'wider' if margin > 0 else 'narrower'} at each end"


def _reached(low: float, high: float) -> str:
    return f"{percent(low)} or more, as targets tie" if high == 1 else f"between {percent(low)} and {percent(high)}"


def _closing(report: QuantileReport) -> Summary:
    """`pinball loss 2.018, 5.255, 2.993 · proved optimal · model.json · 0.8 s`; of many quantiles the mean of all."""
    held = [pinball_loss(fit.holdout.model) for fit in report.fits if fit.holdout is not None]
    losses = [[pinball_loss(fit.train.model) for fit in report.fits], *([held] if held else [])]
    means = f"mean pinball loss {' · holdout '.join(quantity(fmean(each)) for each in losses)}"
    single = f"pinball loss {' · holdout '.join(', '.join(map(quantity, each)) for each in losses)}"
    forms = [single, means] if len(report.fits) <= _FEW else [means]
    verdict = "not proved optimal" if _unproved(report) else "proved optimal"
    return summary(forms, verdict, report.model, report.seconds.total)
