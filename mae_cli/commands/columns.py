"""Options that name columns: each value is one CSV record, so that any name can be written."""

import csv
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    _Names = click.ParamType[tuple[str, ...]]
else:
    _Names = click.ParamType  # not generic yet in click 8.2 and 8.3


class ColumnNames(_Names):
    """Column names as one CSV record: `--features "a,b"`, or `--features '"a,b",c'` for a name with a comma."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names of one record."""
        if isinstance(value, tuple):
            return value
        try:
            records = list(csv.reader([value], strict=True))
        except csv.Error as error:
            self.fail(f"{value!r} is no CSV record of names: {str(error).partition(' - ')[0]}", param, ctx)
        names = tuple(records[0]) if records else ()
        if not names or not all(names):
            self.fail(f"{value!r} holds an empty column name", param, ctx)
        return names


def all_names(values: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The names of a repeated option, in order."""
    return tuple(name for names in values for name in names)
