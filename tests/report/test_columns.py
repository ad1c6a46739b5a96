"""Every column of the data and its use, as a table."""

import io

import pytest
from rich.console import Console

from mae_cli.report.columns import show_columns
from mae_cli.report.console import result_console
from mae_cli.results.survey import Survey, Surveyed


def drawn(*columns, source="data.csv"):
    stream = io.StringIO()
    show_columns(result_console(stream), Survey(source, 40, columns))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_columns_have_their_range_their_levels_or_why_they_are_not_used():
    assert drawn(
        Surveyed("y", "number", 2, (1.0, 7.5)),
        Surveyed("d", "date", 0, (19753.0, 19754.0), "days"),
        Surveyed("k", "levels", 0, levels=9, top=(("大きさ", 30), ("b\x1b", 2))),
        Surveyed("e", "left out", reason="it is empty", remedy="use --number e"),
    ) == [
        "4 columns of 40 rows · data.csv",
        "",
        "column   use        missing   content",
        "y        number           2   1 to 7.5",
        "d        date             0   2024-01-31 to 2024-02-01",
        "k        levels           0   大きさ (30), b\\x1b (2) and 7 more",
        "e        left out             it is empty; use --number e",
    ]


def test_nothing_in_a_name_is_obeyed():
    lines = drawn(Surveyed("a\x1b", "left out", reason="b\x1b"), source="c\x1b")
    assert "\x1b" not in "".join(lines)
    assert all(name in "".join(lines) for name in ("a\\x1b", "b\\x1b", "c\\x1b"))


def test_a_long_name_is_cut_on_a_terminal():
    console = Console(file=io.StringIO(), width=60, height=30, force_terminal=True, color_system=None)
    show_columns(console, Survey("data.csv", 40, (Surveyed("x" * 50, "number", 0, (1.0, 2.0)),)))
    name = console.file.getvalue().splitlines()[3].split()[0]
    assert (len(name), name.count("…")) == (20, 1)


LONG = Surveyed("k" * 50, "refused", 12_000, reason="many words " * 20 + "end", remedy="use --exclude kkkkk")


def on_a_terminal(width, *columns):
    console = Console(file=io.StringIO(), width=width, height=30, force_terminal=True, color_system=None)
    show_columns(console, Survey("data.csv", 40, columns))
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_reason_takes_several_lines_of_the_table(width):
    lines = on_a_terminal(width, Surveyed("y", "target", 0, (1.0, 7.5)), LONG, Surveyed("e", "excluded"))
    assert max(map(len, lines)) <= width
    assert lines[2].split() == ["column", "use", "missing", "content"]
    place = lines[2].index("content")
    contents = [line[place:] for line in lines[4:-1]]
    assert " ".join(contents) == "many words " * 20 + "end; use --exclude kkkkk"
    assert len(contents) > 2
    assert {line[:place].strip() for line in lines[5:-1]} == {""}
    assert lines[-1].split() == ["e", "excluded"]


def test_where_a_reason_would_be_a_column_of_words_each_column_is_a_list():
    lines = on_a_terminal(40, Surveyed("y", "number", 0, (1.0, 7.5)), LONG)
    assert lines[2:7] == ["column", "y", "  use: number", "  missing: 0", "  content: 1 to 7.5"]
