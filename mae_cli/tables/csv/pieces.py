"""A stream of CSV text in pieces that end where a line ends, so that each can be parsed on its own."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from mae_cli.tables.csv.records import UTF8_MARK, Delimiter, Record, walk

# Large enough that the parser's start does not count, small enough that a few of them are no memory.
PIECE_BYTES = 1 << 22
# A record of more bytes than that is none: a quote was never closed.
LONGEST_RECORD = 1 << 28
# A line of more bytes is not waited for.
_LONG_LINE = 1 << 16
# What the parser may misread, or read in silence.
_MARKS = (b"\0", b"\r", b"\t", b" ", b'"', b"+")
# So many bytes stay in a core's cache while all marks are looked for.
_WINDOW = 1 << 17


class EndlessLineError(Exception):
    """A line is longer than a record can be; it begins with the byte `offset` of the stream."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


@dataclass(frozen=True)
class Piece:
    """Bytes of a stream.

    Attributes:
        content: the bytes.
        offset: where in the stream they begin.
        broken: whether they end because the record behind them is at fault.
    """

    content: bytes
    offset: int
    broken: bool = False

    @property
    def text(self) -> bytes:
        """The bytes without the byte order mark that may begin a stream."""
        return self.content if self.offset else self.content.removeprefix(UTF8_MARK)

    @cached_property
    def marks(self) -> frozenset[bytes]:
        """Those of NUL, carriage return, tab, blank, quote and plus sign that stand in it: each wants a closer look."""
        found: set[bytes] = set()
        for start in range(0, len(self.content), _WINDOW):
            stop = start + _WINDOW
            found |= {mark for mark in _MARKS if mark not in found and self.content.find(mark, start, stop) >= 0}
        return frozenset(found)

    def records(self, delimiter: Delimiter, lines_before: int = 0, *, strict: bool = False) -> Iterator[Record]:
        """The records one by one, with their lines, the first of which follows those before; it begins the piece."""
        return walk(io.BytesIO(self.content), delimiter, lines_before, begins_file=self.offset == 0, strict=strict)

    def completed(self, following: Iterator["Piece"]) -> "Piece | None":
        """The piece with those that follow it, in which a quote may close that it leaves open; None if none can.

        It at least doubles, so that a long record is not read again for each piece of it.
        """
        contents, size, has_quote = [self.content], len(self.content), False
        while size < LONGEST_RECORD and not (has_quote and size >= 2 * len(self.content)):
            more = next(following, None)
            if more is None:
                break
            contents.append(more.content)
            size += len(more.content)
            has_quote = has_quote or b'"' in more.content
        return Piece(b"".join(contents), self.offset) if has_quote else None


def cut(stream: BinaryIO, size: int = PIECE_BYTES) -> Iterator[Piece]:
    """Pieces of about `size` bytes; each but the last ends after a line end (which may stand inside of quotes).

    The first has more than blank lines, so that a header stands in it.

    Raises:
        EndlessLineError: a line is longer than `LONGEST_RECORD`.
    """
    pieces = _cut(stream, size)
    first = []
    for piece in pieces:
        first.append(piece.content)
        if piece.text.strip():
            break
    if first:
        yield Piece(b"".join(first), 0)
    yield from pieces


def _cut(stream: BinaryIO, size: int) -> Iterator[Piece]:
    offset = length = 0
    begun: list[bytes] = []  # of a line; joined once, so that a long line takes no longer than others
    block = stream.read(size)
    while block:
        if not length and b"\n" in block[-_LONG_LINE:]:  # the line that is begun ends soon
            block += stream.readline(_LONG_LINE)
        following = stream.read(size)
        end = block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, -1) + 1 if following else len(block)
        if end:
            piece = Piece(b"".join([*begun, block[:end]]), offset)
            yield piece
            offset, length, begun = offset + len(piece.content), 0, []
        if end < len(block):  # or the next piece would be copied to be joined with nothing
            begun.append(block[end:])
            length += len(begun[-1])
        if length > LONGEST_RECORD:
            raise EndlessLineError(offset)
        block = following
