"""Files that Dask workers see and read: a part of them in each task, whose rows stay on the worker.

The parts depend on the files alone, never on the workers. What the parts tell of the columns is added up here in
their order, so that kinds, levels and faults are those of one pass over all files.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from mae_cli.arrays import CodeArray
from mae_cli.cells.tally import Columns, Tally
from mae_cli.dask.cluster import Cluster
from mae_cli.dask.finding import Part, find
from mae_cli.dask.parquet import ParquetRecords
from mae_cli.dask.rows import GROUP_BLOCKS, DaskRows, resident
from mae_cli.errors import DataError
from mae_cli.reading.one_pass import Reading, read_chunked
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.text.chunks import read_chunks
from mae_cli.text.dialect import Dialect
from mae_cli.text.files import Files, Waypoint
from mae_cli.watch import UNWATCHED

if TYPE_CHECKING:
    from distributed import Future

    from mae_cli.text.header import Header

T = TypeVar("T")
Recoding = tuple[CodeArray | None, ...]

# pandas is made strict by a setting of the whole process: a worker with several threads reads one part at a time.
_READING = threading.Lock()


class DaskFiles:
    """The records of files on the workers of a cluster, counted through from 0.

    Attributes:
        name: what messages call them.
        header: that all have.
        dialect: how they are written.
    """

    def __init__(self, cluster: Cluster, arguments: Sequence[str], dialect: Dialect) -> None:
        """Find the files, and read their headers.

        Raises:
            DataError: a file is absent where the workers look for it, or at fault.
        """
        found = find(cluster, arguments, dialect)
        self.name: str = found.name
        self.header: Header = found.header
        self.dialect = dialect
        self._cluster = cluster
        self._parts: tuple[Part, ...] = found.parts
        self._starts = [0]

    def place(self, index: int) -> str:
        """Where a record stands: `flights.csv, line 7`."""
        return self._asked(index, _place)

    def locate(self, indices: Collection[int]) -> dict[int, tuple[str, int]]:
        """The file of each of these records, and its line there."""
        wanted: dict[int, list[int]] = {}
        for index in indices:
            wanted.setdefault(self._part_with(index), []).append(index)
        within = [[index - self._starts[number] for index in some] for number, some in wanted.items()]
        tasks = self._cluster.map(_located, [self._parts[number] for number in wanted], within)
        answers = zip(wanted, self._cluster.all_results(tasks), strict=True)
        return {self._starts[number] + place: found for number, answer in answers for place, found in answer.items()}

    def cell(self, index: int, column: str) -> str:
        """The text of a cell."""
        return self._asked(index, partial(_cell, column=column))

    def read(self, columns: Columns, reading: Reading) -> tuple[DaskRows, Tally]:
        """The complete rows, and what was found in them.

        Raises:
            DataError: a cell is at fault, the first of all in the order of the files.
        """
        order = columns, replace(reading, collect=MemoryRows.collect, watch=UNWATCHED)
        tasks = self._cluster.map(_read, self._parts, shared=order)
        summaries = self._cluster.results(self._cluster.map(_summary, tasks))
        tally, groups = Tally(columns), []
        self._starts = []
        for task, part, summary in zip(tasks, self._parts, summaries, strict=True):
            self._starts.append(tally.rows_read)
            if summary.fault is not None and not tally.misread:
                raise summary.fault
            groups += _groups(task, summary, tally.rows_read, tally.add(summary.tally))
            reading.watch.reading(tally.rows_read)
            if isinstance(part, Files):
                part.waypoints[:] = summary.waypoints
        if tally.misread:  # the rows are worth nothing
            return DaskRows(self._cluster, (), (), 0), tally
        return DaskRows.of(self._cluster, self._cluster.map(_group, *zip(*groups, strict=True))), tally

    def _asked(self, index: int, question: Callable[[Part, int], T]) -> T:
        """What a worker that sees the files says about a record."""
        number = self._part_with(index)
        (task,) = self._cluster.map(_answer, [self._parts[number]], [index - self._starts[number]], shared=question)
        (answer,) = self._cluster.results([task])
        found: T = answer
        return found

    def _part_with(self, index: int) -> int:
        return bisect_right(self._starts, index) - 1


@dataclass(frozen=True, eq=False)
class _Summary:
    """What a part told.

    Attributes:
        tally: of its columns and rows.
        blocks: how many its rows are in.
        waypoints: of its files.
        fault: why reading ended early, if it did.
    """

    tally: Tally
    blocks: int
    waypoints: tuple[Waypoint, ...]
    fault: DataError | None


def _read(order: tuple[Columns, Reading], part: Part) -> tuple[MemoryRows | None, _Summary]:
    """Read a part on a worker."""
    # The arguments must not change: the task may be run again.
    columns, reading = deepcopy(order[0]), order[1]
    part = replace(part, waypoints=[Waypoint(0, 0, 0)]) if isinstance(part, Files) else part
    with _READING:
        try:
            rows, tally = _rows(part, columns, reading)
        except DataError as fault:
            return None, _Summary(Tally(columns), 0, (), fault)
    waypoints = tuple(part.waypoints) if isinstance(part, Files) else ()
    return (None if tally.misread else rows), _Summary(tally, len(rows.blocks), waypoints, None)


def _rows(part: Part, columns: Columns, reading: Reading) -> tuple[MemoryRows, Tally]:
    if isinstance(part, ParquetRecords):
        chunks = part.chunks(columns.names, columns.texts, columns.apart)
    else:
        chunks = read_chunks(part, columns.names, columns.texts, columns.apart)
    rows, tally = read_chunked(chunks, part, columns, reading)
    return cast("MemoryRows", rows), tally


def _summary(_: None, read: tuple[MemoryRows | None, _Summary]) -> _Summary:
    return read[1]


def _groups(task: "Future", summary: _Summary, first: int, recoding: Recoding) -> list[tuple[object, ...]]:
    """The arguments of `_group` for the groups of blocks of a part that was read."""
    starts = range(0, summary.blocks, GROUP_BLOCKS)
    return [(task, slice(start, start + GROUP_BLOCKS), first, recoding) for start in starts]


def _group(_: None, read: tuple[MemoryRows, _Summary], blocks: slice, first: int, recoding: Recoding) -> MemoryRows:
    """Some blocks of a part with the codes and the record numbers of the whole data."""
    return resident(_placed(block, first, recoding) for block in read[0].blocks[blocks])


def _placed(block: Block, first: int, recoding: Recoding) -> Block:
    codes = zip(block.design.codes, recoding, strict=True)
    coded = tuple(column if codes_here is None else codes_here[column] for column, codes_here in codes)
    return replace(block, design=replace(block.design, codes=coded), records=block.record_numbers + first)


def _answer(question: Callable[[Part, int], T], part: Part, index: int) -> T:
    return question(part, index)


def _place(part: Part, index: int) -> str:
    return part.place(index)


def _located(_: None, part: Part, indices: Collection[int]) -> dict[int, tuple[str, int]]:
    return part.locate(indices)


def _cell(part: Part, index: int, column: str) -> str:
    return part.cell(index, column)
