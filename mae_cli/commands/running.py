"""What every command does around its work: errors become one line and an exit status, here and nowhere else."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mae_cli.errors import MaeCliError, SettingsError

OK = 0
FAULT = 1
NOT_CONVERGED = 3
INTERRUPTED = 130


@contextmanager
def running() -> Iterator[None]:
    """Run a command's work; leave with the exit status that its end calls for.

    A reader that closes the pipe early is no fault: the work is done, and the rest of the report is not wanted.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what a user should know is a note; a library's warnings are for developers
    try:
        yield
        sys.stdout.flush()
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    except MaeCliError as error:
        _fail(str(error), error.exit_status)
    except BrokenPipeError:
        _discard_output()
        sys.exit(OK)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)
    except MemoryError:
        _fail("not enough memory for this data; use fewer columns or rows", FAULT)


def note(text: str, *, quiet: bool) -> None:
    """Say something on standard error, unless it shall be quiet."""
    if not quiet:
        click.echo(_one_line(f"Note: {text}"), err=True)


def _fail(message: str, status: int) -> None:
    click.echo(_one_line(f"Error: {message}"), err=True)
    sys.exit(status)


def _one_line(text: str) -> str:
    from mae_cli.report.plain import visible  # noqa: PLC0415  (usage errors need no rich)

    return visible(text)


def _discard_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush finds no closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
