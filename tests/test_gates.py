"""Conditions on an evaluation: what passes, and what is said."""

import math

import pytest

from mae_cli.gates import mae_gate, rival_gate
from mae_cli.metrics import Metrics
from mae_cli.results.evaluation import Rival


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
        (0.5, (0.1, 0.9), False, "the MAE is larger than that of old.json by 0.5 (95 % interval 0.1 to 0.9)"),
        (
            0.5,
            (-0.1, 1.1),
            True,
            "the MAE is not larger than that of old.json beyond chance (95 % interval of the difference: -0.1 to 1.1)",
        ),
        (-2.0, (-3.0, -1.0), True, "the MAE is smaller than that of old.json by 2 (95 % interval 1 to 3)"),
        (-2.0, (-4.0, 0.0), True, "the MAE is not larger than that of old.json beyond chance"),
        (0.0, (0.0, 0.0), True, "the MAE is not larger than that of old.json beyond chance"),
        (0.5, None, True, "one row cannot tell whether the MAE is larger than that of old.json"),
    ],
)
def test_a_model_must_not_be_worse_than_its_rival_beyond_chance(difference, interval, passed, finding):
    gate = rival_gate(rival(difference, interval))
    assert (gate.name, gate.passed, gate.limit) == ("against", passed, 0.0)
    assert gate.value == (difference if interval is None else interval[0])
    assert gate.finding.startswith(finding)
