"""Columns of numbers beside names: one table, a closer one, or several, by the width of the terminal."""

import io

import pytest
from rich.console import Console

from mae_cli.report.console import result_console
from mae_cli.report.side_by_side import NumberColumn, SideBySide

COLUMNS = [NumberColumn(f"{number}", ["  1.5   ", "-22.25  "], ["1.5", "-22.25"]) for number in range(5)]
TABLE = SideBySide(["x", "a name of thirty-four letters here"], COLUMNS, footer="and more")


def drawn(width):
    console = Console(file=io.StringIO(), width=width, height=50, force_terminal=True, color_system=None)
    console.print(TABLE)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_with_room_the_cells_are_in_line():
    stream = io.StringIO()
    result_console(stream).print(TABLE, soft_wrap=True)
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert lines == drawn(100)
    assert lines[1].startswith("x" + " " * 38 + "1.5")
    assert lines[-1] == "and more"


def test_with_less_room_they_stand_closer_with_shorter_names():
    assert drawn(80) == [
        "term                         0       1       2       3       4",
        "x                          1.5     1.5     1.5     1.5     1.5",
        "a name of t…tters here  -22.25  -22.25  -22.25  -22.25  -22.25",
        "and more",
    ]


@pytest.mark.parametrize(("width", "parts"), [(61, [3, 2]), (40, [2, 1, 2]), (32, [1, 1, 1, 1, 1])])
def test_with_little_room_they_are_several_tables(width, parts):
    lines = drawn(width)
    assert [len(line.split()) - 1 for line in lines if line.startswith("term")] == parts
    assert max(map(len, lines)) <= width
    assert lines.count("") == len(parts) - 1
    assert lines[-1] == "and more"
