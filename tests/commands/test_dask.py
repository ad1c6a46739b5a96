"""--dask: the report of one machine from workers, cleanly, and one line when that cannot be."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time

import numpy as np
import pandas as pd
import pytest

from mae_cli.progress import ProgressListener
from mae_cli.tables.columns import ColumnChoice
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.workflows.data import opened
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train as train_model

distributed = pytest.importorskip("distributed")


@pytest.fixture
def parts(tmp_path):
    """Three files of flights: heavy tails, levels that are not in all files, missing cells, weights."""
    random = np.random.default_rng(11)
    for part, carriers in enumerate(["AB", "BC", "CAD"]):
        count = 400 + part
        frame = pd.DataFrame(random.normal(size=(count, 3)), columns=["delay", "hour", "distance"])
        frame["delay"] += 2 * frame["hour"] + random.standard_t(1.5, count)
        frame["carrier"], frame["trips"] = random.choice(list(carriers), count), random.integers(0, 4, count)
        frame.loc[random.choice(count, 7), "hour"] = np.nan
        frame.to_csv(tmp_path / f"part-{part}.csv", index=False)
    return [f"part-{part}.csv" for part in range(3)]


@pytest.fixture
def report(mae_train, one_object):
    """The JSON report of a training, without what a clock says, and the lines on standard error."""

    def run(*arguments):
        done = mae_train(*arguments, "--json", "--force")
        assert done.exit_code == 0, done.stderr
        found = one_object(done.stdout)
        del found["seconds"]
        return found, done.stderr

    return run


@pytest.mark.parametrize(
    "options",
    [
        ("--quantile", "0.9", "--no-intercept", "--weight", "trips"),
        ("--solver", "textbook", "--epochs", "3", "--batch-size", "50", "--loss", "mse"),
        ("--compare", "--holdout", "0.2", "--intervals", "none"),
        ("--cluster", "carrier", "--holdout", "0.2"),
        ("--importance", "--weight", "trips", "--intervals", "none"),
        ("--categorical", "trips", "--features", "trips,hour", "--intervals", "none"),
    ],
    ids=" ".join,
)
def test_the_report_and_the_model_are_those_of_one_machine(report, workers, parts, tmp_path, options):
    here = report(*parts, "-t", "delay", *options)
    model = (tmp_path / "model.json").read_bytes()
    assert report(*parts, "-t", "delay", *options, "--dask", workers) == here
    assert (tmp_path / "model.json").read_bytes() == model


@pytest.mark.usefixtures("each_file_a_part")
def test_blocks_of_other_sizes_give_the_same_answer_to_rounding(report, workers, parts):
    options = ["-t", "delay", "--weight", "trips", "--holdout", "0.25", "--compare", "--intervals", "none"]
    here, here_notes = report(*parts, *options)
    there, there_notes = report("part-*.csv", *options, "--dask", workers)
    assert there_notes == here_notes
    assert there["data"] == here["data"]
    assert there["history"]["passes"] == here["history"]["passes"]
    for part, key in [("train", "mae"), ("train", "mse"), ("holdout", "mae"), ("holdout", "r2")]:
        assert there[part][key] == pytest.approx(here[part][key], rel=1e-12)
    assert there["certificate"]["status"] == here["certificate"]["status"] == "optimal"
    assert there["certificate"]["loss"] == pytest.approx(here["certificate"]["loss"], rel=1e-12)
    values = [[each["value"] for each in report["coefficients"]] for report in (here, there)]
    assert values[1] == pytest.approx(values[0], rel=1e-9)
    assert [each["level"] for each in there["coefficients"]] == [each["level"] for each in here["coefficients"]]


@pytest.mark.usefixtures("each_file_a_part")
def test_the_lines_of_a_comparison_are_those_of_the_files(mae_train, workers, parts):
    arguments = [*parts, "-t", "delay", "--compare", "--force"]
    here, there = mae_train(*arguments).stdout, mae_train(*arguments, "--dask", workers).stdout
    pulling = [re.search(r"^ *(file|line) .*?\n\n", text, re.MULTILINE | re.DOTALL).group() for text in (here, there)]
    assert pulling[0].count("\n") > 5
    assert pulling[1] == pulling[0]


def test_parquet_is_trained_on_and_scored(report, mae_eval, workers, parts, tmp_path, one_object):
    pytest.importorskip("pyarrow")
    for part in parts:
        pd.read_csv(tmp_path / part).to_parquet(tmp_path / part.replace("csv", "parquet"))
    options = ["-t", "delay", "--weight", "trips", "--intervals", "none"]
    here = report(*parts, *options)[0]
    there = report("part-*.parquet", *options, "--dask", workers)[0]
    assert there == here | {"source": "part-0.parquet and 2 more files"}
    done = mae_eval("model.json", "part-*.parquet", "--dask", workers, "--json")
    assert one_object(done.stdout)["metrics"]["mae"] == pytest.approx(here["train"]["mae"], rel=1e-12)


def test_an_evaluation_is_that_of_one_machine(mae_train, mae_eval, workers, parts):
    mae_train(parts[0], parts[2], "-t", "delay", "-q")
    arguments = ["model.json", *parts, "--unseen", "skip", "--worst", "3", "--show", "hour", "--max-mae", "1e-3"]
    here, there = mae_eval(*arguments), mae_eval(*arguments, "--dask", workers)
    assert here.exit_code == there.exit_code == 4
    assert (there.stdout, there.stderr) == (here.stdout, here.stderr)


def test_two_models_are_compared_on_workers(mae_train, mae_eval, workers, parts):
    mae_train(*parts, "-t", "delay", "-q", "-o", "all.json")
    mae_train(*parts, "-t", "delay", "-q", "-o", "hour.json", "--features", "hour")
    arguments = ["hour.json", *parts, "--against", "all.json", "--json"]
    here, there = mae_eval(*arguments), mae_eval(*arguments, "--dask", workers)
    assert here.exit_code == there.exit_code
    assert there.stdout == here.stdout


class _Once(ProgressListener):
    """Does something when the first pass of a fit begins."""

    def __init__(self, action):
        self.action = action

    def passing(self, count):
        if count == 2:
            self.action()


@pytest.mark.usefixtures("each_file_a_part")
def test_a_worker_that_is_killed_in_the_middle_changes_no_bit(workers, cluster, parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = TrainSettings(ColumnChoice("delay", weight="trips"), holdout=0.25, compare=True)
    killed = []

    def kill():
        if not killed:
            busiest = max(cluster.client.has_what().items(), key=lambda item: len(item[1]))[0]
            killed.append(cluster.client.run(os.getpid, workers=[busiest])[busiest])
            os.kill(killed[0], signal.SIGKILL)

    trained = []
    for action in (kill, lambda: None):
        with opened(parts, Dialect(), workers) as files:
            trained.append(train_model(files, settings, _Once(action)))
    assert len(killed) == 1
    assert trained[0].model == trained[1].model
    assert trained[0].report.fit == trained[1].report.fit


def test_a_listener_is_told_of_refits_on_workers(workers, parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = []
    listener = ProgressListener()
    listener.refitting = lambda done, count, _: told.append((done, count))
    with opened(parts, Dialect(), workers) as files:
        train_model(files, TrainSettings(ColumnChoice("delay"), importance=True), listener)
    assert (told[0][0], told[-1][0]) == (0, told[-1][1])


# ---------------------------------------------------------------- what is wrong in one line


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["absent.csv"], "file-not-found"),
        (["part-0.csv", "other-*.csv"], "no-matching-file"),
        (["part-0.csv", "--missing", "error"], "missing-cell"),
        (["part-0.csv", "--features", "hours"], "unknown-column"),
    ],
)
@pytest.mark.usefixtures("parts")
def test_data_at_fault_is_told_in_one_line(mae_train, told, workers, arguments, code):
    done = mae_train(*arguments, "-t", "delay", "--dask", workers)
    (fault,) = told
    assert (done.exit_code, done.stdout, fault.code) == (1, "", code)
    assert done.stderr == f"mae-train: error: {fault}\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["-", "--dask", "local"], "standard-input-with-dask"),
        (["part-0.csv", "--dask", "local", "--stream"], "conflicting-options"),
    ],
)
@pytest.mark.usefixtures("parts")
def test_wrong_usage(mae_train, told, arguments, code):
    assert mae_train(*arguments, "-t", "delay").exit_code == 2
    assert [fault.code for fault in told] == [code]


def test_without_the_extra_it_says_what_to_install(mae_train, told, parts, monkeypatch):
    find_spec = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "distributed" else find_spec(name))
    assert mae_train(*parts, "-t", "delay", "--dask", "local").exit_code == 1
    assert [(fault.code, fault.remedy) for fault in told] == [("dask-missing", "run pip install 'mae-cli[dask]'")]


@pytest.mark.parametrize(
    "address", ["nowhere", "tcp://", "tcp://127.0.0.1:1", "ftp://127.0.0.1:8786", "", "tcp://no.invalid:1"]
)
def test_an_address_without_a_scheduler_is_told_in_one_line(mae_train, parts, address, monkeypatch):
    monkeypatch.setattr("mae_cli.distributed.cluster._CONNECT_SECONDS", 0.3)
    done = mae_train(*parts, "-t", "delay", "--dask", address)
    assert done.exit_code == 1
    assert f"--dask {address}: no Dask scheduler can be reached there" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_server_that_is_no_scheduler_is_told_in_one_line(mae_train, parts, monkeypatch):
    monkeypatch.setattr("mae_cli.distributed.cluster._CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        done = mae_train(*parts, "-t", "delay", "--dask", address)
    assert done.exit_code == 1
    assert "no Dask scheduler can be reached there" in done.stderr
    assert done.stderr.count("\n") == 1


# ---------------------------------------------------------------- real processes


def children(process):
    """All processes that a process has started, and theirs."""
    psutil = pytest.importorskip("psutil")
    return psutil.Process(process.pid).children(recursive=True)


def gone(processes, seconds=10.0):
    """Whether the processes end in this time."""
    return not pytest.importorskip("psutil").wait_procs(processes, timeout=seconds)[1]


@pytest.mark.timing
def test_local_workers_are_quiet_and_gone_at_the_end(start, report, parts):
    here, _ = report(*parts, "-t", "delay")
    process = start("mae-train", *parts, "-t", "delay", "--dask", "local", "--json", "-o", "local.json")
    started = set()
    while process.poll() is None:
        started |= set(children(process)) if process.poll() is None else set()
        time.sleep(0.2)
    there = json.loads(process.stdout.read())
    errors = process.stderr.read().decode()
    assert started
    assert gone(list(started))
    assert [each.partition(";")[0] for each in errors.splitlines()] == [
        "mae-train: note: 21 of 1,203 rows dropped for a missing cell"
    ]
    assert there["certificate"] == here["certificate"]


@pytest.mark.timing
@pytest.mark.parametrize(
    ("name", "whole_group", "seconds"),
    # While the workers start, when a terminal signals them too, and in the middle of the fit.
    [("SIGINT", True, 0.0), ("SIGHUP", True, 0.0), ("SIGTERM", False, 1.5)],
)
def test_a_signal_leaves_nothing_running_or_written(start, parts, tmp_path, name, whole_group, seconds):
    number = getattr(signal, name)
    arguments = ["-t", "delay", "--dask", "local", "--solver", "textbook", "--epochs", "1000000"]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = start(
        "mae-train", *parts, *arguments, start_new_session=True, env=os.environ | {"TMPDIR": str(temporary)}
    )
    deadline = time.monotonic() + 30
    while len(children(process)) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(seconds)
    started = children(process)
    (os.killpg if whole_group else os.kill)(process.pid, number)
    status = process.wait(timeout=30)
    assert (status, process.stderr.read()) == (
        (130, (b"mae-train: interrupted; nothing was written\n")) if name == "SIGINT" else (-number, b"")
    )
    assert started
    assert gone(started)
    assert {each.name for each in tmp_path.iterdir()} == {*parts, "tmp"}
    assert not list(temporary.iterdir())


# An interpreter that sees the installed packages, but not this one: no .pth file is read.
WITHOUT_THIS_PACKAGE = f"""
import sys
sys.path[1:1] = {[sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]!r}
from distributed.cli.dask_{{0}} import main
main()
"""


@pytest.fixture
def bare_cluster(tmp_path):
    """The address of a scheduler with a worker as processes of their own, which have no mae_cli."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    commands = [
        ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
        ("worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"),
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WITHOUT_THIS_PACKAGE.format(name), *options],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for name, *options in commands
    ]  # fmt: skip
    yield address
    for process in processes:
        process.kill()
        process.wait()


def _where_this_package_is():
    import importlib.util

    found = importlib.util.find_spec("mae_cli")
    return found and found.origin


@pytest.mark.usefixtures("each_file_a_part")
def test_a_worker_that_lacks_this_package_is_sent_it(report, bare_cluster, parts):
    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with distributed.Client(bare_cluster, timeout=20, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=20)
        if any(client.run(_where_this_package_is).values()):
            pytest.skip("this package is installed for all interpreters here")
        there, _ = report(*parts, "-t", "delay", "--dask", bare_cluster)
        assert all(".zip" in place for place in client.run(_where_this_package_is).values())
        again, _ = report(*parts, "-t", "delay", "--dask", bare_cluster)
    here, _ = report(*parts, "-t", "delay")
    assert there["certificate"]["loss"] == pytest.approx(here["certificate"]["loss"], rel=1e-12)
    assert again == there


def test_nothing_of_dask_is_imported_unless_asked_for(parts, tmp_path):
    code = (
        "import sys; del sys.argv[0]; from mae_cli.commands.entry import train\n"
        "try: train()\n"
        "finally: print(*{'dask', 'distributed'} & set(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "mae-train", *parts, "-t", "delay", "-q"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "\n")
