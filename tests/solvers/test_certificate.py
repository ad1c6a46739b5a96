"""Bounds hold for any point, statuses are earned, and uniqueness is settled where it can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.regressions import Regression

from mae_cli.linear import Coefficients
from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import CountedRows
from mae_cli.solvers.certificate import Bound
from mae_cli.solvers.dual_anywhere import bound_anywhere
from mae_cli.solvers.problem import prepare


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


def test_the_bound_of_many_rows_solves_the_constraint_in_the_nearest_only(random, monkeypatch):
    monkeypatch.setattr("mae_cli.solvers.dual_anywhere._LARGEST_BAND", 1_000)
    X = random.standard_normal((20_000, 3))
    regression = Regression(X, X[:, 0] + random.standard_t(2, 20_000))
    best = regression.solve()
    point = Coefficients(best.intercept, best.coefficients + 1e-4)
    bound = bound_anywhere(prepare(CountedRows(regression.rows), Absolute(), intercept=True), point)
    assert bound.loss - bound.gap <= best.certificate.loss * (1 + 1e-12)
    assert bound.gap <= 0.01 * bound.loss
