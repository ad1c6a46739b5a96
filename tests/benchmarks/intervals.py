"""Intervals of the coefficients, beside the fit itself: standard errors, rank tests, and a bootstrap."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.cases import HeavyTailed
from benchmarks.measuring import Protocol, say
from benchmarks.tables import Table, ratio, three_digits
from mae_cli import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mae_cli import FitResult

HEADINGS = ("intervals", "runs", "seconds", "× one fit")


@dataclass(frozen=True)
class Sure:
    """Intervals of a fit by some methods; of a bootstrap so many replicates."""

    data: HeavyTailed
    methods: tuple[str, ...]
    replicates: int = 200


CASES = (
    Sure(HeavyTailed(1_000, 10), ("sandwich", "rank", "bootstrap")),
    Sure(HeavyTailed(10_000, 20), ("sandwich", "rank", "bootstrap")),
    Sure(HeavyTailed(100_000, 20), ("sandwich", "rank", "bootstrap")),
    Sure(HeavyTailed(1_000_000, 20), ("sandwich", "bootstrap")),
)


def intervals(protocol: Protocol) -> Iterator[Table]:
    """Return a table for each size: the fit alone, and what each method adds to it."""
    for case in CASES:
        data = case.data.data()

        def fitted(method: str = "sandwich", data=data) -> FitResult:
            return fit(data.matrix, data.target, intervals=method)

        yield _compared(case, fitted, protocol.repeats)


def _compared(case: Sure, fitted: Callable[..., FitResult], repeats: int) -> Table:
    """All in turn, after one of each that does not count; what intervals take is timed after the fit."""
    title = f"intervals of all coefficients: {case.data.size}, seed {case.data.seed}"
    seconds: dict[str, list[float]] = {name: [] for name in ("the fit", *case.methods)}
    for turn in range(repeats + 1):
        for method in case.methods:
            say(f"{title}: turn {turn}, {method}")
            start = time.perf_counter()
            result = fitted(method)
            middle = time.perf_counter()
            result.intervals(replicates=case.replicates)
            seconds[method].append(time.perf_counter() - middle)
            seconds["the fit"].append(middle - start)
    medians = {name: statistics.median(times[-repeats:]) for name, times in seconds.items()}
    lines = tuple(
        (
            f"{name}, {case.replicates} replicates" if name == "bootstrap" else name,
            str(repeats),
            three_digits(median),
            ratio(median, medians["the fit"]),
        )
        for name, median in medians.items()
    )
    return Table(title, HEADINGS, lines)
