"""Our time as the rows grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cases import HeavyTailed
from benchmarks.measuring import Entry, Protocol, measured
from benchmarks.peers import ONE_PASS, OURS
from benchmarks.tables import NOTHING, Table, number, ratio, three_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = tuple(HeavyTailed(rows, 20) for rows in (10_000, 100_000, 1_000_000, 10_000_000))

HEADINGS = ("rows", "runs", "seconds", "× pass", "passes", "seconds per million rows")


def growth(protocol: Protocol) -> Iterator[Table]:
    """Return one table, a line for each number of rows."""
    lines = tuple(_line(size, *measured(size.case(), (OURS, ONE_PASS), protocol)) for size in SIZES)
    yield Table(f"mae-cli as the rows grow: {SIZES[0].columns} columns, seed {SIZES[0].seed}", HEADINGS, lines)


def _line(size: HeavyTailed, ours: Entry, one_pass: Entry) -> tuple[str, ...]:
    if ours.trouble:
        return (f"{size.rows:,}", NOTHING, ours.trouble.word, *[NOTHING] * 3)
    return (
        f"{size.rows:,}",
        str(len(ours.seconds)),
        three_digits(ours.median),
        ratio(ours.median, one_pass.median),
        number(ours.passes, "d"),
        three_digits(ours.median / size.rows * 1e6),
    )
