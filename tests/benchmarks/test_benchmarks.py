"""The benchmark's own parts, on a few rows."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks import checks, fits, flights, intervals
from benchmarks.__main__ import SECTIONS, parsed
from benchmarks.cases import Case, Data, HeavyTailed
from benchmarks.commands import STREAMED, compared
from benchmarks.csv_file import csv_file
from benchmarks.dask_workers import agreement
from benchmarks.fit_once import fit_once, mean_loss
from benchmarks.measuring import Entry, Protocol, Trouble, measured
from benchmarks.peers import ONE_PASS, OURS, OURS_FROM_FRAME, SOLVERS, PythonSolver, Quantreg
from benchmarks.processes import Finished, ProcessError, TimedOutError, run
from benchmarks.tables import Table, show, three_digits

SMALL = HeavyTailed(200, 3)
PYTHON_PEERS = [solver for solver in SOLVERS if isinstance(solver, PythonSolver) and solver.takes == "matrix"]


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-S", "-c", program, *arguments]


def skip_if_absent(solver):
    try:
        solver.version()
    except (PackageNotFoundError, FileNotFoundError, ProcessError) as error:
        pytest.skip(f"{solver.name} is not here: {error}")


def test_blocks_make_the_same_rows_as_the_whole():
    rows = HeavyTailed(70_000, 2)
    designs, targets = zip(*rows.blocks(), strict=True)
    data = rows.data()
    assert np.array_equal(np.concatenate(designs), data.matrix)
    assert np.array_equal(np.concatenate(targets), data.target)


def test_data_come_back_from_their_folder_as_they_went(tmp_path):
    data = replace(SMALL.data(), frame=pd.DataFrame({"level": ["a", "b"] * 100}))
    data.write(tmp_path)
    back = Data.read(tmp_path)
    assert np.array_equal(back.matrix, data.matrix)
    assert np.array_equal(back.target, data.target)
    assert back.frame.equals(data.frame)


def test_the_csv_file_reads_back_to_the_same_floats_and_is_made_once(tmp_path):
    path = csv_file(SMALL, tmp_path)
    made = path.stat().st_mtime_ns
    frame = pd.read_csv(path)
    assert list(frame) == ["y", "x0", "x1", "x2"]
    assert np.array_equal(frame.drop(columns="y").to_numpy(), SMALL.data().matrix)
    assert csv_file(SMALL, tmp_path).stat().st_mtime_ns == made
    assert "seed0" in path.name


def test_indicators_leave_out_the_most_frequent_level():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "level": ["b", "a", "b", "c"]})
    matrix = flights.dense(frame)
    assert matrix[:, 0].tolist() == [1, 2, 3, 4]
    assert sorted(matrix[:, 1:].T.tolist()) == [[0, 0, 0, 1], [0, 1, 0, 0]]


def test_a_dense_matrix_of_too_many_levels_is_not_made():
    assert flights.dense(pd.DataFrame({"level": [str(number) for number in range(1_002)]})) is None


def test_the_mean_loss_is_twice_the_pinball_loss():
    assert mean_loss(np.array([1.0, -3.0]), 0.5) == 2.0
    assert mean_loss(np.array([1.0, -3.0]), 0.9) == pytest.approx(2 * (0.9 * 1 + 0.1 * 3) / 2)


@pytest.mark.parametrize("solver", PYTHON_PEERS, ids=lambda solver: solver.name)
def test_a_solver_fits_a_few_rows(solver):
    skip_if_absent(solver)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 3))
    figures = fit_once(solver, Data(X @ [1.0, 2.0, 3.0] + rng.standard_normal(200), X), 0.5)
    assert figures["seconds"] > 0
    assert figures["loss"] == pytest.approx(0.77, abs=0.05) if solver is not ONE_PASS else figures["loss"] is None


def test_quantreg_fits_a_few_rows(tmp_path):
    solver = Quantreg("fn")
    skip_if_absent(solver)
    data = SMALL.data()
    data.write(tmp_path)
    figures = json.loads(run(solver.command(tmp_path, 0.9), 60).stdout)
    assert figures["seconds"] > 0
    assert figures["loss"] == pytest.approx(fit_once(OURS, data, 0.9)["loss"], rel=1e-6)


def test_the_solver_takes_a_frame_too():
    X = SMALL.data().matrix
    frame = pd.DataFrame(X, columns=list("abc")).assign(level=["a", "b"] * 100)
    figures = fit_once(OURS_FROM_FRAME, Data(SMALL.data().target, frame=frame), 0.5)
    assert figures["passes"] > 0


def test_a_process_tells_its_output_its_seconds_and_its_peak_memory():
    done = run(python("memory = b'x' * 100_000_000; print('done')"), 60)
    assert done.stdout == "done\n"
    assert done.seconds > 0
    assert done.peak_bytes is None or 100e6 < done.peak_bytes < 200e6


def test_the_peak_of_a_process_does_not_count_the_memory_of_who_started_it():
    mine = np.ones(15_000_000)
    done = run(python("print()"), 60)
    assert done.peak_bytes is None or done.peak_bytes < mine.nbytes / 2


def test_a_process_is_stopped_at_its_limit():
    with pytest.raises(TimedOutError, match=r"stopped after 0\.1 s"):
        run(python("import time; time.sleep(60)"), 0.1)


def test_a_failing_process_says_why():
    with pytest.raises(ProcessError, match="exit 3 was wanted"):
        run(python("import sys; print('exit 3 was wanted', file=sys.stderr); sys.exit(3)"), 60)


def test_a_peer_that_would_take_too_long_is_skipped_but_not_ours():
    protocol = Protocol(limit=10)
    peer = Quantreg("br")
    for solver in (OURS, peer):
        protocol.note(solver, cells=100, seconds=9)
    assert protocol.too_slow(OURS, 200) is None
    assert protocol.too_slow(peer, 100) is None
    assert protocol.too_slow(peer, 200).reason == "at least 18 s expected from its pace on fewer cells"


def test_solvers_take_turns_in_processes_and_the_absent_and_the_failing_are_told():
    absent = PythonSolver("absent", "no-such-package", OURS.fit)
    failing = SimpleNamespace(
        name="failing",
        package="none",
        takes="matrix",
        version=str,
        command=lambda *_: python("raise ValueError('not today')"),
    )
    entries = measured(SMALL.case(), (OURS, absent, failing, OURS_FROM_FRAME), Protocol(repeats=1))
    ours, missing, failed = entries  # there is no frame to take
    assert len(ours.seconds) == 1
    assert ours.loss > 0
    assert missing.trouble.word == "missing"
    assert failed.trouble == Trouble("failed", "ValueError: not today")


def test_a_table_of_fits_shows_ratios_excess_and_reasons():
    case = Case("title", SMALL.data, 3, optimum=2.0)
    entries = [
        Entry(OURS, seconds=[3.0, 1.0, 2.0], loss=2.0, passes=7),
        Entry(SOLVERS[2], seconds=[8.0], loss=3.0),
        Entry(SOLVERS[3], trouble=Trouble("> 9", "stopped after 9 s")),
        Entry(ONE_PASS, seconds=[0.5]),
    ]
    table = fits.table(case, entries)
    assert table.lines == (
        ("mae-cli", "3", "2.00", "1.00", "4.00", "7", "0.0e+00"),
        ("R quantreg br", "1", "8.00", "4.00", "16.0", "–", "5.0e-01"),
        ("R quantreg fn", "–", "> 9", "–", "–", "–", "–"),
        ("one pass over the rows", "1", "0.500", "0.250", "1.00", "–", "–"),
    )
    assert table.notes == ("R quantreg fn: stopped after 9 s.", "Known optimum 2.0; mae-cli's loss is 2.0.")


def test_training_is_compared_with_parsing(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.commands.csv_file", lambda rows: csv_file(rows, tmp_path))
    table = compared(replace(STREAMED, rows=SMALL, options=()), Protocol(repeats=1))
    assert [line[0] for line in table.lines] == ["mae-train", "pandas.read_csv, chunks"]
    assert "Status optimal" in table.notes[0]


def test_reading_is_compared_with_a_parser_that_checks_nothing(tmp_path):
    path = csv_file(SMALL, tmp_path)
    assert checks.checked(path) == checks.unchecked(path) == SMALL.rows
    table = checks.compared("title", path, Protocol(repeats=2))
    assert [line[:2] for line in table.lines] == [("with every check", "2"), ("unchecked", "2")]
    assert table.lines[1][-1] == "1.00"


def test_an_option_that_does_not_exist_is_a_reason_to_skip():
    table = compared(replace(STREAMED, options=("--no-such-option",)), Protocol(repeats=1))
    assert table.lines == ()
    assert table.notes == ("skipped: mae-train has no option --no-such-option",)


def test_answers_are_compared_to_the_last_bit():
    def answer(loss: float) -> Finished:
        report = {"certificate": {"status": "optimal", "loss": loss}, "history": {"passes": 9}}
        return Finished(json.dumps(report), 1.0, None)

    assert agreement("title", answer(0.3), answer(0.3)).lines[-1] == ("equal", "yes", "yes", "yes", "")
    assert agreement("title", answer(0.3), answer(0.1 + 0.2)).lines[-1] == ("equal", "yes", "NO", "yes", "")


def test_numbers_have_three_digits():
    assert [three_digits(value) for value in (None, 0.01234, 1.5, 12345.6)] == ["–", "0.0123", "1.50", "12,346"]


def test_tables_are_shown_in_a_terminal_and_in_markdown(capsys):
    table = Table("A title", ("solver", "seconds"), (("mae-cli", "1.00"),), ("A note.",))
    show(table, markdown=True)
    assert capsys.readouterr().out == (
        "\n**A title**\n\n| solver | seconds |\n| --- | ---: |\n| mae-cli | 1.00 |\n\nA note.\n"
    )
    show(table, markdown=False)
    shown = capsys.readouterr().out
    assert [word for word in ("A title", "seconds", "mae-cli", "1.00", "A note.") if word not in shown] == []


def test_all_sections_run_unless_some_are_chosen():
    assert parsed([]).only == list(SECTIONS)
    assert parsed(["--only", "fits", "dask"]).only == ["fits", "dask"]


def test_intervals_are_timed_beside_the_fit_that_they_are_of(monkeypatch):
    small = intervals.Sure(HeavyTailed(60, 2), ("sandwich", "bootstrap"), replicates=3)
    monkeypatch.setattr(intervals, "CASES", (small,))
    (table,) = intervals.intervals(Protocol(1, 60.0))
    assert [line[0] for line in table.lines] == ["the fit", "sandwich", "bootstrap, 3 replicates"]
    assert table.lines[0][3] == "1.00"
