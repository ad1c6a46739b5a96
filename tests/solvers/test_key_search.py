"""The vertex search with an absorbed column against the dense one."""

import numpy as np
import pytest
from support.levels import a_regression

from mae_cli.losses import Absolute
from mae_cli.rows.blocks import CountedRows, whole
from mae_cli.solvers.absorbed import LevelPoint
from mae_cli.solvers.band import Band
from mae_cli.solvers.key_search import LevelBand, search
from mae_cli.solvers.problem import prepare
from mae_cli.solvers.screening import minimise
from mae_cli.solvers.vertex import Outcome


@pytest.fixture(params=[False, True], ids=["no weights", "weights"])
def bands(request, random, monkeypatch):
    """The same problem with its levels as groups and as a dense matrix."""
    monkeypatch.setattr("mae_cli.solvers.absorbing._MANY_LEVELS", 2)
    monkeypatch.setattr("mae_cli.solvers.band._DENSE_SIZE", 0)
    problem = prepare(
        CountedRows(a_regression(random, 500, 20, weights=request.param).rows()), Absolute(), intercept=True
    )
    block = whole(problem.standard_rows)
    linear = 0.3 * (block.weight_values * random.uniform(-1, 1, 500)) @ problem.whitening.rows(block.design.dense())
    levels = LevelBand(
        rows=problem.whitening.level_rows(block.design),
        weights=block.weight_values,
        leverage=problem.whitening.leverage(block.design),
        residual=block.target,
        linear=problem.whitening.level_gradient(linear),
        jitter=np.full(500, 1e-12),
    )
    matrix = block.weight_values[:, np.newaxis] * problem.whitening.rows(block.design.dense())
    residual = block.weight_values * block.target
    return levels, Band(matrix, np.linalg.norm(matrix, axis=1), residual, linear, np.full(500, 1e-12)), problem


def test_the_vertex_found_is_that_of_the_dense_search(bands):
    levels, dense, problem = bands
    vertex = search(levels, 10_000)
    expected = minimise(dense)
    assert vertex.outcome is Outcome.OPTIMAL
    assert vertex.exchanges > 0
    assert sorted(vertex.basis.places) == sorted(expected.basis)
    assert problem.whitening.whitened(vertex.basis.solve(levels.residual)) == pytest.approx(expected.step, rel=1e-9)
    assert vertex.residual * levels.weights == pytest.approx(dense.residual - dense.matrix @ expected.step, abs=1e-9)


def test_running_out_of_exchanges_is_reported(bands):
    vertex = search(bands[0], 1)
    assert (vertex.outcome, vertex.exchanges) == (Outcome.LIMIT, 1)


def test_an_edge_that_goes_down_for_ever_is_reported(bands):
    levels = bands[0]
    steep = LevelPoint(levels.linear.levels * 1e6, levels.linear.others * 1e6)
    vertex = search(LevelBand(levels.rows, levels.weights, levels.leverage, levels.residual, steep, levels.jitter), 99)
    assert vertex.outcome is Outcome.UNBOUNDED


def test_a_level_without_rows_is_reported(bands):
    levels = bands[0]
    some = np.flatnonzero(levels.rows.groups != 3)
    parts = (part[some] for part in (levels.weights, levels.leverage, levels.residual))
    vertex = search(LevelBand(levels.rows.take(some), *parts, levels.linear, levels.jitter[some]), 99)
    assert vertex.outcome is Outcome.UNBOUNDED
    assert vertex.basis is None


def test_moving_a_band_moves_its_residuals(bands):
    levels = bands[0]
    step = np.ones(len(bands[1].linear))
    moved = levels.moved(bands[2].whitening.parts(step))
    assert moved.residual == pytest.approx(bands[1].moved(step).residual / levels.weights, abs=1e-12)
