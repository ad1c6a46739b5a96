"""Whatever a command opens it closes by the end of its work, however that comes about; nothing is left to chance.

Everything that is opened is held on to here, so that the garbage collector cannot close what was forgotten.
"""

import bz2
import gzip
import io
import lzma
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import GeneratorType

import pytest

from mae_cli.tables import chunks
from mae_cli.tables.csv.source import Source, Spool
from mae_cli.workflows import evaluate, ready, train

TEXT = "y,x,k\n" + "".join(f"{row * row % 7},{row % 5},{'abc'[row % 3]}\n" for row in range(60))
TRAIN = ("-t", "y", "--holdout", "0.2", "--compare")
DESCRIPTORS = pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="no descriptors by name here")  # noqa: PTH112


def zipped(**members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return held.getvalue()


CONTENTS = {
    "plain": TEXT.encode(),
    "gzip": gzip.compress(TEXT.encode()),
    "bzip2": bz2.compress(TEXT.encode()),
    "xz": lzma.compress(TEXT.encode()),
    "zip": zipped(data=TEXT),
    "utf-16": TEXT.encode("utf-16"),
    # Taken for numbers at first, and read once more when the words are met.
    "words behind a missing cell": re.sub(r",(\d),", r",x\1,", TEXT).replace(",x0,", ",,", 1).encode(),
}
FAULTS = {
    "a short record": (TEXT + "1,2\n").encode(),
    "a record too long, zipped": zipped(data=TEXT + "1,2,a,4\n"),
    "an infinite cell": (TEXT + "1,inf,a\n").encode(),
    "an open quote": (TEXT + '1,"2,a\n').encode(),
    "no text": b"\n",
    "two names alike": b"y,x,x\n1,2,3\n",
    "an archive of two": zipped(a=TEXT, b=TEXT),
    "an archive in an archive": gzip.compress(CONTENTS["xz"]),
    "an archive that breaks off": CONTENTS["gzip"][:-9],
    "a zip that breaks off": CONTENTS["zip"][:-9],
    "half a character": TEXT.encode("utf-16")[:-1],
    "another format": b"PAR1\0\0",
}
STDIN = {"path": False, "standard input": True}


@pytest.fixture
def opened(monkeypatch):
    """All files, spools, streams and archives that the package has opened so far, and generators that read them."""
    held_on = []

    def hold(place, name):
        usual = getattr(place, name)

        def held(*arguments, **options):
            held_on.append(usual(*arguments, **options))
            return held_on[-1]

        monkeypatch.setattr(place, name, held)

    for place, name in (
        (tempfile, "TemporaryFile"),
        (tempfile, "SpooledTemporaryFile"),
        (Path, "open"),
        (Source, "open"),
        (Source, "pieces"),
        (Source, "passages"),
        (chunks, "_parsed"),
        (Spool, "open"),
        (gzip, "GzipFile"),
        (zipfile, "ZipFile"),
        (zipfile.ZipFile, "open"),
    ):
        hold(place, name)
    return held_on


def left_open(opened):
    """Those that are not closed; at least one must have been opened."""
    assert opened
    return [each for each in opened if not is_closed(each)]


def is_closed(held):
    if isinstance(held, GeneratorType):
        return held.gi_frame is None
    return held.closed if hasattr(held, "closed") else held.fp is None  # a zip archive


@pytest.fixture
def model(mae_train, table):
    assert mae_train(table(TEXT), "-t", "y", "-o", "model.json", "-q").exit_code == 0
    return "model.json"


def given(content, tmp_path, *, stdin):
    """The argument that names the content, and what stands on standard input."""
    if stdin:
        return "-", content
    (tmp_path / "data").write_bytes(content)
    return "data", None


@pytest.mark.parametrize("stdin", STDIN.values(), ids=STDIN)
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("place", ["--stream", "--no-stream"])
def test_mae_train_closes_what_it_reads_and_keeps(mae_train, opened, tmp_path, content, stdin, place):
    data, text = given(content, tmp_path, stdin=stdin)
    result = mae_train(data, *TRAIN, place, stdin=text)
    assert (result.exit_code, left_open(opened)) == (0, [])


@pytest.mark.parametrize("stdin", STDIN.values(), ids=STDIN)
@pytest.mark.parametrize("content", FAULTS.values(), ids=FAULTS)
def test_mae_train_closes_files_with_a_fault(mae_train, opened, tmp_path, content, stdin):
    data, text = given(content, tmp_path, stdin=stdin)
    result = mae_train(data, *TRAIN, "--stream", stdin=text)
    assert (result.exit_code, left_open(opened)) == (1, [])


@pytest.mark.parametrize("stdin", STDIN.values(), ids=STDIN)
@pytest.mark.parametrize("name", ["gzip", "zip"])
def test_mae_eval_closes_what_it_reads_and_keeps(mae_eval, model, opened, tmp_path, name, stdin):
    data, text = given(CONTENTS[name], tmp_path, stdin=stdin)
    result = mae_eval(model, data, "--stream", "--worst", "3", "--against", model, stdin=text)
    assert (result.exit_code, left_open(opened)) == (0, [])


@pytest.mark.parametrize("output", ["-", "predicted.csv"])
@pytest.mark.parametrize("stdin", STDIN.values(), ids=STDIN)
@pytest.mark.parametrize("name", ["plain", "gzip", "zip"])
def test_mae_predict_closes_what_it_reads_and_writes(mae_predict, model, opened, tmp_path, name, stdin, output):
    data, text = given(CONTENTS[name], tmp_path, stdin=stdin)
    result = mae_predict(model, data, "-o", output, stdin=text)
    assert (result.exit_code, left_open(opened)) == (0, [])


@pytest.mark.parametrize("content", FAULTS.values(), ids=FAULTS)
def test_mae_eval_and_mae_predict_close_files_with_a_fault(mae_eval, mae_predict, model, opened, content):
    for result in (mae_eval(model, "-", stdin=content), mae_predict(model, "-", "-o", "predicted.csv", stdin=content)):
        assert (result.exit_code, left_open(opened)) == (1, [])


@pytest.fixture
def pipe():
    """The name of a pipe's end where a text waits to be read, once."""
    ends = []

    def holding(content):
        reader, writer = os.pipe()
        ends.append(reader)
        os.write(writer, content)
        os.close(writer)
        return f"/dev/fd/{reader}"

    yield holding
    for end in ends:
        os.close(end)


@DESCRIPTORS
def test_several_pipes_are_closed(mae_train, opened, pipe):
    result = mae_train(pipe(CONTENTS["plain"]), pipe(CONTENTS["zip"]), *TRAIN, "--stream")
    assert (result.exit_code, left_open(opened)) == (0, [])


@DESCRIPTORS
@pytest.mark.parametrize("other", [b"", b"a,b,c\n1,2,3\n", None])
def test_the_pipes_before_the_one_at_fault_are_closed(mae_train, opened, pipe, other):
    result = mae_train(pipe(CONTENTS["plain"]), "absent.csv" if other is None else pipe(other), *TRAIN)
    assert (result.exit_code, left_open(opened)) == (1, [])


@DESCRIPTORS
def test_a_contradiction_between_options_and_data_closes_the_data(mae_train, opened, pipe):
    result = mae_train(pipe(b"a,b\n1.5,2\n"), "-t", "a", "--decimal", ",")
    assert (result.exit_code, left_open(opened)) == (2, [])


# ---------------------------------------------------------------- a run that is broken off


def interrupted(*_arguments, **_options):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("module", "name"), [(chunks, "parse"), (train, "fit_prepared"), (ready, "describe"), (train, "compare")]
)
def test_an_interruption_of_mae_train_leaves_nothing_open(mae_train, opened, monkeypatch, module, name):
    monkeypatch.setattr(module, name, interrupted)
    result = mae_train("-", *TRAIN, "--stream", stdin=CONTENTS["zip"])
    assert (result.exit_code, left_open(opened)) == (130, [])


def test_an_interruption_of_mae_eval_leaves_nothing_open(mae_eval, model, opened, monkeypatch):
    monkeypatch.setattr(evaluate, "score", interrupted)
    result = mae_eval(model, "-", "--stream", stdin=CONTENTS["zip"])
    assert (result.exit_code, left_open(opened)) == (130, [])


def test_an_interruption_while_standard_input_is_read_leaves_nothing_open(mae_train, opened, monkeypatch):
    monkeypatch.setattr(Spool, "_keep", interrupted)
    result = mae_train("-", *TRAIN, stdin=CONTENTS["plain"])
    assert (result.exit_code, left_open(opened)) == (130, [])


@DESCRIPTORS
def test_a_reader_that_has_enough_leaves_nothing_open(mae_predict, model, opened):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = mae_predict(model, "-", "-o", f"/dev/fd/{writer}", stdin=CONTENTS["gzip"])
    finally:
        os.close(writer)
    assert (result.exit_code, left_open(opened)) == (0, [])


# ---------------------------------------------------------------- real processes


@pytest.mark.parametrize(("last", "status"), [("", 0), ("1,2\n", 1)])
@pytest.mark.parametrize("name", ["mae-train", "mae-eval"])
def test_the_interpreter_finds_nothing_open_at_the_end(start, model, name, last, status):
    arguments = ("-", "-t", "y", "--stream", "-q") if name == "mae-train" else (model, "-", "--stream", "-q")
    process = start(name, *arguments, env=os.environ | {"PYTHONWARNINGS": "error::ResourceWarning"})
    _, errors = process.communicate(gzip.compress((TEXT + last).encode()))
    message = f"{name}: error: standard input, line 62: expected 3 fields, found 2; complete the line, or remove it\n"
    assert (process.returncode, errors.decode()) == (status, message if status else "")


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_streams_that_were_closed_before_are_no_leak(table, tmp_path, closed):
    script = f"cd {tmp_path}; {sys.executable} -W error::ResourceWarning -c 'from mae_cli.commands.train import main; "
    script += f"main()' {table(TEXT)} -t y -q {closed}"
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
