"""Errors of the world around a command, their cause put in its place: disks, memory, terminals and Dask workers."""

import csv
import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import AsyncMock, Mock, patch

import distributed
import pyarrow as pa
import pyarrow.parquet as pq
from faults.running import invoke
from support.tables import load, source

from mae_cli import load_model
from mae_cli.commands.output import require_place_for_parquet, require_standard_output
from mae_cli.commands.process import running
from mae_cli.distributed import cluster, files
from mae_cli.rows.scratch import Scratch
from mae_cli.tables.csv.source import Source, Spool
from mae_cli.tables.parquet import ParquetRecords

ADDRESS = "tcp://host:8786"
VERSIONS = {"python": "3.12.1", "numpy": "2.2.0", "pandas": "3.1.0", "distributed": "2025.1.0", "mae_cli": "1"}


def failure(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def a_full_disk_for_rows() -> None:
    with patch("tempfile.TemporaryFile", side_effect=failure(errno.ENOSPC)), Scratch() as scratch:
        scratch.collect([])


def a_broken_disk_for_rows() -> None:
    with patch("tempfile.TemporaryFile", side_effect=failure(errno.EIO)), Scratch() as scratch:
        scratch.collect([])


def a_full_disk_for_standard_input() -> None:
    with patch("tempfile.SpooledTemporaryFile", return_value=Mock(write=Mock(side_effect=failure(errno.ENOSPC)))):
        Spool(Mock(read=Mock(return_value=b"y,x\n")))


def a_full_disk_for_the_model() -> None:
    with patch("os.fsync", side_effect=failure(errno.ENOSPC)):
        invoke("train", "data.csv", "-t", "y", "-o", "new.json")


def a_directory_of_others() -> None:
    with patch("os.access", return_value=False):
        invoke("train", "data.csv", "-t", "y", "-o", "folder/new.json")


def an_output_that_fails() -> None:
    with patch("mae_cli.commands.process.discard_output"), running():
        raise failure(errno.ENOSPC)


def an_output_that_is_closed() -> None:
    with patch("sys.stdout", None):
        require_standard_output()


def an_output_that_is_appended_to_the_data() -> None:
    with patch("os.fstat", return_value=Path("data.csv").stat()):
        invoke("predict", "model.json", "data.csv")


def a_terminal_for_parquet() -> None:
    with patch("sys.stdout", Mock(isatty=Mock(return_value=True))):
        require_place_for_parquet("-")


def no_memory() -> None:
    with running():
        raise MemoryError


def a_limit_of_memory_that_the_data_pass() -> None:
    with patch("resource.getrlimit", return_value=(400 << 20, 400 << 20)), running():
        raise MemoryError


def a_limit_of_memory_that_the_libraries_pass() -> None:
    with (
        patch("resource.getrlimit", return_value=(100 << 20, 100 << 20)),
        patch.dict("sys.modules"),
        patch("mae_cli.commands.process.find_spec", return_value=None),
    ):
        sys.modules.pop("pandas")
        with running():
            pass


def a_model_beyond_what_is_read() -> None:
    Path("huge.json").write_bytes(b" " * ((1 << 20) + 1))
    with patch("mae_cli.model.files._LARGEST", 1 << 20):
        load_model("huge.json")


def a_line_without_an_end() -> None:
    with patch("mae_cli.tables.csv.pieces.LONGEST_RECORD", 1_000_000):
        list(source(b"y,x\n1,2\n" + b"3" * 2_000_000).pieces())


def a_cell_beyond_the_csv_module() -> None:
    before = csv.field_size_limit(10)
    try:
        list(source("y\n" + "x" * 11).records())
    finally:
        csv.field_size_limit(before)


def no_pyarrow() -> None:
    with patch.dict("sys.modules", {"pyarrow.parquet": None}):
        invoke("train", "table.parquet", "-t", "y")


def a_parquet_file_that_is_damaged() -> None:
    with patch("pyarrow.parquet.ParquetFile", side_effect=pa.ArrowInvalid("the footer is corrupt")):
        invoke("train", "table.parquet", "-t", "y")


def a_file_that_changes_while_it_is_read() -> None:
    path = Path("changing.parquet")
    pq.write_table(pa.table({"y": [1.0, 2.0], "x": [1.0, 2.0]}), path)
    records = ParquetRecords.of([Source(path.name, path)])
    assert records.header.names == ("y", "x")
    pq.write_table(pa.table({"y": [1.0], "x": [2.0]}), path)
    load(records)


def no_dask() -> None:
    with patch("importlib.util.find_spec", return_value=None), cluster.connected("local"):
        pass


def standard_input_for_workers() -> None:
    invoke("train", "-", "-t", "y", "--dask", "local")


def no_scheduler() -> None:
    with patch.object(cluster, "_greet", side_effect=failure(errno.ECONNREFUSED)), cluster.connected(ADDRESS):
        pass


def workers_that_do_not_start() -> None:
    with patch.object(distributed, "LocalCluster", side_effect=failure(errno.EMFILE)), cluster.connected("local"):
        pass


def a_scheduler_without_workers() -> None:
    with _a_client(wait_for_workers=Mock(side_effect=TimeoutError)), cluster.connected(ADDRESS):
        pass


def a_worker_without_numpy() -> None:
    _meet({"numpy": None})


def a_worker_with_another_numpy() -> None:
    _meet({"numpy": "2.1.0"})


def a_worker_that_keeps_another_version_of_ours() -> None:
    _meet({"mae_cli": "0"})


def _meet(difference: Mapping[str, str | None]) -> None:
    """Connect to a worker whose environment differs from the one here."""
    workers = {"tcp://10.0.0.7:40123": VERSIONS | difference}
    with (
        patch("mae_cli.distributed.probe.environment", return_value=VERSIONS),
        _a_client(run=Mock(return_value=workers)),
        cluster.connected(ADDRESS),
    ):
        pass


def workers_that_are_gone() -> None:
    client = Mock(sync=Mock(side_effect=TimeoutError), nthreads=Mock(return_value={}))
    list(cluster.Cluster(client, f"--dask {ADDRESS}").results([Mock(done=Mock(return_value=False))]))


def workers_that_die() -> None:
    client = Mock(map=Mock(side_effect=distributed.KilledWorker("task", Mock(), 3)))
    cluster.Cluster(client, f"--dask {ADDRESS}").map(len, [1])


def a_scheduler_that_is_lost() -> None:
    client = Mock(map=Mock(side_effect=OSError), status="closed")
    cluster.Cluster(client, f"--dask {ADDRESS}").map(len, [1])


def a_url_for_workers() -> None:
    files.find(_one_worker(), ["s3://bucket/data.csv"], files.Dialect())


def a_pattern_for_workers() -> None:
    files.find(_one_worker(), ["part-*.csv"], files.Dialect())


def a_file_that_no_worker_sees() -> None:
    with patch("distributed.get_worker", return_value=Mock(address="tcp://10.0.0.7:40123")):
        files.find(_one_worker(), ["absent.csv"], files.Dialect())


def workers_without_pyarrow() -> None:
    with patch.dict("sys.modules", {"pyarrow.parquet": None}):
        files.find(_one_worker(), ["table.parquet"], files.Dialect())


@contextmanager
def _a_client(**methods: Mock) -> Iterator[None]:
    """Connections are to this client."""
    client = Mock(**methods)
    client.__enter__, client.__exit__ = Mock(return_value=client), Mock(return_value=None)
    with patch.object(cluster, "_greet", AsyncMock()), patch.object(distributed, "Client", return_value=client):
        yield


def _one_worker() -> Mock:
    """A cluster whose tasks run here and at once."""
    return Mock(
        map=lambda function, *iterables, shared: [function(shared, *each) for each in zip(*iterables, strict=True)],
        results=list,
    )


OUTAGES = (
    a_full_disk_for_rows,
    a_broken_disk_for_rows,
    a_full_disk_for_standard_input,
    a_full_disk_for_the_model,
    a_directory_of_others,
    an_output_that_fails,
    an_output_that_is_closed,
    an_output_that_is_appended_to_the_data,
    a_terminal_for_parquet,
    no_memory,
    a_limit_of_memory_that_the_data_pass,
    a_limit_of_memory_that_the_libraries_pass,
    a_model_beyond_what_is_read,
    a_line_without_an_end,
    a_cell_beyond_the_csv_module,
    no_pyarrow,
    a_parquet_file_that_is_damaged,
    a_file_that_changes_while_it_is_read,
    no_dask,
    standard_input_for_workers,
    no_scheduler,
    workers_that_do_not_start,
    a_scheduler_without_workers,
    a_worker_without_numpy,
    a_worker_with_another_numpy,
    a_worker_that_keeps_another_version_of_ours,
    workers_that_are_gone,
    workers_that_die,
    a_scheduler_that_is_lost,
    a_url_for_workers,
    a_pattern_for_workers,
    a_file_that_no_worker_sees,
    workers_without_pyarrow,
)
