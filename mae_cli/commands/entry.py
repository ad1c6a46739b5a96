"""Where the installed commands start: until the work begins, an interruption ends the process at once in one line."""

import os
import signal
from functools import partial
from importlib import import_module
from types import FrameType

# Variables that set the number of BLAS threads; the first one that is set counts.
_THREADS_ARE_SAID_BY = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")


def train() -> None:
    """Run mae-train."""
    _run("mae-train", "train")


def evaluate() -> None:
    """Run mae-eval."""
    _run("mae-eval", "evaluate")


def predict() -> None:
    """Run mae-predict."""
    _run("mae-predict", "predict")


def _run(program: str, command: str) -> None:
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, partial(_leave, program))
    # A pass over rows is bound by memory: threads of the linear algebra would only wait for each other.
    if not any(name in os.environ for name in _THREADS_ARE_SAID_BY):
        os.environ[_THREADS_ARE_SAID_BY[0]] = "1"
    if any(name.startswith("_MAE_") and name.endswith("_COMPLETE") for name in os.environ):
        import_module("mae_cli.commands.completion").install()
    import_module(f"mae_cli.commands.{command}").main()


def _leave(program: str, _number: int, _frame: FrameType | None) -> None:
    """End without ceremony: there is nothing to clear away yet."""
    os.write(2, f"{program}: interrupted; nothing was written\n".encode())
    os._exit(130)
