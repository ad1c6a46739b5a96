"""Rows written out and their basis, against the inverse of the basis."""

import numpy as np
import pytest

from mae_cli.solvers.prepare.band import Start
from mae_cli.solvers.prepare.dense_rows import DenseRows


def a_start(random, *, weighted):
    """Rows, and where a search among them begins."""
    rows = DenseRows.of(random.standard_normal((30, 4)))
    weights = random.uniform(0.2, 3.0, 30) if weighted else None
    basis = rows.nearest_basis(random.permutation(30))
    return rows, Start(basis, weights, random.standard_normal(30), random.standard_normal(4))


def assert_state_of(rows, start, basis, residual) -> None:
    """Multipliers, edges and vertex of a basis are those of the inverse of its rows."""
    weights = np.ones(30) if start.weights is None else start.weights
    matrix, target = weights[:, np.newaxis] * rows.matrix, weights * start.residual
    inverse = np.linalg.inv(matrix[basis.places])
    assert basis.step() == pytest.approx(inverse @ target[basis.places], rel=1e-9)
    assert residual == pytest.approx(target - matrix @ basis.step(), abs=1e-9)
    signs = np.sign(residual)
    signs[basis.places] = 0.0
    assert basis.multipliers(signs) == pytest.approx(-(start.linear + signs @ matrix) @ inverse, rel=1e-9, abs=1e-9)
    for leaving in range(4):
        rates, freed = basis.rates(leaving)
        assert freed == basis.places[leaving]
        assert rates == pytest.approx(matrix @ inverse[:, leaving], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_state_of_a_basis_is_that_of_the_inverse_of_its_rows(weighted, random):
    rows, start = a_start(random, weighted=weighted)
    basis = rows.basis(start)
    residual = basis.refresh()
    assert_state_of(rows, start, basis, residual)
    assert (residual[basis.places] == 0.0).all()
    lengths = rows.leverage if start.weights is None else rows.leverage * start.weights
    assert basis.shortness == pytest.approx(1 / lengths)


@pytest.mark.parametrize("weighted", [False, True])
def test_exchanges_keep_the_state_of_a_basis(weighted, random):
    rows, start = a_start(random, weighted=weighted)
    basis = rows.basis(start)
    basis.refresh()
    for _ in range(20):
        leaving = int(random.integers(0, 4))
        rates, _ = basis.rates(leaving)
        rates[basis.places] = 0.0
        entering = int(np.abs(rates).argmax())
        basis.replace(leaving, entering)
        assert basis.places[leaving] == entering
    fresh = rows.basis(Start(basis.places, start.weights, start.residual, start.linear))
    assert_state_of(rows, start, basis, fresh.refresh())


def test_rows_of_zeros_are_never_met(random):
    matrix = random.standard_normal((6, 2))
    matrix[3] = 0.0
    basis = DenseRows.of(matrix).basis(Start(np.arange(2), None, np.ones(6), np.zeros(2)))
    assert basis.shortness[3] == 0.0


def test_dependent_rows_are_no_basis(random):
    rows = DenseRows.of(np.ones((4, 2)))
    with pytest.raises(np.linalg.LinAlgError):
        rows.basis(Start(np.arange(2), None, random.standard_normal(4), np.zeros(2))).refresh()


def test_the_first_independent_rows_in_an_order_are_found():
    matrix = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    rows = DenseRows.of(matrix)
    assert rows.nearest_basis(np.arange(5)).tolist() == [0, 3]
    assert rows.nearest_basis(np.array([4, 2, 1, 0, 3])).tolist() == [4, 1]
    assert rows.nearest_basis(np.array([3, 4, 0, 1, 2])).tolist() == [3, 4]
    assert rows.take(np.arange(3)).nearest_basis(np.arange(3)) is None
    assert rows.take(np.arange(1)).nearest_basis(np.arange(1)) is None


def test_rows_have_the_products_and_the_lengths_of_their_matrix(random):
    matrix, step, vector = random.standard_normal((20, 4)), random.standard_normal(4), random.standard_normal(20)
    rows = DenseRows.of(matrix)
    assert rows.shape == (20, 4)
    assert rows.product(step) == pytest.approx(matrix @ step)
    assert rows.transpose_product(vector) == pytest.approx(vector @ matrix)
    assert rows.leverage == pytest.approx(np.linalg.norm(matrix, axis=1))
    assert rows.solve(np.array([3, 9, 4, 0]), vector) == pytest.approx(
        np.linalg.solve(matrix[[3, 9, 4, 0]], vector[[3, 9, 4, 0]])
    )


def test_rows_taken_apart_and_joined_are_the_same(random):
    rows = DenseRows.of(random.standard_normal((9, 2)))
    first, second, third = (rows.take(places) for places in (np.arange(4), np.arange(4, 4), np.arange(4, 9)))
    joined = first.joined([second, third])
    assert joined.matrix.tolist() == rows.matrix.tolist()
    assert joined.leverage.tolist() == rows.leverage.tolist()


def test_dense_rows_need_no_row_in_particular(random):
    assert DenseRows.of(random.standard_normal((9, 2))).needed(np.arange(9.0)).tolist() == []
