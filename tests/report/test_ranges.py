"""What is said of coefficients where the optimum is not unique."""

from dataclasses import replace

import pytest

from mae_cli.inference.values import OptimalRange
from mae_cli.report.as_json import train_report_json
from mae_cli.report.console import Room
from mae_cli.report.ranges import range_note, range_notes
from mae_cli.results.training import Effect
from mae_cli.rows.schema import DesignColumn

ROOM = Room(name=None, terms=None)
POINT = OptimalRange(2.0, 2.0)


def effect(name, *ends, aliased=False):
    return Effect(DesignColumn(name), 0.0, 1.0, None, aliased=aliased, optimal_range=OptimalRange(*ends))


@pytest.fixture
def fit(mae_fit):
    """An MAE fit with such effects, whose optimum is not unique, and such an intercept."""

    def of(*effects, intercept=POINT, **others):
        certificate = replace(mae_fit.certificate, unique=False)
        return replace(mae_fit, effects=effects, intercept_range=intercept, certificate=certificate, **others)

    return of


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((-5.0, -4.0), "x from -5.000 to -4.000."),
        ((1.00001, 1.00002), "x from 1.00001 to 1.00002."),
        ((1 / 3, 1 / 3 + 1e-9), "x from 0.333333333 to 0.333333334."),
        ((1.0, 1.0 + 2e-12), "x from 1.000000000000 to 1.000000000002."),
    ],
)
def test_the_ends_of_a_range_are_told_apart(ends, says, fit):
    assert range_note(fit(effect("x", *ends)), ROOM) == f"The same MAE allows {says}"


def test_of_the_coefficients_that_can_vary_those_that_can_most_are_named_on_a_terminal_one(fit):
    free = [effect(name, 0.0, width) for name, width in zip("abcde", (1.0, 4.0, 2.0, 3.0, 0.5), strict=True)]
    three = "b from 0 to 4.000, d from 0 to 3.000, c from 0 to 2.000"
    assert range_note(fit(*free[1:3]), ROOM) == "The same MAE allows b from 0 to 4.000, c from 0 to 2.000."
    assert range_note(fit(*free[:4]), ROOM) == f"The same MAE allows {three}; 1 other varies too."
    assert range_note(fit(*free), ROOM) == f"The same MAE allows {three}; 2 others vary too."
    on_a_terminal = range_note(fit(*free), Room(name=40, terms=10))
    assert on_a_terminal == "The same MAE allows b from 0 to 4.000; 4 others vary too."
    with_intercept = range_note(fit(free[0], intercept=OptimalRange(-1.0, 1.0)), ROOM)
    assert with_intercept == "The same MAE allows (intercept) from -1.000 to 1.000, a from 0 to 1.000."


def test_without_ranges_and_where_nothing_varies_there_is_no_note(mae_fit, fit):
    assert range_note(mae_fit, ROOM) is None
    assert range_note(fit(effect("x", 1.0, 1.0 + 1e-15)), ROOM) is None


def test_an_end_that_is_not_proved_is_one_at_least(fit):
    found = fit(effect("a", 0.0, 1.0), effect("b", 0.0, 1.0, False), effect("c", 3.0, 3.0, False))
    assert range_note(found, ROOM) == (
        "The same MAE allows a from 0 to 1.000, b from 0 to 1.000 at least. "
        "How far 2 coefficients can go at the same MAE is not settled: there are too many ways to go."
    )
    nothing = fit(effect("c", 3.0, 3.0, False), effect("d", 0.0, 0.0, True, aliased=True), intercept=None)
    assert range_note(nothing, ROOM) == (
        "How far all coefficients can go at the same MAE is not settled: there are too many ways to go."
    )


def test_of_several_quantiles_it_is_told_at_which_and_of_three_how_far(fit, mae_fit):
    free = [fit(effect("x", 0.0, 1.0), quantile=quantile) for quantile in (0.1, 0.2, 0.5, 0.8)]
    others = "other coefficients give the same loss, so do not read too much into single ones."
    notes = range_notes([*free, replace(mae_fit, quantile=0.9)], ROOM)
    assert notes == [
        f"At quantiles 0.1, 0.2, 0.5 and 0.8, {others}",
        "The same pinball loss at quantile 0.1 allows x from 0 to 1.000.",
        "The same pinball loss at quantile 0.2 allows x from 0 to 1.000.",
        "The same pinball loss at quantile 0.5 allows x from 0 to 1.000.",
        "How far they can go at 1 more quantile is told by --json.",
    ]
    assert range_notes([mae_fit], ROOM) == []


def test_the_json_has_the_range_of_the_intercept_and_whether_ends_are_proved(train_report, fit):
    found = fit(effect("a", 0.0, 1.0), effect("b", 0.0, 1.0, False), effect("c", 3.0, 3.0), intercept=POINT)
    report = train_report_json(replace(train_report, fit=found))
    ranges = [(each["optimal_range"], each["optimal_range_proved"]) for each in report["coefficients"]]
    assert ranges == [([0.0, 1.0], True), ([0.0, 1.0], False), (None, True)]
    assert (report["intercept_optimal_range"], report["intercept_optimal_range_proved"]) == (None, True)
    found = replace(found, intercept_range=OptimalRange(-1.0, 2.0, is_proved=False))
    report = train_report_json(replace(train_report, fit=found))
    assert (report["intercept_optimal_range"], report["intercept_optimal_range_proved"]) == ([-1.0, 2.0], False)
    unique = train_report_json(train_report)
    assert (unique["intercept_optimal_range"], unique["intercept_optimal_range_proved"]) == (None, None)
