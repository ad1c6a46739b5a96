"""Progress on standard error: one line that appears when the work takes long and leaves no trace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from mae_cli.progress import EpochCounter
from mae_cli.report.numbers import at_most, count, duration, quantity

if TYPE_CHECKING:
    from rich.live import Live

DELAY = 0.5
"""Seconds of work before anything is shown."""
INTERVAL = 0.1
"""Seconds between two drawings."""

_PROVED = 1e-12


@contextmanager
def progress(console: Console, enabled: bool) -> Iterator[EpochCounter]:
    """Yield a listener that shows progress: on a terminal, when enabled, and after half a second.

    No thread is started, and the line is erased at the end, whether that is an exception or not.
    """
    if not (enabled and console.is_terminal and not console.is_dumb_terminal):
        yield EpochCounter()
        return
    line = _ProgressLine(console)
    try:
        yield line
    finally:
        line.close()


class _ProgressLine(EpochCounter):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._start = time.monotonic()
        self._next = self._start + DELAY
        self._live: Live | None = None
        self._fit: dict[str, str] = {}
        self._descent = self._start

    def reading(self, rows: int, share: float | None = None) -> None:
        if self._is_due():
            self._show(f"reading: {count(rows)} rows", *([] if share is None else [f"{100 * share:.0f}%"]))

    def preparing(self) -> None:
        if self._is_due():
            self._show("preparing")

    def scoring(self) -> None:
        if self._is_due():
            self._show("scoring")

    def planning(self, epochs: int) -> None:
        super().planning(epochs)
        self._descent = time.monotonic()

    def passing(self, count: int) -> None:
        super().passing(count)
        if count == 1:  # another fit
            self._fit = {}
        self._note("pass", f"pass {count:,}")

    def reached(self, step: int, loss: float) -> None:
        super().reached(step, loss)
        if not self.epochs:
            self._note("step", f"step {count(step)}, loss {quantity(loss)}")
            return
        left = (time.monotonic() - self._descent) / step * (self.epochs - step)
        self._fit.pop("pass", None)
        self._note("step", f"epoch {count(step)} of {count(self.epochs)}, loss {quantity(loss)}, {duration(left)} left")

    def proved(self, relative_gap: float) -> None:
        super().proved(relative_gap)
        near = "proved" if relative_gap <= _PROVED else f"at most {at_most(relative_gap)} above the optimum"
        self._note("gap", near)

    def refitting(self, done: int, count: int, share: float) -> None:
        if self._is_due():
            passed = [f"pass {100 * share:.0f}%"] if 0 < share < 1 else []
            self._show(f"refitting: {done:,} of {count:,}", *passed)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()

    def _note(self, what: str, text: str) -> None:
        self._fit[what] = text
        if self._is_due():
            known = [self._fit[key] for key in ("pass", "step", "gap") if key in self._fit]
            self._show(f"fitting: {known[0]}", *known[1:])

    def _is_due(self) -> bool:
        now = time.monotonic()
        due = now >= self._next
        if due:
            self._next = now + INTERVAL
        return due

    def _show(self, *parts: str) -> None:
        elapsed = duration(time.monotonic() - self._start)
        # What a narrow window crops is at the end; the time is not.
        self._draw(Text(" · ".join((elapsed, *parts)), no_wrap=True, overflow="ellipsis"))

    def _draw(self, text: Text) -> None:
        if self._live is None:
            self._live = self._open()
        self._live.update(text, refresh=True)

    def _open(self) -> "Live":
        from rich.live import Live  # noqa: PLC0415  (most fits end before it is needed)

        live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start()
        return live
