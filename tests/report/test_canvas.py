"""Ticks are round numbers, few enough to read."""

import math

from hypothesis import given
from hypothesis import strategies as st

from mae_cli.report.canvas import log_axis, next_round, step_ticks


def labels(smallest, largest, most=5):
    return [label for _, label in log_axis(smallest, largest, most).ticks]


def test_a_short_range_has_ticks_at_one_two_five():
    assert labels(0.03, 1.0) == ["100%", "50%", "20%", "10%", "5%", "2%"]
    assert labels(2e-6, 8e-6) == ["0.001%", "0.0005%", "0.0002%"]


def test_a_longer_range_has_ticks_at_powers_of_ten():
    assert labels(0.013, 1.0) == ["100%", "10%", "1%"]
    assert labels(1e-3, 1.0) == ["100%", "10%", "1%", "0.1%"]
    assert labels(3e-5, 1.0) == ["100%", "10%", "1%", "0.1%", "0.01%", "0.001%"]


def test_decades_are_thinned_and_keep_the_start_and_equal_distances():
    assert labels(2e-12, 1.0) == ["100%", "0.1%", "0.0001%", "1e-7%", "1e-10%"]
    assert labels(1e-7, 10.0) == ["10,000%", "100%", "1%", "0.01%", "0.0001%", "1e-6%"]
    assert "100%" in labels(1e-12, 1e300)


def test_a_short_axis_has_fewer_ticks():
    assert labels(2e-12, 1.0, 3) == ["100%", "0.01%", "1e-6%", "1e-10%"]
    assert labels(0.05, 1.0, 3) == ["100%", "10%", "1%"]


def test_a_constant_has_a_range_below_it():
    assert labels(1.0, 1.0) == ["100%", "50%", "20%"]
    assert labels(0.3, 0.3) == ["50%", "20%", "10%"]


@given(st.floats(1e-16, 1e300), st.floats(1e-16, 1e300))
def test_the_axis_holds_its_range_between_its_ticks_which_are_few(a, b):
    axis = log_axis(min(a, b), max(a, b))
    assert axis.low - 1e-8 <= math.log10(min(a, b)) <= math.log10(max(a, b)) <= axis.high + 1e-8
    positions = [position for position, _ in axis.ticks]
    assert 3 <= len(positions) <= 6
    assert positions == sorted(positions, reverse=True)
    assert (axis.high, axis.low) == (positions[0], positions[-1])
    shares = [float(label.removesuffix("%").replace(",", "")) / 100 for _, label in axis.ticks]
    assert all(
        math.isclose(math.log10(share), place, abs_tol=1e-9) for share, place in zip(shares, positions, strict=True)
    )


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
