"""Conditions on an evaluation: when they are met, and which are none."""

import math

import pytest

from mae_cli.errors import SettingsError
from mae_cli.results.evaluation import EvaluationRows
from mae_cli.results.gates import Rival
from mae_cli.results.scores import Metrics, Scores
from mae_cli.workflows.gates import GateSettings, judge, judge_quantiles

ROWS = EvaluationRows(read=40, used=30, dropped=4, unseen=6)


def metrics(mae=1.0, pinball=None):
    return Metrics(mae, 1.0, 1.0, 1.0, None, 2.0, pinball)


def judged(mae=1.0, pinball=None, covered=0.5, rival=None, **limits):
    scores = Scores(metrics(mae, pinball), metrics(), (covered, 0.5))
    (gate,) = judge(GateSettings(**limits), scores, ROWS, rival)
    return gate


@pytest.mark.parametrize(
    ("mae", "limit", "passed"),
    [
        (12.5, 13.0, True),
        (12.5, 12.0, False),
        (0.0, 0.0, True),
        (1e-300, 0.0, False),
        (math.nextafter(0.3, 1), 0.3, True),
        (1.000000000002, 1.0, False),
    ],
)
def test_a_loss_must_not_be_above_the_limit_but_for_rounding(mae, limit, passed):
    gate = judged(mae, max_mae=limit)
    assert (gate.name, gate.passed, gate.value, gate.limit) == ("max-mae", passed, mae, limit)
    gate = judged(pinball=mae, max_pinball=limit)
    assert (gate.name, gate.passed, gate.value, gate.limit) == ("max-pinball", passed, mae, limit)


def test_the_pinball_loss_of_the_median_is_half_of_the_mae():
    assert judged(3.0, max_pinball=1.5).value == 1.5


@pytest.mark.parametrize(
    ("share", "passed"),
    [(0.88, True), (0.9, True), (0.92, True), (math.nextafter(0.88, 0), True), (0.87, False), (0.93, False)],
)
def test_the_coverage_must_lie_between_its_ends(share, passed):
    gate = judged(covered=share, coverage=(0.88, 0.92))
    assert (gate.name, gate.passed, gate.value, gate.limit) == ("coverage", passed, share, (0.88, 0.92))


def test_both_ends_of_the_coverage_may_be_the_same():
    assert judged(covered=0.5, coverage=(0.5, 0.5)).passed


@pytest.mark.parametrize(("least", "passed"), [(29, True), (30, True), (31, False)])
def test_enough_rows_must_be_scored(least, passed):
    gate = judged(min_rows=least)
    assert (gate.name, gate.passed, gate.value, gate.limit) == ("min-rows", passed, 30, least)


@pytest.mark.parametrize(("most", "passed"), [(0.1, True), (0.099, False), (0.0, False), (1.0, True)])
def test_the_share_of_rows_with_a_missing_cell_is_of_all_that_were_read(most, passed):
    gate = judged(max_missing=most)
    assert (gate.name, gate.passed, gate.value, gate.limit) == ("max-missing", passed, 0.1, most)


@pytest.mark.parametrize(
    ("difference", "interval", "passed"),
    [
        (0.5, (0.1, 0.9), False),
        (0.5, (-0.1, 1.1), True),
        (-2.0, (-3.0, -1.0), True),
        (0.0, (0.0, 0.0), True),
        (0.5, None, True),
    ],
)
def test_a_model_must_not_be_worse_than_its_rival_beyond_chance(difference, interval, passed):
    rival = Rival("old.json", "mae", 0.5, metrics(), difference, interval)
    gate = judged(rival=rival)
    assert (gate.name, gate.passed, gate.limit, gate.rival) == ("against", passed, 0.0, rival)
    assert gate.value == (difference if interval is None else interval[0])


@pytest.mark.parametrize(
    ("limits", "code", "remedy"),
    [
        ({"max_mae": -1.0}, "limit-out-of-range", None),
        ({"max_mae": math.inf}, "limit-out-of-range", None),
        ({"max_pinball": math.nan}, "limit-out-of-range", None),
        ({"min_rows": 0}, "min-rows-out-of-range", None),
        ({"max_missing": 5.0}, "max-missing-out-of-range", "give 0.05 for 5%"),
        ({"coverage": (88.0, 92.0)}, "coverage-out-of-range", "give 0.88 for 88%"),
        ({"coverage": (0.5, math.nan)}, "coverage-out-of-range", None),
        ({"coverage": (0.9, 0.8)}, "coverage-reversed", None),
    ],
)
def test_limits_that_are_none_are_refused(limits, code, remedy):
    with pytest.raises(SettingsError) as caught:
        GateSettings(**limits)
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)


@pytest.mark.parametrize(
    ("difference", "adjusted", "passed"),
    [(0.5, 0.051, True), (0.5, 0.05, False), (-0.5, 0.001, True), (0.5, None, True)],
)
def test_at_several_quantiles_a_model_must_not_be_worse_beyond_the_chance_of_all(difference, adjusted, passed):
    rival = Rival("o.json", "mae", 0.9, metrics(), difference, None, adjusted_p_value=adjusted)
    (gate,) = judge_quantiles(GateSettings(), {}, ROWS, math.nan, [rival])
    assert (gate.name, gate.quantile, gate.passed, gate.limit) == ("against", 0.9, passed, 0.05)
    assert gate.value == (1.0 if adjusted is None else adjusted)
