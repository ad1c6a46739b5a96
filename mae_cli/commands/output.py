"""Where mae-train puts the model: checked before any work is done, written when it is."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mae_cli.commands.running import write_json

if TYPE_CHECKING:
    from mae_cli.model import Model

STDOUT = "-"
_STDIN = "-"

_SLASHES = tuple(filter(None, (os.sep, os.altsep)))
_NAMES_OF_STDOUT = frozenset({STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class OutputFile(click.Path):
    """A file to write, or `-` for standard output, whatever it is called."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002  (click's signature)
        """The path, `-` for standard output."""
        return STDOUT if value in _NAMES_OF_STDOUT else str(value)


def check_output(output: str, data: Sequence[str], *, force: bool) -> None:
    """Refuse an output that cannot be written, that is the data, or that is a file of another kind.

    Raises:
        ModelError: with what to do instead.
    """
    from mae_cli.model_file import check_replaceable  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    if output == STDOUT:
        return
    refuse_input(output, data, "the data")
    check_replaceable(Path(output), force=force)


def refuse_input(output: str, inputs: Sequence[str], what: str) -> None:
    """Refuse an output that is one of the inputs, which a message calls `what`, or that names a directory.

    Raises:
        ModelError: with what to do instead.
    """
    from mae_cli.errors import ModelError  # noqa: PLC0415

    if output.endswith(_SLASHES):  # a path would lose it
        raise ModelError(f"{output} is a directory; name a file in it with -o")
    if any(is_data(Path(output), each) for each in inputs):
        raise ModelError(f"{output} is {what}; name another file with -o")


def write_output(model: "Model", output: str, *, force: bool) -> None:
    """Write the model to its file, or to standard output."""
    from mae_cli.model_file import write_model  # noqa: PLC0415

    if output == STDOUT:
        write_json(model.to_json())
    else:
        write_model(model, Path(output), force=force)


def is_data(output: Path, data: str) -> bool:
    """Whether they are one file, by whatever names; devices and pipes can be both."""
    with suppress(OSError, ValueError):  # one of them is not there, or its name is none: that is told elsewhere
        read = os.fstat(0) if data == _STDIN else Path(data).stat()
        return stat.S_ISREG(read.st_mode) and os.path.samestat(output.stat(), read)
    return False
