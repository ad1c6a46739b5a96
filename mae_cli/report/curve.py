"""The loss curve of a fit, or of two: how far above its minimum the loss is, pass by pass, on a logarithmic scale."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from mae_cli.report.canvas import AsciiCanvas, BrailleCanvas, Canvas, LogAxis, log_axis, step_ticks
from mae_cli.report.console import Room
from mae_cli.report.names import fit_name, loss_name, step_name
from mae_cli.report.numbers import count, quantity
from mae_cli.results.training import FitReport
from mae_cli.solvers.solution import ROUNDED_GAP

NOTHING_TO_DRAW = "The fit starts at its minimum: there is no curve to draw."

_FLOOR = 1e-12  # what is this share of the excess at the start above the minimum is rounding: it is proved
_CEILING = 1e300
_LANE_ROWS = 2  # a gap in the scale and, below it, the place of what has met the bound
_LANE_LABEL = "proved"
_STYLES = ("cyan", "magenta")
_WIDEST = 80


@dataclass(frozen=True)
class LossSeries:
    """The mean losses of one fit from its start to its end.

    Attributes:
        label: of the fit.
        steps: the pass, or the epoch, of each loss.
        losses: at these.
        minimum: the smallest loss that is possible, or a lower bound.
    """

    label: str
    steps: tuple[int, ...]
    losses: tuple[float, ...]
    minimum: float

    def points(self) -> list[tuple[int, float]]:
        """The steps with (lossₖ − minimum) / (loss₀ − minimum), clipped below at 1e-12.

        Of a fit that starts at the minimum there are only the steps at which it is there: all others are beyond any
        scale.
        """
        start = self.losses[0] - self.minimum
        course = zip(self.steps, self.losses, strict=True)
        if start <= ROUNDED_GAP * self.minimum:
            return [(step, _FLOOR) for step, loss in course if loss <= self.losses[0]]
        return [(step, min(max((loss - self.minimum) / start, _FLOOR), _CEILING)) for step, loss in course]


@dataclass(frozen=True)
class _Size:
    """How large a chart is: most intervals between ticks, and rows of the scale with and without the proved."""

    intervals: int
    with_lane: int
    without_lane: int


_TALL, _SHORT = _Size(5, 10, 10), _Size(3, 4, 6)


@dataclass(frozen=True)
class LossCurve:
    """A chart of one or two series that is as wide as the console, up to 80 cells.

    What has met its minimum is drawn on a line of its own, `proved`, below the scale: zero has no logarithm.

    Attributes:
        title: what is drawn.
        series: one or two fits; they share the axes because both are relative.
        step_name: what the axis counts, `pass` or `epoch`.
        short: whether it has five to seven rows; else up to 13.
    """

    title: str
    series: tuple[LossSeries, ...]
    step_name: str = "pass"
    short: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the title, the legend and the chart, line by line."""
        lines = [series.points() for series in self.series]
        values, last = [value for line in lines for _, value in line], max(step for line in lines for step, _ in line)
        above, proved = [value for value in values if value > _FLOOR], min(values) <= _FLOOR
        if not above:
            yield Text(NOTHING_TO_DRAW)
            return
        size = _SHORT if self.short else _TALL
        axis = log_axis(min(above), max(above), size.intervals)
        scale = _scale_rows(axis, size.with_lane if proved else size.without_lane)
        gutter = 1 + max(map(len, [self.step_name, _LANE_LABEL, *(label for _, label in axis.ticks)]))
        columns = max(8, min(options.max_width, _WIDEST) - gutter - 2)
        canvas = _canvas(columns, scale + (_LANE_ROWS if proved else 0), options)
        for index, line in enumerate(lines):
            for x, y in _path(_dots(line, last, _Scale(axis, scale), canvas)):
                canvas.mark(x, y, index)
        yield Text(self.title)
        if len(self.series) > 1:
            yield _legend(self.series, canvas)
        yield from _chart(canvas, _Scale(axis, scale), gutter, proved=proved)
        yield from _step_axis(last, self.step_name, gutter, columns)


@dataclass(frozen=True)
class _Scale:
    """An axis and the number of rows it covers."""

    axis: LogAxis
    rows: int

    def dot(self, logarithm: float, canvas: Canvas) -> int:
        """The height of a value; that of a tick at the end is in the middle of its row."""
        share = (self.axis.high - logarithm) / (self.axis.high - self.axis.low)
        return round(share * (self.rows - 1) * canvas.down) + canvas.down // 2


def _canvas(columns: int, rows: int, options: ConsoleOptions) -> Canvas:
    try:
        "⣿".encode(options.encoding)
    except UnicodeEncodeError:
        return AsciiCanvas(columns, rows)
    return AsciiCanvas(columns, rows) if options.legacy_windows else BrailleCanvas(columns, rows)


def _dots(points: list[tuple[int, float]], last: int, scale: _Scale, canvas: Canvas) -> Iterator[tuple[int, int]]:
    """The dot of every point."""
    right = canvas.columns * canvas.across - 1
    for step, value in points:
        x = round(step / max(1, last) * right)
        yield x, _lane_dot(canvas) if value <= _FLOOR else scale.dot(math.log10(value), canvas)


def _scale_rows(axis: LogAxis, about: int) -> int:
    """The number of rows of the scale, near `about`, with all ticks equally far apart."""
    intervals = len(axis.ticks) - 1
    return intervals * max(1, round(about / intervals)) + 1


def _lane_dot(canvas: Canvas) -> int:
    return (canvas.rows - 1) * canvas.down + canvas.down // 2


def _path(dots: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Every dot of the line through the given dots; a column with many spans their range."""
    corners: list[tuple[int, int]] = []
    for x, column in groupby(dots, key=lambda dot: dot[0]):
        heights = [y for _, y in column]
        corners += [(x, y) for y in (heights[0], min(heights), max(heights), heights[-1])]
    yield corners[0]
    for (x0, y0), (x1, y1) in pairwise(corners):
        length = max(abs(x1 - x0), abs(y1 - y0))
        for k in range(1, length + 1):
            yield x0 + round((x1 - x0) * k / length), y0 + round((y1 - y0) * k / length)


def _legend(series: Sequence[LossSeries], canvas: Canvas) -> Text:
    legend = Text()
    for index, (each, style) in enumerate(zip(series, _STYLES, strict=False)):
        legend.append("   " if index else "").append(canvas.sample(index), style).append(f" {each.label}")
    return legend


def _chart(canvas: Canvas, scale: _Scale, gutter: int, *, proved: bool) -> Iterator[Text]:
    labels = {scale.dot(position, canvas) // canvas.down: label for position, label in scale.axis.ticks}
    if proved:
        labels[canvas.rows - 1] = _LANE_LABEL
    for index in range(canvas.rows):
        edge = "┤" if index in labels else "┊" if index == scale.rows else "│"
        line = Text(f"{labels.get(index, ''):>{gutter - 1}} {edge}").append_text(canvas.row(index, _STYLES))
        line.rstrip()
        yield line


def _step_axis(last: int, name: str, gutter: int, columns: int) -> Iterator[Text]:
    """The lower edge with its ticks, and below it their steps; the last step is always among them."""
    room = len(count(last)) + 2
    shown = [step for step in step_ticks(last, columns // (room + 1)) if (last - step) / max(1, last) * columns >= room]
    ticks = {round(step / max(1, last) * (columns - 1)): step for step in (*shown, last)}
    yield Text(" " * gutter + "└" + "".join("┬" if column in ticks else "─" for column in range(columns)))
    labels = f"{name:>{gutter - 1}}"
    for column, step in ticks.items():
        label = count(step)
        start = min(column - (len(label) - 1) // 2, columns - len(label))
        labels = f"{labels:<{gutter + 1 + start}}{label}"
    yield Text(labels)


def course(fits: tuple[FitReport, ...], room: Room) -> list[RenderableType]:
    """The chart of the fits; nothing where a single pass was all."""
    if all(len(fit.course) <= 2 for fit in fits):
        return []
    return [LossCurve(_title(fits), tuple(map(_series, fits)), step_name(fits[0].solver), room.short)]


def _title(fits: tuple[FitReport, ...]) -> str:
    """`MAE above its minimum of 10.98, from 25.81 at the start (log scale)`."""
    measure = "proved lower bound" if any(fit.minimum is None for fit in fits) else "minimum"
    if len(fits) > 1:
        return f"each loss above its {measure}, as a share of the start (log scale)"
    (fit,) = fits
    name = "pinball loss" if fit.quantile != 0.5 else loss_name(fit.loss, fit.quantile)
    ends = f"{quantity(_least(fit))}, from {quantity(fit.course[0])} at the start"
    return f"{name} above its {measure} of {ends} (log scale)"


def _series(fit: FitReport) -> LossSeries:
    return LossSeries(fit_name(fit.loss, fit.quantile), fit.course_steps, fit.course, _least(fit))


def _least(fit: FitReport) -> float:
    return fit.certificate.lower_bound if fit.minimum is None else fit.minimum
