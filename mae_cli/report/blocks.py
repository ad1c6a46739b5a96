"""Coefficients in blocks: a line for each column of numbers, and for each text column its levels below its baseline.

    distance             -0.0947
    origin (vs EWR, 2,814 rows)
      JFK                 0.76
      LGA                -0.43

All tables of coefficients have them: those of one fit, of several beside each other, and of models without data.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mae_cli.inference.values import Interval, Unavailable
from mae_cli.messages import INTERCEPT, column_text, level_text
from mae_cli.report.console import Room
from mae_cli.report.names import shortened
from mae_cli.report.numbers import count, counted, quantity
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import Effect, FitReport

Column: TypeAlias = tuple[str, Sequence[str]]
"""A heading, and below it a cell for each coefficient that is shown."""

EVERYTHING = "--json"
"""What has all coefficients, whatever room there is."""
_FEWEST = 4  # coefficients that are shown whatever the room
_MORE_LINES = 2  # of a block of which some levels are left out: its heading, and how many these are


@dataclass(frozen=True)
class Coefficient:
    """A coefficient in one fit or model, or in several beside each other.

    Attributes:
        feature: the column that it is of; None for the intercept.
        values: in each of them; None where a model has none.
        effects: in each of them, for one standard deviation of the column; none of models without data.
        intervals: in each of them; none of models without data.
        level: of a text column, that it is of; None for a column of numbers.
        baseline: for a level, the one that it is measured from.
        rows: for a level, how many training rows have it; None where that is not known.
        baseline_rows: for a level, how many have its baseline; None likewise.
        unit: of a date (days) or a time of day (hours).
    """

    feature: str | None
    values: tuple[float | None, ...]
    effects: tuple[float, ...] = ()
    intervals: tuple[Interval | Unavailable | None, ...] = ()
    level: str | None = None
    baseline: str | None = None
    rows: int | None = None
    baseline_rows: int | None = None
    unit: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is that of a column of numbers."""
        return self.feature is not None and self.level is None

    @property
    def largest(self) -> float:
        """The value that is farthest from 0."""
        return max((value for value in self.values if value is not None), key=abs)

    @property
    def effect(self) -> float:
        """The size of the largest effect; that of the coefficient where effects are not known."""
        return max(map(abs, self.effects or (self.largest,)))


def coefficients_of(fits: Sequence[FitReport]) -> list[Coefficient]:
    """Those that were estimated, the intercept first; all fits have the same columns."""
    others = [{effect.column: effect for effect in fit.effects} for fit in fits]
    found = [_of([each[effect.column] for each in others]) for effect in fits[0].effects if not effect.aliased]
    if fits[0].intercept is None:
        return found
    intervals = tuple(None if fit.intervals is None else fit.intervals.intercept for fit in fits)
    return [Coefficient(None, tuple(fit.intercept or 0.0 for fit in fits), intervals=intervals), *found]


def _of(effects: Sequence[Effect]) -> Coefficient:
    """That of one column in each fit."""
    first = effects[0]
    return Coefficient(
        first.column.feature,
        tuple(effect.value for effect in effects),
        tuple(effect.per_deviation for effect in effects),
        tuple(effect.interval for effect in effects),
        first.column.level,
        first.baseline,
        first.rows,
        first.baseline_rows,
        first.unit,
    )


@dataclass(frozen=True)
class Line:
    """A line of a table: the name of a coefficient; or that of a block, or how many of its levels are left out.

    Attributes:
        name: what it begins with.
        coefficient: None for a line of words alone.
        levels_left: how many it says to be left out.
    """

    name: str
    coefficient: Coefficient | None = None
    levels_left: int = 0


@dataclass(frozen=True)
class Blocks:
    """The coefficients that a table has room for, block after block.

    Attributes:
        lines: of the table.
        columns_left: how many columns have none of them.
    """

    lines: tuple[Line, ...]
    columns_left: int

    @property
    def shown(self) -> list[Coefficient]:
        """The coefficients in their order; the columns of a table have a cell for each of them."""
        return [line.coefficient for line in self.lines if line.coefficient is not None]

    def values(self, place: int) -> list[float | None]:
        """Those in one of the fits or models."""
        return [coefficient.values[place] for coefficient in self.shown]

    def quantities(self, place: int) -> list[str]:
        """The same as they are written."""
        return list(map(quantity, self.values(place)))

    def rows_of_levels(self) -> list[Column]:
        """A column of how many training rows have each level; none where there is nothing to tell."""
        cells = ["" if each.rows is None else count(each.rows) for each in self.shown]
        return [("rows", cells)] if any(cells) else []

    def table(self, columns: Sequence[Column], place: str = EVERYTHING) -> AlignedTable:
        """The columns beside the names; `place` has the coefficients that are left out."""
        cells = [self.spread(column) for _, column in columns]
        rows = list(zip([line.name for line in self.lines], *cells, strict=True))
        return AlignedTable(["term", *(heading for heading, _ in columns)], rows, footer=self.footer(place))

    def spread(self, cells: Sequence[str]) -> list[str]:
        """A cell for each line: nothing beside what is no coefficient."""
        following = iter(cells)
        return ["" if line.coefficient is None else next(following) for line in self.lines]

    def footer(self, place: str = EVERYTHING) -> str | None:
        """How many columns are left out, and where everything is; None where nothing is left out."""
        if not self.columns_left:
            return f"(all in {place})" if any(line.levels_left for line in self.lines) else None
        if any(each.effects for each in self.shown):
            return f"… and {counted(self.columns_left, 'column')} with smaller effects (all in {place})"
        return f"… and {counted(self.columns_left, 'more column')} (all in {place})"


def in_blocks(coefficients: Sequence[Coefficient], room: Room, height: int = 1) -> Blocks:
    """The intercept, and as many columns as there is room for: those with the largest effects, where these are known.

    Each coefficient takes `height` lines. Levels that find no room leave out those with the smallest effects: where
    they would take more than half of all lines, and more than the columns that follow leave them.
    """
    blocks = _by_column(coefficients)
    left = math.inf if room.terms is None else max(room.terms, _FEWEST * height)
    most = max(left / 2, _MORE_LINES + height)
    shown: list[list[Line]] = []
    for following, block in zip(reversed(range(len(blocks))), blocks, strict=True):
        shown.append(_lines(block, room, max(min(left, most), left - height * following), height))
        left -= sum(1 if line.coefficient is None else height for line in shown[-1])
        if not shown[-1]:
            break
    intercept = [Line(INTERCEPT, each) for each in coefficients if each.feature is None]
    lines = itertools.chain(intercept, *shown)
    return Blocks(tuple(lines), len(blocks) - sum(map(bool, shown)))


def _by_column(coefficients: Sequence[Coefficient]) -> list[list[Coefficient]]:
    """Those of each column, and of each baseline of its levels; the largest effects first, where they are known."""
    blocks: dict[tuple[str, str | None], list[Coefficient]] = {}
    for each in coefficients:
        if each.feature is not None:
            blocks.setdefault((each.feature, each.baseline), []).append(each)
    found = list(blocks.values())
    return sorted(found, key=lambda block: -max(each.effect if each.effects else 0.0 for each in block))


def _lines(block: Sequence[Coefficient], room: Room, limit: float, height: int) -> list[Line]:
    """Those of a column in no more than so many lines; none where that cannot be."""
    if block[0].is_number:
        return [Line(_number_name(block[0], room), block[0])] if height <= limit else []
    ordered, most = sorted(block, key=lambda each: -each.effect), len(block)
    if 1 + height * most > limit:
        most = max(0, int(limit - _MORE_LINES) // height)
    names = [Line(f"  {_level(each.level, None, room)}", each) for each in _in_natural_order(ordered[:most])]
    hidden = [_left_out(ordered[:most], ordered[most:], room)] if names and most < len(block) else []
    return [Line(_heading(block[0], room)), *names, *hidden] if names else []


def _left_out(shown: Sequence[Coefficient], hidden: Sequence[Coefficient], room: Room) -> Line:
    """How many levels are left out, and the largest of their coefficients where few rows have made its effect small."""
    if not hidden[0].effects:
        return Line(f"  … and {counted(len(hidden), 'more level')}", levels_left=len(hidden))
    least, largest = min(abs(each.largest) for each in shown), max(hidden, key=lambda each: abs(each.largest))
    text = f"  … and {counted(len(hidden), 'level')} with smaller coefficients"
    if abs(largest.largest) > least:
        text += f" or fewer rows, up to {quantity(largest.largest)} ({_level(largest.level, None, room)})"
    return Line(text, levels_left=len(hidden))


def _in_natural_order(block: Sequence[Coefficient]) -> list[Coefficient]:
    """By the levels: numbers by value where all are numbers, else text."""
    try:
        values = {each.level: float(each.level or "") for each in block}
    except ValueError:
        values = {}
    if any(map(math.isnan, values.values())):
        values = {}
    return sorted(block, key=lambda each: (values.get(each.level, 0.0), each.level or ""))


def full_name(coefficient: Coefficient, room: Room) -> str:
    """A name that needs no heading of a block: `distance`; `origin = JFK, 2,700 rows (vs EWR, 2,814 rows)`."""
    if coefficient.feature is None:
        return INTERCEPT
    if coefficient.is_number:
        return _number_name(coefficient, room)
    name = f"{_feature(coefficient, room)} = {_level(coefficient.level, coefficient.rows, room)}"
    return f"{name} (vs {_level(coefficient.baseline, coefficient.baseline_rows, room)})"


def _number_name(coefficient: Coefficient, room: Room) -> str:
    """`distance`, `date (days)`."""
    name = _feature(coefficient, room)
    return name if coefficient.unit is None else f"{name} ({coefficient.unit})"


def _heading(coefficient: Coefficient, room: Room) -> str:
    """`origin (vs EWR, 2,814 rows)`."""
    baseline = _level(coefficient.baseline, coefficient.baseline_rows, room)
    return f"{_feature(coefficient, room)} (vs {baseline})"


def _feature(coefficient: Coefficient, room: Room) -> str:
    return shortened(column_text(coefficient.feature or ""), room.name)


def _level(level: str | None, rows: int | None, room: Room) -> str:
    """`JFK, 2,700 rows`."""
    name = shortened(level_text(level or ""), room.name)
    return name if rows is None else f"{name}, {counted(rows, 'row')}"
