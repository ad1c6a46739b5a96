"""Rows written out and stacks of their bases, against the inverse of each basis alone."""

import numpy as np
import pytest

from mae_cli.solvers.bases import Start
from mae_cli.solvers.dense_rows import DenseBases, DenseRows, nearest_independent

LENGTHS = [9, 4, 15]


def signs_of(bases: DenseBases, residual: np.ndarray) -> np.ndarray:
    signs = np.sign(residual)
    signs[np.arange(len(signs))[:, np.newaxis], bases.places] = 0.0
    return signs


@pytest.fixture(params=["one", "several", "weighted", "large"])
def problems(request, random):
    """Rows and starts of problems of three columns, or of so many that each is multiplied alone."""
    lengths, columns = ([300, 500], 20) if request.param == "large" else (LENGTHS, 3)
    every, starts = [], []
    for length in lengths[:1] if request.param == "one" else lengths:
        weights = random.uniform(0.2, 3.0, length) if request.param == "weighted" and length != 4 else None
        every.append(DenseRows.of(random.standard_normal((length, columns))))
        basis = random.permutation(length)[:columns]
        starts.append(Start(basis, weights, random.standard_normal(length), random.standard_normal(columns)))
    return every, starts


@pytest.fixture
def bases(problems):
    every, starts = problems
    return every[0].bases(every, starts)


@pytest.fixture
def residual(bases):
    found, is_dependent = bases.refresh(np.arange(len(bases.places)))
    assert not is_dependent.any()
    return found


def scaled(problems):
    """The rows, residuals at d = 0 and linear term of each problem, scaled by the weights."""
    for rows, start in zip(*problems, strict=True):
        weights = np.ones(rows.shape[0]) if start.weights is None else start.weights
        yield weights[:, np.newaxis] * rows.matrix, weights * start.residual, start.linear


def assert_state_of(problems, bases, residual, signs) -> None:
    """Multipliers, edges and the vertex are those that the inverse of each basis gives."""
    multipliers, each = bases.multipliers(signs), np.arange(len(bases.places))
    for place, (matrix, target, linear) in enumerate(scaled(problems)):
        basis, inverse = bases.places[place], np.linalg.inv(matrix[bases.places[place]])
        expected = target - matrix @ (inverse @ target[basis])
        assert residual[place, : len(target)] == pytest.approx(expected, abs=1e-9)
        pull = linear + signs[place, : len(target)] @ matrix
        assert multipliers[place] == pytest.approx(-pull @ inverse, rel=1e-9, abs=1e-9)
        assert bases.step(place) == pytest.approx(inverse @ target[basis], rel=1e-9)
    for leaving in range(bases.places.shape[1]):
        rates, freed = bases.rates(np.full(len(each), leaving))
        assert freed.tolist() == bases.places[:, leaving].tolist()
        for place, (matrix, _, _) in enumerate(scaled(problems)):
            edge = np.linalg.inv(matrix[bases.places[place]])[:, leaving]
            assert rates[place, : len(matrix)] == pytest.approx(matrix @ edge, rel=1e-9, abs=1e-9)


def test_the_first_independent_rows_in_an_order_are_found():
    matrix = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    assert nearest_independent(matrix, np.arange(5)).tolist() == [0, 3]
    assert nearest_independent(matrix, np.array([4, 2, 1, 0, 3])).tolist() == [4, 1]
    assert nearest_independent(matrix, np.array([3, 4, 0, 1, 2])).tolist() == [3, 4]
    assert nearest_independent(matrix[:3], np.arange(3)) is None
    assert nearest_independent(matrix[:1], np.arange(1)) is None


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


def test_problems_of_as_many_columns_are_of_one_kind_and_need_no_row_in_particular(random):
    narrow, other, wide = (DenseRows.of(random.standard_normal(shape)) for shape in [(9, 2), (5, 2), (9, 3)])
    assert narrow.kind == other.kind != wide.kind
    assert narrow.needed(np.arange(9.0)).tolist() == []


def test_a_fresh_stack_has_the_state_of_each_basis(problems, bases, residual):
    assert_state_of(problems, bases, residual, signs_of(bases, residual))
    assert (residual[np.arange(len(residual))[:, np.newaxis], bases.places] == 0.0).all()


def test_any_signs_have_their_multipliers(problems, bases, residual, random):
    for _ in range(3):
        signs = signs_of(bases, random.standard_normal(residual.shape) * (bases.shortness > 0))
        assert_state_of(problems, bases, residual, signs)


def test_exchanges_keep_the_state_of_each_basis(problems, bases, residual, random):
    for _ in range(5):
        leaving = random.integers(0, bases.places.shape[1], len(bases.places))
        rates, _ = bases.rates(leaving)
        for place, basis in enumerate(bases.places):
            rates[place, basis] = 0.0
        entering = np.abs(rates).argmax(axis=1)
        bases.replace(leaving, entering)
        assert bases.places[np.arange(len(leaving)), leaving].tolist() == entering.tolist()
    fresh = problems[0][0].bases(
        problems[0],
        [
            Start(basis, start.weights, start.residual, start.linear)
            for basis, start in zip(bases.places, problems[1], strict=True)
        ],
    )
    residual, _ = fresh.refresh(np.arange(len(fresh.places)))
    assert_state_of(problems, bases, residual, signs_of(bases, residual))


def test_those_that_stay_are_not_changed_when_one_leaves(problems, bases, residual):
    every, starts = (list(part) for part in problems)
    while len(every) > 1:
        bases.drop(0)
        every, starts = [every[-1], *every[1:-1]], [starts[-1], *starts[1:-1]]
        residual = np.stack([residual[-1], *residual[1:-1]])
        assert_state_of((every, starts), bases, residual, signs_of(bases, residual))
    bases.drop(0)
    assert len(bases.places) == 0


def test_rows_behind_the_shorter_ones_are_of_zeros_and_never_move(bases, residual):
    lengths = (bases.shortness > 0).sum(axis=1)
    for leaving in range(bases.places.shape[1]):
        rates, _ = bases.rates(np.full(len(bases.places), leaving))
        for place, length in enumerate(lengths):
            assert (rates[place, length:] == 0.0).all()
            assert (residual[place, length:] == 0.0).all()
            assert (bases.shortness[place, length:] == 0.0).all()


def test_one_over_the_length_of_scaled_rows_is_told_and_zero_for_rows_of_zeros(problems):
    every, starts = problems
    every[0].matrix[2] = 0.0
    every[0].leverage[2] = 0.0
    bases = every[0].bases(every, starts)
    for place, (matrix, _, _) in enumerate(scaled(problems)):
        lengths = np.linalg.norm(matrix, axis=1)
        expected = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        assert bases.shortness[place, : len(matrix)] == pytest.approx(expected)


def test_the_rows_of_a_single_problem_are_not_copied(random):
    rows = DenseRows.of(random.standard_normal((9, 3)))
    bases = rows.bases([rows], [Start(np.arange(3), None, np.ones(9), np.zeros(3))])
    assert np.shares_memory(bases.matrix, rows.matrix)


def test_dependent_bases_are_told_from_the_others_which_are_computed_all_the_same(random):
    every = [DenseRows.of(random.standard_normal((6, 3))) for _ in range(4)]
    for dependent in (1, 3):
        every[dependent].matrix[2] = 0.0
    starts = [Start(np.arange(3), None, random.standard_normal(6), np.zeros(3)) for _ in every]
    found, is_dependent = every[0].bases(every, starts).refresh(np.arange(4))
    assert is_dependent.tolist() == [False, True, False, True]
    for place in (0, 2):
        matrix, target = every[place].matrix, starts[place].residual
        assert found[place] == pytest.approx(target - matrix @ np.linalg.solve(matrix[:3], target[:3]), abs=1e-9)


def test_only_those_asked_for_are_computed_anew(problems, bases, residual):
    last = len(bases.places) - 1
    again, is_dependent = bases.refresh(np.array([last]))
    assert again.shape == (1, residual.shape[1])
    assert again[0].tolist() == residual[last].tolist()
    assert is_dependent.tolist() == [False]
    assert_state_of(problems, bases, residual, signs_of(bases, residual))
