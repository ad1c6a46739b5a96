"""Too little memory is one clear line."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from mae_cli.commands.process import is_shortage, shortage

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


@pytest.mark.parametrize("limit", [60, 130, 200])
def test_a_limit_below_what_the_libraries_need_is_told_in_one_line(flights, limit):
    done = run(limit, flights, "-t", "delay", cwd=flights.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: not enough memory: the limit is {limit} MiB (ulimit -v), and the numerical ")
    assert done.stderr.endswith(" MiB; raise the limit, or set OPENBLAS_NUM_THREADS=1\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("limit", "threads"), [(240, "1"), (310, "2"), (340, "1"), (400, "2"), (600, "2")])
def test_whatever_the_limit_it_works_or_fails_in_one_line(table, monkeypatch, limit, threads):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
    rng = np.random.default_rng(1)
    rows = [",".join(map(str, row)) for row in rng.standard_normal((20_000, 12)).round(4).tolist()]
    data = table("\n".join([",".join("abcdefghijkl"), *rows, ""]))
    done = run(limit, data, "-t", "a", cwd=data.parent)
    assert done.returncode in {0, 1}
    assert bool(done.stderr) == bool(done.returncode)
    assert re.fullmatch("|Error: .*\n", done.stderr)


def needed(message):
    return int(re.search(r"alone take (\d+) MiB", message)[1])


@pytest.mark.parametrize("variable", ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"])
def test_fewer_threads_need_less(flights, monkeypatch, variable):
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")
    one = needed(run(60, flights, "-t", "delay", cwd=flights.parent).stderr)
    monkeypatch.setenv(variable, "0")  # as many as there are processors
    assert needed(run(60, flights, "-t", "delay", cwd=flights.parent).stderr) == one + 40 * (
        len(os.sched_getaffinity(0)) - 1
    )


FAULTS = [ImportError("libx.so: failed to map segment"), RuntimeError("can't start new thread"), MemoryError()]


@pytest.mark.parametrize("error", FAULTS, ids=repr)
def test_below_a_limit_libraries_and_threads_lack_memory(monkeypatch, error):
    monkeypatch.setattr("mae_cli.commands.process.address_space_limit", lambda: 300 << 20)
    assert is_shortage(error)
    assert shortage().startswith("not enough memory for this data within the limit of 300 MiB (ulimit -v); ")
    assert not is_shortage(RuntimeError("another"))


def test_without_a_limit_they_have_other_faults(monkeypatch):
    monkeypatch.setattr("mae_cli.commands.process.address_space_limit", lambda: None)
    assert [is_shortage(error) for error in FAULTS] == [False, False, True]


def test_help_needs_less(tmp_path):
    assert run(90, "--help", cwd=tmp_path).returncode == 0


def test_a_limit_that_suffices_is_no_matter(flights):
    assert run(8192, flights, "-t", "delay", cwd=flights.parent).returncode == 0
