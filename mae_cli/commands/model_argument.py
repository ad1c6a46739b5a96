"""The model that mae-eval and mae-predict are given: a file, or standard input."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from mae_cli.commands.running import STDIN

if TYPE_CHECKING:
    from mae_cli.model import Model


def require_one_reader(arguments: Mapping[str, Sequence[str]]) -> None:
    """Refuse what would read standard input twice; the arguments have the names that the usage gives them."""
    readers = [name for name, values in arguments.items() if STDIN in values]
    if len(readers) > 1:
        raise click.UsageError(
            f"{readers[0]} and {readers[1]} cannot both be standard input; give one of them as a file"
        )


def name_of(argument: str) -> str:
    """What messages call the model."""
    return "standard input" if argument == STDIN else argument


def model_of(argument: str) -> "Model":
    """The model that an argument names.

    Raises:
        ModelError: there is none, or it is not valid.
    """
    from mae_cli.model import load_model, read_model  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    return read_model(sys.stdin.buffer, name_of(argument)) if argument == STDIN else load_model(argument)
