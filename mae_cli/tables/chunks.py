"""The records of files in chunks: the text is cut into pieces, and several threads parse them.

The first record that is at fault is told, when those before it have been handed out.
"""

import os
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import pandas as pd

from mae_cli.errors import DataError
from mae_cli.memory import address_space_limit
from mae_cli.tables.csv.files import Files, Waypoint
from mae_cli.tables.csv.pieces import Piece, cut
from mae_cli.tables.csv.source import Source, malformed
from mae_cli.tables.csv.structure import before_line, first_fault
from mae_cli.tables.numeric_block import Numbers, Wanted
from mae_cli.tables.parsing import Expected, FaultyPieceError, OpenQuoteError, Parsed, parse

_MOST_THREADS = 4

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some records: a row each.

    Attributes:
        frame: the columns asked for: text where that was asked for or numbers would lose digits, else what pandas
            takes the cells of the chunk for; NaN where missing.
        numbers: the columns of it that are not asked for as text.
        first: how many records of the data come before.
    """

    frame: pd.DataFrame
    numbers: Numbers
    first: int

    @property
    def waypoints(self) -> tuple[Waypoint, ...]:
        """Records of it whose place in their file is known."""
        return ()


@dataclass(frozen=True, eq=False)
class TextChunk(Chunk):
    """Some records with the text that they were parsed from.

    Attributes:
        file: the number of the file, from 0 on.
        source: the file.
        piece: its text, with the header when it begins the file.
    """

    file: int
    source: Source
    piece: Piece

    @property
    def waypoints(self) -> tuple[Waypoint, ...]:
        """The first record."""
        return (Waypoint(self.first, self.file, self.piece.offset),)


def read_chunks(files: Files, wanted: Wanted) -> Generator[TextChunk, None, None]:
    """The wanted columns of all records.

    Raises:
        DataError: a row has too many fields, a quote is never closed, or a used cell is not UTF-8.
    """
    first = 0
    for number, source in enumerate(files.sources):
        expected = Expected(files.names, wanted, files.dialect)
        with closing(_parsed(source, expected)) as parsed:
            for piece, (frame, numbers) in parsed:
                yield TextChunk(frame, numbers, first, number, source, piece)
                first += len(frame)


def _parsed(source: Source, expected: Expected) -> Generator[tuple[Piece, Parsed], None, None]:
    """The pieces of a source in order, parsed on several threads.

    Where a piece ends inside of quotes, the parser says so; the piece is then parsed again with what follows. Each
    piece begins where a record does, as the one before it did not end inside of quotes.

    Raises:
        DataError: a record is at fault; those before it come first.
    """
    threads = _threads()
    with source.opened() as stream, _strictly(), _executor(threads) as executor:
        ahead = _Ahead(cut(stream), lambda piece: executor.submit(parse, source, expected, piece))
        while len(ahead.waiting) <= threads and ahead.fetch():
            pass
        while ahead.waiting:
            piece, future = ahead.waiting.popleft()
            ahead.fetch()
            try:
                yield piece, future.result()
            except OpenQuoteError:
                longer = piece.completed(ahead.following())
                if longer is not None:
                    ahead.put_back(longer)
                elif ahead.unreadable is None:  # else what would close the quote may stand there
                    yield from _up_to_fault(source, expected, piece)
            except FaultyPieceError as error:
                yield from _up_to_fault(source, expected, piece, str(error))
        if ahead.unreadable is not None:
            raise ahead.unreadable


def _threads() -> int:
    """How many threads parse beside the one that asks.

    Below a limit of address space none does: a thread that runs out of memory can die without a word of its result,
    which would then be waited for without end.
    """
    return 0 if address_space_limit() is not None else min(os.cpu_count() or 1, _MOST_THREADS)


def _executor(threads: int) -> Executor:
    return ThreadPoolExecutor(threads) if threads else _AtOnce()


class _AtOnce(Executor):
    """Calls on the thread that asks for them."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """What becomes of a call, which is over."""
        future: Future[T] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (raised when the result is asked for)
            future.set_exception(error)
        return future


class _Ahead:
    """Pieces that are parsed while those before them are used.

    Attributes:
        waiting: pieces, each with what becomes of it.
        unreadable: why the stream ended before its end; what was read before has its turn first.
    """

    def __init__(self, pieces: Iterator[Piece], submit: Callable[[Piece], "Future[Parsed]"]) -> None:
        self.waiting: deque[tuple[Piece, Future[Parsed]]] = deque()
        self.unreadable: Exception | None = None
        self._pieces = pieces
        self._submit = submit

    def fetch(self) -> bool:
        """Let another piece be parsed, if there is one."""
        try:
            piece = next(self._pieces, None)
        except Exception as error:  # noqa: BLE001  (raised when it has its turn)
            self.unreadable = error
            return False
        if piece is not None:
            self.waiting.append((piece, self._submit(piece)))
        return piece is not None

    def following(self) -> Iterator[Piece]:
        """The next pieces, which no longer wait."""
        while self.waiting or self.fetch():
            yield self.waiting.popleft()[0]

    def put_back(self, piece: Piece) -> None:
        """Let a piece be parsed that comes before all others."""
        self.waiting.appendleft((piece, self._submit(piece)))


def _up_to_fault(
    source: Source, expected: Expected, piece: Piece, complaint: str = ""
) -> Iterator[tuple[Piece, Parsed]]:
    """The records of a piece before the first that is at fault, which is then told.

    Raises:
        DataError: with the fault; with the parser's complaint if nothing else is found.
    """
    found = first_fault(source, piece, expected.names, expected.wanted.names)
    if found is None:
        raise malformed(source.name, complaint)
    line, fault = found
    sound = Piece(before_line(piece.content, line), piece.offset, broken=True)
    if sound.content:
        # Should the parser object to records that the walk has passed, the fault that is known is told.
        with suppress(OpenQuoteError, FaultyPieceError):
            yield sound, parse(source, expected, sound)
    raise DataError(fault)


@contextmanager
def _strictly() -> Iterator[None]:
    """Make pandas' warning that it drops fields an error. Filters are common to all threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        yield
