"""Files that Dask workers see: patterns expanded, headers read, and a part of the files read in each task.

The rows that a task reads stay on its worker. The parts depend on the files alone, never on the workers. What the parts
tell of the columns is added up here in their order, so that kinds, levels and faults are those of one pass over all
files.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from mae_cli.arrays import CodeArray
from mae_cli.distributed.cluster import Cluster
from mae_cli.distributed.rows import GROUP_BLOCKS, DaskRows, resident
from mae_cli.errors import DataError, Fault, MaeCliError, Place
from mae_cli.messages import is_url
from mae_cli.progress import NO_PROGRESS
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.tables.column_types import require_same_kinds
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.header import Header, joint_header, joint_name, read_header
from mae_cli.tables.csv.source import Source
from mae_cli.tables.parquet import (
    ParquetRecords,
    PyarrowMissingError,
    RowGroups,
    is_parquet,
    joined,
    require_one_format,
    survey,
)
from mae_cli.tables.read import PassResult, ReadOptions, read
from mae_cli.tables.summary import PassSummary
from mae_cli.tables.typed import Columns

if TYPE_CHECKING:
    from distributed import Future

T = TypeVar("T")
Recoding = tuple[CodeArray | None, ...]
Part = Files | ParquetRecords

# A part is a file, or several that have fewer bytes than this together: reading so many takes longer than a task.
_CSV_BYTES = 1 << 22
_PARQUET_BYTES = 1 << 25
_FILES_OF_A_TASK = 16
_NO_HEADER = Header((), ())


@dataclass(frozen=True, eq=False)
class Found:
    """Files with one header.

    Attributes:
        name: what messages call them.
        header: that all have.
        parts: all records, in order.
    """

    name: str
    header: Header
    parts: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class _File:
    """A file as a worker found it: CSV, or the row groups of a Parquet file; or what is wrong with it."""

    name: str
    held: tuple[Source, ...] | tuple[RowGroups, ...] = ()
    header: Header = _NO_HEADER
    bytes: int = 0
    is_parquet: bool = False
    error: MaeCliError | None = None


def find(cluster: Cluster, arguments: Sequence[str], dialect: Dialect) -> Found:
    """Find the files that the arguments name: paths, or patterns such as `part-*.csv`.

    Raises:
        DataError: a file is absent, no CSV or Parquet, or empty; or headers or formats differ.
        SettingsError: the dialect says how text is written, and the files are Parquet.
    """
    folder = Path.cwd()
    ((names, error),) = cluster.results(cluster.map(_expanded, [tuple(arguments)], shared=folder))
    if error is not None:
        raise error
    batches = [tuple(names[start : start + _FILES_OF_A_TASK]) for start in range(0, len(names), _FILES_OF_A_TASK)]
    tasks = cluster.map(_looked_at, batches, shared=(folder, dialect))
    files: list[_File] = list(chain.from_iterable(cluster.results(tasks)))
    for file in files:
        if file.error is not None:
            raise file.error
    require_one_format((file.name, file.is_parquet) for file in files)
    headers = [(file.name, file.header) for file in files]
    require_same_kinds(headers)
    header = joint_header(headers)
    parts = _parquet_parts(files, dialect) if files[0].is_parquet else _csv_parts(files, dialect)
    return Found(joint_name([file.name for file in files]), header, tuple(parts))


def _expanded(folder: Path, arguments: tuple[str, ...]) -> tuple[list[str], DataError | None]:
    """The paths that the arguments name, in the order of the arguments, those of a pattern in text order."""
    names: list[str] = []
    for argument in arguments:
        if is_url(argument):
            remedy = "give a path that the Dask workers see"
            return [], DataError(Fault("data-is-url", f"{argument} is a URL", Place(argument), remedy=remedy))
        if not has_magic(argument) or (folder / argument).exists():
            names.append(argument)
            continue
        matches = sorted(glob(argument, root_dir=folder, recursive=True))  # noqa: PTH207  (relative to the folder)
        if not matches:
            what = f"no file matches {folder / argument} where the Dask workers look"
            return [], DataError(Fault("no-matching-file", what))
        names += matches
    return names, None


def _looked_at(asked: tuple[Path, Dialect], names: tuple[str, ...]) -> list[_File]:
    folder, dialect = asked
    return [_look_at(name, folder, dialect) for name in names]


def _look_at(name: str, folder: Path, dialect: Dialect) -> _File:
    path = folder / name
    try:
        if not path.exists():
            return _File(name, error=_invisible(name, path))
        if is_parquet(Source(name, path)):
            header, groups = survey(name, path)
            return _File(name, tuple(groups), header, is_parquet=True)
        with closing(dialect.read(name, folder)) as source:  # a path, which can be opened again elsewhere
            return _File(name, (source,), read_header(source), source.estimated_bytes)
    except PyarrowMissingError:
        return _File(name, error=_without_pyarrow(name))
    except MaeCliError as error:
        return _File(name, error=error)


def _without_pyarrow(name: str) -> DataError:
    what = f"{name} is a Parquet file, and the Dask workers have no pyarrow"
    return DataError(Fault("dask-package-missing", what, Place(name), remedy="install pyarrow there"))


def _invisible(name: str, path: Path) -> DataError:
    from distributed import get_worker  # noqa: PLC0415

    where = "" if path == Path(name) else f" as {path}"
    what = f"{name} does not exist where the Dask worker at {get_worker().address} looks for it{where}"
    return DataError(Fault("file-not-found", what, Place(name), remedy="put it on a disk that all workers see"))


def _csv_parts(files: Sequence[_File], dialect: Dialect) -> Iterator[Part]:
    for some in _together(((file, file.bytes) for file in files), _CSV_BYTES):
        yield Files(tuple(source for file in some for source in file.held if isinstance(source, Source)), dialect)


def _parquet_parts(files: Sequence[_File], dialect: Dialect) -> Iterator[Part]:
    groups = [group for file in files for group in file.held if isinstance(group, RowGroups)]
    for some in _together(((group, group.bytes) for group in groups), _PARQUET_BYTES):
        yield ParquetRecords(tuple(joined(some)), dialect)


def _together(sized: Iterable[tuple[T, int]], limit: int) -> Iterator[list[T]]:
    """Neighbours, as many as have `limit` bytes together."""
    waiting: list[T] = []
    size = 0
    for item, item_size in sized:
        waiting.append(item)
        size += item_size
        if size >= limit:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


# pandas is made strict by a setting of the whole process: a worker with several threads reads one part at a time.
_READING = threading.Lock()


@dataclass(frozen=True, eq=False)
class DaskFiles:
    """The records of files on the workers of a cluster, counted through from 0.

    Attributes:
        cluster: the workers.
        found: the files.
        dialect: how they are written.
        starts: the first record of each part, as far as they were read.
    """

    cluster: Cluster
    found: Found
    dialect: Dialect
    starts: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, cluster: Cluster, arguments: Sequence[str], dialect: Dialect) -> "DaskFiles":
        """Find the files, and read their headers.

        Raises:
            DataError: a file is absent where the workers look for it, or at fault.
        """
        return cls(cluster, find(cluster, arguments, dialect), dialect)

    @property
    def name(self) -> str:
        """What messages call them."""
        return self.found.name

    @property
    def header(self) -> Header:
        """The header that all have."""
        return self.found.header

    def place(self, index: int) -> Place:
        """Where a record stands."""
        return self.places([index])[index]

    def places(self, indices: Collection[int]) -> dict[int, Place]:
        """Where each of these records stands."""
        return self._asked(indices, _places)

    def cell(self, index: int, column: str) -> str:
        """The text of a cell."""
        return self.cells([index], [column])[index][0]

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The texts of the cells of each of these records in these columns."""
        return self._asked(indices, partial(_cells, columns=columns))

    def read(self, columns: Columns, options: ReadOptions) -> PassResult:
        """The complete rows, and what was found in them; their records are found in the files of the result.

        Raises:
            DataError: a cell is at fault, the first of all in the order of the files.
        """
        order = columns, replace(options, collect=MemoryRows.collect, listener=NO_PROGRESS)
        tasks = self.cluster.map(_read, self.found.parts, shared=order)
        results = self.cluster.results(self.cluster.map(_result, tasks))
        summary, groups, starts, parts = PassSummary(columns), [], [], []
        for task, part, result in zip(tasks, self.found.parts, results, strict=True):
            starts.append(summary.rows_read)
            parts.append(part.located(result.summary.waypoints))
            if result.error is not None and not columns.misread:
                raise result.error
            groups += _groups(task, result, summary.rows_read, summary.add(result.summary))
            options.listener.reading(summary.rows_read, len(parts) / len(tasks))
        files = replace(self, found=replace(self.found, parts=tuple(parts)), starts=tuple(starts))
        if columns.misread:  # the rows are worth nothing
            return PassResult(DaskRows(self.cluster, (), (), 0), summary, files)
        rows = DaskRows.of(self.cluster, self.cluster.map(_group, *zip(*groups, strict=True)))
        return PassResult(rows, summary, files)

    def _asked(
        self, indices: Collection[int], question: Callable[[Part, Collection[int]], dict[int, T]]
    ) -> dict[int, T]:
        """What the workers that see the files say about each of these records."""
        wanted: dict[int, list[int]] = {}
        for index in indices:
            wanted.setdefault(self._part_with(index), []).append(index)
        within = [[index - self.starts[number] for index in some] for number, some in wanted.items()]
        tasks = self.cluster.map(_answer, [self.found.parts[number] for number in wanted], within, shared=question)
        answers = zip(wanted, self.cluster.all_results(tasks), strict=True)
        return {self.starts[number] + place: found for number, answer in answers for place, found in answer.items()}

    def _part_with(self, index: int) -> int:
        return bisect_right(self.starts, index) - 1


@dataclass(frozen=True, eq=False)
class _PartResult:
    """What a part told.

    Attributes:
        summary: of its columns and rows.
        blocks: how many its rows are in.
        error: why reading ended early, if it did.
    """

    summary: PassSummary
    blocks: int
    error: DataError | None


def _read(order: tuple[Columns, ReadOptions], part: Part) -> tuple[MemoryRows | None, _PartResult]:
    """Read a part on a worker."""
    # The arguments must not change: the task may be run again.
    columns, options = deepcopy(order[0]), order[1]
    with _READING:
        try:
            found = read(part, columns, options)
        except PyarrowMissingError:
            return None, _PartResult(PassSummary(columns), 0, _without_pyarrow(part.name))
        except DataError as error:
            return None, _PartResult(PassSummary(columns), 0, error)
    rows = cast("MemoryRows", found.rows)
    return (None if columns.misread else rows), _PartResult(found.summary, len(rows.blocks), None)


def _result(_: None, read: tuple[MemoryRows | None, _PartResult]) -> _PartResult:
    return read[1]


def _groups(task: "Future", result: _PartResult, first: int, recoding: Recoding) -> list[tuple[object, ...]]:
    """The arguments of `_group` for the groups of blocks of a part that was read."""
    starts = range(0, result.blocks, GROUP_BLOCKS)
    return [(task, slice(start, start + GROUP_BLOCKS), first, recoding) for start in starts]


def _group(_: None, read: tuple[MemoryRows, _PartResult], blocks: slice, first: int, recoding: Recoding) -> MemoryRows:
    """Some blocks of a part with the codes and the record numbers of the whole data."""
    return resident(_placed(block, first, recoding) for block in read[0].blocks[blocks])


def _placed(block: Block, first: int, recoding: Recoding) -> Block:
    codes = zip(block.design.codes, recoding, strict=True)
    coded = tuple(column if codes_here is None else codes_here[column] for column, codes_here in codes)
    return replace(block, design=replace(block.design, codes=coded), records=block.record_numbers + first)


def _answer(question: Callable[[Part, Collection[int]], T], part: Part, indices: Collection[int]) -> T:
    return question(part, indices)


def _places(part: Part, indices: Collection[int]) -> dict[int, Place]:
    return part.places(indices)


def _cells(part: Part, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
    return part.cells(indices, columns)
