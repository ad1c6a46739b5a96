"""Conditions on an evaluation, and the rows that a model is farthest from."""

import math

import numpy as np
import pytest
from support.tables import held

from mae_cli.results import Metrics, Rival
from mae_cli.rows.blocks import Block, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.workflows.checks import mae_gate, rival_gate, worst_rows


def rival(difference, interval):
    return Rival("old.json", "mae", 0.5, Metrics(1.0, 1.0, 1.0, 1.0, None, 2.0, None), difference, interval)


@pytest.mark.parametrize(
    ("mae", "limit", "passed", "finding"),
    [
        (12.50226, 13.0, True, "the MAE is 12.5023, not above 13"),
        (12.50226, 12.0, False, "the MAE is 12.5023, above 12"),
        (0.25, 0.25, True, "the MAE is 0.25, not above 0.25"),
        (0.0, 0.0, True, "the MAE is 0, not above 0"),
        (1e-300, 0.0, False, "the MAE is 1e-300, above 0"),
        (12.500001, 12.5, False, "the MAE is 12.500001, above 12.5"),
        (math.nextafter(0.3, 1), 0.3, True, "the MAE is 0.30000000000000004, by no more than rounding above 0.3"),
        (1.2345650000000004, 1.234565, True, "the MAE is 1.2345650000000004, by no more than rounding above 1.234565"),
        (1.2345649999999999, 1.234565, True, "the MAE is 1.23456, not above 1.23456"),
        (1.000000000002, 1.0, False, "the MAE is 1.000000000002, above 1"),
    ],
)
def test_the_mae_must_not_be_above_the_limit_but_for_rounding(mae, limit, passed, finding):
    gate = mae_gate(mae, limit)
    assert (gate.name, gate.passed, gate.value, gate.limit) == ("max-mae", passed, mae, limit)
    assert gate.finding == finding


@pytest.mark.parametrize(
    ("difference", "interval", "passed", "finding"),
    [
        (
            0.5,
            (0.1, 0.9),
            False,
            "MAE 1.500 against 1.000; the difference of 0.500 is beyond chance (95% interval 0.100 to 0.900)",
        ),
        (
            0.5,
            (-0.1, 1.1),
            True,
            "MAE 1.500 against 1.000; the difference of 0.500 is within chance (95% interval -0.100 to 1.10)",
        ),
        (
            -2.0,
            (-3.0, -1.0),
            True,
            "MAE -1.000 against 1.000; the difference of -2.00 is beyond chance (95% interval -3.00 to -1.00)",
        ),
        (-0.5, (-4.0, 0.0), True, "MAE 0.5000 against 1.000; the difference of -0.500 is within chance"),
        (0.0, (0.0, 0.0), True, "MAE 1.000 against 1.000; the difference of 0 is within chance"),
        (0.5, None, True, "MAE 1.500 against 1.000; one row cannot tell whether that is chance"),
    ],
)
def test_a_model_must_not_be_worse_than_its_rival_beyond_chance(difference, interval, passed, finding):
    gate = rival_gate(rival(difference, interval))
    assert (gate.name, gate.passed, gate.limit) == ("against", passed, 0.0)
    assert gate.value == (difference if interval is None else interval[0])
    assert gate.finding.startswith(finding)


NOTHING = Coefficients(0.0, np.zeros(1))


class Places:
    """Record r is on line r + 2 of one of two files."""

    def locate(self, indices):
        return {index: ("even.csv" if index % 2 == 0 else "odd.csv", index + 2) for index in indices}


def rows_of(target, weights=None, block_rows=3):
    weights = None if weights is None else np.array(weights, dtype=float)
    return MemoryRows.of(Design(np.zeros((len(target), 1))), np.array(target, dtype=float), weights, block_rows)


def lines(rows, count):
    return [row.line for row in worst_rows(rows, NOTHING, count, Places())]


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
    assert (row.file, row.line, row.target, row.prediction, row.residual) == ("odd.csv", 3, 10.0, 4.5, 5.5)


def test_lines_are_those_of_the_file_though_records_span_lines_and_rows_are_left_out():
    files = held('y,note\n1,"a\nb"\n\n-7,x\n3,y\n')
    block = Block(Design(np.zeros((2, 1))), np.array([-7.0, 3.0]), None, np.arange(2), np.array([1, 2]))
    assert [(row.file, row.line) for row in worst_rows(MemoryRows((block,)), NOTHING, 2, files)] == [
        ("data.csv", 5),
        ("data.csv", 6),
    ]


def test_rows_in_a_scratch_file_give_the_same(scratch):
    rows = rows_of(np.random.default_rng(0).standard_cauchy(500), block_rows=64)
    assert lines(scratch.collect(rows.blocks), 20) == lines(rows, 20)
