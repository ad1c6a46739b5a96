"""Metrics against their definitions, computed here anew from the residuals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.metrics import score

TARGET = np.array([3.0, -1.0, 4.0, 1.5, 9.0, 2.0])
PREDICTED = np.array([2.5, 0.0, 4.0, 2.0, 5.0, 2.25])
COUNTS = np.array([1, 3, 2, 1, 4, 2])


def by_definition(target, predicted, baseline, quantile):
    """The metrics of unweighted rows, straight from the formulas."""
    residual = target - predicted
    return {
        "mae": np.mean(np.abs(residual)),
        "mse": np.mean(residual**2),
        "rmse": np.sqrt(np.mean(residual**2)),
        "median_ae": np.median(np.abs(residual)),
        "r2": 1 - np.sum(residual**2) / np.sum((target - target.mean()) ** 2),
        "baseline_mae": np.mean(np.abs(target - baseline)),
        "pinball": np.mean(np.maximum(quantile * residual, (quantile - 1) * residual)),
    }


def test_metrics_are_what_their_formulas_say():
    expected = by_definition(TARGET, PREDICTED, 2.5, 0.8)
    assert vars(score(TARGET, PREDICTED, None, baseline=2.5, quantile=0.8)) == pytest.approx(expected, rel=1e-14)


def test_whole_weights_are_repeated_rows():
    expected = by_definition(np.repeat(TARGET, COUNTS), np.repeat(PREDICTED, COUNTS), 2.5, 0.8)
    weighted = score(TARGET, PREDICTED, COUNTS.astype(float), baseline=2.5, quantile=0.8)
    assert vars(weighted) == pytest.approx(expected, rel=1e-14)


@given(st.floats(1e-3, 1e3))
def test_only_the_ratio_of_weights_counts(factor):
    one = vars(score(TARGET, PREDICTED, COUNTS.astype(float), baseline=2.5, quantile=0.8))
    other = vars(score(TARGET, PREDICTED, factor * COUNTS, baseline=2.5, quantile=0.8))
    assert other == pytest.approx(one, rel=1e-12)


@pytest.mark.parametrize("weight", [1e308, 5e-324])
def test_weights_of_any_size_are_fine(weight):
    expected = vars(score(TARGET, PREDICTED, None, baseline=2.5, quantile=0.8))
    found = vars(score(TARGET, PREDICTED, np.full(6, weight), baseline=2.5, quantile=0.8))
    assert found == pytest.approx(expected, rel=1e-14)


def test_rows_of_weight_zero_do_not_count():
    weights = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 1.0])
    used = weights > 0
    expected = score(TARGET[used], PREDICTED[used], None, baseline=2.5, quantile=0.8)
    assert vars(score(TARGET, PREDICTED, weights, baseline=2.5, quantile=0.8)) == pytest.approx(vars(expected))


def test_the_pinball_loss_is_given_for_other_quantiles_than_the_median_only():
    assert score(TARGET, PREDICTED, None, baseline=0.0).pinball is None
    assert score(TARGET, PREDICTED, None, baseline=0.0, quantile=0.9).pinball is not None


def test_r_squared_of_a_constant_target_is_undefined():
    assert score(np.full(5, 0.1), np.arange(5.0), None, baseline=0.1).r2 is None


def test_r_squared_is_undefined_when_all_rows_that_count_have_one_target():
    weights = np.array([1.0, 1.0, 0.0])
    assert score(np.array([2.0, 2.0, 5.0]), np.zeros(3), weights, baseline=2.0).r2 is None


def test_r_squared_is_one_for_a_perfect_fit_and_zero_for_the_mean():
    assert score(TARGET, TARGET, None, baseline=0.0).r2 == 1.0
    assert score(TARGET, np.full(6, TARGET.mean()), None, baseline=0.0).r2 == pytest.approx(0.0, abs=1e-15)


def test_a_mean_square_beyond_floating_point_is_undefined_and_the_rest_stays_finite():
    target, predicted = np.array([1e307, -1e307, 2e307]), np.array([0.5e307, -1e307, 2e307])
    found = score(target, predicted, None, baseline=1e307)
    assert found.mse is None
    assert found.rmse is None
    assert found.mae == pytest.approx(0.5e307 / 3)
    assert found.median_ae == 0.0
    # In units of 1e307: the residuals are (½, 0, 0), the targets (1, −1, 2) about 2/3.
    assert found.r2 == pytest.approx(1 - 0.25 / (14 / 3), rel=1e-12)


@pytest.mark.parametrize("weights", [np.zeros(6), np.array([])])
def test_nothing_to_score_is_an_error(weights):
    rows = len(weights)
    with pytest.raises(ValueError, match="no rows to score"):
        score(TARGET[:rows], PREDICTED[:rows], weights, baseline=0.0)


def test_an_r2_that_overflows_is_none():
    metrics = score(np.array([1.0, 1.0 + 2**-50]), np.full(2, 1e200), None, baseline=1.0)
    assert (metrics.r2, metrics.mse) == (None, None)
