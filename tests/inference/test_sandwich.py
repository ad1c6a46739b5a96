"""Standard errors against R's, against formulas written out, and under changes of units and of how rows are given."""

import csv

import numpy as np
import pytest
from support.inference import FOLDER, INFERENCE, R_LEAST, Case, reference, standard_errors

from mae_cli.inference.density import KernelDensity, bofinger, equal_density, hall_sheather, sparsity
from mae_cli.inference.sandwich import bread, carriers
from mae_cli.inference.values import Caution, Method

FITS = [(*key.split(), values) for key, values in INFERENCE["fits"].items()]
EACH_FIT = pytest.mark.parametrize(("name", "quantile", "expected"), FITS, ids=[f"{a} {b}" for a, b, _ in FITS])


def case(name, quantile):
    return Case(*reference(name), quantile=float(quantile))


def quantile_errors(each, density):
    spread = each.quantile * (1 - each.quantile)
    return each.errors(bread(each.rows, each.coordinates, density).covariance * spread)


@EACH_FIT
def test_errors_from_neighbouring_fits_are_those_of_r(name, quantile, expected):
    each = case(name, quantile)
    assert quantile_errors(each, each.density(least=R_LEAST)) == pytest.approx(expected["nid"], rel=1e-10)
    wide = each.density(bofinger(each.quantile, len(each.y)), R_LEAST)
    assert quantile_errors(each, wide) == pytest.approx(expected["nid_bofinger"], rel=1e-10)


@EACH_FIT
def test_what_is_taken_off_differences_matters_only_where_the_target_is_small(name, quantile, expected):
    each = case(name, quantile)
    assert quantile_errors(each, each.density()) == pytest.approx(expected["nid"], rel=1e-5)


@EACH_FIT
def test_errors_by_a_kernel_are_those_of_r(name, quantile, expected):
    each = case(name, quantile)
    width = hall_sheather(each.quantile, len(each.y))
    density = KernelDensity.around(each.rows, each.coordinates, each.point, each.quantile, width)
    assert quantile_errors(each, density) == pytest.approx(expected["ker"], rel=1e-10)


# In the others the median line through the sorted residuals is not unique.
@EACH_FIT
def test_errors_under_equal_spread_are_those_of_r(name, quantile, expected):
    if (name, quantile) in {("stackloss", "0.50"), ("stackloss", "0.75"), ("barro", "0.90")}:
        pytest.skip("R takes another one of several median lines")
    each = case(name, quantile)
    factor = sparsity(each.rows, each.coordinates, each.point, each.quantile)
    assert quantile_errors(each, equal_density) * factor == pytest.approx(expected["iid"], rel=1e-10)


@pytest.mark.parametrize("intercept", [True, False])
def test_errors_of_least_squares_are_hc3(intercept):
    X, y = reference("barro")
    each = Case(X, y, loss="mse", intercept=intercept)
    Z = np.column_stack([np.ones(len(y)), X]) if intercept else X
    inverse = np.linalg.inv(Z.T @ Z)
    residual = y - Z @ (inverse @ (Z.T @ y))
    scaled = residual / (1 - np.einsum("ij,jk,ik->i", Z, inverse, Z))
    expected = np.sqrt(np.diag(inverse @ (Z.T * scaled**2) @ Z @ inverse))
    assert standard_errors(each.intervals()) == pytest.approx(expected, rel=1e-8)


def test_errors_of_least_squares_under_a_sample_s_weights_are_hc3():
    X, y = reference("engel")
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(y))
    found = Case(X, y, loss="mse", weights=weights).intervals()
    Z = np.column_stack([np.ones(len(y)), X])
    inverse = np.linalg.inv((Z.T * weights) @ Z)
    residual = y - Z @ (inverse @ (Z.T @ (weights * y)))
    scaled = weights * residual / (1 - weights * np.einsum("ij,jk,ik->i", Z, inverse, Z))
    expected = np.sqrt(np.diag(inverse @ (Z.T * scaled**2) @ Z @ inverse))
    assert standard_errors(found) == pytest.approx(expected, rel=1e-8)
    assert found.cautions == (Caution.SAMPLED_WEIGHTS,)


def test_whole_weights_beyond_any_count_of_rows_are_those_of_a_sample():
    X, y = reference("engel")
    for size, cautions in ((2.0**30, (Caution.REPEATED_ROWS,)), (2.0**60, (Caution.SAMPLED_WEIGHTS,))):
        assert Case(X, y, loss="mse", weights=np.full(len(y), size)).intervals().cautions == cautions


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_a_weight_is_a_row_given_so_often(loss):
    X, y = reference("engel")
    weights = np.where(np.arange(len(y)) % 2 == 0, 1.0, 2.0)
    weighted = Case(X, y, loss=loss, weights=weights).intervals(method=Method.SANDWICH)
    often = weights.astype(int)
    repeated = Case(np.repeat(X, often, axis=0), np.repeat(y, often), loss=loss).intervals(method=Method.SANDWICH)
    assert standard_errors(weighted) == pytest.approx(standard_errors(repeated), rel=1e-9)
    assert weighted.rows == repeated.rows == weights.sum()


def test_errors_of_repeated_rows_are_the_published_ones():
    X, y = reference("engel")
    weights = np.where(np.arange(len(y)) % 2 == 0, 1.0, 2.0)
    found = Case(X, y, weights=weights).intervals(method=Method.SANDWICH)
    assert standard_errors(found) == pytest.approx([14.89813235, 0.02359850113], rel=1e-8)


def test_other_weights_are_those_of_a_sample_as_in_r():
    X, y = reference("engel")
    weights = np.where(np.arange(len(y)) % 2 == 0, 1.0, 2.0)
    each = Case(X, y, weights=weights)
    sums = bread(each.rows, each.coordinates, each.density(least=R_LEAST))
    covariance = sums.inverse @ sums.sampled_scores @ sums.inverse * 0.25
    assert each.errors(covariance) == pytest.approx([19.31841938, 0.02930819888], rel=1e-8)


def test_errors_do_not_depend_on_units():
    X, y = reference("barro")
    plain = standard_errors(Case(X, y).intervals(method=Method.SANDWICH))
    scales = 10.0 ** np.arange(-6, 4, 2)
    scaled = standard_errors(Case(X * scales, y * 1000).intervals(method=Method.SANDWICH))
    assert scaled == pytest.approx(plain * 1000 / np.concatenate([[1.0], scales]), rel=1e-9)


def test_a_shift_far_away_moves_only_the_error_of_the_intercept():
    X, y = reference("engel")
    near, far = (standard_errors(Case(X + shift, y).intervals(method=Method.SANDWICH)) for shift in (0.0, 1e7))
    assert far[1] == pytest.approx(near[1], rel=1e-6)
    assert far[0] == pytest.approx(1e7 * near[1], rel=1e-3)


def test_rows_that_carry_a_level_are_counted():
    codes = np.array([0, 1, 1, 2, 0, 1], dtype=np.int32)
    each = Case(np.arange(6.0)[:, np.newaxis], np.arange(6.0), levels=(codes, 2))
    assert carriers(each.rows).tolist() == [6, 3, 1]


CARS = INFERENCE["stata"]
EACH_CAR_FIT = pytest.mark.parametrize("quantile", ["0.25", "0.50", "0.75"])


def cars(quantile):
    with (FOLDER / "auto.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    X = np.array([[float(row[name]) for name in ("weight", "length", "foreign")] for row in rows])
    return Case(X, np.array([float(row["price"]) for row in rows]), quantile=float(quantile))


@EACH_CAR_FIT
def test_errors_are_the_robust_ones_of_stata(quantile):
    published = CARS[quantile]["robust"]
    found = standard_errors(cars(quantile).intervals(method=Method.SANDWICH))
    assert np.roll(found, -1) == pytest.approx(published, rel=2e-6)


@EACH_CAR_FIT
def test_errors_under_equal_spread_with_a_fitted_density_are_the_usual_ones_of_stata(quantile):
    """The sparsity is the slope of the fitted quantiles at the mean of the columns."""
    each, tau = cars(quantile), float(quantile)
    width = hall_sheather(tau, len(each.y))
    means = np.concatenate([[1.0], each.X.mean(axis=0)])
    low, high = (each.fitted(tau + side * width).solution for side in (-1, 1))
    at_mean = [means @ [each.intercept, *each.coefficients] for each in (low, high)]
    factor = (at_mean[1] - at_mean[0]) / (2 * width) / each.fit.problem.standard.target_scale
    found = quantile_errors(each, equal_density) * factor
    assert np.roll(found, -1) == pytest.approx(CARS[quantile]["iid_fitted"], rel=2e-6)
