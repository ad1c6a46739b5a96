"""The records of a CSV file one by one, with the lines they start on.

pandas reads the table; this walk is for what pandas does not say: the header as it is written, and where
in the file a record stands when a message has to point at it.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, TextIO

UTF8_MARK = b"\xef\xbb\xbf"

# The module's own limit, of 128 KB a cell, is for other uses; this one is the largest that every system takes.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Record:
    """The cells of one CSV record and the line of the file (from 1) that it starts on."""

    line: int
    cells: tuple[str, ...]


class MisplacedQuoteError(Exception):
    """A record, beginning on `line`, has text behind a closing quote, or a quote that is never closed."""

    def __init__(self, line: int, *, never_closed: bool) -> None:
        super().__init__(line, never_closed)
        self.line = line
        self.never_closed = never_closed


def walk(
    stream: BinaryIO, delimiter: str = ",", lines_before: int = 0, *, begins_file: bool = True, strict: bool = False
) -> Iterator[Record]:
    """Yield the records of a stream, closed at the end, without the blank lines that pandas skips as well.

    Bytes that are not UTF-8 come as lone surrogates, so that the walk can pass them. A byte order mark is skipped where
    the stream begins a file; elsewhere it is text.

    Raises:
        MisplacedQuoteError: if the walk is strict; else text behind a closing quote belongs to the cell, and a quote
            that is never closed ends with the text.
        csv.Error: A cell is larger than the csv module's limit.
    """
    encoding = "utf-8-sig" if begins_file else "utf-8"
    with io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="") as text:
        yield from _walk(text, delimiter, lines_before, strict=strict)


def _walk(text: TextIO, delimiter: str, lines_before: int, *, strict: bool) -> Iterator[Record]:
    current = ""

    def lines() -> Iterator[str]:
        nonlocal current
        for line in text:
            current = line
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=strict)
    blanks = " \t\r\n".replace(delimiter, "")
    start = 1
    try:
        for cells in reader:
            # A blank line inside quotes belongs to a record that spans several lines.
            blank = start == reader.line_num and not current.strip(blanks)
            if not blank:
                yield Record(lines_before + start, tuple(cells))
            start = reader.line_num + 1
    except csv.Error as error:
        if not strict or "larger" in str(error):
            raise
        raise MisplacedQuoteError(lines_before + start, never_closed="end of data" in str(error)) from error


def line_ends(text: bytes, before: bytes = b"") -> int:
    r"""How many lines end in some text: at `\n`, `\r\n` or `\r`; `before` are the bytes in front of it."""
    # A carriage return before a line feed is one line end with it, across blocks too.
    return text.count(b"\n") + text.count(b"\r") - (before[-1:] + text).count(b"\r\n")


def undecodable_line(stream: BinaryIO) -> tuple[int, int] | None:
    """The line (from 1) and the value of the first byte that is not UTF-8, None when all are."""
    lines, last = 0, b""
    for part in stream:  # up to a line feed
        try:
            part.decode("utf-8")
        except UnicodeDecodeError as error:
            return lines + line_ends(part[: error.start], last) + 1, part[error.start]
        lines, last = lines + line_ends(part, last), part
    return None
