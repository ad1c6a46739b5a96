"""One pass over the records of files: from their cells to complete rows, and what it tells of the columns."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np

from mae_cli.arrays import BoolArray, CodeArray
from mae_cli.errors import DataError
from mae_cli.messages import quoted
from mae_cli.progress import UNWATCHED, Watch
from mae_cli.rows.blocks import Block, Store
from mae_cli.rows.design import Design
from mae_cli.rows.regroup import grouped
from mae_cli.tables.chunks import Chunk, read_chunks
from mae_cli.tables.csv.files import Files, Records
from mae_cli.tables.first_fault import FaultyCells
from mae_cli.tables.level_column import KnownLevelCells
from mae_cli.tables.number_column import TextAmongNumbersError
from mae_cli.tables.summary import Columns, PassSummary

Missing = Literal["drop", "error"]
Collect = Callable[[Iterable[Block]], Store]


@dataclass(frozen=True)
class ReadOptions:
    """How to read.

    Attributes:
        collect: keeps blocks in the place where the rows shall live.
        missing: whether to leave rows with a missing cell out, or to refuse them.
        max_levels: most levels of a column of text.
        skip_unseen: whether rows with a level that a model does not know are left out; else they are refused.
        watch: told how many rows were read.
    """

    collect: Collect
    missing: Missing = "drop"
    max_levels: int = 200
    skip_unseen: bool = False
    watch: Watch = UNWATCHED


class RemoteRecords(Records, Protocol):
    """Records that are read where the files are."""

    def read(self, columns: Columns, options: ReadOptions) -> tuple[Store, PassSummary]:
        """The complete rows, kept there, and what the pass found."""
        ...


Data = Files | RemoteRecords


def read(files: Data, columns: Columns, options: ReadOptions) -> tuple[Store, PassSummary]:
    """The complete rows of the files, and what the pass found; the columns are filled in by it.

    Raises:
        DataError: a file or a cell is at fault.
    """
    if not isinstance(files, Files):
        return files.read(columns, options)
    chunks = read_chunks(files, columns.names, columns.texts, columns.apart)
    return read_chunked(chunks, files, columns, options)


def read_chunked(
    chunks: Generator[Chunk, None, None], files: Records, columns: Columns, options: ReadOptions
) -> tuple[Store, PassSummary]:
    """The complete rows of chunks of the files, and what the pass found."""
    one_pass = _Pass(files, PassSummary(columns), options)
    # Left to the garbage collector, a pass that ends in a fault would stop its threads at any time, in one of them too.
    with closing(chunks):
        return options.collect(grouped(one_pass.blocks(chunks))), one_pass.summary


class _Pass:
    """One pass over records, chunk by chunk."""

    def __init__(self, files: Records, summary: PassSummary, options: ReadOptions) -> None:
        self.files = files
        self.columns = summary.columns
        self.summary = summary
        self.options = options

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
            if not self.summary.misread:
                raise

    def _block(self, chunk: Chunk) -> Block | None:
        """The complete rows of a chunk; None once a column was misread."""
        self.summary.rows_read = chunk.first + len(chunk.frame)
        self.options.watch.reading(self.summary.rows_read)
        faults = FaultyCells(self.files)
        self._look_at_numbers(chunk, faults)
        if self.summary.misread:
            return None
        codes = self._codes(chunk, faults)
        complete: BoolArray = ~chunk.numbers.missing & np.all(codes != 0, axis=0)
        known: BoolArray = np.all(codes >= 0, axis=0)
        self._look_for_missing(chunk, codes, complete, faults)
        self._look_for_unseen(chunk, codes, complete & ~known, faults)
        faults.refuse()
        self.summary.rows_dropped += int(np.count_nonzero(~complete))
        self.summary.rows_unseen += int(np.count_nonzero(complete & ~known))
        return self._chosen(chunk, codes, complete & known)

    def _look_at_numbers(self, chunk: Chunk, faults: FaultyCells) -> None:
        """Count the cells of the columns of numbers; where not all are what they should be, see what they are."""
        for place, column in enumerate(self.columns.numbers):
            if chunk.numbers.clean[place] and column.allows(chunk.numbers.column(place)):
                column.count += len(chunk.frame)
            elif column.name not in self.summary.misread:
                try:
                    chunk.numbers.column(place)[:] = column.read(chunk.frame[column.name], chunk.first, faults)
                except TextAmongNumbersError:
                    self.summary.misread |= {column.name}

    def _codes(self, chunk: Chunk, faults: FaultyCells) -> CodeArray:
        """The codes of the columns of levels, (columns, b)."""
        codes = np.empty((len(self.columns.levels), len(chunk.frame)), dtype=np.int32)
        for values, column in zip(codes, self.columns.levels, strict=True):
            values[:] = column.read(chunk.frame[column.name], chunk.first, faults)
        return codes

    def _chosen(self, chunk: Chunk, codes: CodeArray, chosen: BoolArray) -> Block:
        """The rows of a mask."""
        records = chunk.first + np.flatnonzero(chosen)
        apart, matrix = chunk.numbers.apart, chunk.numbers.matrix
        if len(records) < len(chosen):
            # Indexing by the mask would leave the cells of a column apart in memory.
            apart, codes = np.compress(chosen, apart, axis=1), np.compress(chosen, codes, axis=1)
            matrix = matrix[chosen]
        design = Design(matrix, tuple(codes), (0,) * len(codes))
        return Block(design, apart[0], apart[1] if self.columns.weighted else None, records, records)

    def _look_for_missing(self, chunk: Chunk, codes: CodeArray, complete: BoolArray, faults: FaultyCells) -> None:
        """The first row that is not complete is a fault where missing cells are."""
        if self.options.missing == "drop" or complete.all():
            return
        row = int(np.argmin(complete))
        numbers = [chunk.numbers.column(place)[row] for place in range(len(self.columns.numbers))]
        missing = [*np.isnan(numbers), *(codes[:, row] == 0)]
        absent = {column.name for column, gone in zip(self.columns.all, missing, strict=True) if gone}
        faults.add(chunk.first + row, partial(self._missing, absent))

    def _missing(self, absent: Collection[str]) -> str:
        name = next(name for name in self.files.header.names if name in absent)
        return f"the cell of column {quoted(name)} is missing; fill it in, or use --missing drop to leave such rows out"

    def _look_for_unseen(self, chunk: Chunk, codes: CodeArray, unseen: BoolArray, faults: FaultyCells) -> None:
        """The first level that a model does not know is a fault unless such rows are skipped; training knows all."""
        if self.options.skip_unseen or not unseen.any():
            return
        row = int(np.argmax(unseen))
        known = (column for column in self.columns.levels if isinstance(column, KnownLevelCells))
        column = next(column for column, code in zip(known, codes[:, row], strict=True) if code < 0)
        faults.add(chunk.first + row, partial(self._unseen, chunk.first + row, column))

    def _unseen(self, record: int, column: KnownLevelCells) -> str:
        level = self.files.cell(record, column.name)
        like = column.lookalike(level, self.files.dialect)
        remedy = "train on data that has them" if like is None else f"write it {quoted(like)} if it is the same"
        return (
            f"column {quoted(column.name)} has the level {quoted(level)}, which was never seen in training; skip such "
            f"rows with --unseen skip, or {remedy}"
        )
