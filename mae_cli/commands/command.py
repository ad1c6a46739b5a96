"""What the commands are made with: the same settings for all, and complaints that harm no terminal."""

import errno
from collections.abc import Callable
from typing import Any

import click

from mae_cli import __version__
from mae_cli.commands.process import discard_output
from mae_cli.messages import visible


class Command(click.Command):
    """A command whose complaints about its arguments are one line, whatever the arguments hold."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does; what a terminal would obey in the message is shown as escapes."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(visible(error.format_message()), error.ctx) from None
        except OSError as error:  # help and the like are printed while the arguments are read
            if error.errno == errno.EPIPE:
                raise
            discard_output()
            raise click.ClickException(f"cannot write the output: {error.strerror}") from None


def command(epilog: str) -> Callable[[Callable[..., None]], Command]:
    """Make a command of a function, with `epilog` below its options, of which the last tells the version."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    made = click.command(cls=Command, epilog=epilog, context_settings=settings)
    version = click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")

    def make(function: Callable[..., Any]) -> Command:
        return version(made(function))

    return make
