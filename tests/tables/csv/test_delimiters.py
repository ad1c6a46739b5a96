"""The sign between the fields: suggested where another one than the delimiter cuts the text alike."""

from dataclasses import replace

import pytest
from support.tables import source

from mae_cli.errors import Place
from mae_cli.tables.csv.delimiters import Suggestion, spaced, suggestion
from mae_cli.tables.csv.records import Delimiter


def held(text, sign=","):
    return replace(source(text), delimiter=Delimiter(sign))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("y;x\n1;2\n", ";"),
        ("y\tx\n1\t2\n", "\t"),
        ("y^x\n1^2\n", "^"),
        ("y:x\n1:2\n", ":"),
        ("y x\n1 2\n", " "),
        ("y  x\n1 2\n10   3\n", " "),
        ("y;x\n1;2;3\n4;5;6\n", ";"),  # as R writes row names
        ("y;a, b\n1;2\n3;4\n", ";"),
        ("y;a b\n1;2 3\n", ";"),  # blanks are in names
        ("y;x;a, b\n1;2;c, d\n", ";"),
        ('"y";"x"\n', ";"),
    ],
)
def test_the_sign_that_cuts_all_records_alike_is_suggested(text, sign):
    names = tuple(name.strip('"') for name in text.split("\n", 1)[0].replace("  ", " ").split(sign))
    assert suggestion(held(text)) == Suggestion(sign, names)


@pytest.mark.parametrize(
    "text",
    [
        "y,x\n1,2\n",
        "y\n1\n",
        "y;x|k\n1;2|3\n",  # two
        "y;x\n1;2\n3\n",
        "y,x\n1;2,3\n",  # not in the header
        "y,a b\n1,c d\n",
        "a b\n",
        "y:z,x\n1:2,3\n",  # no more fields than with the comma
    ],
)
def test_nothing_is_suggested_where_nothing_speaks_for_another_sign(text):
    assert suggestion(held(text)) is None


def test_the_delimiter_itself_is_never_suggested():
    assert suggestion(held("y,x\n1,2\n", sign=";")).sign == ","
    assert suggestion(held("y;x\n1;2\n", sign=";")) is None


@pytest.mark.parametrize(
    ("sign", "remedy"),
    [
        ("\t", "use --delimiter tab"),
        (",", "use --delimiter ,"),
        (" ", 'use --delimiter " "'),
        (":", "use --delimiter :"),
    ],
)
def test_the_sign_is_named_as_it_is_typed(sign, remedy):
    fault = Suggestion(sign, ("y", "x")).fault(Place("data.csv", line=3))
    assert (fault.code, fault.remedy, fault.place.line) == ("wrong-delimiter", remedy, 3)


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("y   x\n1 2\n30    4\n", True),
        ("y x\n1 2\n", False),
        ("y x z\n1  2\n", False),  # a missing cell
        ("y  x\n1 2 3\n", False),
    ],
)
def test_several_blanks_stand_for_one_where_all_records_have_as_many_fields_then(text, several):
    assert spaced(held(text, sign=" ")).delimiter.is_spaced == several
