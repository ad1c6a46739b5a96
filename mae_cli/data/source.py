"""Where the bytes of a table come from: a file, plain or gzipped, or standard input.

A source can be opened as often as needed. What can be read only once (standard
input, a pipe) is held in memory.
"""

import csv
import gzip
import io
import re
import stat
import sys
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from mae_cli.data.csv_records import Record, undecodable_line, walk
from mae_cli.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
UTF8_MARK = b"\xef\xbb\xbf"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, eq=False)
class Source:
    """Bytes of a CSV table that can be read again and again; make one with `Source.of`.

    Attributes:
        name: What messages call it: the path as it was given, or "standard input".
        path: The file, when the bytes are read from it each time.
        content: The bytes, when they are held in memory.
        gzipped: Whether the bytes are a gzip archive, told by how they begin.
    """

    name: str
    path: Path | None
    content: bytes = field(default=b"", repr=False)
    gzipped: bool = False

    @classmethod
    def of(cls, argument: str) -> "Source":
        """The source that a command's argument names: a path, or `-` for standard input.

        Raises:
            DataError: It is a URL, absent, a directory, unreadable, a broken archive, or empty.
        """
        if URL.match(argument):
            raise DataError(f"{argument} is a URL; download it first and give the file")
        source = _standard_input() if argument == "-" else _file(argument)
        with source.opened() as stream:
            if _is_blank(stream):
                raise DataError(f"{source.name} is empty")
        return source

    def open(self) -> BinaryIO:
        """A fresh stream of the (decompressed) bytes, from their beginning; the caller closes it."""
        if self.path is None:
            held = io.BytesIO(self.content)
            return cast("BinaryIO", gzip.GzipFile(fileobj=held)) if self.gzipped else held
        return cast("BinaryIO", gzip.open(self.path)) if self.gzipped else self.path.open("rb")

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """A fresh stream for a `with` block that reads it; what goes wrong there is told in one line.

        Raises:
            DataError: The bytes cannot be read, decompressed, decoded as UTF-8 or walked as CSV.
        """
        try:
            with self.open() as stream:
                yield stream
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DataError(f"{self.name}: the gzip archive is corrupt ({_first_line(error)})") from error
        except UnicodeError as error:
            raise self.not_utf8() from error
        except csv.Error as error:
            raise DataError(f"{self.name}: not readable as CSV ({_first_line(error)})") from error
        except OSError as error:
            raise _unreadable(self.name, error) from error

    def records(self) -> Iterator[Record]:
        """All records, header first, each with its line; blank lines are left out."""
        with self.opened() as stream:
            yield from walk(stream)

    def record(self, index: int) -> Record:
        """The data record `index` (from 0, the header not counted), found by walking the file up to it."""
        return next(islice(self.records(), index + 1, None))

    def line_of(self, index: int) -> int:
        """The line of the file (from 1) on which the data record `index` (from 0) starts."""
        return self.record(index).line

    def lines_of(self, indices: Collection[int]) -> dict[int, int]:
        """The line of each of these data records, found in one walk of the file."""
        wanted, last = set(indices), max(indices, default=-1)
        records = enumerate(islice(self.records(), 1, last + 2))
        return {index: record.line for index, record in records if index in wanted}

    def place(self, index: int) -> str:
        """Where the data record `index` stands, for the beginning of a message: `flights.csv, line 7`."""
        return f"{self.name}, line {self.line_of(index)}"

    def not_utf8(self) -> DataError:
        """The error that points at the first line that is not UTF-8."""
        with self.open() as stream:
            found = undecodable_line(stream)
        place, byte = (f", line {found[0]}", f" (byte 0x{found[1]:02x})") if found else ("", "")
        return DataError(f"{self.name}{place}: not UTF-8 text{byte}; save the file as UTF-8")


def _standard_input() -> Source:
    content = sys.stdin.buffer.read()
    return Source("standard input", None, content, content.startswith(GZIP_MAGIC))


def _file(argument: str) -> Source:
    path = Path(argument)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DataError(f"{argument} is a directory, not a CSV file")
        if not stat.S_ISREG(mode):  # a pipe can be read only once
            content = path.read_bytes()
            return Source(argument, None, content, content.startswith(GZIP_MAGIC))
        with path.open("rb") as stream:
            return Source(argument, path, gzipped=stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC)
    except OSError as error:
        raise _unreadable(argument, error) from error


def _unreadable(name: str, error: OSError) -> DataError:
    if isinstance(error, FileNotFoundError):
        return DataError(f"{name} does not exist")
    return DataError(f"{name} cannot be read ({error.strerror or _first_line(error)})")


def _is_blank(stream: BinaryIO) -> bool:
    block = stream.read(1 << 16).removeprefix(UTF8_MARK)
    while block and block.isspace():
        block = stream.read(1 << 16)
    return not block


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
