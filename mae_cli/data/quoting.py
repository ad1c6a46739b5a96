"""Text behind a closing quote, which parsers glue to the cell: `"6"5` is no 65."""

import csv

import numpy as np

from mae_cli.data.csv_records import decoded_lines

_QUOTE = ord('"')


def misquoted_line(content: bytes, delimiter: str) -> int | None:
    """The line (from 0) of the first record with text behind a closing quote; None if there is none.

    Args:
        content: Records, the first from its beginning.
        delimiter: Between their fields.
    """
    if b'"' not in content or _all_quotes_enclose_fields(content, delimiter):
        return None
    reader = csv.reader(decoded_lines(content), delimiter=delimiter, strict=True)
    start = 0
    try:
        for _ in reader:
            start = reader.line_num
    except csv.Error:
        return start
    return None


def _all_quotes_enclose_fields(content: bytes, delimiter: str) -> bool:
    """Whether every quote opens or closes a field, or is doubled within one; seen at once for the whole text."""
    text = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    ends = np.array([*b"\r\n", *delimiter.encode(), _QUOTE], dtype=np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = text[opening[opening > 0] - 1]
    behind = text[closing[closing < len(text) - 1] + 1]
    return len(opening) == len(closing) and bool(np.isin(before, ends).all() and np.isin(behind, ends).all())
