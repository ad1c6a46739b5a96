"""Numbers are whole, aligned, and true after rounding."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.report.numbers import aligned, at_most, count, counted, duration, percent, quantity

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (-4.5271, "-4.5271"),
        (1 / 3, "0.333333"),
        (123456.789, "123457"),
        (12345678.9, "12345679"),
        (1e9, "1e9"),
        (0.0001, "0.0001"),
        (0.00009876543, "9.87654e-5"),
        (1.5e300, "1.5e300"),
        (-2e-308, "-2e-308"),
    ],
)
def test_one_number_has_six_significant_digits(value, text):
    assert quantity(value) == text


@given(FINITE)
def test_a_number_reads_back_within_half_a_unit_of_its_sixth_digit(value):
    assert math.isclose(float(quantity(value)), value, rel_tol=5.1e-6, abs_tol=5e-324)


@given(st.lists(FINITE, min_size=1))
def test_no_number_of_a_column_loses_more_than_its_third_digit(values):
    for value, cell in zip(values, aligned(values), strict=True):
        assert math.isclose(float(cell), value, rel_tol=5.1e-3, abs_tol=5e-324)


@given(st.lists(st.none() | FINITE, min_size=1))
def test_the_points_of_a_column_are_in_line_and_its_cells_equally_wide(values):
    cells = aligned(values)
    assert len({len(cell) for cell in cells}) == 1
    points = {cell.index(".") for cell in cells if "." in cell}
    assert len(points) <= 1


def test_comparable_numbers_share_their_decimals():
    assert aligned([12.69166, 9.51837, 0.840275]) == ["12.6917", " 9.5184", " 0.8403"]


def test_a_number_too_small_for_the_shared_decimals_gets_its_own():
    assert aligned([-15.3201, -0.00218471, 0.0]) == ["-15.3201    ", " -0.00218471", "  0         "]


def test_decimals_that_are_zero_in_every_cell_are_left_out():
    assert aligned([851.0, -43.0]) == ["851", "-43"]
    assert aligned([0.5, 1.25, None]) == ["0.50", "1.25", "–   "]


def test_signed_columns_mark_increases():
    assert aligned([1.5, -2.25, 0.0], signed=True) == ["+1.50", "-2.25", " 0   "]


def test_counts_have_separators_and_their_nouns_a_plural():
    assert count(1234567) == "1,234,567"
    assert [counted(n, "row") for n in (0, 1, 10_000)] == ["0 rows", "1 row", "10,000 rows"]
    assert [counted(n, "pass") for n in (1, 6)] == ["1 pass", "6 passes"]


def test_shares_and_times():
    assert percent(0.1213) == "12.1 %"
    assert [duration(t) for t in (0.0123, 0.99949, 0.9999, 1.234, 99.994, 99.996, 4000)] == [
        "12 ms",
        "999 ms",
        "1.00 s",
        "1.23 s",
        "99.99 s",
        "100 s",
        "4,000 s",
    ]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (3.04e-10, "3.1e-10"),
        (3e-10, "3e-10"),
        (0.0411, "4.2 %"),
        (0.25, "25 %"),
        (0.999, "100 %"),
        (1.0, "100 %"),
    ],
)
def test_a_bound_is_rounded_upwards(share, text):
    assert at_most(share) == text


@given(st.floats(1e-300, 1))
def test_a_bound_never_claims_less_than_the_share(share):
    text = at_most(share)
    claim = float(text[:-2]) / 100 if text.endswith(" %") else float(text)
    assert share <= claim * (1 + 1e-15)
    assert claim <= share * 1.11
