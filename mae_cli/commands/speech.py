"""What commands say on standard error: every message begins with the program's name, so that mixed logs can be read.

Off a terminal a message is one line. On a terminal it wraps between words, and what to do has a line of its own.
"""

import sys

import click

from mae_cli.messages import parted, visible_block

_FAMILY = "mae-cli"  # where no command is running


def say_note(text: str) -> None:
    """`mae-train: note: …`."""
    _say([f"{_program()}: note: {text}"])


def say_error(text: str, program: str | None = None) -> None:
    """`mae-train: error: …`, on a terminal with its remedy below: `Try: …`."""
    line = f"{program or _program()}: error: {text}"
    fault, remedy = parted(line)
    _say([line] if remedy is None or not sys.stderr.isatty() else [fault, f"Try: {remedy}"])


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

    def show(self, file: object = None) -> None:  # noqa: ARG002  (click's signature)
        """Say it on standard error."""
        program = _FAMILY if self.ctx is None else self.ctx.find_root().command.name or _FAMILY
        has_remedy = self.message.endswith(("?", "?)")) or parted(self.message)[1] is not None
        say_error(self.message if has_remedy else f"{self.message.removesuffix('.')}; run {program} --help", program)


class BrokenOutput(click.ClickException):
    """Help or the like could not be printed by a program."""

    def __init__(self, message: str, program: str | None) -> None:
        super().__init__(message)
        self._program = program

    def show(self, file: object = None) -> None:  # noqa: ARG002  (click's signature)
        """Say it on standard error."""
        say_error(self.message, self._program)
