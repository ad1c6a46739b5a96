"""Parquet files: records with types, read by pyarrow where Dask workers see the files.

A type decides the kind of a column: numbers are numbers, text, booleans and dictionaries are levels. A null is a
missing cell, and so is a NaN.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mae_cli.errors import DataError
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.files import Waypoint
from mae_cli.tables.csv.header import ColumnType, Header, joint_header, joint_name
from mae_cli.tables.numeric_block import LARGEST_EXACT, Numbers, Wanted

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
_CHUNK_ROWS = 1 << 16


@dataclass(frozen=True)
class RowGroups:
    """Row groups of a Parquet file that follow each other.

    Attributes:
        name: what messages call the file.
        path: of the file.
        numbers: of the row groups.
        rows_before: rows of the file that come before.
        rows: in them.
        bytes: that they take when they are read.
    """

    name: str
    path: Path
    numbers: range
    rows_before: int
    rows: int
    bytes: int


@dataclass(frozen=True, eq=False)
class ParquetRecords:
    """The records of row groups, counted through from 0; the rows of a file are counted from 1."""

    parts: tuple[RowGroups, ...]

    @property
    def name(self) -> str:
        """What messages call the data."""
        return joint_name(list(dict.fromkeys(part.name for part in self.parts)))

    @property
    def dialect(self) -> Dialect:
        """Nothing in it is spelled."""
        return PLAIN

    @cached_property
    def header(self) -> Header:
        """The header of the files."""
        return joint_header([(part.name, survey(part.name, part.path)[0]) for part in self.parts])

    def place(self, index: int) -> str:
        """Where a record stands: `flights.parquet, row 7`."""
        name, row = self.locate([index])[index]
        return f"{name}, row {row}"

    def locate(self, indices: Collection[int]) -> dict[int, tuple[str, int]]:
        """The file of each of these records, and its row there."""
        found = {}
        for index in indices:
            part, row = self._part(index)
            found[index] = part.name, part.rows_before + row + 1
        return found

    def cell(self, index: int, column: str) -> str:
        """The text of a cell."""
        return self.cells([index], [column])[index][0]

    def cells(self, indices: Collection[int], columns: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The texts of the cells of each of these records in these columns, empty where missing."""
        wanted: dict[RowGroups, dict[int, int]] = {}
        for index in indices:
            part, row = self._part(index)
            wanted.setdefault(part, {})[index] = row
        found = {}
        for part, rows in wanted.items():
            with _opened(part.name, part.path) as file:
                table = file.read_row_groups(list(part.numbers), columns=list(dict.fromkeys(columns)))
            for index, row in rows.items():
                found[index] = tuple(_text(table.column(column)[row].as_py()) for column in columns)
        return found

    def located(self, _: Sequence[Waypoint], /) -> "ParquetRecords":
        """The same: its rows are found without way points."""
        return self

    def chunks(self, wanted: Wanted) -> Generator[Chunk, None, None]:
        """The wanted columns of all records: numbers as floats, text as it is written in Python.

        Raises:
            DataError: a file cannot be read.
        """
        first = 0
        for part in self.parts:
            with _opened(part.name, part.path) as file:
                for batch in file.iter_batches(
                    _CHUNK_ROWS, row_groups=list(part.numbers), columns=sorted(wanted.names)
                ):
                    texts = {name: _levels(batch.column(name)) for name in wanted.texts}
                    cells = {name: _numbers(batch.column(name)) for name in wanted.numbers} | texts
                    frame = pd.DataFrame(cells, copy=False)
                    yield Chunk(frame, Numbers.of(frame, wanted), first)
                    first += batch.num_rows

    def _part(self, index: int) -> tuple[RowGroups, int]:
        """The row groups that a record is in, and its place there."""
        for part in self.parts:
            if index < part.rows:
                return part, index
            index -= part.rows
        raise IndexError(index)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def survey(name: str, path: Path) -> tuple[Header, list[RowGroups]]:
    """The header of a file, and its row groups.

    Raises:
        DataError: the file cannot be read, has two columns of one name, or one of no name.
    """
    with _opened(name, path) as file:
        schema, metadata = file.schema_arrow, file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    names = tuple(schema.names)
    twice = [each for each in names if names.count(each) > 1]
    if twice:
        raise DataError(f"{name} has two columns named {twice[0]!r}; rename one of them")
    nameless = next((place for place, each in enumerate(names, start=1) if not each.strip()), None)
    if nameless is not None:
        raise DataError(f"{name}: column {nameless} has no name; give it one")
    header = Header(names, ("",) * len(names) if metadata.num_rows else (), tuple(map(_type, schema.types)))
    starts = np.cumsum([0, *(group.num_rows for group in groups)]).tolist()
    return header, [
        RowGroups(name, path, range(number, number + 1), start, group.num_rows, group.total_byte_size)
        for number, (start, group) in enumerate(zip(starts, groups, strict=False))
    ]


@contextmanager
def _opened(name: str, path: Path) -> "Iterator[pq.ParquetFile]":
    """A file in a `with` block that reads it; what goes wrong there is told in one line."""
    try:
        import pyarrow as pa  # noqa: PLC0415  (part of the extra)
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise DataError(
            f"{name} is a Parquet file, and the Dask workers have no pyarrow; install pyarrow there"
        ) from None
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name}: not readable as Parquet ({str(error).partition(chr(10))[0]})") from error


def _type(arrow: "pa.DataType") -> ColumnType:
    import pyarrow.types as kinds  # noqa: PLC0415

    values = arrow.value_type if kinds.is_dictionary(arrow) else arrow
    if kinds.is_dictionary(arrow) or kinds.is_boolean(arrow) or _is_text(arrow):
        plain = _is_text(values) or (kinds.is_primitive(values) and not kinds.is_temporal(values))
        kind = "levels" if plain else "other"
    elif kinds.is_integer(arrow) or kinds.is_floating(arrow) or kinds.is_decimal(arrow):
        kind = "number"
    else:
        kind = "time" if kinds.is_temporal(arrow) else "other"
    return ColumnType(str(arrow), kind)  # type: ignore[arg-type]


def _is_text(arrow: "pa.DataType") -> bool:
    import pyarrow.types as kinds  # noqa: PLC0415

    return bool(kinds.is_string(arrow) or kinds.is_large_string(arrow) or kinds.is_string_view(arrow))


def _numbers(cells: "pa.Array") -> Any:
    """The cells as floats; whole numbers as such where a float may not hold them, so that this can be told."""
    import pyarrow.types as kinds  # noqa: PLC0415

    if kinds.is_integer(cells.type) and not cells.null_count:
        return cells.to_numpy(zero_copy_only=False)
    if kinds.is_integer(cells.type) and cells.type.bit_width == 64 and not _are_exact(cells):
        return pd.Series(cells.to_pylist(), dtype=object)
    return cells.cast("float64", safe=False).to_numpy(zero_copy_only=False)


def _are_exact(cells: "pa.Array") -> bool:
    """Whether floats hold all of these whole numbers."""
    from pyarrow import compute  # noqa: PLC0415

    extremes = compute.min_max(cells).as_py()
    return max(-(extremes["min"] or 0), extremes["max"] or 0) <= LARGEST_EXACT


def _levels(cells: "pa.Array") -> Any:
    """The cells as Python writes them: 1 for a whole number, even where others are missing; None where missing."""
    import pyarrow.types as kinds  # noqa: PLC0415

    if kinds.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return pd.Series(cells.to_pylist(), dtype=object)
