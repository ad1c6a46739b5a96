"""The rows that a model is farthest from, in one layout whatever the model."""

import io

from rich.console import Console

from mae_cli.errors import Place
from mae_cli.report.console import Room
from mae_cli.report.worst_rows import worst_quantiles_table, worst_table
from mae_cli.results.evaluation import WorstQuantileRow, WorstRow

NARROW = Room(name=36, terms=10)
ROOM = Room(name=None, terms=None)
PLACE = Place("flights_new.csv", line=2158)
SHOWN = {"carrier": "EV", "hour": "6"}
PREDICTIONS = (10.67, 14.0, 19.64, 28.16, 40.03)


def drawn(table, width=80):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_of_one_quantile_the_prediction_and_the_residual_follow_the_target():
    row = WorstRow(PLACE, 121.0, 19.64, 101.36, SHOWN)
    assert drawn(worst_table([row], "arr_delay", ROOM)) == [
        "The rows with the largest residuals:",
        "line                   carrier   hour   arr_delay   prediction   residual",
        "flights_new.csv:2158        EV      6         121        19.64     +101.4",
    ]


def test_of_a_prediction_interval_the_middle_and_the_ends_follow_the_target():
    row = WorstQuantileRow(PLACE, 121.0, PREDICTIONS, (8.5, 42.25), 231.0, SHOWN)
    assert drawn(worst_quantiles_table([row], (0.1, 0.25, 0.5, 0.75, 0.9), "arr_delay", ROOM), 100) == [
        "The rows farthest outside of the prediction interval:",
        "line                   carrier   hour   arr_delay   prediction   lower   upper   outside",
        "flights_new.csv:2158        EV      6         121        19.64   8.500   42.25    +78.75",
    ]


def test_of_five_quantiles_the_outer_two_and_the_middle_stand_side_by_side_in_80_cells():
    row = WorstQuantileRow(PLACE, 121.0, PREDICTIONS, None, 231.0, SHOWN)
    assert drawn(worst_quantiles_table([row], (0.1, 0.25, 0.5, 0.75, 0.9), "arr_delay", ROOM)) == [
        "The rows with the largest sums of pinball losses:",
        "                                                                     sum of",
        "line                  carrier  hour  arr_delay    0.1    0.5    0.9  losses",
        "flights_new.csv:2158       EV     6        121  10.67  19.64  40.03     231",
    ]


def test_long_names_leave_the_numbers_in_a_table_and_are_not_taken_for_each_other():
    names = {f"a column with a very long name, number {number} of them": "x" for number in (1, 2)}
    row = WorstRow(PLACE, 121.0, 19.64, 101.36, names)
    heading, cells = drawn(worst_table([row], "the delay of the arrival of the flight", NARROW), 110)[1:]
    assert heading.split("   ")[-3:] == ["the delay…e flight", "prediction", "residual"]
    assert cells.split() == ["flights_new.csv:2158", "x", "x", "121", "19.64", "+101.4"]
