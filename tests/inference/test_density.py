"""How dense targets are at a line, and bandwidths against R's."""

import numpy as np
import pytest
from support.inference import INFERENCE

from mae_cli.inference.density import NeighbourDensity, bofinger, hall_sheather
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design

BANDWIDTHS = INFERENCE["engel_more"]["bandwidths_n235"]


def test_only_a_row_of_a_rare_level_whose_lines_do_not_part_has_the_usual_density():
    level = np.array([0, 1, 1, 0], dtype=np.int32)
    block = Block(Design(np.zeros((4, 1)), (level,), (1,)), np.zeros(4), None, np.arange(4))
    density = NeighbourDensity(bandwidth=0.1, spread=np.ones(1), least=0.0, usual=4.0, rare=np.array([0.0, 1.0]))
    apart = Design(np.array([[0.0], [0.0], [2.0], [2.0]]))
    assert density(block, apart).tolist() == [0.0, 0.05, 0.1, 0.1]


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
