"""The coefficients of several quantiles: below each other with their intervals, drawn, or without any side by side."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.text import Text

from mae_cli.inference.values import Intervals
from mae_cli.report.blocks import Blocks, Column, Line, coefficients_of, full_name, in_blocks
from mae_cli.report.coefficients import left_out_note
from mae_cli.report.console import Room
from mae_cli.report.intervals import (
    estimate_cells,
    interval_cautions,
    interval_cells,
    interval_heading,
    interval_method,
    missing_notes,
    zero_note,
)
from mae_cli.report.notes import at_quantiles
from mae_cli.report.numbers import in_line
from mae_cli.report.quantile_process import CoefficientProcess, Estimate
from mae_cli.report.ranges import range_notes
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import FitReport, QuantileReport

# Terminal cells of a name that stands beside the first of its quantiles.
_LONGEST_BESIDE = 24
# What a drawing has but for a line for each quantile: its name, its scale and the line between it and the next one.
_OTHER_LINES = 3


def quantile_coefficients(report: QuantileReport, room: Room) -> list[RenderableType]:
    """The coefficients, the largest effect of all quantiles first, and the notes that belong to them."""
    fits, notes = report.fits, [left_out_note(report.fits[0].effects, room), *_interval_notes(report.fits, room)]
    if report.squared is not None:
        shown = _processes(fits, report.squared, room)
    elif any(fit.intervals is not None and fit.intervals.absent is None for fit in fits):
        blocks = in_blocks(coefficients_of(fits), room, len(fits))
        intervals = [interval for each in blocks.shown for interval in each.intervals]
        shown = [_with_intervals(blocks, fits)]
        notes += [zero_note(intervals), *missing_notes(intervals)]
    else:
        shown = [_side_by_side(in_blocks(coefficients_of(fits), room), fits)]
    text = "\n".join(note for note in [*notes, *range_notes(fits, room)] if note)
    return [*shown, Text(text)] if text else shown


def _side_by_side(blocks: Blocks, fits: Sequence[FitReport]) -> SideBySide:
    """One row a coefficient, one column a quantile."""
    columns = [NumberColumn.of(f"{fit.quantile:g}", blocks.quantities(place)) for place, fit in enumerate(fits)]
    columns += [NumberColumn.of(*column) for column in blocks.rows_of_levels()]
    return SideBySide.of(blocks, columns)


def _with_intervals(blocks: Blocks, fits: Sequence[FitReport]) -> AlignedTable:
    """A row for each quantile of each coefficient, with its interval."""
    intervals = [interval for each in blocks.shown for interval in each.intervals]
    heading = next(interval_heading(fit.intervals) for fit in fits if fit.intervals is not None)
    columns: list[Column] = [
        ("quantile", in_line([f"{fit.quantile:g}" for fit in fits]) * len(blocks.shown)),
        ("coefficient", estimate_cells([value for each in blocks.shown for value in each.values], intervals)),
        (heading, interval_cells(intervals)),
    ]
    for name, counts in blocks.rows_of_levels():
        columns.append((name, [cell for each in counts for cell in (each, *[""] * (len(fits) - 1))]))
    cells = iter(zip(*(column for _, column in columns), strict=True))
    rows = [row for line in blocks.lines for row in _rows(line, cells, len(fits), len(columns))]
    return AlignedTable(["term", *(name for name, _ in columns)], rows, footer=blocks.footer())


def _rows(line: Line, cells: Iterator[tuple[str, ...]], fits: int, columns: int) -> Iterator[tuple[str, ...]]:
    """Those of the quantiles of a coefficient behind its name; a long one has a line of its own, as words have."""
    name, nothing = line.name, ("",) * columns
    if line.coefficient is None or cell_len(name) > _LONGEST_BESIDE:
        yield (name, *nothing)
        name = ""
    if line.coefficient is not None:
        for place in range(fits):
            yield ("" if place else name, *next(cells))


def _processes(fits: Sequence[FitReport], squared: FitReport, room: Room) -> list[RenderableType]:
    """A drawing for each coefficient, the intercept first."""
    blocks = in_blocks(coefficients_of((*fits, squared)), room, len(fits) + _OTHER_LINES)
    drawn: list[RenderableType] = []
    for line in blocks.lines:
        if line.coefficient is not None:
            *values, of_squares = (value or 0.0 for value in line.coefficient.values)
            estimates = [Estimate(*each) for each in zip(values, line.coefficient.intervals, strict=False)]
            name = full_name(line.coefficient, room)
            drawn.append(CoefficientProcess(name, [fit.quantile for fit in fits], estimates, of_squares))
        elif line.levels_left:
            drawn.append(Text(line.name.strip()))
    sure = ", with its interval" if fits[0].intervals is not None else ""
    legend = f"● the coefficient at each quantile{sure}; │ that of least squares; ┊ zero."
    footer = blocks.footer()
    return [*drawn, Text(legend if footer is None else f"{footer}\n{legend}")]


def _interval_notes(fits: Sequence[FitReport], room: Room) -> list[str | None]:
    """How the intervals were found and what to make of them, with the quantiles where not all are meant."""
    found = [(fit.quantile, fit.intervals) for fit in fits if fit.intervals is not None]
    methods = [(quantile, _method(each, room)) for quantile, each in found]
    cautions = [(quantile, interval_cautions(each)) for quantile, each in found]
    notes = [*at_quantiles(methods), *at_quantiles(cautions)]
    return [f"{text[0].upper()}{text[1:]}" for text in notes]


def _method(intervals: Intervals, room: Room) -> list[str]:
    return [] if intervals.absent is not None else [interval_method(intervals, room)]
