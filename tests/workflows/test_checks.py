"""What an evaluation looks at beside its metrics: values outside of training, and the rows a model is farthest from."""

import numpy as np
import pytest
from support.tables import held

from mae_cli.errors import Place
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import NumericColumn, Schema, Writing
from mae_cli.workflows.checks import TrainingRanges, outside_note, unseen_note, worst_rows

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


# ---------------------------------------------------------------- outside of training


RANGES = TrainingRanges.of(
    Schema((NumericColumn("x", 0.0, 1.0), NumericColumn("d", 0.0, 31.0, Writing(date="%Y-%m-%d"))))
)


def outside(*numbers, used=None):
    values = np.array(numbers, dtype=float)
    counts = RANGES.count(values, np.ones(len(values), dtype=bool) if used is None else np.array(used))
    return RANGES.report(counts)


def test_the_ends_of_the_ranges_are_no_values_outside_of_them():
    assert outside([0, 0], [1, 31]) is None
    assert outside([0, 0], [-1, 0], used=[True, False]) is None


def test_rows_outside_are_counted_once_and_the_column_with_most_of_them_is_told():
    found = outside([2, 32], [0, -1], [0, 32], [0, 5])
    assert (found.rows, found.column, found.cells) == (3, "d", 3)
    assert outside_note(found) == "3 rows outside the training range: 'd' (training: 1970-01-01 to 1970-02-01)"
    found = outside([2, 0], [-1, 0], [0, 32])
    assert outside_note(found) == "3 rows outside the training range: 2 of them in 'x' (training: 0 to 1)"


def test_one_row_is_no_rows():
    assert unseen_note(1) == "1 row with a level never seen in training not scored"
