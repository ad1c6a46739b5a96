"""Coefficients drawn over the quantiles: every mark where its number is."""

import io

import pytest
from rich.console import Console

from mae_cli.inference.values import Interval, Unavailable
from mae_cli.report.quantile_process import CoefficientProcess, Estimate


def estimate(value, interval=Unavailable.NOT_ASKED):
    return Estimate(value, interval)


def drawn(process, width=80):
    console = Console(file=io.StringIO(), width=width, force_terminal=False, highlight=False)
    console.print(process)
    return console.file.getvalue().splitlines()


SURE = [estimate(value, Interval(value - 1, value + 1, 0.5)) for value in (-1.0, 2.0, 7.0)]


def test_every_mark_is_where_its_number_is():
    name, *lines, scale = drawn(CoefficientProcess("x", (0.1, 0.5, 0.9), SURE, 4.0))
    assert name == "x"
    start = scale.index("-2.000")
    assert scale.rstrip().endswith("8.000")
    cells = len(scale) - start
    for line, value in zip(lines, (-1.0, 2.0, 7.0), strict=True):
        assert line.index("●") == start + round((value + 2) / 10 * (cells - 1))
    assert [line.index("│") for line in lines] == [start + round(6 / 10 * (cells - 1))] * 3
    assert lines[2].index("┊") == start + round(2 / 10 * (cells - 1))
    assert lines[0][start] == "─"
    assert [line.split()[:2] for line in lines] == [["0.1", "-1.000"], ["0.5", "2.000"], ["0.9", "7.000"]]


@pytest.mark.parametrize("width", [30, 60, 200])
def test_a_drawing_fits_any_width_down_to_twenty_cells_of_scale(width):
    lines = drawn(CoefficientProcess("x", (0.1, 0.5, 0.9), SURE, 4.0), width)
    assert max(map(len, lines)) <= max(width, 36)


def test_without_intervals_only_points_are_drawn():
    lines = drawn(CoefficientProcess("x", (0.1, 0.9), [estimate(1.0), estimate(2.0)], 1.5))
    assert sum("─" in line for line in lines) == 0
    assert sum("●" in line for line in lines) == 2


def test_an_infinite_end_reaches_the_edge_and_does_not_stretch_the_scale():
    lines = drawn(
        CoefficientProcess("x", (0.1, 0.9), [estimate(1.0, Interval(-float("inf"), 3.0, None)), estimate(2.0)], 1.5)
    )
    assert lines[-1].split() == ["1.000", "3.000"]
    assert "●─" in lines[1]


def test_equal_coefficients_have_a_scale_too():
    assert "●" in drawn(CoefficientProcess("x", (0.1, 0.9), [estimate(0.0), estimate(0.0)], 0.0))[1]
