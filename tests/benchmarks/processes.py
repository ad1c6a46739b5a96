"""Run a command in a process: its output, wall clock and peak memory, or the reason why there are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
_TESTS = Path(__file__).parents[1]

# Starts a Python that imports what this one does, whatever the working directory holds.
PYTHON = (sys.executable, "-P")


class ProcessError(RuntimeError):
    """A process failed; the message is its last line of complaint."""


class TimedOutError(ProcessError):
    """A process was stopped at its time limit."""


@dataclass(frozen=True)
class Finished:
    """What a process printed, its seconds of wall clock and its peak resident memory (None where unknown)."""

    stdout: str
    seconds: float
    peak_bytes: int | None


def run(command: list[str], limit: float) -> Finished:
    """Run a command to its end.

    Raises:
        TimedOutError: it took longer than `limit` seconds, and was stopped.
        ProcessError: it ended with another status than 0.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        launched = [sys.executable, "-S", str(_LAUNCHER), str(report), str(limit), *command]
        done = subprocess.run(launched, capture_output=True, encoding="utf-8", check=False, env=_environment())
        if not report.exists():
            raise ProcessError(_last_line(done.stderr))
        outcome = json.loads(report.read_text(encoding="utf-8"))
    if outcome["timed_out"]:
        raise TimedOutError(f"stopped after {limit:g} s")
    if outcome["status"] != 0:
        raise ProcessError(_last_line(done.stderr) or f"exit status {outcome['status']}")
    return Finished(done.stdout, outcome["seconds"], outcome["peak_bytes"])


def _environment() -> dict[str, str]:
    """Return ours, with this package importable, and UTF-8 in the pipes of Python."""
    paths = [str(_TESTS), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""
