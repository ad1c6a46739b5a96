"""What a fit loses without a feature: against fits without it, and against the formula of the rank test."""

import numpy as np
import pytest
from support.inference import Case, reference

from mae_cli import fit
from mae_cli.inference.clusters import Clusters
from mae_cli.inference.distributions import chi_squared_tail
from mae_cli.inference.estimates import Estimated
from mae_cli.inference.importance import find_importance
from mae_cli.inference.values import Unavailable

NAMES = {"a": [0], "b": [1], "k": [2, 3]}


def importance(case, features):
    return find_importance(Estimated(case.rows, case.prepared, case.fit, case.unit, case.clusters), features)


def mixed(random, count=300, **options):
    """Two columns of numbers and one of three levels; the second of the numbers does not matter."""
    X, codes = random.normal(size=(count, 2)), random.integers(0, 3, count).astype(np.int32)
    y = 1 + 2 * X[:, 0] + 0.5 * (codes == 2) + random.standard_t(2, count) * (1 + 0.5 * np.abs(X[:, 0]))
    return Case(X, y, levels=(codes, 2), **options)


def written_out(case):
    codes = case.levels[0]
    return np.column_stack([case.X, codes == 1, codes == 2]).astype(float)


def test_the_income_of_engel_has_the_statistic_of_the_reference():
    (income,) = importance(Case(*reference("engel")), {"income": [0]})
    assert income.test.statistic == pytest.approx(91.12655149, rel=1e-9)
    assert income.test.degrees == 1
    assert income.test.p_value == pytest.approx(chi_squared_tail(91.12655149, 1), rel=1e-6)


@pytest.mark.parametrize("quantile", [0.5, 0.8])
def test_losses_are_those_of_fits_without_the_columns(random, quantile):
    case = mixed(random, quantile=quantile)
    X = written_out(case)
    for found, columns in zip(importance(case, NAMES), NAMES.values(), strict=True):
        without = fit(np.delete(X, columns, axis=1), case.y, quantile=quantile)
        assert found.loss == pytest.approx(without.certificate.loss, rel=1e-12)
        assert found.loss > case.fit.solution.certificate.loss


@pytest.mark.parametrize("quantile", [0.5, 0.8])
def test_the_statistic_is_that_of_the_formula(random, quantile):
    case = mixed(random, quantile=quantile)
    X = written_out(case)
    for found, columns in zip(importance(case, NAMES), NAMES.values(), strict=True):
        others = np.delete(X, columns, axis=1)
        dual = fit(others, case.y, quantile=quantile).dual
        Z = np.column_stack([np.ones(len(X)), others])
        left = X[:, columns] - Z @ np.linalg.lstsq(Z, X[:, columns], rcond=None)[0]
        scores = left.T @ dual
        statistic = scores @ np.linalg.solve(left.T @ left, scores) / (quantile * (1 - quantile))
        assert found.test.statistic == pytest.approx(statistic, rel=1e-8)
        assert found.test.degrees == len(columns)
        assert found.test.p_value == pytest.approx(chi_squared_tail(statistic, len(columns)), rel=1e-6)


def test_what_matters_is_told_from_what_does_not(random):
    a, b, k = importance(mixed(random, count=2000), NAMES)
    assert a.test.p_value < 1e-6
    assert k.test.p_value < 1e-3
    assert b.test.p_value > 0.01


def test_a_weight_of_two_is_a_row_given_twice(random):
    case = mixed(random)
    weights = random.integers(1, 4, len(case.y))
    codes = (np.repeat(case.levels[0], weights), 2)
    repeated = Case(np.repeat(case.X, weights, axis=0), np.repeat(case.y, weights), levels=codes)
    weighted = Case(case.X, case.y, levels=case.levels, weights=weights.astype(float))
    for one, other in zip(importance(weighted, NAMES), importance(repeated, NAMES), strict=True):
        assert one.loss == pytest.approx(other.loss, rel=1e-12)
        assert one.test.statistic == pytest.approx(other.test.statistic, rel=1e-8)


def test_the_only_column_of_a_model_without_an_intercept_leaves_the_target_itself():
    X, y = reference("engel")
    (income,) = importance(Case(X, y, intercept=False), {"income": [0]})
    assert income.loss == pytest.approx(np.abs(y).mean(), rel=1e-12)


def test_a_column_that_another_one_can_replace_loses_nothing_and_has_no_test(random):
    X = random.normal(size=(200, 2))
    case = Case(np.column_stack([X, 2 * X[:, 0]]), X.sum(axis=1) + random.normal(size=200))
    first, second, twin = importance(case, {"a": [0], "b": [1], "twice a": [2]})
    loss = case.fit.solution.certificate.loss
    assert first.loss == pytest.approx(loss, rel=1e-9)
    assert twin.loss == pytest.approx(loss, rel=1e-12)
    assert (first.test, twin.test) == (Unavailable.REPLACEABLE, Unavailable.REPLACEABLE)
    assert second.loss > loss
    assert second.test.degrees == 1


def test_there_is_no_test_of_rows_in_clusters_nor_of_a_perfect_fit(random):
    X = random.normal(size=(100, 2))
    clusters = Clusters("id", np.arange(100) // 2, 50)
    clustered = Case(X, X[:, 0] + random.normal(size=100), clusters=clusters)
    perfect = Case(X, X[:, 0] + 1)
    for case, reason in ((clustered, Unavailable.CLUSTERED), (perfect, Unavailable.PERFECT)):
        a, b = importance(case, {"a": [0], "b": [1]})
        assert (a.test, b.test) == (reason, reason)
        assert a.loss > b.loss


def test_the_statistic_of_a_sample_without_an_intercept_is_that_of_the_formula(random):
    X, weights = random.exponential(size=(200, 2)), random.uniform(0.5, 2.0, 200)
    case = Case(X, X[:, 0] + random.standard_t(2, 200), quantile=0.8, weights=weights, intercept=False)
    (found,) = importance(case, {"b": [1]})
    dual = fit(X[:, [0]], case.y, quantile=0.8, sample_weight=weights, intercept=False).dual
    inverse = np.linalg.inv((X.T * weights) @ X)
    pull = inverse @ (X.T @ (weights * dual))
    spread = inverse @ (X.T * weights**2) @ X @ inverse
    assert found.test.statistic == pytest.approx(pull[1] ** 2 / spread[1, 1] / 0.16, rel=1e-8)
