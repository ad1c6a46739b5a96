"""Where the text of a table comes from: a file, plain or compressed, in any encoding, or standard input.

A source can be opened as often as needed, and is then read as UTF-8. What can be read only once (standard input, a
pipe) is held in a spool until the source is closed.
"""

import csv
import io
import os
import re
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, cast

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import is_url
from mae_cli.tables.csv.archives import (
    ARCHIVE_ERRORS,
    EXPANSION,
    LONGEST_MAGIC,
    Archive,
    archive_of,
    closed_on_failure,
    wrong_file,
)
from mae_cli.tables.csv.pieces import LONGEST_RECORD, EndlessLineError, Piece, cut
from mae_cli.tables.csv.records import COMMA, UTF8_MARK, Delimiter, Record, line_ends, undecodable_line, walk
from mae_cli.tables.csv.transcoding import Transcoded, UndecodableError, encoding_of_mark

# Up to so many bytes are held in memory, more of them in a file that has no name.
_IN_MEMORY = 1 << 26
_SPOOL_BLOCK = 1 << 20


class DeviceError(Exception):
    """A stream comes from a device (zeros, random numbers, a disk), which is no table and may have no end."""


class Spool:
    """What a stream had to say; whoever makes one closes it, and the stream stays the caller's.

    Raises:
        OSError: the stream cannot be read.
        DeviceError: it is a device and goes on and on.
        DataError: there is no room for it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._lock = threading.Lock()
        with closed_on_failure() as stack:
            self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (the spool closes it)
            stack.callback(self.close)
            self._keep_all(stream)
        self.size = self._file.tell()

    def _keep_all(self, stream: BinaryIO) -> None:
        # A block that is not full ends the stream; to read on would ask a terminal for a second end.
        while len(block := stream.read(_SPOOL_BLOCK)) == _SPOOL_BLOCK:
            if _is_device(stream):
                raise DeviceError
            self._keep(block)
        self._keep(block)

    def _keep(self, block: bytes) -> None:
        try:
            self._file.write(block)
        except OSError as error:
            what = f"no room for the data in {tempfile.gettempdir()} ({error.strerror})"
            remedy = "give them as a file, or set TMPDIR to a directory with more room"
            raise DataError(Fault("no-disk-space", what, remedy=remedy)) from error

    def open(self) -> BinaryIO:
        """A fresh stream of the bytes, from their beginning."""
        return cast("BinaryIO", io.BufferedReader(_Window(self)))

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes from a place on; several streams may read in turns."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)

    def close(self) -> None:
        """Let go of the bytes; no stream of them can be read any more."""
        with suppress(OSError):  # where there is no room for the last of them, the descriptor is closed all the same
            self._file.close()


def _is_device(stream: BinaryIO) -> bool:
    """Whether it is one, other than a terminal."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except OSError:  # no file at all
        return False
    return stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not stream.isatty())


class _Window(io.RawIOBase):
    """A stream of its own over the bytes of a spool."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool = spool
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._spool.size}[whence]
        self._offset = start + offset
        return self._offset

    def tell(self) -> int:
        return self._offset

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self._spool.read_at(self._offset, len(buffer))
        buffer[: len(found)] = found
        self._offset += len(found)
        return len(found)


_PATTERN = re.compile(r"[*?]")
# Where files of Parquet are in a directory; programs that cut a table by its values make folders such as `year=2020`.
_PARQUET_WITHIN = ("*.parquet", "*/*.parquet", "*/*/*.parquet")
_BLOCK = 1 << 16
_SKIPPED_BYTES = 1 << 22


@dataclass(frozen=True, eq=False)
class Source:
    """The text of a CSV table, which can be read again and again.

    `Source.of` takes any bytes, and who made it closes it; `recognised` tells how they are text. Those that `replace`
    makes of a source hold the same bytes, and are closed with it.

    Attributes:
        name: what messages call it: the path as it was given, or "standard input".
        held: the file, or its bytes where they can be read only once.
        archive: how it is compressed, if it is.
        encoding: of its text; None for UTF-8.
        delimiter: between its fields.
    """

    name: str
    held: Path | Spool
    archive: Archive | None = None
    encoding: str | None = None
    delimiter: Delimiter = COMMA

    @classmethod
    def of(cls, argument: str, folder: Path = Path()) -> "Source":
        """What a command's argument names: a path (from the folder on), or `-` for standard input.

        Raises:
            DataError: it is a URL, absent, a directory, or unreadable.
        """
        if is_url(argument):
            raise wrong_file("data-is-url", argument, "a URL", "download it first and give the file")
        name = "standard input" if argument == "-" else argument
        held = _spooled(name, lambda: nullcontext(sys.stdin.buffer)) if argument == "-" else _file(argument, folder)
        return cls(name, held)

    def recognised(self, encoding: str | None = None) -> "Source":
        """The source with what its first bytes tell: how it is compressed, and its encoding unless one is given.

        Raises:
            DataError: it is a broken archive, no text, or empty.
        """
        with self.opened() as stream:
            source = replace(self, archive=archive_of(stream.read(LONGEST_MAGIC), self.name))
        with source.opened() as stream:
            beginning = stream.read(LONGEST_MAGIC)
        if source.archive is not None and archive_of(beginning, source.name) is not None:
            what = f"an archive within a {source.archive.kind} archive"
            raise wrong_file("nested-archive", source.name, what, "unpack it first")
        source = replace(source, encoding=encoding or encoding_of_mark(beginning[:4]))
        with source.opened() as stream:
            if _is_blank(stream):
                raise wrong_file("empty-file", source.name, "empty")
        return source

    def close(self) -> None:
        """Let go of what is held; a file can be opened again, what could be read only once cannot."""
        if isinstance(self.held, Spool):
            self.held.close()

    @property
    def estimated_bytes(self) -> int:
        """About how long the text is."""
        size = self.held.size if isinstance(self.held, Spool) else self.held.stat().st_size
        return size if self.archive is None else size * EXPANSION

    def open(self) -> BinaryIO:
        """A fresh stream of the text in UTF-8, from its beginning; the caller closes it."""
        with closed_on_failure() as stack:
            stream: BinaryIO = self.held.open() if isinstance(self.held, Spool) else self.held.open("rb")
            stack.callback(stream.close)
            if self.archive is not None:
                stream = self.archive.open(stream, self.name)
                stack.callback(stream.close)
            if self.encoding is not None:
                stream = cast("BinaryIO", io.BufferedReader(Transcoded(stream, self.encoding)))
            return stream

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """A fresh stream for a `with` block that reads it; what goes wrong there is told in one line.

        Raises:
            DataError: the bytes cannot be read, decompressed, decoded or walked as CSV.
        """
        try:
            with self.open() as stream:
                yield stream
        except UndecodableError as error:
            raise DataError(replace(error.fault, place=Place(self.name, line=error.line))) from error
        except EndlessLineError as error:
            raise self._endless(error.offset) from error
        except UnicodeError as error:
            raise self.undecodable() from error
        except ARCHIVE_ERRORS as error:
            raise self._corrupt(error) from error
        except csv.Error as error:
            raise malformed(self.name, str(error)) from error
        except OSError as error:
            if error.errno is None and self.archive is not None:
                raise self._corrupt(error) from error
            raise unreadable(self.name, error) from error

    def records(self, offset: int = 0) -> Generator[Record, None, None]:
        """The records from a byte on where one begins, each with its line; blank lines are left out."""
        with self.opened() as stream:
            yield from walk(stream, self.delimiter, _skip(stream, offset), begins_file=offset == 0)

    def pieces(self) -> Generator[Piece, None, None]:
        """The text in small pieces that end where a line does; who does not want all of them closes the generator."""
        with self.opened() as stream:
            yield from cut(stream, _BLOCK)

    def beginning(self, count: int) -> list[Record]:
        """The first records, up to so many, as far as the first piece goes: a stray quote would swallow the rest."""
        with closing(self.pieces()) as pieces:
            piece = next(pieces, None)
        return [] if piece is None else list(islice(piece.records(self.delimiter), count))

    def lines_before(self, offset: int) -> int:
        """How many lines end before a byte."""
        with self.opened() as stream:
            return _skip(stream, offset)

    def passages(self, spans: Sequence[tuple[int, int | None]]) -> Generator[tuple[int, Record], None, None]:
        """The records of some parts of the text, each with the number of its part, in one pass.

        Args:
            spans: the bytes from which on and before which each part stands, None for the end of the text. They are
                in order, begin where a record does and end where one ends.
        """
        with self.opened() as stream:
            position = lines = 0
            for number, (start, stop) in enumerate(spans):
                lines += _skip(stream, start - position)
                begins_file = start == 0
                if stop is None:  # that can be long
                    records = walk(stream, self.delimiter, lines, begins_file=begins_file)
                    yield from ((number, record) for record in records)
                    return
                part = stream.read(stop - start)
                records = walk(io.BytesIO(part), self.delimiter, lines, begins_file=begins_file)
                yield from ((number, record) for record in records)
                lines += _skip(io.BytesIO(part), stop - start)
                position = stop

    def undecodable(self) -> DataError:
        """The error that points at the first line that is not UTF-8."""
        with self.open() as stream:
            found = undecodable_line(stream)
        line, byte = found or (1, None)
        return DataError(not_utf8(Place(self.name, line=line), byte))

    def _endless(self, offset: int) -> DataError:
        place = Place(self.name, line=self.lines_before(offset) + 1)
        what = f"no line end within {LONGEST_RECORD >> 20} MiB, so this is not a CSV"
        remedy = "check what it is, or name its encoding with --encoding"
        return DataError(Fault("endless-line", what, place, remedy=remedy))

    def _corrupt(self, error: Exception) -> DataError:
        kind = self.archive.kind if self.archive else ""
        reason = _first_line(str(error))
        if reason.startswith("Not a gzipped file"):  # the first stream was one
            reason = "something else follows its end"
        return DataError(Fault("corrupt-archive", f"the {kind} archive is corrupt ({reason})", Place(self.name)))


def not_utf8(place: Place, byte: int | None) -> Fault:
    """The fault of text that has this byte, if it is known."""
    which = "" if byte is None else f" (byte 0x{byte:02x})"
    remedy = "name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8"
    return Fault("not-utf8", f"not UTF-8 text{which}", place, remedy=remedy)


def malformed(name: str, complaint: str) -> DataError:
    """The error for text that is not read as CSV, for a reason that only the first line of a complaint tells."""
    return DataError(Fault("malformed-csv", f"not readable as CSV ({_first_line(complaint)})", Place(name)))


def _skip(stream: BinaryIO, size: int) -> int:
    """Read over `size` bytes; how many line ends are among them."""
    lines, last = 0, b""
    while size and (block := stream.read(min(size, _SKIPPED_BYTES))):
        lines += line_ends(block, last)
        size, last = size - len(block), block
    return lines


def _file(argument: str, folder: Path) -> Path | Spool:
    path = folder / argument
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _directory(argument, path)
        if stat.S_ISREG(mode):
            return path
    except OSError as error:
        raise unreadable(argument, error) from error
    return _spooled(argument, lambda: path.open("rb"))  # a pipe can be read only once


def _directory(argument: str, path: Path) -> DataError:
    """The error for a directory, with what to do if there is Parquet in it or in its folders."""
    for pattern in _PARQUET_WITHIN:
        file = next(filter(Path.is_file, path.glob(pattern)), None)
        if file is not None:
            files = Path(argument, pattern)
            values = [folder for folder in file.parent.relative_to(path).parts if "=" in folder]
            loss = f"; the names of its folders ({values[0]}) are no columns then" if values else ""
            remedy = f"name its files ({files}), or with --dask the pattern ('{files}'){loss}"
            return wrong_file("data-is-directory", argument, "a directory", remedy)
    return wrong_file("data-is-directory", argument, "a directory, not a CSV file")


def _spooled(name: str, opened: Callable[[], AbstractContextManager[BinaryIO]]) -> Spool:
    try:
        with opened() as stream:
            return Spool(stream)
    except DeviceError:
        raise wrong_file("data-is-device", name, "a device, not a CSV file", "name a file or a pipe") from None
    except OSError as error:
        raise unreadable(name, error) from error


def unreadable(name: str, error: OSError) -> DataError:
    """The error for a file that the system does not open or read."""
    if isinstance(error, FileNotFoundError):
        pattern = "; no file matches it, or quotes kept the shell from filling it in" if _PATTERN.search(name) else ""
        return DataError(Fault("file-not-found", f"{name} does not exist{pattern}", Place(name)))
    what = f"{name} cannot be read ({error.strerror or _first_line(str(error))})"
    return DataError(Fault("unreadable-file", what, Place(name)))


def _is_blank(stream: BinaryIO) -> bool:
    block = stream.read(_BLOCK).removeprefix(UTF8_MARK)
    if UTF8_MARK.startswith(block):  # a part of a mark is no text either
        return True
    while block and block.isspace():
        block = stream.read(_BLOCK)
    return not block


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
