"""The files of a command where Dask workers see them: patterns expanded, headers read, files put together to parts."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import TypeVar

from mae_cli.dask.cluster import Cluster
from mae_cli.dask.parquet import MAGIC, ParquetRecords, RowGroups, survey
from mae_cli.errors import DataError, MaeCliError
from mae_cli.text.dialect import Dialect
from mae_cli.text.files import Files
from mae_cli.text.header import Header, joint_header, joint_name, read_header
from mae_cli.text.source import Source
from mae_cli.wording import is_url

T = TypeVar("T")
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
    fault: MaeCliError | None = None


def find(cluster: Cluster, arguments: Sequence[str], dialect: Dialect) -> Found:
    """Find the files that the arguments name: paths, or patterns such as `part-*.csv`.

    Raises:
        DataError: a file is absent, no CSV or Parquet, or empty; or headers or formats differ.
    """
    folder = Path.cwd()
    ((names, fault),) = cluster.results(cluster.map(_expanded, [tuple(arguments)], shared=folder))
    if fault is not None:
        raise fault
    batches = [tuple(names[start : start + _FILES_OF_A_TASK]) for start in range(0, len(names), _FILES_OF_A_TASK)]
    tasks = cluster.map(_looked_at, batches, shared=(folder, dialect))
    files: list[_File] = list(chain.from_iterable(cluster.results(tasks)))
    for file in files:
        if file.fault is not None:
            raise file.fault
    _require_one_format(files)
    header = joint_header([(file.name, file.header) for file in files])
    parts = _parquet_parts(files) if files[0].is_parquet else _csv_parts(files, dialect)
    return Found(joint_name([file.name for file in files]), header, tuple(parts))


def _expanded(folder: Path, arguments: tuple[str, ...]) -> tuple[list[str], DataError | None]:
    """The paths that the arguments name, in the order of the arguments, those of a pattern in text order."""
    names: list[str] = []
    for argument in arguments:
        if is_url(argument):
            return [], DataError(f"{argument} is a URL; give a path that the Dask workers see")
        if not has_magic(argument) or (folder / argument).exists():
            names.append(argument)
            continue
        matches = sorted(glob(argument, root_dir=folder, recursive=True))  # noqa: PTH207  (relative to the folder)
        if not matches:
            return [], DataError(f"no file matches {folder / argument} where the Dask workers look")
        names += matches
    return names, None


def _looked_at(asked: tuple[Path, Dialect], names: tuple[str, ...]) -> list[_File]:
    folder, dialect = asked
    return [_look_at(name, folder, dialect) for name in names]


def _look_at(name: str, folder: Path, dialect: Dialect) -> _File:
    path = folder / name
    try:
        if not path.exists():
            return _File(name, fault=_invisible(name, path))
        if _is_parquet(path):
            header, groups = survey(name, path)
            return _File(name, tuple(groups), header, is_parquet=True)
        with closing(dialect.read(name, folder)) as source:  # a path, which can be opened again elsewhere
            return _File(name, (source,), read_header(source), source.estimated_bytes)
    except MaeCliError as fault:
        return _File(name, fault=fault)


def _invisible(name: str, path: Path) -> DataError:
    from distributed import get_worker  # noqa: PLC0415

    where = "" if path == Path(name) else f" as {path}"
    return DataError(
        f"{name} does not exist where the Dask worker at {get_worker().address} looks for it{where}; "
        "the file must be on a disk that all workers see"
    )


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:  # told by whoever reads it
        return False


def _require_one_format(files: Sequence[_File]) -> None:
    first = files[0]
    for file in files:
        if file.is_parquet != first.is_parquet:
            mine, other = ("Parquet", "CSV") if file.is_parquet else ("CSV", "Parquet")
            raise DataError(f"{file.name} is {mine}, but {first.name} is {other}; give files of one format")
        for name, one, another in zip(first.header.names, first.header.types, file.header.types, strict=False):
            if one.kind != another.kind and name in file.header.names:
                raise DataError(
                    f"{file.name}: column {name!r} has the type {another.name}, but {one.name} in {first.name}; "
                    "their types must agree"
                )


def _csv_parts(files: Sequence[_File], dialect: Dialect) -> Iterator[Part]:
    for some in _together(((file, file.bytes) for file in files), _CSV_BYTES):
        yield Files(tuple(source for file in some for source in file.held if isinstance(source, Source)), dialect)


def _parquet_parts(files: Sequence[_File]) -> Iterator[Part]:
    groups = [group for file in files for group in file.held if isinstance(group, RowGroups)]
    for some in _together(((group, group.bytes) for group in groups), _PARQUET_BYTES):
        yield ParquetRecords(tuple(some))


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
