"""The test of equal slopes against R's and, of clustered rows, against its formula; and where there is none."""

import numpy as np
import pytest
from support.inference import INFERENCE, Case, reference

from mae_cli.inference.clusters import Clusters
from mae_cli.inference.density import hall_sheather
from mae_cli.inference.distributions import normal_quantile
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.slopes import equal_slopes
from mae_cli.inference.values import Unavailable


def slopes_of(X, y, quantiles, codes=None, weights=None):
    clusters = None if codes is None else Clusters("id", codes, codes.max() + 1)
    cases = [Case(X, y, quantile=quantile, weights=weights, clusters=clusters) for quantile in quantiles]
    return equal_slopes([Estimated(each.rows, each.prepared, each.fit, each.unit, clusters) for each in cases])


def clustered(seed, clusters=40, rows=25):
    """X, y, the clusters: half of the spread of the error and of every column is the same in all rows of one."""
    generator = np.random.default_rng(seed)
    codes = np.repeat(np.arange(clusters), rows)
    shared, own = generator.standard_normal((clusters, 3))[codes], generator.standard_normal((len(codes), 3))
    X, error = np.split((shared + own) / np.sqrt(2), [2], axis=1)
    return X, X.sum(axis=1) + error[:, 0], codes


@pytest.mark.parametrize(
    ("quantiles", "name"),
    [((0.25, 0.5, 0.75), "equal_slopes_25_50_75_F"), (np.arange(1, 10) / 10, "equal_slopes_deciles_F")],
)
def test_the_statistic_is_that_of_r(quantiles, name):
    statistic, numerator, denominator = INFERENCE["engel_more"][name]
    found = slopes_of(*reference("engel"), quantiles)
    assert (found.numerator, found.denominator) == (numerator, denominator)
    assert found.statistic == pytest.approx(statistic, rel=1e-8)
    assert 0 < found.p_value < 1e-5


def test_slopes_that_are_the_same_pass_and_others_fail():
    generator = np.random.default_rng(5)
    X = generator.uniform(0, 1, (2000, 2))
    noise = generator.standard_normal(2000)
    assert slopes_of(X, X.sum(axis=1) + noise, (0.2, 0.8)).p_value > 0.01
    assert slopes_of(X, X.sum(axis=1) + noise * (1 + 2 * X[:, 0]), (0.2, 0.8)).p_value < 1e-6


def summed(scores, codes):
    return np.array([scores[codes == code].sum(axis=0) for code in range(codes.max() + 1)])


def by_hand(X, y, omega, codes, quantiles):
    """The statistic from whole matrices: each quantile's influence of each cluster, and how these vary together."""
    Z = np.column_stack([np.ones(len(y)), X])
    slopes, influence = [], []
    for tau in quantiles:
        case = Case(X, y, quantile=tau, weights=omega)
        r = y - Z @ [case.fit.solution.intercept, *case.fit.solution.coefficients]
        pull = (omega * (tau - (r <= 1e-9)))[:, np.newaxis]
        sums = summed(pull * Z, codes)
        # The effect depends on the coordinates that scores are in.
        scores = pull * case.coordinates.matrix(case.rows.blocks[0])
        effect = max(1.0, np.sum(summed(scores, codes) ** 2) / np.sum(scores**2))
        h = hall_sheather(tau, omega.sum() / effect)
        often = np.repeat(r, omega.astype(int))
        delta = np.median(np.abs(often - np.median(often)))
        delta *= normal_quantile(tau + h) - normal_quantile(tau - h)
        H = (Z.T * (omega * (np.abs(r) < delta) / (2 * delta))) @ Z
        slopes.append(case.fit.solution.coefficients)
        influence.append(np.linalg.solve(H, sums.T)[1:])
    differences, varying = np.diff(slopes, axis=0).ravel(), np.diff(influence, axis=0)
    varying = varying.reshape(len(differences), -1)
    wald = differences @ np.linalg.inv(varying @ varying.T) @ differences
    g, q = codes.max() + 1, len(differences)
    return (g - q) / ((g - 1) * q) * wald


def test_the_statistic_of_clustered_rows_is_that_of_the_formula():
    X, y, codes = clustered(3)
    y += 0.3 * np.abs(X[:, 0]) * np.random.default_rng(4).standard_normal(len(y))
    omega = np.random.default_rng(5).integers(1, 4, len(y)).astype(float)
    found = slopes_of(X, y, (0.2, 0.5, 0.7), codes, omega)
    assert (found.numerator, found.denominator) == (4, 36)
    assert found.statistic == pytest.approx(by_hand(X, y, omega, codes, (0.2, 0.5, 0.7)), rel=1e-8)


def test_with_one_row_in_each_cluster_it_is_nearly_the_test_of_independent_rows():
    generator = np.random.default_rng(11)
    X = generator.uniform(0, 1, (6000, 2))
    y = X.sum(axis=1) + generator.standard_normal(6000) * (1 + X[:, 0])
    alone = slopes_of(X, y, (0.25, 0.75), np.arange(6000))
    independent = slopes_of(X, y, (0.25, 0.75))
    assert alone.statistic == pytest.approx(independent.statistic, rel=0.15)
    assert alone.denominator == 6000 - 2


def test_rows_given_five_times_with_a_cluster_of_their_own_are_no_surer_than_once():
    X, y, _ = clustered(7, clusters=300, rows=1)
    once = slopes_of(X, y, (0.25, 0.75), np.arange(300))
    often = slopes_of(*(np.repeat(each, 5, axis=0) for each in (X, y)), (0.25, 0.75), np.repeat(np.arange(300), 5))
    assert often.statistic == pytest.approx(once.statistic, rel=1e-6)


def test_clustered_rows_with_equal_slopes_fail_as_rarely_as_they_should():
    worlds = [clustered(seed) for seed in range(50)]
    quantiles = (0.25, 0.5, 0.75)
    found = [slopes_of(X, y, quantiles, codes).p_value < 0.05 for X, y, codes in worlds]
    naive = [slopes_of(X, y, quantiles).p_value < 0.05 for X, y, _ in worlds]
    assert np.mean(found) <= 0.1
    assert np.mean(naive) >= 0.15


def test_as_many_differences_as_clusters_cannot_be_tested():
    X, y, codes = clustered(5, clusters=5)
    assert slopes_of(X, y, (0.2, 0.4, 0.6), codes).denominator == 1
    found = slopes_of(X, y, (0.2, 0.4, 0.6, 0.8), codes)
    assert found is Unavailable.FEW_CLUSTERS


def test_more_differences_than_memory_allows_are_not_tested(monkeypatch):
    X, y, _ = clustered(5)
    monkeypatch.setattr("mae_cli.inference.slopes._MOST_DIFFERENCES", 3)
    assert slopes_of(X, y, (0.2, 0.5, 0.8)) is Unavailable.MANY_COEFFICIENTS


def test_one_quantile_has_nothing_to_compare():
    assert slopes_of(*reference("engel"), (0.5,)) is Unavailable.NO_SLOPES


def test_without_a_slope_there_is_nothing_to_compare():
    noise = np.random.default_rng(0).standard_normal(50)
    assert slopes_of(np.zeros((50, 0)), noise, (0.25, 0.75)) is Unavailable.NO_SLOPES
