"""Dask workers that are lost in the middle: one line that says what is gone."""

import logging
import operator
import pickle
from unittest import mock

import pytest

from mae_cli.distributed.cluster import Cluster, DaskError, connected
from mae_cli.errors import DataError, Fault, Place

distributed = pytest.importorskip("distributed")


@pytest.fixture
def start():
    """Start a scheduler with so many workers in this process; gives it."""
    started = []

    def run(workers):
        started.append(
            distributed.LocalCluster(
                n_workers=workers,
                processes=False,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL + 1,
            )
        )
        return started[-1]

    yield run
    for cluster in started:
        cluster.close()


def test_workers_that_are_all_gone_are_told_of(start):
    with distributed.Client(start(0), set_as_default=False) as client:
        cluster = Cluster(client, "--dask here", patience=0.3)
        tasks = cluster.map(operator.add, [1], shared=2)
        with pytest.raises(DaskError) as caught:
            list(cluster.results(tasks))
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("dask-workers-gone", "start some and try again")


def test_workers_that_die_of_a_task_are_told_of():
    client = mock.Mock()
    client.map.side_effect = distributed.KilledWorker("task", mock.Mock(), 3)
    with pytest.raises(DaskError) as caught:
        Cluster(client, "--dask here").map(operator.add, [1], shared=2)
    assert caught.value.fault == Fault(
        "dask-workers-died",
        "--dask here: Dask workers died again and again of the same task",
        remedy="give them more memory, if they ran out of it",
    )


@pytest.mark.parametrize("shared", [2, b"x" * 100_000], ids=["small", "large"])
def test_a_scheduler_that_is_lost_between_two_passes_is_told_of(start, shared):
    with distributed.Client(start(1), set_as_default=False) as client:
        cluster = Cluster(client, "--dask here")
        assert list(cluster.results(cluster.map(operator.add, [1], shared=2))) == [3]
        client.close()
        with pytest.raises(DaskError) as caught:
            cluster.map(operator.add, [1], shared=shared)
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("dask-scheduler-lost", None)


def test_a_scheduler_that_is_lost_in_a_pass_is_told_of(start):
    with distributed.Client(start(0), set_as_default=False) as client:
        cluster = Cluster(client, "--dask here")
        tasks = cluster.map(operator.add, [1], shared=2)
        client.close()
        with pytest.raises(DaskError) as caught:
            cluster.all_results(tasks)
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("dask-scheduler-lost", None)


def test_errors_are_sent_whole():
    error = DataError(Fault("not-utf8", "no UTF-8 text", Place("1.csv", line=7, column="x"), "\x00", "convert it"))
    sent = pickle.loads(pickle.dumps(error))
    assert (type(sent), sent.fault, str(sent)) == (DataError, error.fault, str(error))


def test_no_logger_of_dask_speaks_while_it_is_used(workers, capsys):
    loud = logging.getLogger("distributed.client")
    with connected(workers):
        assert not loud.isEnabledFor(logging.CRITICAL)
    assert capsys.readouterr().err == ""
