"""Bounds hold for any point, statuses are earned, and uniqueness is settled where it can be."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.regressions import EPSILON, Regression
from support.standard import a_problem

from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import CountedRows
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.problem import prepare
from mae_cli.solvers.proof.certificate import Bound, is_negligible, negligible_loss
from mae_cli.solvers.proof.dual_anywhere import bound_anywhere


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    quantile=st.sampled_from([0.5, 0.1, 0.8]),
    distance=st.sampled_from([0, 1e-6, 1e-2, 10.0]),
)
def test_the_bound_of_any_point_is_never_above_the_optimum(seed, quantile, distance):
    random = np.random.default_rng(seed)
    X = random.integers(0, 3, (150, 4)) + random.choice([0.0, 1.0]) * random.standard_normal((150, 4))
    regression = Regression(X, X @ [1.0, 2.0, 0.0, -1.0] + random.standard_t(2, 150), random.uniform(0.1, 3, 150))
    best = regression.solve(quantile=quantile)
    point = Coefficients(best.intercept, best.coefficients + distance * random.standard_normal(4))
    loss = Absolute() if quantile == 0.5 else Pinball(quantile)
    bound = bound_anywhere(prepare(CountedRows(regression.rows), loss, intercept=True), point)
    assert bound.loss - bound.gap <= best.certificate.loss * (1 + 1e-12)
    assert bound.loss >= best.certificate.loss * (1 - 1e-12)
    if distance == 0:
        # At the optimum the least-norm dual point of a small band is nearly the best one.
        assert bound.gap <= 0.2 * bound.loss


@pytest.mark.parametrize(
    ("bound", "tolerance", "status", "relative_gap"),
    [
        (Bound(1.0, 1.0, is_optimal=True, is_perfect=False), None, "optimal", 0.0),
        (Bound(1.0, 0.75, is_optimal=True, is_perfect=False), None, "optimal", 0.25),
        (Bound(1.0, 0.75, is_optimal=False, is_perfect=False), None, "limit", 0.25),
        (Bound(1.0, 0.75, is_optimal=False, is_perfect=False), 0.5, "tolerance", 0.25),
        (Bound(1.0, 0.75, is_optimal=False, is_perfect=False), 0.125, "limit", 0.25),
        (Bound(100.0, 75.0, is_optimal=False, is_perfect=False), 0.5, "tolerance", 0.25),
        # A perfect fit: loss and gap are both rounding, and their ratio means nothing.
        (Bound(1e-16, 0.0, is_optimal=False, is_perfect=True), 0.0, "optimal", None),
    ],
)
def test_a_status_is_earned_by_the_gap(bound, tolerance, status, relative_gap):
    certificate = bound.certificate(tolerance, unique=None)
    assert certificate.status == status
    assert certificate.relative_gap == relative_gap
    assert certificate.lower_bound == bound.lower_bound


@pytest.mark.parametrize(
    ("target", "unique"),
    [
        ([1.0, 2.0, 3.0], True),
        ([1.0, 2.0, 3.0, 4.0], False),
        # The middle of the even number is tied: every point of a gap of length zero is the same point.
        ([1.0, 2.0, 2.0, 4.0], True),
        ([2.0, 2.0, 2.0], True),
    ],
)
def test_the_median_of_a_constant_model_is_unique_when_it_should_be(target, unique):
    regression = Regression(np.zeros((len(target), 1)), np.array(target))
    assert regression.solve().certificate.unique is unique


def test_a_flat_edge_really_leads_to_other_optima():
    # Two groups of two: each group's line may pass anywhere between its two points.
    X = np.array([[0.0], [0.0], [1.0], [1.0]])
    regression = Regression(X, np.array([0.0, 1.0, 5.0, 7.0]))
    solution = regression.solve()
    assert solution.certificate.unique is False
    assert solution.certificate.loss == pytest.approx(3 / 4)


def test_the_bound_of_many_rows_solves_the_constraint_in_the_nearest_only(random):
    X = random.standard_normal((20_000, 3))
    regression = Regression(X, X[:, 0] + random.standard_t(2, 20_000))
    best = regression.solve()
    point = Coefficients(best.intercept, best.coefficients + 1e-4)
    rows, limits = CountedRows(regression.rows), Limits(largest_band=1_000)
    bound = bound_anywhere(prepare(rows, Absolute(), intercept=True, limits=limits), point)
    assert bound.loss - bound.gap <= best.certificate.loss * (1 + 1e-12)
    assert bound.gap <= 0.01 * bound.loss


@given(st.floats(1e-300, 1e300), st.floats(0, 1.5))
def test_a_relative_gap_is_rounded_up_and_never_below_zero(loss, share):
    bound = Bound(loss, loss * share, is_optimal=False, is_perfect=False)
    exact = 1 - Fraction(bound.lower_bound) / Fraction(loss)
    found = bound.relative_gap
    assert found >= max(exact, 0)
    assert found <= max(float(exact) * (1 + 2 * EPSILON), 0.0)
    assert bound.gap == max(loss - bound.lower_bound, 0.0)


def test_a_gap_below_the_digits_of_a_float_is_not_zero():
    loss = 1.0 + EPSILON
    assert Bound(loss, 1.0, is_optimal=True, is_perfect=False).relative_gap >= Fraction(EPSILON) / Fraction(loss) > 0
    assert Bound(1.0, 1.0 - EPSILON / 2, is_optimal=True, is_perfect=False).relative_gap == EPSILON / 2


def negligible(X, y, coefficients, weights=None, *, intercept=True):
    return negligible_loss(
        a_problem(X, y, weights, intercept=intercept, block_rows=30), Coefficients(0.0, np.array(coefficients))
    )


def test_a_loss_is_negligible_beside_the_spread_of_the_data(random):
    X, y = random.standard_normal((100, 2)), random.standard_normal(100)
    weights = random.uniform(0.1, 3.0, 100)
    middle, centre = np.median(X, axis=0), a_problem(X, y, weights).standard.target_shift
    sizes = np.abs(y - centre) + np.abs(X - middle) @ [3.0, 2.0]
    assert negligible(X, y, [3.0, -2.0], weights) == pytest.approx(8 * EPSILON * np.average(sizes, weights=weights))


def test_offsets_do_not_make_more_of_a_loss_negligible(random):
    X, y = np.round(random.standard_normal((100, 2)) * 64) / 64, np.round(random.standard_normal(100) * 64) / 64
    here = negligible(X, y, [3.0, -2.0])
    assert negligible(X + 2.0**30, y - 2.0**35, [3.0, -2.0]) == pytest.approx(here, rel=1e-12)
    # Without an intercept nothing takes an offset out.
    assert negligible(X + 2.0**30, y, [3.0, -2.0], intercept=False) > 1e8 * here


@pytest.mark.parametrize("of", ["target", "column"])
def test_one_huge_row_does_not_make_the_residuals_of_all_others_negligible(of, random):
    X, y = random.standard_normal((100, 2)), random.standard_normal(100)
    here = negligible(X, y, [3.0, -2.0])
    (y if of == "target" else X[:, 1])[17] = 1e20
    found = negligible(X, y, [3.0, -2.0])
    assert here < found < 1e5 * here


def test_rows_of_size_zero_do_not_shrink_what_is_typical(random):
    y = np.where(np.arange(100) < 90, 5.0, random.standard_normal(100))
    assert negligible(np.zeros((100, 1)), y, [0.0]) == pytest.approx(8 * EPSILON * np.abs(y - 5.0).mean())
    y = np.where(np.arange(100) < 90, 5.0, 5.0 + 1e-8 * random.standard_normal(100))
    y[99] = 1e20
    assert negligible(np.zeros((100, 1)), y, [0.0]) < 8 * EPSILON
    assert 0 < negligible(np.zeros((5, 1)), np.full(5, 2.0), [0.0]) < 1e-300


@pytest.mark.parametrize("share", [0.5, 2.0])
def test_a_fit_is_perfect_up_to_the_negligible_loss(share, random):
    X, y = random.standard_normal((100, 2)), random.standard_normal(100)
    problem, point = a_problem(X, y), Coefficients(0.0, np.array([3.0, -2.0]))
    assert is_negligible(problem, point, share * negligible_loss(problem, point)) == (share < 1)


def test_numbers_next_to_overflow_have_a_negligible_loss_too(random):
    found = negligible(random.standard_normal((50, 1)) * 1e300, random.standard_normal(50) * 1e300, [1e30])
    assert np.isfinite(found)
