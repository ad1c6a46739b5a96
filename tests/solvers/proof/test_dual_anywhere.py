"""Bounds of points that are no vertex: never above the exact optimum, and near it where they can be."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.levels import LEVELS, a_regression
from support.problems import an_outlier, tied
from support.standard import a_basis, a_problem, block_of
from support.vertices import exact_loss, optimum_of

from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.proof.dual_anywhere import bound_anywhere, bound_in_band
from mae_cli.solvers.proof.exact_exchange import settle


def plain(random, **options):
    X = random.standard_normal((60, 3))
    return a_problem(X, X.sum(axis=1) + random.standard_t(2, 60), **options)


def far_away(random, **options):
    X = random.standard_normal((60, 3)) + np.array([1e9, 0.0, -1e11])
    return a_problem(X, 1e10 + X[:, 0] + random.standard_normal(60), **options)


def small_weights(random, **options):
    """Weights of which the whitening raises many."""
    X = random.standard_normal((60, 3))
    return a_problem(X, random.standard_normal(60), 10.0 ** random.uniform(-12, 2, 60), **options)


def a_column_of_small_weights(random, **options):
    """A column is zero but in rows whose weights the whitening raises."""
    light = np.arange(60) % 6 == 0
    X = np.column_stack([random.standard_normal(60), np.where(light, random.standard_normal(60), 0.0)])
    return a_problem(X, X.sum(axis=1) + random.standard_normal(60), np.where(light, 1e-9, 1.0), **options)


def nearly_dependent(random, **options):
    x, noise = random.standard_normal((2, 60))
    return a_problem(np.column_stack([x, x + 1e-7 * noise]), x + random.standard_normal(60), **options)


def a_column_left_out(random, **options):
    X = random.standard_normal((60, 2))
    return a_problem(np.column_stack([X, X.sum(axis=1)]), random.standard_normal(60), intercept=False, **options)


KINDS = [
    plain, tied, far_away, small_weights, a_column_of_small_weights, an_outlier, nearly_dependent, a_column_left_out,
]  # fmt: skip


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


def best_of(problem, random):
    return settle(problem, a_basis(problem, random.permutation(problem.rows.shape[0])), 0.0).proof.vertex.point


def points_near(best: Coefficients, random):
    """The optimum, points at all distances from it, and zero."""
    yield best
    for distance in (1e-9, 1e-2, 1e3):
        moved = best.values * (1 + distance * random.standard_normal(len(best.values)))
        yield Coefficients(best.intercept, np.where(best.values == 0, 0.0, moved))
    yield Coefficients(0.0, np.zeros(len(best.values)))


def size_of(problem, point) -> float:
    """The largest |y| + |b| + Σ|x·w|."""
    block = block_of(problem)
    return float((np.abs(block.target) + block.design.absolute().product(np.abs(point.values))).max()) + abs(
        point.intercept
    )


@pytest.mark.parametrize("quantile", [0.5, 0.999])
def test_bounds_of_any_point_are_not_above_the_optimum(kind, quantile, random):
    problem = kind(random, quantile=quantile, block_rows=25)
    best = best_of(problem, random)
    optimum = optimum_of(problem, best)
    for point in points_near(best, random):
        bounds = [bound_anywhere(problem, point), *(bound_in_band(problem, point, count) for count in (4, 15, 60))]
        for bound in bounds:
            assert 0 <= Fraction(bound.lower_bound) <= optimum
            loss = float(exact_loss(problem, point))
            assert bound.loss == pytest.approx(loss, rel=1e-12, abs=1e-14 * size_of(problem, point))
            assert not bound.is_optimal or bound.loss <= float(optimum) * (1 + 2e-12)


@pytest.mark.parametrize("easy", [plain, an_outlier, a_column_left_out])
def test_the_bound_of_the_optimum_is_the_optimum(easy, random):
    """The rows with residual zero are nearest, and solving for them alone gives the vertex's own dual point."""
    problem = easy(random)
    point = best_of(problem, random)
    bound = bound_anywhere(problem, point)
    # What rounding can do to the constraint is taken off.
    assert bound.lower_bound >= float(optimum_of(problem)) * (1 - 1e-10)


def test_a_band_of_few_rows_proves_a_good_point_of_many_rows(random):
    X = random.standard_normal((6_000, 3))
    problem = a_problem(X, X.sum(axis=1) + random.standard_t(2, 6_000), block_rows=1_000)
    best = best_of(problem, random)
    optimum = float(exact_loss(problem, best))
    point = Coefficients(best.intercept, best.values + 0.01)
    before = problem.counter.passes
    bound = bound_in_band(problem, point, 400)
    assert problem.counter.passes - before == 2
    assert bound.lower_bound <= optimum
    assert bound.gap <= 0.01 * bound.loss
    # Rows with wrong sides outside of a band that is far too small make a worse bound.
    assert bound_in_band(problem, point, 4).gap > bound.gap


def test_far_from_the_optimum_projections_prove_more_than_nothing(random):
    problem = plain(random)
    best = best_of(problem, random)
    bound = bound_anywhere(problem, Coefficients(best.intercept, best.values + 3.0))
    assert bound.lower_bound > 0.3 * float(optimum_of(problem))


def test_small_weights_that_are_raised_do_not_spoil_the_bound(random):
    problem = a_column_of_small_weights(random)
    bound = bound_anywhere(problem, best_of(problem, random))
    assert bound.lower_bound >= 0.9 * float(optimum_of(problem))


def heavy_and_light(random):
    """Rows of weight 1 in pairs at ±1 around zero, and rows of weight 1e-12 that a column of their own fits exactly.

    At zero sgn(r) balances the heavy rows, and the light ones, far away there, are all of the loss but 1.
    """
    x, z = np.repeat(random.standard_normal(20), 2), random.uniform(1, 2, 10)
    X = np.vstack([np.column_stack([x, np.zeros(40)]), np.column_stack([np.zeros(10), z])])
    y = np.concatenate([np.tile([1.0, -1.0], 20), 1e15 * z])
    return X, y, np.repeat([1.0, 1e-12], [40, 10])


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_weights_raised_for_the_whitening_do_not_make_the_slack_too_small(share, random):
    X, y, weights = heavy_and_light(random)
    problem = a_problem(X, y, weights, intercept=False)
    bound = bound_anywhere(problem, Coefficients(0.0, np.array([0.0, share * 1e15])))
    assert bound.loss > 2
    assert Fraction(bound.lower_bound) <= optimum_of(problem)


def test_among_levels_weights_raised_for_the_whitening_prove_nothing_false(random):
    X, y, weights = heavy_and_light(random)
    codes = np.concatenate([np.repeat([0, 1, 2, 3], 10), np.full(10, 4)]).astype(np.int32)
    y[40:] = 1e15
    problem = a_problem(Design(X[:, :1], (codes,), (4,)), y, weights, intercept=False, limits=LEVELS)
    assert isinstance(problem.whitening, AbsorbedWhitening)
    bound = bound_anywhere(problem, Coefficients(0.0, np.zeros(5)))
    assert bound.loss > 2
    assert Fraction(bound.lower_bound) <= optimum_of(problem)


@pytest.mark.parametrize("rounding", [1e-9, 1e-4, 1.0])
def test_what_the_constraint_may_be_off_by_is_taken_off(rounding, random, monkeypatch):
    problem = plain(random)
    point = best_of(problem, random)
    optimum, exact = float(optimum_of(problem)), bound_anywhere(problem, point).lower_bound
    monkeypatch.setattr("mae_cli.solvers.proof.dual_anywhere.sums_rounding", lambda _: rounding)
    lost = exact - bound_anywhere(problem, point).lower_bound
    assert lost >= min(10 * rounding, 0.1) * optimum
    assert lost <= 10_000 * rounding * optimum + 1e-12


def assert_never_above(problem, random) -> None:
    best = best_of(problem, random)
    optimum = optimum_of(problem, best)
    for point in points_near(best, random):
        for bound in (bound_anywhere(problem, point), bound_in_band(problem, point, 40)):
            assert 0 <= Fraction(bound.lower_bound) <= optimum


@pytest.mark.parametrize("quantile", [0.3])
def test_a_dual_point_off_the_constraint_proves_no_more_than_one_on_it(kind, quantile, random, monkeypatch):
    """Without projections, and with a solve that leaves an eighth of the error, the slack alone keeps bounds true."""
    problem = kind(random, quantile=quantile, limits=Limits(projections=0))
    solve = np.linalg.solve
    monkeypatch.setattr("mae_cli.solvers.proof.dual_anywhere.np.linalg.solve", lambda *system: 0.5 * solve(*system))
    assert_never_above(problem, random)


@pytest.mark.parametrize("weights", [False, True])
def test_among_levels_a_dual_point_off_the_constraint_proves_no_more_than_one_on_it(weights, random):
    regression = a_regression(random, 120, 9)
    omega = 10.0 ** random.uniform(-9, 0, 120) if weights else None
    limits = replace(LEVELS, projections=0)
    assert_never_above(a_problem(regression.design, regression.y, omega, limits=limits), random)


@pytest.mark.parametrize("weights", [False, True])
def test_bounds_among_levels(weights, random):
    regression = a_regression(random, 120, 9, weights=weights)
    problem = a_problem(regression.design, regression.y, regression.weights, limits=LEVELS)
    assert isinstance(problem.whitening, AbsorbedWhitening)
    assert_never_above(problem, random)
    best = best_of(problem, random)
    assert bound_anywhere(problem, best).lower_bound >= 0.9 * float(optimum_of(problem, best))


def test_a_model_without_columns_is_bounded(random):
    problem = a_problem(np.zeros((20, 1)), random.standard_normal(20), intercept=False)
    bound = bound_anywhere(problem, Coefficients(0.0, np.zeros(1)))
    assert bound.lower_bound == pytest.approx(bound.loss, rel=1e-12)
    assert Fraction(bound.lower_bound) <= exact_loss(problem, Coefficients(0.0, np.zeros(1)))
