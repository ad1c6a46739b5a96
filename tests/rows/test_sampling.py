"""The rows of a sample, and those held out of training."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.errors import DataError, Fault
from mae_cli.rows.sampling import Split, scattered

STRETCH = 65_536


def held_rows(split):
    return np.flatnonzero(split.is_held(np.arange(split.count)))


@given(st.integers(2, 200), st.floats(0.3, 0.7), st.integers(0, 2**32))
def test_as_many_rows_are_held_as_the_fraction_says(count, fraction, seed):
    split = Split.of(count, fraction, seed)
    assert split.held == int(fraction * count + 0.5) == len(held_rows(split))


@pytest.mark.parametrize("count", [STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH + 1000])
def test_the_number_held_is_exact_across_stretches(count):
    assert len(held_rows(Split.of(count, 0.2, 3))) == int(0.2 * count + 0.5)


@given(st.lists(st.integers(0, 3 * STRETCH), max_size=12), st.integers(0, 3))
def test_which_rows_are_held_does_not_depend_on_the_blocks_they_are_asked_in(cuts, seed):
    count = 2 * STRETCH + 100
    split = Split.of(count, 0.3, seed)
    bounds = [0, *sorted(min(cut, count) for cut in cuts), count]
    parts = [split.is_held(np.arange(start, stop)) for start, stop in itertools.pairwise(bounds)]
    assert (np.concatenate(parts) == split.is_held(np.arange(count))).all()


@given(st.integers(10, 200), st.floats(0.2, 0.6), st.floats(0.2, 0.6), st.integers(0, 2**32))
def test_rows_held_beside_others_are_none_of_those(count, fraction, other, seed):
    split = Split.of(count, fraction, seed)
    beside = split.beside(other, "calibration")
    assert beside.held == int(other * (count - split.held) + 0.5) == len(held_rows(beside))
    assert not set(held_rows(split)) & set(held_rows(beside))
    assert set(held_rows(split.joined(beside))) == set(held_rows(split)) | set(held_rows(beside))


def test_rows_held_beside_others_are_as_many_across_stretches():
    split = Split.of(2 * STRETCH + 1000, 0.2, 3)
    beside = split.beside(0.25, "calibration")
    assert len(held_rows(beside)) == int(0.25 * (split.count - split.held) + 0.5)
    assert not set(held_rows(split)) & set(held_rows(beside))


def test_no_stretch_is_asked_for_more_rows_than_others_left():
    for seed in range(5):
        split = Split.of(2 * STRETCH, 0.5, seed)
        beside = split.beside(0.9999, "calibration")
        assert len(held_rows(beside)) == beside.held


def test_the_seed_decides_the_rows():
    first, again = (held_rows(Split.of(1000, 0.2, 1)).tolist() for _ in range(2))
    assert first == again
    assert len({tuple(held_rows(Split.of(1000, 0.2, seed))) for seed in range(50)}) == 50


@pytest.mark.parametrize("count", [10_000, 3 * STRETCH])
def test_rows_are_held_out_from_all_over(count):
    held = held_rows(Split.of(count, 0.5, 0))
    # The mean of half of the numbers below n, drawn without repetition, has the variance n/12.
    assert abs(held.mean() - count / 2) < 7 * np.sqrt(count / 12)


def test_every_row_and_every_pair_of_rows_is_held_as_often_as_any_other():
    """The number of times that a row is held in 4,000 draws is binomial; so it is for neighbours together."""
    draws = np.array([Split.of(20, 0.25, seed).is_held(np.arange(20)) for seed in range(4000)])
    rows = draws.mean(axis=0)
    assert np.abs(rows - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 4000)
    pairs = (draws & np.roll(draws, 1, axis=1)).mean(axis=0)
    expected = 5 * 4 / (20 * 19)
    assert np.abs(pairs - expected).max() < 5 * np.sqrt(expected / 4000)


def test_each_stretch_has_its_share_by_chance_not_by_rule():
    counts = np.array([Split.of(3 * STRETCH, 0.01, seed).held_counts[0] for seed in range(200)])
    share, size = 1 / 3, 1966
    assert abs(counts.mean() - size * share) < 5 * np.sqrt(size * share * (1 - share) / 200)
    assert counts.std() == pytest.approx(np.sqrt(size * share * (1 - share)), rel=0.3)


def test_stretches_hold_different_places():
    split = Split.of(2 * STRETCH, 0.5, 0)
    first, second = (split.is_held(np.arange(start, start + STRETCH)) for start in (0, STRETCH))
    assert 0.4 < (first == second).mean() < 0.6


@pytest.mark.parametrize(("fraction", "side"), [(0.01, "the holdout"), (0.99, "training")])
def test_a_side_without_rows_is_refused(fraction, side):
    with pytest.raises(DataError) as caught:
        Split.of(20, fraction, 0)
    assert caught.value.fault == Fault(
        "empty-split",
        f"a holdout of {fraction:g} of 20 rows leaves none for {side}",
        remedy="choose another fraction",
    )


@pytest.mark.parametrize(("count", "size"), [(10_000, 100), (10_000, 9_000), (1_234_567, 5_000)])
def test_a_sample_is_spread_evenly_over_all_rows_but_at_no_fixed_distance(count, size):
    rows = scattered(count, size)
    assert 0.6 * size <= len(rows) <= size
    distances = np.diff(rows)
    assert distances.min() >= 1
    assert distances.max() <= max(3, 3 * count / size)
    assert len(set(distances.tolist())) > 1
    in_tenths = np.bincount(rows * 10 // count, minlength=10)
    assert in_tenths.max() - in_tenths.min() <= 2 + 0.05 * size


@pytest.mark.parametrize(("count", "size"), [(5, 5), (5, 9), (0, 3)])
def test_a_sample_of_no_fewer_rows_than_there_are_is_all_of_them(count, size):
    assert scattered(count, size).tolist() == list(range(count))
