"""The rows that a model is farthest from: which they are, in which order, and where."""

import numpy as np
import pytest
from support.models import a_model
from support.tables import held

from mae_cli.errors import Place
from mae_cli.model.quantile_model import Calibration, QuantileModel
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import NumericColumn
from mae_cli.workflows.worst_rows import worst_quantile_rows, worst_rows

NOTHING = Coefficients(0.0, np.zeros(1))


class Places:
    """Record r is on line r + 2 of one of two files."""

    def places(self, indices):
        return {index: Place("odd.csv" if index % 2 else "even.csv", line=index + 2) for index in indices}


def rows_of(target, weights=None, block_rows=3):
    weights = None if weights is None else np.array(weights, dtype=float)
    return MemoryRows.of(Design(np.zeros((len(target), 1))), np.array(target, dtype=float), weights, block_rows)


def lines(rows, count):
    return [row.place.line for row in worst_rows(rows, NOTHING, count, Places())]


def test_the_largest_residuals_come_first_whatever_their_sign():
    assert lines(rows_of([1, -5, 0, 4, -2, 3, 2.5]), 4) == [3, 5, 7, 8]


@pytest.mark.parametrize("block_rows", [1, 2, 3, 100])
def test_ties_come_in_the_order_of_the_rows_wherever_blocks_end(block_rows):
    target = [1, -2, 2, 1, 2, -2, 1, 2, 1]
    assert lines(rows_of(target, block_rows=block_rows), 4) == [3, 4, 6, 7]
    assert lines(rows_of(target, block_rows=block_rows), 7) == [3, 4, 6, 7, 9, 2, 5]


def test_rows_of_weight_0_do_not_count_and_other_weights_do_not_matter():
    assert lines(rows_of([9, 1, 8, 2], [0, 5, 1, 1]), 3) == [4, 5, 3]


def test_no_more_rows_than_there_are():
    assert lines(rows_of([1, 2]), 10) == [3, 2]


def test_a_row_comes_with_its_file_target_prediction_and_residual():
    rows = MemoryRows.of(Design(np.array([[1.0], [2.0]])), np.array([3.0, 10.0]))
    (row,) = worst_rows(rows, Coefficients(0.5, np.array([2.0])), 1, Places())
    assert (row.place, row.target, row.prediction, row.residual) == (Place("odd.csv", line=3), 10.0, 4.5, 5.5)


def test_lines_are_those_of_the_file_though_records_span_lines_and_rows_are_left_out():
    files = held('y,note\n1,"a\nb"\n\n-7,x\n3,y\n')
    block = Block(Design(np.zeros((2, 1))), np.array([-7.0, 3.0]), None, np.arange(2), np.array([1, 2]))
    assert [row.place for row in worst_rows(MemoryRows((block,)), NOTHING, 2, files)] == [
        Place("data.csv", line=5),
        Place("data.csv", line=6),
    ]


def test_rows_in_a_scratch_file_give_the_same(scratch):
    rows = rows_of(np.random.default_rng(0).standard_cauchy(500), block_rows=64)
    assert lines(scratch.collect(rows.blocks), 20) == lines(rows, 20)


def levels(*pairs, margin=None):
    """A model that predicts the same everywhere, at each quantile a level; with a prediction interval if calibrated."""
    column = NumericColumn("x", 0.0, 1.0)
    models = [a_model(level, (column, [0.0]), quantile=quantile) for quantile, level in pairs]
    return QuantileModel(tuple(models), None if margin is None else Calibration(0.8, margin, 99))


@pytest.mark.parametrize("block_rows", [1, 3, 100])
def test_the_rows_farthest_outside_of_the_interval_come_first_and_those_in_it_never(block_rows):
    rows = rows_of([0, 9.5, -2.75, 4, 11, 8, -2.5], block_rows=block_rows)
    model = levels((0.1, 0.0), (0.5, 4.0), (0.9, 8.0), margin=0.5)  # the interval from -0.5 to 8.5
    found = worst_quantile_rows(rows, model, 3, Places())
    assert [(row.place.line, row.outside) for row in found] == [(6, 2.5), (4, -2.25), (8, -2.0)]
    assert (found[0].target, found[0].interval, found[0].predictions) == (11.0, (-0.5, 8.5), (0.0, 4.0, 8.0))
    assert [row.place.line for row in worst_quantile_rows(rows, model, 100, Places())] == [6, 4, 8, 3]


def test_without_an_interval_they_are_those_with_the_largest_sum_of_pinball_losses():
    rows = rows_of([0, 9, -3, 4])
    found = worst_quantile_rows(rows, levels((0.25, 2.0), (0.75, 6.0)), 4, Places())
    # By hand, the share of the distance at each: a target below at 1 - τ, one above at τ.
    losses = {2: 0.75 * 2 + 0.25 * 6, 3: 0.25 * 7 + 0.75 * 3, 4: 0.75 * 5 + 0.25 * 9, 5: 0.25 * 2 + 0.25 * 2}
    assert [row.place.line for row in found] == [4, 3, 2, 5]
    assert [row.pinball for row in found] == [losses[row.place.line] for row in found]
    assert {(row.interval, row.outside) for row in found} == {(None, None)}


def test_lines_that_cross_are_put_in_order_first():
    (row,) = worst_quantile_rows(rows_of([0.0]), levels((0.25, 6.0), (0.75, 2.0)), 1, Places())
    assert row.predictions == (2.0, 6.0)
    assert row.pinball == 0.75 * 2 + 0.25 * 6


def test_of_several_quantiles_rows_of_weight_0_do_not_count():
    model = levels((0.25, 0.0), (0.75, 0.0))
    found = worst_quantile_rows(rows_of([9, 1, 8, 2], [0, 5, 1, 1]), model, 3, Places())
    assert [row.place.line for row in found] == [4, 5, 3]
