"""What commands say on standard error: every message begins with the program's name, so that mixed logs can be read.

Off a terminal a message is one line. On a terminal it wraps between words, and what to do has a line of its own.
"""

import sys
from dataclasses import replace

import click

from mae_cli.errors import Fault
from mae_cli.messages import visible_block

_FAMILY = "mae-cli"  # where no command is running


def say_note(text: str) -> None:
    """`mae-train: note: …`."""
    _say([f"{_program()}: note: {text}"])


def say_error(fault: Fault, program: str | None = None) -> None:
    """`mae-train: error: …`, on a terminal with its remedy below: `Try: …`."""
    heading = f"{program or _program()}: error: "
    is_apart = fault.remedy is not None and sys.stderr.isatty()
    _say([heading + fault.located, f"Try: {fault.remedy}"] if is_apart else [f"{heading}{fault}"])


def say_failed(text: str) -> None:
    """`mae-eval: failed …`, of a gate."""
    _say([f"{_program()}: failed {text}"])


def say_interrupted(so_far: str, *, wrote: bool) -> None:
    """`mae-train: interrupted after 28 of 3,000 epochs; nothing was written`."""
    nothing = "" if wrote else "; nothing was written"
    _say([f"{_program()}: interrupted{so_far}{nothing}"])


def _program() -> str:
    context = click.get_current_context(silent=True)
    return (None if context is None else context.find_root().command.name) or _FAMILY


def _say(lines: list[str]) -> None:
    text = "\n".join(map(visible_block, lines))
    if not sys.stderr.isatty():
        click.echo(text, err=True)
        return
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
