"""`PYTHONPATH=tests python -m oracle`: fit awkward problems, and count what is false about the fits."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

import mae_cli
from oracle.awkward import KINDS, SIZES, problem
from oracle.family import family, family_verdicts
from oracle.verdict import Verdict, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEEDS_SHOWN = 12
CHUNK = 50
SOLVERS = ("auto", "textbook", "family")


@dataclass(frozen=True)
class Outcome:
    """What the campaign counts of one fit.

    Attributes:
        kinds: the faults, and what is counted beside them.
    """

    seed: int
    solver: str
    status: str
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, seed: int, verdict: Verdict) -> Outcome:
        """Of a verdict."""
        kinds = [fault.kind.value for fault in verdict.faults]
        kinds += ["(limit, which is honest)"] * verdict.gave_up + ["(warning)"] * bool(verdict.warnings)
        kinds += [f"({verdict.how})"] * bool(verdict.how)
        status = "exception" if verdict.claim is None else verdict.claim.status
        return cls(seed, verdict.solver, status, tuple(dict.fromkeys(kinds)))


def main(arguments: list[str] | None = None) -> int:
    """Run a campaign, or show one problem; the exit status is 1 when a fault was found."""
    options = parsed(arguments)
    print(f"mae_cli of {mae_cli.__file__}; {kernel()}")
    if options.show is not None:
        return show(options.show, options.size, options.kind, options.solver)
    start = time.perf_counter()
    seeds = range(options.first, options.first + options.count)
    outcomes = list(chain.from_iterable(examined(seeds, options)))
    seconds = time.perf_counter() - start
    print(f"{len(seeds):,} problems in {seconds:.0f} s: {len(seeds) / seconds:.1f} a second")
    print("\n".join(summary(outcomes)))
    return int(any(not kind.startswith("(") for outcome in outcomes for kind in outcome.kinds))


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="python -m oracle", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many problems (default 1000)")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="seed of the first (default 0)")
    parser.add_argument("--size", choices=SIZES, default="small", help="rows and columns (small)")
    parser.add_argument("--kind", choices=KINDS, help="only problems that are awkward in this way")
    parser.add_argument("--solver", choices=SOLVERS, help="only this one; family: problems over the same rows")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--show", type=int, metavar="SEED", help="print one problem and its verdicts in full")
    return parser.parse_args(arguments)


def kernel() -> str:
    """Which kernel of the linear algebra is used, as far as it is known."""
    asked = f"OPENBLAS_CORETYPE={os.environ.get('OPENBLAS_CORETYPE', '')}"
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return asked
    return ", ".join([asked, *{library["architecture"] for library in threadpool_info() if "architecture" in library}])


def examined(seeds: range, options: argparse.Namespace) -> Iterator[list[Outcome]]:
    """The outcomes of each seed, in their order."""
    examine = partial(outcomes_of, size=options.size, kind=options.kind, solver=options.solver)
    if options.jobs == 1:
        yield from map(examine, seeds)
        return
    with ProcessPoolExecutor(options.jobs) as pool:
        yield from pool.map(examine, seeds, chunksize=CHUNK)


def outcomes_of(seed: int, size: str, kind: str | None, solver: str | None) -> list[Outcome]:
    """What the solvers make of the problem of a seed."""
    return [Outcome.of(seed, verdict) for verdict in found(seed, size, kind, solver)]


def found(seed: int, size: str, kind: str | None, solver: str | None) -> list[Verdict]:
    """The verdicts on one solver, or on all; a family has one on each of its members."""
    posed = problem(seed, size, kind)
    both = [each for each in verdicts(posed) if solver in {None, each.solver}] if solver != "family" else []
    return both + (list(family_verdicts(family(posed, seed, size))) if solver in {None, "family"} else [])


def summary(outcomes: Iterable[Outcome]) -> list[str]:
    """Counts by solver: of each status, of each kind of fault with its first seeds."""
    statuses: Counter[tuple[str, str]] = Counter()
    seeds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for outcome in outcomes:
        statuses[outcome.solver, outcome.status] += 1
        for kind in outcome.kinds:
            seeds[outcome.solver, kind].append(outcome.seed)
    lines = [f"{solver:8} {count:8,}  {status}" for (solver, status), count in sorted(statuses.items())]
    for (solver, kind), of_kind in sorted(seeds.items()):
        different = list(dict.fromkeys(of_kind))
        some = " ".join(map(str, different[:SEEDS_SHOWN]))
        lines.append(f"{solver:8} {len(of_kind):8,}  {kind}: seeds {some}{' …' * (len(different) > SEEDS_SHOWN)}")
    return lines


def show(seed: int, size: str, kind: str | None, solver: str | None) -> int:
    """Print one problem, what the solvers say, and what is false about it."""
    posed = problem(seed, size, kind)
    print(posed)
    with np.printoptions(precision=17, threshold=10_000, linewidth=160):
        for name in ("numbers", "y", "weights", "texts"):
            print(f"{name} = {getattr(posed, name)!r}")
    of_seed = found(seed, size, kind, solver)
    if solver in {None, "family"}:
        print(family(posed, seed, size))
    for verdict in of_seed:
        print(f"{' '.join(filter(None, (verdict.solver, verdict.member, verdict.how)))}: {verdict.claim}")
        for words in (*verdict.faults, *verdict.warnings):
            print(f"    {words}")
    return int(any(verdict.faults for verdict in of_seed))


if __name__ == "__main__":
    raise SystemExit(main())
