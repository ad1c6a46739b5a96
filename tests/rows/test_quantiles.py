"""Weighted quantiles against a full sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.rows.quantiles import SORT_SIZE, first_reaching, select, weighted_quantile


def selected_by_sorting(values, weights, mass):
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return values[order][min(int(np.searchsorted(reached, mass)), len(values) - 1)]


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 4 * SORT_SIZE),
    distinct=st.sampled_from([1, 3, 50, 10**9]),
    share=st.floats(0, 1),
)
def test_selection_agrees_with_a_full_sort_on_tied_and_untied_values(seed, size, distinct, share):
    random = np.random.default_rng(seed)
    values = random.integers(0, distinct, size).astype(float)
    # Whole weights: their sums are exact in any order, so the two must agree to the bit.
    weights = random.integers(1, 9, size).astype(float)
    mass = share * weights.sum()
    assert select(values, weights, mass) == selected_by_sorting(values, weights, mass)


@pytest.mark.parametrize("size", [SORT_SIZE - 1, SORT_SIZE + 1, 100_000])
def test_selection_finds_the_extremes(size):
    values = np.random.default_rng(1).standard_cauchy(size)
    weights = np.ones(size)
    assert select(values, weights, 0.5) == values.min()
    assert select(values, weights, float(size)) == values.max()


def test_selection_takes_the_largest_value_when_the_mass_is_never_reached():
    assert select(np.array([1.0, 3.0, 2.0]), np.ones(3), 10.0) == 3.0


def test_selection_of_sorted_values_agrees_with_sorting():
    values = np.arange(50_000.0)
    assert select(values, np.ones(50_000), 12_345.0) == 12_344.0
    assert select(values[::-1], np.ones(50_000), 12_345.0) == 12_344.0


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_median_of_repeated_values_is_that_of_weighted_ones(values, seed):
    times = np.random.default_rng(seed).integers(0, 4, len(values))
    if not times.any():
        times[0] = 1
    repeated = np.repeat(np.array(values, dtype=float), times)
    weighted = weighted_quantile(np.array(values, dtype=float), times.astype(float), 0.5)
    assert weighted == np.median(repeated)


def test_quantile_is_the_smallest_value_that_reaches_the_share():
    values, weights = np.array([10.0, 20.0, 30.0]), np.array([1.0, 1.0, 2.0])
    assert weighted_quantile(values, weights, 0.2) == 10.0
    assert weighted_quantile(values, weights, 0.4) == 20.0
    assert weighted_quantile(values, weights, 0.9) == 30.0


def test_values_of_weight_zero_do_not_count():
    assert weighted_quantile(np.array([1.0, 5.0, 100.0]), np.array([1.0, 1.0, 0.0]), 0.5) == 3.0


def test_the_middle_of_huge_values_does_not_overflow():
    assert weighted_quantile(np.array([-1.7e308, 1.7e308]), np.ones(2), 0.5) == 0.0


@pytest.mark.parametrize("quantile", [0.07, 0.14, 0.29, 0.55, 0.56, 0.57, 0.58])
def test_the_middle_is_taken_however_the_mass_rounds(quantile):
    values = np.arange(100.0)
    assert weighted_quantile(values, np.ones(100), quantile) == round(100 * quantile) - 0.5


@pytest.mark.parametrize("count", [1, 5, 512, 1024, 1025, 5000, 50_000])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.999])
def test_the_first_place_whose_weights_reach_a_total(count, share):
    random = np.random.default_rng(2)
    values, weights = random.standard_cauchy(count), random.uniform(0, 1, count)
    total = share * weights.sum()
    order = np.argsort(values)
    assert first_reaching(values, weights, total) == order[np.searchsorted(weights[order].cumsum(), total)]
    assert first_reaching(values, weights, 1.1 * weights.sum()) is None
