"""Names, cells and other text in messages: shown on one line, never obeyed, and as JSON read back as it was."""

import csv
import io
import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.messages import (
    as_given,
    column_text,
    counted,
    fixed,
    is_obeyed,
    is_unicode,
    json_text,
    level_text,
    listed,
    no_share,
    option,
    quantity,
    quoted,
    visible,
)


def test_quoted_text_stays_on_one_line_and_short():
    assert quoted("a\nb\x1b[1m") == r"'a\nb\x1b[1m'"
    assert quoted("x" * 40) == f"'{'x' * 40}'"
    assert quoted("x" * 41) == f"'{'x' * 39}…'"


def test_levels_that_cannot_be_seen_are_quoted():
    assert [level_text(level) for level in ("", " ", " a", "a")] == ['""', '" "', '" a"', "a"]


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("hour", "--exclude hour"),
        ("größe", "--exclude größe"),
        ("dep time", '--exclude "dep time"'),
        ("a,b", "--exclude '\"a,b\"'"),
        ("$HOME", "--exclude '$HOME'"),
        ("it's", '--exclude "it\'s"'),
        ("a\nb", "--exclude $'\"a\\x0ab\"'"),
        ("a\u00a0b'", "--exclude $'a\\u00a0b\\''"),
        ("x\u202e\x1by\\", "--exclude $'x\\u202e\\x1by\\\\'"),
        (" ", '--exclude " "'),
        ("-x", "--exclude=-x"),
        ("%a b%", "--exclude '%a b%'"),
    ],
)
def test_an_option_can_be_typed_as_shown(column, typed):
    assert option("--exclude", column) == typed


def test_counts_agree_with_their_noun():
    assert [counted(count, "row") for count in (0, 1, 2000)] == ["0 rows", "1 row", "2,000 rows"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="asks bash")
@pytest.mark.parametrize(
    "column", ["a b", "a,b", "it's", "$HOME", "a\nb", "x\u202e\x1by\\'", "ü\u00a0", '"', "!x", "%a", "\U000e0001"]
)
def test_a_shell_gives_the_name_back(column):
    command = f"printf %s {option('--exclude', column).removeprefix('--exclude ')}"
    typed = subprocess.run(["bash", "-c", command], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}).stdout
    assert list(csv.reader(io.StringIO(typed.decode(), newline=""), strict=True)) == [[column]]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


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
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
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


@pytest.mark.parametrize(
    "character", ["\x7f", "\x85", "\x9b", "\u200b", "\u2028", "\u202e", "\u2066", "\ufeff", "\U000e0041"]
)
def test_json_holds_no_character_that_a_terminal_obeys(character):
    text = json_text({f"a{character}": f"b{character}\n"}, indent=1)
    assert not any(is_obeyed(each) for each in text if each != "\n")
    assert json.loads(text) == {f"a{character}": f"b{character}\n"}


@given(JSON_VALUES, st.sampled_from([None, 1]))
def test_json_is_read_back_as_it_was_and_harms_no_terminal(value, indent):
    text = json_text(value, indent=indent)
    assert json.loads(text) == value
    assert not any(is_obeyed(each) for each in text if each != "\n")
    assert indent or "\n" not in text


def test_json_keeps_the_letters_of_every_script():
    assert json_text("gr\u00f6\u00dfe \u5927 \u0645\u06cc\u200c") == '"gr\u00f6\u00dfe \u5927 \u0645\u06cc\u200c"'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_json_has_no_number_that_is_not_finite(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"a": number})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9.0, "9"),
        (-6.5, "-6.5"),
        (2024.0, "2024"),
        (-12345.5, "-12,345.5"),
        (1234567.0, "1,234,567"),
        (1e-7, "1.000×10^-7"),
    ],
)
def test_numbers_of_the_data_are_shown_as_people_write_them(value, text):
    assert as_given(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "days", "1970-01-01"),
        (19753.0, "days", "2024-01-31"),
        (-1.0, "days", "1969-12-31"),
        (19753.25, "days", "2024-01-31 06:00"),
        (19753 + 1 / 86400, "days", "2024-01-31 00:00:01"),
        (1e9, "days", "1,000,000,000"),
        (8.5, "hours", "08:30"),
        (1 + 5 / 60, "hours", "01:05"),
        (0.0, "hours", "00:00"),
        (24.0, "hours", "24"),
        (25.0, "hours", "25"),
        (float("inf"), "days", "inf"),
        (float("nan"), "days", "nan"),
    ],
)
def test_dates_and_times_of_day_are_shown_as_such(value, unit, text):
    assert as_given(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.000"),
        (9.9996, "10.00"),
        (9999.0, "9999"),
        (9999.96, "10,000"),
        (1e-4, "0.0001000"),
        (9.99e-5, "9.990×10^-5"),
        (5e-4, "0.0005000"),
        (5e11, "500,000,000,000"),
        (1e12, "1.000×10^12"),
    ],
)
def test_a_quantity_has_four_digits_and_a_power_of_ten_where_it_is_far_from_one(value, text):
    assert quantity(value) == text


def test_zero_has_no_sign():
    assert [fixed(value, 2) for value in (-0.001, 0.0, -0.01)] == ["0.00", "0.00", "-0.01"]


def test_a_number_that_is_no_share_may_be_meant_in_percent():
    fault = no_share("quantile-out-of-range", "the quantile must lie", 90)
    assert str(fault) == "the quantile must lie between 0 and 1, not 90; give 0.9 for 90%"
    remedies = [no_share("odd", "it must lie", value).remedy for value in (1.0, 1.5, 2.0, 99.0, 100.0)]
    assert remedies == [None, None, "give 0.02 for 2%", "give 0.99 for 99%", None]
    remedies = [no_share("", "", value).remedy for value in (1.0, 1.5, 2.0, 99.0, 100.0)]
    assert remedies == [None, None, "give 0.02 for 2%", "give 0.99 for 99%", None]


def test_long_lists_are_cut():
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(list("abcdefghijkl")).endswith("'k', 'l'")
    assert listed(list("abcdefghijklmn")).endswith("'k', 'l' and 2 more")


def test_columns_that_could_be_taken_for_something_else_are_quoted():
    names = ["x", "(intercept)", "k = a"]
    assert [column_text(name) for name in names] == ["x", '"(intercept)"', '"k = a"']


def test_half_a_character_cannot_be_written():
    assert [is_unicode(f"a{each}") for each in ("ß", "\ud7ff", "\ud800", "\udcff", "\ue000")] == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_a_quantity_may_have_fewer_digits():
    assert [quantity(value, 3) for value in (5.4321, -0.25, 15234.0)] == ["5.43", "-0.250", "15,234"]
