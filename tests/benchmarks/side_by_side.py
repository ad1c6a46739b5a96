"""Time every installed solver beside ours, in one run, on the same data.

    python tests/benchmarks/side_by_side.py [--repeats 5] [--markdown]

Repeats are interleaved, so that a busy spell of the machine falls on all alike; the table shows medians.
"Excess" is how far the mean loss lies above the best one found, relative to it:
a fast wrong answer shows there.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cases import CASES, Case
from peers import OURS, PEERS, Peer, Quantreg, r_output
from rich.console import Console
from rich.table import Table

_WARM_UP_ROWS = 50  # for each column
_PAUSE = 0.2  # seconds

HEADINGS = ("solver", "version", "median seconds", "× ours", "excess")


@dataclass
class Entry:
    """What became of one peer: its times and its loss, or why there are none."""

    peer: Peer
    version: str = "–"
    seconds: list[float] | None = None
    loss: float = float("inf")
    trouble: str = ""


def main() -> None:
    """Measure all cases and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--markdown", action="store_true", help="tables for a document instead of a terminal")
    options = parser.parse_args()
    print(machine())
    for case in CASES:
        entries = measured(case, options.repeats)
        (print_markdown if options.markdown else print_terminal)(case, rows(entries))


def measured(case: Case, repeats: int) -> list[Entry]:
    """Run all peers in turn, `repeats` times over."""
    X, y = case.data()
    entries = [introduced(peer, case) for peer in PEERS]
    for turn in range(repeats):
        for entry in entries:
            if not entry.trouble and turn < (entry.peer.most_repeats or repeats):
                run(entry, case, X, y)
    return entries


def introduced(peer: Peer, case: Case) -> Entry:
    """Ask a peer for its version; an absent one is an entry too."""
    try:
        entry = Entry(peer, peer.version(), [])
    except Exception as error:  # noqa: BLE001 (whatever keeps a peer away, the others still run)
        return Entry(peer, trouble=f"missing: {error}")
    if peer.most_cells is not None and case.cells > peer.most_cells:
        entry.trouble = "too slow at this size"
    return entry


def run(entry: Entry, case: Case, X: np.ndarray, y: np.ndarray) -> None:
    """Fit once and note seconds and loss, or the failure.

    A small fit goes before the clock starts, as in R: code is loaded, and the threads of the last peer have gone to
    sleep.
    """
    some = slice(min(len(y), _WARM_UP_ROWS * X.shape[1]))
    try:
        with warnings.catch_warnings(action="ignore"):  # a peer's trouble shows in its loss
            if not isinstance(entry.peer, Quantreg):
                time.sleep(_PAUSE)
                entry.peer.fit(X[some], y[some], case.quantile)
            fit = entry.peer.fit(X, y, case.quantile)
    except Exception as error:  # noqa: BLE001 (a peer may fail in any way; that is a result)
        entry.trouble = f"failed: {error}"
        return
    residual = y - fit.fitted
    entry.seconds.append(fit.seconds)
    entry.loss = float(np.mean(residual * (case.quantile - (residual < 0))))


def rows(entries: list[Entry]) -> list[tuple[str, ...]]:
    """Turn entries into the cells of the table."""
    best = min(entry.loss for entry in entries)
    ours = next((statistics.median(e.seconds) for e in entries if e.peer is OURS and not e.trouble), None)
    return [cells(entry, best, ours) for entry in entries]


def cells(entry: Entry, best: float, ours: float | None) -> tuple[str, ...]:
    """Return one row: name, version, median seconds, ratio to ours, relative excess of the loss."""
    if entry.trouble:
        return (entry.peer.name, entry.version, entry.trouble[:60], "–", "–")
    seconds = statistics.median(entry.seconds)
    ratio = f"{seconds / ours:.1f}" if ours else "–"
    return (entry.peer.name, entry.version, f"{seconds:.4f}", ratio, f"{entry.loss / best - 1:.1e}")


def print_terminal(case: Case, lines: list[tuple[str, ...]]) -> None:
    """Print one case as a rich table."""
    table = Table(title=case.name, title_justify="left")
    for heading, side in zip(HEADINGS, ("left", "left", "right", "right", "right"), strict=True):
        table.add_column(heading, justify=side)
    for line in lines:
        table.add_row(*line)
    Console().print(table)


def print_markdown(case: Case, lines: list[tuple[str, ...]]) -> None:
    """Print one case as a Markdown table."""
    print(f"\n**{case.name}**\n")
    for line in (HEADINGS, ("---", "---", "---:", "---:", "---:"), *lines):
        print(f"| {' | '.join(line)} |")


def machine() -> str:
    """Describe processor, cores, system and the BLAS of numpy and of R."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    parts = [
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"Python {platform.python_version()}, numpy {np.__version__} ({blas['name']} {blas['version']})",
        f"R's BLAS: {r_blas()}",
    ]
    return "; ".join(parts)


def processor() -> str:
    """Return the processor's name where the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def r_blas() -> str:
    """Return the library that R multiplies with; R's own, unlike OpenBLAS, would be an unfair opponent."""
    try:
        libraries = r_output("cat(La_library())")
    except Exception as error:  # noqa: BLE001 (no R, no BLAS)
        return str(error)
    return libraries if "openblas" in libraries.lower() else f"{libraries} (not OpenBLAS: R is slower than it need be)"


if __name__ == "__main__":
    main()
