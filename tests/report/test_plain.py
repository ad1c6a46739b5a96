"""Text from the user's data is shown, never obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mae_cli.report.plain import is_obeyed, level_text, shortened, term_text, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hour", "hour"),
        ("größe 大きさ", "größe 大きさ"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202edef", "abc\\u202edef"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b", "a\\u2028b"),
        ("\U000e0041", "\\U000e0041"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
    ],
)
def test_control_and_bidi_characters_are_shown_as_escapes(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text):
    assert not any(map(is_obeyed, visible(text)))


def test_a_term_names_its_column_and_level():
    assert term_text("hour", None) == "hour"
    assert term_text("carrier", "AA") == "carrier = AA"


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
