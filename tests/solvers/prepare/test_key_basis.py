"""A basis of key rows and working rows against the inverse of its dense matrix."""

import numpy as np
import pytest
from support.levels import LEVELS, a_regression

from mae_cli.losses import Absolute
from mae_cli.rows.blocks import CountedRows, whole
from mae_cli.solvers.prepare.key_basis import KeyBasis
from mae_cli.solvers.prepare.level_rows import LevelPoint
from mae_cli.solvers.prepare.problem import prepare


@pytest.fixture
def rows(random):
    regression = a_regression(random, rows=120, levels=9)
    problem = prepare(CountedRows(regression.rows()), Absolute(), intercept=True, limits=LEVELS)
    return problem.whitening.level_rows(whole(problem.standard_rows).design)


@pytest.fixture
def basis(rows, random):
    return KeyBasis.nearest(rows, random.permutation(len(rows.groups)))


def matrix_of(rows) -> np.ndarray:
    """The rows in coordinates (levels 1, …, g; others)."""
    indicators = (rows.groups[:, np.newaxis] == np.arange(1, rows.count + 1)).astype(float)
    return np.hstack([indicators, rows.dense() @ rows.inverse])


def joined(point: LevelPoint) -> np.ndarray:
    return np.concatenate([point.levels[1:], point.others])


def assert_fresh(basis) -> None:
    updated = basis.inverse.copy()
    basis.refresh()
    assert updated == pytest.approx(basis.inverse, rel=1e-9, abs=1e-9)


def test_there_is_a_key_of_each_level_and_enough_working_rows(rows, basis):
    assert (rows.groups[basis.keys[1:]] == np.arange(1, 10)).all()
    assert np.linalg.matrix_rank(matrix_of(rows)[basis.places]) == len(basis.places) == matrix_of(rows).shape[1]


def test_a_key_is_the_first_row_of_its_level(rows):
    order = np.arange(len(rows.groups))[::-1]
    keys = KeyBasis.nearest(rows, order).keys
    assert keys[1:].tolist() == [np.flatnonzero(rows.groups == group)[-1] for group in range(1, 10)]


def test_the_solution_passes_through_the_basis_rows(rows, basis, random):
    values = random.standard_normal(len(rows.groups))
    step = basis.solve(values)
    expected = np.linalg.solve(matrix_of(rows)[basis.places], values[basis.places])
    assert joined(step) == pytest.approx(expected)
    assert rows.product(step)[basis.places] == pytest.approx(values[basis.places])


def test_multipliers_balance_the_signs_of_the_others(rows, basis, random):
    signs = np.sign(random.standard_normal(len(rows.groups)))
    signs[basis.places] = 0.0
    linear = LevelPoint(np.concatenate(([0.0], random.standard_normal(9))), random.standard_normal(len(rows.inverse)))
    keys, working = basis.multipliers(signs, linear)
    balance = np.concatenate([keys[1:], working]) @ matrix_of(rows)[basis.places] + signs @ matrix_of(rows)
    assert balance == pytest.approx(-joined(linear))
    assert keys[0] == 0.0


def test_edges_free_one_row_and_no_other(rows, basis):
    for place, row in enumerate(basis.working):
        rates = basis.edge_of_working(place)
        assert rates[basis.places] == pytest.approx((basis.places == row).astype(float), abs=1e-9)
        assert rates == pytest.approx(matrix_of(rows) @ np.linalg.inv(matrix_of(rows)[basis.places])[:, 9 + place])


def test_a_key_becomes_a_working_row_by_changing_places(rows, basis):
    shared = int(rows.groups[basis.working].max())
    key, places = int(basis.keys[shared]), set(basis.places)
    place = basis.freeing(shared)
    assert basis.working[place] == key
    assert set(basis.places) == places
    assert_fresh(basis)


def test_a_key_without_working_rows_has_an_edge_in_its_level_alone(rows, basis):
    alone = next(group for group in range(1, 10) if group not in rows.groups[basis.working])
    assert basis.freeing(alone) is None
    assert (basis.edge_of_key(alone) == (rows.groups == alone)).all()
    other = next(row for row in np.flatnonzero(rows.groups == alone) if row != basis.keys[alone])
    basis.replace_key(alone, int(other))
    assert_fresh(basis)


def test_an_exchange_of_a_working_row_updates_the_inverse(basis):
    for place in range(len(basis.working)):
        rates = np.abs(basis.edge_of_working(place))
        rates[basis.places] = 0.0
        entering = int(rates.argmax())
        basis.replace_working(place, entering)
        assert basis.working[place] == entering
    assert_fresh(basis)


def test_too_few_rows_make_no_basis(rows):
    without_a_level = np.flatnonzero(rows.groups != 4)
    assert KeyBasis.nearest(rows.take(without_a_level), np.arange(len(without_a_level))) is None
    one_row_each = KeyBasis.nearest(rows, np.arange(len(rows.groups))).keys[1:]
    assert KeyBasis.nearest(rows.take(one_row_each), np.arange(9)) is None


def test_rows_that_are_no_basis_are_refused(rows, basis):
    assert sorted(KeyBasis.of(rows.take(basis.places)).places) == list(range(len(basis.places)))
    with pytest.raises(np.linalg.LinAlgError, match="a level has no row of its own"):
        KeyBasis.of(rows.take(basis.places[1:]))
