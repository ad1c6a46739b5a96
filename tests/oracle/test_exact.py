"""The oracle is right: known answers, and all bases of tiny problems in fractions."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from oracle.exact import Pinball, Squares, Table, integers, least_absolute, least_squares, loss_of, rounded

MEDIAN = Pinball(Fraction(1, 2))


def solved(matrix, right):
    """The solution of a square system in fractions; None when it is singular (Gauss–Jordan)."""
    rows = [[*map(Fraction, row), Fraction(value)] for row, value in zip(matrix, right, strict=True)]
    for column in range(len(rows)):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for i in range(len(rows)):
            if i != column:
                factor = rows[i][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    return [row[-1] for row in rows]


def residuals(X, y, coefficients):
    return [
        Fraction(target) - sum(Fraction(value) * factor for value, factor in zip(row, coefficients, strict=True))
        for row, target in zip(X.tolist(), y.tolist(), strict=True)
    ]


def mean(X, y, weights, rho, coefficients):
    shares = [Fraction(weight) for weight in weights.tolist()]
    losses = [share * rho(r) for share, r in zip(shares, residuals(X, y, coefficients), strict=True)]
    return sum(losses) / sum(shares)


def check(quantile):
    """ρ as it is defined."""
    if quantile == Fraction(1, 2):
        return abs
    return lambda r: abs(r) / 2 + (quantile - Fraction(1, 2)) * r


def vertices(X, y):
    """The coefficients of every basis."""
    bases = combinations(range(len(y)), X.shape[1])
    found = (solved(X[list(basis)].tolist(), y[list(basis)].tolist()) for basis in bases)
    return [each for each in found if each is not None]


def tiny(random, *, whole):
    """A problem of a few rows with independent columns; ties are frequent where all numbers are whole."""
    while True:
        rows, columns = int(random.integers(1, 8)), int(random.integers(1, 4))
        size = rows, columns
        X = random.integers(-2, 3, size).astype(float) if whole else random.standard_normal(size)
        y = random.integers(-2, 3, rows).astype(float) if whole else random.standard_normal(rows)
        if np.linalg.matrix_rank(X) == columns:
            return X, y, random.integers(1, 4, rows).astype(float)


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("values", [[0.1, -3.0, 0.0], [1e300, 1e-300], [5e-324, 0.0], [0.0, 0.0], [48.0, 80.0], []])
def test_floats_are_integers_times_a_power_of_two(values):
    wholes, exponent = integers(np.array(values))
    assert [Fraction(int(whole)) * Fraction(2) ** exponent for whole in wholes] == [Fraction(value) for value in values]


def test_coefficients_are_rounded_to_the_nearest_floats():
    assert rounded([Fraction(1, 3), Fraction(10**400, 10**399)]) == [1 / 3, 10.0]
    assert rounded([Fraction(10) ** 400]) is None


# ---------------------------------------------------------------- losses


@pytest.mark.parametrize("quantile", [Fraction(1, 2), Fraction(1, 4), Fraction(0.1)])
def test_losses_are_those_of_their_definition(quantile, random):
    X, y, weights = tiny(random, whole=False)
    X[:, 0] *= 1e-200
    coefficients = [3.0e199, *random.standard_normal(X.shape[1] - 1).tolist()]
    exact = list(map(Fraction, coefficients))
    table = Table.of(X, y, weights)
    assert loss_of(table, Pinball(quantile), coefficients) == mean(X, y, weights, check(quantile), exact)
    assert loss_of(table, Squares(), coefficients) == mean(X, y, weights, lambda r: r * r, exact)


def test_rows_without_weight_are_no_rows():
    table = Table.of(np.ones((3, 1)), np.array([1.0, 2.0, 9.0]), np.array([0.5, 0.5, 0.0]))
    assert table.shape == (2, 1)
    assert loss_of(table, MEDIAN, [1.0]) == Fraction(1, 2)


# ---------------------------------------------------------------- optima


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("quantile", [Fraction(1, 2), Fraction(1, 4), Fraction(0.9), Fraction(1, 3)])
def test_the_optimum_is_the_best_of_all_vertices_and_unique_when_no_other_is_as_good(quantile, whole, random):
    for _ in range(40):
        X, y, weights = tiny(random, whole=whole)
        losses = {tuple(each): mean(X, y, weights, check(quantile), each) for each in vertices(X, y)}
        vertex = least_absolute(Table.of(X, y, weights), Pinball(quantile))
        best = [coefficients for coefficients, loss in losses.items() if loss == vertex.optimum]
        assert vertex.optimum == min(losses.values())
        assert tuple(vertex.coefficients) in best
        assert (vertex.changes is None) == (len(best) == 1)


def test_the_other_optimum_is_one(random):
    for _ in range(60):
        X, y, weights = tiny(random, whole=True)
        vertex = least_absolute(Table.of(X, y, weights), MEDIAN)
        if vertex.changes is not None:
            moved = [r + change for r, change in zip(residuals(X, y, vertex.coefficients), vertex.changes, strict=True)]
            shares = [Fraction(weight) for weight in weights.tolist()]
            total = sum(share * abs(r) for share, r in zip(shares, moved, strict=True))
            assert total / sum(shares) == vertex.optimum
            assert any(vertex.changes)


def test_a_guess_only_shortens_the_way(random):
    X, y = random.standard_normal((60, 5)), random.standard_normal(60)
    table = Table.of(X, y)
    guesses = [None, [0.0] * 5, [np.nan] * 5, np.linalg.lstsq(X, y, rcond=None)[0].tolist()]
    assert len({least_absolute(table, MEDIAN, guess).optimum for guess in guesses}) == 1


def test_the_median_of_an_even_number_of_rows_is_not_unique():
    vertex = least_absolute(Table.of(np.ones((4, 1)), np.array([1.0, 2.0, 4.0, 9.0])), MEDIAN)
    assert vertex.optimum == Fraction(10, 4)
    assert {abs(change) for change in vertex.changes} == {2}


def test_stackloss_has_its_published_least_absolute_deviations():
    rows = """42 80 27 89; 37 80 27 88; 37 75 25 90; 28 62 24 87; 18 62 22 87; 18 62 23 87; 19 62 24 93; 20 62 24 93;
    15 58 23 87; 14 58 18 80; 14 58 18 89; 13 58 17 88; 11 58 18 82; 12 58 19 93; 8 50 18 89; 7 50 18 86; 8 50 19 72;
    8 50 19 79; 9 50 20 80; 15 56 20 82; 15 70 20 91"""
    data = np.array([line.split() for line in rows.split(";")], dtype=float)
    vertex = least_absolute(Table.of(np.column_stack([np.ones(21), data[:, 1:]]), data[:, 0]), MEDIAN)
    # Barrodale and Roberts' answer, as R's quantreg prints it.
    published = [-39.68986, 0.83188, 0.57391, -0.06087]
    assert rounded(vertex.coefficients) == pytest.approx(published, abs=5e-6)
    assert float(vertex.optimum * 21) == pytest.approx(42.08116, abs=5e-6)
    assert vertex.changes is None


def test_no_columns_and_no_freedom():
    y = np.array([3.0, -1.0])
    assert least_absolute(Table.of(np.zeros((2, 0)), y), MEDIAN).optimum == 2
    assert least_squares(Table.of(np.zeros((2, 0)), y)).loss == 5
    square = Table.of(np.array([[1.0, 2.0], [3.0, 5.0]]), y)
    assert least_absolute(square, MEDIAN).optimum == 0
    assert least_squares(square).loss == 0


def test_scales_offsets_and_repeated_rows_change_nothing(random):
    X, y, weights = tiny(random, whole=False)
    X = np.column_stack([np.ones(len(y)), X[:, :1]])
    if len(y) < 3 or np.ptp(X[:, 1]) == 0:
        X, y, weights = np.array([[1.0, 0], [1, 1], [1, 5]]), np.array([0.0, 2, 1]), np.array([1.0, 2, 1])
    plain = least_absolute(Table.of(X, y, weights), MEDIAN).optimum
    repeats = np.repeat(np.arange(len(y)), weights.astype(int))
    assert least_absolute(Table.of(X[repeats], y[repeats]), MEDIAN).optimum == plain
    scaled = Table.of(X * [1, 2.0**-900], y * 2.0**900, weights * 2.0**800)
    assert least_absolute(scaled, MEDIAN).optimum == plain * 2**900


# ---------------------------------------------------------------- least squares and dependence


def test_least_squares_solve_the_normal_equations(random):
    for _ in range(20):
        X, y, weights = tiny(random, whole=False)
        found = least_squares(Table.of(X, y, weights))
        shares = [Fraction(weight) for weight in weights.tolist()]
        left = residuals(X, y, found.coefficients)
        assert found.residuals == left
        for column in X.T.tolist():
            assert sum(s * r * Fraction(x) for s, r, x in zip(shares, left, column, strict=True)) == 0
        assert found.loss == mean(X, y, weights, lambda r: r * r, found.coefficients)


def test_columns_are_dependent_exactly_or_not_at_all():
    x = np.arange(5.0)
    columns = np.column_stack([np.ones(5), x, 2 * x + 1, x + 1e-16 * np.eye(5)[0], 1e12 + x, np.zeros(5)])
    assert Table.of(columns, x).independent == [0, 1, 3]
    assert Table.of(np.array([[0.1, 0.3], [0.3, 0.9]]), np.zeros(2)).independent == [0, 1]
