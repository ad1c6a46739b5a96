"""The scratch file: nobody sees it, nothing is left of it, and a full disk is told in one line."""

import errno
import io
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from mae_cli.errors import DataError, Fault
from mae_cli.rows.blocks import Block, whole
from mae_cli.rows.design import Design
from mae_cli.rows.scratch import Scratch


def block(count, value=1.0):
    # Row after row in memory, as the library has it; it is written column after column.
    return Block(Design(np.full((count, 2), value)), np.arange(float(count)), None, np.arange(count))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A directory of its own for temporary files."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def open_files():
    """How many open files have no name any more; others come and go."""
    count = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            count += os.readlink(link).endswith("(deleted)")  # noqa: PTH115  (a path would lose the mark)
    return count


def test_the_file_has_no_name(folder, scratch):
    rows = scratch.collect([block(1000)])
    assert list(folder.iterdir()) == []
    assert whole(rows).target.tolist() == list(range(1000))


def test_it_is_where_temporary_files_go(folder, scratch):
    folder.rmdir()
    with pytest.raises(DataError) as caught:
        scratch.collect([block(3)])
    assert caught.value.fault.code == "disk-unwritable"


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files as Linux shows them")  # noqa: PTH112
def test_the_files_are_closed_with_their_place_whoever_still_has_the_rows():
    before = open_files()
    with Scratch() as scratch:
        rows = scratch.collect([block(1000)])
        kept = rows.kept(lambda each: each)
        assert open_files() == before + 2
    assert open_files() == before
    assert (rows.shape, kept.shape) == ((1000, 2), (1000, 2))
    with pytest.raises(ValueError, match="closed"):
        whole(kept)


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files as Linux shows them")  # noqa: PTH112
def test_rows_give_their_room_back_when_they_are_closed(scratch):
    before = open_files()
    rows = scratch.collect([block(1000)])
    kept = rows.kept(lambda each: each)
    rows.close()
    assert open_files() == before + 1
    assert whole(kept).target.tolist() == list(range(1000))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files as Linux shows them")  # noqa: PTH112
@pytest.mark.parametrize("error", [DataError("line 3"), KeyboardInterrupt(), GeneratorExit()])
def test_an_error_in_the_middle_leaves_nothing(folder, error):
    def failing():
        yield block(1000)
        raise error

    before = open_files()
    with pytest.raises(type(error)) as caught, Scratch() as scratch:
        scratch.collect(failing())
    assert caught.value is error  # and its traceback still has the frames in which the file was open
    assert (list(folder.iterdir()), open_files()) == ([], before)


class FullDisk(io.BytesIO):
    """A file that takes so many bytes and no more; as others do, it tries once more when it is closed."""

    room = 20_000
    error = errno.ENOSPC
    waiting = False

    def write(self, content):
        self.waiting = self.tell() + memoryview(content).nbytes > self.room
        if self.waiting:
            raise OSError(self.error, os.strerror(self.error))
        return super().write(content)

    def close(self):
        super().close()
        if self.waiting:
            self.waiting = False
            raise OSError(self.error, os.strerror(self.error))


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (errno.ENOSPC, "no-disk-space", "is full"),
        (getattr(errno, "EDQUOT", errno.ENOSPC), "no-disk-space", "is full"),
        (errno.EIO, "disk-unwritable", f"cannot be written ({os.strerror(errno.EIO)})"),
    ],
)
def test_a_disk_that_cannot_take_the_rows_is_told_of(folder, scratch, monkeypatch, error, code, reason):
    monkeypatch.setattr(FullDisk, "error", error)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: FullDisk())
    assert scratch.collect([block(100)]).shape == (100, 2)
    with pytest.raises(DataError) as caught:
        scratch.collect(block(100) for _ in range(100))
    assert caught.value.fault == Fault(
        code,
        f"the disk of {folder}, where the rows are kept while they are fitted, {reason}",
        remedy="set TMPDIR to a directory with more room, or use --no-stream to keep the rows in memory",
    )


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None, reason="mounts a small disk"
)
def test_a_small_disk_is_full_and_empty_again(start, tmp_path, table):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        data = table("y,x\n" + "".join(f"{row % 7},{row % 11}\n" for row in range(20_000)))
        process = start("mae-train", data, "-t", "y", "--stream", env=os.environ | {"TMPDIR": str(small)})
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output) == (1, b"")
        assert errors.decode() == (
            f"mae-train: error: the disk of {small}, where the rows are kept "
            f"while they are fitted, is full; set TMPDIR to a "
            "directory with more room, or use --no-stream to keep the rows in memory\n"
        )
        assert list(small.iterdir()) == []
        assert shutil.disk_usage(small).used == 0
        assert not (tmp_path / "model.json").exists()
    finally:
        subprocess.run(["umount", small], check=True)
