"""The model as a file: written whole or not at all, over nothing but a model; and how any file is written so.

At any moment the old file or the new one is there, whole: a file is replaced by a rename. A device or a pipe cannot be:
it is written to as it is.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mae_cli.errors import ModelError
from mae_cli.model.reading import AnyModel

# Characters of the name in the temporary file's, so that this is never longer than file systems allow.
_NAME_KEPT = 40
# The directory decides whether a file can be replaced; who protects the file itself means it too.
_WRITABLE = 0o222
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,9})")


@dataclass(frozen=True)
class Remedy:
    """What a refusal to write advises, in the words of the caller's interface.

    Attributes:
        name: how another file is named, behind "choose another name".
        force: how a file is replaced all the same.
    """

    name: str
    force: str


BY_OPTION = Remedy(" with -o", "--force")
BY_ARGUMENT = Remedy("", "force=True")

Objection = Callable[[Path], str | None]
"""What speaks against replacing a file, as messages say it of the file ("is not a model file"); None for nothing."""


def _would_be_replaced(_place: Path) -> str:
    return "would be replaced"


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream into a temporary file in the same directory, synced and renamed into place at the end of the block.

    When the block fails, the file that was there stays. A symbolic link stays, and what it points to is replaced. A
    device, a named pipe or a descriptor (`/dev/fd/3`, `/dev/stderr`) is written to directly; a reader that closes it
    early has what it wanted.

    Raises:
        ModelError: the place cannot be written.
    """
    try:
        if _is_stream(path):
            with suppress(BrokenPipeError), _opened_stream(path) as stream:
                yield stream
        else:
            with _replacing(path.resolve()) as stream:
                yield stream
    except OSError as error:
        raise ModelError(f"cannot write {path}: {error.strerror}") from None


def check_writable(
    path: Path, objection: Objection = _would_be_replaced, *, force: bool, remedy: Remedy = BY_OPTION
) -> None:
    """Refuse a directory, a place without one to write in, or (unless `force`) a file with an objection; any has one.

    Raises:
        ModelError: with what to do instead.
    """
    try:
        if _is_stream(path):
            _check_stream(path)
        else:
            _check_file(path, path.resolve(), None if force else objection, remedy)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise ModelError(f"cannot write {path}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, RuntimeError):
        return "its links run in a circle"
    return str(error.strerror if isinstance(error, OSError) else error)


def _is_stream(path: Path) -> bool:
    """Whether a rename would not do: a descriptor, a device, a named pipe."""
    return _descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())


def _descriptor(path: Path) -> int | None:
    """The number in `/dev/fd/3`; opening the path would begin at the start of the file that 3 is in the middle of."""
    if str(path) == "/dev/stderr":
        return 2
    found = _DESCRIPTOR.fullmatch(str(path))
    return int(found[1]) if found else None


def _check_stream(path: Path) -> None:
    descriptor = _descriptor(path)
    if descriptor is not None:
        os.write(descriptor, b"")  # fails when it is closed, or open for reading only
    elif not os.access(path, os.W_OK):
        raise ModelError(f"cannot write {path}: it is not writable")


def _check_file(path: Path, place: Path, objection: Objection | None, remedy: Remedy) -> None:
    if place.is_symlink():
        raise ModelError(f"cannot write {path}: its links run in a circle")
    if place.is_dir():
        raise ModelError(f"{path} is a directory; name a file in it{remedy.name}")
    if not place.parent.is_dir():
        raise ModelError(f"cannot write {path}: there is no directory {path.parent}")
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise ModelError(f"cannot write {path}: the directory {path.parent} is not writable")
    reason = None
    if place.exists() and objection is not None:
        reason = objection(place) if place.stat().st_mode & _WRITABLE else "is write-protected"
    if reason is not None:
        raise ModelError(
            f"{path} already exists and {reason}; choose another name{remedy.name}, or replace it with {remedy.force}"
        )


def _opened_stream(path: Path) -> BinaryIO:
    descriptor = _descriptor(path)
    return path.open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb")


@contextmanager
def _replacing(place: Path) -> Iterator[BinaryIO]:
    temporary = place.with_name(f".{place.name[:_NAME_KEPT]}.{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if place.exists():
            temporary.chmod(place.stat().st_mode & 0o777)
        temporary.replace(place)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_directory(place.parent)


def _sync_directory(directory: Path) -> None:
    """Let the new name survive a loss of power, where the system can; the file itself is in place already."""
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_SCHEMA_WITHIN = 4096


def write_model(model: AnyModel, path: Path, *, force: bool, remedy: Remedy = BY_OPTION) -> None:
    """Write a model file as `mae_cli.model.files.writing` does.

    Raises:
        ModelError: the place cannot be written, or holds what is no model or is write-protected (unless `force`).
    """
    check_replaceable(path, force=force, remedy=remedy)
    with writing(path) as stream:
        stream.write(model.to_json().encode())


def check_replaceable(path: Path, *, force: bool, remedy: Remedy = BY_OPTION) -> None:
    """Refuse to write where there is a directory, no directory to write in, or what must not be replaced.

    Raises:
        ModelError: with what to do instead.
    """
    check_writable(path, _no_model, force=force, remedy=remedy)


def _no_model(place: Path) -> str | None:
    """None for a file that begins like a model, valid or not: that is enough to know that it is ours to replace."""
    with suppress(OSError), place.open("rb") as stream:
        start = stream.read(_SCHEMA_WITHIN).split()
        if b"".join(start).startswith(b'{"schema":"mae-cli/model"'):
            return None
    return "is not a model file"
