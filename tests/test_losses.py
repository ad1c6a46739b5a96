"""The losses: values against their definitions, slopes against differences, the line search against brute force."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mae_cli.losses import Absolute, Pinball, Squared, breakpoint_step, loss_named

LOSSES = [Absolute(), Squared(), Pinball(0.1), Pinball(0.5), Pinball(0.9)]
numbers = st.floats(-1e3, 1e3, allow_subnormal=False)
vectors = hnp.arrays(np.float64, st.integers(1, 30), elements=numbers)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@given(residual=numbers.filter(lambda r: abs(r) > 1e-3))
def test_slope_is_the_difference_quotient_away_from_the_kink(loss, residual):
    step = 1e-4 * abs(residual)
    # The slope is by the prediction, which moves the residual the other way.
    ahead, behind = loss.values(np.array([residual - step, residual + step]))
    quotient = (ahead - behind) / (2 * step)
    # Central differences are exact for these losses but for rounding: values / step times a few ε.
    assert loss.slope(np.array([residual]))[0] == pytest.approx(quotient, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@given(residual=st.one_of(st.just(0.0), numbers), other=st.one_of(st.just(0.0), numbers))
def test_slope_is_a_subgradient_at_and_across_the_kink(loss, residual, other):
    here, there = loss.values(np.array([residual, other]))
    # loss(y − z') ≥ loss(y − z) + slope·(z' − z), and z' − z = residual − other.
    bound = here + loss.slope(np.array([residual]))[0] * (residual - other)
    assert there >= bound - 1e-12 * (abs(here) + abs(bound) + 1)


def test_the_subgradient_chosen_at_zero_is_that_of_sign_zero():
    zero = np.zeros(1)
    assert Absolute().slope(zero)[0] == 0.0
    assert Squared().slope(zero)[0] == 0.0
    assert Pinball(0.9).slope(zero)[0] == pytest.approx(-0.4)


def test_values_are_those_of_the_definitions():
    residual = np.array([-2.0, 0.0, 3.0])
    assert Absolute().values(residual).tolist() == [2.0, 0.0, 3.0]
    assert Squared().values(residual).tolist() == [4.0, 0.0, 9.0]
    # ρ(r) = τ·r above zero and (τ − 1)·r below.
    assert Pinball(0.9).values(residual) == pytest.approx([0.2, 0.0, 2.7])


@given(data=st.data(), share=st.floats(-1, 1))
def test_the_line_search_is_not_beaten_by_any_breakpoint_or_step_nearby(data, share):
    residual = data.draw(vectors)
    rate = data.draw(hnp.arrays(np.float64, len(residual), elements=st.integers(-5, 5).map(float)))
    weights = data.draw(hnp.arrays(np.float64, len(residual), elements=st.integers(1, 4).map(float))) * np.abs(rate)
    gain = share * weights.sum()

    def objective(step: float) -> float:
        return float(weights[moving] @ np.abs(residual[moving] / rate[moving] - step) - step * gain)

    moving = rate != 0
    best = breakpoint_step(residual, rate, weights, gain)
    candidates = [*(residual[moving] / rate[moving]), best - 1e-3, best + 1e-3, 0.0]
    lowest = min(map(objective, candidates))
    assert objective(best) <= lowest + 1e-9 * (1 + abs(lowest))


def test_the_line_search_stays_when_no_row_moves():
    assert breakpoint_step(np.array([1.0, -2.0]), np.zeros(2), np.zeros(2), gain=0.0) == 0.0


def test_a_gain_that_no_row_stops_goes_on_for_ever():
    one = np.ones(1)
    assert breakpoint_step(one, one, one, gain=2.0) == math.inf
    assert breakpoint_step(one, one, one, gain=-2.0) == -math.inf


def test_names_choose_the_loss():
    assert loss_named("mae") == Absolute()
    assert loss_named("mse") == Squared()
    assert loss_named("mae", 0.9) == Pinball(0.9)
