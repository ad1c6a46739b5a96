"""Dates and times as ticks of a clock: the same numbers that their text gives."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.tables.dates import read_date
from mae_cli.tables.moments import PER_SECOND, TYPED_MOMENT, TYPED_TIME, days, hours

# Those that 64 bits of nanoseconds can hold.
DAYS = st.dates(dt.date(1678, 1, 1), dt.date(2262, 4, 1))


@pytest.mark.parametrize("unit", PER_SECOND)
@given(DAYS, st.times())
def test_a_moment_is_the_days_of_its_text_to_the_last_bit(unit, day, time):
    moment = np.datetime64(f"{day}T{time}").astype(f"M8[{unit}]")
    text = str(moment).replace("T", " ")
    assert days(moment.astype(np.int64)[np.newaxis], PER_SECOND[unit]).tolist() == [read_date(text, TYPED_MOMENT)]


@given(st.times())
def test_a_time_is_the_hours_of_its_text_to_the_last_bit(time):
    ticks = ((time.hour * 60 + time.minute) * 60 + time.second) * 10**6 + time.microsecond
    assert hours(np.array([ticks]), 10**6).tolist() == [read_date(str(time), TYPED_TIME)]
