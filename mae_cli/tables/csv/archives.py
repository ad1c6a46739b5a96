"""Compressed files, told by how they begin and not by their names."""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import listed

# What reading a broken archive raises; bz2 has nothing but OSError for it.
ARCHIVE_ERRORS = (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)
_BLOCK = 1 << 18
# What a compressed table of numbers commonly grows by.
EXPANSION = 5

_KINDS = {
    rb"\x1f\x8b": "gzip",
    rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)": "bzip2",
    rb"\xfd7zXZ\x00": "xz",
    rb"PK\x03\x04|PK\x05\x06": "zip",
}


def _other(what: str, remedy: str | None = None) -> tuple[str, str, str | None]:
    return "not-csv", f"{what}, not CSV", remedy


def _compressed(kind: str, program: str) -> tuple[str, str, str]:
    return (
        "unsupported-compression",
        f"compressed by {kind}",
        f"decompress it first ({program} -dc FILE | mae-train - …)",
    )


def _pointer(program: str, command: str) -> tuple[str, str, str]:
    return "pointer-file", f"a {program} pointer, not the data", f"fetch the data first ({command})"


_WORKBOOK = _other("an Excel workbook", "save its sheet as CSV first")
# The code of each fault, what the file is, and what to do.
_REFUSED = {
    rb"PAR1[\x00-\x08\x0e-\x1f]": (
        "not-csv",
        "a Parquet file",
        "unpack it first, and keep it apart from CSV",
    ),
    rb"\x28\xb5\x2f\xfd": _compressed("zstd", "zstd"),
    rb"\x04\x22\x4d\x18": _compressed("lz4", "lz4"),
    rb"\x5d\x00\x00.{2}": _compressed("lzma", "xz"),
    rb"7z\xbc\xaf\x27\x1c": ("unsupported-archive", "a 7z archive", "unpack it first"),
    rb"Rar!\x1a\x07": ("unsupported-archive", "a RAR archive", "unpack it first"),
    rb".{257}ustar": ("unsupported-archive", "a tar archive", "unpack it first"),
    rb"ARROW1\x00": _other("an Arrow file", "convert it to CSV first"),
    rb"\x89HDF": _other("an HDF5 file", "convert it to CSV first"),
    rb"SQLite format 3\x00": _other("an SQLite database", "export a table first"),
    rb"\xd0\xcf\x11\xe0": _WORKBOOK,
    rb"%PDF-": _other("a PDF document"),
    rb"version https://git-lfs\.": _pointer("Git LFS", "git lfs pull"),
    rb"(\.\./)*(\.git)?/?annex/objects/": _pointer("git-annex", "git annex get"),
    rb"<stata_dta>|[\x69-\x73][\x01\x02]\x01": _other("a Stata file", "export it first (export delimited)"),
    rb"\$FL[23]": _other("an SPSS file", "save it as CSV first"),
    rb"HEADER RECORD\*{7}|\x00{12}\xc2\xea\x81\x60": _other("a SAS file", "export it first (proc export)"),
    rb"RD[AX][23X]\n": _other("an R data file", "write it as CSV first (write.csv)"),
    rb"\x93NUMPY": _other("a NumPy array", "write it as CSV first (numpy.savetxt)"),
}
# The first bytes of a file that tell its kind.
LONGEST_MAGIC = 262


@dataclass(frozen=True)
class Archive:
    """How a file is compressed: gzip, bzip2, xz or zip."""

    kind: str

    def open(self, stream: BinaryIO, name: str) -> BinaryIO:
        """The decompressed bytes of an open file, which is closed with them; where this fails it stays open.

        Raises:
            DataError: a zip archive holds no file, or several, or a workbook.
        """
        if self.kind == "gzip":
            return _closing(gzip.GzipFile(fileobj=stream), stream)
        if self.kind == "bzip2":
            return _closing(io.BufferedReader(_Streams(stream, bz2.BZ2Decompressor)), stream)
        if self.kind == "xz":
            return _closing(io.BufferedReader(_Streams(stream, lzma.LZMADecompressor)), stream)
        with closed_on_failure() as stack:
            archive = stack.enter_context(zipfile.ZipFile(stream))
            return _closing(_only_member(archive, name), archive, stream)


def archive_of(beginning: bytes, name: str) -> Archive | None:
    """How a file that begins like this is compressed; None when it is not.

    Raises:
        DataError: it is of a well-known kind that is no CSV.
    """
    for magic, (code, what, remedy) in _REFUSED.items():
        if re.match(magic, beginning, re.DOTALL):
            raise wrong_file(code, name, what, remedy)
    return next((Archive(kind) for magic, kind in _KINDS.items() if re.match(magic, beginning, re.DOTALL)), None)


def wrong_file(code: str, name: str, what: str, remedy: str | None = None) -> DataError:
    """The error for a file that is something else than text of a table."""
    return DataError(Fault(code, f"{name} is {what}", Place(name), remedy=remedy))


def _only_member(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    members = [member for member in archive.infolist() if not member.is_dir()]
    names = [member.filename for member in members if not member.filename.startswith("__MACOSX/")]
    if "[Content_Types].xml" in names:
        code, what, remedy = _WORKBOOK
        raise wrong_file(code, name, what, remedy)
    if not names:
        raise wrong_file("empty-archive", name, "a zip archive without files")
    if len(names) > 1:
        what = f"a zip archive of {len(names):,} files ({listed(names, 3)})"
        raise wrong_file("several-files-in-archive", name, what, "unpack the one you want")
    try:
        return cast("BinaryIO", archive.open(names[0]))
    except NotImplementedError as error:
        what = f"a zip archive of a kind that is not read ({error})"
        raise wrong_file("unsupported-archive", name, what, "unpack it first") from error
    except RuntimeError as error:
        raise wrong_file("encrypted-archive", name, "a zip archive with a password", "unpack it first") from error


class _Streams(io.RawIOBase):
    """Compressed streams that follow each other in a file, and zeros behind them.

    The readers of the standard library take anything behind the first stream that is no other for the end, so that a
    file with a fault there would lose its rest without a word.
    """

    def __init__(self, stream: BinaryIO, decompressor: Callable[[], Any]) -> None:
        super().__init__()
        self._stream = stream
        self._new = decompressor
        self._decompressor = decompressor()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as the next bytes go."""
        data = b""
        while not data:
            if self._decompressor.eof:
                rest = self._beginning_of_next(self._decompressor.unused_data)
                if not rest:
                    return 0
                self._decompressor = self._new()
            else:
                rest = self._stream.read(_BLOCK) if self._decompressor.needs_input else b""
                if not rest and self._decompressor.needs_input:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            data = self._decompressor.decompress(rest, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _beginning_of_next(self, rest: bytes) -> bytes:
        """What follows the zeros behind a stream."""
        rest = rest.lstrip(b"\0")
        while not rest and (block := self._stream.read(_BLOCK)):
            rest = block.lstrip(b"\0")
        return rest


class _Closable(Protocol):
    def close(self) -> None: ...


class _Closing(io.BufferedReader):
    """A reader that closes with itself what it reads from, from top to bottom."""

    def __init__(self, reader: BinaryIO, *below: _Closable) -> None:
        super().__init__(cast("io.RawIOBase", reader), 1 << 20)
        self._below = ExitStack()
        for each in reversed(below):
            self._below.callback(each.close)

    def close(self) -> None:
        with self._below:
            super().close()


def _closing(reader: object, *below: _Closable) -> BinaryIO:
    return _Closing(cast("BinaryIO", reader), *below)


@contextmanager
def closed_on_failure() -> Iterator[ExitStack]:
    """A stack whose resources outlive the `with` block, unless it fails: then they are closed."""
    with ExitStack() as stack:
        yield stack
        stack.pop_all()
