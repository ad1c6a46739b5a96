"""One pass over the records of files: from their cells to complete rows, and what it tells of the columns.

A pass may be made in parts, each over some of the files wherever they are; what the parts found then adds up to what
one pass over all would have found.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mae_cli.data.design import CodeArray, Design
from mae_cli.data.files import Files, Records
from mae_cli.data.grouping import grouped
from mae_cli.data.level_cells import KnownLevelCells, LevelCells
from mae_cli.data.number_cells import NumberCells, TextAmongNumbersError
from mae_cli.data.parsing import Chunk, read_chunks
from mae_cli.data.rows import Block, Store
from mae_cli.data.wording import counted, quoted
from mae_cli.errors import DataError

BoolArray = NDArray[np.bool_]
ColumnCells = NumberCells | LevelCells | KnownLevelCells
Missing = Literal["drop", "error"]
Collect = Callable[[Iterable[Block]], Store]


def unwatched(rows: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Reading:
    """How to read.

    Attributes:
        collect: keeps blocks in the place where the rows shall live.
        missing: whether to leave rows with a missing cell out, or to refuse them.
        max_levels: most levels of a column of text.
        skip_unseen: whether rows with a level that a model does not know are left out; else they are refused.
        watch: told the number of rows read so far.
    """

    collect: Collect
    missing: Missing = "drop"
    max_levels: int = 200
    skip_unseen: bool = False
    watch: Callable[[int], None] = unwatched


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns to be read: numbers (the target, the weights if there are any, the features), and levels."""

    numbers: Sequence[NumberCells]
    levels: Sequence[LevelCells | KnownLevelCells]
    weighted: bool

    @property
    def all(self) -> tuple[ColumnCells, ...]:
        """The columns of numbers, then those of levels."""
        return (*self.numbers, *self.levels)

    @property
    def names(self) -> list[str]:
        """Of all of them."""
        return [column.name for column in self.all]

    @property
    def apart(self) -> int:
        """How many of the columns of numbers are no features."""
        return 1 + self.weighted

    @property
    def texts(self) -> list[str]:
        """The names of the columns of levels."""
        return [column.name for column in self.levels]


@dataclass(eq=False)
class Tally:
    """What a pass found.

    Attributes:
        columns: with what they say of their cells.
        misread: columns that were read as numbers and have text; the rows are then worth nothing.
        rows_read: records so far.
        rows_dropped: those of them with a missing cell.
        rows_unseen: those of them with a level that the model does not know.
    """

    columns: Columns
    misread: frozenset[str] = frozenset()
    rows_read: int = 0
    rows_dropped: int = 0
    rows_unseen: int = 0

    def add(self, other: "Tally") -> tuple[CodeArray | None, ...]:
        """Take in what was found in the records that follow.

        Returns:
            For each column of levels the code here of each code there; None where these are the same.
        """
        for number, addition in zip(self.columns.numbers, other.columns.numbers, strict=True):
            number.add(addition, self.rows_read)
        pairs = zip(self.columns.levels, other.columns.levels, strict=True)
        recoding = tuple(_added(mine, theirs, self.rows_read) for mine, theirs in pairs)
        self.misread |= other.misread
        self.rows_read += other.rows_read
        self.rows_dropped += other.rows_dropped
        self.rows_unseen += other.rows_unseen
        return recoding

    def finish(self, files: Records) -> None:
        """Refuse what only the end of the data can tell.

        Raises:
            DataError: A column cannot be used, or no row is complete.
        """
        for column in self.columns.all:
            column.finish(files)
        if self.rows_dropped == self.rows_read:
            rows = counted(self.rows_read, "row")
            raise DataError(f"{files.name}: every row has a missing cell; column {self._emptiest(f' of {rows}')}")

    def notes(self, files: Records) -> tuple[str, ...]:
        """What the user should know, a sentence each."""
        notes = [note for column in self.columns.all for note in column.notes(files)]
        if self.rows_dropped:
            dropped = f"{self.rows_dropped:,} of {counted(self.rows_read, 'row')} dropped for a missing cell"
            notes.append(f"{dropped}; column {self._emptiest()}")
        return tuple(notes)

    def _emptiest(self, of_all: str = "") -> str:
        """The column with the most missing cells, and how many those are."""
        column = max(self.columns.all, key=lambda column: column.missing)
        return f"{quoted(column.name)} has most of them ({column.missing:,}{of_all})"


def _added(mine: LevelCells | KnownLevelCells, theirs: LevelCells | KnownLevelCells, first: int) -> CodeArray | None:
    if isinstance(mine, LevelCells) and isinstance(theirs, LevelCells):
        return mine.add(theirs, first)
    if isinstance(mine, KnownLevelCells) and isinstance(theirs, KnownLevelCells):
        mine.add(theirs, first)
    return None


class RemoteRecords(Records, Protocol):
    """Records that are read where the files are."""

    def read(self, columns: Columns, reading: Reading) -> tuple[Store, Tally]:
        """The complete rows, kept there, and what the pass found."""
        ...


Data = Files | RemoteRecords


def read(files: Data, columns: Columns, reading: Reading) -> tuple[Store, Tally]:
    """The complete rows of the files, and what the pass found; the columns are filled in by it.

    Raises:
        DataError: A file or a cell is at fault.
    """
    if not isinstance(files, Files):
        return files.read(columns, reading)
    chunks = read_chunks(files, columns.names, columns.texts, columns.apart)
    return read_chunked(chunks, files, columns, reading)


def read_chunked(
    chunks: Generator[Chunk, None, None], files: Records, columns: Columns, reading: Reading
) -> tuple[Store, Tally]:
    """The complete rows of chunks of the files, and what the pass found."""
    one_pass = _Pass(files, Tally(columns), reading)
    # Left to the garbage collector, a pass that ends in a fault would stop its threads at any time, in one of them too.
    with closing(chunks):
        return reading.collect(grouped(one_pass.blocks(chunks))), one_pass.tally


class _Pass:
    """One pass over records, chunk by chunk."""

    def __init__(self, files: Records, tally: Tally, reading: Reading) -> None:
        self.files = files
        self.columns = tally.columns
        self.tally = tally
        self.reading = reading

    def blocks(self, chunks: Iterable[Chunk]) -> Iterator[Block]:
        """The complete rows; as soon as a column turns out to be misread, only others of that kind are looked for."""
        for chunk in chunks:
            self.tally.rows_read = chunk.first + len(chunk.frame)
            self.reading.watch(self.tally.rows_read)
            self._look_at_numbers(chunk)
            if not self.tally.misread:
                yield self._block(chunk)

    def _look_at_numbers(self, chunk: Chunk) -> None:
        """Count the cells of the columns of numbers; where not all are what they should be, see what they are."""
        for place, column in enumerate(self.columns.numbers):
            if chunk.numbers.clean[place] and column.allows(chunk.numbers.column(place)):
                column.count += len(chunk.frame)
            elif column.name not in self.tally.misread:
                try:
                    cells = column.read(chunk.frame[column.name], chunk.first, self.files)
                except TextAmongNumbersError:
                    self.tally.misread |= {column.name}
                except DataError:
                    # What is wrong after a misread column is told when the records are read again.
                    if not self.tally.misread:
                        raise
                else:
                    chunk.numbers.column(place)[:] = cells

    def _block(self, chunk: Chunk) -> Block:
        codes = np.empty((len(self.columns.levels), len(chunk.frame)), dtype=np.int32)
        for values, column in zip(codes, self.columns.levels, strict=True):
            values[:] = column.read(chunk.frame[column.name], chunk.first, self.files)
        complete = self._complete(chunk, codes)
        known = complete & self._known(chunk, codes, complete)
        records = chunk.first + np.flatnonzero(known)
        apart, matrix = chunk.numbers.apart, chunk.numbers.matrix
        if len(records) < len(known):
            # Indexing by the mask would leave the cells of a column apart in memory.
            apart, codes = np.compress(known, apart, axis=1), np.compress(known, codes, axis=1)
            matrix = matrix[known]
        design = Design(matrix, tuple(codes), (0,) * len(codes))
        return Block(design, apart[0], apart[1] if self.columns.weighted else None, records, records)

    def _complete(self, chunk: Chunk, codes: CodeArray) -> BoolArray:
        """The mask of rows without a missing cell."""
        complete: BoolArray = ~chunk.numbers.missing & np.all(codes != 0, axis=0)
        dropped = int(np.count_nonzero(~complete))
        if dropped and self.reading.missing == "error":
            row = int(np.argmin(complete))
            numbers = [chunk.numbers.column(place)[row] for place in range(len(self.columns.numbers))]
            missing = [*np.isnan(numbers), *(codes[:, row] == 0)]
            absent = {column.name for column, gone in zip(self.columns.all, missing, strict=True) if gone}
            name = next(name for name in self.files.header.names if name in absent)
            raise DataError(
                f"{self.files.place(chunk.first + row)}: the cell of column {quoted(name)} is missing; fill it in, "
                "or use --missing drop to leave such rows out"
            )
        self.tally.rows_dropped += dropped
        return complete

    def _known(self, chunk: Chunk, codes: CodeArray, complete: BoolArray) -> BoolArray:
        """The mask of rows without a level that the model does not know; training knows every level."""
        known: BoolArray = np.all(codes >= 0, axis=0)
        unseen = complete & ~known
        if unseen.any() and not self.reading.skip_unseen:
            row = int(np.argmax(unseen))
            name = next(
                column.name for column, code in zip(self.columns.levels, codes[:, row], strict=True) if code < 0
            )
            index = chunk.first + row
            level = quoted(self.files.cell(index, name))
            raise DataError(
                f"{self.files.place(index)}: column {quoted(name)} has the level {level}, "
                "which was never seen in training; skip such rows with --unseen skip, or train on data that has them"
            )
        self.tally.rows_unseen += int(np.count_nonzero(unseen))
        return known
