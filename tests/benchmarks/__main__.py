"""`python -m benchmarks`: run the sections asked for, and print their tables as they are ready."""

from __future__ import annotations

import argparse

import benchmarks
from benchmarks.checks import checks
from benchmarks.commands import commands, large_commands
from benchmarks.dask_workers import dask
from benchmarks.families import families, large_families
from benchmarks.fits import real, synthetic
from benchmarks.growth import growth
from benchmarks.intervals import intervals
from benchmarks.machine import machine, set_threads
from benchmarks.measuring import Protocol, say
from benchmarks.tables import Table, show

SECTIONS = {
    "fits": synthetic,
    "flights": real,
    "families": families,
    "intervals": intervals,
    "growth": growth,
    "checks": checks,
    "commands": commands,
    "dask": dask,
}
LARGE = {"commands": large_commands, "families": large_families}

READING = (
    "seconds: the median; × ours: as a multiple of mae-cli's; × pass: of one blocked pass r = y − Xw, g = Xᵀ sgn(r); "
    "passes: how often the fit visited the rows; "
    "excess: how far the mean loss lies above the least one found, relative to it (least squares minimises another). "
    'All take the same dense matrix; "data frame" is mae-cli on the table as it is, encoding included. '
    "Commands: × parsing: as a multiple of a process that only parses the file (a stream in chunks of 65,536 rows); "
    "× matrix: peak memory as a multiple of the file's numbers as float64."
)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    options = parsed(arguments)
    if options.threads is not None:
        set_threads(options.threads)
    protocol = Protocol(options.repeats, options.limit)
    show(Table("mae-cli beside its peers", notes=(*machine(), protocol.words, READING)), markdown=options.markdown)
    for name in options.only:
        section = LARGE.get(name, SECTIONS[name]) if options.large else SECTIONS[name]
        for table in section(protocol):
            say("")
            show(table, markdown=options.markdown)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=benchmarks.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="SECTION")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each solver (default 5)")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one fit (default 120)")
    parser.add_argument("--threads", type=int, help="threads for the linear algebra of every solver")
    parser.add_argument("--large", action="store_true", help="stream 10 million rows too (4.1 GB of disk)")
    parser.add_argument("--markdown", action="store_true", help="tables for a document instead of a terminal")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
