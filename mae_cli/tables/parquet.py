"""Parquet files: records with types, read by pyarrow a batch at a time, here or where Dask workers see the files.

A type decides the kind of a column: numbers are numbers, text, booleans and dictionaries are levels. A null is a
missing cell, and so is a NaN.
"""

import io
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mae_cli.errors import DataError, Fault, Place, SettingsError
from mae_cli.messages import option, quoted
from mae_cli.tables.arrow_cells import column_type, first_undecodable, levels, numbers
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column_types import require_same_kinds, typed_writings
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.files import Waypoint
from mae_cli.tables.csv.header import Header, first_header, joint_header, joint_name
from mae_cli.tables.csv.source import Source, Spool, unreadable
from mae_cli.tables.numeric_block import Numbers, Wanted, without_numbers
from mae_cli.tables.read import PassResult, ReadOptions, read_chunked
from mae_cli.tables.typed import Columns

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_MAGICS = (b"PAR1", b"PARE")  # the latter where the footer is encrypted
_BEGINNING = 1 << 12
# What a dialect says of text alone, by the names of the options, too.
_OF_TEXT = ("delimiter", "decimal", "encoding")
# A batch has at most so many rows, and so many cells unless that leaves too few rows.
_BATCH_ROWS = 1 << 16
_BATCH_CELLS = 1 << 22
_FEWEST_ROWS = 1 << 10
# So much of a column is read ahead; by itself pyarrow reads whole row groups, and a file may be just one.
_BUFFER_BYTES = 1 << 18


class PyarrowMissingError(DataError):
    """There is a Parquet file, and no pyarrow to read it."""


def is_parquet(held: Source) -> bool:
    """Whether a file is Parquet, damaged perhaps: by its bytes, or by its name if they are no text.

    A file that cannot be read is none; whoever reads it will tell.
    """
    try:
        with held.open() as stream:
            beginning = stream.read(_BEGINNING)
            stream.seek(max(0, stream.seek(0, io.SEEK_END) - 4))
            ending = stream.read()
    except OSError:
        return False
    magic, next_byte = beginning[:4], beginning[4:5]
    if magic in _MAGICS and (ending == magic or (next_byte < b" " and not next_byte.isspace())):
        return True
    return b"\0" in beginning and held.name.lower().endswith(".parquet")


def require_one_format(files: Iterable[tuple[str, bool]]) -> None:
    """Refuse CSV beside Parquet.

    Args:
        files: the name of each, and whether it is Parquet.

    Raises:
        DataError: a file has another format than the first.
    """
    (first, first_is_parquet), *others = files
    for name, parquet in others:
        if parquet != first_is_parquet:
            mine, other = ("Parquet", "CSV") if parquet else ("CSV", "Parquet")
            what = f"{name} is {mine}, but {first} is {other}"
            raise DataError(Fault("formats-differ", what, Place(name), remedy="give files of one format"))


@dataclass(frozen=True)
class RowGroups:
    """Row groups of a Parquet file that follow each other.

    Attributes:
        name: what messages call the file.
        held: the file, or its bytes where they can be read only once.
        header: of the file.
        numbers: of the row groups.
        rows_before: rows of the file that come before.
        rows: in them.
        bytes: that they take when they are read.
    """

    name: str
    held: Path | Spool
    header: Header
    numbers: range
    rows_before: int
    rows: int
    bytes: int


def joined(groups: Iterable[RowGroups]) -> Iterator[RowGroups]:
    """The same row groups, with those that follow each other in a file as one."""
    last: RowGroups | None = None
    for group in groups:
        if last is not None and (last.name, last.numbers.stop) == (group.name, group.numbers.start):
            span = range(last.numbers.start, group.numbers.stop)
            last = replace(last, numbers=span, rows=last.rows + group.rows, bytes=last.bytes + group.bytes)
        else:
            if last is not None:
                yield last
            last = group
    if last is not None:
        yield last


@dataclass(frozen=True, eq=False)
class ParquetRecords:
    """The records of row groups, counted through from 0; the rows of a file are counted from 1.

    Attributes:
        parts: the row groups.
        dialect: which text and which numbers stand for a missing cell.

    Raises:
        SettingsError: the dialect says how text is written.
    """

    parts: tuple[RowGroups, ...]
    dialect: Dialect = PLAIN

    def __post_init__(self) -> None:
        given = [f"--{name}" for name in _OF_TEXT if getattr(self.dialect, name) != getattr(PLAIN, name)]
        if given:
            what, remedy = f"{self.name} is Parquet, which is not text", f"leave out {', '.join(given)}"
            raise SettingsError(Fault("text-option-with-parquet", what, Place(self.name), remedy=remedy))

    @classmethod
    def of(cls, files: Sequence[Source], dialect: Dialect = PLAIN) -> "ParquetRecords":
        """All records of files, whose bytes are held.

        Raises:
            DataError: a file is not Parquet, or cannot be read; or headers differ, in their types too.
            SettingsError: the dialect says how text is written.
        """
        require_one_format((file.name, is_parquet(file)) for file in files)
        found = [(file, *survey(file.name, file.held)) for file in files]
        headers = [(file.name, header) for file, header, _ in found]
        require_same_kinds(headers)
        first_header(headers)
        return cls(
            tuple(
                part
                for file, header, groups in found
                for part in joined([RowGroups(file.name, file.held, header, range(0), 0, 0, 0), *groups])
            ),
            dialect,
        )

    @property
    def name(self) -> str:
        """What messages call the data."""
        return joint_name([part.name for part in self.parts])

    @property
    def names(self) -> tuple[str, ...]:
        """The column names that all files have; there need be no records."""
        return self.first_header.names

    @property
    def first_header(self) -> Header:
        """The header of the first file, whose names and kinds all have; there need be no records."""
        return self.parts[0].header

    @property
    def header(self) -> Header:
        """The header that all files have.

        Raises:
            DataError: there are no records.
        """
        return joint_header([(part.name, part.header) for part in self.parts])

    def schema(self) -> "pa.Schema":
        """What pyarrow knows of the columns of the first file.

        Raises:
            DataError: it cannot be read.
        """
        with _opened(self.parts[0].name, self.parts[0].held) as file:
            return file.schema_arrow

    @property
    def rows(self) -> int:
        """How many records there are."""
        return sum(part.rows for part in self.parts)

    def place(self, index: int) -> Place:
        """Where a record stands."""
        part, row = self._part(index)
        return Place(part.name, row=part.rows_before + row + 1)

    def places(self, indices: Collection[int]) -> dict[int, Place]:
        """Where each of these records stands."""
        return {index: self.place(index) for index in indices}

    def cell(self, index: int, column: str) -> str:
        """The text of a cell."""
        return self.cells([index], [column])[index][0]

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The texts of the cells of each of these records in these columns, empty where missing."""
        wanted: dict[RowGroups, dict[int, int]] = {}
        for index in indices:
            part, row = self._part(index)
            wanted.setdefault(part, {})[row] = index
        found = {}
        for part, rows in wanted.items():
            first = 0
            with closing(_batches(part, list(dict.fromkeys(columns)))) as batches:
                for batch in batches:
                    for row in (row for row in rows if first <= row < first + batch.num_rows):
                        cells = (_text(batch.column(name)[row - first].as_py()) for name in columns)
                        found[rows[row]] = tuple(cells)
                    first += batch.num_rows
        return found

    def read(self, columns: Columns, options: ReadOptions) -> PassResult:
        """The complete rows, and what the pass found; the columns are filled in by it.

        Raises:
            DataError: a file or a cell is at fault.
        """
        return read_chunked(self.chunks(columns.wanted), self, columns, options)

    def located(self, _: Sequence[Waypoint], /) -> "ParquetRecords":
        """The same: its rows are found without way points."""
        return self

    def chunks(self, wanted: Wanted) -> Generator[Chunk, None, None]:
        """The wanted columns of all records, as `chunk` has them.

        Raises:
            DataError: a file cannot be read.
        """
        with closing(self.batches(sorted(wanted.names))) as batches:
            for first, batch in batches:
                yield self.chunk(first, batch, wanted)

    def batches(self, columns: Sequence[str]) -> Generator[tuple[int, "pa.RecordBatch"], None, None]:
        """The named columns of all records as they are stored, each batch with the number of its first record.

        Raises:
            DataError: a file cannot be read, or has changed.
        """
        first = 0
        for part in self.parts:
            with closing(_batches(part, columns)) as batches:
                for batch in batches:
                    yield first, batch
                    first += batch.num_rows

    def chunk(self, first: int, batch: "pa.RecordBatch", wanted: Wanted) -> Chunk:
        """The wanted columns of a batch: numbers as floats, text as it is written in Python.

        Raises:
            DataError: text is not UTF-8.
        """
        dates = self._dates & frozenset(wanted.numbers)
        texts = [name for name in wanted.texts if name not in dates]
        try:
            spelled = {name: levels(batch.column(name)) for name in texts}
        except UnicodeDecodeError:
            raise self._undecodable(first, batch, texts) from None
        cells = {name: numbers(batch.column(name)) for name in wanted.numbers} | spelled
        frame = pd.DataFrame(cells, index=pd.RangeIndex(batch.num_rows), copy=False)
        plain = [name for name in wanted.numbers if name not in dates]
        frame = without_numbers(frame, plain, self.dialect.missing_numbers)
        return Chunk(frame, Numbers.of(frame, wanted), first)

    @cached_property
    def _dates(self) -> frozenset[str]:
        """The columns whose type says that they hold dates or times."""
        return frozenset(typed_writings(self.first_header))

    def _undecodable(self, first: int, batch: "pa.RecordBatch", texts: Iterable[str]) -> DataError:
        """The error for the first cell of text that is none."""
        row, name = min((first_undecodable(batch.column(name)), name) for name in texts)
        place = replace(self.place(first + row), column=name)
        what = f"column {quoted(name)} is not UTF-8 text, as Parquet has it"
        remedy = f"write the file anew with text in UTF-8, or use {option('--exclude', name)}"
        return DataError(Fault("not-utf8", what, place, remedy=remedy))

    def _part(self, index: int) -> tuple[RowGroups, int]:
        """The row groups that a record is in, and its place there."""
        for part in self.parts:
            if index < part.rows:
                return part, index
            index -= part.rows
        raise IndexError(index)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def survey(name: str, held: Path | Spool) -> tuple[Header, list[RowGroups]]:
    """The header of a file, and its row groups.

    Raises:
        DataError: the file cannot be read, has two columns of one name, or one of no name.
    """
    with _opened(name, held) as file:
        header, metadata = _header(file), file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    _require_names(name, header.names)
    starts = np.cumsum([0, *(group.num_rows for group in groups)]).tolist()
    return header, [
        RowGroups(name, held, header, range(number, number + 1), start, group.num_rows, group.total_byte_size)
        for number, (start, group) in enumerate(zip(starts, groups, strict=False))
    ]


def _require_names(file: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        what = f"{file} has two columns named {quoted(twice)}"
        raise DataError(Fault("duplicate-column", what, Place(file, column=twice), remedy="rename one of them"))
    nameless = next((position for position, name in enumerate(names, start=1) if not name.strip()), None)
    if nameless is not None:
        raise DataError(Fault("unnamed-column", f"column {nameless} has no name", Place(file), remedy="give it one"))


def _header(file: "pq.ParquetFile") -> Header:
    names, types = tuple(file.schema_arrow.names), tuple(map(column_type, file.schema_arrow.types))
    return Header(names, ("",) * len(names) if file.metadata.num_rows else (), types)


def _batches(part: RowGroups, columns: Sequence[str]) -> Generator["pa.RecordBatch", None, None]:
    """The named columns of row groups, in batches that may span several of them."""
    rows = min(_BATCH_ROWS, max(_FEWEST_ROWS, _BATCH_CELLS // max(1, len(columns))))
    with _opened(part.name, part.held) as file:
        _require_unchanged(file, part)
        yield from file.iter_batches(rows, row_groups=list(part.numbers), columns=list(dict.fromkeys(columns)))


def _require_unchanged(file: "pq.ParquetFile", part: RowGroups) -> None:
    metadata = file.metadata
    there = (metadata.row_group(number).num_rows for number in part.numbers if number < metadata.num_row_groups)
    if _header(file) != part.header or sum(there) != part.rows:
        what = f"{part.name} has changed since its header was read"
        raise DataError(Fault("file-changed", what, Place(part.name), remedy="try again when it is complete"))


@contextmanager
def _opened(name: str, held: Path | Spool) -> "Iterator[pq.ParquetFile]":
    """A file in a `with` block that reads it; what goes wrong there is told in one line."""
    try:
        import pyarrow as pa  # noqa: PLC0415  (part of the extra)
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ModuleNotFoundError:
        what = f"{name} is a Parquet file, which needs pyarrow"
        remedy = "install it with pip install 'mae-cli[parquet]'"
        raise PyarrowMissingError(Fault("pyarrow-missing", what, Place(name), remedy=remedy)) from None
    try:
        with (
            nullcontext(held) if isinstance(held, Path) else held.open() as stream,
            pq.ParquetFile(stream, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file,
        ):
            yield file
    except MemoryError:  # pyarrow's own is one of its exceptions, too
        raise
    except (pa.ArrowException, OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(name, error) from error
        what = f"not readable as Parquet ({str(error).partition(chr(10))[0]})"
        raise DataError(Fault("malformed-parquet", what, Place(name))) from error
