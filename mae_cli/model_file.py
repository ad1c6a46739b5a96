"""Writing a model so that at any moment the old file or the new one is there, whole."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from mae_cli.errors import ModelError
from mae_cli.model import Model

_SCHEMA_WITHIN = 4096
# Characters of the name in the temporary file's, so that this is never longer than file systems allow.
_NAME_KEPT = 40


def write_model(model: Model, path: Path, *, force: bool) -> None:
    """Write to a temporary file in the same directory, sync it, and rename it into place; links are followed.

    Raises:
        ModelError: the place cannot be written, or holds something that is no model (unless `force`).
    """
    check_replaceable(path, force=force)
    try:
        _replace(path.resolve(), model.to_json().encode())
    except OSError as error:
        raise ModelError(f"cannot write {path}: {error.strerror}") from None


def check_replaceable(path: Path, *, force: bool) -> None:
    """Refuse to write where there is a directory, no directory to write in, or a file that is no model.

    Raises:
        ModelError: with what to do instead.
    """
    try:
        _check(path, path.resolve(), force=force)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        detail = error.strerror if isinstance(error, OSError) else "its links run in a circle"
        raise ModelError(f"cannot write {path}: {detail}") from None


def _check(path: Path, place: Path, *, force: bool) -> None:
    if place.is_symlink():
        raise ModelError(f"cannot write {path}: its links run in a circle")
    if place.is_dir():
        raise ModelError(f"{path} is a directory; name a file in it with -o")
    if not place.parent.is_dir():
        raise ModelError(f"cannot write {path}: there is no directory {path.parent}")
    if not os.access(place.parent, os.W_OK):
        raise ModelError(f"cannot write {path}: the directory {path.parent} is not writable")
    if place.exists() and not place.is_file():
        raise ModelError(f"{path} is no regular file; name a file, or use -o - for standard output")
    if place.exists() and not force and not _is_model(place):
        raise ModelError(f"{path} exists and is no model file; choose another name with -o, or replace it with --force")


def _is_model(place: Path) -> bool:
    """Whether a file begins like a model, valid or not: that is enough to know that it is ours to replace."""
    with suppress(OSError), place.open("rb") as stream:
        start = stream.read(_SCHEMA_WITHIN).split()
        return b"".join(start).startswith(b'{"schema":"mae-cli/model"')
    return False


def _replace(place: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{place.name[:_NAME_KEPT]}.", suffix=".tmp", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_permissions(place))
        Path(temporary).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _permissions(place: Path) -> int:
    """Those of the file replaced, or what the umask leaves of a new one's."""
    if place.exists():
        return place.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
