"""Neighbouring problems solved together, beside a single fit: several quantiles, and refits under random weights."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.cases import HeavyTailed
from benchmarks.measuring import Protocol, say
from benchmarks.tables import Table, ratio, three_digits
from mae_cli import exponential_factors, fit, refit
from mae_cli.losses import Absolute
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.scratch import Scratch
from mae_cli.solvers.family import Member, solve_family
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADINGS = ("problems", "runs", "seconds", "× one fit", "ms each")


@dataclass(frozen=True)
class Family:
    """Problems over the same rows: so many quantiles, or so many refits."""

    data: HeavyTailed
    quantiles: int = 0
    refits: int = 0

    @property
    def count(self) -> int:
        return self.quantiles or self.refits

    @property
    def name(self) -> str:
        return f"{self.quantiles} quantiles" if self.quantiles else f"{self.refits} refits"


FAMILIES = (
    Family(HeavyTailed(100_000, 20), quantiles=9),
    Family(HeavyTailed(50_000, 20), quantiles=99),
    Family(HeavyTailed(100_000, 20), refits=200),
    Family(HeavyTailed(1_000_000, 20), refits=200),
)
STREAMED = Family(HeavyTailed(10_000_000, 20), refits=20)


def families(protocol: Protocol) -> Iterator[Table]:
    """Return a table for each family, solved in memory."""
    for family in FAMILIES:
        data = family.data.data()
        quantiles = [(place + 1) / (family.quantiles + 1) for place in range(family.quantiles)]

        def together(data=data, quantiles=quantiles, family=family) -> None:
            if quantiles:
                fit(data.matrix, data.target, quantile=quantiles)
            else:
                refit(data.matrix, data.target, exponential_factors(family.refits))

        yield _compared(family, "", lambda data=data: fit(data.matrix, data.target), together, protocol.repeats)


def large_families(protocol: Protocol) -> Iterator[Table]:
    """Return these and one of refits from a scratch file."""
    yield from families(protocol)
    with Scratch() as scratch:
        blocks = ((Design(X), y) for X, y in STREAMED.data.blocks())
        rows = scratch.collect(Block(design, y, None, np.arange(len(y))) for design, y in blocks)
        members = [Member(factors=factors) for factors in exponential_factors(STREAMED.refits)]
        yield _compared(
            STREAMED,
            " from a scratch file",
            lambda: solve(rows, Absolute(), Auto()),
            lambda: solve_family(rows, members, Auto()),
            min(protocol.repeats, 2),
        )


def _compared(
    family: Family, place: str, alone: Callable[[], object], together: Callable[[], object], repeats: int
) -> Table:
    """Both in turn, after one of each that does not count."""
    ways = {"one fit": alone, family.name: together}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    under = " under exponential weights" if family.refits else ""
    title = f"{family.name}{under}: {family.data.size}{place}, seed {family.data.seed}"
    for turn in range(repeats + 1):
        for name, run in ways.items():
            say(f"{title}: turn {turn}, {name}")
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    lines = tuple(
        (
            name,
            str(repeats),
            three_digits(median),
            ratio(median, medians["one fit"]),
            three_digits(1e3 * median / (1 if name == "one fit" else family.count)),
        )
        for name, median in medians.items()
    )
    return Table(title, HEADINGS, lines)
