"""The coefficients of several quantiles side by side: one row a term, one column a quantile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult

from mae_cli.inference.values import Interval
from mae_cli.messages import INTERCEPT
from mae_cli.report.names import shortened
from mae_cli.report.numbers import counted, in_line, quantity
from mae_cli.report.tables import AlignedTable
from mae_cli.results.training import FitReport

# Terminal cells of a name where a line has no room for all columns.
_SHORT_NAME = 22


@dataclass(frozen=True)
class QuantileCoefficients:
    """A table as wide as the terminal allows.

    The decimal points of a column are in line where there is room for that. Else numbers stand at the right, closer
    together, with shorter names; and quantiles that find no room so stand in a table of their own below.

    Attributes:
        fits: one for each quantile.
        name: terminal cells for a name; None for no limit.
        terms: coefficients listed, the largest effects first; None for all.
    """

    fits: Sequence[FitReport]
    name: int | None
    terms: int | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or those that it takes."""
        table = self._wide()
        if not console.is_terminal or table.width <= options.max_width:
            yield table
            return
        tables = list(self._closely(self.fits, options.max_width))
        for number, each in enumerate(tables):
            yield from [""] * (number > 0)
            yield each
        if self._footer is not None:
            yield self._footer

    def _wide(self) -> AlignedTable:
        columns = [
            [
                f"{value} {mark}"
                for value, mark in zip(in_line(_values(fit, self._order)), _marks(fit, self._order), strict=True)
            ]
            for fit in self.fits
        ]
        headings = ["term", *(f"{fit.quantile:g}" for fit in self.fits)]
        rows = list(zip(self._names(self.name), *columns, strict=True))
        return AlignedTable(headings, rows, footer=self._footer)

    def _closely(self, fits: Sequence[FitReport], width: int) -> Iterator[AlignedTable]:
        """The columns of these fits in one table, or one half of them after the other."""
        columns = [
            list(map("".join, zip(_values(fit, self._order), _marks(fit, self._order), strict=True))) for fit in fits
        ]
        names = self._names(_SHORT_NAME if self.name is None else min(self.name, _SHORT_NAME))
        headings = ["term", *(f"{fit.quantile:g} " for fit in fits)]
        table = AlignedTable(headings, list(zip(names, *columns, strict=True)), separator="  ")
        if table.width <= width or len(fits) == 1:
            yield table
            return
        half = (len(fits) + 1) // 2
        yield from self._closely(fits[:half], width)
        yield from self._closely(fits[half:], width)

    def _names(self, room: int | None) -> list[str]:
        effects = self.fits[0].effects
        terms = [shortened(effects[place].column.label, room) for place in self._order]
        return terms if self.fits[0].intercept is None else [INTERCEPT, *terms]

    @property
    def _order(self) -> list[int]:
        return in_order(self.fits)[: self.terms]

    @property
    def _footer(self) -> str | None:
        left = len(in_order(self.fits)) - len(self._order)
        return f"… and {counted(left, 'smaller coefficient')} (all in --json)" if left else None


def in_order(fits: Sequence[FitReport]) -> list[int]:
    """The estimated effects, the largest of all quantiles first."""
    order = sorted(range(len(fits[0].effects)), key=lambda place: -_largest(fits, place))
    return [place for place in order if not fits[0].effects[place].aliased]


def is_marked(fit: FitReport) -> bool:
    """Whether an interval of its coefficients holds 0."""
    return any(mark.strip() for mark in _marks(fit, range(len(fit.effects))))


def _largest(fits: Sequence[FitReport], place: int) -> float:
    return max(abs(fit.effects[place].per_deviation) for fit in fits)


def _values(fit: FitReport, order: Sequence[int]) -> list[str]:
    intercept = [] if fit.intercept is None else [fit.intercept]
    return list(map(quantity, [*intercept, *(fit.effects[place].value for place in order)]))


def _marks(fit: FitReport, order: Sequence[int]) -> list[str]:
    intercept = [] if fit.intercept is None else [None if fit.intervals is None else fit.intervals.intercept]
    return list(map(_mark, [*intercept, *(fit.effects[place].interval for place in order)]))


def _mark(interval: object) -> str:
    return "·" if isinstance(interval, Interval) and interval.holds_zero else " "
