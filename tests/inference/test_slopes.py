"""The test of equal slopes against R's, and where there is nothing to test."""

import numpy as np
import pytest
from support.inference import INFERENCE, Case, reference

from mae_cli.inference.intervals import Estimated, quantile_estimates
from mae_cli.inference.slopes import equal_slopes


def slopes_of(X, y, quantiles):
    cases = [Case(X, y, quantile=quantile) for quantile in quantiles]
    fits = [Estimated(each.rows, each.prepared, each.fit) for each in cases]
    return equal_slopes(fits, [quantile_estimates(fit) for fit in fits])


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


def test_one_quantile_has_nothing_to_compare():
    assert slopes_of(*reference("engel"), (0.5,)) is None


def test_without_a_slope_there_is_nothing_to_compare():
    assert slopes_of(np.zeros((50, 0)), np.random.default_rng(0).standard_normal(50), (0.25, 0.75)) is None
