"""The faults that commands tell, as values."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from mae_cli.commands import process, speech
from mae_cli.errors import Fault


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
