"""One pass over the records of files: from their cells to complete rows, and what it tells of the columns."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np

from mae_cli.errors import DataError, Fault
from mae_cli.messages import quoted
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.rows.blocks import Block, RowStore, grouped
from mae_cli.tables.chunks import Chunk, read_chunks
from mae_cli.tables.column import CellFault, ColumnOfLevels, first_of
from mae_cli.tables.csv.files import Files, LocalRecords, Records
from mae_cli.tables.level_column import lookalike
from mae_cli.tables.summary import PassSummary
from mae_cli.tables.typed import Columns, TypedChunk

Missing = Literal["drop", "error"]
Collect = Callable[[Iterable[Block]], RowStore]


@dataclass(frozen=True)
class ReadOptions:
    """How to read.

    Attributes:
        collect: keeps blocks in the place where the rows shall live.
        missing: whether to leave rows with a missing cell out, or to refuse them.
        max_levels: most levels of a column of text.
        skip_unseen: whether rows with a level that a model does not know are left out; else they are refused.
        listener: told how many rows were read.
    """

    collect: Collect
    missing: Missing = "drop"
    max_levels: int = 300
    skip_unseen: bool = False
    listener: ProgressListener = NO_PROGRESS


@dataclass(frozen=True, eq=False)
class PassResult:
    """What a pass over records gives.

    Attributes:
        rows: the complete ones.
        summary: what it found.
        files: the records, found from the places that it came by.
    """

    rows: RowStore
    summary: PassSummary
    files: Records


class ReadableRecords(Records, Protocol):
    """Records that are read in a way of their own: Parquet, and files on workers."""

    def read(self, columns: Columns, options: ReadOptions) -> PassResult:
        """The complete rows, and what the pass found; the columns are filled in by it."""
        ...


Data = Files | ReadableRecords


def read(files: Data, columns: Columns, options: ReadOptions) -> PassResult:
    """The complete rows of the files, and what the pass found; the columns are filled in by it.

    Raises:
        DataError: a file or a cell is at fault.
    """
    if not isinstance(files, Files):
        return files.read(columns, options)
    return read_chunked(read_chunks(files, columns.wanted), files, columns, options)


def read_chunked(
    chunks: Generator[Chunk, None, None], files: LocalRecords, columns: Columns, options: ReadOptions
) -> PassResult:
    """The complete rows of chunks of the files, and what the pass found."""
    one_pass = _Pass(files, PassSummary(columns), options)
    # Left to the garbage collector, a pass that ends in a fault would stop its threads at any time, in one of them too.
    with closing(chunks):
        rows = options.collect(grouped(one_pass.blocks(chunks)))
    return PassResult(rows, one_pass.summary, one_pass.located)


class _Pass:
    """One pass over records, chunk by chunk."""

    def __init__(self, files: LocalRecords, summary: PassSummary, options: ReadOptions) -> None:
        self.files = files
        self.columns = summary.columns
        self.summary = summary
        self.options = options

    @property
    def located(self) -> LocalRecords:
        """The records, found from the places that the pass came by so far."""
        return self.files.located(self.summary.waypoints)

    def blocks(self, chunks: Iterable[Chunk]) -> Iterator[Block]:
        """The complete rows; as soon as a column turns out to be misread, only others of that kind are looked for.

        What is wrong behind a misread column is told when the records are read again.
        """
        try:
            for chunk in chunks:
                block = self._block(chunk)
                if block is not None:
                    yield block
        except DataError:
            if not self.columns.misread:
                raise

    def _block(self, chunk: Chunk) -> Block | None:
        """The complete rows of a chunk; None once a column was misread."""
        self.summary.begin(chunk)
        self.options.listener.reading(self.summary.rows_read, self._share())
        typed = self.columns.typed(chunk)
        if self.columns.misread:
            return None
        is_dropped = self.options.missing == "drop"
        missing = None if is_dropped else missing_fault(typed, self.columns, self.files.header.names)
        fault = first_of([typed.fault, missing, self._unseen_fault(typed)])
        if fault is not None:
            raise fault.error(self.located)
        self.summary.count(typed)
        return typed.block()

    def _share(self) -> float | None:
        """The share of the text before the last record whose place is known."""
        if not (self.summary.waypoints and isinstance(self.files, Files)):
            return None
        return self.files.share_before(self.summary.waypoints[-1])

    def _unseen_fault(self, typed: TypedChunk) -> CellFault | None:
        """The first level that a model does not know is a fault unless such rows are skipped; training knows all."""
        if self.options.skip_unseen or not typed.unseen.any():
            return None
        row, place = typed.first_unseen()
        column = self.columns.levels[place]
        return CellFault(typed.first + row, column.name, partial(_unseen, typed.first + row, column))


def missing_fault(typed: TypedChunk, columns: Columns, names: Sequence[str]) -> CellFault | None:
    """The first missing cell of a chunk, of several in a row the first in the order of the names; None without any."""
    if not typed.missing.any():
        return None
    row = int(np.argmax(typed.missing))
    absent = {column.name for column, gone in zip(columns.all, typed.missing_cells(row), strict=True) if gone}
    name, record = next(name for name in names if name in absent), typed.first + row
    return CellFault(record, name, partial(_missing, record, name))


def _missing(record: int, name: str, files: Records) -> Fault:
    cell = files.cell(record, name)
    what = f"column {quoted(name)} is {quoted(cell)}, which is taken as missing"
    what = what if cell else f"the cell of column {quoted(name)} is missing"
    return Fault(
        "missing-cell", what, cell=cell or None, remedy="fill it in, or use --missing drop to leave such rows out"
    )


def _unseen(record: int, column: ColumnOfLevels, files: Records) -> Fault:
    level = files.cell(record, column.name)
    like = lookalike(level, column.levels, files.dialect)
    other = "train on data that has them" if like is None else f"write it {quoted(like)} if it is the same"
    what = f"column {quoted(column.name)} has the level {quoted(level)}, which was never seen in training"
    return Fault("unseen-level", what, cell=level, remedy=f"skip such rows with --unseen skip, or {other}")
