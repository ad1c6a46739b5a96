"""Whole commands as processes: mae-train beside a process that only parses the file, with peak memory."""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cases import HeavyTailed
from benchmarks.csv_file import csv_file
from benchmarks.measuring import Protocol, say
from benchmarks.processes import PYTHON, Finished, ProcessError, run
from benchmarks.tables import Table, gibibytes, ratio, three_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

MILLION = HeavyTailed(1_000_000, 20)
TEN_MILLION = HeavyTailed(10_000_000, 20)
_LIMIT = 1_800  # seconds for one command
_HELP = 60

_TRAIN = "from mae_cli.commands.train import main; main()"
_PARSE = "import sys, pandas; pandas.read_csv(sys.argv[1])"
_PARSE_CHUNKS = "import sys, pandas\nfor chunk in pandas.read_csv(sys.argv[1], chunksize=65536): pass"

HEADINGS = ("process", "runs", "seconds", "× parsing", "peak GiB", "× matrix")


@dataclass(frozen=True)
class Plan:
    """A table: training on some rows with some options beside a program that parses their file."""

    rows: HeavyTailed
    options: tuple[str, ...]
    parser_name: str
    parser: str

    @property
    def title(self) -> str:
        return f"{' '.join(('mae-train', *self.options))} on a CSV of {self.rows.size}, seed {self.rows.seed}"

    @property
    def matrix_bytes(self) -> int:
        return self.rows.rows * (self.rows.columns + 1) * 8


IN_MEMORY = Plan(MILLION, (), "pandas.read_csv", _PARSE)
STREAMED = Plan(TEN_MILLION, ("--stream",), "pandas.read_csv, chunks", _PARSE_CHUNKS)


def commands(protocol: Protocol) -> Iterator[Table]:
    """Return the table of a file that fits in memory."""
    yield compared(IN_MEMORY, protocol)


def large_commands(protocol: Protocol) -> Iterator[Table]:
    """Return that table and the one of a file that is streamed."""
    yield from commands(protocol)
    yield compared(STREAMED, protocol)


def compared(plan: Plan, protocol: Protocol) -> Table:
    """Run both processes in turn; a table of their medians, or of the reason why there are none."""
    try:
        require(*plan.options)
        say(f"{plan.title}: file")
        path = csv_file(plan.rows)
        trained, parsed = _in_turn(plan, path, protocol.repeats)
    except (OSError, ProcessError) as error:
        return Table(plan.title, notes=(f"skipped: {error}",))
    yardstick = statistics.median(run.seconds for run in parsed)
    lines = (
        _line(" ".join(("mae-train", *plan.options)), trained, yardstick, plan.matrix_bytes),
        _line(plan.parser_name, parsed, yardstick, plan.matrix_bytes),
    )
    return Table(plan.title, HEADINGS, lines, (_summary(path, trained[-1]),))


def train(path: Path, *options: str) -> Finished:
    """Run mae-train on a CSV; its report, as JSON, is what the process printed."""
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model.json")
        return run([*PYTHON, "-c", _TRAIN, str(path), *_training_options(model), *options], _LIMIT)


def require(*options: str) -> None:
    """Raise a ProcessError when this version of mae-train does not know one of the options."""
    known = run([*PYTHON, "-c", _TRAIN, "--help"], _HELP).stdout.split()
    for option in options:
        if option.startswith("-") and option not in known:
            raise ProcessError(f"mae-train has no option {option}")


def _training_options(model: str) -> list[str]:
    return ["--target", "y", "--output", model, "--json", "--quiet"]


def _in_turn(plan: Plan, path: Path, repeats: int) -> tuple[list[Finished], list[Finished]]:
    trained, parsed = [], []
    for turn in range(repeats):
        say(f"{plan.title}: turn {turn + 1}")
        parsed.append(run([*PYTHON, "-c", plan.parser, str(path)], _LIMIT))
        trained.append(train(path, *plan.options))
    return trained, parsed


def _line(name: str, runs: list[Finished], yardstick: float, matrix_bytes: int) -> tuple[str, ...]:
    median = statistics.median(run.seconds for run in runs)
    peak = max((run.peak_bytes for run in runs if run.peak_bytes is not None), default=None)
    return (
        name,
        str(len(runs)),
        three_digits(median),
        ratio(median, yardstick),
        gibibytes(peak),
        ratio(peak, matrix_bytes),
    )


def _summary(path: Path, trained: Finished) -> str:
    """Return the size of the file and what the last training reported."""
    report = json.loads(trained.stdout)
    certificate, spent = report["certificate"], report["seconds"]
    return (
        f"File of {path.stat().st_size / 1e6:,.0f} MB. Status {certificate['status']}, loss {certificate['loss']!r}, "
        f"{report['history']['passes']} passes; reading {spent['read']:.2f} s, fit {spent['fit']:.2f} s."
    )
