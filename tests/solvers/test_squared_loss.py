"""The bound of least squares holds in exact arithmetic, for the solution and for any other point."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.exact import least_squares, mean_square, with_ones
from support.regressions import Regression

from mae_cli.errors import DataError
from mae_cli.losses import Squared
from mae_cli.rows.blocks import CountedRows
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.least_squares import bound_squared
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.problem import prepare
from mae_cli.solvers.settings import Textbook


def problem_of(regression: Regression, limits=USUAL):
    return prepare(CountedRows(regression.rows), Squared(), intercept=regression.intercept, limits=limits)


def least(regression: Regression) -> Fraction:
    """The exact least mean square."""
    solution = least_squares(regression.matrix, regression.y, regression.weights)
    return mean_square(regression.matrix, regression.y, solution, regression.weights)


def excess(regression: Regression, intercept, coefficients) -> tuple[Fraction, Fraction]:
    """The exact mean square of coefficients, and by how much it is above the least one."""
    point = [intercept, *coefficients] if regression.intercept else coefficients
    loss = mean_square(regression.matrix, regression.y, map(float, point), regression.weights)
    return loss, loss - least(regression)


@st.composite
def awkward_regressions(draw):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns = draw(st.integers(8, 25)), draw(st.integers(1, 4))
    X = random.standard_normal((rows, columns))
    if columns > 1 and draw(st.booleans()):
        X[:, 1] = X[:, 0] + 10.0 ** -draw(st.integers(4, 11)) * X[:, 1]
    y = X @ random.integers(-2, 3, columns) + 10.0 ** draw(st.integers(-9, 0)) * random.standard_normal(rows)
    X = X * 10.0 ** random.integers(-6, 7, columns) + draw(st.sampled_from([0.0, 3.0, 1e4]))
    y = (y + draw(st.sampled_from([0.0, 1e6, 1e12]))) * draw(st.sampled_from([1.0, 1e-30, 1e30]))
    weights = 10.0 ** random.uniform(-3, 3, rows) if draw(st.booleans()) else None
    return Regression(X, y, weights, draw(st.booleans()))


def assert_holds(regression, problem, solution, bound):
    """The loss is that of the coefficients, and the bound is not above the least by one unit of its last place."""
    if problem.aliased:
        return  # the exact optimum of the test is that of all columns
    loss, above = excess(regression, solution.intercept, solution.coefficients)
    assert abs(Fraction(bound.loss) - loss) <= Fraction(1e-12) * loss
    assert Fraction(bound.lower_bound) <= loss - above


@settings(max_examples=80, deadline=None)
@given(regression=awkward_regressions())
def test_the_bound_of_a_solution_is_just_below_the_exact_optimum(regression):
    solution, problem = regression.solve("mse"), problem_of(regression)
    certificate = solution.certificate
    assert certificate.status == "optimal"
    assert_holds(regression, problem, solution, certificate)
    if certificate.relative_gap is not None and not problem.aliased:
        assert Fraction(certificate.lower_bound) >= (1 - Fraction(1e-11)) * least(regression)


@settings(max_examples=60, deadline=None)
@given(regression=awkward_regressions(), epochs=st.integers(1, 30))
def test_the_bound_of_a_descent_that_is_cut_short_holds_as_well(regression, epochs):
    solution, problem = regression.solve("mse", settings=Textbook(epochs=epochs)), problem_of(regression)
    assert_holds(regression, problem, solution, solution.certificate)
    if (
        not problem.aliased
        and solution.certificate.status == "optimal"
        and solution.certificate.relative_gap is not None
    ):
        loss, above = excess(regression, solution.intercept, solution.coefficients)
        rounding = bound_squared(problem, Coefficients(solution.intercept, solution.coefficients))
        assert above <= Fraction(1e-9) * loss or not rounding.is_optimal


@pytest.mark.parametrize("plainly", [False, True])
@pytest.mark.parametrize("distance", [0.0, 1e-8, 1e-3, 10.0])
def test_the_gap_of_a_point_is_its_excess(distance, plainly, random):
    limits = Limits(small_squared_size=0) if plainly else USUAL
    X = random.standard_normal((200, 3)) * [1, 1e3, 1e-3] + 7
    regression = Regression(X, random.standard_normal(200), random.uniform(0.1, 3, 200))
    best = regression.solve("mse", limits=limits)
    point = Coefficients(best.intercept, best.coefficients + distance * np.array([1.0, 1e-3, 1e3]))
    bound = bound_squared(problem_of(regression, limits), point)
    loss, above = excess(regression, point.intercept, point.values)
    assert bound.loss == pytest.approx(float(loss), rel=1e-13)
    assert Fraction(bound.lower_bound) <= loss - above
    assert bound.gap == pytest.approx(float(above), rel=1e-6, abs=1e-12 * bound.loss)


@pytest.mark.parametrize("power", range(4, 14))
def test_near_copies_do_not_lift_the_bound_above_the_optimum(power, random):
    a, noise = random.standard_normal((2, 60))
    regression = Regression(np.column_stack([a, a + 10.0**-power * noise]), a + random.standard_normal(60))
    solution = regression.solve("mse", settings=Textbook(epochs=30))
    loss, above = excess(regression, solution.intercept, solution.coefficients)
    assert Fraction(solution.certificate.lower_bound) <= loss - above
    assert solution.certificate.relative_gap == pytest.approx(float(above / loss), rel=1e-2)


def test_an_offset_of_the_target_hides_no_gap(random):
    X = random.standard_normal((300, 3))
    regression = Regression(X, 1.7e9 + 1e-5 * (X[:, 0] + random.standard_normal(300)))
    solution = regression.solve("mse", settings=Textbook(epochs=3))
    loss, above = excess(regression, solution.intercept, solution.coefficients)
    assert solution.certificate.status == "limit"
    assert solution.certificate.unique is None
    assert solution.certificate.relative_gap == pytest.approx(float(above / loss), rel=1e-6)
    assert regression.solve("mse").certificate.status == "optimal"


def test_rounding_the_coefficients_costs_gap_and_not_the_word(random):
    # The intercept of a column around 1e12 is rounded to 1e-4, and the loss of what is written shows it.
    X = 1e12 + np.round(random.standard_normal((80, 1)) * 1e3)
    regression = Regression(X, 1e-3 * (X[:, 0] - 1e12) + 1e-4 * random.standard_normal(80))
    solution = regression.solve("mse")
    loss, above = excess(regression, solution.intercept, solution.coefficients)
    assert solution.certificate.status == "optimal"
    assert solution.certificate.relative_gap == pytest.approx(float(above / loss), rel=1e-9, abs=1e-14)
    assert float(above / loss) > 1e-9


def test_a_fit_is_perfect_by_the_spread_of_its_data_only(random):
    X = random.standard_normal((50, 2))
    perfect = Regression(X, X @ [1.0, 2.0])
    assert perfect.solve("mse").certificate.relative_gap is None
    # Noise of 1e-5 beside an offset of 1e9 is no rounding of the offset.
    noisy = Regression(X, 1e9 + 1e-5 * np.round(100 * random.standard_normal(50)))
    assert noisy.solve("mse").certificate.relative_gap is not None


def test_squares_beyond_the_floats_are_refused(random):
    X = random.standard_normal((20, 1))
    regression = Regression(X, random.standard_normal(20) * 1e200)
    with pytest.raises(DataError) as caught:
        bound_squared(problem_of(regression), Coefficients(0.0, np.zeros(1)))
    assert caught.value.fault.code == "squares-overflow"
    assert caught.value.fault.remedy == "rescale the target (the MAE needs no squares)"


@pytest.mark.parametrize("power", [-200, -160, -100])
def test_squares_below_the_floats_end_in_a_certificate(power, random):
    X = random.standard_normal((30, 2))
    certificate = Regression(X, random.standard_normal(30) * 10.0**power).solve("mse").certificate
    assert certificate.status == "optimal"
    assert 0 <= certificate.lower_bound <= certificate.loss


def test_the_exact_arithmetic_of_these_tests_agrees_with_a_known_solution():
    X = np.arange(4.0)[:, np.newaxis]
    assert least_squares(with_ones(X), [1.0, 3.0, 5.0, 8.0]) == [Fraction(4, 5), Fraction(23, 10)]
