"""Intervals in the report: cells that line up, and sentences that say what they are."""

import math
from dataclasses import replace

import pytest

from mae_cli.inference.values import Caution, Interval, Intervals, Method, Unavailable
from mae_cli.report.console import Room
from mae_cli.report.intervals import interval_cautions, interval_cells, interval_heading, interval_notes, range_note
from mae_cli.results.training import Effect
from mae_cli.rows.schema import DesignColumn

ROOM = Room(name=None, terms=None)


def intervals(method=Method.SANDWICH, coefficients=(Interval(1.0, 2.0, 0.25),), **others):
    return Intervals(method, 0.95, None, coefficients, **others)


def test_ends_have_the_decimals_that_their_width_needs_and_line_up():
    cells = interval_cells(
        [Interval(-17.923, -14.611, 1.0), Interval(-0.09912, -0.09108, 1e-3), Interval(-1.7, 31.2, 8.0), None]
    )
    assert cells == [
        "  -17.92 … -14.61    ",
        "-0.09912 … -0.09108  ",
        "    -1.7 … 31.2     ·",
        "         –           ",
    ]


def test_an_interval_that_holds_zero_is_marked():
    cells = interval_cells([Interval(-1.0, 1.0, 0.5), Interval(0.5, 1.0, 0.1), Interval(0.0, 1.0, 0.3)])
    assert [cell.endswith("·") for cell in cells] == [True, False, True]


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-math.inf, 2.5, "-∞ … 2.500"),
        (1e12, 2e12, "1.000×10^12 … 2.000×10^12"),
        (1.0, 1.0, "1.000 … 1.000"),
        (1e-14, 2e-14, "1.000×10^-14 … 2.000×10^-14"),
        (12345.0, 23456.0, "12,345 … 23,456"),
        (10.00011, 10.00022, "10.000110 … 10.000220"),
    ],
)
def test_ends_of_any_size_are_written_short(low, high, text):
    assert interval_cells([Interval(low, high, None)])[0].rstrip(" ·") == text


def test_the_heading_says_the_level():
    assert interval_heading(intervals()) == "95% interval"


@pytest.mark.parametrize(
    ("found", "notes"),
    [
        (
            intervals(),
            ["Intervals from standard errors that allow for unequal spread; the rows are taken to be independent."],
        ),
        (
            intervals(Method.RANK, (Interval(-1.0, 2.0, 0.25),)),
            [
                (
                    "Intervals by inverting rank tests, which allow for unequal spread; the rows are taken to be "
                    "independent. · marks those that hold 0."
                )
            ],
        ),
        (
            intervals(Method.RANK, robust=False),
            [
                (
                    "Intervals by inverting rank tests, which take the spread to be the same in all rows; the rows are "
                    "taken to be independent."
                )
            ],
        ),
        (
            intervals(Method.BOOTSTRAP, replicates=2000, cluster="school\x1b", clusters=31),
            [
                (
                    "Intervals from 2,000 refits under random weights; rows of one of the 31 clusters of school\\x1b "
                    "may depend on each other."
                )
            ],
        ),
        (Intervals.none(Unavailable.NOT_ASKED, 0.95, 1), []),
        (
            Intervals.none(Unavailable.FEW_ROWS, 0.95, 1),
            ["No intervals: there are fewer than two rows for each coefficient."],
        ),
    ],
)
def test_the_notes_say_how_intervals_were_found(found, notes):
    assert interval_notes(found, found.coefficients, ROOM) == notes


@pytest.mark.parametrize("cluster", [None, "school"])
def test_rank_tests_are_advised_only_where_rows_are_in_no_clusters(cluster):
    absent = replace(Intervals.none(Unavailable.NO_DENSITY, 0.95, 1), cluster=cluster)
    found = intervals(cautions=(Caution.TIES, Caution.CROSSING), cluster=cluster, clusters=40)
    for notes in (interval_cautions(found), interval_cautions(absent)):
        assert any("bootstrap" in note for note in notes)
        assert cluster is None or not any("rank" in note for note in notes)


def test_no_caution_advises_the_method_that_was_used():
    told = (Caution.TIES, Caution.CROSSING, Caution.FEW_BEYOND)
    assert len(interval_cautions(intervals(Method.RANK, cautions=told))) == 1
    assert len(interval_cautions(intervals(Method.BOOTSTRAP, cautions=told))) == 2
    assert len(interval_cautions(intervals(cautions=told))) == 3


def test_the_mark_of_the_intercept_is_explained_too():
    found = replace(intervals(), intercept=Interval(-1.0, 1.0, 0.5))
    assert interval_notes(found, [found.intercept], ROOM)[0].endswith("· marks those that hold 0.")


def test_every_caution_and_every_reason_has_a_sentence():
    for caution in Caution:
        assert len(interval_notes(intervals(cautions=(caution,)), [], ROOM)) == 2
    for reason in (Unavailable.NOT_OPTIMAL, Unavailable.PERFECT, Unavailable.MANY_COEFFICIENTS, Unavailable.NO_DENSITY):
        assert interval_notes(Intervals.none(reason, 0.95, 3), [], ROOM)[0].startswith("No intervals: ")
    for reason, says in (
        (Unavailable.RARE_LEVEL, "fewer than 5 rows tell the coefficient from others"),
        (Unavailable.LEVERAGE, "a row that is fitted exactly whatever its target is"),
    ):
        assert says in interval_notes(intervals(), [reason], ROOM)[1]
        assert len(interval_notes(intervals(coefficients=(reason,)), [], ROOM)) == 1


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((-5.0, -4.0), "x can be anything from -5.000 to -4.000."),
        ((1.00001, 1.00002), "x can be anything from 1.00001 to 1.00002."),
        ((1 / 3, 1 / 3 + 1e-9), "x can be anything from 0.333333333 to 0.333333334."),
        ((1.0, math.nextafter(1.0, 2.0)), "x can be anything from 1.0 to 1.0000000000000002."),
    ],
)
def test_the_ends_of_a_range_are_told_apart(ends, says):
    free = Effect(DesignColumn("x"), ends[0], 1.0, None, aliased=False, optimal_range=ends)
    assert range_note([free], "MAE", ROOM) == f"At the same MAE, {says}"


def test_three_of_the_coefficients_that_can_vary_are_named():
    free = [Effect(DesignColumn(name), 0.0, 1.0, None, aliased=False, optimal_range=(0.0, 1.0)) for name in "abcde"]
    three = "a can be anything from 0 to 1.000, b can be anything from 0 to 1.000, c can be anything from 0 to 1.000"
    assert range_note(free[:3], "MAE", ROOM) == f"At the same MAE, {three}."
    assert range_note(free, "MAE", ROOM) == f"At the same MAE, {three}, and 2 more coefficients can vary."
