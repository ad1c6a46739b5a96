"""Several quantiles and prediction intervals through the commands."""

import csv
import io
import json

import numpy as np
import pytest

from mae_cli import fit


@pytest.fixture
def data(tmp_path, monkeypatch):
    """600 rows whose spread grows with x, in data.csv."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(3)
    x, k = generator.uniform(0, 2, 600), generator.choice(["a", "b"], 600)
    y = 1 + x + (k == "b") + generator.standard_normal(600) * (0.5 + x)
    lines = [f"{one!r},{level},{target!r}" for one, level, target in zip(x.tolist(), k, y.tolist(), strict=True)]
    (tmp_path / "data.csv").write_text("x,k,y\n" + "\n".join(lines) + "\n")
    return x, k, y


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """40 groups of 8 rows in groups.csv: 0, 10, … 70, from one group to the next a quarter more."""
    monkeypatch.chdir(tmp_path)
    lines = [f"g{group:02d},{10 * each + 0.25 * group}" for group in range(40) for each in range(8)]
    (tmp_path / "groups.csv").write_text("k,y\n" + "\n".join(lines) + "\n")


def report(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("options", [["--quantile", "0.9,0.1,0.5"], ["--quantile", "0.1", "--quantile", "0.5,0.9"]])
def test_quantiles_are_those_of_fits_of_their_own(data, mae_train, options):
    found = report(mae_train("data.csv", "-t", "y", *options, "--json"))
    assert found["quantiles"] == [0.1, 0.5, 0.9]
    x, k, y = data
    X = np.column_stack([x, k == ("b" if found["fits"][0]["coefficients"][1]["level"] == "b" else "a")]).astype(float)
    for quantile, each in zip(found["quantiles"], found["fits"], strict=True):
        alone = fit(X, y, quantile=quantile)
        assert each["certificate"]["status"] == "optimal"
        assert [c["value"] for c in each["coefficients"]] == pytest.approx(alone.coefficients, rel=1e-12)
        assert each["coverage"]["train"] == pytest.approx(quantile, abs=0.01)
        assert each["intervals"]["level"] == 0.95
    assert found["slopes"]["p_value"] < 0.01
    assert found["rows_crossing"] == 0


@pytest.mark.usefixtures("data")
def test_the_model_predicts_and_is_scored(mae_train, mae_predict, mae_eval):
    report(mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9", "--json"))
    lines = mae_predict("model.json", "data.csv").stdout.splitlines()
    assert lines[0] == "x,k,y,prediction_0.1,prediction_0.9"
    cells = np.array([line.split(",")[2:] for line in lines[1:]], dtype=float)
    assert np.mean(cells[:, 0] <= cells[:, 1]) == pytest.approx(0.1, abs=0.01)
    assert (cells[:, 1] <= cells[:, 2]).all()
    scored = report(mae_eval("model.json", "data.csv", "--json"))
    assert [each["quantile"] for each in scored["quantiles"]] == [0.1, 0.9]
    assert scored["quantiles"][1]["coverage"] == pytest.approx(0.9, abs=0.01)
    assert scored["interval"] is None


@pytest.mark.usefixtures("data")
def test_a_prediction_interval_covers_rows_kept_aside(mae_train, mae_predict, mae_eval):
    found = report(mae_train("data.csv", "-t", "y", "--predict-interval", "0.8", "--holdout", "0.3", "--json"))
    assert found["quantiles"] == [0.1, 0.5, 0.9]
    assert found["data"]["rows_holdout"] == 180
    assert found["data"]["rows_calibration"] == 84
    assert found["data"]["columns"] == 1 + len(found["fits"][0]["coefficients"])
    assert found["data"]["aliased"] == []
    assert found["data"]["rows_used"] == 600 - 180 - 84
    assert found["calibration"]["rows"] == 84
    assert found["calibration"]["coverage_range"] == pytest.approx([0.725186, 0.866749], abs=1e-6)
    assert found["calibration"]["holdout"] == pytest.approx(0.8, abs=0.1)
    table = list(csv.DictReader(io.StringIO(mae_predict("model.json", "data.csv", "--column", "p").stdout)))
    assert list(table[0]) == ["x", "k", "y", "p", "lower", "upper"]
    assert all(float(row["lower"]) <= float(row["p"]) <= float(row["upper"]) for row in table)
    inside = np.mean([float(row["lower"]) <= float(row["y"]) <= float(row["upper"]) for row in table])
    scored = report(mae_eval("model.json", "data.csv", "--json"))["interval"]
    assert scored["share"] == pytest.approx(inside)
    assert scored["low"] < scored["share"] < scored["high"]
    assert scored["width"] == pytest.approx(np.mean([float(row["upper"]) - float(row["lower"]) for row in table]))


@pytest.fixture
def parts(data, tmp_path):
    """400 of the rows in train.csv, 200 others and one of an unknown level in aside.csv."""
    header, *lines = (tmp_path / "data.csv").read_text().splitlines()
    (tmp_path / "train.csv").write_text("\n".join([header, *lines[:400], ""]))
    (tmp_path / "aside.csv").write_text("\n".join([header, *lines[400:], "1,new,2", ""]))
    return [each[400:] for each in data]


@pytest.mark.parametrize("place", ["--stream", "--no-stream"])
def test_an_interval_is_calibrated_on_rows_of_a_file_of_their_own(parts, mae_train, mae_predict, place):
    options = ("--predict-interval", "0.8", "--calibration", "aside.csv", place)
    result = mae_train("train.csv", "-t", "y", *options, "--json")
    found = report(result)
    assert found["data"]["rows_used"] == 400
    assert (found["calibration"]["rows"], found["calibration"]["source"]) == (200, "aside.csv")
    note = "aside.csv: 1 row with a level never seen in training left out of the calibration"
    assert found["notes"] == [note]
    assert note in result.stderr
    cells = mae_predict("model.json", "aside.csv").stdout.splitlines()[1:-1]
    low, high = np.array([line.split(",")[-2:] for line in cells], dtype=float).T
    y = parts[2]
    # ⌈201 · 0.8⌉ = 161 of the 200 rows lie in it, one of them on an end but for rounding.
    slack = 1e-9
    assert np.count_nonzero((low - slack <= y) & (y <= high + slack)) == 161
    assert np.count_nonzero((low + slack < y) & (y < high - slack)) == 160
    assert "on 200 rows of aside.csv they were made " in mae_train("train.csv", "-t", "y", *options).stdout


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (("--calibration", "gone.csv"), 1, "file-not-found"),
        (("--calibration", "./train.csv"), 2, "calibration-is-training"),
        (("--calibration", "aside.csv", "-o", "aside.csv"), 1, "output-is-input"),
        (("--calibration", "1.5"), 2, "calibration-out-of-range"),
        (("--calibration", "0.999"), 1, "empty-split"),
        (("--calibration", "other.csv"), 1, "unknown-column"),
    ],
)
def test_rows_that_cannot_calibrate_are_refused_and_nothing_is_written(
    mae_train, told, tmp_path, options, status, code
):
    (tmp_path / "other.csv").write_text("x,y\n1,2\n2,3\n")
    result = mae_train("train.csv", "-t", "y", "--predict-interval", "0.8", *options)
    assert (result.exit_code, result.stdout) == (status, "")
    assert [fault.code for fault in told] == [code]
    assert not (tmp_path / "model.json").exists()
    assert (tmp_path / "aside.csv").read_text().startswith("x,k,y\n")


@pytest.mark.usefixtures("parts")
def test_standard_input_is_read_for_training_or_for_calibration(mae_train, tmp_path):
    options = ("-t", "y", "--predict-interval", "0.8", "--calibration", "-")
    twice = mae_train("-", *options)
    assert twice.exit_code == 2
    assert "DATA and --calibration cannot both be standard input" in twice.stderr.replace("\n", " ")
    once = mae_train("train.csv", *options, "--json", stdin=(tmp_path / "aside.csv").read_bytes())
    assert report(once)["calibration"]["source"] == "standard input"


@pytest.mark.usefixtures("data")
def test_the_same_seed_keeps_the_same_rows_aside_and_another_one_others(mae_train):
    options = ("data.csv", "-t", "y", "--predict-interval", "0.8", "--json")
    first, again, other = (report(mae_train(*options, "--seed", seed))["calibration"] for seed in ("1", "1", "2"))
    assert first == again
    assert first["margin"] != other["margin"]


@pytest.mark.usefixtures("data")
def test_the_report_for_people_has_a_column_for_each_quantile(mae_train, mae_eval):
    text = mae_train("data.csv", "-t", "y", "--predict-interval", "0.9").stdout
    assert "Quantiles 0.05, 0.5 and 0.95 of y on 480 rows" in text
    assert "120 held out for the prediction interval" in text
    assert "proved optimal: no linear model on these columns has a smaller pinball loss at any of these" in text
    assert "The slopes differ between the quantiles" in text
    assert "Prediction intervals cover 90% of new rows drawn as these were (later rows may differ), whatever" in text
    assert " the model: on 120 rows held out" in text
    assert "The prediction interval for 90% of new rows covers " in mae_eval("model.json", "data.csv").stdout


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--quantile", "0.1,x"], "usage"),
        (["--quantile", "0.1,1.5"], "quantile-out-of-range"),
        (["--quantile", "0,0.5"], "quantile-out-of-range"),
        (["--predict-interval", "1"], "coverage-out-of-range"),
        (["--quantile", "0.1,0.9", "--solver", "textbook"], "quantiles-need-exact-mae"),
        (["--quantile", "0.1,0.1"], "duplicate-quantile"),
        (["--quantile", "0.1,0.9", "--loss", "mse"], "quantiles-need-exact-mae"),
        (["--quantile", "0.1,0.9", "--importance"], "importance-of-quantiles"),
        (["--quantile", "0.1,0.9", "--compare"], "comparison-of-quantiles"),
        (["--predict-interval", "1.5"], "coverage-out-of-range"),
        (["--predict-interval", "0.9", "--quantile", "0.5"], "conflicting-options"),
        (["--predict-interval", "0.9", "--weight", "x"], "weighted-prediction-interval"),
        (["--predict-interval", "0.999"], "too-few-calibration-rows"),
        (["--calibration", "0.2"], "option-without-another"),
        (["--replicates", "100"], "option-without-another"),
        (["--intervals", "rank", "--replicates", "100"], "option-without-another"),
    ],
)
def test_what_does_not_go_together_is_refused(mae_train, told, options, code):
    result = mae_train("data.csv", "-t", "y", *options)
    assert result.exit_code in {1, 2}
    assert [fault.code for fault in told] == [code]


@pytest.mark.usefixtures("data")
def test_every_quantile_is_held_to_a_loss_and_the_median_to_an_mae(mae_train, mae_eval):
    fits = report(mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.5,0.9", "--json"))["fits"]
    losses = [fits[0]["train"]["pinball"], fits[1]["train"]["pinball"], fits[2]["train"]["pinball"]]
    limit = (min(losses) + max(losses)) / 2
    result = mae_eval("model.json", "data.csv", "--max-pinball", str(limit), "--max-mae", "0.5", "--json")
    gates = json.loads(result.stdout)["gates"]
    assert result.exit_code == 4
    assert [(gate["name"], gate["quantile"]) for gate in gates] == [
        ("max-pinball", 0.1),
        ("max-mae", 0.5),
        ("max-pinball", 0.5),
        ("max-pinball", 0.9),
    ]
    del gates[1]
    assert [gate["value"] for gate in gates] == pytest.approx(losses)
    assert [gate["passed"] for gate in gates] == [loss <= limit for loss in losses]
    assert "--max-mae: at quantile 0.5, the MAE is " in result.stderr
    assert "--max-pinball: at quantile 0.5, the pinball loss is " in result.stderr
    assert mae_eval("model.json", "data.csv", "--max-pinball", "9", "--max-mae", "9").exit_code == 0


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("options", "title", "headings"),
    [
        (
            ("--predict-interval", "0.8"),
            "The rows farthest outside of the prediction interval:",
            ["line", "k", "y", "prediction", "lower", "upper", "outside"],
        ),
        (
            ("--quantile", "0.1,0.9"),
            "The rows with the largest sums of pinball losses:",
            ["line", "k", "y", "0.1", "0.9", "losses"],
        ),
    ],
)
def test_the_worst_rows_are_listed(mae_train, mae_predict, mae_eval, options, title, headings):
    mae_train("data.csv", "-t", "y", *options)
    table = list(csv.DictReader(io.StringIO(mae_predict("model.json", "data.csv").stdout)))
    y, low, high = (np.array([float(list(row.values())[place]) for row in table]) for place in (2, -2, -1))
    found = report(mae_eval("model.json", "data.csv", "--worst", "4", "--show", "k", "--json"))["worst"]
    losses = np.maximum(low - y, y - high)
    if "--quantile" in options:
        losses = sum(np.maximum(tau * (y - line), (tau - 1) * (y - line)) for tau, line in ((0.1, low), (0.9, high)))
        assert [row["pinball"] for row in found] == pytest.approx(sorted(losses)[:-5:-1])
        assert {row["outside"] for row in found} == {None}
    else:
        assert [abs(row["outside"]) for row in found] == pytest.approx(sorted(losses)[:-5:-1])
    places = [row["line"] - 2 for row in found]
    assert places == np.argsort(-losses)[:4].tolist()
    assert [row["shown"] for row in found] == [{"k": table[place]["k"]} for place in places]
    lines = mae_eval("model.json", "data.csv", "--worst", "4", "--show", "k").stdout.splitlines()
    start = lines.index(title) + ("--quantile" in options)
    assert lines[start + 1].split() == headings
    assert [line.split()[0] for line in lines[start + 2 : start + 6]] == [f"data.csv:{place + 2}" for place in places]


@pytest.mark.usefixtures("data")
def test_where_no_row_lies_outside_of_the_interval_none_is_listed(mae_train, mae_eval, tmp_path):
    mae_train("data.csv", "-t", "y", "--predict-interval", "0.8")
    (tmp_path / "inside.csv").write_text("x,k,y\n1,a,2\n1,b,3\n")
    assert report(mae_eval("model.json", "inside.csv", "--worst", "4", "--json"))["worst"] == []
    text = mae_eval("model.json", "inside.csv", "--worst", "4").stdout
    assert "\nNo row lies outside of the prediction interval.\n" in text


@pytest.mark.usefixtures("data")
def test_columns_are_shown_with_the_worst_rows_only_and_must_be_there(mae_train, mae_eval, told):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9")
    without = mae_eval("model.json", "data.csv", "--show", "k")
    assert (without.exit_code, told[0].code) == (2, "show-without-worst")
    assert mae_eval("model.json", "data.csv", "--worst", "1", "--show", "z").exit_code == 1


@pytest.mark.usefixtures("data")
def test_many_quantiles_are_drawn_beside_least_squares(mae_train):
    asked = ",".join(f"0.{digit}" for digit in range(2, 9))
    text = mae_train("data.csv", "-t", "y", "--quantile", asked).stdout
    assert "● the coefficient at each quantile, with its interval; │ that of least squares; ┊ zero." in text
    found = report(mae_train("data.csv", "-t", "y", "--quantile", asked, "--json"))
    squares = report(mae_train("data.csv", "-t", "y", "--loss", "mse", "--json"))
    assert found["squared"]["coefficients"][0]["value"] == squares["coefficients"][0]["value"]
    assert report(mae_train("data.csv", "-t", "y", "--quantile", "0.2,0.8", "--json"))["squared"] is None


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("options", "failed"),
    [
        (("--coverage", "0.7:0.9", "--min-rows", "600", "--max-missing", "0"), []),
        (("--coverage", "0.95:1"), ["coverage"]),
        (("--min-rows", "601", "--max-missing", "0"), ["min-rows"]),
    ],
)
def test_a_prediction_interval_is_held_to_gates(mae_train, mae_eval, options, failed):
    mae_train("data.csv", "-t", "y", "--predict-interval", "0.8")
    result = mae_eval("model.json", "data.csv", *options, "--json")
    assert result.exit_code == (4 if failed else 0)
    scored = json.loads(result.stdout)
    assert [gate["name"] for gate in scored["gates"] if not gate["passed"]] == failed
    assert len(scored["gates"]) == sum(each.startswith("--") for each in options)
    for gate in scored["gates"]:
        if gate["name"] == "coverage":
            assert gate["value"] == scored["interval"]["share"]
    assert [f"--{name}: " in result.stderr for name in failed] == [True] * len(failed)
    shown = mae_eval("model.json", "data.csv", *options)
    assert shown.exit_code == result.exit_code
    assert shown.stdout.count("Failed --") == len(failed)
    assert shown.stdout.count("Passed --") == len(scored["gates"]) - len(failed)


@pytest.mark.usefixtures("data")
def test_a_coverage_needs_a_prediction_interval(mae_train, mae_eval):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9")
    result = mae_eval("model.json", "data.csv", "--coverage", "0.7:0.9")
    assert result.exit_code == 2
    assert "has no prediction interval whose coverage could be checked" in result.stderr
    assert "train it with --predict-interval" in result.stderr.replace("\n", " ")


def test_rows_unlike_those_of_training_are_told(data, mae_train, mae_eval, tmp_path):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9")
    (tmp_path / "new.csv").write_text("x,k,y\n5,a,1\n1,c,1\n1,b,1\n-1,b,2\n")
    result = mae_eval("model.json", "new.csv", "--unseen", "skip", "--json")
    scored = json.loads(result.stdout)
    x = data[0]
    assert scored["outside"] == {
        "rows": 2,
        "column": "x",
        "cells": 2,
        "minimum": x.min(),
        "maximum": x.max(),
        "unit": None,
    }
    notes = ["1 row with a level never seen in training not scored", "2 rows outside the training range: 'x'"]
    assert [note.partition(" (")[0] for note in scored["notes"]] == notes
    assert all(f"mae-eval: note: {note}" in result.stderr for note in notes)
    assert json.loads(mae_eval("model.json", "data.csv", "--json").stdout)["outside"] is None


@pytest.mark.usefixtures("data")
def test_each_quantile_is_set_against_that_of_another_model(mae_train, mae_eval):
    quantiles = (0.1, 0.5, 0.9)
    for name, features in (("both", "x,k"), ("one", "k")):
        together = ("--quantile", ",".join(map(str, quantiles)), "--features", features)
        report(mae_train("data.csv", "-t", "y", *together, "--output", f"{name}.json", "--json"))
        for quantile in quantiles:
            alone = ("--quantile", str(quantile), "--features", features)
            report(mae_train("data.csv", "-t", "y", *alone, "--output", f"{name}{quantile}.json", "--json"))
    better = mae_eval("both.json", "data.csv", "--against", "one.json", "--json")
    worse = mae_eval("one.json", "data.csv", "--against", "both.json", "--json")
    assert (better.exit_code, worse.exit_code) == (0, 4)
    for found, first, second in ((better, "both", "one"), (worse, "one", "both")):
        scored = json.loads(found.stdout)
        gates = iter(scored["gates"])
        for quantile, each in zip(quantiles, scored["quantiles"], strict=True):
            alone = mae_eval(f"{first}{quantile}.json", "data.csv", "--against", f"{second}{quantile}.json", "--json")
            expected = json.loads(alone.stdout)
            rival, gate = each["against"], next(gates)
            adjusted = rival["adjusted_p_value"]
            least = expected["against"]["least_p_value"]
            assert rival["least_p_value"] == 3 * least == 6 / 2001
            single = {"model": "", "adjusted_p_value": None, "least_p_value": least}
            metrics = expected["against"]["metrics"]
            # Beside other quantiles the median has its pinball loss, half of the MAE.
            pinball = 0.5 * metrics["mae"] if quantile == 0.5 else metrics["pinball"]
            assert rival["metrics"]["pinball"] == pinball
            assert rival | single | {"metrics": metrics} == expected["against"] | {"model": ""}
            assert rival["metrics"] | {"pinball": metrics["pinball"]} == metrics
            assert ("p at most" in gate["finding"]) == (rival["p_value"] == least)
            assert rival["p_value"] <= adjusted <= 3 * rival["p_value"]
            assert (gate["name"], gate["quantile"], gate["value"]) == ("against", quantile, adjusted)
            assert gate["passed"] == (first == "both" or adjusted > 0.05)
            assert f"at quantile {quantile}, " in gate["finding"]
    text = mae_eval("one.json", "data.csv", "--against", "both.json").stdout
    assert "\nquantile   pinball loss   against   at or below\n" in text
    assert '\n"against" is both.json, on the same rows.\n' in text
    assert text.count("--against: at quantile ") == 3
    assert " adjusted for all quantiles)" in text


@pytest.mark.usefixtures("data")
def test_only_models_of_the_same_quantiles_are_set_against_each_other(mae_train, mae_eval, told):
    for name, asked in (("two", "0.1,0.9"), ("three", "0.1,0.5,0.9"), ("median", "0.5")):
        mae_train("data.csv", "-t", "y", "--quantile", asked, "--output", f"{name}.json")
    for first, second in (("two", "three"), ("two", "median"), ("median", "two")):
        result = mae_eval(f"{first}.json", "data.csv", "--against", f"{second}.json")
        assert (result.exit_code, result.stdout) == (1, "")
    assert [(fault.code, fault.place.file) for fault in told] == [
        ("quantiles-differ", "three.json"),
        ("model-of-one-quantile", "median.json"),
        ("model-of-several-quantiles", "two.json"),
    ]


@pytest.mark.usefixtures("data")
def test_models_of_other_levels_are_compared_on_the_rows_that_both_know(mae_train, mae_eval, tmp_path):
    lines = (tmp_path / "data.csv").read_text().splitlines()
    known = [line for line in lines if ",b," not in line]
    (tmp_path / "known.csv").write_text("\n".join([*known, "1,z,1", ""]))
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9", "--output", "first.json")
    mae_train("known.csv", "-t", "y", "--quantile", "0.1,0.9", "--output", "second.json")
    scored = json.loads(mae_eval("first.json", "data.csv", "--against", "second.json", "--json").stdout)
    assert scored["data"]["rows_used"] == len(known) - 1
    assert scored["data"]["rows_unseen"] == len(lines) - len(known)
    few = mae_eval("first.json", "known.csv", "--against", "second.json", "--unseen", "error")
    assert few.exit_code == 1
    (tmp_path / "few.csv").write_text("\n".join([*known[:5], ""]))
    assert "4 rows are few for an interval" in mae_eval("first.json", "few.csv", "--against", "second.json").stderr


@pytest.mark.usefixtures("data")
def test_a_model_of_several_quantiles_is_shown_without_data(mae_train, mae_eval):
    found = report(mae_train("data.csv", "-t", "y", "--predict-interval", "0.8", "--json"))
    card = report(mae_eval("model.json", "--json"))
    assert (card["schema"], card["model"]) == ("mae-cli/quantiles-card", "model.json")
    assert [each["quantile"] for each in card["quantiles"]] == found["quantiles"] == [0.1, 0.5, 0.9]
    for each, fitted in zip(card["quantiles"], found["fits"], strict=True):
        assert each["certificate"] == fitted["certificate"]
        assert [one["value"] for one in each["coefficients"]] == [one["value"] for one in fitted["coefficients"]]
    assert card["calibration"]["coverage"] == 0.8
    lines = mae_eval("model.json").stdout.splitlines()
    assert any(line.split() == ["fit", "quantiles", "0.1,", "0.5,", "0.9"] for line in lines)
    assert any(line.startswith("prediction interval") and "80%, margin " in line for line in lines)
    assert any(line.split()[:2] == ["0.9", f"{found['fits'][2]['train']['pinball']:#.4g}"] for line in lines)
    block = next(place for place, line in enumerate(lines) if line.startswith("k (vs "))
    assert lines[block + 1].startswith("  ")
    assert len(lines[block + 1].split()) == 4


@pytest.mark.usefixtures("data")
def test_two_models_of_several_quantiles_are_shown_side_by_side(mae_train, mae_eval):
    first = report(mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.5", "-o", "first.json", "--json"))
    options = ("--predict-interval", "0.8", "--features", "x", "-o", "second.json", "--json")
    second = report(mae_train("data.csv", "-t", "y", *options))
    shown = report(mae_eval("first.json", "second.json", "--json"))
    assert [each["quantile"] for each in shown["quantiles"]] == [0.1, 0.5]
    assert [each["quantile"] for each in shown["other"]["quantiles"]] == [0.1, 0.5, 0.9]
    differences = shown["differences"]
    assert differences["quantiles"] == [[0.1, 0.5], [0.1, 0.5, 0.9]]
    assert differences["rows"] == [600, 480]
    assert differences["calibration"] == [None, shown["other"]["calibration"]]
    assert "target" not in differences
    for each, one, other in zip(differences["fits"], first["fits"], second["fits"][:2], strict=True):
        x, k = each["coefficients"]
        assert each["intercept"] == [one["intercept"], other["intercept"]]
        assert (x["column"], x["values"]) == ("x", [fit["coefficients"][0]["value"] for fit in (one, other)])
        assert (k["column"], k["values"][1]) == ("k", None)


@pytest.mark.usefixtures("data")
def test_two_models_of_several_quantiles_are_set_side_by_side_for_people(mae_train, mae_eval):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.5", "-o", "first.json")
    mae_train("data.csv", "-t", "y", "--quantile", "0.5,0.9", "--features", "x", "-o", "second.json")
    text = mae_eval("first.json", "second.json").stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "fit quantiles 0.1, 0.5 quantiles 0.5, 0.9" in lines
    assert any(line.startswith("The same in both: target y; ") for line in lines)
    start = lines.index("at quantile first.json second.json difference")
    assert [line.split()[0] for line in lines[start + 1 : start + 4]] == ["0.1", "0.5", "0.9"]
    assert (lines[start + 1].split()[2], lines[start + 3].split()[1]) == ("–", "–")
    assert lines[start + 5 : start + 7] == [
        "Coefficients of first.json less those of second.json, at each quantile:",
        "term 0.5",
    ]
    assert [line.split()[0] for line in lines[start + 7 :]] == ["(intercept)", "x"]
    same = report(mae_eval("first.json", "first.json", "--json"))["differences"]
    assert same == {"fits": [{"quantile": tau, "intercept": None, "coefficients": []} for tau in (0.1, 0.5)]}


@pytest.mark.usefixtures("data")
def test_a_model_of_several_quantiles_and_one_of_one_are_not_shown_side_by_side(mae_train, mae_eval):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9", "-o", "several.json")
    mae_train("data.csv", "-t", "y", "-o", "one.json")
    for first, second, says in (
        ("several", "one", "one.json is of one quantile; give a model of several quantiles"),
        ("one", "several", "several.json is of several quantiles; give a model of one quantile"),
    ):
        result = mae_eval(f"{first}.json", f"{second}.json")
        assert (result.exit_code, result.stdout) == (1, "")
        assert says in result.stderr.replace("\n", " ")


@pytest.mark.usefixtures("data")
def test_rows_are_counted_by_why_they_are_not_scored(mae_train, mae_eval, tmp_path):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9")
    (tmp_path / "new.csv").write_text("x,k,y,z\n1,a,1,\n1,c,1,\n,b,1,\n1,b,2,\n1,c,3,\n")
    scored = report(mae_eval("model.json", "new.csv", "--unseen", "skip", "--json"))
    assert scored["data"] == {"rows_read": 5, "rows_used": 2, "rows_dropped": 1, "rows_unseen": 2}
    assert any(note.startswith("1 of 5 rows dropped for a missing cell") for note in scored["notes"])
    refused = mae_eval("model.json", "new.csv")
    assert (refused.exit_code, refused.stdout) == (1, "")


def test_every_quantile_is_measured_against_that_of_the_training_targets(data, mae_train, mae_eval):
    fits = report(mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9", "--json"))["fits"]
    scored = report(mae_eval("model.json", "data.csv", "--json"))["quantiles"]
    for quantile, one, other in zip((0.1, 0.9), fits, scored, strict=True):
        constant = np.quantile(data[2], quantile, method="averaged_inverted_cdf")
        assert one["train"]["baseline_mae"] == pytest.approx(np.abs(data[2] - constant).mean())
        assert other["metrics"]["baseline_mae"] == pytest.approx(np.abs(data[2] - constant).mean())


@pytest.mark.usefixtures("data")
def test_weights_that_the_rows_scored_do_not_have_are_none_of_the_evaluation(mae_train, mae_eval, tmp_path):
    mae_train("data.csv", "-t", "y", "--quantile", "0.1,0.9", "--weight", "x")
    (tmp_path / "new.csv").write_text("k,y\na,1\nb,2\n")
    found = [report(mae_eval("model.json", name, "--json"))["weight"] for name in ("data.csv", "new.csv")]
    assert found == ["x", None]


@pytest.mark.usefixtures("data")
def test_why_slopes_are_not_tested_is_told(mae_train):
    options = ("data.csv", "-t", "y", "--features", "x", "--quantile", "0.1,0.5,0.9", "--cluster", "k")
    found = report(mae_train(*options, "--json"))
    assert (found["slopes"], found["slopes_absent"]) == (None, "few-clusters")
    says = "No test of equal slopes: it needs more clusters than there are differences of slopes."
    assert says in mae_train(*options).stdout.splitlines()
    tested = report(mae_train(*options[:-2], "--json"))
    assert (tested["slopes"]["numerator"], tested["slopes_absent"]) == (2, None)


@pytest.mark.usefixtures("groups")
def test_how_far_levels_and_the_intercept_can_go_is_told_of_one_quantile_and_of_several(mae_train):
    alone = mae_train("groups.csv", "-t", "y").stdout
    assert (
        "The same MAE allows k = g01 from -9.750 to 10.25, k = g02 from -9.500 to 10.50, k = g03 from -9.250 to 10.75; "
        "37 others vary too."
    ) in " ".join(alone.split())
    together = " ".join(mae_train("groups.csv", "-t", "y", "--quantile", "0.3,0.5").stdout.split())
    assert "At quantile 0.5, other coefficients give the same loss" in together
    assert "The same pinball loss at quantile 0.5 allows k = g01 from -9.750 to 10.25" in together
    assert "The same pinball loss at quantile 0.3" not in together
    unique, free = report(mae_train("groups.csv", "-t", "y", "--quantile", "0.3,0.5", "--json"))["fits"]
    assert (unique["intercept_optimal_range"], unique["intercept_optimal_range_proved"]) == (None, None)
    assert (free["intercept_optimal_range"], free["intercept_optimal_range_proved"]) == ([30.0, 40.0], True)
    assert free["coefficients"][38]["optimal_range"] == [-0.25, 19.75]
    assert all(each["optimal_range_proved"] for each in free["coefficients"])
