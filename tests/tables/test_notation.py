"""The notation of numbers: found where it leaves no doubt, read freely where the user says so."""

import pytest

from mae_cli.rows.schema import Writing
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.notation import Unit, has_known_unit, notation_of, read_freely, read_notation, unit_in

COMMA = Dialect(decimal=",")


@pytest.mark.parametrize(
    ("cells", "writing", "numbers"),
    [
        (["12.5%", "-3%"], Writing(suffix="%"), [12.5, -3]),
        (["$9,254.72", "$10.00"], Writing(prefix="$", thousands=","), [9254.72, 10]),
        (["$-5", "-$6"], Writing(prefix="$"), [-5, -6]),
        (["1,234.50", "12"], Writing(thousands=","), [1234.5, 12]),
        (["1,234,567", "12"], Writing(thousands=","), [1234567, 12]),
        (["1 234", "999"], Writing(thousands=" "), [1234, 999]),
        (["3.4 kg", "5 kg"], Writing(suffix=" kg"), [3.4, 5]),
        (["12.5 kmpl", "20 kmpl"], Writing(suffix=" kmpl"), [12.5, 20]),
        (["(1,200.50)", "300.00"], Writing(thousands=",", parentheses=True), [-1200.5, 300]),
        (["(5)", "6"], Writing(parentheses=True), [-5, 6]),
        (["USD 5", "USD 6"], Writing(prefix="USD "), [5, 6]),
        (["Rs.5", "Rs.6"], Writing(prefix="Rs."), [5, 6]),
        (["EUR1.50", "EUR3"], Writing(prefix="EUR"), [1.5, 3]),
        (["10 months", "36 months"], Writing(suffix=" months"), [10, 36]),
    ],
)
def test_one_dress_of_all_cells_is_found_and_taken_off(cells, writing, numbers):
    assert notation_of(cells, PLAIN) == writing
    assert [read_notation(cell, writing, PLAIN) for cell in cells] == numbers


@pytest.mark.parametrize(
    "cells",
    [
        ["1,234", "5,678"],  # decimals?
        ["1,234.5", "12345"],
        ["12%", "0"],
        ["€37.3M", "€61K"],
        ["5 km", "900 m"],
        ["5M", "6M"],
        ["(5)", "(6)"],
        ["4 door", "2 door"],
        ["1st", "1st"],
        ["A1", "A2"],
        ["Rs3094315", "Rs12"],
        ["EUR1", "EUR2"],
        ["7a", "8a"],
        ["(1,202)", "1,400"],
        ["-5-", "3"],
        ["(-5%)", "3%"],
        ["1.2.3", "4"],
        ["5", "6"],
        ["１%", "２%"],
    ],
)
def test_what_leaves_a_doubt_is_not(cells):
    assert notation_of(cells, PLAIN) is None


def test_the_decimal_sign_says_which_separators_are_thousands():
    assert notation_of(["1.250", "900"], COMMA) is None
    assert notation_of(["1.250,50", "900,00"], COMMA) == Writing(thousands=".")
    assert read_notation("1.250,50", Writing(thousands="."), COMMA) == 1250.5


@pytest.mark.parametrize("cell", ["5", "$5%", "£5", "5 $", "five", "$", "($5)", "$1,23"])
def test_a_cell_that_wears_something_else_has_no_number(cell):
    assert read_notation(cell, Writing(prefix="$", thousands=","), PLAIN) is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("€37.3M", 37.3e6),
        ("€61K", 61e3),
        ("5 km", 5000),
        ("900 m", 900),
        ("1,234", 1234),
        ("(5)", -5),
        ("12%", 12),
        ("2M", 2e6),
        ("300 MB", 300e6),
        ("1.5 gb", 1.5e9),
        ("A1", None),
        ("2-", None),
        ("2²", None),
        ("5½", None),
        ("1.5e", None),
        ("hello", None),
    ],
)
def test_on_the_word_of_the_user_anything_is_taken_off(cell, number):
    found = read_freely(cell, PLAIN)
    assert found == (number if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("5 km", Unit("km", "m")),
        ("3 kg", Unit("kg", "g")),
        ("2 lb", Unit("lb", "oz")),
        ("1 GB", Unit("GB", "B")),
        ("4 m", Unit("m", "m")),
        ("$5M", Unit("$", "$")),
        ("7K", Unit()),
        ("8", Unit()),
        ("5%", Unit("%", "%")),
    ],
)
def test_numbers_that_are_taken_freely_have_the_base_of_their_unit(cell, unit):
    assert unit_in(cell) == unit


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        ("12 km", True),
        ("12years", True),
        ("$5", True),
        ("2.5 stars", True),
        ("8am", False),
        ("6m", False),
        ("4 door", False),
        ("12", False),
        ("rs12", False),
        ("a", False),
    ],
)
def test_a_unit_is_known_or_a_part_of_a_name(cell, known):
    assert has_known_unit(cell) == known
