"""What every command does around its work: errors become one line and an exit status, here and nowhere else."""

import errno
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO, cast

import click

from mae_cli.commands.allocator import keep_freed_memory
from mae_cli.commands.memory import claim_address_space, is_shortage, shortage
from mae_cli.commands.stopping import stoppable
from mae_cli.errors import MaeCliError, SettingsError
from mae_cli.visible import visible

OK = 0
FAULT = 1
NOT_CONVERGED = 3
GATE_FAILED = 4

STDIN = "-"

_END_OF_INPUT = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"


@dataclass(eq=False)
class Outcome:
    """What a command's work has come to so far, as an exit status; it may be set before the report is written."""

    status: int = OK


@contextmanager
def running() -> Iterator[Outcome]:
    """Run a command's work; leave with the exit status that its end calls for.

    A reader that closes the pipe early is no fault: the work is done, and the rest of the report is not wanted.
    """
    outcome = Outcome()
    _open_closed_streams()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what a user should know is a note; a library's warnings are for developers
    with stoppable(), _faults_in_one_line(outcome):
        claim_address_space()
        keep_freed_memory()
        yield outcome
        sys.stdout.flush()
    if outcome.status != OK:
        sys.exit(outcome.status)


@contextmanager
def _faults_in_one_line(outcome: Outcome) -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        raise click.UsageError(visible(str(error))) from None
    except MaeCliError as error:
        _fail(str(error), error.exit_status)
    except OSError as error:  # files are guarded where they are opened; what is left are the standard streams
        discard_output()
        if _is_broken_pipe(error):
            sys.exit(outcome.status)
        _fail(f"cannot write the output: {error.strerror}", FAULT)
    except Exception as error:
        if not is_shortage(error):
            raise
        _fail(shortage(), FAULT)


def _is_broken_pipe(error: OSError) -> bool:
    """Whether the reader has gone; Windows tells it as an invalid argument."""
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


def _open_closed_streams() -> None:
    """Give a process that was started without standard streams (`<&-`, `>&-`) empty ones."""
    sys.stdin = sys.stdin or _empty_stream("r")
    sys.stdout = sys.stdout or _empty_stream("w")
    sys.stderr = sys.stderr or _empty_stream("w")


def _empty_stream(mode: str) -> TextIO:
    """As the interpreter makes standard streams: the descriptor is the process's, and open to its end."""
    descriptor = os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY)
    return cast("TextIO", open(descriptor, mode, encoding="utf-8", closefd=False))


def note(text: str, *, quiet: bool) -> None:
    """Say something on standard error, unless it shall be quiet: in one line, or in those of a terminal."""
    if quiet:
        return
    line = visible(f"Note: {text}")
    if not sys.stderr.isatty():
        click.echo(line, err=True)
        return
    from mae_cli.report.console import note_console, show_note  # noqa: PLC0415  (not needed in a pipeline)

    show_note(note_console(), line)


def announce_terminal(*inputs: str, quiet: bool) -> None:
    """Say what a command waits for that reads a terminal."""
    if STDIN in inputs and sys.stdin.isatty():
        note(f"reading from the terminal; end with {_END_OF_INPUT}", quiet=quiet)


def share_a_terminal() -> bool:
    """Whether standard output and standard error are one terminal, so that what one says the other need not."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        return False
    return os.path.samestat(os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno()))


def write_json(text: str) -> None:
    """Write JSON to standard output as UTF-8, whatever the locale's encoding and line ends."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _fail(message: str, status: int) -> None:
    click.echo(visible(f"Error: {message}"), err=True)
    sys.exit(status)


def discard_output() -> None:
    """Point the streams that fail at nothing, so that the interpreter's last flush finds no closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
