"""How numbers and missing cells are spelled."""

import re

# The spellings of a missing cell: pandas' own, written down so that an upgrade cannot change a fit.
_ABSENT = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "None")
_NOT_A_NUMBER = ("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN")
MISSING = frozenset({*_ABSENT, *_NOT_A_NUMBER})

# What pandas reads as a number in a column of numbers; a test holds the two together.
_NUMBER = re.compile(
    r"[ \t\n\v\f\r]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t\n\v\f\r]*|[+-]?inf(inity)?",
    re.ASCII | re.IGNORECASE,
)


def is_number(text: str) -> bool:
    """Whether a cell is a number: decimal digits with or without sign, point and exponent; an infinity."""
    return _NUMBER.fullmatch(text) is not None
