"""The records of CSV text one by one: as fields with the lines they start on, and as the bytes that they are.

pandas reads the table; this walk is for what pandas does not say: the header as it is written, where in the file a
record stands when a message has to point at it, and the records that `mae-predict` passes on with a field more.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING, BinaryIO, TextIO

if TYPE_CHECKING:
    from _csv import Reader

UTF8_MARK = b"\xef\xbb\xbf"

# The module's own limit, of 128 KB a cell, is for other uses; this one is the largest that every system takes.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Delimiter:
    """What stands between the fields of a text.

    Attributes:
        sign: an ASCII character.
        is_spaced: whether the blanks behind it belong to it, not to cells.
    """

    sign: str = ","
    is_spaced: bool = False

    @property
    def written(self) -> bytes:
        """What stands before a field that is added."""
        return self.sign.encode() + b" " * self.is_spaced

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> "Reader":
        """A reader of these lines."""
        return csv.reader(lines, delimiter=self.sign, skipinitialspace=self.is_spaced, strict=strict)

    def of_blank_lines(self) -> str:
        """The characters that a blank line may have."""
        return " \t\r\n".replace(self.sign, "")


COMMA = Delimiter()


@dataclass(frozen=True)
class Record:
    """The cells of one CSV record and the line of the file (from 1) that it starts on."""

    line: int
    cells: tuple[str, ...]


class MisplacedQuoteError(Exception):
    """A record, beginning on `line`, has text behind a closing quote, or a quote that is never closed.

    Or one opens within a cell, with a delimiter before it closes: was the delimiter meant to be text?
    """

    def __init__(self, line: int, *, never_closed: bool = False, within_cell: bool = False) -> None:
        super().__init__(line, never_closed, within_cell)
        self.line = line
        self.never_closed = never_closed
        self.within_cell = within_cell


def walk(
    stream: BinaryIO,
    delimiter: Delimiter = COMMA,
    lines_before: int = 0,
    *,
    begins_file: bool = True,
    strict: bool = False,
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


def _walk(text: TextIO, delimiter: Delimiter, lines_before: int, *, strict: bool) -> Iterator[Record]:
    current = ""

    def lines() -> Iterator[str]:
        nonlocal current
        for line in text:
            current = line
            yield line

    within_cell = _quote_within_cell(delimiter.sign) if strict else None
    reader = delimiter.reader(lines(), strict=strict)
    blanks = delimiter.of_blank_lines()
    start = 1
    try:
        for cells in reader:
            # A blank line inside quotes belongs to a record that spans several lines.
            blank = start == reader.line_num and not current.strip(blanks)
            if within_cell is not None and start == reader.line_num and within_cell.search(current):
                raise MisplacedQuoteError(lines_before + start, within_cell=True)
            if not blank:
                yield Record(lines_before + start, tuple(cells))
            start = reader.line_num + 1
    except csv.Error as error:
        if not strict or "larger" in str(error):
            raise
        raise MisplacedQuoteError(lines_before + start, never_closed="end of data" in str(error)) from error


def _quote_within_cell(sign: str) -> re.Pattern[str]:
    """A cell that begins without a quote has one behind a letter, and a later cell ends with one: `a"b, c"`.

    Behind a digit a quote means inches or seconds.
    """
    sign = re.escape(sign)
    within = rf'[^"{sign}\d\s]"[^"{sign}\s][^"{sign}]*{sign}[^"]*"'
    return re.compile(rf'(?:^|{sign})[^"{sign}]*{within}(?={sign}|[\r\n]|$)')


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


_LONGEST_SEARCH = 1 << 16


def extended(content: bytes, delimiter: Delimiter, fields: Sequence[bytes | None], usual_end: bytes) -> bytes:
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
            parts = zip(lines, repeat(delimiter.written), fields, repeat(end), strict=False)
            return b"".join(chain.from_iterable(parts))  # type: ignore[arg-type]  # (no field is None)
    return b"".join(_extended_one_by_one(content, delimiter, fields, usual_end))


def first_line_end(content: bytes) -> bytes:
    """The end of the first line."""
    first = next(iter(content[:_LONGEST_SEARCH].splitlines(keepends=True)), b"")
    return _split(first)[1] or b"\n"


def raw_records(content: bytes, delimiter: Delimiter) -> list[bytes]:
    """The records of a text that ends outside of quotes, each with its line end, without blank lines."""
    lines = content.splitlines(keepends=True)
    blanks = delimiter.of_blank_lines().encode()
    if b'"' not in content:
        return [line for line in lines if line.strip(blanks)]
    return list(_quoted_records(lines, delimiter, blanks))


def _quoted_records(lines: list[bytes], delimiter: Delimiter, blanks: bytes) -> Iterator[bytes]:
    """Let the csv module say which lines a record takes."""
    texts = (line.decode("utf-8", errors="surrogateescape") for line in lines)
    reader = delimiter.reader(texts)
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
    content: bytes, delimiter: Delimiter, fields: Sequence[bytes | None], usual_end: bytes
) -> Iterator[bytes]:
    for record, field in zip(raw_records(content, delimiter), fields, strict=True):
        if field is not None:
            text, end = _split(record)
            yield from (text, delimiter.written, field, end or usual_end)


def _split(record: bytes) -> tuple[bytes, bytes]:
    """A record and its line end, which is empty when the text ends without one."""
    text = record.removesuffix(b"\n").removesuffix(b"\r")
    return text, record[len(text) :]
