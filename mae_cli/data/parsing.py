"""CSV text to data frames, piece by piece on several threads: what pandas would let pass is checked here.

pandas shifts or pads rows of the wrong length, renames columns of the same name and turns True and False into
booleans. Here such a file is refused in one line, or the text of the cells is kept.
"""

import io
import os
import warnings
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from mae_cli.data.csv_records import walk
from mae_cli.data.dialect import Dialect
from mae_cli.data.files import Files, Waypoint, wrong_length
from mae_cli.data.numbers import Numbers, number_columns
from mae_cli.data.pieces import Piece, cut
from mae_cli.data.quoting import misquoted_line
from mae_cli.data.raw_records import raw_records
from mae_cli.data.source import UTF8_MARK, Source
from mae_cli.errors import DataError

T = TypeVar("T")

# Columns that nobody asked for are kept to one byte a cell: pandas checks the number of fields in a row
# only when it reads all columns, so `usecols` would let a shifted row pass.
_UNUSED = "S1"
_MOST_THREADS = 4
_LONGEST_RECORD = 1 << 28


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some records: a row each.

    Attributes:
        frame: the columns asked for: text where that was asked for, else what pandas takes the cells of the chunk
            for; NaN where missing.
        numbers: the columns of it that are not asked for as text.
        first: how many records of the data come before.
    """

    frame: pd.DataFrame
    numbers: Numbers
    first: int


@dataclass(frozen=True, eq=False)
class TextChunk(Chunk):
    """Some records with the text that they were parsed from.

    Attributes:
        source: the file.
        piece: its text, with the header when it begins the file.
    """

    source: Source
    piece: Piece


def read_chunks(
    files: Files, columns: Sequence[str], text_columns: Collection[str], apart: int = 0
) -> Generator[TextChunk, None, None]:
    """The named columns of all records, those of `text_columns` as text.

    Args:
        files: The data.
        columns: The names; one that is wanted both as numbers and as text stands there twice.
        text_columns: Those of them that are text.
        apart: How many of the first columns of numbers to keep apart.

    Raises:
        DataError: A row has too many fields, a quote is never closed, or a used cell is not UTF-8.
    """
    first = 0
    del files.waypoints[:]
    for number, source in enumerate(files.sources):
        parse = partial(_parse, source, _Expected(files.names, columns, text_columns, apart, files.dialect))
        for piece, (frame, numbers) in _parsed(source, parse):
            files.waypoints.append(Waypoint(first, number, piece.offset))
            yield TextChunk(frame, numbers, first, source, piece)
            first += len(frame)


class _OpenQuoteError(Exception):
    """A piece ends inside of quotes."""


def _parsed(source: Source, parse: Callable[[Piece], T]) -> Iterator[tuple[Piece, T]]:
    """The pieces of a source in order with what `parse` makes of them on several threads.

    Where a piece ends inside of quotes, the parser says so; the piece is then parsed again with what follows. Each
    piece begins where a record does, as the one before it did not end inside of quotes.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    with source.opened() as stream, _strictly(), ThreadPoolExecutor(threads) as pool:
        pieces = cut(stream)
        waiting: deque[tuple[Piece, Future[T]]] = deque()

        def fetch() -> bool:
            piece = next(pieces, None)
            if piece is not None:
                waiting.append((piece, pool.submit(parse, piece)))
            return piece is not None

        while fetch() and len(waiting) <= threads:
            pass
        while waiting:
            piece, future = waiting.popleft()
            fetch()
            try:
                yield piece, future.result()
            except _OpenQuoteError:
                longer = piece
                while len(longer.content) < 2 * len(piece.content) and (waiting or fetch()):
                    longer = longer.followed_by(waiting.popleft()[0])
                if longer is piece or len(longer.content) > _LONGEST_RECORD:
                    raise _never_closed(source, piece) from None
                waiting.appendleft((longer, pool.submit(parse, longer)))


@contextmanager
def _strictly() -> Iterator[None]:
    """Make pandas' warning that it drops fields an error. Filters are common to all threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        yield


@dataclass(frozen=True, eq=False)
class _Expected:
    """What pandas is told of a file: all names, which of them are used, which are text, and how it is written."""

    names: tuple[str, ...]
    used: Sequence[str]
    text: Collection[str]
    apart: int
    dialect: Dialect

    @property
    def types(self) -> dict[str, Any]:
        """The type of every column that pandas shall not guess."""
        types = {name: (str if name in self.text else None) if name in self.used else _UNUSED for name in self.names}
        return {name: kind for name, kind in types.items() if kind is not None}

    @property
    def missing(self) -> list[str] | dict[str, list[str]]:
        """The spellings of a missing cell in every column that is used; among text the usual ones may be levels."""
        text, numbers = sorted({"", *self.dialect.missing}), sorted(self.dialect.all_missing)
        if not self.text:
            return numbers  # for each column apart it takes pandas a quarter of its time
        return {name: text if name in self.text else numbers for name in self.names if name in self.used}

    def columns(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Numbers]:
        """The used columns, in the order of the file, and those of numbers in the order in which they are used."""
        numbers = number_columns(self.used, self.text)
        used = [name for name in self.names if name in self.used]
        frame = frame if len(used) == len(self.names) else frame[used]
        return frame, Numbers.of(frame, numbers, self.apart)


def _parse(source: Source, expected: _Expected, piece: Piece) -> tuple[pd.DataFrame, Numbers]:
    if b"\0" in piece.content:
        raise _nul_byte(source, piece)
    _refuse_long_beginning(source, expected, piece)
    try:
        frame = pd.read_csv(
            io.BytesIO(_plain(source, piece)),
            sep=source.delimiter,
            decimal=expected.dialect.decimal,
            header=None if piece.offset else 0,
            names=list(expected.names),
            index_col=False,
            dtype=expected.types,
            na_values=expected.missing,
            keep_default_na=False,
            low_memory=False,
        )
    except pd.errors.EmptyDataError:  # nothing but blank lines
        return expected.columns(pd.DataFrame({name: [] for name in expected.names}))
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        if "EOF inside string" in str(error):
            raise _OpenQuoteError from error
        raise _malformed(source, expected, piece, error) from error
    _refuse_short_records(source, expected, piece, frame)
    _refuse_text_behind_quotes(source, piece)
    return expected.columns(frame)


def _plain(source: Source, piece: Piece) -> bytes:
    """The text of a piece without what pandas would misread.

    It skips a byte order mark wherever it begins to read; within a file that is text. And it takes a delimiter that
    follows a blank line of a lone carriage return for a part of the line's end.
    """
    content = piece.content
    # One byte is searched many times faster than two of which the second is everywhere.
    if b"\r" in content and b"\r" + source.delimiter.encode() in content:
        content = b"".join(raw_records(content if piece.offset else content.removeprefix(UTF8_MARK), source.delimiter))
    return UTF8_MARK + content if piece.offset and content.startswith(UTF8_MARK) else content


def _refuse_long_beginning(source: Source, expected: _Expected, piece: Piece) -> None:
    """Check the record that pandas does not: it takes the first of what it parses to be as long as it should be."""
    first = next(walk(io.BytesIO(piece.content), source.delimiter, piece.offset), None)
    if first is not None and len(first.cells) > len(expected.names):
        raise _first_of_wrong_length(source, expected, piece)


def _refuse_short_records(source: Source, expected: _Expected, piece: Piece, frame: pd.DataFrame) -> None:
    """Find records with too few fields, which pandas pads: only where the last cell is missing can there be one.

    Where nothing is quoted, the number of delimiters says at once that there is none.
    """
    last = frame[expected.names[-1]]
    if not (last.isna() | (last == b"")).any():
        return
    records = len(frame) + (piece.offset == 0)
    delimiters = piece.content.count(source.delimiter.encode())
    if b'"' not in piece.content and delimiters == records * (len(expected.names) - 1):
        return
    for record in walk(io.BytesIO(piece.content), source.delimiter, piece.offset):
        if len(record.cells) < len(expected.names):
            raise _first_of_wrong_length(source, expected, piece)


def _refuse_text_behind_quotes(source: Source, piece: Piece) -> None:
    content = piece.content if piece.offset else piece.content.removeprefix(UTF8_MARK)
    line = misquoted_line(content, source.delimiter)
    if line is not None:
        number = _line_of(source, len(piece.content) - len(content) + piece.offset) + line
        raise DataError(
            f"{source.name}, line {number}: text behind the closing quote of a cell; "
            "a quote within quotes must be doubled"
        )


def _line_of(source: Source, offset: int) -> int:
    """The line (from 1) that begins at a byte."""
    with source.opened() as stream:
        before = stream.read(offset)
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def _first_of_wrong_length(source: Source, expected: _Expected, piece: Piece) -> DataError:
    names = expected.names
    record = next(record for record in source.records(piece.offset) if len(record.cells) != len(names))
    return wrong_length(source, record, names)


def _malformed(source: Source, expected: _Expected, piece: Piece, error: Exception) -> DataError:
    """The parser's complaint in our words, with the line found by walking the file."""
    if "Expected" in str(error) or isinstance(error, pd.errors.ParserWarning):
        return _first_of_wrong_length(source, expected, piece)
    return DataError(f"{source.name}: not readable as CSV ({str(error).strip().partition(chr(10))[0]})")


def _nul_byte(source: Source, piece: Piece) -> DataError:
    line = _line_of(source, piece.offset + piece.content.index(b"\0"))
    return DataError(
        f"{source.name}, line {line}: a NUL byte, which no text has; if the file is UTF-16, use --encoding utf-16"
    )


def _never_closed(source: Source, piece: Piece) -> DataError:
    *_, last = source.records(piece.offset)
    return DataError(f"{source.name}, line {last.line}: a quote is opened in this record and never closed")
