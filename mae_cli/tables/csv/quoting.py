"""Text behind a closing quote, which parsers glue to the cell: `"6"5` is no 65."""

from collections import deque

import numpy as np

from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.records import Delimiter, MisplacedQuoteError

_QUOTE = ord('"')


def has_misplaced_quote(piece: Piece, delimiter: Delimiter) -> bool:
    """Whether a record has text behind a closing quote."""
    if b'"' not in piece.marks or (not delimiter.is_spaced and _all_quotes_enclose_fields(piece.text, delimiter.sign)):
        return False
    try:
        deque(piece.records(delimiter, strict=True), maxlen=0)
    except MisplacedQuoteError:
        return True
    return False


def _all_quotes_enclose_fields(content: bytes, sign: str) -> bool:
    """Whether every quote opens or closes a field, or is doubled within one; seen at once for the whole text."""
    text = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    ends = np.array([*b"\r\n", *sign.encode(), _QUOTE], dtype=np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = text[opening[opening > 0] - 1]
    behind = text[closing[closing < len(text) - 1] + 1]
    return len(opening) == len(closing) and bool(np.isin(before, ends).all() and np.isin(behind, ends).all())
