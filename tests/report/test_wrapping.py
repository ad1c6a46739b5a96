"""Sentences break between words, and a number keeps its unit."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from mae_cli.report.console import Paragraph


def wrapped(text, width):
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    console.print(Paragraph(Text(text)))
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 6, ["one", "two", "three"]),
        ("between 1 and 2 (95% interval)", 19, ["between 1 and 2", "(95% interval)"]),
        ("read 38 ms, fit 1.68 s", 11, ["read 38 ms,", "fit 1.68 s"]),
        ("read 38 ms, fit 1.68 s", 7, ["read", "38 ms,", "fit", "1.68 s"]),
        ("in 12 sets of 3 seconds", 6, ["in 12", "sets", "of 3", "second", "s"]),
        ("in a/long/path.csv here", 8, ["in", "a/long/p", "ath.csv", "here"]),
        ("first\n\nthird", 20, ["first", "", "third"]),
        ("大きさ 大きさ", 10, ["大きさ", "大きさ"]),
        ('use --exclude "Order ID" or more', 15, ["use --exclude", '"Order ID" or', "more"]),
        ("  line 7: a long one\nTry: this", 12, ["  line 7: a", "    long one", "Try: this"]),
        ("  averylongword again", 9, ["  averylo", "ngword", "    again"]),
    ],
)
def test_lines_end_between_words(text, width, lines):
    assert wrapped(text, width) == lines


@given(st.lists(st.sampled_from(["a", "bc", "12 s", "7 ms", "x" * 30, "大き"])), st.integers(4, 40))
def test_nothing_is_lost_and_no_line_is_too_wide(words, width):
    lines = wrapped(" ".join(words), width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(words).replace(" ", "")
    assert not any(line.startswith(("s", "ms")) for line in lines)
