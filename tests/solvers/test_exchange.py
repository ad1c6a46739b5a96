"""The vertex search against all vertices, what it says when an edge has no end, and many searches in step."""

from itertools import pairwise

import numpy as np
import pytest
from support.bands import a_band, a_bounded_band, best_vertex, objective

from mae_cli.solvers.band import Band
from mae_cli.solvers.dense_rows import DenseBases
from mae_cli.solvers.exchange import Optimum, Outcome, search
from mae_cli.solvers.screening import minimise


def search_one(band: Band, most_exchanges: int) -> Optimum:
    (found,) = search([band], most_exchanges)
    return found


def assert_same_bits(found: Optimum, expected: Optimum) -> None:
    assert found.outcome is expected.outcome
    assert found.basis.tolist() == expected.basis.tolist()
    assert found.step.tobytes() == expected.step.tobytes()
    assert found.iterations == expected.iterations


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
    vertex = search_one(band, 1000)
    assert vertex.outcome is Outcome.OPTIMAL
    assert objective(band, vertex.step) == pytest.approx(best_vertex(band), rel=1e-12)
    assert band.residual[vertex.basis] == pytest.approx(band.rows.matrix[vertex.basis] @ vertex.step, rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_weights_have_the_vertex_of_rows_and_residuals_scaled_by_them(seed):
    random = np.random.default_rng(seed)
    weights = 10.0 ** random.uniform(-3, 3, 40)
    band = a_bounded_band(random, 40, 4, weights=weights)
    scaled = a_band(weights[:, np.newaxis] * band.rows.matrix, weights * band.residual, band.linear)
    found, expected = search([band, scaled], 1000)
    assert sorted(found.basis) == sorted(expected.basis)
    assert found.step == pytest.approx(expected.step, rel=1e-9)


def test_an_edge_that_goes_down_for_ever_is_reported(random):
    matrix = random.standard_normal((5, 3))
    band = a_band(matrix, random.standard_normal(5), 100 * np.ones(3))
    vertex = search_one(band, 1000)
    assert vertex.outcome is Outcome.UNBOUNDED
    assert (vertex.basis.tolist(), vertex.step.tolist()) == ([], [0.0, 0.0, 0.0])


def test_too_few_independent_rows_are_reported(random):
    band = a_band(np.ones((6, 2)), random.standard_normal(6))
    assert search_one(band, 1000).outcome is Outcome.UNBOUNDED


def test_running_out_of_exchanges_is_reported(random):
    band = a_band(random.standard_normal((300, 10)), random.standard_normal(300))
    vertex = search_one(band, 1)
    assert vertex.outcome is Outcome.LIMIT
    assert vertex.iterations == 1
    assert len(vertex.basis) == 10
    assert band.residual[vertex.basis] == pytest.approx(band.rows.matrix[vertex.basis] @ vertex.step)


def test_every_exchange_goes_down(random):
    band = a_bounded_band(random, 60, 5)
    ends = [search_one(band, most) for most in range(search_one(band, 1000).iterations + 1)]
    losses = [objective(band, end.step) for end in ends]
    assert len(losses) > 3
    assert all(after < before for before, after in pairwise(losses))
    assert [end.iterations for end in ends] == list(range(len(ends)))
    assert ends[-1].outcome is Outcome.OPTIMAL


def test_long_walks_keep_their_digits(random):
    # From far away (no descent before) the walk is long enough for the edges to be computed anew.
    band = a_band(random.standard_normal((900, 60)), random.standard_cauchy(900))
    vertex = search_one(band, 10_000)
    assert vertex.iterations > 120
    assert vertex.outcome is Outcome.OPTIMAL
    assert objective(band, vertex.step) == pytest.approx(objective(band, minimise([band])[0].step), rel=1e-12)


def test_the_search_has_nothing_to_do_without_columns():
    vertex = search_one(a_band(np.zeros((5, 0)), np.ones(5)), 10)
    assert vertex.outcome is Outcome.OPTIMAL
    assert len(vertex.basis) == 0


def test_a_basis_that_turned_dependent_asks_for_more_rows(random, monkeypatch):
    def singular(*_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(DenseBases, "step", singular)
    vertex = search_one(a_band(random.standard_normal((20, 3)), random.standard_normal(20)), 1000)
    assert (vertex.outcome, len(vertex.basis)) == (Outcome.UNBOUNDED, 0)


def test_bases_without_an_inverse_ask_for_more_rows_and_stop_no_other_search(random, monkeypatch):
    bands = [a_bounded_band(random, 20, 3) for _ in range(5)]
    alone = [search_one(band, 1000) for band in bands]
    refresh = DenseBases.refresh

    def second_is_dependent(self, which):
        residual, is_dependent = refresh(self, which)
        return residual, is_dependent | ((which == 1) & (len(self.places) == 5))

    monkeypatch.setattr(DenseBases, "refresh", second_is_dependent)
    found = search(bands, 1000)
    assert (found[1].outcome, len(found[1].basis)) == (Outcome.UNBOUNDED, 0)
    for each in (0, 2, 3, 4):
        assert_same_bits(found[each], alone[each])


def many_bands(random) -> list[Band]:
    """Bands of several widths and lengths, weighted and not, among them some whose search ends early or is long."""
    bands = []
    for columns in (1, 2, 3, 8):
        for rows in (columns, 12, 40, 41, 300):
            weights = random.uniform(0.2, 3.0, max(rows, columns)) if rows % 2 else None
            bands.append(a_bounded_band(random, max(rows, columns), columns, weights=weights))
        few = random.standard_normal((columns + 2, columns + 1))
        bands += [
            a_band(few[:, 1:], few[:, 0], np.full(columns, 1e3)),
            a_band(np.ones((6, columns)) * (columns > 1), random.standard_normal(6)),
        ]
    zeros = a_bounded_band(random, 50, 3)
    zeros.rows.matrix[::3] = 0.0
    bands += [a_band(np.zeros((5, 0)), np.ones(5)), a_band(zeros.rows.matrix, zeros.residual)]
    return [bands[place] for place in random.permutation(len(bands))]


@pytest.mark.parametrize("most", [0, 1, 3, 1000])
def test_bands_searched_in_step_end_with_the_bits_of_each_alone(most, random):
    bands = many_bands(random)
    alone = [search_one(band, most) for band in bands]
    kinds = {Outcome.OPTIMAL, Outcome.UNBOUNDED} | ({Outcome.LIMIT} if most < 1000 else set())
    assert {end.outcome for end in alone} == kinds
    for found, expected in zip(search(bands, most), alone, strict=True):
        assert_same_bits(found, expected)


@pytest.mark.parametrize("seed", range(10))
def test_as_many_bands_as_there_may_be_end_with_the_bits_of_each_alone(seed):
    random = np.random.default_rng(seed)
    bands = [a_bounded_band(random, int(random.integers(5, 200)), 5) for _ in range(40)]
    for found, band in zip(search(bands, 1000), bands, strict=True):
        assert_same_bits(found, search_one(band, 1000))


def test_bands_too_large_for_one_call_of_numpy_end_with_the_bits_of_each_alone(random):
    bands = [a_bounded_band(random, rows, 20) for rows in (900, 300, 20)]
    for found, band in zip(search(bands, 1000), bands, strict=True):
        assert_same_bits(found, search_one(band, 1000))


def test_long_walks_beside_short_ones_end_with_the_bits_of_each_alone(random):
    """They outlast the updates of their edges, others end long before."""
    far = [a_band(random.standard_normal((600, 40)), random.standard_cauchy(600)) for _ in range(3)]
    near = [band.moved(minimise([band])[0].step + 1e-6) for band in far]
    alone = [search_one(band, 10_000) for band in (*far, *near)]
    assert min(end.iterations for end in alone[:3]) > 60 > max(end.iterations for end in alone[3:])
    for found, expected in zip(search([*far, *near], 10_000), alone, strict=True):
        assert_same_bits(found, expected)


def test_rows_that_only_fill_the_shorter_bands_up_enter_no_basis(random):
    """A longer band beside them, and one that has no other end than the rows that are not there."""
    short = [a_bounded_band(random, rows, 3) for rows in (3, 4, 7)]
    endless = a_band(random.standard_normal((4, 3)), random.standard_normal(4), np.full(3, 50.0))
    found = search([*short, endless, a_bounded_band(random, 250, 3)], 1000)
    for end, band in zip(found, short, strict=False):
        assert end.outcome is Outcome.OPTIMAL
        assert end.basis.max() < band.shape[0]
    assert found[3].outcome is Outcome.UNBOUNDED


def test_the_bands_are_left_as_they_were(random):
    bands = [
        a_bounded_band(random, rows, 3, weights=random.uniform(1, 2, rows) if rows < 30 else None)
        for rows in (9, 12, 30, 30)
    ]
    before = [bits_of(band) for band in bands]
    for some in (bands, bands[:1], bands[3:]):
        search(some, 1000)
    assert [bits_of(band) for band in bands] == before


def test_no_bands_are_no_work():
    assert search([], 10) == []
