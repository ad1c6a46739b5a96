"""The report of `mae-train` on several quantiles, for people.

Coefficients stand below each other with their intervals, or are drawn; without any they stand side by side.
"""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from mae_cli.inference.values import Caution, Interval, Intervals, SlopesTest, Unavailable
from mae_cli.messages import INTERCEPT, level_text, visible
from mae_cli.report.coefficients import left_out_note
from mae_cli.report.console import Room, room_on, show
from mae_cli.report.intervals import (
    interval_cautions,
    interval_cells,
    interval_heading,
    interval_method,
    missing_notes,
    zero_note,
)
from mae_cli.report.names import model_place, quantile_names, shortened, target_name, training_rows
from mae_cli.report.notes import at_quantiles
from mae_cli.report.numbers import aligned, counted, duration, in_line, percent, quantity
from mae_cli.report.quantile_process import CoefficientProcess, Estimate
from mae_cli.report.scores import covered, pinball_loss
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import Calibrated, Effect, FitReport, QuantileReport
from mae_cli.solvers.solution import Status

# A p-value below this is no longer told.
_LEAST_P = 0.001
_UNLIKELY = 0.05
# Why slopes are not compared, where intervals do not say it.
_NO_TEST = {
    Unavailable.NO_DENSITY: "the density of the rows near the fits cannot be estimated",
    Unavailable.FEW_CLUSTERS: "it needs more clusters than there are differences of slopes",
    Unavailable.MANY_COEFFICIENTS: "there are too many coefficients",
}
# So few coefficients are always shown, whatever the room.
_FEWEST = 4
# Terminal cells of a name that stands beside the first of its quantiles.
_LONGEST_BESIDE = 24


def show_quantiles(console: Console, report: QuantileReport) -> None:
    """Print what was fitted, what is proved, how many rows lie below each line, and the coefficients side by side."""
    room = room_on(console)
    notes = _notes(report)
    paragraph = [Text("\n".join(notes))] if notes else []
    blocks = [_proof(report), _scores(report), *_coefficient_blocks(report, room), *paragraph]
    show(console, [_opening(report, room), *blocks, _closing(report)])


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
        f"Prediction intervals cover {share} of new rows like these, whatever the model: on {rows} {place} they "
        f"{_change(calibrated.margin)}, and are {quantity(calibrated.width)} wide on average. {share} holds on average "
        f"over calibrations: 9 in 10 of those on {rows} cover {_reached(*calibrated.coverage_range)}."
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


def _closing(report: QuantileReport) -> Text:
    """`proved optimal · model.json · 0.8 s`."""
    proved = not _unproved(report)
    parts = ["proved optimal" if proved else "not proved optimal", model_place(report.model)]
    return Text(" · ".join([*parts, duration(report.seconds.total)]), "bold")


def _coefficient_blocks(report: QuantileReport, room: Room) -> list[RenderableType]:
    """The coefficients, the largest effect of all quantiles first, and the notes that belong to them."""
    blocks: list[RenderableType] = []
    shown: list[Interval | Unavailable | None] = []
    if report.squared is not None:
        blocks = _processes(report, report.squared, room)
    elif any(fit.intervals is not None and fit.intervals.absent is None for fit in report.fits):
        table, shown = _with_intervals(report, room)
        blocks = [table]
    else:
        blocks = [_side_by_side(report, room)]
    notes = [left_out_note(report.fits[0].effects, room), *_interval_notes(report.fits, room)]
    notes += [zero_note(shown), *missing_notes(shown)]
    text = "\n".join(note for note in notes if note)
    return [*blocks, Text(text)] if text else blocks


def _with_intervals(report: QuantileReport, room: Room) -> tuple[AlignedTable, list[Interval | Unavailable | None]]:
    """A row for each quantile of each coefficient, and the intervals in them."""
    fits, names = report.fits, in_line([f"{each:g}" for each in report.quantiles])
    order = _in_order(fits)
    if room.terms is not None:
        order = order[: max(_FEWEST, room.terms // len(fits))]
    terms = [(INTERCEPT, _intercepts(fits))] if fits[0].intercept is not None else []
    terms += [(_name(fits[0].effects[place], room), _estimates(fits, place)) for place in order]
    estimates = [estimate for _, each in terms for estimate in each]
    shown = [estimate.interval for estimate in estimates]
    values = in_line([quantity(estimate.value) for estimate in estimates])
    heading = next(interval_heading(fit.intervals) for fit in fits if fit.intervals is not None)
    cells = list(zip([*names] * len(terms), values, interval_cells(shown), strict=True))
    rows = _named([name for name, _ in terms], cells)
    headings = ["term", "quantile", "coefficient", heading]
    return AlignedTable(headings, rows, footer=_footer(fits, len(order))), shown


def _named(terms: Sequence[str], cells: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The cells behind the names of their terms, as many for each; a long name has a line of its own."""
    rows: list[tuple[str, ...]] = []
    each = len(cells) // len(terms)
    for place, name in enumerate(terms):
        first, *others = cells[place * each : (place + 1) * each]
        if cell_len(name) > _LONGEST_BESIDE:
            rows += [(name, *("" for _ in first)), ("", *first)]
        else:
            rows.append((name, *first))
        rows += [("", *following) for following in others]
    return rows


def _side_by_side(report: QuantileReport, room: Room) -> SideBySide:
    """One row a coefficient, one column a quantile."""
    fits = report.fits
    order = _in_order(fits)[: room.terms]
    has_intercept = fits[0].intercept is not None
    names = [INTERCEPT] * has_intercept + [_name(fits[0].effects[place], room) for place in order]
    columns = []
    for fit in fits:
        numbers = [*([fit.intercept] if has_intercept else []), *(fit.effects[place].value for place in order)]
        values = list(map(quantity, numbers))
        columns.append(NumberColumn(f"{fit.quantile:g}", in_line(values), values))
    return SideBySide(names, columns, footer=_footer(fits, len(order)))


def _processes(report: QuantileReport, squared: FitReport, room: Room) -> list[RenderableType]:
    """A drawing for each coefficient, the intercept first."""
    fits, quantiles = report.fits, report.quantiles
    order = _in_order(fits)[: room.terms]
    drawn: list[RenderableType] = []
    if squared.intercept is not None:
        drawn.append(CoefficientProcess(INTERCEPT, quantiles, _intercepts(fits), squared.intercept))
    for place in order:
        name, of_squares = _name(fits[0].effects[place], room), squared.effects[place].value
        drawn.append(CoefficientProcess(name, quantiles, _estimates(fits, place), of_squares))
    sure = ", with its interval" if fits[0].intervals is not None else ""
    legend = f"● the coefficient at each quantile{sure}; │ that of least squares; ┊ zero."
    footer = _footer(fits, len(order))
    return [*drawn, Text(legend if footer is None else f"{footer}\n{legend}")]


def _intercepts(fits: Sequence[FitReport]) -> list[Estimate]:
    return [Estimate(fit.intercept or 0.0, None if fit.intervals is None else fit.intervals.intercept) for fit in fits]


def _estimates(fits: Sequence[FitReport], place: int) -> list[Estimate]:
    return [Estimate(fit.effects[place].value, fit.effects[place].interval) for fit in fits]


def _name(effect: Effect, room: Room) -> str:
    """`carrier = AA (vs UA)`."""
    baseline = "" if effect.baseline is None else f" (vs {level_text(effect.baseline)})"
    return shortened(f"{effect.column.label}{baseline}", room.name)


def _in_order(fits: Sequence[FitReport]) -> list[int]:
    """The estimated effects, the largest of all quantiles first."""
    order = sorted(range(len(fits[0].effects)), key=lambda place: -_largest(fits, place))
    return [place for place in order if not fits[0].effects[place].aliased]


def _largest(fits: Sequence[FitReport], place: int) -> float:
    return max(abs(fit.effects[place].per_deviation) for fit in fits)


def _footer(fits: Sequence[FitReport], shown: int) -> str | None:
    left = sum(not effect.aliased for effect in fits[0].effects) - shown
    return None if left <= 0 else f"… and {counted(left, 'smaller coefficient')} (all in --json)"


def _interval_notes(fits: Sequence[FitReport], room: Room) -> list[str]:
    """How the intervals were found and what to make of them, with the quantiles where not all are meant."""
    found = [(fit.quantile, fit.intervals) for fit in fits if fit.intervals is not None]
    methods = [(quantile, _method(each, room)) for quantile, each in found]
    cautions = [(quantile, interval_cautions(each)) for quantile, each in found]
    notes = [*at_quantiles(methods), *at_quantiles(cautions)]
    return [f"{text[0].upper()}{text[1:]}" for text in notes]


def _method(intervals: Intervals, room: Room) -> list[str]:
    return [] if intervals.absent is not None else [interval_method(intervals, room)]
