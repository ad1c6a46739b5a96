"""Bands: what narrowing, widening, moving and weights do to a problem."""

from dataclasses import replace

import numpy as np
import pytest
from support.bands import a_band, a_bounded_band, best_vertex, objective

from mae_cli.solvers.prepare.band import SignedRows
from mae_cli.solvers.search.exchange import Outcome
from mae_cli.solvers.search.screening import minimise


@pytest.fixture(params=[False, True], ids=["no weights", "weights"])
def band(request, random):
    return a_bounded_band(random, 30, 4, weights=random.uniform(0.2, 3.0, 30) if request.param else None)


def weights_of(band):
    return np.ones(len(band.residual)) if band.weights is None else band.weights


def test_a_band_is_widened_by_rows_in_their_order(random):
    band = a_band(random.standard_normal((9, 2)), np.arange(1.0, 10.0))
    narrowed = band.narrowed(3)
    rows = np.setdiff1d(np.arange(9), narrowed.members)[[4, 0]]
    widened = band.widened(narrowed, SignedRows(rows, np.ones(2)))
    assert widened.members.tolist() == sorted([*narrowed.members, *rows])
    assert widened.band.residual.tolist() == band.residual[widened.members].tolist()


def test_the_nearest_rows_are_kept_and_the_others_pull_by_their_signs(band):
    narrowed = band.narrowed(10)
    assert sorted(narrowed.members) == sorted(np.argsort(np.abs(band.residual) / band.rows.leverage)[:10])
    signs = np.sign(band.residual)
    signs[narrowed.members] = 0.0
    assert narrowed.band.linear == pytest.approx(band.linear + (weights_of(band) * signs) @ band.rows.matrix)
    assert narrowed.objective == pytest.approx(objective(band, np.zeros(4)))


def test_how_near_a_row_is_does_not_depend_on_its_weight(band):
    assert band.distance == pytest.approx(np.abs(band.residual) / np.linalg.norm(band.rows.matrix, axis=1))


def test_a_narrowed_band_is_the_whole_problem_as_long_as_no_other_sign_turns(band, random):
    narrowed = band.narrowed(10)
    outside = np.setdiff1d(np.arange(30), narrowed.members)
    step = random.standard_normal(4)
    step *= 0.9 * band.distance[outside].min() / np.linalg.norm(step)
    change = objective(band, step) - objective(band, np.zeros(4))
    assert objective(narrowed.band, step) - objective(narrowed.band, np.zeros(4)) == pytest.approx(change, abs=1e-12)
    check = band.check(narrowed.members, step)
    assert len(check.wrong.rows) == 0
    assert check.objective == pytest.approx(objective(band, step))


def test_a_check_names_the_rows_outside_whose_sign_turned_and_the_sign_they_had(band, random):
    narrowed, step = band.narrowed(10), 3 * random.standard_normal(4)
    check = band.check(narrowed.members, step)
    before, after = np.sign(band.residual), np.sign(band.residual - band.rows.matrix @ step)
    turned = np.setdiff1d(np.flatnonzero(before != after), narrowed.members)
    assert len(turned)
    assert check.wrong.rows.tolist() == turned.tolist()
    assert check.wrong.signs.tolist() == before[turned].tolist()
    assert check.objective == pytest.approx(objective(band, step))


def test_moving_a_band_moves_its_residuals(band, random):
    step = random.standard_normal(4)
    moved = band.moved(step)
    assert moved.residual == pytest.approx(band.residual - band.rows.matrix @ step, abs=1e-12)
    assert moved.size == pytest.approx(objective(replace(band, linear=np.zeros(4)), step))
    assert band.moved(np.zeros(4)) is band


def test_a_band_put_together_of_its_parts_is_itself(band):
    first, second, third = (band.take(np.arange(start, start + 10)) for start in (0, 10, 20))
    joined = first.joined([second, third])
    for name in ("residual", "linear", "jitter"):
        assert getattr(joined, name).tolist() == getattr(band, name).tolist()
    assert joined.rows.matrix.tolist() == band.rows.matrix.tolist()
    assert joined.rows.leverage.tolist() == band.rows.leverage.tolist()
    assert weights_of(joined).tolist() == weights_of(band).tolist()
    assert (joined.weights is None) == (band.weights is None)
    assert first.joined([]).residual.tolist() == first.residual.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_a_weighted_band_has_the_optimum_of_repeated_rows(seed):
    random = np.random.default_rng(seed)
    times = random.integers(1, 5, 12)
    weighted = a_bounded_band(random, weights=times.astype(float))
    which = np.repeat(np.arange(12), times)
    repeated = a_band(weighted.rows.matrix[which], weighted.residual[which], weighted.linear)
    found, expected = minimise([weighted, repeated])
    assert found.outcome is expected.outcome is Outcome.OPTIMAL
    assert objective(weighted, found.step) == pytest.approx(best_vertex(weighted), rel=1e-12)
    assert found.step == pytest.approx(expected.step, rel=1e-9)
    assert sorted(found.basis) == sorted(which[expected.basis])


def test_a_weighted_band_of_many_rows_has_the_optimum_of_repeated_rows(random):
    times = random.integers(1, 4, 3000)
    weighted = a_bounded_band(random, 3000, 6, weights=times.astype(float), linear_size=0.2)
    which = np.repeat(np.arange(3000), times)
    repeated = a_band(weighted.rows.matrix[which], weighted.residual[which], weighted.linear)
    found, expected = minimise([weighted, repeated])
    assert sorted(found.basis) == sorted(which[expected.basis])
    assert found.step == pytest.approx(expected.step, rel=1e-9)
    assert found.losses[-1] == pytest.approx(expected.losses[-1], rel=1e-12)


def test_rows_of_zeros_are_farther_than_all_others(random):
    matrix = random.standard_normal((6, 2))
    matrix[[1, 4]] = 0.0
    band = a_band(matrix, np.array([1.0, 0.0, 2.0, 3.0, 1.0, 0.5]))
    assert np.isinf(band.distance[[1, 4]]).all()
    assert 1 not in band.narrowed(4).members
    assert 4 not in band.narrowed(4).members


def test_signed_rows_lose_those_that_are_in_a_band_already():
    rows = SignedRows(np.array([7, 2, 9, 4]), np.array([1.0, -1.0, 1.0, -1.0]))
    left = rows.without(np.array([4, 100, 7, 0]))
    assert (left.rows.tolist(), left.signs.tolist()) == ([2, 9], [-1.0, 1.0])
    assert rows.without(np.arange(0)).rows.tolist() == rows.rows.tolist()
    joined = SignedRows.joined([left, rows])
    assert joined.rows.tolist() == [2, 9, 7, 2, 9, 4]
    assert joined.signs.tolist() == [-1.0, 1.0, 1.0, -1.0, 1.0, -1.0]
