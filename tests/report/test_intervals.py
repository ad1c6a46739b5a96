"""Intervals in the report: cells that line up, and sentences that say what they are."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from support.inference import Case

from mae_cli.inference.clusters import Clusters
from mae_cli.inference.values import Caution, Interval, Intervals, Method, Unavailable
from mae_cli.report.console import Room
from mae_cli.report.intervals import (
    estimate_cells,
    interval_cautions,
    interval_cells,
    interval_heading,
    interval_notes,
)

ROOM = Room(name=None, terms=None)


def intervals(method=Method.SANDWICH, coefficients=(Interval(1.0, 2.0, 0.25),), **others):
    return Intervals(method, 0.95, None, coefficients, **others)


def test_ends_have_the_decimals_that_their_width_needs_and_line_up():
    cells = interval_cells(
        [Interval(-17.923, -14.611, 1.0), Interval(-0.09912, -0.09108, 1e-3), Interval(-1.7, 31.2, 8.0), None]
    )
    assert cells == [
        "  -17.9 … -14.6    ",
        "-0.0991 … -0.0911  ",
        "     -2 … 31      ·",
        "        –          ",
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
        (4.851e-5, 5.17e-5, "4.851×10^-5 … 5.170×10^-5"),
        (-0.00001, 0.0001, "-0.00001 … 0.00010"),
        (-482619993836.0, 2.549e12, "-4.826×10^11 … 2.549×10^12"),
        (0.3, 132.0, "0.3 … 132"),
        (-0.00012, 0.25, "-0.0001 … 0.25"),
        (1e-17, 0.25, "0.00 … 0.25"),
        (0.0, 2.5e-9, "0 … 2.500×10^-9"),
        (4.95001e-5, 4.95002e-5, "4.950010×10^-5 … 4.950020×10^-5"),
        (2000000000.01, 2000000000.03, "2,000,000,000.010 … 2,000,000,000.030"),
        (12345.0, 23456.0, "12,345 … 23,456"),
        (10.00011, 10.00022, "10.00011 … 10.00022"),
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
            ["Intervals: robust standard errors; independent rows assumed."],
        ),
        (
            intervals(Method.RANK, (Interval(-1.0, 2.0, 0.25),)),
            ["Intervals: robust rank tests; independent rows assumed. · holds 0."],
        ),
        (
            intervals(Method.RANK, robust=False),
            ["Intervals: rank tests for equal spread; independent rows assumed."],
        ),
        (
            intervals(Method.BOOTSTRAP, replicates=2000, cluster="school\x1b", clusters=31),
            [
                (
                    "Intervals: standard deviation of 2,000 refits under random weights; independent clusters of "
                    "school\\x1b (31) assumed."
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
    assert any("use --intervals rank" in note for note in interval_cautions(found)) == (cluster is None)
    assert any("no method allows for both" in note for note in interval_cautions(found)) == (cluster is not None)
    method = "rank" if cluster is None else "bootstrap"
    assert interval_cautions(absent)[0].endswith(f"cannot be estimated; use --intervals {method}.")


def test_no_caution_advises_the_method_that_was_used():
    told = (Caution.CROSSING, Caution.FEW_BEYOND)
    assert len(interval_cautions(intervals(Method.RANK, cautions=(*told, Caution.TIES)))) == 1
    assert len(interval_cautions(intervals(Method.BOOTSTRAP, cautions=told))) == 1
    assert len(interval_cautions(intervals(cautions=told))) == 2


def test_ties_that_make_lines_cross_are_told_alone():
    told = interval_cautions(intervals(cautions=(Caution.CROSSING, Caution.TIES)))
    assert [("cross" in note, "tie" in note) for note in told] == [(False, True)]


@pytest.mark.parametrize(
    ("low", "high", "is_told"),
    [
        (5.0, 5.0, True),
        (0.0, 0.0, True),
        (5.0, 5.0 + 1e-14, True),
        (5.0, 5.001, False),
        (5.0, math.inf, False),
        (-math.inf, math.inf, False),
    ],
)
def test_an_interval_of_a_single_number_is_said_to_say_nothing(low, high, is_told):
    notes = interval_notes(intervals(Method.RANK, cautions=(Caution.TIES,)), [Interval(low, high, None)], ROOM)
    assert any(note.startswith("An interval of a single number is no measure") for note in notes) == is_told


def mostly_zeros(generator, x):
    return np.maximum(0.0, x - 2.5 + generator.standard_normal(len(x)))


def capped(generator, x):
    return np.minimum(0.5, x + generator.standard_normal(len(x)))


def few_counts(generator, x):
    return generator.poisson(0.4 + 0.2 * x).astype(float)


ALONE = [(method, None) for method in Method]
CLUSTERED = [(method, 40) for method in Method if method is not Method.RANK]


@pytest.mark.parametrize(("method", "clusters"), ALONE + CLUSTERED)
@pytest.mark.parametrize("target", [mostly_zeros, capped, few_counts])
@pytest.mark.parametrize("is_grid", [False, True])
def test_advice_on_ties_ends_with_an_interval_or_says_that_none_is_meaningful(target, method, clusters, is_grid):
    """No method is advised twice, and the last one has nothing to advise."""
    generator = np.random.default_rng(0)
    x = generator.integers(0, 4, 300).astype(float) if is_grid else generator.exponential(size=300)
    ids = None if clusters is None else Clusters("id", np.arange(300) % clusters, clusters)
    case, tried = Case(x[:, np.newaxis], target(generator, x), clusters=ids), []
    while method is not None:
        assert method not in tried
        tried.append(method)
        found = case.intervals(method=method, replicates=50)
        notes = " ".join(interval_notes(found, [found.intercept, *found.coefficients], ROOM))
        advised = re.search(r"(?:use|prefer) --intervals (\w+)", notes)
        method = None if advised is None else Method(advised[1])
    assert found.absent is None
    if Caution.TIES in found.cautions and ids is not None:
        assert "these intervals are rough" in notes
    shown = [found.intercept, *found.coefficients]
    assert any(each.low == each.high for each in shown) == ("no measure of uncertainty" in notes)


def test_the_mark_of_the_intercept_is_explained_too():
    found = replace(intervals(), intercept=Interval(-1.0, 1.0, 0.5))
    assert interval_notes(found, [found.intercept], ROOM)[0].endswith("assumed. · holds 0.")


FAILED = (Unavailable.NO_DENSITY, Unavailable.NO_RANK_TESTS)


def test_every_caution_and_every_reason_has_a_sentence():
    for caution in Caution:
        assert len(interval_notes(intervals(cautions=(caution,)), [], ROOM)) == 2
    for reason in (Unavailable.NOT_OPTIMAL, Unavailable.PERFECT, Unavailable.MANY_COEFFICIENTS, *FAILED):
        assert interval_notes(Intervals.none(reason, 0.95, 3), [], ROOM)[0].startswith("No intervals: ")
    for reason, says in (
        (Unavailable.RARE_LEVEL, "too few rows (fewer than 5) tell the coefficient from others"),
        (Unavailable.LEVERAGE, "a row that is fitted exactly whatever its target is"),
    ):
        assert says in interval_notes(intervals(), [reason], ROOM)[1]
        assert len(interval_notes(intervals(coefficients=(reason,)), [], ROOM)) == 1


@pytest.mark.parametrize(
    ("value", "ends", "text"),
    [
        (1.0052, (0.99383, 1.01702), "1.005"),
        (0.300105, (0.299601, 0.300612), "0.3001"),
        (0.300104, (0.2999601, 0.3002612), "0.30010"),
        (1234.5678, (1234.41, 1234.72), "1234.57"),
        (-0.0947123, (-0.099, -0.091), "-0.09471"),
        (0.0, (-1.0, 1.0), "0"),
        (4.95001e-5, (4.95e-5, 4.9501e-5), "4.95001×10^-5"),
        (1.0, (1.0, 1.0), "1.000"),
        (1.0, (-math.inf, 1.0), "1.000"),
    ],
)
def test_a_coefficient_has_no_fewer_decimals_than_the_ends_of_its_interval(value, ends, text):
    interval = Interval(*ends, None)
    assert estimate_cells([value], [interval]) == [text]
    places = [len(end.partition(".")[2]) for end in interval_cells([interval])[0].strip(" ·").split(" … ")]
    if "×" not in text and value and not math.isinf(ends[0]):
        assert len(text.partition(".")[2]) >= max(places)


def test_a_coefficient_without_an_interval_has_four_digits():
    assert estimate_cells([1.0052, None], [Unavailable.RARE_LEVEL, None]) == ["1.005", "–    "]
