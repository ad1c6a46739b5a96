"""Bytes that can be read once, held to be read again: until they are closed, and not a moment longer after a fault."""

import errno
import io
import os
import tempfile

import pytest

from mae_cli.errors import DataError
from mae_cli.tables.csv.source import Spool


@pytest.fixture
def files(monkeypatch):
    """The temporary files that spools have made, held on to so that only their owners close them."""
    made = []
    usual = tempfile.SpooledTemporaryFile
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda size: made.append(usual(size)) or made[-1])
    return made


@pytest.mark.parametrize("in_memory", [4, 1 << 20], ids=["on disk", "in memory"])
def test_the_bytes_are_there_until_the_spool_is_closed(files, monkeypatch, in_memory):
    monkeypatch.setattr("mae_cli.tables.csv.source._IN_MEMORY", in_memory)
    source = io.BytesIO(b"a,b\n1,2\n")
    held = Spool(source)
    streams = [held.open(), held.open()]
    assert [stream.read() for stream in streams] == [b"a,b\n1,2\n"] * 2
    assert not files[0].closed
    held.close()
    held.close()
    assert files[0].closed
    assert not source.closed
    with pytest.raises(ValueError, match="closed"):
        held.open().read()


class Failing(io.BytesIO):
    """A stream of a few blocks that breaks off after the first."""

    def __init__(self, error):
        super().__init__(bytes(3 << 20))
        self.error = error

    def read(self, size=-1):
        if self.tell():
            raise self.error
        return super().read(size)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_nothing_stays_open_when_the_stream_breaks_off(files, error):
    with pytest.raises(type(error)) as caught:
        Spool(Failing(error))
    assert caught.value is error
    assert [file.closed for file in files] == [True]


class FullDisk(io.BytesIO):
    """A temporary file without room, which tries once more when it is closed."""

    def write(self, _content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self):
        if not self.closed:
            super().close()
            self.write(b"")


def test_no_room_is_told_as_such_and_nothing_stays_open(monkeypatch):
    disk = FullDisk()
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda _: disk)
    with pytest.raises(DataError) as caught:
        Spool(io.BytesIO(b"a,b\n"))
    assert (caught.value.fault.code, caught.value.fault.place) == ("no-disk-space", None)
    assert caught.value.fault.remedy == "give them as a file, or set TMPDIR to a directory with more room"
    assert disk.closed
