"""Many dates at once: what each cell alone says, whatever stands beside it."""

import datetime as dt
import re
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mae_cli.tables import date_cells
from mae_cli.tables.date_cells import read_dates
from mae_cli.tables.dates import read_date

SPELLINGS = (
    *("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%Y-%m", "%y-%m-%d", "%d-%b-%Y", "%Y Q%q", "%Y-%j"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M %z", "%H:%M", "%H:%M:%S", "%I:%M %p"),
    *("%Y-%m-%d %H:%M:%S%z", "%d.%m.%Y, %H:%M:%S", "%S:%M:%H", "%H%M%S", "%d%m%Y %H:%M:%S"),
)


def one_by_one(cells, spelling):
    return [read_date(cell, spelling) for cell in cells]


def at_once(cells, spelling):
    return [None if isnan(number) else number for number in read_dates(cells, spelling).tolist()]


@pytest.mark.parametrize(
    ("cells", "spelling"),
    [
        ([], "%Y-%m-%d"),
        (
            ["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2024-00-10", "2024-13-01", "2024-04-31"],
            "%Y-%m-%d",
        ),
        (["0999-01-01", "3000-01-01", "1000-01-01", "2999-12-31", " 2024-01-01\t", "2024-1-1", "", "x"], "%Y-%m-%d"),
        (["2024-01-0\u0661", "2024-01-0\u00b9", "2024\u201301\u201301", "2024-01-01\0", "2024/01/01"], "%Y-%m-%d"),
        (["2024-01-01T00:00:00Z", "2024-01-01t00:00:00+05:30", "2024-01-01T23:59:59-0800"], "%Y-%m-%dT%H:%M:%S%z"),
        (
            ["2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00,25-99:99", "2024-01-01T00:00:00 01:00"],
            "%Y-%m-%dT%H:%M:%S%z",
        ),
        (["23:59:59.999999999", "24:00:00", "00:60:00", "00:00:60", "00:00:00.", "0:00:00", "1:2:3"], "%H:%M:%S"),
        (
            ["2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00-01:15", "2024-01-01T23:59:59-99:99"],
            "%Y-%m-%dT%H:%M:%S%z",
        ),
        ([f"12:34:56.{'3' * digits}" for digits in range(1, 20)], "%H:%M:%S"),
        (["31 Jan 2024", "31 January 2024", "30 Feb 2024"], "%d %b %Y"),
        (["x" * 10_000, "2024-01-01"], "%Y-%m-%d"),
    ],
)
def test_cells_are_read_as_each_alone(cells, spelling):
    assert at_once(cells, spelling) == one_by_one(cells, spelling)


def written(spelling, moment, fraction):
    """A moment in a format, with all digits."""
    text = re.sub("%q", str((moment.month + 2) // 3), spelling).replace("%S", f"%S{fraction}")
    return moment.strftime(text)


MOMENTS = st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(2999, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001
FRACTIONS = st.from_regex(r"(?:\.[0-9]{1,15})?", fullmatch=True)
CHANGES = st.tuples(st.integers(0, 30), st.sampled_from("0123456789-:. TZ+\u0661x"))


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(max_examples=40)
@given(st.lists(st.tuples(MOMENTS, FRACTIONS, st.lists(CHANGES, max_size=2)), max_size=6))
def test_what_is_written_and_what_is_nearly_so_is_read_as_each_cell_alone(spelling, drawn):
    cells = []
    for moment, fraction, changes in drawn:
        cell = written(spelling, moment, fraction)
        for place, character in changes:
            cell = cell[:place] + character + cell[place + 1 :]
        cells.append(cell)
    assert at_once(cells, spelling) == one_by_one(cells, spelling)


def test_cells_beyond_those_that_are_taken_apart_together_are_read(monkeypatch):
    monkeypatch.setattr(date_cells, "_CELLS", 3)
    cells = [f"2024-01-{day:02}" for day in range(1, 32)]
    assert at_once(cells, "%Y-%m-%d") == one_by_one(cells, "%Y-%m-%d")


@pytest.mark.parametrize("spelling", ["%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%H:%M"])
def test_dates_in_all_digits_are_not_read_one_by_one(monkeypatch, spelling):
    def refuse(text, _):
        raise AssertionError(text)

    moments = [dt.datetime(2024, 1, day, 12, 30, tzinfo=dt.UTC) for day in range(1, 32)]
    cells = [written(spelling, moment, "") for moment in moments]
    cells = [re.sub(r"\+0000$", "+00:00", cell) for cell in cells]
    expected = one_by_one(cells, spelling)
    monkeypatch.setattr(date_cells, "read_date", refuse)
    assert at_once(cells, spelling) == expected
