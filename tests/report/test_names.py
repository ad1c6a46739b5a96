"""How names are made short."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mae_cli.report.names import shortened


@given(st.text(), st.integers(3, 40))
def test_a_shortened_text_fits_and_a_text_that_fits_is_untouched(text, limit):
    short = shortened(text, limit)
    assert cell_len(short) <= limit
    assert short == text or (cell_len(text) > limit and "…" in short)


def test_the_middle_is_what_goes():
    assert shortened("abcdefghij", 7) == "abc…hij"
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("x" * 1000, None) == "x" * 1000
