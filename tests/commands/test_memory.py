"""Too little memory is one clear line."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of the address space as Linux has them")

RUN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
del sys.argv[:2]
from mae_cli.commands.entry import train
train()
"""


def run(limit, *arguments, cwd):
    command = [sys.executable, "-P", "-c", RUN, str(limit), "mae-train", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("limit", [60, 90, 130, 160])
def test_a_limit_below_what_the_libraries_need_is_told_in_one_line(flights, limit):
    done = run(limit, flights, "-t", "delay", cwd=flights.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: not enough memory: the limit is {limit} MiB (ulimit -v), and the numerical ")
    assert done.stderr.endswith(" MiB; raise the limit, or set OPENBLAS_NUM_THREADS=1\n")
    assert done.stderr.count("\n") == 1


def needed(message):
    return int(re.search(r"alone take (\d+) MiB", message)[1])


def test_fewer_threads_need_less(flights, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    one = needed(run(60, flights, "-t", "delay", cwd=flights.parent).stderr)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "0")  # as many as there are processors
    assert needed(run(60, flights, "-t", "delay", cwd=flights.parent).stderr) == one + 40 * (
        len(os.sched_getaffinity(0)) - 1
    )


def test_help_needs_less(tmp_path):
    assert run(90, "--help", cwd=tmp_path).returncode == 0


def test_a_limit_that_suffices_is_no_matter(flights):
    assert run(8192, flights, "-t", "delay", cwd=flights.parent).returncode == 0
