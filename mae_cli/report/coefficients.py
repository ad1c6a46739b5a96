"""Coefficients in the user's units, the largest effect first."""

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.console import RenderableType
from rich.text import Text

from mae_cli.messages import INTERCEPT, level_text, visible
from mae_cli.report.console import Room
from mae_cli.report.intervals import interval_cells, interval_heading, interval_notes
from mae_cli.report.names import fit_name, heading, shortened
from mae_cli.report.numbers import aligned, count
from mae_cli.report.tables import AlignedTable
from mae_cli.results import Effect, FitReport, TrainReport

_PER_DEVIATION = "× std. dev."


def coefficients(report: TrainReport, room: Room) -> list[RenderableType]:
    """The table of the fit's coefficients and the notes that belong to it."""
    explanation = f"{_PER_DEVIATION}: {_effect(report.target, room)}; the largest first."
    return _with_notes(_table(report.fit, room), explanation, report, room)


def compared_coefficients(report: TrainReport, other: FitReport, room: Room) -> list[RenderableType]:
    """Both fits' coefficients beside each other, and the difference in units of the effect."""
    names = [fit_name(each.loss, each.quantile) for each in (other, report.fit)]
    difference = f"{names[0]} less {names[1]}, as {_effect(report.target, room)}"
    explanation = f"difference {_PER_DEVIATION}: {difference}."
    return _with_notes(_comparison_table(report.fit, other, room), explanation, report, room)


def _effect(target: str, room: Room) -> str:
    return f"the change of {shortened(visible(target), room.name)} for one standard deviation of the column"


def _table(fit: FitReport, room: Room) -> AlignedTable:
    effects = _largest_first(fit.effects)[: room.terms]
    values = aligned([*_intercept(fit), *(effect.value for effect in effects)])
    deviations = aligned([effect.per_deviation for effect in effects])
    headings, columns = ["term", "coefficient", _PER_DEVIATION], [values, deviations]
    if fit.intervals is not None and fit.intervals.absent is None:
        intercept = [] if fit.intercept is None else [fit.intervals.intercept]
        headings.insert(2, interval_heading(fit.intervals))
        columns.insert(1, interval_cells([*intercept, *(effect.interval for effect in effects)]))
    return _term_table(headings, effects, columns, room)


def _comparison_table(fit: FitReport, other: FitReport, room: Room) -> AlignedTable:
    twins = {effect.column: effect for effect in other.effects}
    effects = _largest_first(fit.effects)[: room.terms]
    others = [twins[effect.column] for effect in effects]
    values = aligned([*_intercept(fit), *(effect.value for effect in effects)])
    other_values = aligned([*_intercept(other), *(effect.value for effect in others)])
    pairs = zip(effects, others, strict=True)
    changes = aligned([twin.per_deviation - effect.per_deviation for effect, twin in pairs], signed=True)
    names = [heading(fit_name(each.loss, each.quantile)) for each in (fit, other)]
    headings = ["term", *names, f"difference\n{_PER_DEVIATION}"]
    return _term_table(headings, effects, [values, other_values, changes], room)


def _term_table(headings: list[str], effects: list[Effect], columns: list[list[str]], room: Room) -> AlignedTable:
    """The columns beside the names of their terms; one with more cells than effects has the intercept too."""
    length = max(map(len, columns))
    names = [INTERCEPT] * (length - len(effects)) + _names(effects, room)
    filled = [[""] * (length - len(column)) + column for column in columns]
    return AlignedTable(headings, list(zip(names, *filled, strict=True)))


def _intercept(fit: FitReport) -> list[float]:
    return [] if fit.intercept is None else [fit.intercept]


def _largest_first(effects: Sequence[Effect]) -> list[Effect]:
    """The estimated effects by |per_deviation|, the largest first; equal ones keep the design's order."""
    estimated = [effect for effect in effects if not effect.aliased]
    return sorted(estimated, key=lambda effect: -abs(effect.per_deviation))


def _names(effects: Sequence[Effect], room: Room) -> list[str]:
    """The names of the terms; the first level of each column says which level it is compared with."""
    names = []
    introduced = set()
    for effect in effects:
        is_first = effect.column.feature not in introduced
        introduced.add(effect.column.feature)
        names.append(_name(effect, effect.baseline if is_first else None, room.name))
    return names


def _name(effect: Effect, baseline: str | None, limit: int | None) -> str:
    """`carrier = AA (vs UA)`, `date (days)` within the limit; the baseline may take half of it."""
    term = effect.column.label if effect.unit is None else f"{effect.column.label} ({effect.unit})"
    if baseline is None:
        return shortened(term, limit)
    half = None if limit is None else limit // 2
    versus = f" (vs {shortened(level_text(baseline), half)})"
    return shortened(term, None if limit is None else max(12, limit - cell_len(versus))) + versus


def _with_notes(table: AlignedTable, explanation: str, report: TrainReport, room: Room) -> list[RenderableType]:
    effects = report.fit.effects
    intervals = [] if report.fit.intervals is None or report.comparison else interval_notes(report.fit.intervals, room)
    notes = [_aliased_sentence(effects, room), explanation, *intervals]
    paragraph = Text("\n".join(note for note in notes if note))
    footer = _omitted_sentence(effects, room, None if report.comparison else report.model)
    return [replace(table, footer=footer), paragraph]


def _omitted_sentence(effects: Sequence[Effect], room: Room, model: str | None) -> str | None:
    """How many smaller effects the table leaves out, and where they are; None when it has them all."""
    estimated = sum(not effect.aliased for effect in effects)
    if room.terms is None or estimated <= room.terms:
        return None
    place = "--json" if model is None else "the model" if model == "-" else visible(model)
    return f"… and {count(estimated - room.terms)} smaller (all in {place})"


def _aliased_sentence(effects: Sequence[Effect], room: Room) -> str | None:
    """Which columns were left out because they depend on others; None when there are none."""
    aliased = [effect for effect in effects if effect.aliased]
    if not aliased:
        return None
    listed = [shortened(effect.column.label, room.name) for effect in aliased[: room.terms]]
    more = f" and {count(len(aliased) - len(listed))} more" if len(listed) < len(aliased) else ""
    return f"Left out, because in these rows they depend on the columns before them: {', '.join(listed)}{more}."
