"""Coefficients in the user's units: columns by the size of their effect, the levels of each in a block."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import RenderableType
from rich.text import Text

from mae_cli.messages import INTERCEPT, column_text, level_text, visible
from mae_cli.report.console import Room
from mae_cli.report.intervals import interval_cells, interval_heading, interval_notes, range_note
from mae_cli.report.names import fit_name, heading, loss_name, shortened
from mae_cli.report.numbers import aligned, count, counted, in_line, quantity
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import Effect, FitReport, TrainReport

_PER_DEVIATION = "× std. dev."
# So many columns that depend on others are named where there is room for any number of terms.
_MOST_LEFT_OUT = 8


def coefficients(report: TrainReport, room: Room) -> list[RenderableType]:
    """The table of the fit's coefficients and the notes that belong to it."""
    fit = report.fit
    blocks = _blocks(fit.effects, room)
    effects = [effect for block in blocks for effect in block.shown]
    values = in_line([quantity(value) for value in [*_intercept(fit), *(effect.value for effect in effects)]])
    headings, columns = ["term", "coefficient"], [values]
    notes = [left_out_note(fit.effects, room), f"{_PER_DEVIATION}: {_effect(report.target, room)}."]
    if fit.intervals is not None:
        intercept = [] if fit.intercept is None else [fit.intervals.intercept]
        shown = [*intercept, *(effect.interval for effect in effects)]
        if fit.intervals.absent is None:
            headings.append(interval_heading(fit.intervals))
            columns.append(interval_cells(shown))
        notes += interval_notes(fit.intervals, shown, room)
    notes.append(_range_note(fit, room))
    headings.append(_PER_DEVIATION)
    columns.append(_sizes(effects))
    if any(effect.rows is not None for effect in effects):
        headings.append("rows")
        columns.append(_rows_of_levels(effects))
    return _with_notes(_term_table(headings, blocks, columns, room), notes, report, blocks)


def compared_coefficients(report: TrainReport, other: FitReport, room: Room) -> list[RenderableType]:
    """Both fits' coefficients beside each other, and the difference in units of the effect."""
    fit = report.fit
    blocks = _blocks(fit.effects, room)
    effects = [effect for block in blocks for effect in block.shown]
    twins = {effect.column: effect for effect in other.effects}
    others = [twins[effect.column] for effect in effects]
    values = in_line([quantity(value) for value in [*_intercept(fit), *(effect.value for effect in effects)]])
    other_values = in_line([quantity(value) for value in [*_intercept(other), *(effect.value for effect in others)]])
    pairs = zip(effects, others, strict=True)
    changes = aligned([twin.per_deviation - effect.per_deviation for effect, twin in pairs], signed=True)
    names = [fit_name(each.loss, each.quantile) for each in (fit, other)]
    headings = ["term", *map(heading, names), f"difference\n{_PER_DEVIATION}"]
    explanation = f"difference {_PER_DEVIATION}: {names[1]} less {names[0]}, as {_effect(report.target, room)}."
    notes = [left_out_note(fit.effects, room), explanation, _range_note(fit, room)]
    table = _term_table(headings, blocks, [values, other_values, changes], room)
    return _with_notes(table, notes, report, blocks)


def _range_note(fit: FitReport, room: Room) -> str | None:
    return range_note(fit.effects, loss_name(fit.loss, fit.quantile), room)


def _effect(target: str, room: Room) -> str:
    return f"the change of {shortened(visible(target), room.name)} for one standard deviation of the column"


@dataclass(frozen=True)
class _Block:
    """The estimated effects of one feature: all of them, and those that are shown, levels in their natural order."""

    effects: tuple[Effect, ...]
    shown: tuple[Effect, ...]

    @property
    def is_categorical(self) -> bool:
        return self.effects[0].column.level is not None


def _blocks(effects: Sequence[Effect], room: Room) -> list[_Block]:
    """The features by their largest |per_deviation|; of a block of levels that exceeds the room the largest stay."""
    features: dict[str, list[Effect]] = {}
    for effect in effects:
        if not effect.aliased:
            features.setdefault(effect.column.feature, []).append(effect)
    ordered = sorted(features.values(), key=lambda block: -max(map(_size, block)))
    left = sum(map(len, ordered)) if room.terms is None else room.terms
    blocks = []
    for block in ordered:
        limit = min(left, len(block) if room.terms is None else max(room.terms // 2, left - len(ordered)))
        largest = sorted(block, key=lambda effect: -_size(effect))[:limit]
        left -= len(largest)
        if largest:
            blocks.append(_Block(tuple(block), tuple(_in_natural_order(largest))))
    return blocks


def _size(effect: Effect) -> float:
    return abs(effect.per_deviation)


def _in_natural_order(effects: Sequence[Effect]) -> list[Effect]:
    """By the levels: numbers by value where all are numbers, else text."""
    levels = {effect.column: effect.column.level or "" for effect in effects}
    try:
        values = {column: float(level) for column, level in levels.items()}
    except ValueError:
        return sorted(effects, key=lambda effect: levels[effect.column])
    if any(map(math.isnan, values.values())):
        return sorted(effects, key=lambda effect: levels[effect.column])
    return sorted(effects, key=lambda effect: (values[effect.column], levels[effect.column]))


def _sizes(effects: Sequence[Effect]) -> list[str]:
    """The effects of columns of numbers, beside those of levels nothing."""
    numbers = iter(aligned([effect.per_deviation for effect in effects if effect.column.level is None]))
    return [next(numbers) if effect.column.level is None else "" for effect in effects]


def _rows_of_levels(effects: Sequence[Effect]) -> list[str]:
    """How many rows have each level, beside numbers nothing."""
    return in_line(["" if effect.rows is None else count(effect.rows) for effect in effects])


def _term_table(headings: list[str], blocks: Sequence[_Block], columns: list[list[str]], room: Room) -> AlignedTable:
    """The columns beside the names of their terms; those with more cells than effects have the intercept first."""
    shown = sum(len(block.shown) for block in blocks)
    length = max(map(len, columns))
    cells = iter(list(zip(*([""] * (length - len(column)) + column for column in columns), strict=True)))
    rows = [(INTERCEPT, *next(cells))] if length > shown else []
    nothing = ("",) * len(columns)
    for block in blocks:
        if block.is_categorical:
            rows.append((_block_name(block, room), *nothing))
            rows += [
                (f"  {shortened(level_text(effect.column.level or ''), room.name)}", *next(cells))
                for effect in block.shown
            ]
            if len(block.shown) < len(block.effects):
                rows.append(
                    (f"  … and {count(len(block.effects) - len(block.shown))} levels with smaller effects", *nothing)
                )
        else:
            rows.append((shortened(_number_name(block.effects[0]), room.name), *next(cells)))
    return AlignedTable(headings, rows)


def _number_name(effect: Effect) -> str:
    """`distance`, `date (days)`."""
    name = column_text(effect.column.feature)
    return name if effect.unit is None else f"{name} ({effect.unit})"


def _block_name(block: _Block, room: Room) -> str:
    """`origin (vs EWR, 2,814 rows)`."""
    first = block.effects[0]
    baseline = shortened(level_text(first.baseline or ""), room.name)
    rows = "" if first.baseline_rows is None else f", {counted(first.baseline_rows, 'row')}"
    return f"{shortened(column_text(first.column.feature), room.name)} (vs {baseline}{rows})"


def _intercept(fit: FitReport) -> list[float]:
    return [] if fit.intercept is None else [fit.intercept]


def _with_notes(
    table: AlignedTable, notes: Sequence[str | None], report: TrainReport, blocks: Sequence[_Block]
) -> list[RenderableType]:
    model = None if report.comparison else report.model
    footer = _omitted_sentence(report.fit.effects, blocks, model)
    return [replace(table, footer=footer), Text("\n".join(note for note in notes if note))]


def _omitted_sentence(effects: Sequence[Effect], blocks: Sequence[_Block], model: str | None) -> str | None:
    """How many columns with smaller effects the table leaves out, and where everything is; None when it has all."""
    estimated = sum(not effect.aliased for effect in effects)
    shown = sum(len(block.shown) for block in blocks)
    if shown == estimated:
        return None
    features = len({effect.column.feature for effect in effects if not effect.aliased}) - len(blocks)
    place = "--json" if model is None else "the model" if model == "-" else visible(model)
    if not features:
        return f"(all in {place})"
    return f"… and {counted(features, 'column')} with smaller effects (all in {place})"


def left_out_note(effects: Sequence[Effect], room: Room) -> str | None:
    """Which columns were left out because they depend on others; None when there are none."""
    aliased = [effect for effect in effects if effect.aliased]
    if not aliased:
        return None
    shown = room.terms or _MOST_LEFT_OUT
    listed = ", ".join(_reasons(aliased[:shown], room))
    more = f" and {count(len(aliased) - shown)} more (all in --json)" if len(aliased) > shown else ""
    return f"Left out: {listed}{more}."


def _reasons(aliased: Sequence[Effect], room: Room) -> Iterator[str]:
    for effect in aliased:
        reason = "constant" if effect.constant else "a combination of earlier columns"
        yield f"{shortened(effect.column.label, room.name)} ({reason})"
