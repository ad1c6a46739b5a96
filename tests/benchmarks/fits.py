"""Fits in memory beside the peers, on synthetic rows and on real flights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import flights
from benchmarks.cases import Case, HeavyTailed
from benchmarks.measuring import Entry, Protocol, measured
from benchmarks.peers import ONE_PASS, OURS, OURS_FROM_FRAME, SOLVERS
from benchmarks.tables import NOTHING, Table, number, ratio, three_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = (
    HeavyTailed(10_000, 20).case(),
    HeavyTailed(100_000, 20).case(),
    HeavyTailed(100_000, 20).case(quantile=0.9),
    HeavyTailed(1_000_000, 20).case(),
    HeavyTailed(100_000, 100).case(),
    HeavyTailed(50_000, 300).case(),
)

HEADINGS = ("solver", "runs", "seconds", "× ours", "× pass", "passes", "excess")


def synthetic(protocol: Protocol) -> Iterator[Table]:
    """Return a table for each shape."""
    for case in CASES:
        yield table(case, measured(case, SOLVERS, protocol))


def real(protocol: Protocol) -> Iterator[Table]:
    """Return the tables of the flights; in one without peers the matrix would be too wide for memory."""
    try:
        cases = flights.cases()
    except ModuleNotFoundError as error:
        yield Table("real flights", notes=(f"skipped: {error}",))
        return
    for case in cases:
        yield table(case, measured(case, SOLVERS, protocol))


def table(case: Case, entries: list[Entry]) -> Table:
    """Return the figures of one case, a line for each solver."""
    losses = [entry.loss for entry in entries if entry.loss is not None]
    best = min(losses, default=None)
    ours = next((entry for entry in entries if entry.solver in {OURS, OURS_FROM_FRAME} and entry.median), None)
    one_pass = next((entry.median for entry in entries if entry.solver is ONE_PASS), None)
    lines = tuple(_line(entry, best, ours.median if ours else None, one_pass) for entry in entries)
    return Table(case.title, HEADINGS, lines, _notes(case, entries, ours))


def _line(entry: Entry, best: float | None, ours: float | None, one_pass: float | None) -> tuple[str, ...]:
    if entry.trouble:
        return (entry.solver.name, NOTHING, entry.trouble.word, *[NOTHING] * 4)
    return (
        entry.solver.name,
        str(len(entry.seconds)),
        three_digits(entry.median),
        ratio(entry.median, ours),
        ratio(entry.median, one_pass),
        number(entry.passes, "d"),
        number(None if entry.loss is None else entry.loss / best - 1, ".1e"),
    )


def _notes(case: Case, entries: list[Entry], ours: Entry | None) -> tuple[str, ...]:
    notes = [f"{entry.solver.name}: {entry.trouble.reason}." for entry in entries if entry.trouble]
    if case.optimum is not None and ours is not None:
        notes.append(f"Known optimum {case.optimum!r}; mae-cli's loss is {ours.loss!r}.")
    return tuple(notes)
