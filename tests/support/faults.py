"""The faults that commands tell, as values."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import pytest

from mae_cli.commands import process, speech
from mae_cli.errors import Fault, MaeCliError, Place

NOWHERE = Place(None)


@dataclass(frozen=True)
class Refusal:
    """A fault but for its words, which stand in `tests/faults/sentences.txt`.

    Attributes:
        code: of the fault.
        file: what its place is in, None where no file is at fault.
        line: in a text file.
        row: in a Parquet file.
        column: by its name.
        cell: as it is written.
        remedy: word for word.
    """

    code: str
    file: str | None = "data.csv"
    line: int | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    remedy: str | None = None

    @classmethod
    def of(cls, fault: Fault) -> "Refusal":
        """What is left of a fault without its words."""
        place = fault.place or NOWHERE
        return cls(fault.code, place.file, place.line, place.row, place.column, fault.cell, fault.remedy)


def refusal_of(call: Callable[..., object], *arguments: object, **options: object) -> Refusal:
    """Why a call is refused."""
    with pytest.raises(MaeCliError) as caught:
        call(*arguments, **options)
    return Refusal.of(caught.value.fault)


@contextmanager
def told() -> Iterator[list[Fault]]:
    """The faults that commands in this process tell within the block; each is said all the same."""
    faults: list[Fault] = []
    say = speech.say_error

    def remember(fault: Fault, program: str | None = None) -> None:
        faults.append(fault)
        say(fault, program)

    with patch.object(speech, "say_error", remember), patch.object(process, "say_error", remember):
        yield faults
