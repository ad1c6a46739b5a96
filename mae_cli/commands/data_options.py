"""The options that say how the data is written, and where it is read, which commands share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mae_cli.commands.records import Record, joined

if TYPE_CHECKING:
    from mae_cli.text.dialect import Dialect

Command = TypeVar("Command", bound=Callable[..., Any])

_TABS = frozenset({"tab", "\\t"})

_OPTIONS = (
    click.option(
        "--delimiter", metavar="CHAR", help="Sign between fields; tab for a tab.  [default: found; a comma if in doubt]"
    ),
    click.option("--decimal", type=click.Choice([".", ","]), default=".", show_default=True, help="Decimal sign."),
    click.option("--encoding", metavar="NAME", help="Encoding of the text.  [default: UTF-8, or what its mark tells]"),
    click.option(
        "--na-values",
        type=Record("spelling"),
        metavar="NAMES",
        multiple=True,
        help="More spellings of a missing cell, as in --na-values '-,?'.",
    ),
)


def _without_stream(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and ctx.params.get("stream") is not None:
        raise click.UsageError("--stream and --no-stream say where this process keeps rows; with --dask workers do")
    return value


_PLACES = (
    click.option(
        "--stream/--no-stream",
        default=None,
        is_eager=True,
        help="Keep the rows in a scratch file, or in memory.  [default: by their size]",
    ),
    click.option(
        "--dask",
        metavar="ADDRESS",
        callback=_without_stream,
        help="Read and keep the rows on Dask workers: local for this machine's cores, or a scheduler's address such "
        "as tcp://host:8786. Takes patterns ('part-*.csv') and Parquet too.",
    ),
)


def reading_options(command: Command) -> Command:
    """Give a command these options, in their order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def place_options(command: Command) -> Command:
    """Give a command the options that say where the rows are kept."""
    for option in reversed(_PLACES):
        command = option(command)
    return command


def dialect_of(options: dict[str, Any]) -> "Dialect":
    """How the data is written, as the options say.

    Raises:
        SettingsError: they contradict each other, or one is unknown.
    """
    from mae_cli.text.dialect import Dialect  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    delimiter = options["delimiter"]
    return Dialect(
        encoding=options["encoding"],
        delimiter="\t" if delimiter in _TABS else delimiter,
        decimal=options["decimal"],
        missing=frozenset(joined(options["na_values"])),
    )
