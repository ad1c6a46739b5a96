"""Names of columns and levels, and how they are made short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mae_cli.report.names import level_text, shortened, term_text


def test_a_term_names_its_column_and_level():
    assert term_text("hour", None) == "hour"
    assert term_text("carrier", "AA") == "carrier = AA"


@pytest.mark.parametrize(
    ("column", "level", "shown"),
    [
        ("(intercept)", None, '"(intercept)"'),
        ("intercept", None, "intercept"),
        ("a = b", None, '"a = b"'),
        ("a=b", None, "a=b"),
        ("a = b", "c", '"a = b" = c'),
    ],
)
def test_a_column_that_could_be_taken_for_another_term_is_quoted(column, level, shown):
    assert term_text(column, level) == shown


def test_levels_that_cannot_be_seen_are_quoted():
    assert [level_text(level) for level in ("", " ", " a", "a")] == ['""', '" "', '" a"', "a"]


@given(st.text(), st.integers(3, 40))
def test_a_shortened_text_fits_and_a_text_that_fits_is_untouched(text, limit):
    short = shortened(text, limit)
    assert cell_len(short) <= limit
    assert short == text or (cell_len(text) > limit and "…" in short)


def test_the_middle_is_what_goes():
    assert shortened("abcdefghij", 7) == "abc…hij"
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("x" * 1000, None) == "x" * 1000
