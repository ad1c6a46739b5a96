"""The model that mae-eval and mae-predict are given: a file, or standard input."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mae_cli.commands.process import STDIN
from mae_cli.errors import Fault, ModelError, SettingsError

if TYPE_CHECKING:
    from mae_cli.model.files import AnyModel

_BEGINNING = 4_096
_MARK = b'"mae-cli/model"'


def require_one_reader(arguments: Mapping[str, Sequence[str]]) -> None:
    """Refuse what would read standard input twice; the arguments have the names that the usage gives them."""
    readers = [name for name, values in arguments.items() if STDIN in values]
    if len(readers) > 1:
        what = f"{readers[0]} and {readers[1]} cannot both be standard input"
        raise SettingsError(Fault("standard-input-twice", what, remedy="give one of them as a file"))


def name_of(argument: str) -> str:
    """What messages call the model."""
    return "standard input" if argument == STDIN else argument


def model_of(argument: str, data: Sequence[str] = ()) -> "AnyModel":
    """The model that an argument names; `data` are the arguments that it may have been confused with.

    Raises:
        ModelError: there is none, or it is not valid.
    """
    from mae_cli.model.files import load_model, read_model  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    try:
        return read_model(sys.stdin.buffer, name_of(argument)) if argument == STDIN else load_model(argument)
    except ModelError as error:
        if _begins_an_object(argument) or not any(map(_begins_an_object, data)):
            raise
        raise ModelError(replace(error.fault, remedy="give MODEL first, then DATA")) from None


def is_model(argument: str) -> bool:
    """Whether there is a file that says of itself that it is a model, sound or not."""
    return _begins_an_object(argument) and _MARK in _beginning(argument)


def _begins_an_object(argument: str) -> bool:
    """Whether there is a file that begins as a model does."""
    return _beginning(argument).lstrip().startswith(b"{")


def _beginning(argument: str) -> bytes:
    with suppress(OSError, ValueError):  # ValueError: a name that no file can have
        if Path(argument).is_file():
            with Path(argument).open("rb") as stream:
                return stream.read(_BEGINNING)
    return b""
