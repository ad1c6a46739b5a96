"""A run gives the same bits wherever its rows live, keeps only blocks in memory, and leaves nothing behind."""

import gc
import gzip
import io
import os
import signal
import sys
import tempfile
import time
import tracemalloc
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support.tables import held, several, source

from mae_cli.errors import Place
from mae_cli.inference.values import IntervalSettings, Method
from mae_cli.progress import ProgressListener
from mae_cli.results.training import Seconds
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.tables.columns import ColumnChoice
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.pieces import cut
from mae_cli.workflows.evaluate import EvaluationSettings, NamedModel, evaluate
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train

ROWS = 35_000
LINUX = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks at processes as Linux shows them")  # noqa: PTH112


@pytest.fixture(scope="module")
def text():
    """More rows than two blocks, with heavy tails, missing cells, levels and weights (some of them 0)."""
    rng = np.random.default_rng(8)
    x, z = rng.normal(size=ROWS).round(6), rng.integers(0, 50, ROWS)
    y = (2 * x - 0.1 * z + rng.standard_t(1.5, ROWS)).round(6)
    rows = zip(y.tolist(), x.tolist(), z.tolist(), rng.choice(list("abc"), ROWS), rng.integers(0, 4, ROWS), strict=True)
    lines = [f"{y},{x if place % 97 else ''},{z},{k},{w}\n" for place, (y, x, z, k, w) in enumerate(rows)]
    return "y,x,z,k,w\n" + "".join(lines)


TEXTBOOK = Textbook(epochs=4)
RUNS = {
    "mae": {},
    "mse": {"loss": "mse"},
    "quantile": {"quantile": 0.9},
    "no intercept": {"intercept": False},
    "textbook": {"solver": TEXTBOOK},
    "textbook mse": {"solver": TEXTBOOK, "loss": "mse"},
    "textbook batches": {"solver": Textbook(epochs=2, batch_size=5000), "quantile": 0.3},
    "weights": {"weight": "w"},
    "weights mse": {"weight": "w", "loss": "mse"},
    "holdout": {"holdout": 0.3},
    "everything": {"weight": "w", "holdout": 0.2, "compare": True, "quantile": 0.25},
    "compare": {"compare": True},
}


def run(files, *, stream=None, weight=None, holdout=None, compare=False, **fit):
    exclude = frozenset() if weight else frozenset({"w"})
    settings = TrainSettings(
        ColumnChoice("y", weight=weight, exclude=exclude),
        FitSettings(**fit),
        holdout=holdout,
        compare=compare,
        stream=stream,
    )
    return train(files, settings)


def timeless(trained):
    """The model's bytes and all that is reported but for the time that it took."""
    report = trained.report
    return trained.model.to_json(), replace(report, seconds=Seconds(0.0, 0.0, 0.0), source="")


# ---------------------------------------------------------------- the same bits


@pytest.mark.parametrize("name", RUNS)
def test_a_run_gives_the_same_bits_in_memory_and_from_a_scratch_file(text, name):
    in_memory, streamed = (timeless(run(held(text), stream=stream, **RUNS[name])) for stream in (False, True))
    assert in_memory == streamed


@pytest.mark.parametrize("stream", [False, True])
def test_a_rerun_gives_the_same_bits(text, stream):
    first, again = (timeless(run(held(text), stream=stream, **RUNS["everything"])) for _ in range(2))
    assert first == again


def test_plain_gzipped_and_piped_text_give_the_same_model(text, tmp_path, monkeypatch):
    plain, zipped = tmp_path / "data.csv", tmp_path / "data.csv.gz"
    plain.write_bytes(text.encode())
    zipped.write_bytes(gzip.compress(text.encode(), mtime=0))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    models = {run(held(text), holdout=0.2).model.to_json()}
    for name in (str(plain), str(zipped), "-"):
        with Files.of([name]) as files:
            models.add(run(files, holdout=0.2).model.to_json())
    assert len(models) == 1


def test_several_files_give_the_report_of_the_file_they_make_together(text):
    header, *lines = text.splitlines(keepends=True)
    parts = several(*(header + "".join(lines[i:j]) for i, j in ((0, 9_000), (9_000, 9_000), (9_000, ROWS))))
    together = run(held(text), loss="mse", holdout=0.2)
    apart = run(parts, loss="mse", holdout=0.2)
    assert apart.report.rows == together.report.rows
    assert apart.report.fit.train.model.mse == pytest.approx(together.report.fit.train.model.mse, rel=1e-13)
    values = [[effect.value for effect in each.report.fit.effects] for each in (apart, together)]
    assert values[0] == pytest.approx(values[1], rel=1e-9)
    assert apart.report.source == "1.csv and 2 more files"


def test_contested_rows_of_several_files_are_named_with_their_file():
    lines = [f"{row},{row * 7 % 40}\n" for row in range(40)]
    lines[25] = "900,39\n"
    files = several("y,x\n" + "".join(lines[:20]), "y,x\n" + "".join(lines[20:]))
    strongest = train(files, TrainSettings(ColumnChoice("y"), compare=True)).report.comparison.contested[0]
    assert (strongest.place, strongest.target) == (Place("2.csv", line=7), 900.0)


def test_the_size_of_the_pieces_changes_no_more_than_rounding(text, monkeypatch):
    usual = run(held(text))
    monkeypatch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=10_000))
    small = run(held(text))
    assert small.report.rows == usual.report.rows
    assert small.report.fit.certificate.loss == pytest.approx(usual.report.fit.certificate.loss, rel=1e-12)


def test_an_evaluation_gives_the_same_bits_in_both_places(text):
    for name in ("mae", "weights", "quantile"):
        model = run(held(text), **RUNS[name]).model
        reports = [
            evaluate(NamedModel(model, "m.json"), held(text), EvaluationSettings(stream=stream))
            for stream in (False, True)
        ]
        assert reports[0] == reports[1]
        assert reports[0].scores.model.mae == pytest.approx(model.training["metrics"]["mae"], rel=1e-12)


# ---------------------------------------------------------------- passes and memory


@pytest.mark.parametrize("name", ["mae", "mse", "quantile", "weights"])
def test_the_exact_fit_needs_few_passes(text, name):
    assert run(held(text), stream=True, **RUNS[name]).report.fit.history.passes <= 12


# A target and four features.
BLOCK_BYTES = 16_384 * 5 * 8


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    """A file of 200,000 rows, twelve blocks of them and a little."""
    cells = np.random.default_rng(0).standard_t(2, (200_000, 6)).round(3).astype(str).tolist()
    path = tmp_path_factory.mktemp("long") / "data.csv"
    path.write_text("y,a,b,c,d,w\n" + "".join(",".join(row) + "\n" for row in cells), encoding="ascii")
    return path


def most_blocks(files, **options):
    """The most memory that was allocated at a time in a run, in blocks."""
    run(held("y,x,w\n1,2,3\n2,4,3\n4,3,3\n"))  # imports are not counted
    gc.collect()
    tracemalloc.start()
    try:
        run(files, **options)
        return tracemalloc.get_traced_memory()[1] / BLOCK_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("options", [{"loss": "mse"}, {"quantile": 0.9, "holdout": 0.2, "compare": True}])
def test_a_streamed_run_keeps_a_few_blocks_in_memory_whatever_the_number_of_rows(long_file, monkeypatch, options):
    # In pieces of the usual size the parser alone takes a dozen blocks, and so few numbers would be kept.
    monkeypatch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=1 << 18))
    solver = Auto(limits=Limits(cached_size=100_000))
    # About ten are seen; all rows would be twelve more.
    assert most_blocks(Files.of([str(long_file)]), stream=True, solver=solver, **options) < 15


def test_in_memory_all_blocks_are(long_file):
    assert most_blocks(Files.of([str(long_file)]), stream=False, loss="mse") > 12


# ---------------------------------------------------------------- nothing is left


def data_file(tmp_path, rows=20_000):
    path = tmp_path / "data.csv"
    rng = np.random.default_rng(1)
    cells = rng.standard_t(1.5, (rows, 4)).round(4).astype(str)
    path.write_text("y,a,b,c\n" + "".join(",".join(row) + "\n" for row in cells), encoding="ascii")
    return path


def scratch_file(process, folder, seconds=30):
    """What the open scratch file of a process is called, once it has rows: `tempfile` tries a folder with 4 bytes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        for link in Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                if str(folder) in str(link.readlink()) and link.stat().st_size > 4:
                    return str(link.readlink())
            except OSError:
                continue
        time.sleep(0.002)
    raise AssertionError("no scratch file was seen")


@LINUX
@pytest.mark.timing
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_the_scratch_file_has_no_name_while_it_is_used_and_is_gone_after_a_signal(start, tmp_path, name):
    folder = tmp_path / "scratch"
    folder.mkdir()
    arguments = ("-t", "y", "--stream", "--solver", "textbook", "--epochs", "100000")
    process = start("mae-train", data_file(tmp_path), *arguments, env=os.environ | {"TMPDIR": str(folder)})
    assert scratch_file(process, folder).endswith("(deleted)")
    assert list(folder.iterdir()) == []
    process.send_signal(getattr(signal, name))
    status = process.wait(timeout=30)
    errors = process.stderr.read().decode()
    assert (status, errors) == {
        "SIGINT": (130, "mae-train: interrupted; nothing was written\n"),
        "SIGTERM": (status, ""),
        "SIGKILL": (-signal.SIGKILL, ""),
    }[name]
    assert status
    assert list(folder.iterdir()) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data.csv", "scratch"]


@pytest.mark.parametrize("last", ["1,2,late", "1,2", "1,2,3,4,5", "1,2,3,inf"])
def test_an_error_late_in_the_data_leaves_no_scratch_file(mae_train, tmp_path, monkeypatch, last):
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = data_file(tmp_path)
    path.write_text(path.read_text(encoding="ascii") + last + "\n", encoding="ascii")
    result = mae_train(path, "-t", "y", "--stream")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    gc.collect()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("option", "used"), [("--stream", True), ("--no-stream", False)])
def test_the_commands_keep_rows_where_they_are_told_to(mae_train, mae_eval, flights, monkeypatch, option, used):
    made = []
    temporary = tempfile.TemporaryFile
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **options: made.append(options) or temporary(**options))
    assert mae_train(flights, "-t", "delay", option, "-q").exit_code == 0
    assert bool(made) == used
    made.clear()
    assert mae_eval("model.json", flights, option).exit_code == 0
    assert bool(made) == used


def test_a_source_is_read_as_often_as_needed():
    """A column that turns out as text late is read again, from standard input too."""
    late = "y,x\n" + "1,\n" * 10 + "2,a\n3,b\n4,a\n9,b\n"
    for files in (held(late), Files((source(late, gzipped=True),))):
        effects = train(files, TrainSettings(ColumnChoice("y"))).report.fit.effects
        assert [effect.column.level for effect in effects] == ["b"]


class Told(ProgressListener):
    """Keeps what it is told of refits."""

    def __init__(self):
        self.calls = []

    def refitting(self, done, count, share):
        self.calls.append((done, count, share))


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("asked", "refits"),
    [
        ({"importance": True}, 4),
        ({"intervals": IntervalSettings(Method.BOOTSTRAP, replicates=30)}, 30),
    ],
    ids=["importance", "bootstrap"],
)
def test_a_listener_is_told_how_many_columns_or_replicates_are_done(text, stream, asked, refits):
    told = Told()
    train(held(text), TrainSettings(ColumnChoice("y"), stream=stream, **asked), told)
    done, counts, shares = zip(*told.calls, strict=True)
    assert set(counts) == {refits}
    assert done == tuple(sorted(done))
    assert (done[0], done[-1], shares[-1]) == (0, refits, 0.0)
    passed = [share for share in shares if share]
    assert (len(passed) >= 3, passed[-1]) == (True, 1.0)
    assert len(set(done)) > 1
