"""Metrics against their definitions, computed here anew from the residuals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.errors import DataError, Place
from mae_cli.results.scores import Sides
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.workflows.scoring import mean_target, scorable, score

TARGET = np.array([3.0, -1.0, 4.0, 1.5, 9.0, 2.0])
PREDICTED = np.array([2.5, 0.0, 4.0, 2.0, 5.0, 2.25])
COUNTS = np.array([1, 3, 2, 1, 4, 2])


def rows_of(target, predicted, weights=None, block_rows=4):
    """Rows whose only column is what a model of coefficient 1 predicts."""
    return MemoryRows.of(Design(predicted[:, np.newaxis]), target, weights, block_rows)


def both(target, predicted, weights=None, trivial=0.0, quantile=0.5, block_rows=4):
    rows = scorable(rows_of(target, predicted, weights, block_rows))
    return score(rows, Coefficients(0.0, np.ones(1)), trivial, quantile, lambda record: f"data.csv, line {record + 2}")


def metrics(*arguments, **options):
    return both(*arguments, **options).model


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


@pytest.mark.parametrize("block_rows", [1, 4, 6])
def test_metrics_are_what_their_formulas_say(block_rows):
    scores = both(TARGET, PREDICTED, trivial=2.5, quantile=0.8, block_rows=block_rows)
    assert vars(scores.model) == pytest.approx(by_definition(TARGET, PREDICTED, 2.5, 0.8), rel=1e-14)
    assert scores.coverage == pytest.approx((np.mean(TARGET <= PREDICTED), np.mean(TARGET <= 2.5)))
    constant = by_definition(TARGET, np.full(6, 2.5), 2.5, 0.8)
    assert vars(scores.baseline) == pytest.approx(constant, rel=1e-14)


def test_many_rows_of_every_size_are_scored_by_the_formulas():
    rng = np.random.default_rng(1)
    target, predicted = rng.standard_t(1.2, (2, 100_000))
    found = metrics(target, predicted, trivial=0.5, quantile=0.3, block_rows=16_384)
    assert vars(found) == pytest.approx(by_definition(target, predicted, 0.5, 0.3), rel=1e-12)


def test_whole_weights_are_repeated_rows():
    expected = by_definition(np.repeat(TARGET, COUNTS), np.repeat(PREDICTED, COUNTS), 2.5, 0.8)
    weighted = metrics(TARGET, PREDICTED, COUNTS.astype(float), trivial=2.5, quantile=0.8)
    assert vars(weighted) == pytest.approx(expected, rel=1e-14)


@given(st.floats(1e-3, 1e3))
def test_only_the_ratio_of_weights_counts(factor):
    one = vars(metrics(TARGET, PREDICTED, COUNTS.astype(float), trivial=2.5, quantile=0.8))
    other = vars(metrics(TARGET, PREDICTED, factor * COUNTS, trivial=2.5, quantile=0.8))
    assert other == pytest.approx(one, rel=1e-12)


@pytest.mark.parametrize("weight", [1e308, 5e-324])
def test_weights_of_any_size_are_fine(weight):
    expected = vars(metrics(TARGET, PREDICTED, trivial=2.5, quantile=0.8))
    found = vars(metrics(TARGET, PREDICTED, np.full(6, weight), trivial=2.5, quantile=0.8))
    assert found == pytest.approx(expected, rel=1e-14)


def test_rows_of_weight_zero_do_not_count():
    weights = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 1.0])
    used = weights > 0
    expected = metrics(TARGET[used], PREDICTED[used], trivial=2.5, quantile=0.8)
    assert vars(metrics(TARGET, PREDICTED, weights, trivial=2.5, quantile=0.8)) == pytest.approx(vars(expected))


def test_the_pinball_loss_is_given_for_other_quantiles_than_the_median_only():
    assert metrics(TARGET, PREDICTED).pinball is None
    assert metrics(TARGET, PREDICTED, quantile=0.9).pinball is not None


def test_r_squared_of_a_constant_target_is_undefined():
    assert metrics(np.full(5, 0.1), np.arange(5.0), trivial=0.1).r2 is None


def test_r_squared_is_undefined_when_all_rows_that_count_have_one_target():
    weights = np.array([1.0, 1.0, 0.0])
    assert metrics(np.array([2.0, 2.0, 5.0]), np.zeros(3), weights, trivial=2.0).r2 is None


def test_r_squared_is_one_for_a_perfect_fit_and_zero_for_the_mean():
    assert metrics(TARGET, TARGET).r2 == 1.0
    assert metrics(TARGET, np.full(6, TARGET.mean())).r2 == pytest.approx(0.0, abs=1e-15)


def test_a_mean_square_beyond_floating_point_is_undefined_and_the_rest_stays_finite():
    target, predicted = np.array([1e307, -1e307, 2e307]), np.array([0.5e307, -1e307, 2e307])
    found = metrics(target, predicted, trivial=1e307)
    assert found.mse is None
    assert found.rmse is None
    assert found.mae == pytest.approx(0.5e307 / 3)
    assert found.median_ae == 0.0
    # In units of 1e307: the residuals are (½, 0, 0), the targets (1, −1, 2) about 2/3.
    assert found.r2 == pytest.approx(1 - 0.25 / (14 / 3), rel=1e-12)


def test_an_r2_that_overflows_is_none():
    found = metrics(np.array([1.0, 1.0 + 2**-50]), np.full(2, 1e200), trivial=1.0)
    assert (found.r2, found.mse) == (None, None)


def overflowing():
    design, target = Design(np.array([[1.0], [1.7e308], [1.7e308]])), np.array([1.0, -1.7e308, -1.7e308])
    return MemoryRows.collect([Block(design, target, None, np.arange(3), np.array([4, 6, 9]))])


def test_a_residual_beyond_floating_point_is_refused_with_the_place_of_its_record():
    with pytest.raises(DataError) as caught:
        score(overflowing(), Coefficients(0.0, np.ones(1)), 0.0, 0.5, lambda record: Place("data.csv", line=record + 2))
    assert (caught.value.fault.code, caught.value.fault.place) == ("residual-overflow", Place("data.csv", line=8))


def test_a_residual_of_an_array_beyond_floating_point_is_refused_with_the_number_of_its_row():
    with pytest.raises(DataError) as caught:
        score(overflowing(), Coefficients(0.0, np.ones(1)), 0.0, 0.5)
    assert (caught.value.fault.code, caught.value.fault.place) == ("residual-overflow", Place(row=6))


@pytest.mark.parametrize(
    ("weights", "nothing"), [(None, False), (np.zeros(6), True), (np.array([0, 0, 0, 0, 0, 1e-300]), False)]
)
def test_nothing_can_be_scored_when_no_row_has_a_weight(weights, nothing):
    assert (scorable(rows_of(TARGET, PREDICTED, weights)) is None) == nothing


def test_no_rows_cannot_be_scored():
    assert scorable(rows_of(TARGET[:0], PREDICTED[:0])) is None
    assert scorable(rows_of(TARGET[:0], PREDICTED[:0], np.zeros(0))) is None


@pytest.mark.parametrize("scale", [1.0, 1e307])
def test_the_mean_target_is_weighted_and_cannot_overflow(scale):
    expected = np.repeat(TARGET, COUNTS).mean() * scale
    found = mean_target(rows_of(TARGET * scale, PREDICTED, COUNTS / 4.0))
    assert found == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("block_rows", [1, 4])
def test_rows_are_above_below_or_on_the_fit_to_rounding_whatever_they_weigh(block_rows):
    target = np.array([3.0, 1.0, 0.1 + 0.2, 5.0, 0.0])
    predicted = np.array([2.0, 2.0, 0.3, 5.0, 0.0])
    scores = both(target, predicted, np.array([1.0, 2.0, 3.0, 1.0, 1.0]), trivial=1.0, block_rows=block_rows)
    assert scores.sides == Sides(above=1, below=1, on=3)


@pytest.mark.parametrize("offset", [1.7e15, -1e9])
def test_rows_far_from_zero_are_on_the_fit_only_within_the_spacing_of_numbers(offset):
    away = np.array([100.0, -100.0, 0.0, 3.0])
    scores = both(offset + away, np.full(4, offset), trivial=offset)
    assert scores.sides == Sides(above=2, below=1, on=1)
    assert scores.coverage == pytest.approx((0.5, 0.5))


def test_a_row_whose_terms_cancel_is_on_the_fit():
    X = np.array([[0.1, 0.2, 0.3], [1.0, 1.0, 1.0]])
    rows = MemoryRows.of(Design(X), np.array([0.0, 5.0]))
    assert (X @ [1.0, 1.0, -1.0])[0] != 0
    assert score(rows, Coefficients(0.0, np.array([1.0, 1.0, -1.0])), 0.0, 0.5).sides == Sides(above=1, below=0, on=1)
