"""What commands say on standard error: every message begins with the program's name, so that mixed logs can be read.

Off a terminal a message is one line, and one of several parts a line for each. On a terminal it wraps between words,
parts are indented below the first line, and what to do has a line of its own.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from mae_cli.errors import Fault
from mae_cli.messages import BLOCK, visible

_FAMILY = "mae-cli"  # where no command is running
_INDENT = "  "


def say_note(text: str) -> None:
    """`mae-train: note: …`."""
    first, *rest = text.split(BLOCK)
    _say(f"{_program()}: note: ", first, [f"{_INDENT}{line}" for line in rest])


def say_error(fault: Fault, program: str | None = None) -> None:
    """`mae-train: error: …`, on a terminal with its remedy below: `Try: …`."""
    heading = f"{program or _program()}: error: "
    if not sys.stderr.isatty():
        _say(heading, fault.sentence, [part.sentence for part in fault.parts])
        return
    _say(heading, fault.located + ":" * bool(fault.parts), [*_indented(fault), *_remedy(fault.remedy)])


def _indented(fault: Fault) -> Iterator[str]:
    """The parts of a fault below it, each without the name of the file that they have in common."""
    file = "" if fault.place is None else fault.place.file
    for part in fault.parts:
        yield _INDENT + part.located.removeprefix(f"{file}: ").removeprefix(f"{file}, ")
        if part.remedy is not None:
            yield 2 * _INDENT + part.remedy


def _remedy(remedy: str | None) -> list[str]:
    return [] if remedy is None else [f"Try: {remedy}"]


def say_failed(text: str) -> None:
    """`mae-eval: failed …`, of a gate."""
    _say(f"{_program()}: ", f"failed {text}")


def say_interrupted(so_far: str, *, wrote: bool) -> None:
    """`mae-train: interrupted after 28 of 3,000 epochs; nothing was written`."""
    nothing = "" if wrote else "; nothing was written"
    _say(f"{_program()}: ", f"interrupted{so_far}{nothing}")


def _program() -> str:
    context = click.get_current_context(silent=True)
    return (None if context is None else context.find_root().command.name) or _FAMILY


def _say(heading: str, first: str, rest: Sequence[str] = ()) -> None:
    """Write a message; the lines below its first one have the heading too, but not on a terminal."""
    lines = [visible(line) for line in (f"{heading}{first}", *rest)]
    if not sys.stderr.isatty():
        click.echo(f"\n{heading}".join(lines), err=True)
        return
    text = "\n".join(lines)
    try:
        from mae_cli.report.console import note_console, show_note  # noqa: PLC0415  (not needed in a pipeline)
    except (ImportError, MemoryError):  # an error may be that nothing more can be loaded
        click.echo(text, err=True)
        return
    show_note(note_console(), text)


class Complaint(click.UsageError):
    """A complaint about the arguments; one that names no remedy points to the help."""

    def __init__(self, fault: Fault, ctx: click.Context | None) -> None:
        super().__init__(str(fault), ctx)
        self.fault = fault

    @classmethod
    def of(cls, error: click.UsageError, ctx: click.Context) -> "Complaint":
        """What click complains about."""
        return cls(Fault("usage", error.format_message().removesuffix(".")), error.ctx or ctx)

    def show(self, file: object = None) -> None:  # noqa: ARG002  (click's signature)
        """Say it on standard error."""
        program = _FAMILY if self.ctx is None else self.ctx.find_root().command.name or _FAMILY
        has_remedy = self.fault.remedy is not None or self.fault.what.endswith(("?", "?)"))
        say_error(self.fault if has_remedy else replace(self.fault, remedy=f"run {program} --help"), program)


class BrokenOutput(click.ClickException):
    """Help or the like could not be printed by a program."""

    def __init__(self, error: OSError, program: str | None) -> None:
        self.fault = unwritten(error)
        super().__init__(str(self.fault))
        self._program = program

    def show(self, file: object = None) -> None:  # noqa: ARG002  (click's signature)
        """Say it on standard error."""
        say_error(self.fault, self._program)


def unwritten(error: OSError) -> Fault:
    """What is wrong where standard output takes no more."""
    return Fault("output-failed", f"cannot write the output: {error.strerror}")
