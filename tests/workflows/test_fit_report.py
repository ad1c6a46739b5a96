"""Coefficients with the usual size of their effect."""

from types import MappingProxyType

import numpy as np
import pytest

from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.moments import column_moments
from mae_cli.rows.schema import CategoricalColumn, DesignColumn, NumericColumn, Schema
from mae_cli.solvers.solution import Certificate, History, Solution, Status
from mae_cli.workflows.fit_report import effects

SCHEMA = Schema((CategoricalColumn("k", ("b", "a", "c")), NumericColumn("x", 0.0, 4.0), NumericColumn("z", 1.0, 1.0)))
DESIGN = Design(np.array([[0.0, 1.0], [4.0, 1.0], [1.0, 1.0], [2.0, 1.0]]), (np.array([0, 1, 2, 1], np.int32),), (2,))


def solution(coefficients, aliased=()):
    certificate = Certificate(Status.OPTIMAL, 0.0, 0.0, None, unique=True)
    return Solution(Coefficients(0.0, np.array(coefficients)), aliased, certificate, History((0.0,), 0, 1, (1,)), None)


def found(coefficients, aliased=(), weights=None, rows=MappingProxyType({})):
    moments = column_moments(MemoryRows.of(DESIGN, np.zeros(4), weights))
    return effects(SCHEMA, solution(coefficients, aliased), moments.deviation, rows=rows)


def test_effects_stand_in_the_order_of_the_features_not_of_the_design():
    assert [each.column for each in found([1.0, 2.0, 3.0, 4.0])] == [
        ("k", "a"),
        ("k", "c"),
        ("x", None),
        ("z", None),
    ]


def test_every_effect_has_the_coefficient_of_its_design_column():
    assert [each.value for each in found([1.0, 2.0, 3.0, 4.0])] == [3.0, 4.0, 1.0, 2.0]


def test_levels_name_their_baseline_and_numbers_have_none():
    assert [each.baseline for each in found([1.0, 2.0, 3.0, 4.0])] == ["b", "b", None, None]


def test_a_column_left_out_is_marked():
    assert [each.column for each in found([1.0, 0.0, 3.0, 4.0], aliased=(1,)) if each.aliased] == [("z", None)]


@pytest.mark.parametrize("weights", [np.ones(4), np.array([1.0, 2.0, 0.0, 5.0])])
def test_the_usual_size_is_the_coefficient_times_the_weighted_deviation(weights):
    dense = np.repeat(DESIGN.dense(), weights.astype(int), axis=0)
    sizes = {each.column: each.per_deviation for each in found([2.0, 5.0, -3.0, 4.0], weights=weights)}
    expected = dense.std(axis=0) * [2.0, 5.0, -3.0, 4.0]
    assert [sizes["x", None], sizes["z", None], sizes["k", "a"], sizes["k", "c"]] == pytest.approx(expected, abs=1e-14)


def test_levels_know_their_rows_and_those_of_their_baseline():
    rows = {DesignColumn("k", "b"): 7, DesignColumn("k", "a"): 2, DesignColumn("k", "c"): 1}
    counts = [(each.rows, each.baseline_rows) for each in found([1.0, 2.0, 3.0, 4.0], rows=rows)]
    assert counts == [(2, 7), (1, 7), (None, None), (None, None)]


def test_a_column_of_one_value_is_constant():
    assert [each.constant for each in found([1.0, 0.0, 3.0, 4.0], aliased=(1,))] == [False, False, False, True]
