"""The rows on Dask's local workers: the same answer as in memory, and what it costs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.commands import MILLION, require, train
from benchmarks.csv_file import csv_file
from benchmarks.processes import Finished, ProcessError
from benchmarks.tables import Table, three_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.measuring import Protocol

ON_WORKERS = ("--dask", "local")
HEADINGS = ("rows live", "status", "loss", "passes", "seconds")


def dask(protocol: Protocol) -> Iterator[Table]:  # noqa: ARG001 (answers are compared, once)
    """Return one table: in memory, on the workers, and whether they agree."""
    title = f"mae-train {' '.join(ON_WORKERS)} on a CSV of {MILLION.size}, seed {MILLION.seed}"
    try:
        require(*ON_WORKERS)
        path = csv_file(MILLION)
        yield agreement(title, train(path), train(path, *ON_WORKERS))
    except (OSError, ProcessError) as error:
        yield Table(title, notes=(f"skipped: {error}",))


def agreement(title: str, memory: Finished, workers: Finished) -> Table:
    """Compare the two reports, figure by figure."""
    here, there = _answer(memory), _answer(workers)
    same = ["yes" if one == other else "NO" for one, other in zip(here, there, strict=True)]
    lines = (
        ("in memory", *here, three_digits(memory.seconds)),
        ("on workers", *there, three_digits(workers.seconds)),
        ("equal", *same, ""),
    )
    return Table(title, HEADINGS, lines, text_columns=2)


def _answer(finished: Finished) -> tuple[str, str, str]:
    report = json.loads(finished.stdout)
    certificate = report["certificate"]
    return certificate["status"], repr(certificate["loss"]), str(report["history"]["passes"])
