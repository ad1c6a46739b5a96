"""Dates, periods and times of day: their spellings, and the numbers that they are."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.tables.dates import is_format, is_time, misfit, read_date
from mae_cli.tables.spellings import commonest_spelling, doubtful_spellings_of, spellings_of


@pytest.mark.parametrize(
    ("cells", "spellings", "first"),
    [
        (["2024-01-31", "2024-02-01"], ["%Y-%m-%d"], 19753),
        (["31.01.2024", "1.2.2024"], ["%d.%m.%Y"], 19753),
        (["1/2/2024", "3/4/2024"], ["%d/%m/%Y", "%m/%d/%Y"], None),
        (["1/2/2024", "3/14/2024"], ["%m/%d/%Y"], 19724),
        (["Jan 2012", "May 2013"], ["%b %Y"], 15340),
        (["May 2013", "January 2012"], ["%b %Y"], 15826),
        (["1979 Q3", "1980 Q1"], ["%Y Q%q"], 3468),
        (["2024-03", "2024-07"], ["%Y-%m"], 19783),
        (["2003-04", "2004-05"], [], None),
        (["2024-01-31 12:00:00", "2024-02-01 13:30:59.5"], ["%Y-%m-%d %H:%M:%S"], 19753.5),
        (["2024-01-31T12:00:00+12:00", "2024-02-01T01:00:00Z"], ["%Y-%m-%dT%H:%M:%S%z"], 19753),
        (["Jan 31, 2024"], ["%b %d, %Y"], 19753),
        (["12:00 am", "1:30 PM"], ["%I:%M %p"], 0),
        (["13:30", "0:05"], ["%H:%M"], 13.5),
        (["1965-12-31"], ["%Y-%m-%d"], -1462),
        (["2024-01-31", "2024-02-30"], [], None),
        (["2024-01-31", "2024-02-01 10:00"], [], None),
        (["24:00"], [], None),
        (["13:00 pm"], [], None),
        (["hello 1"], [], None),
        (["1/31/24"], [], None),
    ],
)
def test_the_cells_tell_their_spelling_and_nothing_else_does(cells, spellings, first):
    assert spellings_of(cells) == spellings
    if first is not None:
        assert read_date(cells[0], spellings[0]) == first


def test_a_year_of_two_digits_is_a_doubt():
    assert doubtful_spellings_of(["1/31/24", "2/1/24"]) == ["%m/%d/%y"]
    assert read_date("1/31/24", "%m/%d/%y") == 19753
    assert read_date("1/31/70", "%m/%d/%y") == 30


@pytest.mark.parametrize(
    ("text", "known"),
    [("%d/%m/%Y", True), ("%H:%M", True), ("%Y-%j", True), ("%d", False), ("%Q", False), ("x%", False)],
)
def test_a_format_names_a_day_or_a_time(text, known):
    assert is_format(text) == known


def test_times_of_day_are_told_from_dates():
    assert is_time("%H:%M:%S")
    assert not is_time("%Y-%m-%d %H:%M")


@given(
    st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31)),  # noqa: DTZ001  (cells have no zone)
    st.sampled_from(["%d.%m.%Y %H:%M", "%Y-%jT%H:%M"]),
)
def test_what_the_standard_library_writes_is_read(moment, spelling):
    moment = moment.replace(second=0, microsecond=0)
    expected = (moment - datetime(1970, 1, 1)).total_seconds() / 86400  # noqa: DTZ001
    text = moment.strftime(spelling)
    assert read_date(text, spelling) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "spelling"),
    [
        ({"2024-01-31": 1, "31.01.2024": 2}, "%d.%m.%Y"),
        ({"n.n.": 9, "2024-01-31": 1}, "%Y-%m-%d"),
        ({"12/25/2023": 1, "25/12/2023": 1, "01/02/2023": 1, "26/12/2023": 1}, "%d/%m/%Y"),
        ({"31.01.99": 2, "x": 1}, "%d.%m.%y"),
        ({"2003-04": 2, "2004-05": 2, "8:30": 1}, "%H:%M"),
        ({"x": 1, "2024-02-30": 1}, None),
        ({}, None),
    ],
)
def test_the_commonest_spelling_is_that_of_the_most_cells(counts, spelling):
    assert commonest_spelling(counts) == spelling


@pytest.mark.parametrize(
    ("text", "spelling", "says"),
    [
        ("2024-02-30", "%Y-%m-%d", "does not exist"),
        (" 24:00 ", "%H:%M", "does not exist"),
        ("30.02.2024", "%Y-%m-%d", "is not written as %Y-%m-%d"),
    ],
)
def test_a_cell_that_is_not_read_is_written_otherwise_or_does_not_exist(text, spelling, says):
    assert misfit(text, spelling) == says
