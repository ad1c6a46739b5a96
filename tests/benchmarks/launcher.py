"""Start a command, wait, and report its wall clock and peak memory: `launcher.py REPORT LIMIT COMMAND…`.

A process of its own, and a small one: until it runs its own program a child counts the memory of whoever started it,
so a large parent would show up in the child's peak. It imports nothing but what every Python has.
"""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path


def main(report: str, limit: str, *command: str) -> None:
    """Run the command under a time limit in seconds and write the report as JSON."""
    start = time.perf_counter()
    child = subprocess.Popen(command)
    stopped = threading.Event()
    timer = threading.Timer(float(limit), lambda: (stopped.set(), child.kill()))
    timer.start()
    status, peak = wait(child)
    seconds = time.perf_counter() - start
    timer.cancel()
    outcome = {"seconds": seconds, "status": status, "peak_bytes": peak, "timed_out": stopped.is_set()}
    Path(report).write_text(json.dumps(outcome), encoding="utf-8")


def wait(child: subprocess.Popen) -> tuple[int, int | None]:
    """Return exit status and peak resident memory in bytes; the latter is None where the system does not tell."""
    if not hasattr(os, "wait4"):
        return child.wait(), None
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return child.returncode, usage.ru_maxrss * unit


if __name__ == "__main__":
    main(*sys.argv[1:])
