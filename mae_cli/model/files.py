"""The model as a file: written whole or not at all, as any file is, and over nothing but a model; read in any version.

At any moment the old file or the new one is there, whole: a file is replaced by a rename. A device or a pipe cannot be:
it is written to as it is. What is read has everything in it checked.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from mae_cli.errors import Fault, ModelError, Place
from mae_cli.messages import is_url, quoted
from mae_cli.model.model import SCHEMA, VERSION, Model
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.model.strict_json import Fields, no_model

AnyModel = Model | QuantileModel

# Characters of the name in the temporary file's, so that this is never longer than file systems allow.
_NAME_KEPT = 40
# The directory decides whether a file can be replaced; who protects the file itself means it too.
_WRITABLE = 0o222
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,9})")
# A file that is a model says so within its first bytes.
_SCHEMA_WITHIN = 4096
# Room for millions of levels; an endless file must not fill the memory.
_LARGEST = 256 << 20
_BLOCK = 1 << 20


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

Objection = Callable[[Path], Fault | None]
"""What speaks against replacing a file, without the remedy; None for nothing."""


def _existing(path: Path, code: str, what: str) -> Fault:
    return Fault(code, f"{path} already exists and {what}", Place(str(path)))


def _would_be_replaced(path: Path) -> Fault:
    return _existing(path, "output-exists", "would be replaced")


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
        raise _unwritable(path, "output-unwritable", str(error.strerror)) from None


def _unwritable(path: Path, code: str, reason: str) -> ModelError:
    return ModelError(Fault(code, f"{path} cannot be written: {reason}", Place(str(path))))


def _circular(path: Path) -> ModelError:
    return _unwritable(path, "output-link-loop", "its links run in a circle")


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
    except RuntimeError:  # before Python 3.13
        raise _circular(path) from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = str(error.strerror if isinstance(error, OSError) else error)
        raise _unwritable(path, "output-unwritable", reason) from None


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
        raise _unwritable(path, "output-unwritable", "it is not writable")


def _check_file(path: Path, place: Path, objection: Objection | None, remedy: Remedy) -> None:
    if place.is_symlink():
        raise _circular(path)
    if place.is_dir():
        what, advice = f"{path} is a directory", f"name a file in it{remedy.name}"
        raise ModelError(Fault("output-is-directory", what, Place(str(path)), remedy=advice))
    if not place.parent.is_dir():
        raise _unwritable(path, "output-directory-missing", f"there is no directory {path.parent}")
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "output-directory-unwritable", f"the directory {path.parent} is not writable")
    if place.exists() and objection is not None:
        _check_replaceable(path, objection, remedy)


def _check_replaceable(path: Path, objection: Objection, remedy: Remedy) -> None:
    is_protected = not path.stat().st_mode & _WRITABLE
    fault = _existing(path, "output-write-protected", "is write-protected") if is_protected else objection(path)
    if fault is not None:
        advice = f"choose another name{remedy.name}, or replace it with {remedy.force}"
        raise ModelError(replace(fault, remedy=advice))


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
    check_writable(path, _unlike_a_model, force=force, remedy=remedy)


def _unlike_a_model(path: Path) -> Fault | None:
    """None for a file that begins like a model, valid or not: that is enough to know that it is ours to replace."""
    with suppress(OSError), path.open("rb") as stream:
        start = stream.read(_SCHEMA_WITHIN).split()
        if b"".join(start).startswith(b'{"schema":"mae-cli/model"'):
            return None
    return _existing(path, "output-not-a-model", "is not a model file")


def load_model(path: str | Path) -> AnyModel:
    """Read a model file.

    Raises:
        ModelError: there is no such file, or it is no valid model.
    """
    try:
        with Path(path).open("rb") as stream:
            return read_model(stream, str(path))
    except FileNotFoundError:
        if is_url(str(path)):
            remedy = "download it first and give the file"
            raise ModelError(Fault("model-is-url", f"{path} is a URL", Place(str(path)), remedy=remedy)) from None
        raise ModelError(Fault("file-not-found", f"{path} does not exist", Place(str(path)))) from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(str(path), error) from None


def read_model(stream: BinaryIO, name: str) -> AnyModel:
    """Read a model from an open file or pipe; `name` is what messages call it.

    Raises:
        ModelError: it is no valid model.
    """
    try:
        content = b"".join(_blocks(stream))
    except OSError as error:
        raise _unreadable(name, error) from error
    if len(content) > _LARGEST:
        raise no_model("model-too-large", name, f"it is larger than {_LARGEST >> 20} MiB")
    return from_json(content, name)


def _unreadable(name: str, error: Exception) -> ModelError:
    reason = error.strerror if isinstance(error, OSError) else error
    return ModelError(Fault("unreadable-file", f"{name} cannot be read ({reason})", Place(name)))


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """What is read of a model, up to a little more than it may have.

    Asked for at once, that much memory would be claimed, whatever the file holds; asked again after its end, a terminal
    would wait for another one.
    """
    for _ in range(_LARGEST // _BLOCK + 1):
        block = stream.read(_BLOCK)
        yield block
        if len(block) < _BLOCK:
            return


def from_json(text: str | bytes, name: str) -> AnyModel:
    """Read a model file's text; `name` is what messages call it.

    Raises:
        ModelError: it is no valid model; the message names the field.
    """
    fields = Fields.parse(text, name)
    if "schema" not in fields:
        raise ModelError(Fault("not-a-model", f'{name} is not a mae-cli model: it has no "schema"', Place(name)))
    if fields.text("schema") != SCHEMA:
        raise no_model("not-a-model", name, f"its schema is {quoted(fields.text('schema'))}, not {SCHEMA!r}")
    version = fields.count("version", least=1)
    if version > VERSION:
        raise _newer(name, version)
    fields.require_sound()
    is_of_several = version > 1 and fields.has("models")
    return QuantileModel.of_fields(fields, version) if is_of_several else Model.of_fields(fields, version)


def _newer(name: str, version: int) -> ModelError:
    what = f"{name} was written by a newer mae-cli (model version {version}; this one reads up to {VERSION})"
    return ModelError(Fault("newer-model-version", what, Place(name), remedy="upgrade with pip install -U mae-cli"))
