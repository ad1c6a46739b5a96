"""Dates and times of day that a type says, as ticks of a clock: the same numbers that their text gives.

A date is the number of days since 1970-01-01, a time of day a number of hours; see `dates`.
"""

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import FloatArray

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""How many ticks there are in a second, by the unit of a type."""

Ticks = NDArray[np.int64]

TYPED_DATE = "%Y-%m-%d"
"""How days are written into text, by pandas and others."""
TYPED_MOMENT = "%Y-%m-%d %H:%M:%S"
"""The same where there is a time of day."""
TYPED_MOMENT_OF_ZONE = "%Y-%m-%d %H:%M:%S%z"
"""The same with a time zone."""
TYPED_TIME = "%H:%M:%S"
"""How times of day are."""


def days(ticks: Ticks, per_second: int) -> FloatArray:
    """(n,) days from ticks since 1970-01-01, of which there are so many in a second."""
    day, rest = np.divmod(ticks, 86_400 * per_second)
    return np.asarray((86_400 * day + _seconds(rest, per_second)) / 86_400)


def hours(ticks: Ticks, per_second: int) -> FloatArray:
    """(n,) hours from ticks since midnight."""
    return _seconds(ticks, per_second) / 3600


def _seconds(ticks: Ticks, per_second: int) -> FloatArray:
    """Seconds; those of a minute are divided first, as the digits of a text are read."""
    minutes, rest = np.divmod(ticks, 60 * per_second)
    return np.asarray(60 * minutes + rest / per_second)
