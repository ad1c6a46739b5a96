"""Ticks are round numbers, few enough to read."""

import math

from hypothesis import given
from hypothesis import strategies as st

from mae_cli.report.axis import log_axis, next_round, step_ticks


def labels(smallest, largest):
    return [label for _, label in log_axis(smallest, largest).ticks]


def test_a_short_range_has_ticks_at_one_two_five():
    assert labels(0.03, 1.0) == ["1", "0.5", "0.2", "0.1", "0.05", "0.02"]
    assert labels(2e-6, 8e-6) == ["1e-5", "5e-6", "2e-6"]


def test_a_longer_range_has_ticks_at_powers_of_ten():
    assert labels(0.013, 1.0) == ["1", "0.1", "0.01"]
    assert labels(1e-3, 1.0) == ["1", "0.1", "0.01", "0.001"]
    assert labels(3e-5, 1.0) == ["1", "1e-1", "1e-2", "1e-3", "1e-4", "1e-5"]


def test_decades_are_thinned_and_keep_the_start_and_equal_distances():
    assert labels(2e-13, 1.0) == ["1", "1e-3", "1e-6", "1e-9", "1e-12", "1e-15"]
    assert labels(1e-7, 10.0) == ["1e2", "1", "1e-2", "1e-4", "1e-6", "1e-8"]
    assert "1" in labels(1e-16, 1e300)


def test_a_constant_has_a_range_below_it():
    assert labels(1.0, 1.0) == ["1", "0.5", "0.2"]
    assert labels(0.3, 0.3) == ["0.5", "0.2", "0.1"]


@given(st.floats(1e-16, 1e300), st.floats(1e-16, 1e300))
def test_the_axis_holds_its_range_between_its_ticks_which_are_few(a, b):
    axis = log_axis(min(a, b), max(a, b))
    assert axis.low - 1e-8 <= math.log10(min(a, b)) <= math.log10(max(a, b)) <= axis.high + 1e-8
    positions = [position for position, _ in axis.ticks]
    assert 3 <= len(positions) <= 6
    assert positions == sorted(positions, reverse=True)
    assert (axis.high, axis.low) == (positions[0], positions[-1])
    assert all(math.isclose(math.log10(float(label)), position, abs_tol=1e-9) for position, label in axis.ticks)


def test_round_numbers_are_one_two_five():
    assert [next_round(x) for x in (0, 0.5, 1, 1.1, 2, 3, 5, 6, 10, 11, 1001)] == [
        1, 1, 1, 2, 2, 5, 5, 10, 10, 20, 2000,
    ]  # fmt: skip


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_steps_are_round_and_not_too_many(last, intervals):
    ticks = step_ticks(last, intervals)
    assert ticks[0] == 0
    assert ticks[-1] <= last
    assert len(ticks) <= intervals + 1
