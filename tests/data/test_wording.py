"""Names and cells in messages."""

import pytest

from mae_cli.data.wording import counted, option, quoted


def test_quoted_text_stays_on_one_line_and_short():
    assert quoted("a\nb\x1b[1m") == r"'a\nb\x1b[1m'"
    assert quoted("x" * 40) == f"'{'x' * 40}'"
    assert quoted("x" * 41) == f"'{'x' * 39}…'"


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("hour", "--exclude hour"),
        ("größe", "--exclude größe"),
        ("dep time", '--exclude "dep time"'),
        ("a,b", "--exclude '\"a,b\"'"),
        ("$HOME", "--exclude '$HOME'"),
        ("it's", '--exclude "it\'s"'),
        ("a\nb", "--exclude NAME"),
    ],
)
def test_an_option_can_be_typed_as_shown(column, typed):
    assert option("--exclude", column) == typed


def test_counts_agree_with_their_noun():
    assert [counted(count, "row") for count in (0, 1, 2000)] == ["0 rows", "1 row", "2,000 rows"]
