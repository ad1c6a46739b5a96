"""Progress on standard error: one line that appears when the work takes long and leaves no trace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.text import Text

from mae_cli.report.numbers import at_most, count, duration, quantity

if TYPE_CHECKING:
    from rich.live import Live

DELAY = 0.5
"""Seconds of work before anything is shown."""
INTERVAL = 0.1
"""Seconds between two drawings."""


class Report(Protocol):
    """Tells how far the work is; cheap enough to call at every step."""

    def __call__(self, *, step: int, loss: float, gap: float | None = None) -> None:
        """Report the step, the mean loss and, when known, the relative gap."""


@contextmanager
def progress(console: Console, enabled: bool) -> Iterator[Report]:
    """Yield a function that shows progress: on a terminal, when enabled, and after half a second.

    No thread is started, and the line is erased at the end, whether that is an exception or not.
    """
    if not (enabled and console.is_terminal and not console.is_dumb_terminal):
        yield _ignore
        return
    line = _ProgressLine(console)
    try:
        yield line
    finally:
        line.close()


def _ignore(*, step: int, loss: float, gap: float | None = None) -> None:
    pass


class _ProgressLine:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = time.monotonic()
        self._next = self._start + DELAY
        self._live: Live | None = None

    def __call__(self, *, step: int, loss: float, gap: float | None = None) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + INTERVAL
        parts = [f"fitting: step {count(step)}", f"loss {quantity(loss)}", duration(now - self._start)]
        if gap is not None:
            parts.insert(2, f"at most {at_most(gap)} above the optimum")
        self._draw(Text(" · ".join(parts), no_wrap=True, overflow="ellipsis"))

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()

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
