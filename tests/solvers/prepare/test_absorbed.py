"""Rows with an absorbed column as rows of a band: the search on them is that of dense rows."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from support.levels import LEVELS, a_regression

from mae_cli.losses import Absolute
from mae_cli.rows.blocks import CountedRows, whole
from mae_cli.solvers.prepare.absorbed import LevelBasis, WhitenedLevels
from mae_cli.solvers.prepare.band import Band, Start
from mae_cli.solvers.prepare.dense_rows import DenseRows
from mae_cli.solvers.prepare.key_basis import KeyBasis
from mae_cli.solvers.prepare.problem import Problem, prepare
from mae_cli.solvers.search.exchange import Outcome, search
from mae_cli.solvers.search.screening import minimise


@dataclass(frozen=True)
class Pair:
    """The same problem with its levels as groups and as a dense matrix."""

    levels: Band
    dense: Band
    problem: Problem


@pytest.fixture(params=[False, True], ids=["no weights", "weights"])
def pair(request, random):
    rows = CountedRows(a_regression(random, 500, 20, weights=request.param).rows())
    problem = prepare(rows, Absolute(), intercept=True, limits=LEVELS)
    block = whole(problem.standard_rows)
    matrix = problem.whitening.rows(block.design.dense())
    linear = 0.3 * (block.weight_values * random.uniform(-1, 1, 500)) @ matrix
    levels, dense = (
        Band(rows, block.weights, block.target, linear, np.full(500, 1e-12))
        for rows in (problem.whitening.band_rows(block.design), DenseRows.of(matrix))
    )
    assert isinstance(levels.rows, WhitenedLevels)
    return Pair(levels, dense, problem)


def weights_of(band):
    return np.ones(len(band.residual)) if band.weights is None else band.weights


def test_the_vertex_found_is_that_of_the_dense_search(pair):
    vertex = search(pair.levels, 10_000)
    (expected,) = minimise([pair.dense])
    assert vertex.outcome is Outcome.OPTIMAL
    assert vertex.iterations > 0
    assert sorted(vertex.basis) == sorted(expected.basis)
    assert vertex.step == pytest.approx(expected.step, rel=1e-9)
    left = pair.levels.moved(vertex.step).residual
    assert left == pytest.approx(pair.dense.residual - pair.dense.rows.matrix @ expected.step, abs=1e-9)
    assert left[vertex.basis] == pytest.approx(np.zeros(len(vertex.basis)), abs=1e-12)


def test_a_descent_and_a_narrower_band_lead_to_the_same_vertex(pair):
    """The band of levels is screened like any other; none of its levels is lost."""
    (vertex,), (expected,) = minimise([pair.levels]), minimise([pair.dense])
    assert vertex.outcome is Outcome.OPTIMAL
    assert sorted(vertex.basis) == sorted(expected.basis)
    assert vertex.step == pytest.approx(expected.step, rel=1e-9)
    assert vertex.losses[0] == pytest.approx(expected.losses[0])
    assert vertex.losses[-1] == pytest.approx(expected.losses[-1])


def test_running_out_of_exchanges_is_reported(pair):
    vertex = search(pair.levels, 1)
    assert (vertex.outcome, vertex.iterations) == (Outcome.LIMIT, 1)
    assert pair.levels.moved(vertex.step).residual[vertex.basis] == pytest.approx(np.zeros(len(vertex.basis)), abs=1e-9)


def test_an_edge_that_goes_down_for_ever_is_reported(pair):
    vertex = search(replace(pair.levels, linear=1e6 * pair.levels.linear), 99)
    assert vertex.outcome is Outcome.UNBOUNDED


def test_a_level_without_rows_is_reported(pair):
    vertex = search(pair.levels.take(np.flatnonzero(pair.levels.rows.rows.groups != 3)), 99)
    assert vertex.outcome is Outcome.UNBOUNDED
    assert len(vertex.basis) == 0


@pytest.mark.parametrize("when", [1, 2])
def test_rows_that_are_dependent_but_for_rounding_are_reported(when, pair, monkeypatch):
    """At the start, or where what updates said is computed anew."""
    refresh, calls = KeyBasis.refresh, []

    def singular(self):
        calls.append(self)
        if len(calls) > when:
            raise np.linalg.LinAlgError
        refresh(self)

    monkeypatch.setattr(KeyBasis, "refresh", singular)
    vertex = search(pair.levels, 10_000)
    assert vertex.outcome is Outcome.UNBOUNDED
    assert len(vertex.basis) == 0


def test_rows_of_which_no_basis_has_an_inverse_are_reported(pair, monkeypatch):
    def singular(_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(KeyBasis, "refresh", singular)
    assert pair.levels.rows.nearest_basis(np.arange(500)) is None
    assert search(pair.levels, 99).outcome is Outcome.UNBOUNDED


def test_moving_a_band_moves_its_residuals(pair):
    step = np.ones(len(pair.dense.linear))
    assert pair.levels.moved(step).residual == pytest.approx(pair.dense.moved(step).residual, abs=1e-12)


def test_products_are_those_of_the_rows_written_out(pair, random):
    rows, matrix = pair.levels.rows, pair.dense.rows.matrix
    step, vector = random.standard_normal(matrix.shape[1]), random.standard_normal(500)
    assert rows.shape == matrix.shape
    assert rows.product(step) == pytest.approx(matrix @ step, abs=1e-10)
    assert rows.transpose_product(vector) == pytest.approx(vector @ matrix, abs=1e-9)
    assert pair.levels.pull(vector) == pytest.approx(pair.dense.pull(vector), abs=1e-9)


def test_rows_taken_apart_and_joined_are_the_same(pair, random):
    rows, places = pair.levels.rows, random.permutation(500)
    joined = rows.take(places[:200]).joined([rows.take(places[200:200]), rows.take(places[200:])])
    step = random.standard_normal(rows.shape[1])
    assert joined.product(step) == pytest.approx(rows.product(step)[places], rel=1e-12, abs=1e-12)
    assert joined.leverage.tolist() == rows.leverage[places].tolist()
    assert joined.rows.groups.tolist() == rows.rows.groups[places].tolist()


def test_the_nearest_row_of_each_level_stays_in_every_band(pair):
    distance, groups = pair.levels.distance, pair.levels.rows.rows.groups
    nearest = [min(np.flatnonzero(groups == group), key=distance.__getitem__) for group in range(1, 21)]
    assert pair.levels.rows.needed(distance).tolist() == nearest
    narrowed = pair.levels.narrowed(30)
    assert set(nearest) <= set(narrowed.members)
    assert set(np.argsort(distance)[:30]) <= set(narrowed.members)
    assert (np.diff(narrowed.members) > 0).all()


def test_the_step_through_basis_rows_is_that_of_their_dense_matrix(pair, random):
    basis, values = search(pair.levels, 10_000).basis, random.standard_normal(500)
    expected = np.linalg.solve(pair.dense.rows.matrix[basis], values[basis])
    assert pair.levels.rows.solve(basis, values) == pytest.approx(expected, rel=1e-9)


@pytest.fixture
def basis(pair):
    levels = pair.levels
    nearest = levels.rows.nearest_basis(np.argsort(levels.distance, kind="stable"))
    return LevelBasis(levels.rows, Start(nearest, levels.weights, levels.residual, levels.linear))


def assert_state_of(pair, basis) -> None:
    """Residuals, multipliers, edges and the vertex are those of the dense basis, scaled by the weights."""
    matrix, weights = pair.dense.rows.matrix * weights_of(pair.dense)[:, np.newaxis], weights_of(pair.dense)
    inverse = np.linalg.inv(matrix[basis.places])
    step = inverse @ (weights * pair.dense.residual)[basis.places]
    residual = basis.refresh()
    assert residual == pytest.approx(weights * pair.dense.residual - matrix @ step, abs=1e-9)
    assert basis.step() == pytest.approx(step, rel=1e-9)
    signs = np.sign(residual)
    expected = -(pair.dense.linear + signs @ matrix) @ inverse
    assert basis.multipliers(signs) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_state_of_a_basis_is_that_of_the_dense_one(pair, basis):
    assert_state_of(pair, basis)


def test_edges_free_a_row_each_and_exchanges_keep_the_state(pair, basis):
    weights = weights_of(pair.dense)
    matrix = pair.dense.rows.matrix * weights[:, np.newaxis]
    basis.refresh()
    exchanged = 0
    for leaving in range(matrix.shape[1]):
        before = set(basis.places.tolist())
        rates, freed = basis.rates(leaving)
        # A key may have changed places with a working row, which frees the same row.
        place = basis.places.tolist().index(freed)
        assert set(basis.places.tolist()) == before
        assert rates == pytest.approx(matrix @ np.linalg.inv(matrix[basis.places])[:, place], rel=1e-9, abs=1e-9)
        entering = np.abs(np.where(np.isin(np.arange(500), basis.places), 0.0, rates)).argmax()
        basis.replace(leaving, int(entering))
        assert set(basis.places.tolist()) == before - {freed} | {int(entering)}
        assert_state_of(pair, basis)
        exchanged += 1
    assert exchanged == len(pair.dense.linear)


def test_a_freed_key_is_the_row_whose_multiplier_was_too_large(pair, basis):
    for leaving in range(len(pair.dense.linear)):
        row = int(basis.places[leaving])
        _, freed = basis.rates(leaving)
        assert freed == row
