"""Where the rows of a command shall live: in memory, or in a scratch file when they would not fit comfortably."""

from collections.abc import Iterator
from contextlib import contextmanager

from mae_cli.memory import memory_bytes
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.scratch import Scratch
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.source import Source
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.read import Collect, Data

# Rows stay in memory while their numbers take at most this share of it.
_COMFORTABLE_SHARE = 0.25
_BYTES_A_CELL = 8
_SAMPLE_BYTES = 1 << 16


@contextmanager
def place_for(files: Data, columns: int, *, stream: bool | None) -> Iterator[Collect]:
    """Where the rows live while a `with` block lasts: gives what keeps them there, in memory or in scratch files.

    Args:
        files: the data.
        columns: how many are used.
        stream: True for scratch files, False for memory; None to decide by the size.
    """
    if needs_scratch(files, columns, stream=stream):
        with Scratch() as scratch:
            yield scratch.collect
    else:
        yield MemoryRows.collect


def needs_scratch(files: Data, columns: int, *, stream: bool | None) -> bool:
    """Whether rows of so many columns go to a scratch file.

    Where the user does not say (None), they do if the rows, at 8 bytes a cell and as many as the first lines let
    expect or Parquet says, would take more than a quarter of the memory there is.
    """
    if not isinstance(files, (Files, ParquetRecords)):
        return False  # the workers that read the files keep them in their memory
    if stream is not None:
        return stream
    rows = files.rows if isinstance(files, ParquetRecords) else sum(map(_estimated_rows, files.sources))
    return rows * (columns + 1) * _BYTES_A_CELL > _COMFORTABLE_SHARE * memory_bytes()


def _estimated_rows(source: Source) -> float:
    with source.opened() as stream:
        sample = stream.read(_SAMPLE_BYTES)
    return source.estimated_bytes / max(len(sample), 1) * max(sample.count(b"\n"), sample.count(b"\r"), 1)
