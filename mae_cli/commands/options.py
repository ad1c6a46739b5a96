"""Options and arguments that commands share: files, how the data is written, and names of columns.

A value that is one CSV record can hold any text; shells complete names of columns from the data's header.
"""

import csv
import io
import re
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from mae_cli.errors import Fault, Place, SettingsError
from mae_cli.messages import is_url, listed, quoted

T = TypeVar("T")

STDOUT = "-"

_NAMES_OF_STDOUT = frozenset({STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class InputFile(click.Path):
    """A file to read; that it exists is checked when it is opened."""

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
            remedy = "name a local file, and send it there afterwards"
            raise SettingsError(Fault("output-is-url", f"{path} is a URL", Place(path), remedy=remedy))
        return STDOUT if path in _NAMES_OF_STDOUT else path


if TYPE_CHECKING:
    _Ends = click.ParamType[tuple[float, float]]
else:
    _Ends = click.ParamType  # not generic yet in click 8.2 and 8.3


class Interval(_Ends):
    """Two numbers with a colon between them: `0.88:0.92`."""

    name = "interval"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Both ends."""
        if isinstance(value, tuple):
            return value
        low, _, high = value.partition(":")
        try:
            return float(low), float(high)
        except ValueError:
            self.fail(f"{value!r} is not LOW:HIGH, two numbers such as 0.88:0.92", param, ctx)


if TYPE_CHECKING:
    _Texts = click.ParamType[tuple[str, ...]]
    _Numbers = click.ParamType[tuple[float, ...]]
else:
    _Texts = _Numbers = click.ParamType  # not generic yet in click 8.2 and 8.3


class FractionOrFile(InputFile):
    """A share of the rows, or a file of its own."""

    name = "fraction or file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The share as a number, or the path as it was given."""
        try:
            return float(value)
        except ValueError:
            return super().convert(value, param, ctx)


class Quantiles(_Numbers):
    """Numbers with commas between them: `0.1,0.5,0.9`."""

    name = "quantiles"

    def convert(
        self, value: str | tuple[float, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """The numbers."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(float(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not a number, or numbers with commas between them", param, ctx)


class Record(_Texts):
    """Texts as one CSV record: `--na-values "-,?"`, or `'"a,b",c'` for one with a comma; none may be empty.

    Attributes:
        item: what messages call one of them.
    """

    name = "names"

    def __init__(self, item: str) -> None:
        self.item = item

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The texts of one record."""
        if isinstance(value, tuple):
            return value
        try:
            records = list(csv.reader([value], strict=True))
        except csv.Error as error:
            self.fail(f"{quoted(value)} is not a CSV record of {self.item}s: {_reason(error)}", param, ctx)
        texts = tuple(records[0]) if records else ()
        if not texts or not all(map(self.is_given, texts)):
            raise SettingsError(_blank(self.item, value, param))
        return texts

    @staticmethod
    def is_given(text: str) -> bool:
        """Whether a text of the record is one."""
        return bool(text)


def _blank(item: str, value: str, param: click.Parameter | None) -> Fault:
    """The fault of an option whose value is, or holds, nothing but blanks where it needs an `item`."""
    where = "" if param is None else f" in {max(param.opts, key=len)} {quoted(value)}"
    return Fault("blank-value", f"empty {item}{where}", remedy=f"give a {item}; is a shell variable unset?")


def joined(values: tuple[tuple[T, ...], ...]) -> tuple[T, ...]:
    """The values of a repeated option that takes several, in order."""
    return tuple(value for several in values for value in several)


def _reason(error: csv.Error) -> str:
    """The reason without the reader's remarks on how files were opened."""
    return str(error).partition(" - ")[0]


if TYPE_CHECKING:
    from mae_cli.tables.csv.dialect import Dialect

Command = TypeVar("Command", bound=Callable[..., Any])

_TABS = frozenset({"tab", "\\t"})

_OPTIONS = (
    click.option(
        "--delimiter",
        metavar="CHAR",
        help="Field delimiter; `tab` for a tab.  [default: detected from the header, else a comma]",
    ),
    click.option("--decimal", type=click.Choice([".", ","]), default=".", show_default=True, help="Decimal mark."),
    click.option("--encoding", metavar="NAME", help="Text encoding.  [default: UTF-8, or as the byte order mark says]"),
    click.option(
        "--na-values",
        type=Record("spelling"),
        metavar="NAMES",
        multiple=True,
        help="More spellings of a missing value, as in --na-values '-,?'.",
    ),
)


def _without_stream(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and ctx.params.get("stream") is not None:
        what = "--stream and --no-stream are for rows in this process, and with --dask workers keep them"
        raise SettingsError(Fault("conflicting-options", what, remedy="leave one of them out"))
    return value


_PLACES = (
    click.option(
        "--stream/--no-stream",
        default=None,
        is_eager=True,
        help="Keep the rows in a scratch file or in memory.  [default: by their size]",
    ),
    click.option(
        "--dask",
        metavar="ADDRESS",
        callback=_without_stream,
        help="Read and keep the rows on Dask workers: `local` for this machine's cores, or the address of a scheduler "
        "such as tcp://host:8786. Accepts patterns ('part-*.csv') too.",
    ),
)


READING = ("delimiter", "decimal", "encoding", "na_values")
PLACES = ("stream", "dask")


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
    from mae_cli.tables.csv.dialect import Dialect  # noqa: PLC0415  (help and usage errors must not wait for numpy)

    delimiter = options["delimiter"]
    return Dialect(
        encoding=options["encoding"],
        delimiter="\t" if delimiter in _TABS else delimiter,
        decimal=options["decimal"],
        missing=frozenset(joined(options["na_values"])),
    )


if TYPE_CHECKING:
    _Name = click.ParamType[str]
else:
    _Name = click.ParamType  # not generic yet in click 8.2 and 8.3

_COLUMN_NAME = "column name"
# The defaults; options after the one being read are not known yet.
_UNSAID = {"delimiter": None, "encoding": None, "decimal": ".", "na_values": ()}
# The finished fields of a record that is being typed, each with its comma.
_FINISHED = re.compile(r'(?:(?:"(?:[^"]|"")*"|[^",]*),)*')


class ColumnName(_Name):
    """The name of one column, as it is, but not a blank one."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002  (click's signature)
        """The name itself."""
        if not str(value).strip():
            raise SettingsError(_blank(_COLUMN_NAME, value, param))
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """The columns that begin so."""
        return [CompletionItem(name) for name in _header(ctx) if name.startswith(incomplete)]


class TargetOption(click.Option):
    """The option that must name a column; where it is missing, the error lists the columns."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The name of the column; none is needed where the columns are to be listed."""
        if self.value_is_missing(value) and ctx.params.get("list_columns"):
            return None
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
        super().__init__(_COLUMN_NAME)

    @staticmethod
    def is_given(text: str) -> bool:
        """Whether a text of the record names a column."""
        return bool(text.strip())

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """The record as it is typed with each column that its last name can become, but for those it has."""
        finished = _FINISHED.match(incomplete)[0]  # type: ignore[index]  # (the expression matches anything)
        begun = incomplete[len(finished) :].removeprefix('"').replace('""', '"')
        taken = next(csv.reader([finished]), [])
        names = [name for name in _header(ctx) if name.startswith(begun) and name not in taken]
        return [CompletionItem(finished + _field(name)) for name in names]


class DatedColumns(ColumnNames):
    """Column names as one CSV record, each alone or with a format: `--date "day=%d/%m/%Y,hour"`."""

    @staticmethod
    def is_given(text: str) -> bool:
        """Whether a text of the record names a column, with or without a format."""
        return ColumnNames.is_given(_dated(text)[0])


def dates_of(values: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """The columns of `--date`, each with its format; "" where none is given."""
    return dict(map(_dated, joined(values)))


def _dated(text: str) -> tuple[str, str]:
    name, _, spelling = text.rpartition("=")
    return (name, spelling) if "%" in spelling and "=" in text else (text, "")


def _field(name: str) -> str:
    """A name as one field of a CSV record."""
    record = io.StringIO()
    csv.writer(record, lineterminator="").writerow([name])
    return record.getvalue()


def _header(ctx: click.Context) -> list[str]:
    """The columns with a name on one line in the data files typed so far, but for the target if that is typed, too.

    Files that cannot be read, or not as the options say, have none.
    """
    names: dict[str, None] = {}
    for argument in _typed_data(ctx):
        columns = _columns_of(argument, ctx)
        names |= dict.fromkeys(name for name in columns if name.strip() and name.isprintable())
    names.pop(ctx.params.get("target", ""), None)
    return list(names)


def _typed_data(ctx: click.Context) -> list[str]:
    """The data arguments; click leaves them among the rest while an option still waits for its value."""
    data = ctx.params.get("data") or ()
    return [*([data] if isinstance(data, str) else data), *ctx.args]


def _columns_of(argument: str, ctx: click.Context) -> tuple[str, ...]:
    from mae_cli.commands.options import dialect_of  # noqa: PLC0415  (it imports this module's types)

    with suppress(Exception):  # faults are reported later, when the command runs
        if Path(argument).is_file():  # a pipe has only one reader, and that is the fit
            with closing(dialect_of(_UNSAID | ctx.params).read(argument)) as source:
                return source.beginning(1)[0].cells
    return ()
