"""mae-eval in pipelines: gates and their exit status, another model beside, the worst rows."""

import json
import re

import numpy as np
import pytest

# Predictions of `good` are 2x, those of `bad` 2x + 3; both know the levels a and b, where `bad` lacks b.
TERM = {"column": "x", "kind": "numeric", "coefficient": 2.0, "minimum": 0.0, "maximum": 9.0}


def levels(**values):
    return {"column": "k", "kind": "categorical", "baseline": "a", "levels": {"a": 0.0, **values}}


@pytest.fixture
def model(mae_train, table, tmp_path):
    """Write a model file that differs from a fitted one in its fields."""
    assert mae_train(table("y,x\n0,0\n2,1\n5,2\n", "training.csv"), "-t", "y").exit_code == 0
    fitted = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))

    def write(name, **fields):
        (tmp_path / name).write_text(json.dumps(fitted | fields), encoding="utf-8")
        return name

    return write


@pytest.fixture
def good(model):
    return model("good.json", intercept=0.0, terms=[TERM, levels(b=1.0)])


@pytest.fixture
def bad(model):
    return model("bad.json", intercept=3.0, terms=[levels(), TERM])


@pytest.fixture
def data(table):
    """A hundred rows of the level a with residuals of `good` between −1 and 1; the 21st has the residual 20."""
    rng = np.random.default_rng(3)
    x, noise = rng.uniform(0, 9, 100).round(3), rng.uniform(-1, 1, 100).round(3)
    noise[20] = 20.0
    lines = [f"{2 * x + r:.3f},{x},a" for x, r in zip(x.tolist(), noise.tolist(), strict=True)]
    table("\n".join(["y,x,k", *lines, ""]))
    return "data.csv"


def test_an_mae_that_is_not_above_the_limit_passes(mae_eval, good, data, one_object):
    result = mae_eval(good, data, "--max-mae", "1", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    report = one_object(result.stdout)
    assert report["gates"] == [
        {"name": "max-mae", "passed": True, "value": report["metrics"]["mae"], "limit": 1.0,
         "finding": f"the MAE is {report['metrics']['mae']:.4f}, not above 1", "quantile": None},
    ]  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--json",), ("-q",)])
def test_an_mae_above_the_limit_fails_in_one_line_and_the_report_is_there_all_the_same(mae_eval, good, data, options):
    result = mae_eval(good, data, "--max-mae", "0.25", *options)
    assert result.exit_code == 4
    mae = json.loads(mae_eval(good, data, "--json").stdout)["metrics"]["mae"]
    assert result.stderr == f"mae-eval: failed --max-mae: the MAE is {mae:.4f}, above 0.25\n"
    if options == ("--json",):
        assert json.loads(result.stdout)["gates"][0]["passed"] is False
    else:
        assert result.stdout.endswith(f"\n\nFailed --max-mae: the MAE is {mae:.4f}, above 0.25\n")


def test_a_limit_taken_from_a_report_is_met(mae_eval, good, data):
    mae = json.loads(mae_eval(good, data, "--json").stdout)["metrics"]["mae"]
    assert mae_eval(good, data, "--max-mae", repr(mae)).exit_code == 0


@pytest.mark.parametrize(
    ("options", "finding"),
    [
        (("--max-pinball", "0.1"), "the pinball loss is 0.3153, above 0.1"),
        (("--coverage", "0.8:0.9"), "the coverage is 48.0%, below 80%"),
        (("--min-rows", "101"), "the number of rows scored is 100, fewer than 101"),
        (("--max-missing", "0.01"), "the share of rows with a missing cell is 2.0%, above 1%"),
    ],
)
def test_every_other_limit_fails_alike(mae_eval, good, data, table, tmp_path, options, finding):
    table((tmp_path / "data.csv").read_text(encoding="utf-8") + ",1,a\n1,,a\n")
    result = mae_eval(good, data, *options, "--json")
    assert result.exit_code == 4
    gate = json.loads(result.stdout)["gates"][0]
    assert (gate["name"], gate["passed"]) == (options[0].removeprefix("--"), False)
    assert gate["finding"].startswith(finding)
    assert f"mae-eval: failed {options[0]}: {gate['finding']}\n" in result.stderr


def test_every_other_limit_can_be_met(mae_eval, good, data):
    options = ("--max-pinball", "0.5", "--coverage", "0.3:0.7", "--min-rows", "100", "--max-missing", "0")
    result = mae_eval(good, data, *options, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    gates = json.loads(result.stdout)["gates"]
    assert [(gate["name"], gate["limit"]) for gate in gates] == [
        ("max-pinball", 0.5),
        ("coverage", [0.3, 0.7]),
        ("min-rows", 100),
        ("max-missing", 0.0),
    ]


@pytest.mark.parametrize("ends", ["0.9", "0.9:", "a:b", "0.8:0.9:1", "90:95", "0.9:0.8"])
def test_a_coverage_that_is_no_interval_is_wrong_usage(mae_eval, good, data, ends):
    result = mae_eval(good, data, "--coverage", ends)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("limit", ["nan", "inf", "-1", "x"])
def test_a_limit_that_is_none_is_wrong_usage(mae_eval, good, data, limit):
    result = mae_eval(good, data, "--max-mae", limit)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_model_that_is_worse_beyond_chance_fails(mae_eval, good, bad, data, one_object):
    result = mae_eval(bad, data, "--against", good, "--json")
    assert result.exit_code == 4
    report = one_object(result.stdout)
    against = report["against"]
    keys = ["model", "loss", "quantile", "metrics", "difference", "interval", "measure", "coverage"]
    assert list(against) == [*keys, "p_value", "adjusted_p_value", "least_p_value"]
    assert (against["p_value"] < 0.05, against["adjusted_p_value"]) == (True, None)
    assert against["model"] == "good.json"
    assert against["difference"] == pytest.approx(report["metrics"]["mae"] - against["metrics"]["mae"])
    assert 0 < against["interval"][0] < against["difference"] < against["interval"][1]
    assert result.stderr.startswith("mae-eval: failed --against: MAE ")
    assert "; the difference of 2.51 is beyond chance (95% interval " in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_model_that_is_better_or_the_same_passes(mae_eval, good, bad, data):
    assert mae_eval(good, data, "--against", bad).exit_code == 0
    same = mae_eval(good, data, "--against", good)
    assert same.exit_code == 0
    assert "The MAE of both is the same." in same.stdout


def test_both_gates_tell_what_failed(mae_eval, good, bad, data):
    result = mae_eval(bad, data, "--against", good, "--max-mae", "1")
    assert result.exit_code == 4
    assert [line.split(" ")[2] for line in result.stderr.splitlines()] == ["--max-mae:", "--against:"]


def test_the_report_sets_the_models_side_by_side(mae_eval, good, bad, data):
    text = mae_eval(bad, data, "--against", good).stdout
    assert "model   against   median only\n" in text
    assert '\n"against" is good.json, the MAE fit, on the same rows. The MAE of the model is larger by ' in text
    assert "; the difference of 2.51 is beyond chance (95% interval 2." in text


def test_a_quantile_model_is_compared_by_the_mae_and_says_so(mae_eval, model, good, data):
    high = model("high.json", quantile=0.9, intercept=0.5, terms=[TERM])
    report = json.loads(mae_eval(good, data, "--against", high, "--json").stdout)
    assert report["against"]["quantile"] == 0.9
    assert report["against"]["metrics"]["pinball"] is None
    difference = report["metrics"]["mae"] - report["against"]["metrics"]["mae"]
    assert report["against"]["difference"] == pytest.approx(difference)
    note = (
        "the models were fitted to the quantiles 0.9 and 0.5, but are compared by the MAE, which is made for the "
        "median 0.5"
    )
    result = mae_eval(high, data, "--against", good, "--json")
    report = json.loads(result.stdout)
    assert note in report["notes"]
    assert f"mae-eval: note: {note}\n" in result.stderr
    assert report["metrics"]["pinball"] > 0
    assert report["against"]["metrics"]["pinball"] > 0
    assert "compared by" not in mae_eval(good, data, "--against", good).stderr


def test_two_models_of_one_quantile_are_compared_by_its_pinball_loss(mae_eval, model, data):
    """By the MAE the higher of the two would fail: it lies above nearly all rows, as it was fitted to do."""
    high = model("high.json", quantile=0.9, intercept=0.5, terms=[TERM])
    low = model("low.json", quantile=0.9, intercept=-0.5, terms=[TERM])
    report = json.loads(mae_eval(high, data, "--against", low, "--json").stdout)
    against = report["against"]
    assert against["measure"] == "pinball"
    assert against["difference"] == pytest.approx(report["metrics"]["pinball"] - against["metrics"]["pinball"])
    assert 0 < against["coverage"] < report["coverage"] <= 1
    text = mae_eval(low, data, "--against", high).stdout
    assert f"({chr(34)}against{chr(34)}: {100 * report['coverage']:.1f}%); the model was fitted for 90%." in text
    assert "The pinball loss of the model is larger by " in text
    assert "Failed --against: at quantile 0.9, pinball loss " in text


def test_a_limit_of_the_mae_on_a_quantile_model_is_said_to_be_another_question(mae_eval, model, data):
    high = model("high.json", quantile=0.9, intercept=0.5, terms=[TERM])
    note = (
        "mae-eval: note: the model was fitted to the quantile 0.9, but "
        "--max-mae limits the MAE, which is made for the median 0.5"
    )
    assert note in mae_eval(high, data, "--max-mae", "100").stderr
    assert note not in mae_eval(high, data).stderr


def test_one_row_is_said_to_be_too_little_for_an_interval(mae_eval, good, bad, table):
    table("y,x,k\n1,1,a\n")
    result = mae_eval(bad, "data.csv", "--against", good)
    assert result.exit_code == 0
    assert "mae-eval: note: one row with weight is too little for an interval\n" in result.stderr


def test_a_column_that_the_other_model_alone_needs_is_said_to_be_its_own(mae_eval, good, model, data):
    other = model("other.json", terms=[{**TERM, "column": "z"}])
    result = mae_eval(good, data, "--against", other)
    assert result.exit_code == 1
    assert "has no column 'z', a feature of the other model, other.json; its columns are " in result.stderr


def test_rows_that_one_of_the_two_cannot_score_are_left_out_of_both_and_counted(mae_eval, good, model, table):
    other = model("other.json", terms=[levels(), {**TERM, "column": "z"}])
    table("y,x,k,z\n1,1,a,1\n2,2,b,1\n3,,a,1\n4,4,a,\n5,5,a,3\n6,6,new,2\n")
    result = mae_eval(good, "data.csv", "--against", other, "--json")
    assert json.loads(result.stdout)["data"] == {"rows_read": 6, "rows_used": 2, "rows_dropped": 2, "rows_unseen": 2}
    assert "mae-eval: note: 2 rows with a level never seen in training not scored\n" in result.stderr
    assert "mae-eval: note: 2 rows are few for an interval of the difference; it is rough\n" in result.stderr


def test_levels_never_seen_are_refused_where_that_is_asked_for(mae_eval, told, good, bad, table):
    table("y,x,k\n1,1,a\n2,2,b\n")
    assert mae_eval(good, "data.csv", "--against", bad).exit_code == 0
    result = mae_eval(good, "data.csv", "--against", bad, "--unseen", "error")
    assert result.exit_code == 1
    assert [(fault.code, fault.place.line, fault.cell) for fault in told] == [("unseen-level", 3, "b")]


def test_a_column_may_be_numbers_to_one_model_and_levels_to_the_other(mae_eval, model, good, table):
    coded = {"column": "x", "kind": "categorical", "baseline": "1", "levels": {"1": 0.0, "2": 2.0}}
    other = model("coded.json", intercept=2.0, terms=[coded])
    table("y,x,k\n" + "2.5,1,a\n4,2,a\n" * 20 + "9,3,a\n")
    report = json.loads(mae_eval(good, "data.csv", "--against", other, "--json").stdout)
    assert report["data"]["rows_used"] == 40
    assert report["metrics"]["mae"] == report["against"]["metrics"]["mae"] == 0.25


def test_models_of_other_targets_are_not_compared(mae_eval, told, model, good, data):
    other = model("other.json", target="z")
    result = mae_eval(good, data, "--against", other)
    assert result.exit_code == 1
    assert [(fault.code, fault.remedy) for fault in told] == [("targets-differ", "compare models of one target")]


def test_weights_count_in_the_difference_too(mae_eval, model, table):
    first = model("first.json", weight="w", intercept=0.0, terms=[])
    other = model("other.json", weight="x", intercept=1.0, terms=[])
    table("y,w\n" + "0,1\n1,3\n" * 50)
    report = json.loads(mae_eval(first, "data.csv", "--against", other, "--json").stdout)
    assert report["weight"] == "w"
    assert report["metrics"]["mae"] == pytest.approx(0.75)
    assert report["against"]["difference"] == pytest.approx(0.5)


@pytest.mark.parametrize("place", ["--stream", "--no-stream"])
def test_where_the_rows_are_kept_does_not_matter(mae_eval, good, bad, data, place):
    options = (bad, data, "--against", good, "--worst", "7", "--json")
    assert mae_eval(*options, place).stdout == mae_eval(*options).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-", "data.csv", "--against", "-"), "MODEL and --against cannot both be standard input"),
        (("good.json", "-", "--against", "-"), "DATA and --against cannot both be standard input"),
        (("good.json", "data.csv", "--worst", "0"), "0 is not in the range"),
        (("good.json", "data.csv", "--worst", "1001"), "1001 is not in the range"),
    ],
)
def test_options_out_of_range_are_wrong_usage(mae_eval, arguments, message):
    result = mae_eval(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_rival_may_come_from_standard_input(mae_eval, good, bad, data, tmp_path):
    result = mae_eval(good, data, "--against", "-", "--json", stdin=(tmp_path / bad).read_bytes())
    assert json.loads(result.stdout)["against"]["model"] == "standard input"


def test_a_rival_that_is_no_model_is_refused(mae_eval, told, good, data):
    result = mae_eval(good, data, "--against", "old.json")
    assert result.exit_code == 1
    assert [(fault.code, fault.place.file) for fault in told] == [("file-not-found", "old.json")]


def test_a_rival_without_a_name_does_not_switch_the_gate_off(mae_eval, good, data):
    result = mae_eval(good, data, "--against", "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Invalid value for '--against': the name of the file is empty" in result.stderr


def test_the_worst_rows_are_listed_with_their_lines(mae_eval, good, data, one_object):
    result = mae_eval(good, data, "--worst", "3")
    assert "\nThe rows with the largest residuals:\nline " in result.stdout
    (first,) = [line for line in result.stdout.splitlines() if line.startswith("data.csv:22 ")]
    assert first.split(" ")[-1].startswith("+20.0")
    worst = one_object(mae_eval(good, data, "--worst", "3", "--json").stdout)["worst"]
    assert len(worst) == 3
    assert list(worst[0]) == ["file", "line", "row", "target", "prediction", "residual", "shown"]
    assert (worst[0]["file"], worst[0]["line"]) == ("data.csv", 22)
    assert worst[0]["residual"] == pytest.approx(20.0)
    assert abs(worst[1]["residual"]) >= abs(worst[2]["residual"])


@pytest.mark.parametrize("place", ["--stream", "--no-stream"])
def test_columns_that_name_the_worst_rows_are_shown_beside_them(mae_eval, good, table, one_object, place):
    table('y,x,k,id,"a,b"\n1,1,a,one,p\n9,2,b,"two\n2",\n50,3,a,three,q\n', "1.csv")
    table('y,x,k,id,"a,b"\n-90,1,b,four,r\n', "2.csv")
    options = (good, "1.csv", "2.csv", "--worst", "3", "--show", 'id,"a,b"', "--show", "id", place)
    worst = one_object(mae_eval(*options, "--json").stdout)["worst"]
    assert [(row["line"], row["shown"]) for row in worst] == [
        (2, {"id": "four", "a,b": "r"}),
        (5, {"id": "three", "a,b": "q"}),
        (3, {"id": "two\n2", "a,b": ""}),
    ]
    text = mae_eval(*options).stdout
    assert re.search(r"^line +id +a,b +y +prediction +residual$", text, re.MULTILINE)
    assert re.search(r"^1.csv:5 +three +q +50 ", text, re.MULTILINE)
    assert re.search(r"^1.csv:3 +two\\n2 +9 ", text, re.MULTILINE)


def test_columns_are_shown_with_the_worst_rows_only_and_must_be_there(mae_eval, told, good, data):
    result = mae_eval(good, data, "--show", "k")
    assert (result.exit_code, result.stdout) == (2, "")
    result = mae_eval(good, data, "--worst", "1", "--show", "K")
    assert (result.exit_code, result.stdout) == (1, "")
    assert [fault.code for fault in told] == ["show-without-worst", "unknown-column"]
    assert told[1].remedy.startswith("did you mean 'k'?")


def test_without_options_there_is_nothing_of_the_kind(mae_eval, good, data, one_object):
    report = one_object(mae_eval(good, data, "--json").stdout)
    assert (report["outside"], report["worst"], report["against"], report["gates"]) == (None, None, None, [])


def test_numbers_outside_of_their_range_are_noted(mae_eval, good, table, one_object):
    table("y,x,k\n1,1,a\n2,10,b\n3,-1,a\n,99,a\n")
    result = mae_eval(good, "data.csv", "--json")
    assert "2 rows outside the training range: 'x' (training: " in result.stderr
    assert one_object(result.stdout)["outside"] == {
        "rows": 2, "column": "x", "cells": 2, "minimum": 0.0, "maximum": 9.0, "unit": None,
    }  # fmt: skip


def test_a_reader_that_closes_the_pipe_early_does_not_hide_a_failure(start, good, data):
    process = start("mae-eval", good, data, "--max-mae", "0.25")
    process.stdout.close()
    assert process.wait(timeout=60) == 4
    assert process.stderr.read().startswith(b"mae-eval: failed --max-mae: the MAE is ")


@pytest.mark.parametrize("place", [("--no-stream",), ("--stream",), ("--dask",)])
@pytest.mark.parametrize(
    ("options", "failed"),
    [
        (("--min-rows", "5"), "--min-rows: the number of rows scored is 0, fewer than 5"),
        (("--max-missing", "0.5"), "--max-missing: the share of rows with a missing cell is 100.0%, above 50%"),
        (("--min-rows", "5", "--coverage", "0:1"), "--min-rows: the number of rows scored is 0, fewer than 5"),
        (("--max-missing", "1"), None),
        (("--max-mae", "1"), None),
    ],
)
def test_rows_that_all_miss_the_target_fail_the_gates_on_rows(mae_eval, good, table, options, failed, place, request):
    table("y,x,k\n,1,a\nNA,2,a\n", "new.csv")
    place = ("--dask", request.getfixturevalue("workers")) if place == ("--dask",) else place
    result = mae_eval(good, "new.csv", *options, *place)
    error = (
        "mae-eval: error: new.csv: every row misses the target 'y'; fill in its cells, or use mae-predict, which needs "
        "no target\n"
    )
    said = "" if failed is None else f"mae-eval: failed {failed}\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1 if failed is None else 4, "", said + error)


def test_rows_that_all_have_an_unseen_level_fail_the_least_number_of_rows(mae_eval, good, table):
    result = mae_eval(
        good, table("y,x,k\n1,1,zz\n,2,zz\n"), "--unseen", "skip", "--min-rows", "1", "--max-missing", "0.5"
    )
    assert result.exit_code == 4
    assert "failed --min-rows" in result.stderr
    assert "failed --max-missing" not in result.stderr
