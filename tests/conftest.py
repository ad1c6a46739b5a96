"""What the tests of commands and use cases share: tables, commands run inside this process, and real processes."""

import importlib
import json
import logging
import signal
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import settings
from support import faults
from support.tables import PLACES, close_sources

from mae_cli.commands import evaluate, predict, train
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.scratch import Scratch

# The same examples in every run: a failure can be repeated, and a run that passed passes again.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

# A job in the background of a shell, or under nohup, ignores signals, and so would every process that a test starts.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

# What workers do while they wait would take a fifth of a core from the other tests.
IDLE = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "10s",
}

# As the installed script does it; the program's name is its file's.
RUN = "import sys; del sys.argv[0]; from mae_cli.commands.entry import {} as command; command()"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Give all tests that need Dask workers to one process of several, and run those that depend on timing last."""
    for item in items:
        if "workers" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("workers"))
    items.sort(key=lambda item: item.get_closest_marker("timing") is not None)


@pytest.fixture(autouse=True)
def _closed_sources():
    """The texts that a test takes for files are closed with it."""
    yield
    close_sources()


@pytest.fixture
def scratch():
    """A place for rows in scratch files."""
    with Scratch() as place:
        yield place


@pytest.fixture(params=["memory", "scratch"])
def place(request):
    """Where rows may live, one place after the other."""
    return MemoryRows if request.param == "memory" else request.getfixturevalue("scratch")


@pytest.fixture
def table(tmp_path):
    """Write a CSV text into the test's directory; gives its path."""

    def write(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return write


@pytest.fixture
def flights(table):
    """A table with heavy tails: 80 rows of delay, distance, hour and carrier (UA is the most frequent)."""
    rng = np.random.default_rng(20)
    distance, hour = rng.uniform(90, 2600, 80).round(1), rng.integers(5, 24, 80)
    carrier = rng.choice(["AA", "B6", "UA"], 80, p=[0.25, 0.25, 0.5])
    delay = 0.01 * distance + hour + 3 * (carrier == "AA") + rng.standard_t(1.5, 80)
    rows = zip(delay.tolist(), distance.tolist(), hour.tolist(), carrier, strict=True)
    lines = [f"{delay!r},{distance!r},{hour},{carrier}" for delay, distance, hour, carrier in rows]
    return table("\n".join(["delay,distance,hour,carrier", *lines, ""]), "flights.csv")


def _invoke(command, name, *arguments, stdin=None, env=None):
    runner = CliRunner(env=env)
    return runner.invoke(command, list(map(str, arguments)), input=stdin, prog_name=name, catch_exceptions=False)


@pytest.fixture
def mae_train(tmp_path, monkeypatch):
    """Run mae-train in this process and the test's directory; an exception that is no exit fails the test."""
    monkeypatch.chdir(tmp_path)
    return partial(_invoke, train.main, "mae-train")


@pytest.fixture
def mae_eval(tmp_path, monkeypatch):
    """Run mae-eval in this process and the test's directory; an exception that is no exit fails the test."""
    monkeypatch.chdir(tmp_path)
    return partial(_invoke, evaluate.main, "mae-eval")


@pytest.fixture
def mae_predict(tmp_path, monkeypatch):
    """Run mae-predict in this process and the test's directory; an exception that is no exit fails the test."""
    monkeypatch.chdir(tmp_path)
    return partial(_invoke, predict.main, "mae-predict")


@pytest.fixture
def told():
    """The faults that commands in this process tell, as values."""
    with faults.told() as found:
        yield found


class _Process(subprocess.Popen):
    """A process that is not waited for for ever."""

    def communicate(self, input=None, timeout=120):  # noqa: A002  (as its base)
        return super().communicate(input, timeout)


@pytest.fixture
def start(tmp_path):
    """Start a command as a process of its own, in the test's directory, with its streams as pipes."""
    started = []

    def run(name, *arguments, **options):
        module = {"mae-train": "train", "mae-eval": "evaluate"}[name]
        command = [sys.executable, "-P", "-c", RUN.format(module), name, *map(str, arguments)]
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        started.append(_Process(command, **streams | {"cwd": tmp_path} | options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


@pytest.fixture(params=PLACES)
def where(request):
    """Where rows are kept, or that no column may be left out, as options."""
    return ("--dask", request.getfixturevalue("workers")) if request.param == "--dask" else (request.param,)


@pytest.fixture(scope="session")
def workers():
    """The address of a Dask scheduler with two workers, processes of this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        importlib.import_module("dask").config.set(IDLE),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL + 1
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(scope="session")
def cluster(workers):
    """A connection to these workers."""
    from mae_cli.distributed.cluster import connected

    with connected(workers) as cluster:
        yield cluster


@pytest.fixture
def each_file_a_part(monkeypatch):
    """Small files are not read together by one task, so that several workers have some."""
    monkeypatch.setattr("mae_cli.distributed.files._CSV_BYTES", 1)
    monkeypatch.setattr("mae_cli.distributed.files._PARQUET_BYTES", 1)


@pytest.fixture
def one_object():
    """Read text that must be exactly one line with one JSON object, without NaN or Infinity."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    def read(text):
        assert text.endswith("\n")
        assert text.count("\n") == 1
        found = json.loads(text, parse_constant=refuse)
        assert isinstance(found, dict)
        return found

    return read


@pytest.fixture
def random():
    """Numbers that are the same in every run."""
    return np.random.default_rng(20_240_229)
