"""Least squares to the last digit, block by block wherever the rows are."""

import pickle
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from support.exact import digits, least_squares, with_ones
from support.levels import LEVELS, a_determined_regression, a_regression
from support.regressions import Regression

from mae_cli.losses import Squared
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.least_squares import refine
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.problem import prepare
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve


@dataclass(frozen=True, eq=False)
class Blockwise:
    """Rows that never come together: a block at a time, and a few at once; functions go there as bytes."""

    rows: MemoryRows
    most: int = 600

    @property
    def shape(self):
        return self.rows.shape

    def map(self, function):
        sent = pickle.dumps(function)
        assert len(sent) < 20_000
        for block in self.rows.blocks:
            result = pickle.loads(sent)(block)
            assert result is not block
            yield result

    def take(self, positions):
        assert len(positions) <= self.most
        return self.rows.take(positions)


def nearly_dependent(random, rows=3_000):
    X = random.standard_normal((rows, 4))
    X[:, 2] = X[:, 0] - X[:, 1] + 1e-9 * X[:, 2]
    return X, X[:, 0] + random.standard_normal(rows)


def found_digits(solution, X, y, weights=None):
    exact = least_squares(with_ones(X), y, weights)
    return digits([solution.intercept, *solution.coefficients], exact)


@pytest.mark.parametrize("weighted", [False, True])
def test_nearly_dependent_columns_have_all_digits_without_the_rows_coming_together(weighted, random):
    X, y = nearly_dependent(random)
    weights = 10.0 ** random.uniform(-3, 0, len(y)) if weighted else None
    rows = Blockwise(MemoryRows.of(Design(X), y, weights, 500))
    solution = solve(rows, Squared(), Auto(limits=Limits(cached_size=0)))
    assert found_digits(solution, X, y, weights) >= 15
    assert solution.certificate.status == "optimal"


@pytest.mark.parametrize("offset", [1e4, 1e8])
@pytest.mark.parametrize("small", [True, False])
def test_offsets_cost_no_digits_whether_rows_are_few_or_many(offset, small, random):
    X = random.standard_normal((200, 2)) + offset
    y = X @ [1.0, -1.0] + random.standard_normal(200) + offset
    solution = Regression(X, y).solve("mse", limits=USUAL if small else Limits(small_squared_size=0))
    assert found_digits(solution, X, y) >= (15 if small else 6)
    assert solution.certificate.status == "optimal"


@pytest.mark.parametrize("block_rows", [37, 1_000])
def test_the_order_in_memory_changes_no_digit(block_rows, random):
    X, y = nearly_dependent(random, 400)
    points = []
    for order in ("C", "F"):
        rows = MemoryRows.of(Design(np.asarray(X, order=order)), y, None, block_rows)
        points.append(solve(rows, Squared(), Auto()).coefficients)
    assert points[0] == pytest.approx(points[1], rel=4e-16)


@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
@pytest.mark.parametrize("absorbed", [False, True])
@pytest.mark.parametrize("weights", [False, True])
def test_codes_of_levels_have_the_digits_of_their_indicators(kind, absorbed, weights, random):
    regression = kind(random, rows=300, levels=9, weights=weights)
    limits = LEVELS if absorbed else USUAL
    problem = prepare(CountedRows(regression.rows(64)), Squared(), intercept=True, limits=limits)
    assert isinstance(problem.whitening, AbsorbedWhitening) == absorbed
    refined = refine(problem, np.zeros(len(problem.whitening.kept)))
    kept = [column for column in range(regression.design.shape[1]) if column not in problem.aliased]
    matrix = with_ones(regression.design.dense()[:, kept])
    exact = least_squares(matrix, regression.y, regression.weights)
    assert digits([refined.point.intercept, *refined.point.values[kept]], exact) >= 15


def test_a_start_anywhere_ends_in_the_same_place(random):
    X, y = nearly_dependent(random, 200)
    problem = prepare(CountedRows(Regression(X, y).rows), Squared(), intercept=True)
    points = [refine(problem, start).point.values for start in 1e3 * random.standard_normal((3, 5))]
    assert points[0] == pytest.approx(points[1], rel=4e-16)
    assert points[0] == pytest.approx(points[2], rel=4e-16)


def test_a_target_that_no_column_explains_has_coefficients_of_zero():
    X = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    solution = Regression(X, np.array([1.0, 1.0, -1.0, -1.0])).solve("mse")
    assert [solution.intercept, *solution.coefficients] == [0.0, 0.0]
    assert solution.certificate.loss == 1.0
    assert solution.certificate.status == "optimal"


def test_corrections_that_do_not_shrink_are_refused(random):
    X, y = nearly_dependent(random, 200)
    problem = prepare(CountedRows(Regression(X, y).rows), Squared(), intercept=True)
    wrong = problem.whitening.inverse_factor * np.where(np.arange(5) == 3, 3.0, 1.0)
    object.__setattr__(problem.whitening, "inverse_factor", wrong)
    assert refine(problem, np.zeros(5)) is None


def test_well_conditioned_large_fits_are_left_as_the_descent_found_them(random, monkeypatch):
    monkeypatch.setattr("mae_cli.solvers.least_squares.refine", None)
    X = random.standard_normal((2_000, 3))
    regression = Regression(X, X @ [1.0, 2.0, 3.0] + random.standard_normal(2_000))
    solution = regression.solve("mse", limits=Limits(small_squared_size=0))
    assert solution.certificate.status == "optimal"


def test_the_evaluation_is_that_of_the_coefficients_before_they_were_rounded(random):
    X, y = nearly_dependent(random, 60)
    problem = prepare(CountedRows(Regression(X, y).rows), Squared(), intercept=True)
    evaluation = refine(problem, np.zeros(5)).evaluation
    exact = least_squares(with_ones(X), y)
    least = sum(
        (Fraction(v) - sum(Fraction(float(a)) * b for a, b in zip(row, exact, strict=True))) ** 2
        for row, v in zip(with_ones(X), y, strict=True)
    ) / (60 * Fraction(problem.standard.target_scale) ** 2)
    assert Fraction(evaluation.lower_bound) <= least
    assert evaluation.loss == pytest.approx(float(least), rel=1e-15)
    assert evaluation.is_proved
