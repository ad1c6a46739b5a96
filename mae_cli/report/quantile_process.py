"""Coefficients as they change with the quantile: for each a line a quantile, with its interval, and least squares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from mae_cli.inference.values import Interval, Unavailable
from mae_cli.report.numbers import in_line, quantity

_NARROWEST, _WIDEST = 20, 48
_MARGIN = 6


@dataclass(frozen=True)
class Estimate:
    """A coefficient at one quantile, with its interval, or why there is none."""

    value: float
    interval: Interval | Unavailable | None


@dataclass(frozen=True)
class CoefficientProcess:
    """One coefficient over the quantiles.

    Attributes:
        name: of the coefficient.
        quantiles: τ of each fit.
        estimates: the coefficient at each of them.
        squared: the coefficient of least squares.
    """

    name: str
    quantiles: Sequence[float]
    estimates: Sequence[Estimate]
    squared: float

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the name, a line for each quantile, and the scale below."""
        names = [f"{quantile:g}" for quantile in self.quantiles]
        values = in_line([quantity(estimate.value) for estimate in self.estimates])
        left = max(map(cell_len, names)) + max(map(cell_len, values)) + _MARGIN
        low, high = self._range()
        scale = _Scale(low, high, min(max(options.max_width - left, _NARROWEST), _WIDEST), is_ascii=options.ascii_only)
        widest = max(map(cell_len, names))
        yield Text(self.name, "bold")
        for name, value, bar in zip(names, values, self._bars(scale), strict=True):
            yield Text(f"  {name:<{widest}}  {value}  {bar}".rstrip(), no_wrap=True, overflow="ignore")
        yield Text(" " * left + scale.labels(), no_wrap=True, overflow="ignore")

    def _bars(self, scale: "_Scale") -> Iterator[str]:
        for estimate in self.estimates:
            yield scale.bar(estimate, self.squared)

    def _range(self) -> tuple[float, float]:
        """From the least end of an interval to the largest; infinite ends are not drawn."""
        ends = [self.squared, *(estimate.value for estimate in self.estimates)]
        for estimate in self.estimates:
            if isinstance(estimate.interval, Interval):
                ends += [end for end in (estimate.interval.low, estimate.interval.high) if isfinite(end)]
        low, high = min(ends), max(ends)
        return (low, high) if high > low else (low - 1.0, high + 1.0)


@dataclass(frozen=True)
class _Scale:
    """Where numbers stand on a line of so many cells."""

    low: float
    high: float
    cells: int
    is_ascii: bool

    def place(self, value: float) -> int:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(share * (self.cells - 1))

    def bar(self, estimate: Estimate, squared: float) -> str:
        """The interval as a bar with the estimate on it; behind it least squares, and zero where the scale has it."""
        line, point, zero, mean = ("-", "o", ":", "|") if self.is_ascii else ("─", "●", "┊", "│")
        cells = [" "] * self.cells
        if self.low <= 0 <= self.high:
            cells[self.place(0.0)] = zero
        cells[self.place(squared)] = mean
        if isinstance(estimate.interval, Interval):
            first, last = self.place(estimate.interval.low), self.place(estimate.interval.high)
            cells[first : last + 1] = line * (last + 1 - first)
        cells[self.place(estimate.value)] = point
        return "".join(cells)

    def labels(self) -> str:
        """The ends of the scale."""
        low, high = quantity(self.low), quantity(self.high)
        return low + " " * max(1, self.cells - cell_len(low) - cell_len(high)) + high
