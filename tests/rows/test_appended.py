"""A few rows behind others are rows like them."""

import numpy as np
import pytest

from mae_cli.rows.appended import AppendedRows
from mae_cli.rows.blocks import Block, MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.rows.factors import FactoredRows, GivenFactors


def rows_of(random, count, weights=None) -> MemoryRows:
    return MemoryRows.of(Design(random.standard_normal((count, 2))), random.standard_normal(count), weights, 4)


def extra_of(random, positions, weights=None) -> Block:
    count = len(positions)
    return Block(Design(random.standard_normal((count, 2))), random.standard_normal(count), weights, positions)


@pytest.mark.parametrize("weights", [None, np.arange(1.0, 11.0)])
@pytest.mark.parametrize("own", [None, np.array([0.5, 7.0, 2.0])])
def test_a_pass_visits_the_extra_rows_last_with_their_weights(weights, own, random):
    rows, extra = rows_of(random, 10, weights), extra_of(random, np.array([10, 12, 15]), own)
    appended = AppendedRows(rows, extra)
    everything = whole(appended)
    assert appended.shape == (13, 2)
    assert everything.target.tolist() == [*whole(rows).target, *extra.target]
    assert everything.weight_values.tolist() == [*whole(rows).weight_values, *extra.weight_values]
    assert everything.positions.tolist() == [*range(10), 10, 12, 15]


def test_rows_are_taken_in_the_order_asked_for(random):
    rows, extra = rows_of(random, 10), extra_of(random, np.array([10, 12, 15]))
    taken = AppendedRows(rows, extra).take(np.array([12, 3, 15, 0]))
    values = [extra.target[1], whole(rows).target[3], extra.target[2], whole(rows).target[0]]
    assert taken.positions.tolist() == [12, 3, 15, 0]
    assert taken.target.tolist() == values


def test_factors_of_the_rows_in_front_leave_the_extra_rows_alone(random):
    front = FactoredRows(rows_of(random, 10), GivenFactors(np.arange(10.0)))
    everything = whole(AppendedRows(front, extra_of(random, np.array([10, 11]), np.array([3.0, 4.0]))))
    assert everything.weight_values.tolist() == [*range(10), 3.0, 4.0]
