"""Where the rows of a command shall live: in memory, or in a scratch file when they would not fit comfortably."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
# Where the system does not tell how much memory there is.
_UNKNOWN_MEMORY = 4 << 30


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


def memory_bytes() -> int:
    """The memory that this process may use: the machine's, or a limit that the shell or a container sets."""
    return min(_physical_memory(), _process_limit(), _container_limit())


def _physical_memory() -> int:
    if sys.platform == "win32":
        return _windows_memory()
    with suppress(ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return _UNKNOWN_MEMORY


def _windows_memory() -> int:
    import ctypes  # noqa: PLC0415  (only here)

    kilobytes = ctypes.c_ulonglong(0)
    found = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(  # type: ignore[attr-defined, unused-ignore]
        ctypes.byref(kilobytes)
    )
    return kilobytes.value << 10 if found else _UNKNOWN_MEMORY


def _process_limit() -> int:
    """What `ulimit -v` allows."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return sys.maxsize
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def _container_limit() -> int:
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # absent, or "max"
            return int(Path(path).read_text(encoding="ascii"))
    return sys.maxsize
