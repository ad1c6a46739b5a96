"""The files that arguments and options name."""

from typing import Any

import click

from mae_cli.wording import is_url

STDOUT = "-"

_NAMES_OF_STDOUT = frozenset({STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class InputFile(click.Path):
    """A file to read; whether it is there is told when it is opened."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path as it was given."""
        if not value:  # a path would take it for the directory
            self.fail("the name of the file is empty; is a variable of the shell not set?", param, ctx)
        return str(value)


class OutputFile(InputFile):
    """A file to write, or `-` for standard output, whatever it is called."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path, `-` for standard output."""
        path = super().convert(value, param, ctx)
        if is_url(path):
            self.fail(f"{path} is a URL; name a file of this machine, and send it there afterwards", param, ctx)
        return STDOUT if path in _NAMES_OF_STDOUT else path
