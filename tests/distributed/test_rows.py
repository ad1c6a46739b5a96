"""Rows on Dask workers: the bits of the same blocks in memory, whoever computes them and whoever dies."""

import os
import signal
from operator import attrgetter, methodcaller
from unittest import mock

import numpy as np
import pytest

from mae_cli.distributed.rows import DaskRows, resident
from mae_cli.losses import loss_named
from mae_cli.progress import ProgressListener
from mae_cli.rows.blocks import Block, CountedRows, MemoryRows, PassCounter, in_memory
from mae_cli.rows.design import Design
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.solvers.solve import solve

pytest.importorskip("distributed")

GROUPS = ((700, 900), (1,), (800,), (16, 500, 33))
COUNT = 2950


def block(random, count, *, weighted):
    """Some rows: numbers, a column of levels, heavy tails."""
    numbers, codes = random.normal(size=(count, 3)), random.integers(0, 3, count).astype(np.int32)
    target = numbers @ [1.0, -2.0, 0.5] + (codes == 2) + random.standard_t(1.5, count)
    weights = random.uniform(0.5, 2, count) if weighted else None
    return Block(Design(numbers, (codes,), (2,)), target, weights, np.arange(count))


@pytest.fixture(params=[False, True], ids=["equal", "weighted"])
def groups(request, random):
    """Blocks in groups."""
    return [[block(random, count, weighted=request.param) for count in counts] for counts in GROUPS]


@pytest.fixture
def memory(groups):
    return MemoryRows.collect(block for group in groups for block in group)


@pytest.fixture
def remote(groups, cluster):
    """The same blocks on the workers; mapped functions go there by name, so they are those of packages."""
    return DaskRows.of(cluster, [cluster.client.submit(resident, group, pure=False) for group in groups])


def contents(block):
    """A block to the last bit."""
    arrays = (block.design.numeric, *block.design.codes, block.target, block.weight_values, block.record_numbers)
    return [np.ascontiguousarray(each).tobytes() for each in (*arrays, block.positions)]


def test_they_are_the_rows_that_were_put_there(memory, remote):
    assert remote.shape == memory.shape == (COUNT, 5)
    for mine, theirs in zip(memory.blocks, in_memory(remote).blocks, strict=True):
        assert contents(theirs) == contents(mine)


def test_a_pass_is_the_function_of_every_block_in_order(memory, remote):
    residual = methodcaller("residual", np.arange(5.0))
    here, there = list(memory.map(residual)), list(remote.map(residual))
    assert [each.tobytes() for each in there] == [each.tobytes() for each in here]


def test_large_arguments_of_a_pass_arrive(memory, remote):
    rows = np.arange(100_000)
    for mine, theirs in zip(*(each.map(methodcaller("places", rows)) for each in (memory, remote)), strict=True):
        assert mine[0].tolist() == theirs[0].tolist()
        assert mine[1] == theirs[1]


@pytest.mark.parametrize(
    "positions", [[0], [COUNT - 1, 0], [5, 5, 3], [1600, 1599, 1601], [], list(range(COUNT))[::-1], [2400, 2401]]
)
def test_rows_are_taken_in_the_order_asked_for(memory, remote, positions):
    positions = np.array(positions, dtype=np.intp)
    taken = remote.take(positions)
    assert contents(taken) == contents(memory.take(positions))
    assert taken.positions.tolist() == positions.tolist()


def test_rows_that_are_kept_stay_on_the_workers_numbered_anew(memory, remote):
    halved = methodcaller("part", slice(None, None, 2))
    mine, theirs = memory.kept(halved), remote.kept(halved)
    assert isinstance(theirs, DaskRows)
    assert theirs.shape == mine.shape
    for one, other in zip(mine.blocks, in_memory(theirs).blocks, strict=True):
        assert contents(other) == contents(one)
    assert contents(theirs.take(np.array([900, 4]))) == contents(mine.take(np.array([900, 4])))


def test_groups_of_which_no_row_is_kept_are_left_out(memory, remote):
    none = remote.kept(methodcaller("part", slice(0)))
    assert none.shape == memory.kept(methodcaller("part", slice(0))).shape == (0, 5)
    longest = methodcaller("part", slice(600, None))
    assert remote.kept(longest).counts == (100 + 300, 200)


def test_what_is_wrong_with_numbers_is_told_by_the_results(cluster, random):
    huge = block(random, 10, weighted=False)
    rows = DaskRows.of(cluster, [cluster.client.submit(resident, [huge], pure=False)])
    (residual,) = rows.map(methodcaller("residual", np.full(5, 1e308)))
    assert not np.isfinite(residual).all()


def test_an_exception_of_a_task_is_that_of_a_pass(remote):
    with pytest.raises(AttributeError, match="nothing"):
        list(remote.map(attrgetter("nothing")))


PROBLEMS = [
    ("mae", 0.5, Auto()),
    ("mae", 0.9, Auto()),
    ("mse", 0.5, Auto()),
    ("mae", 0.5, Textbook(epochs=20)),
    ("mse", 0.5, Textbook(epochs=5, batch_size=64)),
]


def fit(rows, loss, quantile, settings):
    """A solution to the last bit, and the passes that it took."""
    counted = CountedRows(rows)
    solution = solve(counted, loss_named(loss, quantile), settings, intercept=True)
    return solution.coefficients.tobytes(), solution.intercept, solution.certificate, counted.counter.passes


@pytest.mark.parametrize(("loss", "quantile", "settings"), PROBLEMS)
def test_a_fit_has_the_bits_the_certificate_and_the_passes_of_memory(memory, remote, loss, quantile, settings):
    assert fit(remote, loss, quantile, settings) == fit(memory, loss, quantile, settings)


@pytest.mark.parametrize("groups", [True], indirect=True)
def test_the_death_of_a_worker_in_the_middle_of_a_fit_changes_no_bit(memory, remote, cluster):
    killed = []

    def kill(passes):
        if passes == 2:
            busiest = max(cluster.client.has_what().items(), key=lambda item: len(item[1]))[0]
            killed.append(cluster.client.run(os.getpid, workers=[busiest])[busiest])
            os.kill(killed[0], signal.SIGKILL)

    listener = mock.create_autospec(ProgressListener, instance=True)
    listener.passing.side_effect = kill
    counted = CountedRows(remote, PassCounter(listener=listener))
    there = solve(counted, loss_named("mae", 0.5), Auto(), intercept=True)
    here = solve(memory, loss_named("mae", 0.5), Auto(), intercept=True)
    assert len(killed) == 1
    assert there.coefficients.tobytes() == here.coefficients.tobytes()
    assert there.certificate == here.certificate
    assert list(remote.map(attrgetter("total_weight"))) == list(memory.map(attrgetter("total_weight")))
