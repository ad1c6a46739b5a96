"""Too little memory is one clear line."""

import gc
import re
import subprocess
import sys

import pandas as pd
import pytest

from mae_cli.commands.process import running

RUN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
del sys.argv[:2]
from mae_cli.commands.entry import train
train()
"""


def run(limit, *arguments, cwd):
    command = [sys.executable, "-P", "-c", RUN, str(limit), "mae-train", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("limit", [60, 130, 199])
def test_a_limit_below_what_the_libraries_need_is_told_in_one_line(flights, limit):
    done = run(limit, flights, "-t", "delay", cwd=flights.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        rf"mae-train: error: not enough memory: the limit is {limit} MiB "
        rf"\(ulimit -v\), and the numerical libraries alone take "
        r"(200|360) MiB; raise the limit\n",
        done.stderr,
    )


def test_data_beyond_a_limit_are_told_in_one_line(table):
    rows = "\n".join([",".join(map(str, range(1200)))] * 3000)
    data = table(f"{','.join(f'x{column}' for column in range(1200))}\n{rows}\n")
    done = run(400, data, "-t", "x0", "--no-stream", cwd=data.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "mae-train: error: not enough memory for this data within the limit "
        "of 400 MiB (ulimit -v); use fewer columns or rows\n"
    )


@pytest.mark.parametrize("fault", ["out of memory", "Calling read(nbytes) on source failed. Try engine='python'."])
def test_a_parser_without_memory_is_told_as_that(mae_train, flights, monkeypatch, fault):
    def exhausted(*_, **__):
        raise pd.errors.ParserError(f"Error tokenizing data. C error: {fault}")

    monkeypatch.setattr("pandas.read_csv", exhausted)
    done = mae_train(flights, "-t", "delay")
    assert done.exit_code == 1
    assert done.stderr == "mae-train: error: not enough memory for this data; use fewer columns or rows\n"


FAULTS = [ImportError("libx.so: failed to map segment"), RuntimeError("can't start new thread"), MemoryError()]


def shown(error, capsys):
    """The line that an error becomes; none where it passes, which is none of the user's."""
    with pytest.raises((SystemExit, type(error))), running():
        raise error
    return capsys.readouterr().err


@pytest.mark.parametrize("error", FAULTS, ids=repr)
def test_below_a_limit_libraries_and_threads_lack_memory(monkeypatch, capsys, error):
    monkeypatch.setattr("resource.getrlimit", lambda _: (300 << 20, 300 << 20))
    assert shown(error, capsys) == (
        "mae-cli: error: not enough memory for this data within the limit "
        "of 300 MiB (ulimit -v); use fewer columns or rows\n"
    )
    assert not shown(RuntimeError("another"), capsys)


def test_without_a_limit_they_have_other_faults(monkeypatch, capsys):
    monkeypatch.setattr("resource.getrlimit", lambda _: (-1, -1))
    assert [shown(error, capsys) for error in FAULTS] == [
        "", "", "mae-cli: error: not enough memory for this data; use fewer columns or rows\n"
    ]  # fmt: skip


def test_help_needs_less(tmp_path):
    assert run(90, "--help", cwd=tmp_path).returncode == 0


def test_a_limit_that_suffices_is_no_matter(flights):
    assert run(8192, flights, "-t", "delay", cwd=flights.parent).returncode == 0


# Whether the collector is at work after the libraries are loaded, and passes over them.
COLLECTOR = """
import gc, sys
from mae_cli.commands.process import running
with running():
    assert "pandas" in sys.modules and gc.isenabled()
    print(len(gc.get_objects()), gc.get_freeze_count())
"""


def test_the_libraries_are_kept_from_the_garbage_collector():
    done = subprocess.run([sys.executable, "-P", "-c", COLLECTOR], capture_output=True, text=True, check=True)
    seen, kept = map(int, done.stdout.split())
    assert seen < 1000
    assert kept > 50_000


def test_what_a_caller_has_loaded_is_left_to_its_collector():
    before = gc.get_freeze_count()
    with running():
        assert gc.get_freeze_count() == before
