"""What became of conditions, in sentences."""

import math

import pytest

from mae_cli.report.gates import finding, gate_line
from mae_cli.results.gates import Gate, Rival
from mae_cli.results.scores import Metrics


@pytest.mark.parametrize(
    ("mae", "limit", "passed", "found"),
    [
        (12.50226, 13.0, True, "the MAE is 12.50, not above 13"),
        (12.50226, 12.0, False, "the MAE is 12.50, above 12"),
        (0.25, 0.25, True, "the MAE is 0.2500, not above 0.25"),
        (0.0, 0.0, True, "the MAE is 0, not above 0"),
        (1e-300, 0.0, False, "the MAE is 1.000×10^-300, above 0"),
        (12.500001, 12.5, False, "the MAE is 12.500001, above 12.5"),
        (math.nextafter(0.3, 1), 0.3, True, "the MAE is 0.30000000000000004, by no more than rounding above 0.3"),
        (1.2345650000000004, 1.234565, True, "the MAE is 1.2345650000000004, by no more than rounding above 1.234565"),
        (1.2345649999999999, 1.234565, True, "the MAE is 1.23456, not above 1.234565"),
        (10.9152, 5.0, False, "the MAE is 10.92, above 5"),
        (4.9999, 5.0, True, "the MAE is 5.000, not above 5"),
        (0.30004, 0.3, False, "the MAE is 0.30004, above 0.3"),
        (1.000000000002, 1.0, False, "the MAE is 1.000000000002, above 1"),
        (14615384.0, 12345678.0, False, "the MAE is 14,615,384, above 12,345,678"),
        (2345678.0, 2e6, False, "the MAE is 2,345,678, above 2,000,000"),
        (12345.5, 5e-6, False, "the MAE is 12,346, above 5.000×10^-6"),
    ],
)
def test_an_mae_is_set_against_its_limit_with_as_many_digits_as_tell_them_apart(mae, limit, passed, found):
    assert finding(Gate("max-mae", passed, mae, limit)) == found


@pytest.mark.parametrize(
    ("gate", "line"),
    [
        (Gate("max-pinball", False, 2.5, 2.0), "Failed --max-pinball: the pinball loss is 2.500, above 2"),
        (Gate("coverage", True, 0.9, (0.88, 0.92)), "Passed --coverage: the coverage is 90.0%, between 88% and 92%"),
        (Gate("coverage", False, 0.5, (0.88, 0.92)), "Failed --coverage: the coverage is 50.0%, below 88%"),
        (
            Gate("coverage", False, 0.9200001, (0.88, 0.92)),
            "Failed --coverage: the coverage is 92.00001%, above 92%",
        ),
        (
            Gate("coverage", True, 0.4962, (0.4956, 0.5)),
            "Passed --coverage: the coverage is 49.6%, between 49.56% and 50%",
        ),
        (
            Gate("coverage", True, 0.4962, (0.4961, 0.5)),
            "Passed --coverage: the coverage is 49.62%, between 49.61% and 50%",
        ),
        (
            Gate("coverage", True, math.nextafter(0.9, 1), (0.8, 0.9)),
            "Passed --coverage: the coverage is 90.0%, between 80% and 90%",
        ),
        (
            Gate("max-missing", True, 0.00028, 0.00105),
            "Passed --max-missing: the share of rows with a missing cell is 0.028%, not above 0.105%",
        ),
        (
            Gate("min-rows", True, 3000, 3000),
            "Passed --min-rows: the number of rows scored is 3,000, no fewer than 3,000",
        ),
        (Gate("min-rows", False, 3, 30), "Failed --min-rows: the number of rows scored is 3, fewer than 30"),
        (
            Gate("max-missing", False, 0.25, 0.1),
            "Failed --max-missing: the share of rows with a missing cell is 25.0%, above 10%",
        ),
        (Gate("strict", False, 1200, 0), "Failed --strict: 1,200 rows have no prediction"),
        (Gate("strict", False, 1, 0), "Failed --strict: 1 row has no prediction"),
        (Gate("strict", True, 0, 0), "Passed --strict: every row has a prediction"),
    ],
)
def test_a_gate_is_one_line(gate, line):
    assert gate_line(gate) == line


@pytest.mark.parametrize(
    ("difference", "interval", "found"),
    [
        (
            0.5,
            (0.1, 0.9),
            "MAE 1.500 against 1.000; the difference of 0.500 is beyond chance (95% interval 0.100 to 0.900)",
        ),
        (
            0.5,
            (-0.1, 1.1),
            "MAE 1.500 against 1.000; the difference of 0.500 is within chance (95% interval -0.100 to 1.10)",
        ),
        (
            -0.5,
            (-0.9, -0.1),
            "MAE 0.5000 against 1.000; the difference of -0.500 is beyond chance (95% interval -0.900 to -0.100)",
        ),
        (-0.5, (-4.0, 0.0), "MAE 0.5000 against 1.000; the difference of -0.500 is within chance"),
        (0.0, (0.0, 0.0), "MAE 1.000 against 1.000; the difference of 0 is within chance"),
        (0.5, None, "MAE 1.500 against 1.000; one row cannot tell whether that is chance"),
    ],
)
def test_a_rival_is_reported_with_both_losses_and_the_interval_of_the_difference(difference, interval, found):
    metrics = Metrics(1.0, 1.0, 1.0, 1.0, None, 2.0, None)
    rival = Rival("old.json", "mae", 0.5, metrics, difference, interval)
    assert finding(Gate("against", True, 0.0, 0.0, rival)).startswith(found)


@pytest.mark.parametrize(
    ("adjusted", "measure", "losses", "relation"),
    [
        (0.04, "mae", "MAE 1.500 against 1.000", "beyond"),
        (0.06, "mae", "MAE 1.500 against 1.000", "within"),
        (0.05, "pinball", "pinball loss 2.500 against 2.000", "beyond"),
    ],
)
def test_a_rival_at_one_of_several_quantiles_is_judged_by_the_adjusted_p_value(adjusted, measure, losses, relation):
    metrics = Metrics(1.0, 1.0, 1.0, 1.0, None, 2.0, 2.0)
    rival = Rival("old.json", "mae", 0.5, metrics, 0.5, (0.1, 0.9), measure, None, 0.02, adjusted)
    line = finding(Gate("against", True, adjusted, 0.05, rival, 0.5))
    found = f"(95% interval of this one alone 0.100 to 0.900; p = {adjusted} adjusted for all quantiles)"
    difference = f"the difference of 0.500 is {relation} chance {found}"
    assert line == f"at quantile 0.5, {losses}; {difference}"


@pytest.mark.parametrize(("adjusted", "says"), [(0.003, "p at most 0.003"), (0.006, "p = 0.006")])
def test_a_p_value_that_the_resamples_can_show_no_smaller_is_a_bound(adjusted, says):
    metrics = Metrics(1.0, 1.0, 1.0, 1.0, None, 2.0, 2.0)
    rival = Rival("old.json", "mae", 0.5, metrics, 0.5, (0.1, 0.9), "mae", None, 0.001, adjusted, 0.003)
    assert f"; {says} adjusted for all quantiles)" in finding(Gate("against", True, adjusted, 0.05, rival, 0.5))


def test_a_loss_at_one_of_several_quantiles_says_so():
    line = gate_line(Gate("max-mae", False, 2.5, 2.0, quantile=0.5))
    assert line == "Failed --max-mae: at quantile 0.5, the MAE is 2.500, above 2"
