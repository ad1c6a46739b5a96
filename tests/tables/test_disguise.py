"""Text that means a number, and text that does not."""

import pytest
from support.tables import held

from mae_cli.tables import disguise
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.disguise import Advice, advice_on, common_disguise, disguise_of, is_placeholder


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("5 %", "a percentage"),
        ("-1,234.5%", "a percentage"),
        ("$5", "an amount of money"),
        ("€1.5k", "an amount of money"),
        ("(£ 20)", "an amount of money"),
        ("1,234,567", "a number with thousands separators"),
        ("1.234,5", "a number with thousands separators and a decimal comma"),
        ("1,5", "a number with a decimal comma"),
        ("(5)", "a number in parentheses"),
        ("−5", "a number with a minus sign that is not '-'"),
        ("5-", "a number whose sign is not right before its digits"),
        ("0xff", "a number in another base"),
        ("1.5D+3", "a number with a D in its exponent"),
        ("2024-02-30", "a date"),
        ("3 March 2024", "a date"),
        ("2024-02-03T10:20:30Z", "a date"),
        ("2024-Q1", "a period of time"),
        ("1_000", "a number with underscores"),
        ("10:20", "a time"),
        ("2h 5min", "a duration"),
        ("1/2", "a fraction"),
        ("<30", "a bound"),
        ("5*", "a number with a mark"),
        ('="5"', "a number in quotes"),
        ("'5", "a number after an apostrophe"),
        ("\u00a05", "a number beside a space that is not ' '"),
        ("٣", "a number in digits other than 0-9"),
    ],
)
def test_a_number_in_disguise_is_recognised(cell, name):
    assert disguise_of(cell).name == name
    assert disguise_of(f" {cell}\t").name == name


@pytest.mark.parametrize("cell", ["", "a", "4 door", "A-12", "25 to 34", "1st", "v1.2.3", "May", "x1", "N/A"])
def test_a_name_is_no_number(cell):
    assert disguise_of(cell) is None


@pytest.mark.parametrize(
    ("counts", "first"),
    [
        ({"$5": 1, "$7": 2}, "$5"),
        ({"free": 1, "$7": 1}, "$7"),
        ({"free": 2, "$7": 1}, None),
        ({"?": 5, "$7": 1, "free": 1}, "$7"),  # placeholders say nothing
        ({"<30": 3, "30+": 4}, None),  # classes
        ({"<30": 3, "$5": 3}, "$5"),
        ({"5 kg": 1, "200 g": 1}, "5 kg"),
        ({"5 kg": 1}, None),
        ({"4 door": 1, "2 door": 1}, "4 door"),
        ({"4 door": 1, "2 wheel": 1}, None),
        ({}, None),
    ],
)
def test_half_of_the_cells_make_a_column_one_of_numbers(counts, first):
    found = common_disguise(counts)
    assert (None if found is None else found[0]) == first


def test_the_remedy_names_the_unit():
    assert common_disguise({"5 kg": 1, "7 kg": 1})[1].remedy == "take 'kg' off"


@pytest.mark.parametrize("cell", ["", " - ", "n.a.", "#DIV/0!", "Unknown"])
def test_what_stands_for_a_missing_cell(cell):
    assert is_placeholder(cell)
    assert not is_placeholder(f"{cell}5")


@pytest.mark.parametrize(
    ("text", "says", "of_line"),
    [
        ("y,x\n1,x\n", "remove the line, which seems to repeat the header", True),
        ("y,x\n1,n.a.\n", "use --na-values n.a. if that means a missing cell", False),
        ("y,x\n# a,b\n", "remove comment lines first", True),
    ],
)
def test_the_remedy_depends_on_the_cell(text, says, of_line):
    assert advice_on(held(text), 0, "x") == Advice(says, of_line=of_line)


def test_what_a_cell_looks_like_is_told_with_its_remedy():
    advice = advice_on(held("y,x\n1,5 %\n"), 0, "x")
    assert advice == Advice("take the % off", "looks like a percentage")


def test_nothing_is_advised_on_a_word():
    assert advice_on(held("y,x\n1,oops\n"), 0, "x") is None


def test_a_decimal_point_beside_decimal_commas_is_recognised():
    files = Files(held("y,x\n1,1.5\n").sources, Dialect(decimal=","))
    advice = advice_on(files, 0, "x")
    assert advice == Advice("write one decimal sign throughout", "has a decimal point although --decimal , was given")


def test_text_without_digits_is_known_for_none_without_the_patterns(monkeypatch):
    monkeypatch.setattr(disguise, "_patterns", None)
    assert common_disguise({"AA": 3, "n/a": 1, "km": 2}) is None


@pytest.mark.parametrize(
    ("text", "name"), [("½", "a fraction"), ("٣", "a number in digits other than 0-9"), ("5 %", "a percentage")]
)
def test_digits_of_all_kinds_are_looked_at(text, name):
    found, kind = common_disguise({"none": 1, text: 3})
    assert (found, kind.name) == (text, name)
