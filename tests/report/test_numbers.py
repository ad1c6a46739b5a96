"""Numbers are whole, aligned, and true after rounding."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.report.numbers import about, aligned, at_most, count, counted, duration, percent, quantity

FINITE = st.floats(-1e308, 1e308)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.5, "0.5000"),
        (25.0, "25.00"),
        (-4.5271, "-4.527"),
        (1 / 3, "0.3333"),
        (9.9996, "10.00"),
        (9999.6, "10,000"),
        (123456.789, "123,457"),
        (-12345678.9, "-12,345,679"),
        (1e12, "1.000×10^12"),
        (0.0001, "0.0001000"),
        (0.00009876543, "9.877×10^-5"),
        (1.5e300, "1.500×10^300"),
        (-2e-308, "-2.000×10^-308"),
    ],
)
def test_one_number_has_four_significant_digits_zeros_included(value, text):
    assert quantity(value) == text


def read(text):
    return float(text.replace(",", "").replace("×10^", "e"))


@given(FINITE)
def test_a_number_reads_back_within_half_a_unit_of_its_fourth_digit(value):
    assert math.isclose(read(quantity(value)), value, rel_tol=5.1e-4, abs_tol=5e-324)


@given(st.lists(FINITE, min_size=1))
def test_no_number_of_a_column_loses_more_than_its_second_digit(values):
    for value, cell in zip(values, aligned(values), strict=True):
        assert math.isclose(read(cell), value, rel_tol=5.1e-2, abs_tol=5e-324)


@given(st.lists(st.none() | FINITE, min_size=1))
def test_the_points_of_a_column_are_in_line_and_its_cells_equally_wide(values):
    cells = aligned(values)
    assert len({len(cell) for cell in cells}) == 1
    points = {cell.index(".") for cell in cells if "." in cell}
    assert len(points) <= 1


def test_the_numbers_of_a_column_share_the_decimals_of_the_largest():
    assert aligned([12.69166, 9.51837, 0.840275]) == ["12.69", " 9.52", " 0.84"]
    assert aligned([12345.6, 77.9]) == ["12,346", "    78"]


def test_a_number_too_small_for_the_shared_decimals_gets_its_own():
    assert aligned([-15.3201, -0.00218471, 0.0]) == ["-15.32  ", " -0.0022", "  0.00  "]


def test_whole_numbers_have_no_decimals():
    assert aligned([851.0, -43.0]) == ["851", "-43"]
    assert aligned([0.5, 1.25, None]) == ["0.500", "1.250", "–    "]


def test_signed_columns_mark_increases():
    assert aligned([1.5, -2.25, 0.0], signed=True) == ["+1.500", "-2.250", " 0.000"]


def test_decimals_may_be_given():
    assert aligned([1.0, 10.98], decimals=1) == [" 1.0", "11.0"]


def test_counts_have_separators_and_their_nouns_a_plural():
    assert count(1234567) == "1,234,567"
    assert [counted(n, "row") for n in (0, 1, 10_000)] == ["0 rows", "1 row", "10,000 rows"]
    assert [counted(n, "pass") for n in (1, 6)] == ["1 pass", "6 passes"]


def test_shares_and_times():
    assert percent(0.1213) == "12.1%"
    assert [duration(t) for t in (0.0123, 0.0994, 0.0999, 0.84, 9.94, 9.96, 99.96, 600, 400_000)] == [
        "12 ms",
        "99 ms",
        "0.1 s",
        "0.8 s",
        "9.9 s",
        "10 s",
        "100 s",
        "10 min",
        "6,667 min",
    ]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.1e-12, "0.00000000011%"),
        (1e-12, "rounding"),
        (0.0, "rounding"),
        (3.04e-10, "0.000000031%"),
        (3e-10, "0.00000003%"),
        (4.61e-4, "0.047%"),
        (4.61e-6, "0.00047%"),
        (0.0411, "4.2%"),
        (0.25, "25%"),
        (0.999, "100%"),
        (1.0, "100%"),
        (123.4, "13,000%"),
    ],
)
def test_a_bound_is_rounded_upwards(share, text):
    assert at_most(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.1614, "16%"),
        (0.00004149, "0.0041%"),
        (3.04e-10, "0.00000003%"),
        (1e-12, "0%"),
        (0.0, "0%"),
        (0.996, "100%"),
    ],
)
def test_a_share_has_two_digits(share, text):
    assert about(share) == text


@given(st.floats(1.1e-12, 1))
def test_a_bound_never_claims_less_than_the_share(share):
    claim = float(at_most(share).removesuffix("%")) / 100
    assert share <= claim * (1 + 1e-15)
    assert claim <= share * 1.11
