"""Parquet records with a few columns more, as one Parquet file that is made batch by batch."""

import io
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from mae_cli.arrays import FloatArray
from mae_cli.tables.column_types import types_differ
from mae_cli.tables.parquet import ParquetRecords

if TYPE_CHECKING:
    import pyarrow as pa


def require_same_types(records: ParquetRecords) -> None:
    """Refuse files that one file cannot hold together.

    Raises:
        DataError: a column has another type than in the first file, if both are numbers, say.
    """
    first = records.parts[0]
    for part in records.parts:
        for name, one, another in zip(records.names, first.header.types, part.header.types, strict=True):
            if one != another:
                raise types_differ(name, (part.name, another), (first.name, one), "predict them one by one")


def extended(
    records: ParquetRecords,
    kept: Sequence[str],
    added: Sequence[str],
    used: Collection[str],
    values: Callable[[int, "pa.RecordBatch"], FloatArray],
) -> Generator[bytes, None, None]:
    """Columns of the records as they are and some of numbers behind them, as a Parquet file in pieces of bytes.

    Args:
        records: the records.
        kept: the columns that stay.
        added: the names of the m new columns.
        used: the columns from which they come.
        values: (b, m) their cells for the used columns of a batch, whose first record has that number; null where NaN.

    Raises:
        DataError: the records cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415  (part of the extra)
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema, sink = _schema(records, kept, added), io.BytesIO()
    with pq.ParquetWriter(sink, schema) as writer, closing(records.batches([*kept, *used])) as batches:
        for first, batch in batches:
            columns = [pa.array(column, from_pandas=True) for column in values(first, batch).T]
            writer.write_table(pa.Table.from_arrays([*map(batch.column, kept), *columns], schema=schema))
            yield _taken(sink)
    yield _taken(sink)


def _schema(records: ParquetRecords, kept: Sequence[str], added: Sequence[str]) -> "pa.Schema":
    """That of the first file; in the others any column may have nulls."""
    import pyarrow as pa  # noqa: PLC0415

    stored = records.schema()
    several = len(records.parts) > 1
    fields = [field.with_nullable(several or field.nullable) for field in map(stored.field, kept)]
    new = [pa.field(name, pa.float64()) for name in added]
    return pa.schema([*fields, *new], stored.metadata if kept else None)


def _taken(sink: io.BytesIO) -> bytes:
    """What was written since the last time."""
    written = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return written
