"""Checking a case: whatever it expects, a refusal writes nothing and says one line."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from faults.cases import Refusal
from faults.running import PROGRAMS, answer, invoke, prepare, refusal_of


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Assert what a case expects."""
    monkeypatch.chdir(tmp_path)

    def run(case):
        if case.refusal is not None:
            _assert_refused(case)
            return
        result = invoke(case.command, *prepare(case), *_as_json(case))
        assert result.exit_code == 0, result.stderr
        report = _report(case, result)
        if case.twin is not None:
            _assert_same(case, report)
        for key, value in case.values.items():
            assert _value(report, key) == value, key
        if case.notes is not None:
            assert report["notes"] == list(case.notes)
            heading = f"{PROGRAMS[case.command]}: note: "
            lines = [line for note in case.notes for line in note.splitlines()]
            assert result.stderr == "".join(f"{heading}{line}\n" for line in lines)

    return run


def _assert_refused(case):
    arguments = prepare(case)
    before = _snapshot()
    fault, result = refusal_of(case.command, *arguments)
    assert Refusal.of(fault) == case.refusal
    assert (result.exit_code, result.stdout) == (case.status, "")
    lines = (line.strip() for line in str(fault).splitlines())
    assert result.stderr == "".join(f"{PROGRAMS[case.command]}: error: {line}\n" for line in lines)
    assert _snapshot() == before


def _assert_same(case, report):
    if case.command == "train":
        keys = ("intercept", "coefficients", "train", "certificate")
        expected = answer(case.twin, *_fit_options(case.options))
        assert {key: report[key] for key in keys} == {key: expected[key] for key in keys}
        return
    Path("twin.csv").write_text(case.twin, encoding="utf-8", newline="")
    expected = _report(case, invoke(case.command, "model.json", "twin.csv", *_as_json(case)))
    for key in ("metrics",) if case.command == "eval" else ("predictions",):
        assert report[key] == expected[key]


def _as_json(case):
    return [] if case.command == "predict" else ["--json"]


def _fit_options(options):
    """The options that say what to fit; a clean twin needs none that say how the text is written."""
    kept = ("-t", "--categorical", "--weight", "--loss", "--features")
    return [part for flag, value in pairwise(options) if flag in kept for part in (flag, value)]


def _report(case, result):
    if case.command != "predict":
        return json.loads(result.stdout)
    cells = [re.split(r"[,;]", line)[-1] for line in result.stdout.splitlines()[1:]]
    notes = [line.removeprefix("mae-predict: note: ") for line in result.stderr.splitlines()]
    return {"predictions": [float(cell) if cell else None for cell in cells], "notes": notes}


def _value(report, key):
    for part in key.split("."):
        report = report[int(part)] if isinstance(report, list) else report[part]
    return report


def _snapshot():
    return {path.name: path.read_bytes() for path in Path().iterdir()}
