"""Text in other encodings as a stream of UTF-8."""

import codecs
import io
from typing import BinaryIO

from mae_cli.errors import Fault, SettingsError
from mae_cli.tables.csv.records import line_ends

_BLOCK = 1 << 18
# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


# Codecs of Python's that are no encodings of text files, or decode with side effects.
_NO_ENCODINGS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


class UndecodableError(Exception):
    """Bytes that mean nothing in the encoding; tells the line (from 1) and what is wrong there, yet without a place."""

    def __init__(self, line: int, fault: Fault) -> None:
        super().__init__(line, fault)
        self.line = line
        self.fault = fault


def encoding_of_mark(beginning: bytes) -> str | None:
    """The encoding that a byte order mark tells; None for UTF-8 and without a mark."""
    return next((encoding for mark, encoding in _MARKS if beginning.startswith(mark)), None)


def known_encoding(name: str) -> str | None:
    """The encoding that a user names, None for UTF-8, which needs no transcoding.

    Raises:
        SettingsError: there is no such encoding of text.
    """
    try:
        codec = codecs.lookup(name)
        "".encode(name)  # not a codec from bytes to bytes
        known = codec.name.replace("_", "-") not in _NO_ENCODINGS
    except (LookupError, UnicodeError, ValueError):
        known = False
    if not known:
        remedy = "use a name such as utf-8, utf-16, latin-1, cp1252 or shift_jis"
        raise SettingsError(Fault("unknown-encoding", f"unknown encoding {name!r}", remedy=remedy))
    return None if codec.name in {"utf-8", "utf-8-sig", "ascii"} else codec.name


class Transcoded(io.RawIOBase):
    """A binary stream in an encoding, read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._stream = stream
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = memoryview(b"")
        self._lines, self._last = 0, b""
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as what is ready goes."""
        while not self._ready and not self._ended:
            self._decode_block()
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        """Close the stream below too."""
        super().close()
        self._stream.close()

    def _decode_block(self) -> None:
        block = self._stream.read(_BLOCK)
        self._ended = not block
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(error.encoding, errors="replace").encode()
            byte = error.object[error.start] if error.start < len(error.object) else 0
            what = f"not {self._encoding} text (byte 0x{byte:02x})"
            fault = Fault("wrong-encoding", what, remedy=_remedy(self._encoding))
            raise UndecodableError(self._lines + line_ends(before, self._last) + 1, fault) from error
        except UnicodeError as error:  # UTF-16 or UTF-32 that does not say which of two it is
            what = f"not {self._encoding} text (no byte order mark)"
            remedy = f"use --encoding {self._encoding}-le or {self._encoding}-be"
            raise UndecodableError(1, Fault("no-byte-order-mark", what, remedy=remedy)) from error
        decoded = text.encode("utf-8", errors="surrogatepass")
        self._lines += line_ends(decoded, self._last)
        self._last = decoded[-1:] or self._last
        self._ready = memoryview(decoded)


def _remedy(encoding: str) -> str:
    """What to do about a byte that means nothing in an encoding; there is none of that kind in latin-1."""
    if encoding == "cp1252":
        return "use --encoding latin-1, which reads every byte, or name the right encoding"
    return "name the right encoding with --encoding"
