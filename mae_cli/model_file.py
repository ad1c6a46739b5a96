"""The model as a file: written whole or not at all, over nothing but a model."""

from contextlib import suppress
from pathlib import Path

from mae_cli.model import Model
from mae_cli.output_file import check_writable, writing

_SCHEMA_WITHIN = 4096


def write_model(model: Model, path: Path, *, force: bool) -> None:
    """Write a model file as `mae_cli.output_file.writing` does.

    Raises:
        ModelError: the place cannot be written, or holds what is no model or is write-protected (unless `force`).
    """
    check_replaceable(path, force=force)
    with writing(path) as stream:
        stream.write(model.to_json().encode())


def check_replaceable(path: Path, *, force: bool) -> None:
    """Refuse to write where there is a directory, no directory to write in, or what must not be replaced.

    Raises:
        ModelError: with what to do instead.
    """
    check_writable(path, _no_model, force=force)


def _no_model(place: Path) -> str | None:
    """None for a file that begins like a model, valid or not: that is enough to know that it is ours to replace."""
    with suppress(OSError), place.open("rb") as stream:
        start = stream.read(_SCHEMA_WITHIN).split()
        if b"".join(start).startswith(b'{"schema":"mae-cli/model"'):
            return None
    return "is no model file"
