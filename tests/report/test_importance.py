"""What a fit loses without a feature, as a table."""

import io
from dataclasses import replace

import pytest
from rich.console import Group

from mae_cli.inference.values import Importance, RankTest, Unavailable
from mae_cli.report.console import Room, result_console
from mae_cli.report.importance import importance_table

FOUND = (
    Importance("carrier", 12.75, RankTest(4.0, 3, 0.2615)),
    Importance("dep_delay", 23.5, RankTest(900.0, 1, 1e-9)),
    Importance("air_time", 12.6916, Unavailable.REPLACEABLE),
)
NOTE = (
    "MAE without it: that of the best fit without the column; p-value: of the rank test that the column does not "
    "matter (–: other columns can take its place)."
)
WHOLE = Room(name=None, terms=None)


def drawn(fit, room=WHOLE):
    stream = io.StringIO()
    result_console(stream).print(Group(*importance_table(fit, room)), soft_wrap=True)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_the_features_are_listed_by_what_the_fit_loses_without_them(mae_fit):
    certificate = replace(mae_fit.certificate, loss=12.6916520)
    assert drawn(replace(mae_fit, certificate=certificate, importance=FOUND)) == [
        "                   MAE",
        "column      without it   increase   p-value",
        "dep_delay        23.50   +10.8       <0.001",
        "carrier          12.75    +0.0583     0.262",
        "air_time         12.69    +0              –",
        NOTE,
    ]


def test_names_are_seen_and_told_from_the_intercept_and_small_p_values_are_not_written_out(mae_fit):
    found = [Importance("(intercept)", 3.0, RankTest(9.0, 1, 0.001)), Importance("a\x1b", 2.0, RankTest(9.0, 1, 9e-4))]
    lines = drawn(replace(mae_fit, importance=tuple(found)))
    assert [(line.split()[0], line.split()[-1]) for line in lines[2:4]] == [
        ('"(intercept)"', "0.001"),
        ("a\\x1b", "<0.001"),
    ]


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Unavailable.CLUSTERED, " No p-values: rank tests do not allow for clusters."),
        (Unavailable.PERFECT, " No p-values: the fit passes through every row."),
        (Unavailable.REPLACEABLE, " No p-values: other columns can take its place."),
    ],
)
def test_without_tests_there_is_no_column_of_them_and_the_note_says_why(mae_fit, reason, says):
    fit = replace(mae_fit, quantile=0.9, importance=(replace(FOUND[1], test=reason),))
    assert drawn(fit) == [
        "            pinball loss",
        "column        without it   increase",
        "dep_delay          23.50      +10.8",
        "pinball loss without it: that of the best fit without the column." + says,
    ]


def test_a_short_window_leaves_out_the_smallest_and_says_so(mae_fit):
    lines = drawn(replace(mae_fit, importance=FOUND), Room(name=None, terms=1))
    assert [line.split()[0] for line in lines[2:4]] == ["dep_delay", "…"]
    assert lines[3] == "… and 2 columns with a smaller increase (all in --json)"


def test_nothing_is_said_where_it_was_not_asked_for(mae_fit):
    assert importance_table(mae_fit, WHOLE) == []
