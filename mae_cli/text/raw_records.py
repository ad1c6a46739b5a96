"""The records of CSV text as the bytes that they are, and with a field more."""

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, repeat

_LONGEST_SEARCH = 1 << 16


def extended(content: bytes, delimiter: str, fields: Sequence[bytes | None], usual_end: bytes) -> bytes:
    """The records of a text with one field more each; blank lines go, and so do records whose field is None.

    Args:
        content: the text, without a byte order mark; it ends outside of quotes.
        delimiter: between its fields.
        fields: one for each record, as it stands in a file.
        usual_end: the line end of a record that has none because the text ends with it.
    """
    end = _only_line_end(content, usual_end)
    if end is not None and None not in fields:
        lines = content.removesuffix(end).split(end)
        if len(lines) == len(fields):  # there is no blank line
            # Several times faster than one by one, and nearly all files are so.
            parts = zip(lines, repeat(delimiter.encode()), fields, repeat(end), strict=False)
            return b"".join(chain.from_iterable(parts))  # type: ignore[arg-type]  # (no field is None)
    return b"".join(_extended_one_by_one(content, delimiter, fields, usual_end))


def first_line_end(content: bytes) -> bytes:
    """The end of the first line."""
    first = next(iter(content[:_LONGEST_SEARCH].splitlines(keepends=True)), b"")
    return _split(first)[1] or b"\n"


def raw_records(content: bytes, delimiter: str) -> list[bytes]:
    """The records of a text that ends outside of quotes, each with its line end, without blank lines."""
    lines = content.splitlines(keepends=True)
    blanks = b" \t\r\n".replace(delimiter.encode(), b"")
    if b'"' not in content:
        return [line for line in lines if line.strip(blanks)]
    return list(_quoted_records(lines, delimiter, blanks))


def _quoted_records(lines: list[bytes], delimiter: str, blanks: bytes) -> Iterator[bytes]:
    """Let the csv module say which lines a record takes."""
    reader = csv.reader((line.decode("utf-8", errors="surrogateescape") for line in lines), delimiter=delimiter)
    start = 0
    for _ in reader:
        record = b"".join(lines[start : reader.line_num])
        # A blank line within quotes belongs to a record that spans several lines.
        if reader.line_num > start + 1 or record.strip(blanks):
            yield record
        start = reader.line_num


def _only_line_end(content: bytes, usual: bytes) -> bytes | None:
    """The line end of a text without quotes, where all lines end alike; else None."""
    if b'"' in content:
        return None
    returns, feeds = content.count(b"\r"), content.count(b"\n")
    if not returns:
        return b"\n" if feeds else usual
    return b"\r\n" if content.count(b"\r\n") == returns == feeds else None


def _extended_one_by_one(
    content: bytes, delimiter: str, fields: Sequence[bytes | None], usual_end: bytes
) -> Iterator[bytes]:
    for record, field in zip(raw_records(content, delimiter), fields, strict=True):
        if field is not None:
            text, end = _split(record)
            yield from (text, delimiter.encode(), field, end or usual_end)


def _split(record: bytes) -> tuple[bytes, bytes]:
    """A record and its line end, which is empty when the text ends without one."""
    text = record.removesuffix(b"\n").removesuffix(b"\r")
    return text, record[len(text) :]
