"""Many dates at once: those that are written in all digits by their places in the text, others one by one.

What is read, and as which number, is what `read_date` says of each cell alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.tables.dates import is_time, read_date

# So many cells are taken apart together.
_CELLS = 1 << 16
_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_ZONE = "+00:00"
# So many digits of a second, and those before them, are a whole number that a float holds.
_MOST_DIGITS = 12

Characters = NDArray[np.int32]
"""(n, w) the code points of n texts of one width."""
Numbers = NDArray[np.int64]


def read_dates(cells: Sequence[str], spelling: str) -> FloatArray:
    """(n,) the number that each cell means in this format, as `read_date` has it; NaN where that has None."""
    parts = [_read(cells[first : first + _CELLS], spelling) for first in range(0, len(cells), _CELLS)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _read(cells: Sequence[str], spelling: str) -> FloatArray:
    texts = np.array([cell.strip(" \t") for cell in cells], dtype=object)
    widths = np.fromiter(map(len, texts), dtype=np.intp, count=len(texts))
    values, is_read = np.full(len(texts), np.nan), np.zeros(len(texts), dtype=bool)
    for width in np.unique(widths).tolist():
        layout = _layout(spelling, width)
        if layout is not None:
            chosen = np.flatnonzero(widths == width)
            points = texts[chosen].astype(f"U{width}").view(np.int32).reshape(len(chosen), width)
            values[chosen], is_read[chosen] = layout.read(points)
    for place in np.flatnonzero(~is_read).tolist():
        number = read_date(texts[place], spelling)
        values[place] = np.nan if number is None else number
    return values


@dataclass(frozen=True)
class _Layout:
    """Where the parts of a date stand in texts of one width.

    Attributes:
        signs: what stands between them, by its place.
        parts: the digits of each directive, with "f" for the fraction of a second.
        zone: the sign, the hours and the minutes of the offset from UTC; none of these without a zone.
        has_day: whether there is a date, not a time of day alone.
    """

    signs: Mapping[int, str]
    parts: Mapping[str, slice]
    zone: tuple[int, slice, slice] | None
    has_day: bool

    def read(self, points: Characters) -> tuple[FloatArray, BoolArray]:
        """The numbers, NaN where there is no such day or time, and which of the texts have this layout."""
        fits = np.logical_and.reduce(
            [np.ones(len(points), dtype=bool), *(points[:, place] == ord(sign) for place, sign in self.signs.items())]
        )
        parts = {name: _number(points[:, place], fits) for name, place in self.parts.items()}
        offset = self._offset(points, fits)
        seconds, exists = _seconds(parts, offset, self._fraction)
        if not self.has_day:
            return np.where(exists, seconds / 3600, np.nan), fits
        fits &= (parts["Y"] >= 1000) & (parts["Y"] < 3000)
        day, is_day = _day(parts)
        return np.where(exists & is_day, (86_400 * day + seconds) / 86_400, np.nan), fits

    @property
    def _fraction(self) -> int:
        """How many digits the fraction of a second has."""
        place = self.parts.get("f")
        return 0 if place is None else place.stop - place.start

    def _offset(self, points: Characters, fits: BoolArray) -> Numbers:
        """Minutes from UTC."""
        if self.zone is None:
            return np.zeros(len(points), dtype=np.int64)
        place, hours, minutes = self.zone
        fits &= np.isin(points[:, place], [ord("+"), ord("-")])
        size = 60 * _number(points[:, hours], fits) + _number(points[:, minutes], fits)
        return np.where(points[:, place] == ord("-"), -size, size)


@cache
def _layout(spelling: str, width: int) -> _Layout | None:
    """The layout of texts of this width in a format; None where there is none of digits alone."""
    tokens = re.split("(%.)", spelling)
    names = [token[1] for token in tokens if token.startswith("%")]
    if not set(names) <= {*_DIGITS, "z"}:
        return None
    least = sum(len(token) for token in tokens if not token.startswith("%"))
    least += sum(len(_ZONE) if name == "z" else _DIGITS[name] for name in names)
    fraction = width - least - 1 if width > least else 0
    if width < least or (width > least and not ("S" in names and 0 < fraction <= _MOST_DIGITS)):
        return None
    return _laid_out(tokens, fraction, has_day=not is_time(spelling))


def _laid_out(tokens: Sequence[str], fraction: int, *, has_day: bool) -> _Layout:
    signs: dict[int, str] = {}
    parts: dict[str, slice] = {}
    zone, place = None, 0
    for token in tokens:
        name = token[1:] if token.startswith("%") else ""
        if name == "z":
            zone = place, slice(place + 1, place + 3), slice(place + 4, place + 6)
            signs[place + 3] = ":"
            place += len(_ZONE)
        elif name:
            parts[name] = slice(place, place + _DIGITS[name])
            place += _DIGITS[name]
        else:
            signs |= dict(enumerate(token, start=place))
            place += len(token)
        if name == "S" and fraction:
            signs[place], parts["f"] = ".", slice(place + 1, place + 1 + fraction)
            place += 1 + fraction
    return _Layout(signs, parts, zone, has_day)


def _number(points: Characters, fits: BoolArray) -> Numbers:
    """(n,) what digits mean; texts with others do not fit."""
    digits = points.astype(np.int64) - ord("0")
    fits &= ((digits >= 0) & (digits <= 9)).all(axis=1)
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
    return np.asarray(digits @ powers)


def _seconds(parts: Mapping[str, Numbers], offset: Numbers, fraction: int) -> tuple[FloatArray, BoolArray]:
    """Seconds since midnight, in UTC where there is a zone, and whether there is such a time."""
    zero = np.zeros_like(offset)
    hours, minutes, seconds = (parts.get(name, zero) for name in ("H", "M", "S"))
    exists = (hours <= 23) & (minutes <= 59) & (seconds <= 59)
    exact = (seconds * 10**fraction + parts.get("f", zero)) / 10**fraction
    return 3600 * hours + 60 * (minutes - offset) + exact, exists


def _day(parts: Mapping[str, Numbers]) -> tuple[Numbers, BoolArray]:
    """Days since 1970-01-01, and whether there is such a day."""
    one = np.ones_like(parts["Y"])
    month, day = parts.get("m", one), parts.get("d", one)
    months = 12 * (parts["Y"] - 1970) + month - 1
    first, after = (each.astype("M8[M]").astype("M8[D]").astype(np.int64) for each in (months, months + 1))
    return first + day - 1, (month >= 1) & (month <= 12) & (day >= 1) & (day <= after - first)
