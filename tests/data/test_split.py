"""The rows held out of training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.data.split import split_rows
from mae_cli.errors import DataError, SettingsError


@given(st.integers(2, 200), st.floats(0.3, 0.7), st.integers(0, 2**32))
def test_every_row_is_on_one_side_in_order(count, fraction, seed):
    train, held = split_rows(count, fraction, seed)
    assert sorted([*train, *held]) == list(range(count))
    assert (np.diff(train) > 0).all()
    assert (np.diff(held) > 0).all()
    assert abs(len(held) - fraction * count) <= 0.5


def test_the_seed_decides_the_rows():
    first, again, other = (split_rows(1000, 0.2, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_rows_are_held_out_from_all_over():
    held = split_rows(10_000, 0.5, 0)[1]
    assert abs(held.mean() - 5000) < 200  # 7 standard errors of the mean of 5,000 of 10,000 positions


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_the_fraction_lies_between_0_and_1(fraction):
    with pytest.raises(SettingsError, match=f"^the holdout must be a fraction between 0 and 1, not {fraction:g}$"):
        split_rows(10, fraction, 0)


@pytest.mark.parametrize(("fraction", "side"), [(0.01, "the holdout"), (0.99, "training")])
def test_a_side_without_rows_is_refused(fraction, side):
    with pytest.raises(DataError) as caught:
        split_rows(20, fraction, 0)
    assert str(caught.value) == (
        f"a holdout of {fraction:g} of 20 rows leaves none for {side}; choose another fraction"
    )
