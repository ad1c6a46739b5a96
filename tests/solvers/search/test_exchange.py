"""The vertex search against all vertices, and what it says when an edge has no end."""

from itertools import pairwise

import numpy as np
import pytest
from support.bands import a_band, a_bounded_band, best_vertex, objective

from mae_cli.solvers.prepare.band import Band
from mae_cli.solvers.prepare.dense_rows import DenseBasis
from mae_cli.solvers.search.exchange import Outcome, search
from mae_cli.solvers.search.screening import minimise


def bits_of(band: Band) -> list[bytes]:
    weights = np.zeros(0) if band.weights is None else band.weights
    parts = band.rows.matrix, band.rows.leverage, weights, band.residual, band.linear, band.jitter
    return [part.tobytes() for part in parts]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("linear_size", [0.0, 0.5])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_vertex_found_is_the_best_of_all(seed, linear_size, weighted):
    random = np.random.default_rng(seed)
    weights = random.uniform(0.2, 3.0, 12) if weighted else None
    band = a_bounded_band(random, weights=weights, linear_size=linear_size)
    vertex = search(band, 1000)
    assert vertex.outcome is Outcome.OPTIMAL
    assert objective(band, vertex.step) == pytest.approx(best_vertex(band), rel=1e-12)
    assert band.residual[vertex.basis] == pytest.approx(band.rows.matrix[vertex.basis] @ vertex.step, rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_weights_have_the_vertex_of_rows_and_residuals_scaled_by_them(seed):
    random = np.random.default_rng(seed)
    weights = 10.0 ** random.uniform(-3, 3, 40)
    band = a_bounded_band(random, 40, 4, weights=weights)
    scaled = a_band(weights[:, np.newaxis] * band.rows.matrix, weights * band.residual, band.linear)
    found, expected = (search(each, 1000) for each in (band, scaled))
    assert sorted(found.basis) == sorted(expected.basis)
    assert found.step == pytest.approx(expected.step, rel=1e-9)


def test_an_edge_that_goes_down_for_ever_is_reported(random):
    matrix = random.standard_normal((5, 3))
    band = a_band(matrix, random.standard_normal(5), 100 * np.ones(3))
    vertex = search(band, 1000)
    assert vertex.outcome is Outcome.UNBOUNDED
    assert (vertex.basis.tolist(), vertex.step.tolist()) == ([], [0.0, 0.0, 0.0])


def test_too_few_independent_rows_are_reported(random):
    band = a_band(np.ones((6, 2)), random.standard_normal(6))
    assert search(band, 1000).outcome is Outcome.UNBOUNDED


def test_running_out_of_exchanges_is_reported(random):
    band = a_band(random.standard_normal((300, 10)), random.standard_normal(300))
    vertex = search(band, 1)
    assert vertex.outcome is Outcome.LIMIT
    assert vertex.iterations == 1
    assert len(vertex.basis) == 10
    assert band.residual[vertex.basis] == pytest.approx(band.rows.matrix[vertex.basis] @ vertex.step)


def test_every_exchange_goes_down(random):
    band = a_bounded_band(random, 60, 5)
    ends = [search(band, most) for most in range(search(band, 1000).iterations + 1)]
    losses = [objective(band, end.step) for end in ends]
    assert len(losses) > 3
    assert all(after < before for before, after in pairwise(losses))
    assert [end.iterations for end in ends] == list(range(len(ends)))
    assert ends[-1].outcome is Outcome.OPTIMAL


def test_long_walks_keep_their_digits(random):
    # From far away (no descent before) the walk is long enough for the edges to be computed anew.
    band = a_band(random.standard_normal((900, 60)), random.standard_cauchy(900))
    vertex = search(band, 10_000)
    assert vertex.iterations > 120
    assert vertex.outcome is Outcome.OPTIMAL
    assert objective(band, vertex.step) == pytest.approx(objective(band, minimise([band])[0].step), rel=1e-12)


def test_the_search_has_nothing_to_do_without_columns():
    vertex = search(a_band(np.zeros((5, 0)), np.ones(5)), 10)
    assert vertex.outcome is Outcome.OPTIMAL
    assert len(vertex.basis) == 0


@pytest.mark.parametrize("needed", ["step", "refresh"])
def test_a_basis_that_turned_dependent_asks_for_more_rows(random, monkeypatch, needed):
    def singular(*_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(DenseBasis, needed, singular)
    vertex = search(a_band(random.standard_normal((20, 3)), random.standard_normal(20)), 1000)
    assert (vertex.outcome, len(vertex.basis)) == (Outcome.UNBOUNDED, 0)


def test_a_search_ends_with_the_same_bits_in_every_run(random):
    band = a_bounded_band(random, 300, 8)
    first, second = (search(band, 1000) for _ in range(2))
    assert first.basis.tolist() == second.basis.tolist()
    assert first.step.tobytes() == second.step.tobytes()


def test_the_bands_are_left_as_they_were(random):
    bands = [
        a_bounded_band(random, rows, 3, weights=random.uniform(1, 2, rows) if rows < 30 else None)
        for rows in (9, 12, 30, 30)
    ]
    before = [bits_of(band) for band in bands]
    for band in bands:
        search(band, 1000)
    assert [bits_of(band) for band in bands] == before
