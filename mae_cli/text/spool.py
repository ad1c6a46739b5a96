"""Bytes that can be read only once (standard input, a pipe) held so that they can be read again."""

import io
import os
import stat
import tempfile
import threading
from contextlib import suppress
from typing import IO, BinaryIO, cast

from mae_cli.errors import DataError
from mae_cli.text.ownership import closed_on_failure

# Up to so many bytes are held in memory, more of them in a file that has no name.
_IN_MEMORY = 1 << 26
_BLOCK = 1 << 20


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
        while len(block := stream.read(_BLOCK)) == _BLOCK:
            if _is_device(stream):
                raise DeviceError
            self._keep(block)
        self._keep(block)

    def _keep(self, block: bytes) -> None:
        try:
            self._file.write(block)
        except OSError as error:
            raise DataError(
                f"no room for the data in {tempfile.gettempdir()} ({error.strerror}); give them as a file, or set "
                "TMPDIR to a directory with more room"
            ) from error

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
