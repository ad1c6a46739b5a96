"""Signals that ask a command to stop: the work is unwound, so that nothing half-made is left behind."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

INTERRUPTED = 130

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stoppable() -> Iterator[None]:
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
            _leave(received[0] if received else signal.SIGINT)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _handled() -> tuple[int, ...]:
    if threading.current_thread() is not threading.main_thread():
        return ()
    return tuple(number for number in _SIGNALS if signal.getsignal(number) not in {signal.SIG_IGN, None})


def _leave(number: int) -> NoReturn:
    if number != signal.SIGINT:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    click.echo("Error: interrupted", err=True)
    sys.exit(INTERRUPTED)
