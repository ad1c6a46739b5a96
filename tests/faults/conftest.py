"""Running a case: whatever it expects, a refusal writes nothing and says one line."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from faults.cases import CLEAN

PROGRAMS = {"train": "mae-train", "eval": "mae-eval", "predict": "mae-predict"}
_ANSWERS: dict[tuple[str, ...], dict] = {}


@pytest.fixture
def check(tmp_path, mae_train, mae_eval, mae_predict):
    """Assert what a case expects."""
    train = _remembered(mae_train, tmp_path)

    def run(case):
        commands = {"train": mae_train, "eval": mae_eval, "predict": mae_predict}
        arguments = [*case.files, *case.options]
        if case.command == "train":
            arguments += [] if "-t" in case.options else ["-t", "y"]
        else:
            (tmp_path / "model.json").write_text(train(CLEAN)["model text"], encoding="utf-8")
            arguments.insert(0, "model.json")
        arguments += [] if case.command == "predict" else ["--json"]
        for name, content in case.files.items():
            (tmp_path / name).write_bytes(content)
        before = _snapshot(tmp_path)
        result = commands[case.command](*arguments)
        if case.refusal is not None:
            _assert_refused(case, result)
            assert _snapshot(tmp_path) == before
            return
        assert result.exit_code == 0, result.stderr
        report = _report(case.command, result)
        if case.twin is not None:
            _assert_same(case, report, tmp_path, commands, train)
        for key, value in case.values.items():
            assert _value(report, key) == value, key
        if case.notes is not None:
            assert report["notes"] == list(case.notes)
            assert result.stderr == "".join(f"{PROGRAMS[case.command]}: note: {note}\n" for note in case.notes)

    return run


def _assert_refused(case, result):
    assert result.stdout == ""
    line = f"{PROGRAMS[case.command]}: error: {case.refusal}"
    help_ = f"; run {PROGRAMS[case.command]} --help\n"
    assert result.stderr in ({f"{line}\n"} if case.status == 1 else {f"{line}\n", f"{line.removesuffix('.')}{help_}"})
    assert result.exit_code == case.status


def _assert_same(case, report, place, commands, train):
    if case.command == "train":
        keys = ("intercept", "coefficients", "train", "certificate")
        expected = train(case.twin, *_fit_options(case.options))
        assert {key: report[key] for key in keys} == {key: expected[key] for key in keys}
        return
    (place / "twin.csv").write_text(case.twin, encoding="utf-8", newline="")
    extra = [] if case.command == "predict" else ["--json"]
    expected = _report(case.command, commands[case.command]("model.json", "twin.csv", *extra))
    for key in ("metrics",) if case.command == "eval" else ("predictions",):
        assert report[key] == expected[key]


def _fit_options(options):
    """The options that say what to fit; a clean twin needs none that say how the text is written."""
    kept = ("-t", "--categorical", "--weight", "--loss", "--features")
    return [part for flag, value in pairwise(options) if flag in kept for part in (flag, value)]


def _remembered(mae_train, place):
    """Answers to clean files, each fitted once."""

    def train(text, *options):
        key = (text, *options)
        if key not in _ANSWERS:
            (place / "clean.csv").write_bytes(text.encode())
            target = [] if "-t" in options else ["-t", "y"]
            result = mae_train("clean.csv", *target, *options, "--json", "-o", "clean.json")
            assert result.exit_code == 0, result.stderr
            model = (place / "clean.json").read_text(encoding="utf-8")
            _ANSWERS[key] = json.loads(result.stdout) | {"model text": model}
            for name in ("clean.csv", "clean.json"):
                (place / name).unlink()
        return _ANSWERS[key]

    return train


def _report(command, result):
    if command != "predict":
        return json.loads(result.stdout)
    cells = [re.split(r"[,;]", line)[-1] for line in result.stdout.splitlines()[1:]]
    notes = [line.removeprefix(f"{PROGRAMS[command]}: note: ") for line in result.stderr.splitlines()]
    return {"predictions": [float(cell) if cell else None for cell in cells], "notes": notes}


def _value(report, key):
    for part in key.split("."):
        report = report[int(part)] if isinstance(report, list) else report[part]
    return report


def _snapshot(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}
