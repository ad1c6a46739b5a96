"""Intervals of coefficients as cells of a table, and in sentences: how they were found, and what to make of them."""

import math
from collections.abc import Sequence

from rich.cells import cell_len

from mae_cli.inference.values import Caution, Interval, Intervals, Method, Unavailable
from mae_cli.messages import exponent_of, fixed, is_fixed, scientific, visible
from mae_cli.report.console import Room
from mae_cli.report.names import shortened
from mae_cli.report.numbers import UNDEFINED, count, in_line, quantity

_HOLDS_ZERO = "·"
_DIGITS_OF_WIDTH = 2
_MOST_DECIMALS = 9
# An end that is nearer to 0 than this share of the width is 0 but for rounding.
_LEAST_END = 1e-9
# Of a number in a sentence, or with a power of ten; a floating-point number has no more than the latter.
_FEWEST_DIGITS, _ALL_DIGITS = 4, 17

_METHODS = {
    Method.RANK: "robust rank tests",
    Method.SANDWICH: "robust standard errors",
    Method.BOOTSTRAP: "standard deviation of {replicates} refits under random weights",
}
_CAUTIONS = {
    Caution.FEW_BEYOND: "few rows for so many coefficients lie on one side of the fit, so intervals are rough",
    Caution.CROSSING: "the lines of neighbouring quantiles cross in more than 5% of the rows: prefer --intervals "
    "{others}",
    Caution.TIES: "more than 2% of the rows lie exactly on the fit, where targets tie (zeros, a cap): {ties}",
    Caution.REPEATED_ROWS: "the weights are whole numbers, and count repeated rows",
    Caution.SAMPLED_WEIGHTS: "the weights are not whole numbers, and are taken as those of a sample",
    Caution.FEW_VALUES: "the target takes few values, farther apart than residuals are large: {ties}",
    Caution.FEW_CLUSTERS: "there are fewer than 30 clusters, so intervals may be too short",
    Caution.FEW_REPLICATES: "with so few refits the intervals are rough; use --replicates 200 or more",
    Caution.UNPROVED: "{unproved} of the refits are not proved to be optimal",
}
# What a method needs no caution for: it is what the caution advises.
_HEEDED = {
    (Method.RANK, Caution.TIES),
    (Method.RANK, Caution.CROSSING),
    (Method.RANK, Caution.FEW_VALUES),
    (Method.BOOTSTRAP, Caution.CROSSING),
}
# Why there is nothing to say how sure coefficients are.
ABSENT = {
    Unavailable.NOT_OPTIMAL: "the fit is not proved to be optimal",
    Unavailable.FEW_ROWS: "there are fewer than two rows for each coefficient",
    Unavailable.PERFECT: "the fit passes through every row",
    Unavailable.MANY_COEFFICIENTS: "there are too many coefficients",
    Unavailable.NO_DENSITY: "the density of the rows near the fit cannot be estimated; use --intervals {best}",
    Unavailable.NO_RANK_TESTS: "the rank tests cannot be carried out on these numbers",
}
_MISSING = {
    Unavailable.RARE_LEVEL: "too few rows (fewer than 5) tell the coefficient from others",
    Unavailable.LEVERAGE: "the coefficient depends on a row that is fitted exactly whatever its target is",
}
# Of an interval whose ends are the same.
_HELD = (
    "An interval of a single number is no measure of uncertainty: so many targets tie on the fit that it cannot move."
)


def interval_heading(intervals: Intervals) -> str:
    """`95% interval`."""
    return f"{100 * intervals.level:g}% interval"


def interval_cells(intervals: Sequence[Interval | Unavailable | None]) -> list[str]:
    """`-0.099 … -0.091`, marked when it holds 0; the middles of all cells are in line."""
    pairs = [_ends(each) if isinstance(each, Interval) else ("", "") for each in intervals]
    left, right = (max((cell_len(pair[side]) for pair in pairs), default=0) for side in (0, 1))
    cells = []
    for each, (low, high) in zip(intervals, pairs, strict=True):
        mark = _HOLDS_ZERO if isinstance(each, Interval) and each.holds_zero else " "
        middle = " … " if isinstance(each, Interval) else f" {UNDEFINED} "
        cells.append(f"{low:>{left}}{middle}{high:<{right}} {mark}")
    return cells


def estimate_cells(values: Sequence[float | None], intervals: Sequence[Interval | Unavailable | None]) -> list[str]:
    """The coefficients, in four digits or in as many more as the ends of their intervals have."""
    return in_line([_estimate(*each) for each in zip(values, intervals, strict=True)])


def interval_notes(intervals: Intervals, shown: Sequence[Interval | Unavailable | None], room: Room) -> list[str]:
    """What to make of the intervals that are shown, a sentence each; none when they were not asked for."""
    if intervals.absent is not None:
        return interval_cautions(intervals)
    zero = f" {zero_note(shown)}".rstrip()
    return [f"{interval_method(intervals, room)}{zero}", *interval_cautions(intervals), *missing_notes(shown)]


def zero_note(shown: Sequence[Interval | Unavailable | None]) -> str:
    """What the mark of the cells means, where it is on one of them."""
    return f"{_HOLDS_ZERO} holds 0." if any(map(_holds_zero, shown)) else ""


def missing_notes(shown: Sequence[Interval | Unavailable | None]) -> list[str]:
    """Why single coefficients have no interval, or one that says nothing."""
    notes = [f"{UNDEFINED}: {reason}." for absent, reason in _MISSING.items() if absent in shown]
    return [*notes, _HELD] if any(isinstance(each, Interval) and each.is_point for each in shown) else notes


def interval_cautions(intervals: Intervals) -> list[str]:
    """What a reader should know before trusting them, or why there are none; a sentence each."""
    if intervals.absent is not None:
        reason = ABSENT.get(intervals.absent)
        return [] if reason is None else [f"No intervals: {_advised(reason, intervals)}."]
    cautions = [each for each in intervals.cautions if (intervals.method, each) not in _HEEDED]
    if Caution.TIES in cautions:  # which make lines cross
        cautions = [each for each in cautions if each is not Caution.CROSSING]
    told = [_advised(_CAUTIONS[caution], intervals) for caution in cautions]
    return [f"{text[0].upper()}{text[1:]}." for text in told]


def _advised(text: str, intervals: Intervals) -> str:
    """With the methods to take instead: rank tests do not allow for clusters, and nothing else does for ties."""
    unproved = count(intervals.unproved)
    if intervals.cluster is None:
        ties = "use --intervals rank, which allows for that"
        return text.format(others="rank or bootstrap", best="rank", ties=ties, unproved=unproved)
    ties = "no method allows for both that and clusters, so these intervals are rough"
    return text.format(others="bootstrap", best="bootstrap", ties=ties, unproved=unproved)


def interval_method(intervals: Intervals, room: Room) -> str:
    """How they were found, and what is assumed of the rows; the robust ones allow for unequal spread."""
    method = _METHODS[intervals.method or Method.SANDWICH].format(replicates=count(intervals.replicates or 0))
    if not intervals.robust:
        method = "rank tests for equal spread"
    rows = "rows"
    if intervals.cluster is not None:
        rows = f"clusters of {shortened(visible(intervals.cluster), room.name)} ({count(intervals.clusters or 0)})"
    return f"Intervals: {method}; independent {rows} assumed."


def _holds_zero(interval: Interval | Unavailable | None) -> bool:
    return isinstance(interval, Interval) and interval.holds_zero


def _ends(interval: Interval) -> tuple[str, str]:
    """Both ends in one notation, that of a coefficient as large as the larger one."""
    width, ends = interval.high - interval.low, (interval.low, interval.high)
    write = _fixed_end if is_fixed(max(map(abs, ends))) else _scientific_end
    low, high = (_end(each) if math.isinf(width) or width <= 0 else write(each, width) for each in ends)
    return low, high


def _end(value: float) -> str:
    """An end of an interval without a width."""
    if math.isinf(value):
        return "-∞" if value < 0 else "∞"
    return quantity(value)


def _estimate(value: float | None, interval: Interval | Unavailable | None) -> str:
    width = interval.high - interval.low if isinstance(interval, Interval) else math.inf
    if value is None or math.isinf(width) or width <= 0:
        return quantity(value)
    return quantity(value, _digits(value, width))


def _fixed_end(value: float, width: float) -> str:
    """An end with as many decimals as give the width two digits; one that would be 0 has a digit of its own."""
    decimals = max(0, _DIGITS_OF_WIDTH - 1 - math.floor(math.log10(width)))
    if _LEAST_END * width < abs(value) < 0.5 * 10**-decimals:
        return quantity(value, 1)
    return quantity(value) if decimals > _MOST_DECIMALS else fixed(value, decimals)


def _scientific_end(value: float, width: float) -> str:
    """An end with a power of ten, and digits enough to give the width two of them."""
    return scientific(value, _digits(value, width))


def _digits(value: float, width: float) -> int:
    """As many as a number has whose last digit is the second one of a width."""
    digits = _DIGITS_OF_WIDTH + exponent_of(value) - math.floor(math.log10(width))
    return min(max(_FEWEST_DIGITS, digits), _ALL_DIGITS)
