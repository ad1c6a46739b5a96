"""Which format of dates, periods or times of day the cells of a column are in; see `dates` for what a format is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import isnan

import numpy as np

from mae_cli.tables.date_cells import read_dates
from mae_cli.tables.dates import pattern_of, read_date

_DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y_%m_%d", "%d.%m.%Y", "%m.%d.%Y", "%d/%m/%Y", "%m/%d/%Y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d-%b-%Y", "%d. %b %Y", "%d%b%Y", "%b %d, %Y", "%b %d %Y"),
    *("%Y-%b-%d", "%Y %b %d"),
)
_SHORT_DAYS = tuple(spelling.replace("%Y", "%y") for spelling in _DAYS)
_SHORT_PERIODS = ("%b-%y", "%b %y", "%b/%y", "%b'%y", "%b. %y")
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p", "%I:%M:%S%p")
_PERIODS = (
    *("%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%b-%Y", "%Y %b", "%Y-%b", "%YQ%q", "%Y Q%q", "%Y-Q%q"),
    *("Q%q %Y", "Q%q/%Y", "Q%q-%Y"),
)
_HOURS = (*_TIMES, "%I %p", "%I%p")
# So many cells are tried one by one.
_FIRST = 100


def spellings_of(cells: Sequence[str]) -> list[str]:
    """The formats that all cells are in; more than one where days and months cannot be told apart."""
    return [
        spelling
        for spelling in _spellings_of_one(cells[0].strip(" \t"))
        if _are_all_in(cells, spelling) and not _are_seasons(cells, spelling)
    ]


def doubtful_spellings_of(cells: Sequence[str]) -> list[str]:
    """The formats with two digits for the year that all cells are in: nobody should guess the century."""
    return [spelling for spelling in (*_SHORT_DAYS, *_SHORT_PERIODS) if _are_all_in(cells, spelling)]


def parts_in_doubt(spellings: Sequence[str]) -> str:
    """What formats of the same cells take for one another: "day and month"; "" where there is only one."""
    orders = [re.findall("%[Yymbd]", spelling) for spelling in spellings]
    parts = [
        name
        for name, directives in {"day": "d", "month": "mb", "year": "Yy"}.items()
        if len({next((place for place, each in enumerate(order) if each[1] in directives), -1) for order in orders}) > 1
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if parts else ""


def commonest_spelling(counts: Mapping[str, int]) -> str | None:
    """The format that the most cells are in, of several the first; None where no cell is in one.

    Args:
        counts: how many cells have each text.
    """
    found: dict[str, int] = {}
    for text in counts:
        if not any(read_date(text, spelling) is not None for spelling in found):
            stripped = text.strip(" \t")
            spellings = [*_spellings_of_one(stripped), *doubtful_spellings_of([stripped])]
            found |= {spelling: _cells_in(counts, spelling) for spelling in spellings}
    best = max(found, key=lambda spelling: found[spelling], default=None)
    return best if best and found[best] else None


def _are_all_in(cells: Sequence[str], spelling: str) -> bool:
    """Whether all cells are in a format; the first ones say soon that they are not."""
    first = all(read_date(cell, spelling) is not None for cell in cells[:_FIRST])
    return first and not np.isnan(read_dates(cells[_FIRST:], spelling)).any()


def _cells_in(counts: Mapping[str, int], spelling: str) -> int:
    """How many cells are in a format; none where they may be seasons."""
    numbers = read_dates(list(counts), spelling).tolist()
    texts = [text for text, number in zip(counts, numbers, strict=True) if not isnan(number)]
    return 0 if _are_seasons(texts, spelling) else sum(counts[text] for text in texts)


def _spellings_of_one(cell: str) -> Iterable[str]:
    for spelling in (*_PERIODS, *_HOURS):
        if read_date(cell, spelling) is not None:
            yield spelling
    for spelling in _DAYS:
        match = pattern_of(spelling).match(cell)
        if match is None:
            continue
        if match.end() == len(cell):
            yield spelling
            continue
        for between, time, zone in product((" ", "T", ", "), _TIMES, ("", "%z", " %z")):
            if read_date(cell, f"{spelling}{between}{time}{zone}") is not None:
                yield f"{spelling}{between}{time}{zone}"


def _are_seasons(cells: Sequence[str], spelling: str) -> bool:
    """Whether months may be years: 2003-04 is April, or a season."""
    return spelling in {"%Y-%m", "%Y/%m"} and all(
        (int(cell.strip()[:4]) + 1) % 100 == int(cell.strip()[5:]) for cell in cells
    )
