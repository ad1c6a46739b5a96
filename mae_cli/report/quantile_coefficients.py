"""The coefficients of several quantiles: a row a term, a column a quantile, a mark where an interval holds 0."""

from collections.abc import Sequence

from mae_cli.inference.values import Interval
from mae_cli.messages import INTERCEPT
from mae_cli.report.console import Room
from mae_cli.report.names import shortened
from mae_cli.report.numbers import counted, in_line, quantity
from mae_cli.report.side_by_side import NumberColumn, SideBySide
from mae_cli.results.training import FitReport


def quantile_coefficients(fits: Sequence[FitReport], room: Room) -> SideBySide:
    """The table of these fits, one for each quantile; the largest effect of all of them first."""
    order = in_order(fits)[: room.terms]
    names = [shortened(fits[0].effects[place].column.label, room.name) for place in order]
    left = len(in_order(fits)) - len(order)
    return SideBySide(
        names=names if fits[0].intercept is None else [INTERCEPT, *names],
        columns=[_column(fit, order) for fit in fits],
        footer=f"… and {counted(left, 'smaller coefficient')} (all in --json)" if left else None,
    )


def in_order(fits: Sequence[FitReport]) -> list[int]:
    """The estimated effects, the largest of all quantiles first."""
    order = sorted(range(len(fits[0].effects)), key=lambda place: -_largest(fits, place))
    return [place for place in order if not fits[0].effects[place].aliased]


def is_marked(fit: FitReport) -> bool:
    """Whether an interval of its coefficients holds 0."""
    return any(mark.strip() for mark in _marks(fit, range(len(fit.effects))))


def _largest(fits: Sequence[FitReport], place: int) -> float:
    return max(abs(fit.effects[place].per_deviation) for fit in fits)


def _column(fit: FitReport, order: Sequence[int]) -> NumberColumn:
    intercept = [] if fit.intercept is None else [fit.intercept]
    values = list(map(quantity, [*intercept, *(fit.effects[place].value for place in order)]))
    marks = _marks(fit, order)
    return NumberColumn(
        heading=f"{fit.quantile:g} ",
        cells=[f"{value} {mark}" for value, mark in zip(in_line(values), marks, strict=True)],
        close=[value + mark for value, mark in zip(values, marks, strict=True)],
    )


def _marks(fit: FitReport, order: Sequence[int]) -> list[str]:
    intercept = [] if fit.intercept is None else [None if fit.intervals is None else fit.intervals.intercept]
    return list(map(_mark, [*intercept, *(fit.effects[place].interval for place in order)]))


def _mark(interval: object) -> str:
    return "·" if isinstance(interval, Interval) and interval.holds_zero else " "
