"""What the commands are made with: the same settings for all, help in groups, and complaints that harm no terminal."""

import errno
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from mae_cli import __version__
from mae_cli.commands.process import discard_output
from mae_cli.commands.speech import BrokenOutput, Complaint
from mae_cli.errors import Fault, SettingsError

Groups = Mapping[str, Sequence[str]]
"""Headings of the help and the options below each; options that none names are below the last."""


@contextmanager
def _complaining(ctx: click.Context) -> Iterator[None]:
    """Turn what is wrong with the arguments into a complaint, whoever found it."""
    try:
        yield
    except click.UsageError as error:
        raise Complaint.of(error, ctx) from None
    except SettingsError as error:
        raise Complaint(error.fault, ctx) from None


class Command(click.Command):
    """A command whose complaints about its arguments are one line, whatever the arguments hold."""

    groups: Groups

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does; what a terminal would obey in the message is shown as escapes."""
        try:
            with _complaining(ctx):
                if not ctx.resilient_parsing:
                    self._refuse_repetition(ctx, args)
                return super().parse_args(ctx, args)
        except OSError as error:  # help and the like are printed while the arguments are read
            if error.errno == errno.EPIPE:
                raise
            discard_output()
            raise BrokenOutput(error, self.name) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; its complaints about arguments sound like those of the parser."""
        with _complaining(ctx):
            return super().invoke(ctx)

    def _refuse_repetition(self, ctx: click.Context, args: list[str]) -> None:
        """Refuse an option that is given twice and takes one value: one of the two would be ignored."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for parameter, count in Counter(order).items():
            if count > 1 and isinstance(parameter, click.Option) and not (parameter.multiple or parameter.is_flag):
                name = max(parameter.opts, key=len)
                what = f"{name} is given {count} times, but takes one value"
                raise SettingsError(Fault("repeated-option", what, remedy="give it once"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in their groups."""
        options = {each.name: each for each in self.get_params(ctx) if isinstance(each, click.Option)}
        named = {name for names in self.groups.values() for name in names}
        *_, last = self.groups
        for title, names in self.groups.items():
            unnamed = [name for name in options if name not in named] if title == last else []
            records = [options[name].get_help_record(ctx) for name in (*names, *unnamed)]
            with formatter.section(title):
                formatter.write_dl([record for record in records if record is not None])


def command(name: str, epilog: str, groups: Groups) -> Callable[[Callable[..., None]], Command]:
    """Make a command of a function, with `epilog` below its options, the last of which shows the version."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    made = click.command(name, cls=Command, epilog=epilog, context_settings=settings)
    version = click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")

    def make(function: Callable[..., Any]) -> Command:
        found = version(made(function))
        found.groups = groups
        return found

    return make
