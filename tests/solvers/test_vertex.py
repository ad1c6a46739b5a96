"""The vertex search against all vertices, and what it says when there is no end to an edge."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from mae_cli.solvers.band import Band, SignedRows
from mae_cli.solvers.descent import descend
from mae_cli.solvers.screening import minimise, screen
from mae_cli.solvers.ties import chance
from mae_cli.solvers.vertex import Outcome, search


def a_band(matrix: np.ndarray, residual: np.ndarray, linear: np.ndarray) -> Band:
    jitter = 1e-12 * chance(np.arange(len(residual)))
    return Band(matrix, np.linalg.norm(matrix, axis=1), residual, linear, jitter)


def objective(band: Band, step: np.ndarray) -> float:
    return float(np.abs(band.residual - band.matrix @ step).sum() - band.linear @ step)


def best_vertex(band: Band) -> float:
    """The smallest objective over the planes through any k independent rows: an optimum is among them."""
    best = np.inf
    for rows in combinations(range(band.shape[0]), band.shape[1]):
        chosen = band.matrix[list(rows)]
        if abs(np.linalg.det(chosen)) > 1e-9:
            best = min(best, objective(band, np.linalg.solve(chosen, band.residual[list(rows)])))
    return best


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("linear_size", [0.0, 0.5])
def test_the_vertex_found_is_the_best_of_all(seed, linear_size):
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((12, 3))
    # A linear term inside the rows' reach keeps the problem bounded.
    linear = linear_size * random.uniform(-1, 1, 12) @ matrix
    band = a_band(matrix, random.standard_cauchy(12), linear)
    vertex = search(band, 1000)
    assert vertex.outcome is Outcome.OPTIMAL
    assert objective(band, vertex.step) == pytest.approx(best_vertex(band), rel=1e-12)
    assert band.residual[vertex.basis] == pytest.approx(band.matrix[vertex.basis] @ vertex.step, rel=1e-12)


def test_an_edge_that_goes_down_for_ever_is_reported(random):
    matrix = random.standard_normal((5, 3))
    band = a_band(matrix, random.standard_normal(5), 100 * np.ones(3))
    assert search(band, 1000).outcome is Outcome.UNBOUNDED


def test_too_few_independent_rows_are_reported(random):
    band = a_band(np.ones((6, 2)), random.standard_normal(6), np.zeros(2))
    assert search(band, 1000).outcome is Outcome.UNBOUNDED


def test_running_out_of_exchanges_is_reported(random):
    band = a_band(random.standard_normal((300, 10)), random.standard_normal(300), np.zeros(10))
    vertex = search(band, 1)
    assert vertex.outcome is Outcome.LIMIT
    assert vertex.exchanges == 1


def test_long_walks_keep_their_digits(random):
    # From far away (no descent before) the walk is long enough for the tableau to be computed anew.
    band = a_band(random.standard_normal((900, 60)), random.standard_cauchy(900), np.zeros(60))
    vertex = search(band, 10_000)
    assert vertex.exchanges > 120
    assert vertex.outcome is Outcome.OPTIMAL
    assert objective(band, vertex.step) == pytest.approx(objective(band, minimise(band).step), rel=1e-12)


def test_descent_goes_down_at_every_step(random):
    band = a_band(random.standard_normal((5000, 8)), random.standard_cauchy(5000), np.zeros(8))
    descent = descend(band, 12)
    assert len(descent.losses) > 2
    assert all(after < before for before, after in zip(descent.losses, descent.losses[1:], strict=False))
    assert descent.band.residual == pytest.approx(band.residual - band.matrix @ descent.step)
    assert objective(band, descent.step) == pytest.approx(descent.losses[-1])


def test_descent_stops_on_an_unbounded_problem(random):
    band = a_band(random.standard_normal((5, 2)), random.standard_normal(5), 1e3 * np.ones(2))
    assert len(descend(band, 12).losses) == 1
    assert descend(band, 12).unbounded
    assert not descend(replace(band, linear=np.zeros(2)), 12).unbounded


def test_an_unbounded_band_is_given_up_without_a_search(random, monkeypatch):
    searched = []
    monkeypatch.setattr("mae_cli.solvers.screening.search", lambda band, _: searched.append(band))
    found = minimise(a_band(random.standard_normal((5000, 2)), random.standard_normal(5000), 1e5 * np.ones(2)))
    assert (found.outcome, searched) == (Outcome.UNBOUNDED, [])


@pytest.mark.parametrize("share", [0.6, 0.9])
def test_tied_rows_are_narrowed_like_any_others(share, random, monkeypatch):
    """Many rows at zero, all others above: the vertex is among the former, and is found with few rows at a time."""
    matrix = np.column_stack([np.ones(20_000), random.standard_normal((20_000, 2))])
    residual = np.where(random.uniform(size=20_000) < share, 0.0, random.standard_exponential(20_000))
    sizes = []
    monkeypatch.setattr(
        "mae_cli.solvers.screening.search", lambda band, most: (sizes.append(band.shape[0]), search(band, most))[1]
    )
    found = minimise(a_band(matrix, residual, np.zeros(3)))
    assert found.outcome is Outcome.OPTIMAL
    assert found.step == pytest.approx(np.zeros(3), abs=1e-9)
    assert max(sizes) < 1000


def test_a_band_is_widened_by_rows_in_their_order(random):
    band = a_band(random.standard_normal((9, 2)), np.arange(1.0, 10.0), np.zeros(2))
    narrowed = band.narrowed(3)
    rows = np.setdiff1d(np.arange(9), narrowed.members)[[4, 0]]
    widened = band.widened(narrowed, SignedRows(rows, np.ones(2)))
    assert widened.members.tolist() == sorted([*narrowed.members, *rows])
    assert widened.band.residual.tolist() == band.residual[widened.members].tolist()


def test_screening_puts_back_every_row_whose_sign_was_taken_wrongly(random):
    matrix = random.standard_normal((400, 4))
    start = a_band(matrix, matrix @ [2.0, -1.0, 0.0, 1.0] + random.standard_normal(400), np.zeros(4))
    # Screened from the start, without a descent, most of the signs outside of the band are wrong at first.
    rounds = []

    def solve(band: Band):
        rounds.append(band.shape[0])
        return minimise(band)

    found = screen(start, 20, solve)
    assert found.outcome is Outcome.OPTIMAL
    assert len(rounds) > 1
    assert rounds == sorted(rounds)
    assert objective(start, found.step) == pytest.approx(objective(start, minimise(start).step), rel=1e-12)


def test_a_band_that_is_too_narrow_to_be_bounded_is_widened(random):
    matrix = np.vstack([np.tile([1.0, 0.0], (200, 1)), np.tile([0.0, 1.0], (200, 1))])
    residual = np.concatenate([random.uniform(-1, 1, 200), 5 + random.uniform(-1, 1, 200)])
    problem = a_band(matrix, residual, np.zeros(2))
    found = screen(problem, 10, minimise)
    assert found.outcome is Outcome.OPTIMAL
    assert found.step == pytest.approx([np.median(residual[:200]), np.median(residual[200:])], abs=0.05)


def test_the_search_has_nothing_to_do_without_columns():
    vertex = search(a_band(np.zeros((5, 0)), np.ones(5), np.zeros(0)), 10)
    assert vertex.outcome is Outcome.OPTIMAL
    assert len(vertex.basis) == 0


def test_a_basis_that_turned_dependent_asks_for_more_rows(random, monkeypatch):
    def singular(_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr("mae_cli.solvers.vertex._Basis.step", singular)
    band = a_band(random.standard_normal((20, 3)), random.standard_normal(20), np.zeros(3))
    vertex = search(band, 1000)
    assert (vertex.outcome, len(vertex.basis)) == (Outcome.UNBOUNDED, 0)
