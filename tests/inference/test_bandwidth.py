"""Bandwidths against R's."""

import pytest
from support.inference import INFERENCE

from mae_cli.inference.bandwidth import bofinger, hall_sheather

BANDWIDTHS = INFERENCE["engel_more"]["bandwidths_n235"]


@pytest.mark.parametrize(("name", "function"), [("hall_sheather", hall_sheather), ("bofinger", bofinger)])
def test_the_bandwidths_are_those_of_r(name, function):
    for quantile, value in BANDWIDTHS[name].items():
        assert function(float(quantile), 235) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("function", [hall_sheather, bofinger])
def test_neighbouring_quantiles_stay_between_0_and_1(function):
    for quantile in (0.001, 0.03, 0.5, 0.97, 0.999):
        for count in (5, 60, 10**6, 1e60):
            width = function(quantile, count)
            assert 0 < quantile - width <= quantile + width < 1


def test_a_bandwidth_shrinks_with_the_number_of_rows():
    assert hall_sheather(0.5, 8000) == pytest.approx(hall_sheather(0.5, 1000) / 2, rel=1e-12)
