"""The difference of two models' MAE on the same rows, and its interval."""

import numpy as np
import pytest

from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.coding import Coding
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.workflows.paired import Predictor, paired_difference

ALL = Coding(None, (), (), ())
MAE = Absolute()


def predictor(*values, coding=ALL):
    return Predictor(coding, Coefficients(0.0, np.array(values)))


# With the columns s and t and the target 0, the absolute errors of the two are |s| and |t|.
FIRST, OTHER = predictor(1.0, 0.0), predictor(0.0, 1.0)


def rows_of(first, other, weights=None, block_rows=1 << 14):
    return MemoryRows.of(Design(np.column_stack([first, other])), np.zeros(len(first)), weights, block_rows)


def errors(count, seed=0, shift=0.0):
    """Heavy-tailed errors of two models that make nearly the same ones."""
    rng = np.random.default_rng(seed)
    common = rng.standard_t(2.5, count)
    return common + rng.normal(0, 0.3, count) + shift * np.sign(common), common + rng.normal(0, 0.3, count)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_difference_is_that_of_the_weighted_means(weighted):
    first, other = errors(10_000)
    weights = np.random.default_rng(1).integers(0, 4, 10_000).astype(float) if weighted else None
    found = paired_difference(rows_of(first, other, weights), FIRST, OTHER, MAE)
    expected = np.average(np.abs(first), weights=weights) - np.average(np.abs(other), weights=weights)
    assert found.value == pytest.approx(expected, rel=1e-10)
    assert found.interval[0] < found.value < found.interval[1]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("count", [50, 4_093])
def test_the_interval_is_that_of_resampled_rows(count, weighted):
    first, other = errors(count, seed=count)
    rng = np.random.default_rng(2)
    weights = rng.uniform(0.5, 3, count) if weighted else np.ones(count)
    excess = weights * (np.abs(first) - np.abs(other))
    drawn = [rng.integers(0, count, count) for _ in range(4_000)]
    expected = np.quantile([excess[rows].sum() / weights[rows].sum() for rows in drawn], (0.025, 0.975))
    found = paired_difference(rows_of(first, other, weights if weighted else None), FIRST, OTHER, MAE)
    # Both are quantiles of some thousand resamples: each is off by about 4 % of half the width.
    assert found.interval == pytest.approx(expected, abs=0.12 * (expected[1] - expected[0]) / 2)


def test_the_interval_of_many_rows_is_as_wide_as_theory_has_it():
    first, other = errors(300_000)
    excess = np.abs(first) - np.abs(other)
    low, high = paired_difference(rows_of(first, other), FIRST, OTHER, MAE).interval
    assert high - low == pytest.approx(2 * 1.96 * excess.std() / np.sqrt(300_000), rel=0.08)


def test_the_interval_covers_the_true_difference_as_often_as_it_says():
    # The errors of both have the same distribution, so that the true difference is 0.
    runs = 300
    covered = 0
    for seed in range(runs):
        low, high = paired_difference(rows_of(*errors(150, seed)), FIRST, OTHER, MAE).interval
        covered += low <= 0 <= high
    # Of 300 runs at 95 %, 285 are expected, give or take 4; the bootstrap of 150 rows misses a little more often.
    assert 270 <= covered <= 296


def test_a_worse_model_is_told_from_an_equal_one():
    assert paired_difference(rows_of(*errors(2_000, shift=0.05)), FIRST, OTHER, MAE).interval[0] > 0
    low, high = paired_difference(rows_of(*errors(2_000)), FIRST, OTHER, MAE).interval
    assert low < 0 < high


def test_a_rerun_gives_the_same_bits():
    found = [paired_difference(rows_of(*errors(9_000)), FIRST, OTHER, MAE) for _ in range(2)]
    assert found[0] == found[1]


@pytest.mark.parametrize("block_rows", [7, 4_093, 5_000])
def test_where_blocks_end_does_not_matter(block_rows):
    usual = paired_difference(rows_of(*errors(12_000)), FIRST, OTHER, MAE)
    found = paired_difference(rows_of(*errors(12_000), block_rows=block_rows), FIRST, OTHER, MAE)
    # Sums of some rows in another order: the last digits of the mean error, which is 1, may differ.
    assert (found.value, *found.interval) == pytest.approx((usual.value, *usual.interval), abs=1e-14)


def test_where_the_rows_live_does_not_matter(scratch):
    rows = rows_of(*errors(12_000), block_rows=1_000)
    assert paired_difference(scratch.collect(rows.blocks), FIRST, OTHER, MAE) == paired_difference(
        rows, FIRST, OTHER, MAE
    )


def test_rows_of_weight_0_are_not_drawn():
    first, other = errors(60)
    weights = np.ones(60)
    weights[40:] = 0
    found = paired_difference(rows_of(first, other, weights), FIRST, OTHER, MAE)
    usual = paired_difference(rows_of(first[:40], other[:40]), FIRST, OTHER, MAE)
    assert (found.value, *found.interval) == pytest.approx((usual.value, *usual.interval), rel=1e-12)


def test_a_model_against_itself_differs_by_nothing():
    found = paired_difference(rows_of(*errors(5_000)), FIRST, FIRST, MAE)
    assert (found.value, found.interval) == (0.0, (0.0, 0.0))


def test_one_row_has_no_interval():
    found = paired_difference(rows_of([3.0], [1.0]), FIRST, OTHER, MAE)
    assert (found.value, found.interval, found.p_value, found.least_p_value) == (2.0, None, None, None)


def test_the_p_value_is_that_of_resampled_rows_on_either_side():
    first, other = errors(200, shift=0.03)
    rng = np.random.default_rng(3)
    excess = np.abs(first) - np.abs(other)
    drawn = np.array([excess[rng.integers(0, 200, 200)].mean() for _ in range(4_000)])
    expected = 2 * np.mean(drawn <= 0)
    assert 0.02 < expected < 0.6
    found = paired_difference(rows_of(first, other), FIRST, OTHER, MAE)
    assert found.p_value == pytest.approx(expected, abs=0.05)
    assert paired_difference(rows_of(other, first), FIRST, OTHER, MAE).p_value == pytest.approx(found.p_value)
    assert paired_difference(rows_of(first, first), FIRST, OTHER, MAE).p_value == 1.0


@pytest.mark.parametrize(("comparisons", "resamples"), [(1, 2_000), (40, 2_000), (99, 5_000)])
def test_the_least_p_value_is_small_enough_for_so_many_comparisons(comparisons, resamples):
    found = paired_difference(rows_of([2.0] * 50, [1.0] * 50), FIRST, OTHER, MAE, comparisons)
    assert found.p_value == found.least_p_value == 2 / (resamples + 1)
    assert found.p_value * comparisons < 0.05


def test_errors_near_the_end_of_floating_point_do_not_overflow():
    found = paired_difference(rows_of([1e308] * 40, [0.0] * 40), FIRST, OTHER, MAE)
    assert found.value == pytest.approx(1e308)
    assert np.isfinite(found.interval).all()


def test_the_loss_that_decides_is_the_one_that_is_asked_for():
    # Above and below the prediction alike for the MAE; at the level 0.9 a target below it costs a ninth of one above.
    below, above = [1.0] * 50, [-1.0] * 50
    assert paired_difference(rows_of(below, above), FIRST, OTHER, MAE).interval == (0.0, 0.0)
    found = paired_difference(rows_of(below, above), FIRST, OTHER, Pinball(0.9))
    assert (found.value, *found.interval) == pytest.approx((-0.8, -0.8, -0.8))
