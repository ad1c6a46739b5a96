"""What it costs to look at every cell: reading a clean CSV beside the same parser that lets everything pass."""

from __future__ import annotations

import io
import os
import statistics
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.cases import HeavyTailed
from benchmarks.csv_file import csv_file
from benchmarks.measuring import Protocol, say
from benchmarks.tables import Table, ratio, three_digits
from mae_cli.rows.blocks import Block, MemoryRows, grouped
from mae_cli.rows.design import Design
from mae_cli.tables.columns import ColumnChoice, resolve
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.pieces import Piece, cut
from mae_cli.tables.load import load_training
from mae_cli.tables.read import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MILLION = HeavyTailed(1_000_000, 20)
HEADINGS = ("reading", "runs", "seconds", "× unchecked")


def checks(protocol: Protocol) -> Iterator[Table]:
    """Return one table of both ways to read a million rows."""
    title = f"Reading a CSV of {MILLION.size}, seed {MILLION.seed}"
    try:
        path = csv_file(MILLION)
    except OSError as error:
        yield Table(title, notes=(f"skipped: {error}",))
    else:
        yield compared(title, path, protocol)


def compared(title: str, path: Path, protocol: Protocol) -> Table:
    """Read both ways in turn; a table of their medians."""
    ways: dict[str, Callable[[Path], int]] = {"with every check": checked, "unchecked": unchecked}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(protocol.repeats):
        for name, read in ways.items():
            say(f"{title}: turn {turn + 1}, {name}")
            start = time.perf_counter()
            read(path)
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    lines = tuple(
        (name, str(len(seconds[name])), three_digits(median), ratio(median, medians["unchecked"]))
        for name, median in medians.items()
    )
    return Table(title, HEADINGS, lines)


def checked(path: Path) -> int:
    """Read as mae-train does; return the number of rows."""
    files = Files.of([str(path)])
    used = resolve(ColumnChoice("y"), files.header, files.name)
    return load_training(files, used, ReadOptions(MemoryRows.collect)).rows.shape[0]


def unchecked(path: Path) -> int:
    """Parse the same pieces on as many threads, and keep the rows in the same blocks; return their number."""
    return MemoryRows.collect(grouped(_blocks(path))).shape[0]


def _blocks(path: Path) -> Iterator[Block]:
    threads = os.cpu_count() or 1
    first = 0
    with path.open("rb") as stream, ThreadPoolExecutor(threads) as pool:
        pieces = cut(stream)
        waiting = deque(pool.submit(_values, piece) for piece in islice(pieces, threads + 1))
        while waiting:
            target, matrix = waiting.popleft().result()
            waiting.extend(pool.submit(_values, piece) for piece in islice(pieces, 1))
            records = np.arange(first, first + len(target))
            yield Block(Design(matrix), target, None, records, records)
            first += len(target)


def _values(piece: Piece) -> tuple[np.ndarray, np.ndarray]:
    frame = pd.read_csv(io.BytesIO(piece.content), header=None if piece.offset else 0, low_memory=False)
    values = frame.to_numpy(dtype=float)
    return values[:, 0].copy(), np.ascontiguousarray(values[:, 1:])
