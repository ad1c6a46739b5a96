"""mae-train: its options, its two forms of report, where things go, and what it refuses."""

import gzip
import io
import json
import os
import re
import socket
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.faults import Refusal
from support.inference import FOLDER, INFERENCE

from mae_cli.commands import train
from mae_cli.errors import Place
from mae_cli.model.files import load_model
from mae_cli.rows.sampling import Split

REPORT_KEYS = [
    "schema", "version", "target", "loss", "quantile", "solver", "data", "train", "holdout", "certificate",
    "history", "intercept", "coefficients", "model", "seconds",
]  # fmt: skip
PART_KEYS = {
    "data": ["rows_read", "rows_used", "rows_dropped", "rows_holdout", "columns", "aliased"],
    "train": ["mae", "mse", "rmse", "median_ae", "r2", "baseline_mae", "pinball"],
    "certificate": ["status", "loss", "lower_bound", "relative_gap", "unique"],
    "history": ["loss", "iterations", "passes"],
    "seconds": ["read", "fit", "total"],
}
HOLED = "y,x,k\n1,1,a\n2,,b\n3,3,a\n,4,b\n5,5,b\n7,6,a\n"


def split_rows(count, fraction, seed):
    """The rows that are fitted and those held out."""
    held_out = Split.of(count, fraction, seed).is_held(np.arange(count))
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


@pytest.fixture
def report(mae_train, one_object):
    """The report of a run with --json that must end well."""

    def run(*arguments, status=0, **options):
        result = mae_train(*arguments, "--json", **options)
        assert result.exit_code == status, result.stderr
        return one_object(result.stdout)

    return run


def coefficients(report):
    return {(each["column"], each["level"]): each["value"] for each in report["coefficients"]}


# ---------------------------------------------------------------- reports


def test_a_fit_reports_on_standard_output_and_writes_the_model(mae_train, flights, tmp_path):
    result = mae_train(flights.name, "-t", "delay")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith(
        "MAE fit of delay on 80 rows, 5 coefficients · flights.csv\n80 rows read: 80 fitted.\n"
    )
    assert "\nproved optimal and unique: no linear model on these columns has a smaller MAE. " in result.stdout
    assert " · proved optimal · model.json · " in result.stdout.splitlines()[-1]
    assert load_model(tmp_path / "model.json").target == "delay"


def test_the_report_as_json_has_the_keys_of_the_contract_first_and_in_its_order(report, flights):
    found = report(flights, "-t", "delay", "--holdout", "0.2")
    assert list(found)[: len(REPORT_KEYS)] == REPORT_KEYS
    for part, keys in PART_KEYS.items():
        assert list(found[part])[: len(keys)] == keys
    assert list(found["holdout"]) == PART_KEYS["train"]
    assert all(list(each)[:3] == ["column", "level", "value"] for each in found["coefficients"])
    assert (found["schema"], found["version"]) == ("mae-cli/train-report", 1)
    assert (found["target"], found["loss"], found["quantile"], found["solver"]) == ("delay", "mae", 0.5, "auto")
    assert found["model"] == "model.json"


def test_coefficients_stand_in_the_order_of_the_file_and_count_with_the_intercept(report, flights):
    found = report(flights, "-t", "delay")
    assert list(coefficients(found)) == [
        ("distance", None), ("hour", None), ("carrier", "AA"), ("carrier", "B6"),
    ]  # fmt: skip
    assert found["data"]["columns"] == 5


def test_a_dependent_column_is_left_out_and_named(report, table):
    found = report(table("y,x,k,double\n1,1,a,2\n2,2,b,4\n4,3,a,6\n3,5,b,10\n6,6,b,12\n"), "-t", "y")
    assert found["data"]["aliased"] == ["double"]
    assert coefficients(found)["double", None] == 0.0
    assert found["data"]["columns"] == 3


def test_r_squared_of_a_constant_target_is_null(report, table):
    found = report(table("y,x\n3,1\n3,2\n3,4\n"), "-t", "y")
    assert found["train"]["r2"] is None
    assert found["certificate"]["relative_gap"] is None


@pytest.mark.parametrize("options", [(), ("--holdout", "0.25"), ("--weight", "x")])
def test_every_row_read_is_used_dropped_or_held_out(report, table, options):
    data = report(table(HOLED), "-t", "y", "--features", "k", *options)["data"]
    assert data["rows_read"] == 6
    assert data["rows_read"] == data["rows_used"] + data["rows_dropped"] + data["rows_holdout"]
    assert data["rows_dropped"] == (2 if "--weight" in options else 1)
    assert data["rows_holdout"] == (1 if "--holdout" in options else 0)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--loss", "mse"),
        ("--quantile", "0.9"),
        ("--solver", "textbook", "--epochs", "20"),
        ("--solver", "textbook", "--epochs", "3", "--loss", "mse", "--batch-size", "7"),
        ("--weight", "hour"),
    ],
)
def test_the_history_ends_with_the_certified_loss_which_is_the_metric_minimised(report, flights, options):
    found = report(flights, "-t", "delay", *options)
    assert found["history"]["loss"][-1] == found["certificate"]["loss"]
    metric = "pinball" if "--quantile" in options else found["loss"]
    assert found["certificate"]["loss"] == pytest.approx(found["train"][metric], rel=1e-12)
    assert found["certificate"]["lower_bound"] <= found["certificate"]["loss"]


def test_the_pinball_loss_is_null_for_the_median(report, flights):
    assert report(flights, "-t", "delay")["train"]["pinball"] is None
    assert report(flights, "-t", "delay", "--quantile", "0.9")["train"]["pinball"] > 0


def test_a_report_that_is_piped_has_no_escape_codes_whatever_the_environment_forces(mae_train, flights):
    colour = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    for options in (["--compare"], ["-o", "-"]):
        result = mae_train(flights, "-t", "delay", *options, env=colour)
        assert result.exit_code == 0
        assert "\x1b" not in result.stdout + result.stderr


def test_names_that_a_terminal_would_obey_are_shown_as_escapes(mae_train, table):
    result = mae_train(table('y,"a\x1b[31m\nb"\n1,1\n2,2\n4,3\n'), "-t", "y")
    assert "a\\x1b[31m\\nb" in result.stdout
    assert "\x1b" not in result.stdout


# ---------------------------------------------------------------- streams


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_is_standard_input_plain_or_gzipped(report, flights, pack):
    by_name = report(flights, "-t", "delay")
    by_pipe = report("-", "-t", "delay", stdin=pack(flights.read_bytes()))
    assert by_pipe["source"] == "standard input"
    assert coefficients(by_pipe) == coefficients(by_name)


def test_the_model_on_standard_output_stands_alone_and_the_report_goes_to_standard_error(mae_train, flights, tmp_path):
    result = mae_train(flights, "-t", "delay", "-o", "-")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["schema"] == "mae-cli/model"
    assert result.stderr.startswith("MAE fit of delay")
    assert " · model on standard output · " in result.stderr
    assert not (tmp_path / "model.json").exists()


def test_the_model_on_standard_output_has_the_bytes_of_the_file(mae_train, table, tmp_path):
    data = table("y,größe\n1,1\n2,2\n4,3\n")
    piped = mae_train(data, "-t", "y", "-o", "-").stdout_bytes
    mae_train(data, "-t", "y")
    assert piped == (tmp_path / "model.json").read_bytes()


def test_notes_go_to_standard_error_and_quiet_silences_them(mae_train, table):
    data = table(HOLED)
    result = mae_train(data, "-t", "y")
    assert result.stderr == (
        "mae-train: note: 2 of 6 rows dropped for a missing cell; column 'y' is missing in 1 of them\n"
    )
    quiet = mae_train(data, "-t", "y", "-q")
    assert quiet.stderr == ""
    assert quiet.stdout.startswith("MAE fit of y on 4 rows")


def test_json_leaves_notes_on_standard_error_and_in_the_report(mae_train, table, one_object):
    result = mae_train(table(HOLED), "-t", "y", "--json")
    assert one_object(result.stdout)["notes"] == [result.stderr.removeprefix("mae-train: note: ").rstrip("\n")]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "quiet", "shown"), [(Terminal, (), 1), (Terminal, ("-q",), 0), (io.StringIO, (), 0)]
)
def test_progress_is_shown_on_a_terminal_only_and_not_when_quiet(flights, tmp_path, monkeypatch, stream, quiet, shown):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("mae_cli.report.progress.DELAY", 0.0)
    monkeypatch.setattr("mae_cli.report.progress.INTERVAL", 0.0)
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    train.main([str(flights), "-t", "delay", "--solver", "textbook", *quiet], standalone_mode=False)
    assert ("reading: 80 rows" in sys.stderr.getvalue()) == shown
    assert ("fitting: pass" in sys.stderr.getvalue()) == shown
    assert "fitting" not in sys.stdout.getvalue()


# ---------------------------------------------------------------- the model


def test_the_same_data_options_and_seed_give_the_same_bytes(mae_train, start, flights, tmp_path):
    arguments = (flights, "-t", "delay", "--holdout", "0.2", "--seed", "7", "--weight", "hour")
    assert mae_train(*arguments, "-o", "first.json").exit_code == 0
    assert mae_train(*arguments, "-o", "second.json").exit_code == 0
    process = start("mae-train", *arguments, "-o", "third.json", env=os.environ | {"PYTHONHASHSEED": "1"})
    process.communicate()
    first = (tmp_path / "first.json").read_bytes()
    assert (tmp_path / "second.json").read_bytes() == first
    assert (tmp_path / "third.json").read_bytes() == first


def test_the_written_model_is_the_one_reported(report, flights, tmp_path):
    found = report(flights, "-t", "delay", "--quantile", "0.8", "--seed", "3", "--missing", "error", "--weight", "hour")
    model = load_model(tmp_path / "model.json")
    by_term = dict(zip(model.columns, model.coefficients.tolist(), strict=True))
    assert by_term == coefficients(found)
    assert model.intercept == found["intercept"]
    assert (model.loss, model.quantile, model.weight, model.missing) == ("mae", 0.8, "hour", "error")
    assert model.training["metrics"] == found["train"]
    assert model.training["certificate"] == found["certificate"]
    assert (model.training["rows"], model.training["seed"], model.training["solver"]) == (80, 3, "auto")
    assert {"mae_cli", "numpy", "pandas"} <= set(model.training)


def test_the_model_predicts_what_it_predicted_in_training(report, flights, tmp_path):
    found = report(flights, "-t", "delay")
    frame = pd.read_csv(flights)
    predicted = load_model(tmp_path / "model.json").predict(frame[["carrier", "hour", "delay", "distance"]])
    residual = frame["delay"].to_numpy() - predicted
    assert np.mean(np.abs(residual)) == pytest.approx(found["train"]["mae"], rel=1e-14)
    # The optimum passes through as many rows as there are coefficients.
    assert np.count_nonzero(np.abs(residual) < 1e-9) >= found["data"]["columns"]


def test_force_replaces_a_file_that_is_no_model(mae_train, flights, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert mae_train(flights, "-t", "delay", "-o", "notes.txt").exit_code == 1
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert mae_train(flights, "-t", "delay", "-o", "notes.txt", "--force").exit_code == 0
    assert load_model(tmp_path / "notes.txt").target == "delay"


# ---------------------------------------------------------------- options


def test_features_and_exclude_choose_the_columns(report, flights):
    assert list(coefficients(report(flights, "-t", "delay", "--features", "hour,distance"))) == [
        ("hour", None), ("distance", None),
    ]  # fmt: skip
    assert list(coefficients(report(flights, "-t", "delay", "--features", "hour", "--features", "carrier"))) == [
        ("hour", None), ("carrier", "AA"), ("carrier", "B6"),
    ]  # fmt: skip
    assert list(coefficients(report(flights, "-t", "delay", "--exclude", "carrier,hour"))) == [("distance", None)]


def test_names_with_commas_and_quotes_can_be_written(report, table):
    data = table('y,"a,b","say ""hi""",z\n1,1,2,3\n2,2,1,1\n4,3,5,5\n5,9,2,2\n')
    found = report(data, "-t", "y", "--features", '"a,b","say ""hi"""')
    assert list(coefficients(found)) == [("a,b", None), ('say "hi"', None)]


def test_numbers_may_be_taken_as_codes(report, table):
    data = table("y,code\n1,1\n1,1\n5,2\n5,2\n3,10\n1,1\n")
    assert coefficients(report(data, "-t", "y", "--categorical", "code")) == pytest.approx(
        {("code", "10"): 2.0, ("code", "2"): 4.0}
    )


def test_the_fit_may_be_forced_through_the_origin(report, table):
    found = report(table("y,x\n12,1\n14,2\n15,2\n"), "-t", "y", "--no-intercept")
    assert found["intercept"] == 0.0
    assert found["data"]["columns"] == 1
    assert coefficients(found)["x", None] == pytest.approx(7.5)


def test_least_squares_is_that_of_linear_algebra(report, flights):
    found = report(flights, "-t", "delay", "--features", "distance,hour", "--loss", "mse")
    frame = pd.read_csv(flights)
    X = np.column_stack([np.ones(80), frame["distance"], frame["hour"]])
    expected = np.linalg.lstsq(X, frame["delay"].to_numpy())[0]
    assert [found["intercept"], *coefficients(found).values()] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("loss", [("--loss", "mae"), ("--loss", "mse"), ("--quantile", "0.7")])
def test_a_weight_is_a_row_given_so_many_times(report, table, loss):
    rng = np.random.default_rng(5)
    rows = [f"{rng.standard_t(2)},{rng.uniform()},{'abc'[rng.integers(3)]}" for _ in range(40)]
    counts = rng.integers(0, 5, 40).tolist()
    repeated = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    weighted = [f"{row},{count}" for row, count in zip(rows, counts, strict=True)]
    by_weight = report(table("\n".join(["y,x,k,w", *weighted])), "-t", "y", "--weight", "w", *loss)
    by_rows = report(table("\n".join(["y,x,k", *repeated])), "-t", "y", *loss)
    assert coefficients(by_weight) == pytest.approx(coefficients(by_rows), rel=1e-9)
    for name, value in by_rows["train"].items():
        assert by_weight["train"][name] == (None if value is None else pytest.approx(value, rel=1e-9))
    assert by_weight["certificate"]["loss"] == pytest.approx(by_rows["certificate"]["loss"], rel=1e-9)
    assert by_weight["data"]["rows_zero_weight"] == counts.count(0)


def test_the_baseline_level_is_the_one_with_the_largest_weight_in_training(report, table, tmp_path):
    data = table("y,k,w\n1,a,1\n2,a,1\n3,b,9\n4,b,0\n5,c,1\n6,a,1\n")

    def baseline():
        return load_model(tmp_path / "model.json").schema.categorical[0].baseline

    report(data, "-t", "y", "--features", "k")
    assert baseline() == "a"
    report(data, "-t", "y", "--features", "k", "--weight", "w")
    assert baseline() == "b"


def test_the_baseline_level_does_not_look_at_the_holdout(report, table, tmp_path):
    levels = np.array(["a"] * 10 + ["b"] * 9)
    data = table("\n".join(["y,k", *(f"{i},{level}" for i, level in enumerate(levels))]))
    seed = next(seed for seed in range(99) if (levels[split_rows(19, 0.4, seed)[0]] == "b").sum() >= 7)
    report(data, "-t", "y", "--holdout", "0.4", "--seed", seed)
    assert load_model(tmp_path / "model.json").schema.categorical[0].baseline == "b"


def test_a_missing_cell_may_be_refused(mae_train, told, table):
    assert mae_train(table(HOLED).name, "-t", "y", "--missing", "error").exit_code == 1
    remedy = "fill it in, or use --missing drop to leave such rows out"
    assert list(map(Refusal.of, told)) == [Refusal("missing-cell", line=3, column="x", remedy=remedy)]


def test_the_most_levels_can_be_raised(mae_train, table):
    data = table("\n".join(["y,k", *(f"{i},{'abcd'[i % 4]}" for i in range(12))]))
    result = mae_train(data, "-t", "y", "--features", "k", "--max-levels", "3")
    assert result.exit_code == 1
    assert "column 'k' is text with 4 levels" in result.stderr
    assert mae_train(data, "-t", "y", "--max-levels", "4").exit_code == 0


# ---------------------------------------------------------------- holdout


def test_a_holdout_is_chosen_by_the_seed(report, flights):
    def scores(seed):
        return report(flights, "-t", "delay", "--holdout", "0.25", "--seed", seed)["holdout"]

    assert scores(0) == scores(0)
    assert scores(0) != scores(1)


def test_a_holdout_is_scored_by_a_model_that_never_saw_it(report, mae_eval, flights, table):
    header, *lines = flights.read_text(encoding="utf-8").splitlines()
    kept, held = split_rows(len(lines), 0.25, seed=4)
    found = report(flights, "-t", "delay", "--holdout", "0.25", "--seed", "4", "-o", "whole.json")
    assert (found["data"]["rows_used"], found["data"]["rows_holdout"]) == (60, 20)
    alone = report(table("\n".join([header, *(lines[i] for i in kept)])), "-t", "delay", "-o", "kept.json")
    assert alone["train"] == found["train"]
    assert coefficients(alone) == coefficients(found)
    aside = table("\n".join([header, *(lines[i] for i in held)]), "aside.csv")
    for model in ("whole.json", "kept.json"):
        assert json.loads(mae_eval(model, aside, "--json").stdout)["metrics"] == found["holdout"]


def test_a_level_that_only_the_holdout_has_is_counted_and_not_scored(mae_train, table, one_object):
    data = table("\n".join(["y,k", *(f"{i},{'ab'[i % 2]}" for i in range(10)), "99,rare"]))
    seed = next(seed for seed in range(99) if 10 in split_rows(11, 0.3, seed)[1])
    result = mae_train(data, "-t", "y", "--holdout", "0.3", "--seed", seed, "--json")
    assert result.stderr == "mae-train: note: 1 holdout row with a level never seen in training not scored\n"
    found = one_object(result.stdout)
    assert (found["data"]["rows_holdout"], found["data"]["rows_unseen"]) == (3, 1)
    assert found["holdout"]["mae"] < 50


def test_a_holdout_that_cannot_be_scored_at_all_is_null(report, table):
    found = report(table("y,k\n1,a\n2,b\n"), "-t", "y", "--features", "k", "--holdout", "0.5")
    assert found["holdout"] is None
    assert found["notes"] == [
        "1 holdout row with a level never seen in training not scored",
        "no holdout row can be scored",
    ]


def test_a_holdout_row_predicted_beyond_floating_point_is_refused_and_nothing_written(mae_train, told, table, tmp_path):
    data = table("\n".join(["y,x", *(f"{50 * i + i * i},{i}" for i in range(1, 20)), "1,1.7e308"]))
    seed = next(seed for seed in range(99) if 19 in split_rows(20, 0.3, seed)[1])
    result = mae_train(data, "-t", "y", "--holdout", "0.3", "--seed", seed, "--json")
    assert_refused(result, 1, tmp_path)
    assert [(fault.code, fault.place) for fault in told] == [("residual-overflow", Place(str(data), line=21))]


def test_training_rows_that_all_weigh_nothing_are_refused(mae_train, told, table):
    data = table("y,x,w\n1,1,0\n2,2,0\n3,3,1\n4,4,0\n")
    seed = next(seed for seed in range(99) if 2 in split_rows(4, 0.5, seed)[1])
    result = mae_train(data, "-t", "y", "--weight", "w", "--holdout", "0.5", "--seed", seed)
    assert result.exit_code == 1
    assert [(fault.code, fault.place.column) for fault in told] == [("zero-training-weights", "w")]


# ---------------------------------------------------------------- the textbook solver


def test_the_textbook_without_a_tolerance_ends_well_and_says_that_nothing_is_proved(mae_train, flights, tmp_path):
    result = mae_train(flights, "-t", "delay", "--solver", "textbook", "--epochs", "5")
    assert result.exit_code == 0
    assert "\nnot optimal: MAE " in result.stdout
    assert load_model(tmp_path / "model.json").training["certificate"]["status"] == "limit"


def test_a_tolerance_out_of_reach_is_told_by_the_exit_status_and_the_model(mae_train, flights, tmp_path, one_object):
    options = ("--solver", "textbook", "--epochs", "5", "--tolerance", "1e-12")
    result = mae_train(flights, "-t", "delay", *options, "--json")
    assert result.exit_code == 3
    assert one_object(result.stdout)["certificate"]["status"] == "limit"
    assert load_model(tmp_path / "model.json").training["certificate"]["status"] == "limit"


def test_a_tolerance_within_reach_ends_well(report, flights):
    options = ("--solver", "textbook", "--learning-rate", "0.1", "--tolerance", "0.1")
    found = report(flights, "-t", "delay", "--loss", "mse", *options)
    assert found["certificate"]["status"] == "tolerance"
    assert 0 < found["certificate"]["relative_gap"] <= 0.1


def test_the_textbook_takes_its_settings(report, flights):
    textbook = ("-t", "delay", "--solver", "textbook", "--epochs", "4")
    plain = report(flights, *textbook)["history"]
    assert plain["iterations"] == 4
    for option in (("--learning-rate", "0.05"), ("--schedule", "constant"), ("--batch-size", "8")):
        assert report(flights, *textbook, *option)["history"]["loss"] != plain["loss"]
    batches = (*textbook, "--batch-size", "8")
    assert report(flights, *batches, "--seed", "1")["history"] != report(flights, *batches)["history"]


# ---------------------------------------------------------------- comparison


def test_compare_writes_the_model_of_its_loss_and_reports_the_other(report, flights, tmp_path):
    absolute, squared = (report(flights, "-t", "delay", "--loss", loss) for loss in ("mae", "mse"))
    for first, other in ((absolute, squared), (squared, absolute)):
        found = report(flights, "-t", "delay", "--loss", first["loss"], "--compare")
        assert coefficients(found) == coefficients(first)
        assert load_model(tmp_path / "model.json").loss == first["loss"]
        assert found["compare"]["loss"] == other["loss"]
        assert coefficients(found["compare"]) == coefficients(other)
        assert found["compare"]["train"] == other["train"]


def test_compare_names_the_lines_of_the_rows_that_pull(mae_train, flights, one_object):
    lines = flights.read_text(encoding="utf-8").splitlines()
    lines[30] = "900,2500,23,B6"
    flights.write_text("\n".join(lines), encoding="utf-8")
    result = mae_train(flights, "-t", "delay", "--compare", "--json")
    strongest = one_object(result.stdout)["compare"]["contested"][0]
    assert (strongest["line"], strongest["target"]) == (31, 900.0)
    text = mae_train(flights, "-t", "delay", "--compare").stdout
    assert "The rows that pull the two fits apart:" in text
    assert "of the pull; hold rows out with --holdout" in text


# ---------------------------------------------------------------- refusals


def assert_refused(result, status, tmp_path):
    assert result.exit_code == status
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "model.json").exists()


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        (
            ("-t", "y", "--epochs", "5"),
            Refusal("option-without-another", file=None, remedy="add --solver textbook, or leave --epochs out"),
        ),
        (
            ("-t", "y", "--learning-rate", "1"),
            Refusal("option-without-another", file=None, remedy="add --solver textbook, or leave --learning-rate out"),
        ),
        (
            ("-t", "y", "--schedule", "sqrt"),
            Refusal("option-without-another", file=None, remedy="add --solver textbook, or leave --schedule out"),
        ),
        (
            ("-t", "y", "--batch-size", "5"),
            Refusal("option-without-another", file=None, remedy="add --solver textbook, or leave --batch-size out"),
        ),
        (
            ("-t", "y", "--solver", "textbook", "--intervals", "rank"),
            Refusal("intervals-of-textbook", file=None, remedy="leave --solver textbook out"),
        ),
        (
            ("-t", "y", "--solver", "textbook", "--epochs", "0"),
            Refusal("epochs-out-of-range", file=None, remedy="run mae-train --help"),
        ),
        (
            ("-t", "y", "--solver", "textbook", "--batch-size", "0"),
            Refusal("batch-size-out-of-range", file=None, remedy="run mae-train --help"),
        ),
        (
            ("-t", "y", "--solver", "textbook", "--learning-rate", "-1"),
            Refusal("learning-rate-out-of-range", file=None, remedy="run mae-train --help"),
        ),
        (
            ("-t", "y", "--loss", "mse", "--quantile", "0.9"),
            Refusal("quantile-needs-mae", file=None, remedy="run mae-train --help"),
        ),
        (("-t", "y", "--quantile", "90"), Refusal("quantile-out-of-range", file=None, remedy="give 0.9 for 90%")),
        (("-t", "y", "--quantile", "1"), Refusal("quantile-out-of-range", file=None, remedy="run mae-train --help")),
        (("-t", "y", "--quantile", "nan"), Refusal("quantile-out-of-range", file=None, remedy="run mae-train --help")),
        (("-t", "y", "--tolerance", "-1"), Refusal("tolerance-out-of-range", file=None, remedy="run mae-train --help")),
        (
            ("-t", "y", "--tolerance", "inf"),
            Refusal("tolerance-out-of-range", file=None, remedy="run mae-train --help"),
        ),
        (("-t", "y", "--holdout", "12.5"), Refusal("holdout-out-of-range", file=None, remedy="give 0.125 for 12.5%")),
        (("-t", "y", "--holdout", "1"), Refusal("holdout-out-of-range", file=None, remedy="run mae-train --help")),
        (("-t", "y", "--holdout", "nan"), Refusal("holdout-out-of-range", file=None, remedy="run mae-train --help")),
        (
            ("-t", "y", "--na-values", "-,\udcff"),
            Refusal("option-not-utf8", file=None, remedy="give another one"),
        ),
        (
            ("-t", "y", "-o", "-", "--json"),
            Refusal("conflicting-options", file=None, remedy="write the model to a file"),
        ),
        (("-t", "y", "--features", "x,y"), Refusal("conflicting-roles", file=None, remedy="run mae-train --help")),
        (
            ("-t", "y", "--weight", "x", "--features", "x"),
            Refusal("conflicting-roles", file=None, remedy="run mae-train --help"),
        ),
        (("-t", "y", "--features", "x,x"), Refusal("duplicate-feature", file=None, remedy="run mae-train --help")),
    ],
)
def test_wrong_usage_exits_with_2_in_one_line(mae_train, told, table, tmp_path, options, refusal):
    result = mae_train(table("y,x,k\n1,1,a\n2,2,b\n3,4,a\n"), *options)
    assert_refused(result, 2, tmp_path)
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert result.stderr == f"mae-train: error: {fault}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Missing option '-t' / '--target'. The columns are 'y', 'x', 'k'; run mae-train --help"),
        (("--delimiter", ";"), "Missing option '-t' / '--target'. The columns are 'y,x,k'; run mae-train --help"),
        (("-t", "y", "--loss", "huber"), "'huber' is not one of 'mae', 'mse'"),
        (("-t", "y", "--seed", "-1"), "Invalid value for '--seed'"),
        (("-t", "y", "--max-levels", "0"), "Invalid value for '--max-levels'"),
        (("-t", "y", "--features", '"x'), "is not a CSV record of column names"),
        (("-t", "y", "--exclude", "x,,k"), "empty column name in --exclude 'x,,k'"),
        (("-t", "y", "--nonsense"), "No such option"),
    ],
)
def test_an_option_that_cannot_be_read_exits_with_2_and_says_what_is_wrong(
    mae_train, table, tmp_path, options, message
):
    result = mae_train(table("y,x,k\n1,1,a\n2,2,b\n3,4,a\n"), *options)
    assert_refused(result, 2, tmp_path)
    assert result.stderr.startswith("mae-train: error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("data", ["absent.csv", "-"])
def test_a_target_is_missed_where_no_column_is_known(mae_train, data):
    result = mae_train(data, stdin="y,x\n1,2\n")
    assert result.exit_code == 2
    assert result.stderr.endswith("mae-train: error: Missing option '-t' / '--target'; run mae-train --help\n")


def test_of_many_columns_the_first_are_named_where_a_target_is_missing(mae_train, table):
    result = mae_train(table(",".join(f"x{place}" for place in range(20)) + "\n"))
    assert result.stderr.endswith("'x10', 'x11' and 8 more; run mae-train --help\n")


def test_wrong_usage_is_told_before_the_data_are_read(mae_train, tmp_path):
    for options in (("--quantile", "2"), ("--epochs", "3"), ("--holdout", "2")):
        assert_refused(mae_train("absent.csv", "-t", "y", *options), 2, tmp_path)


@pytest.mark.parametrize(
    ("content", "options", "refusal"),
    [
        (None, (), Refusal("file-not-found")),
        ("", (), Refusal("empty-file")),
        ("y,x\n", (), Refusal("no-data-rows")),
        (
            "y,x,k\n1,1,a\n",
            ("-t", "Y"),
            Refusal("unknown-column", column="Y", remedy="did you mean 'y'? its columns are 'y', 'x', 'k'"),
        ),
        (
            "y,hour\n1,1\n",
            ("--features", "hours"),
            Refusal("unknown-column", column="hours", remedy="did you mean 'hour'? its columns are 'y', 'hour'"),
        ),
        ("y,x\n1,1\n", ("--weight", "w"), Refusal("unknown-column", column="w")),
        ("y,x\n1,1\n", ("--categorical", "w"), Refusal("unknown-column", column="w")),
        ("y,x\n1,1\n", ("--exclude", "x"), Refusal("no-features", remedy="exclude fewer")),
        (
            "y,x\n1,1\n2,n/k\n3,3\n4,4\n",
            (),
            Refusal(
                "text-among-numbers",
                line=3,
                column="x",
                cell="n/k",
                remedy="fix the cell, or use --categorical x or --exclude x",
            ),
        ),
        (
            "y,x\n1,1\n2,2,2\n",
            (),
            Refusal("wrong-field-count", line=3, remedy="put cells that contain ',' in quotes"),
        ),
        (
            "y,x\nhello,1\n",
            (),
            Refusal(
                "not-a-number",
                line=2,
                column="y",
                cell="hello",
                remedy="fix the cell, count it as missing with --na-values hello, or choose a column of numbers",
            ),
        ),
        (
            "y,x,w\n1,1,-1\n",
            ("--weight", "w"),
            Refusal("negative-weight", line=2, column="w", cell="-1", remedy="fix the cell"),
        ),
        ("y,x,w\n1,1,0\n", ("--weight", "w"), Refusal("zero-weights", column="w")),
        ("y,x\n1,1\n2,2\n", ("--holdout", "0.01"), Refusal("empty-split", file=None, remedy="choose another fraction")),
        ("y,x\n1,1\n", ("-o", "absent/m.json"), Refusal("output-directory-missing", file="absent/m.json")),
        ("y,x\n1,1\n", ("-o", "."), Refusal("output-is-directory", file=".", remedy="name a file in it with -o")),
        ("y,x\n1,1\n", ("-o", "data.csv"), Refusal("output-is-input", remedy="name another file with -o")),
        ("y,x\n1,1\n", ("-o", "data.csv", "--force"), Refusal("output-is-input", remedy="name another file with -o")),
    ],
)
def test_a_fault_exits_with_1_in_one_line_and_nothing_is_written(mae_train, told, tmp_path, content, options, refusal):
    if content is not None:
        (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    before = sorted(each.name for each in tmp_path.iterdir())
    result = mae_train("data.csv", *(() if "-t" in options else ("-t", "y")), *options)
    assert_refused(result, 1, tmp_path)
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert result.stderr == f"mae-train: error: {fault}\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == before
    assert content is None or (tmp_path / "data.csv").read_text(encoding="utf-8") == content


def test_a_fault_leaves_an_older_model_alone(mae_train, flights, tmp_path):
    mae_train(flights, "-t", "delay")
    before = (tmp_path / "model.json").read_bytes()
    assert mae_train(flights, "-t", "carrier").exit_code == 1
    assert (tmp_path / "model.json").read_bytes() == before


def test_a_place_that_cannot_be_written_is_told_before_any_work(mae_train, flights, tmp_path, monkeypatch):
    def no_work(*_arguments):
        raise AssertionError("the data were fitted")

    monkeypatch.setattr("mae_cli.workflows.train.train", no_work)
    assert_refused(mae_train(flights, "-t", "delay", "-o", tmp_path), 1, tmp_path)


def test_the_data_are_never_replaced_through_a_link_either(mae_train, told, flights, tmp_path):
    before = flights.read_bytes()
    (tmp_path / "model.json").symlink_to(flights)
    result = mae_train(flights, "-t", "delay", "--force")
    assert result.exit_code == 1
    assert [fault.code for fault in told] == ["output-is-input"]
    assert flights.read_bytes() == before


@pytest.mark.parametrize("url", ["https://example.org/data.csv", "s3://bucket/data.csv", "file:///etc/hosts"])
def test_a_url_is_refused_without_a_connection(mae_train, tmp_path, monkeypatch, url):
    def no_connection(*_arguments, **_options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_connection)
    monkeypatch.setattr(socket, "getaddrinfo", no_connection)
    result = mae_train(url, "-t", "y")
    assert_refused(result, 1, tmp_path)
    assert result.stderr == f"mae-train: error: {url} is a URL; download it first and give the file\n"


def test_help_shows_every_option_and_the_exit_statuses(mae_train):
    result = mae_train("--help")
    assert result.exit_code == 0
    for option in train.main.params:
        if option.param_type_name == "option":
            assert option.opts[-1] in result.stdout
    assert "Exit status: 0 done, 1 error in the data or a file, 2 wrong usage" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("quantile", ["0.25", "0.50", "0.75"])
def test_the_cars_of_stata_have_its_coefficients_errors_loss_and_r1(quantile, mae_train, mae_eval, one_object):
    """As its manual prints them: seven digits, four of R1."""
    published = INFERENCE["stata"][quantile]
    options = ("-t", "price", "--quantile", quantile, "--intervals", "sandwich", "--json")
    report = one_object(mae_train(FOLDER / "auto.csv", *options).stdout)
    terms = {each["column"]: each for each in report["coefficients"]}
    order = ("weight", "length", "foreign")
    errors = [*(terms[name]["standard_error"] for name in order), report["intervals"]["intercept"]["standard_error"]]
    assert errors == pytest.approx(published["robust"], rel=2e-6)
    if quantile != "0.50":  # where another vertex is as good
        values = [*(terms[name]["value"] for name in order), report["intercept"]]
        assert values == pytest.approx(published["coefficients"], rel=2e-6)
    else:
        assert report["certificate"]["unique"] is False
        assert terms["foreign"]["optimal_range"] == pytest.approx([3377.77099, 3421.87786], rel=1e-8)
        assert terms["weight"]["optimal_range"] is None
        assert {term["optimal_range_proved"] for term in terms.values()} == {True}
        assert report["intercept_optimal_range"] is None
        assert report["certificate"]["loss"] * 74 == pytest.approx(2 * published["pinball_sum"], rel=1e-7)
    # At 0.25 Stata measures from 4187, whose loss is 41912.75; the quantile of the prices is 4195, with 41908.75.
    constant = 41912.75 / 41908.75 if quantile == "0.25" else 1.0
    assert 1 - (1 - report["r1"]["train"]) / constant == pytest.approx(published["pseudo_r2"], abs=5e-5)
    assert report["r1"]["holdout"] is None
    scored = one_object(mae_eval("model.json", FOLDER / "auto.csv", "--json").stdout)
    assert scored["r1"] == pytest.approx(report["r1"]["train"], rel=1e-12)


def _repeated(flights, table, times):
    """The flights, each so many times in a row and with a number of its own."""
    header, *lines = flights.read_text(encoding="utf-8").splitlines()
    rows = [f"{line},{number}" for number, line in enumerate(lines) for _ in range(times)]
    return table("\n".join([f"{header},flight", *rows, ""]), f"{times}.csv")


@pytest.mark.parametrize(
    "options",
    [(), ("--loss", "mse"), ("--intervals", "bootstrap", "--replicates", "50"), ("--stream",), ("--weight", "hour")],
)
def test_rows_given_five_times_are_no_surer_than_once_with_their_own_id_as_cluster(
    mae_train, flights, table, one_object, options
):
    def errors(*arguments):
        result = mae_train(*arguments, "-t", "delay", *options, "--json")
        assert result.exit_code == 0, result.stderr
        report = one_object(result.stdout)
        assert "flight" not in {each["column"] for each in report["coefficients"]}
        return [each["standard_error"] for each in report["coefficients"]], report["intervals"]

    once, _ = errors(_repeated(flights, table, 1), "--cluster", "flight")
    often, found = errors(_repeated(flights, table, 5), "--cluster", "flight")
    naive, _ = errors(_repeated(flights, table, 5), "--exclude", "flight")
    assert (found["cluster"], found["clusters"]) == ("flight", 80)
    assert often == pytest.approx(once, rel=0.05)
    assert all(each > 1.5 * other for each, other in zip(often, naive, strict=True))


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ("rank", 0.95, None, None)),
        (("--level", "0.9", "--cluster", "carrier"), ("sandwich", 0.9, None, "carrier")),
        (("--intervals", "bootstrap", "--replicates", "60"), ("bootstrap", 0.95, 60, None)),
        (("--intervals", "none"), None),
        (("--solver", "textbook", "--epochs", "3"), None),
    ],
)
def test_the_model_remembers_how_intervals_were_found(mae_train, mae_eval, flights, options, found):
    mae_train(flights, "-t", "delay", *options)
    training = json.loads(Path("model.json").read_text(encoding="utf-8"))["training"]
    names = ("method", "level", "replicates", "cluster")
    assert ("intervals" in training) == (found is not None)
    shown = mae_eval("model.json").stdout
    line = next(line for line in shown.splitlines() if line.startswith("intervals in training"))
    if found is None:
        assert line.split()[-1] == "–"
    else:
        assert tuple(training["intervals"][name] for name in names) == found
        assert f"{100 * found[1]:g}%, {found[0]}" in line
        assert ("of 60 refits" in line, "clusters of carrier" in line) == (found[2] == 60, found[3] == "carrier")


def test_the_report_says_which_rows_may_depend_on_each_other(mae_train, flights):
    result = mae_train(flights, "-t", "delay", "--cluster", "carrier")
    assert result.exit_code == 0
    assert "independent clusters of carrier (3) assumed." in result.stdout
    assert "there are fewer than 30 clusters" in result.stdout.lower()


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (("--intervals", "rank"), 2, "rank-tests-with-clusters"),
        (("--intervals", "none"), 2, "cluster-without-intervals"),
        (("--solver", "textbook"), 2, "cluster-without-intervals"),
        (("--features", "carrier"), 2, "conflicting-roles"),
    ],
)
def test_a_cluster_that_nothing_would_heed_is_refused(mae_train, told, flights, options, status, code):
    result = mae_train(flights, "-t", "delay", "--cluster", "carrier", *options)
    assert (result.exit_code, result.stdout) == (status, "")
    assert [fault.code for fault in told] == [code]
    assert not (flights.parent / "model.json").exists()


@pytest.mark.parametrize("place", ["--stream", "--no-stream"])
def test_the_importance_of_each_column_is_the_loss_without_it(mae_train, flights, one_object, place):
    report = one_object(mae_train(flights, "-t", "delay", "--importance", "--json", place).stdout)
    assert [each["column"] for each in report["importance"]] == ["distance", "hour", "carrier"]
    for each in report["importance"]:
        without = one_object(mae_train(flights, "-t", "delay", "--exclude", each["column"], "--json").stdout)
        assert each["loss"] == pytest.approx(without["train"]["mae"], rel=1e-12)
        assert each["degrees"] == (2 if each["column"] == "carrier" else 1)
        assert 0 <= each["p_value"] <= 1
    text = mae_train(flights, "-t", "delay", "--importance", "--loss", "mae").stdout
    assert "without it   increase   p-value\n" in text
    assert "\nMAE without it: that of the best fit without the column; p-value: " in text
    assert "without it   increase   p-value\n" in mae_train(flights, "-t", "delay", "--importance", "--compare").stdout
    assert one_object(mae_train(flights, "-t", "delay", "--json").stdout)["importance"] is None
    clustered = mae_train(flights, "-t", "delay", "--features", "distance,carrier", "--importance", "--cluster", "hour")
    assert "column. No p-values: rank tests do not allow for clusters.\n" in clustered.stdout


@pytest.mark.parametrize("options", [("--loss", "mse"), ("--solver", "textbook")])
def test_importance_of_other_fits_is_wrong_usage(mae_train, told, flights, options):
    result = mae_train(flights, "-t", "delay", "--importance", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [(fault.code, fault.remedy) for fault in told] == [("importance-needs-exact-mae", "leave out --importance")]


@pytest.mark.parametrize(
    ("outliers", "holdout", "said"),
    [
        (
            20,
            (),
            r".* by (?:0\.9\d*|1|1\.\d)% of the MAE .*; 200 rows \(1%\) account for \d\d+% of the pull; hold .*\.",
        ),
        (
            0,
            ("--holdout", "0.5"),
            r".*; no small group .*; the holdout cannot tell them apart \(.*, 95% interval .*\)\.",
        ),
    ],
)
def test_fits_that_hardly_differ_are_compared_by_what_is_counted(mae_train, table, random, outliers, holdout, said):
    x, noise = random.uniform(size=(2, 20_000))
    x[:outliers] = 0.5
    y = x + 1e-3 * noise
    y[:outliers] += np.where(np.arange(outliers) % 2, -98.0, 100.0)
    text = "y,x\n" + "".join(f"{target},{place}\n" for target, place in zip(y.tolist(), x.tolist(), strict=True))
    result = mae_train(table(text), "-t", "y", "--compare", "--intervals", "none", "--json", *holdout)
    assert re.fullmatch(said, json.loads(result.stdout)["compare"]["verdict"])
