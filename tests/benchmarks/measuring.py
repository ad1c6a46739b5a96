"""Solvers take turns on the same data, each fit in a process of its own and under a time limit."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import OURS
from benchmarks.processes import ProcessError, TimedOutError, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.cases import Case
    from benchmarks.peers import Solver

_LOADING = 60  # seconds beside the fit: code, data, the loss
_SLOW = 10.0  # seconds; a fit that takes longer is not repeated


@dataclass(frozen=True)
class Trouble:
    """Why a solver has no figures: a word or a bound in place of its seconds, and a sentence."""

    word: str
    reason: str


@dataclass
class Protocol:
    """How often to measure and for how long; it learns from one case what the next may cost.

    Attributes:
        repeats: fits of each solver; the median counts.
        limit: seconds for one fit.
        pace: seconds for each cell of X, by solver, as last measured.
    """

    repeats: int = 5
    limit: float = 120.0
    pace: dict[str, float] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return (
            f"median of {self.repeats}, taken in turn; a fit over {_SLOW:g} s runs once, "
            f"and is stopped some time after {self.limit:g} s"
        )

    def too_slow(self, solver: Solver, cells: int) -> Trouble | None:
        """Return why a solver need not try, None if it may: its time grows at least in proportion to the cells.

        Ours always tries.
        """
        expected = 0.0 if solver.package == OURS.package else self.pace.get(solver.name, 0.0) * cells
        if expected <= self.limit:
            return None
        return Trouble("skipped", f"at least {expected:,.0f} s expected from its pace on fewer cells")

    def note(self, solver: Solver, cells: int, seconds: float) -> None:
        """Remember how fast a solver was."""
        self.pace[solver.name] = seconds / cells


@dataclass
class Entry:
    """What became of one solver: the seconds of its fits, its loss and passes, or why there are none."""

    solver: Solver
    seconds: list[float] = field(default_factory=list)
    loss: float | None = None
    passes: int | None = None
    trouble: Trouble | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds and not self.trouble else None


def measured(case: Case, solvers: Sequence[Solver], protocol: Protocol) -> list[Entry]:
    """Run all solvers that can take the data in turn, `protocol.repeats` times over."""
    say(f"{case.title}: data")
    data = case.data()
    cells = len(data.target) * case.columns
    entries = [_introduced(solver, cells, protocol) for solver in solvers if getattr(data, solver.takes) is not None]
    with tempfile.TemporaryDirectory(prefix="mae-cli-benchmark-") as folder:
        data.write(Path(folder))
        del data  # a fit has the memory of the machine to itself
        for turn in range(protocol.repeats):
            for entry in entries:
                if not entry.trouble and max(entry.seconds, default=0.0) <= _SLOW:
                    say(f"{case.title}: turn {turn + 1}, {entry.solver.name}")
                    _fit(entry, Path(folder), case.quantile, protocol.limit)
    for entry in entries:
        if entry.seconds:
            protocol.note(entry.solver, cells, max(entry.seconds))
    return entries


def _introduced(solver: Solver, cells: int, protocol: Protocol) -> Entry:
    """Find out whether a solver is there and may be quick enough; if not, that is an entry too."""
    try:
        solver.version()
    except Exception as error:  # noqa: BLE001 (whatever keeps a solver away, the others still run)
        return Entry(solver, trouble=Trouble("missing", str(error)))
    return Entry(solver, trouble=protocol.too_slow(solver, cells))


def _fit(entry: Entry, folder: Path, quantile: float, limit: float) -> None:
    """Fit once; note the figures or the failure."""
    try:
        figures = json.loads(run(entry.solver.command(folder, quantile), limit + _LOADING).stdout)
    except TimedOutError:
        entry.trouble = Trouble(f"> {limit:g}", f"stopped after {limit:g} s")
        entry.seconds.append(limit)
    except ProcessError as error:
        entry.trouble = Trouble("failed", str(error))
    else:
        entry.seconds.append(figures["seconds"])
        entry.loss, entry.passes = figures["loss"], figures["passes"]


def say(what: str) -> None:
    """Tell a waiting person what is being done, on one line of the terminal; a file need not know."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what[:100]}", end="\r", file=sys.stderr, flush=True)
