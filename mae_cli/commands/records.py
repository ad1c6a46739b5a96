"""Options whose value is one CSV record, so that every text can be written in it."""

import csv
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    _Texts = click.ParamType[tuple[str, ...]]
else:
    _Texts = click.ParamType  # not generic yet in click 8.2 and 8.3


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
        from mae_cli.wording import quoted  # noqa: PLC0415  (a command loads what it needs, when it needs it)

        if isinstance(value, tuple):
            return value
        try:
            records = list(csv.reader([value], strict=True))
        except csv.Error as error:
            self.fail(f"{quoted(value)} is no CSV record of {self.item}s: {_reason(error)}", param, ctx)
        texts = tuple(records[0]) if records else ()
        if not texts or not all(texts):
            self.fail(f"{quoted(value)} holds an empty {self.item}", param, ctx)
        return texts


def joined(values: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The texts of a repeated option, in order."""
    return tuple(text for texts in values for text in texts)


def _reason(error: csv.Error) -> str:
    """Without what the reader says about files and how they were opened."""
    return str(error).partition(" - ")[0]
