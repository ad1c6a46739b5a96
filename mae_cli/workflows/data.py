"""The data of a command: files on this machine, or files that Dask workers see."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mae_cli.errors import SettingsError
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.read import Data


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
        SettingsError: workers cannot read standard input.
    """
    if dask is None:
        with Files.of(arguments, dialect) as files:
            yield files
        return
    if "-" in arguments:
        raise SettingsError("--dask cannot read standard input (-); give files that the workers see")
    from mae_cli.distributed.cluster import connected  # noqa: PLC0415  (its tasks need more modules than most runs)
    from mae_cli.distributed.files import DaskFiles  # noqa: PLC0415

    with connected(dask) as cluster:
        yield DaskFiles.of(cluster, arguments, dialect)
