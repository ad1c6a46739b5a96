"""Progress on standard error: one line that appears when the work takes long and leaves no trace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from mae_cli.progress import EpochCounter, Phase
from mae_cli.report.numbers import ROUNDING, at_most, count, duration, quantity

if TYPE_CHECKING:
    from rich.live import Live

DELAY = 0.5
"""Seconds of work before anything is shown."""
INTERVAL = 0.1
"""Seconds between two drawings."""

_COUNTED = frozenset({Phase.BOOTSTRAP, Phase.IMPORTANCE})  # phases whose refits are known in number from the start
_IN_ORDER = ("rows", "share", "done", "left", "passes", "loss", "gap")


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
    """The phase of the work and what is known of it; of the facts the first ones stay where the line is too short."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._start = self._begun = time.monotonic()
        self._next = self._start + DELAY
        self._live: Live | None = None
        self._phase, self._name = Phase.READING, str(Phase.READING)
        self._facts: dict[str, str] = {}
        self._passes, self._is_descent = 0, False

    def entering(self, phase: Phase, quantile: float | None = None) -> None:
        self._phase, self._begun, self._facts = phase, time.monotonic(), {}
        self._name = phase if quantile is None else f"{phase} at quantile {quantile:g}"
        self._passes, self._is_descent = 0, False
        if self._begun >= self._start + DELAY:  # there may be no word of the phase for long
            self._draw(self._begun)

    def reading(self, rows: int, share: float | None = None) -> None:
        shown = {} if share is None else {"share": f"{100 * share:.0f}%"}
        self._tell(rows=f"{count(rows)} rows", **shown)

    def planning(self, epochs: int) -> None:
        super().planning(epochs)
        self._begun, self._facts, self._is_descent = time.monotonic(), {}, True

    def passing(self, count: int) -> None:
        super().passing(count)
        self._passes += 1
        if not self._is_descent:
            self._tell(passes=f"pass {self._passes:,}")

    def reached(self, step: int, loss: float) -> None:
        super().reached(step, loss)
        facts = {"loss": f"loss {quantity(loss)}"}
        if self._is_descent:
            facts |= {"done": f"epoch {count(step)} of {count(self.epochs)}", "left": self._left(step, self.epochs)}
        self._tell(**facts)

    def proved(self, relative_gap: float) -> None:
        super().proved(relative_gap)
        self._tell(gap="proved" if relative_gap <= ROUNDING else f"gap {at_most(relative_gap)}")

    def refitting(self, done: int, count: int, share: float) -> None:
        within = f" ({100 * share:.0f}%)" if 0 < share < 1 else ""
        facts = {"passes": f"pass {self._passes:,}{within}"}
        if self._phase in _COUNTED:
            facts |= {"done": f"{done:,} of {count:,} refits", "left": self._left(done, count)}
        self._tell(**facts)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()

    def _left(self, done: int, planned: int) -> str:
        """How long those that are not done take at the pace so far; empty where there is none to tell."""
        if not 0 < done < planned:
            return ""
        return f"{duration((time.monotonic() - self._begun) / done * (planned - done))} left"

    def _tell(self, **facts: str) -> None:
        self._facts |= facts
        now = time.monotonic()
        if now >= self._next:
            self._draw(now)

    def _draw(self, now: float) -> None:
        self._next = now + INTERVAL
        facts = [fact for what in _IN_ORDER if (fact := self._facts.get(what))]
        head = f"{duration(now - self._start)} · {self._name}"
        line = head + (": " if facts else "") + " · ".join(facts)
        while len(facts) > 1 and cell_len(line) > self._console.width:
            facts.pop()
            line = f"{head}: {' · '.join(facts)}"
        self._show(Text(line, no_wrap=True, overflow="ellipsis"))

    def _show(self, text: Text) -> None:
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
