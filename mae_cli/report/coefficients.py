"""Coefficients in the user's units, those of one fit or of two beside each other, and the notes that belong to them."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from mae_cli.messages import visible
from mae_cli.report.blocks import EVERYTHING, Coefficient, Column, coefficients_of, in_blocks
from mae_cli.report.console import Room
from mae_cli.report.intervals import estimate_cells, interval_cells, interval_heading, interval_notes
from mae_cli.report.names import fit_name, heading, shortened
from mae_cli.report.numbers import aligned, count, in_line
from mae_cli.report.ranges import range_note
from mae_cli.results.training import Effect, FitReport, TrainReport

_PER_DEVIATION = "× std. dev."
# So many columns that depend on others are named where there is room for any number of terms, and on a terminal.
_MOST_NAMED, _NAMED = 8, 4


def coefficients(report: TrainReport, room: Room) -> list[RenderableType]:
    """The table of the fit's coefficients and the notes that belong to it."""
    fit = report.fit
    blocks = in_blocks(coefficients_of((fit,)), room)
    intervals = [each.intervals[0] for each in blocks.shown]
    columns: list[Column] = [("coefficient", estimate_cells(blocks.values(0), intervals))]
    if fit.intervals is not None and fit.intervals.absent is None:
        columns.append((interval_heading(fit.intervals), interval_cells(intervals)))
    columns += [(_PER_DEVIATION, _sizes(blocks.shown)), *blocks.rows_of_levels()]
    place = EVERYTHING if report.model is None else "the model" if report.model == "-" else visible(report.model)
    notes = [left_out_note(fit.effects, room)]
    if not room.short:
        notes.append(f"{_PER_DEVIATION}: {_effect(report.target, room)}.")
    if fit.intervals is not None:
        notes += interval_notes(fit.intervals, intervals, room)
    return [blocks.table(columns, place), *_paragraph([*notes, range_note(fit, room)])]


def compared_coefficients(report: TrainReport, other: FitReport, room: Room) -> list[RenderableType]:
    """Both fits' coefficients beside each other, and the difference in units of the effect."""
    fit = report.fit
    blocks = in_blocks(coefficients_of((fit, other)), room)
    names = [fit_name(each.loss, each.quantile) for each in (fit, other)]
    columns: list[Column] = [(heading(name), in_line(blocks.quantities(place))) for place, name in enumerate(names)]
    columns += [(f"difference\n{_PER_DEVIATION}", _differences(blocks.shown)), *blocks.rows_of_levels()]
    explanation = f"difference {_PER_DEVIATION}: {names[1]} less {names[0]}, as {_effect(report.target, room)}."
    notes = [left_out_note(fit.effects, room), explanation, range_note(fit, room)]
    return [blocks.table(columns), *_paragraph(notes)]


def _paragraph(notes: Sequence[str | None]) -> list[RenderableType]:
    text = "\n".join(note for note in notes if note)
    return [Text(text)] if text else []


def _effect(target: str, room: Room) -> str:
    return f"the change of {shortened(visible(target), room.name)} for one standard deviation of the column"


def _sizes(shown: Sequence[Coefficient]) -> list[str]:
    """The effects of columns of numbers, beside the intercept and levels nothing."""
    numbers = iter(aligned([each.effects[0] for each in shown if each.is_number]))
    return [next(numbers) if each.is_number else "" for each in shown]


def _differences(shown: Sequence[Coefficient]) -> list[str]:
    """How much larger the effects in the second fit are, beside the intercept nothing."""
    changes = iter(aligned([each.effects[1] - each.effects[0] for each in shown if each.effects], signed=True))
    return [next(changes) if each.effects else "" for each in shown]


def left_out_note(effects: Sequence[Effect], room: Room) -> str | None:
    """Which columns were left out because they depend on others; None when there are none."""
    aliased = [effect for effect in effects if effect.aliased]
    if not aliased:
        return None
    shown = _MOST_NAMED if room.terms is None else _NAMED
    listed = ", ".join(_reasons(aliased[:shown], room))
    more = f" and {count(len(aliased) - shown)} more (all in --json)" if len(aliased) > shown else ""
    return f"Left out: {listed}{more}."


def _reasons(aliased: Sequence[Effect], room: Room) -> Iterator[str]:
    for effect in aliased:
        reason = "constant" if effect.constant else "a combination of earlier columns"
        yield f"{shortened(effect.column.label, room.name)} ({reason})"
