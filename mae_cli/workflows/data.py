"""The data of a command: CSV or Parquet on this machine, or files that Dask workers see."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from mae_cli.errors import Fault, SettingsError
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files, require_one_if_standard_input, told_as_columns
from mae_cli.tables.csv.source import Source
from mae_cli.tables.parquet import ParquetRecords, is_parquet, require_one_format, survey
from mae_cli.tables.read import Data


@contextmanager
def opened_here(arguments: Sequence[str], dialect: Dialect) -> Iterator[Files | ParquetRecords]:
    """The files of this machine that a command's arguments name, for the time of a `with` block.

    They are closed at its end. The first one tells whether all are CSV or Parquet.

    Raises:
        DataError: a file is at fault, has another format than the first, or is standard input beside others.
        SettingsError: the dialect says how text is written, and the files are Parquet.
    """
    require_one_if_standard_input(arguments)
    first_argument, *others = arguments
    with ExitStack() as stack:
        first = stack.enter_context(closing(Source.of(first_argument)))
        if not is_parquet(first):
            require_one_format([(first.name, False), *((other, _is_parquet_file(Path(other))) for other in others)])
            yield stack.enter_context(Files.beginning_with(first, others, dialect))
            return
        with told_as_columns(first.name, lambda: survey(first.name, first.held)[0].names, others):
            sources = [stack.enter_context(closing(Source.of(other))) for other in others]
        yield ParquetRecords.of([first, *sources], dialect)


def _is_parquet_file(path: Path) -> bool:
    """Whether it is a file, and Parquet; a pipe can be read only once, and is no file."""
    return path.is_file() and is_parquet(Source(str(path), path))


@contextmanager
def opened(arguments: Sequence[str], dialect: Dialect, dask: str | None) -> Iterator[Data]:
    """The files that a command's arguments name, for the time of a `with` block, at whose end they are closed.

    Args:
        arguments: Paths; or patterns for Dask.
        dialect: how they are written.
        dask: "local" for Dask workers on this machine, the address of a scheduler for its workers, None for neither.

    Raises:
        DataError: a file is at fault.
        DaskError: there are no such workers.
        SettingsError: workers cannot read standard input; or as `opened_here`.
    """
    if dask is None:
        with opened_here(arguments, dialect) as files:
            yield files
        return
    if "-" in arguments:
        what, remedy = "--dask cannot read standard input (-)", "give files that the workers see"
        raise SettingsError(Fault("standard-input-with-dask", what, remedy=remedy))
    from mae_cli.distributed.cluster import connected  # noqa: PLC0415  (its tasks need more modules than most runs)
    from mae_cli.distributed.files import DaskFiles  # noqa: PLC0415

    with connected(dask) as cluster:
        yield DaskFiles.of(cluster, arguments, dialect)
