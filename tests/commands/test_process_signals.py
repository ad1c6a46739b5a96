"""Signals: the work is unwound, one line and 130 for an interruption, the signal itself for the others."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from mae_cli.commands.process import Outcome, stoppable
from mae_cli.progress import EpochCounter


def handlers():
    return [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]


def test_an_interruption_is_one_line_and_130(capsys):
    with pytest.raises(SystemExit) as caught, stoppable():
        raise KeyboardInterrupt
    assert caught.value.code == 130
    assert capsys.readouterr() == ("", "mae-cli: interrupted; nothing was written\n")


def test_what_may_have_been_written_is_not_denied(capsys):
    with pytest.raises(SystemExit), stoppable(Outcome(wrote=True)):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "mae-cli: interrupted\n"


def test_a_signal_unwinds_the_work(capsys):
    unwound = []

    def work():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            unwound.append(True)

    with pytest.raises(SystemExit) as caught, stoppable():
        work()
    assert (caught.value.code, unwound) == (130, [True])
    assert capsys.readouterr() == ("", "mae-cli: interrupted; nothing was written\n")


def test_an_interruption_that_a_library_turned_into_an_error_is_one_nevertheless(capsys):
    def work():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("cannot load the half of me") from None

    with pytest.raises(SystemExit) as caught, stoppable():
        work()
    assert caught.value.code == 130
    assert capsys.readouterr().err == "mae-cli: interrupted; nothing was written\n"


def test_other_errors_pass_and_the_handlers_are_put_back():
    before, within = handlers(), []

    def work():
        within.extend(handlers())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), stoppable():
        work()
    assert handlers() == before
    assert set(within).isdisjoint(before)


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_work_in_another_thread_is_left_to_the_main_one():
    ended = []

    def work():
        with stoppable():
            ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]


# ---------------------------------------------------------------- real processes


def opened_for_writing(pipe, process):
    """The pipe's writing end, which can be had once the process has the other end open."""
    while process.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.01)
    raise AssertionError(process.stderr.read())


@pytest.mark.timing
@pytest.mark.parametrize(
    ("number", "status", "line"),
    [("SIGINT", 130, b"mae-train: interrupted; nothing was written\n"), ("SIGTERM", -15, b""), ("SIGHUP", -1, b"")],
)
def test_a_command_that_reads_ends_by_a_signal_with_nothing_written(start, tmp_path, number, status, line):
    pipe = tmp_path / "data.csv"
    os.mkfifo(pipe)
    process = start("mae-train", pipe, "-t", "y")
    writer = opened_for_writing(pipe, process)
    process.send_signal(getattr(signal, number))
    assert (process.wait(timeout=60), process.stderr.read()) == (status, line)
    os.close(writer)
    assert os.listdir(tmp_path) == ["data.csv"]  # noqa: PTH208


# A disk that takes long: the model's temporary file is there while it is synced.
SLOW_DISK = """
import os, sys, time
def slow(handle):
    print("writing", flush=True)
    time.sleep(60)
os.fsync = slow
del sys.argv[0]
from mae_cli.commands.entry import train
train()
"""


@pytest.mark.parametrize(
    ("number", "status", "line", "left"),
    [
        ("SIGINT", 130, (b"mae-train: interrupted; nothing was written\n"), 0),
        ("SIGTERM", -15, b"", 0),
        ("SIGKILL", -9, b"", 1),
    ],
)
def test_a_signal_while_the_model_is_written_leaves_the_old_one_alone(
    mae_train, table, tmp_path, number, status, line, left
):
    data = table("y,x\n1,1\n2,2\n4,3\n")
    assert mae_train(data, "-t", "y").exit_code == 0
    before = (tmp_path / "model.json").read_bytes()
    command = [sys.executable, "-c", SLOW_DISK, "mae-train", "data.csv", "-t", "y", "--no-intercept"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(getattr(signal, number))
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (status, line)
    assert (tmp_path / "model.json").read_bytes() == before
    names = {each.name for each in tmp_path.iterdir()} - {"data.csv", "model.json"}
    assert len(names) == left
    assert all(name.startswith(".model.json.") and name.endswith(".tmp") for name in names)


def test_an_interrupted_descent_says_how_many_epochs_are_done(monkeypatch, mae_train, tmp_path):
    rows = "".join(f"{k % 7},{k % 5},{k % 3}\n" for k in range(200))
    (tmp_path / "data.csv").write_text(f"y,x,z\n{rows}")
    count = EpochCounter.reached

    def interrupted(self, step, loss):
        count(self, step, loss)
        if step == 28:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochCounter, "reached", interrupted)
    result = mae_train(tmp_path / "data.csv", "-t", "y", "--solver", "textbook", "--epochs", "3000")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "mae-train: interrupted after 28 of 3,000 epochs; nothing was written\n"
