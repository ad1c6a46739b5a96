"""Prediction intervals that cover, whatever the model."""

import numpy as np
import pytest

from mae_cli.errors import DataError
from mae_cli.model.quantile_model import Calibration, QuantileModel
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.workflows.calibrate import calibrate, coverage_of, coverage_range


class Line:
    """A model of one column, as far as it is asked for."""

    def __init__(self, intercept, slope):
        self.point = Coefficients(intercept, np.array([slope]))


def lines(low, high, calibration=None):
    return QuantileModel((Line(*low), Line(*high)), calibration)


def rows(x, y, weights=None):
    return MemoryRows.of(Design(np.asarray(x, dtype=float)[:, np.newaxis]), np.asarray(y, dtype=float), weights)


def test_the_margin_is_the_distance_that_so_many_rows_keep():
    model = lines((0.0, 0.0), (1.0, 0.0))
    y = np.concatenate([np.full(7, 0.5), [-0.1, 1.4, 2.0]])
    # ⌈11·0.8⌉ = 9: the ninth smallest of seven times −½, then 0.1, 0.4 and 1.
    found = calibrate(model, rows(np.zeros(10), y), 0.8)
    assert found == Calibration(0.8, pytest.approx(0.4), 10)


def test_a_margin_is_negative_where_the_quantiles_are_too_wide():
    found = calibrate(lines((-5.0, 0.0), (5.0, 0.0)), rows(np.zeros(99), np.linspace(-1, 1, 99)), 0.9)
    assert found.margin == pytest.approx(-4.1, abs=0.05)


@pytest.mark.parametrize(("count", "coverage", "needed"), [(8, 0.9, 9), (18, 0.95, 19), (98, 0.99, 99)])
def test_too_few_rows_are_refused_with_how_many_it_takes(count, coverage, needed):
    model = lines((0.0, 0.0), (1.0, 0.0))
    with pytest.raises(DataError) as caught:
        calibrate(model, rows(np.zeros(count), np.zeros(count)), coverage)
    fault = caught.value.fault
    assert fault.code == "too-few-calibration-rows"
    assert fault.what.endswith(f"at least {needed} are needed")
    assert fault.remedy == "use more rows, a larger --calibration, or a smaller --predict-interval"
    assert calibrate(model, rows(np.zeros(needed), np.zeros(needed)), coverage).rows == needed


def test_new_rows_are_covered_whatever_the_model():
    """A wrong and much too narrow model, over 400 worlds: the mean coverage lies between 0.9 and 0.9 + 1/(n + 1)."""
    shares = []
    for seed in range(400):
        generator = np.random.default_rng(seed)
        x = generator.exponential(size=300)
        y = x**2 + generator.exponential(size=300) * (0.5 + x)
        model = lines((0.0, 0.3), (0.5, 0.9))
        model = QuantileModel(model.models, calibrate(model, rows(x[:200], y[:200]), 0.9))
        shares.append(coverage_of(model, rows(x[200:], y[200:])).share)
    error = np.std(shares) / np.sqrt(len(shares))
    assert 0.9 - 3 * error <= np.mean(shares) <= 0.9 + 1 / 201 + 3 * error


def test_nine_in_ten_calibrations_reach_a_coverage_in_the_range():
    """Of targets between −1 and 1 the interval 0 ± margin covers the share that the margin is."""
    model, reached = lines((0.0, 0.0), (0.0, 0.0)), []
    for seed in range(1000):
        y = np.random.default_rng(seed).uniform(-1, 1, 47)
        reached.append(calibrate(model, rows(np.zeros(47), y), 0.9).margin)
    low, high = coverage_range(Calibration(0.9, 0.0, 47), 44 / 47)
    assert (low, high) == (pytest.approx(0.84321, abs=1e-5), pytest.approx(0.97041, abs=1e-5))
    assert [np.mean(np.array(reached) < low), np.mean(np.array(reached) > high)] == pytest.approx([0.05] * 2, abs=0.02)


@pytest.mark.parametrize(("y", "is_tied"), [(np.arange(47), False), (np.repeat([0, 1, 2], [20, 25, 2]), True)])
def test_calibrations_of_targets_that_tie_cover_no_less_and_maybe_everything(y, is_tied):
    model, data = lines((0.0, 0.0), (0.0, 0.0)), rows(np.zeros(47), y)
    calibration = calibrate(model, data, 0.9)
    share = coverage_of(QuantileModel(model.models, calibration), data).share
    low, high = coverage_range(calibration, share)
    assert (low, high == 1.0) == (pytest.approx(0.84321, abs=1e-5), is_tied)


def test_coverage_and_width_are_by_weight():
    model = lines((0.0, 0.0), (1.0, 1.0))
    found = coverage_of(model, rows([0, 1, 1], [0.5, 5.0, 2.0], np.array([0.25, 0.25, 0.5])))
    assert found.share == pytest.approx(0.75)
    assert found.width == pytest.approx(0.25 * 1 + 0.75 * 2)


def test_a_row_at_an_end_is_covered_and_the_ends_of_lines_that_cross_are_sorted():
    model = lines((1.0, 0.0), (0.0, 0.0))
    assert coverage_of(model, rows(np.zeros(4), [0.0, 0.5, 1.0, 1.5])).share == 0.75
    assert calibrate(model, rows(np.zeros(4), np.zeros(4)), 0.5).margin == 0.0
