"""Options that name columns, by one name or by CSV records of names; shells complete them from the data's header."""

import csv
import io
import re
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from mae_cli.commands.records import Record
from mae_cli.wording import listed

if TYPE_CHECKING:
    _Name = click.ParamType[str]
else:
    _Name = click.ParamType  # not generic yet in click 8.2 and 8.3

# How data are written where nothing is said; options that come behind the one being read are not yet known.
_UNSAID = {"delimiter": None, "encoding": None, "decimal": ".", "na_values": ()}
# The finished fields of a record that is being typed, each with its comma.
_FINISHED = re.compile(r'(?:(?:"(?:[^"]|"")*"|[^",]*),)*')


class ColumnName(_Name):
    """The name of one column, as it is."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002  (click's signature)
        """The name itself."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """The columns that begin so."""
        return [CompletionItem(name) for name in _header(ctx) if name.startswith(incomplete)]


class TargetOption(click.Option):
    """The option that must name a column; where it is missing, the columns to choose from are told."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The name of the column."""
        try:
            return super().process_value(ctx, value)
        except click.MissingParameter:
            names = _header(ctx)
            if not names:
                raise
            raise click.MissingParameter(f"The columns are {listed(names)}.", ctx=ctx, param=self) from None


class ColumnNames(Record):
    """Column names as one CSV record: `--features "a,b"`, or `--features '"a,b",c'` for a name with a comma."""

    def __init__(self) -> None:
        super().__init__("column name")

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """The record as it is typed with each column that its last name can become, but for those it has."""
        finished = _FINISHED.match(incomplete)[0]  # type: ignore[index]  # (the expression matches anything)
        begun = incomplete[len(finished) :].removeprefix('"').replace('""', '"')
        taken = next(csv.reader([finished]), [])
        names = [name for name in _header(ctx) if name.startswith(begun) and name not in taken]
        return [CompletionItem(finished + _field(name)) for name in names]


def _field(name: str) -> str:
    """A name as one field of a CSV record."""
    record = io.StringIO()
    csv.writer(record, lineterminator="").writerow([name])
    return record.getvalue()


def _header(ctx: click.Context) -> list[str]:
    """The columns of the data files typed so far that fit on a line, but for the target if that is typed, too.

    Files that cannot be read, or not as the options say, have none.
    """
    names: dict[str, None] = {}
    for argument in _typed_data(ctx):
        names |= dict.fromkeys(name for name in _columns_of(argument, ctx) if name.isprintable())
    names.pop(ctx.params.get("target", ""), None)
    return list(names)


def _typed_data(ctx: click.Context) -> list[str]:
    """The data arguments; click leaves them among the rest while an option still waits for its value."""
    data = ctx.params.get("data") or ()
    return [*([data] if isinstance(data, str) else data), *ctx.args]


def _columns_of(argument: str, ctx: click.Context) -> tuple[str, ...]:
    from mae_cli.commands.data_options import dialect_of  # noqa: PLC0415  (it imports this module's types)

    with suppress(Exception):  # no fault of the data or the options is told here, where the line is still being read
        if Path(argument).is_file():  # a pipe has only one reader, and that is the fit
            with closing(dialect_of(_UNSAID | ctx.params).read(argument)) as source:
                return source.beginning(1)[0].cells
    return ()
