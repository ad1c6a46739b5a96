"""Options of several texts take CSV records, so that every text can be written."""

import click
import pytest

from mae_cli.commands.options import Record, joined
from mae_cli.errors import SettingsError


def texts(value):
    return Record("spelling").convert(value, None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hour", ("hour",)),
        ("hour,carrier", ("hour", "carrier")),
        ('"a,b",c', ("a,b", "c")),
        ('"say ""hi""",x', ('say "hi"', "x")),
        ('"two\nlines"', ("two\nlines",)),
        (" a , b", (" a ", " b")),
        ("größe,[x]", ("größe", "[x]")),
    ],
)
def test_a_value_is_one_csv_record(text, expected):
    assert texts(text) == expected


@pytest.mark.parametrize("text", ["", ",", "a,", ",a", "a,,b", '""'])
def test_an_empty_text_is_refused(text):
    with pytest.raises(SettingsError) as caught:
        texts(text)
    assert caught.value.fault.code == "blank-value"


@pytest.mark.parametrize("text", ['"a', 'a,"b', '"a"b'])
def test_a_broken_record_is_refused(text):
    with pytest.raises(click.BadParameter, match="is not a CSV record of spellings"):
        texts(text)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb"])
def test_a_second_record_is_refused_without_talk_of_files(text):
    with pytest.raises(click.BadParameter, match="is not a CSV record of spellings") as caught:
        texts(text)
    assert "open the file" not in caught.value.message


def test_texts_that_are_split_already_are_left_alone():
    assert texts(("a,b", "c")) == ("a,b", "c")


def test_a_repeated_option_adds_its_texts_in_order():
    assert joined((("a", "b"), ("c",), ())) == ("a", "b", "c")
