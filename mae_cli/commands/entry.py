"""Where the installed commands start: an interruption is one line from here on, while modules are still loaded."""

import os


def train() -> None:
    """Run mae-train."""
    _run("train")


def evaluate() -> None:
    """Run mae-eval."""
    _run("evaluate")


def predict() -> None:
    """Run mae-predict."""
    _run("predict")


def _run(command: str) -> None:
    try:
        _end_at_once_when_interrupted()
    except KeyboardInterrupt:
        _leave()
    from importlib import import_module  # noqa: PLC0415  (nothing is loaded before an interruption is provided for)

    from mae_cli.commands.process import THREADS_ARE_SAID_BY  # noqa: PLC0415  (likewise)

    # A pass over rows is bound by memory: threads of the linear algebra would only wait for each other.
    if not any(name in os.environ for name in THREADS_ARE_SAID_BY):
        os.environ[THREADS_ARE_SAID_BY[0]] = "1"
    if any(name.startswith("_MAE_") and name.endswith("_COMPLETE") for name in os.environ):
        import_module("mae_cli.commands.completion").install()
    import_module(f"mae_cli.commands.{command}").main()


def _end_at_once_when_interrupted() -> None:
    import signal  # noqa: PLC0415  (likewise)

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda _number, _frame: _leave())


def _leave() -> None:
    """End without ceremony: before the work begins, there is nothing to clear away."""
    os.write(2, b"Error: interrupted\n")
    os._exit(130)
