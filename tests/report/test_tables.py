"""Tables keep every character at any width."""

import io

from rich.console import Console

from mae_cli.report.tables import AlignedTable

TABLE = AlignedTable(
    ["term", "coefficient", "× std.\ndev."],
    [["大 = 1", "-15.3201   ·", ""], ["distance", " -0.00218471", "1.5"]],
    bold=frozenset({1}),
    footer="… and 3 smaller",
)


def printed(width, *, terminal):
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    console.print(TABLE, crop=False, soft_wrap=not terminal)
    return console.file.getvalue().splitlines()


def test_names_are_left_numbers_right_and_points_in_line():
    lines = [
        "                          × std.",
        "term        coefficient     dev.",
        "大 = 1     -15.3201   ·",
        "distance    -0.00218471      1.5",
        "… and 3 smaller",
    ]
    assert printed(80, terminal=False) == lines
    assert printed(20, terminal=False) == lines
    assert [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in printed(80, terminal=True)] == lines


def test_a_row_of_a_name_alone_does_not_widen_the_table():
    table = AlignedTable(["term", "rows"], [["origin (vs EWR, 2,814 rows)", ""], ["  JFK", "2,700"]])
    console = Console(file=io.StringIO(), width=80)
    console.print(table)
    assert console.file.getvalue().splitlines() == ["term     rows", "origin (vs EWR, 2,814 rows)", "  JFK   2,700"]


def test_a_terminal_that_is_a_little_too_narrow_gets_columns_closer_together():
    closer = [
        "                       × std.",
        "term      coefficient    dev.",
        "大 = 1     -15.3201 ·",
        "distance  -0.00218471     1.5",
        "… and 3 smaller",
    ]
    for width in (29, 31):
        assert [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in printed(width, terminal=True)] == closer
    assert printed(28, terminal=True)[1] == "大 = 1"


def test_a_terminal_that_is_too_narrow_gets_lists():
    assert printed(27, terminal=True) == [
        "term",
        "大 = 1",
        "  coefficient: -15.3201 ·",
        "distance",
        "  coefficient: -0.00218471",
        "  × std. dev.: 1.5",
        "… and 3 smaller",
    ]
