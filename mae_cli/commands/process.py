"""What every command does around its work: errors become one line and an exit status, here and nowhere else.

Signals unwind the work, so that nothing half-made is left behind; a lack of memory is reported.
"""

import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TextIO, cast

from mae_cli.commands.speech import say_error, say_failed, say_interrupted, say_note, unwritten
from mae_cli.errors import Fault, MaeCliError, SettingsError
from mae_cli.memory import address_space_limit, keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mae_cli.progress import EpochCounter
    from mae_cli.results.gates import Gate
    from mae_cli.results.notes import Note

OK = 0
FAULT = 1
NOT_CONVERGED = 3
GATE_FAILED = 4

STDIN = "-"


@dataclass(eq=False)
class Outcome:
    """What a command's work has come to so far; it may be set before the report is written.

    Attributes:
        status: the exit status.
        wrote: whether anything may have been written that an interruption leaves behind.
        progress: told how far the work is.
    """

    status: int = OK
    wrote: bool = False
    progress: "EpochCounter | None" = None

    @property
    def so_far(self) -> str:
        """How far a descent is, for the end of a sentence."""
        if self.progress is None or not self.progress.epochs:
            return ""
        return f" after {self.progress.done:,} of {self.progress.epochs:,} epochs"


@contextmanager
def running() -> Iterator[Outcome]:
    """Run a command's work; leave with the exit status that its end calls for.

    A reader that closes the pipe early is no fault: the work is done, and the rest of the report is not wanted.
    """
    outcome = Outcome()
    _open_closed_streams()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what a user should know is a note; a library's warnings are for developers
    with stoppable(outcome), _faults_in_one_line(outcome):
        _load_libraries()
        yield outcome
        sys.stdout.flush()
    if outcome.status != OK:
        sys.exit(outcome.status)


@contextmanager
def _faults_in_one_line(outcome: Outcome) -> Iterator[None]:
    try:
        yield
    except SettingsError:  # a complaint about the arguments, which the command makes
        raise
    except MaeCliError as error:
        _fail(error.fault, error.exit_status)
    except OSError as error:  # files are guarded where they are opened; what is left are the standard streams
        discard_output()
        if isinstance(error, BrokenPipeError):
            sys.exit(outcome.status)
        _fail(unwritten(error), FAULT)
    except Exception as error:
        if not _is_shortage(error):
            raise
        _fail(_shortage(), FAULT)


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
    if not quiet:
        say_note(text)


def note_each(told: "Sequence[Note]", *, quiet: bool) -> None:
    """Say on standard error what a user should know of a run, unless it shall be quiet."""
    from mae_cli.report.notes import short_notes  # noqa: PLC0415  (help and usage errors need none)

    for text in short_notes(told):
        note(text, quiet=quiet)


@contextmanager
def watched(outcome: Outcome, *, quiet: bool) -> "Iterator[EpochCounter]":
    """A listener of long work, which shows how far it is on a terminal, unless it shall be quiet."""
    from mae_cli.progress import EpochCounter  # noqa: PLC0415  (help and usage errors need none)

    if quiet or not sys.stderr.isatty():
        outcome.progress = EpochCounter()
        yield outcome.progress
        return
    from mae_cli.report.console import note_console  # noqa: PLC0415  (not needed in a pipeline)
    from mae_cli.report.progress import progress  # noqa: PLC0415

    with progress(note_console(), enabled=True) as listener:
        outcome.progress = listener
        yield listener


def announce_terminal(*inputs: str, quiet: bool) -> None:
    """Say what a command waits for that reads a terminal."""
    if STDIN in inputs and sys.stdin.isatty():
        note("reading from the terminal; end with Ctrl-D", quiet=quiet)


def share_a_terminal() -> bool:
    """Whether standard output and standard error are one terminal, so that one message serves both."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        return False
    return os.path.samestat(os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno()))


def tell_failures(gates: "Sequence[Gate]") -> None:
    """Say which checks failed, a line each; these are not notes, and never quiet."""
    from mae_cli.report.gates import finding  # noqa: PLC0415  (most runs have none)

    for gate in gates:
        if not gate.passed:
            say_failed(f"--{gate.name}: {finding(gate)}")


def write_json(text: str, stream: TextIO | None = None) -> None:
    """Write JSON to standard output, or another stream, as UTF-8, whatever the locale's encoding and line ends."""
    stream = stream or sys.stdout
    stream.flush()
    stream.buffer.write(text.encode())
    stream.buffer.flush()


def _fail(fault: Fault, status: int) -> None:
    say_error(fault)
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


INTERRUPTED = 130

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(outcome: Outcome | None = None) -> Iterator[None]:
    """Run work that ends early on a signal: SIGINT with one line and 130, others by the signal itself.

    A signal raises KeyboardInterrupt in the work, so that its temporary files go; a second one ends it at once.
    A signal that is ignored (by `nohup`, say) stays so.
    """
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        received.append(number)
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in _handled()}
    try:
        yield
    except BaseException as error:  # a library may have turned the interruption into an error of its own
        if received or isinstance(error, KeyboardInterrupt):
            _leave(received[0] if received else signal.SIGINT, outcome or Outcome())
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _handled() -> tuple[int, ...]:
    if threading.current_thread() is not threading.main_thread():
        return ()
    return tuple(number for number in _SIGNALS if signal.getsignal(number) not in {signal.SIG_IGN, None})


def _leave(number: int, outcome: Outcome) -> NoReturn:
    if number != signal.SIGINT:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    say_interrupted(outcome.so_far, wrote=outcome.wrote)
    sys.exit(INTERRUPTED)


# Measured: with less address space NumPy, pandas and what this loads of pyarrow, where that is installed, end the
# process in ways of their own.
_LIBRARIES = 200 << 20
_ARROW = 160 << 20


def _load_libraries() -> None:
    """Load pandas, and NumPy with it, unseen by the garbage collector.

    It would go through what they consist of again and again while they are loaded, and twice before the process ends:
    with it a fit of 150 rows takes 500 ms, without it 366.

    Raises:
        MaeCliError: the limit of address space is too small for them.
    """
    if "pandas" in sys.modules:
        return
    limit, needed = address_space_limit(), _LIBRARIES + _ARROW * (find_spec("pyarrow") is not None)
    if limit is not None and limit < needed:
        what = (
            f"not enough memory: the limit is {limit >> 20} MiB (ulimit -v), and the numerical libraries alone take "
            f"{needed >> 20} MiB"
        )
        raise MaeCliError(Fault("memory-limit-too-low", what, remedy="raise the limit"))
    gc.disable()
    import_module("pandas")
    gc.freeze()
    gc.enable()
    keep_freed_memory()
    if limit is not None:
        _take_buffers()


def _take_buffers() -> None:
    """Have BLAS multiply matrices that are large enough for its buffers: without them later, it ends the process."""
    import numpy as np  # noqa: PLC0415  (help and usage errors must not wait for it)

    square = np.ones((512, 512))
    np.matmul(square, square)


def _is_shortage(error: Exception) -> bool:
    """Whether an error is a lack of memory; below a limit libraries and threads fail in ways of their own."""
    if isinstance(error, MemoryError):
        return True
    thread = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    return (thread or isinstance(error, ImportError)) and address_space_limit() is not None


def _shortage() -> Fault:
    limit = address_space_limit()
    within = "" if limit is None else f" within the limit of {limit >> 20} MiB (ulimit -v)"
    return Fault("out-of-memory", f"not enough memory for this data{within}", remedy="use fewer columns or rows")
