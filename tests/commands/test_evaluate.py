"""mae-eval: metrics of a model on data, and what it refuses."""

import json
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from support.faults import Refusal

from mae_cli.errors import Place

TRAINING = "y,x,k\n1,1,a\n2.5,2,b\n3,3,a\n5,4,b\n4.5,5,a\n7,6,a\n"
REPORT_KEYS = ["schema", "version", "model", "target", "data", "metrics"]
METRICS = ["mae", "mse", "rmse", "median_ae", "r2", "baseline_mae", "pinball"]


@pytest.fixture
def model(mae_train, table):
    """A model of y by x and k (levels a, b; a is the baseline), in model.json."""
    assert mae_train(table(TRAINING, "training.csv"), "-t", "y").exit_code == 0
    return "model.json"


@pytest.fixture
def report(mae_eval, one_object):
    """The report of a run with --json that must end well."""

    def run(*arguments, **options):
        result = mae_eval(*arguments, "--json", **options)
        assert result.exit_code == 0, result.stderr
        return one_object(result.stdout)

    return run


def test_the_report_for_people_names_model_data_and_metrics(mae_eval, model, table):
    table("y,x,k\n1,1,a\n2,2,b\n")
    result = mae_eval(model, "data.csv")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith("MAE fit of y scored on 2 rows · model.json on data.csv\n2 rows read: 2 scored.\n")
    assert all(name in result.stdout for name in ("MAE", "RMSE", "half of the rows within", "R²"))


def test_the_report_as_json_has_the_keys_of_the_contract_first_and_in_its_order(report, model, table):
    found = report(model, table("y,x,k\n1,1,a\n2,2,b\n"))
    assert list(found)[: len(REPORT_KEYS)] == REPORT_KEYS
    assert list(found["data"]) == ["rows_read", "rows_used", "rows_dropped", "rows_unseen"]
    assert list(found["metrics"]) == METRICS
    assert (found["schema"], found["version"]) == ("mae-cli/eval-report", 1)
    assert (found["model"], found["target"]) == ("model.json", "y")


@pytest.mark.parametrize("options", [(), ("--loss", "mse"), ("--quantile", "0.8"), ("--weight", "hour")])
def test_the_training_data_score_as_they_did_in_training(mae_train, report, flights, options):
    trained = json.loads(mae_train(flights, "-t", "delay", *options, "--json").stdout)
    scored = report("model.json", flights)["metrics"]
    assert list(scored) == list(trained["train"])
    for name, value in trained["train"].items():
        assert scored[name] == (None if value is None else pytest.approx(value, rel=1e-14))


@pytest.mark.parametrize("weighted", [False, True])
def test_metrics_are_those_of_the_formulas(mae_train, report, flights, table, weighted):
    options = ("--weight", "hour") if weighted else ()
    mae_train(flights, "-t", "delay", "--features", "distance,carrier", "--quantile", "0.8", *options)
    content = json.loads((flights.parent / "model.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(flights).iloc[::3]
    found = report("model.json", table(frame.to_csv(index=False)))["metrics"]

    counts = frame["hour"] if weighted else np.ones(len(frame), int)
    rows = frame.loc[frame.index.repeat(counts)]
    slope, levels = content["terms"][0]["coefficient"], content["terms"][1]["levels"]
    r = rows["delay"] - content["intercept"] - slope * rows["distance"] - rows["carrier"].map(levels)
    assert found == pytest.approx(
        {
            "mae": r.abs().mean(),
            "mse": (r**2).mean(),
            "rmse": (r**2).mean() ** 0.5,
            "median_ae": r.abs().median(),
            "r2": 1 - (r**2).sum() / ((rows["delay"] - rows["delay"].mean()) ** 2).sum(),
            "baseline_mae": (rows["delay"] - content["baseline"]["quantile"]).abs().mean(),
            "pinball": np.maximum(0.8 * r, -0.2 * r).mean(),
        },
        rel=1e-12,
    )


def test_a_weight_column_that_the_data_lack_is_noted_once_and_rows_weigh_the_same(mae_train, mae_eval, flights, table):
    mae_train(flights, "-t", "delay", "--features", "distance", "--weight", "hour")
    table("delay,distance\n1,500\n5,900\n")
    result = mae_eval("model.json", "data.csv", "--json")
    assert result.stderr == "mae-eval: note: data.csv has no weight column 'hour'; all rows weigh the same\n"
    assert json.loads(result.stdout)["weight"] is None


def test_rows_with_a_missing_cell_are_dropped_and_counted(mae_eval, model, table, one_object):
    table("y,x,k\n1,1,a\n,2,b\n3,,a\n4,4,\n5,5,b\n")
    result = mae_eval(model, "data.csv", "--json")
    assert one_object(result.stdout)["data"] == {
        "rows_read": 5, "rows_used": 2, "rows_dropped": 3, "rows_unseen": 0,
    }  # fmt: skip
    assert result.stderr == (
        "mae-eval: note: 3 of 5 rows dropped for a missing cell; column 'y' is missing in 1 of them\n"
    )


def test_columns_may_stand_in_another_order_beside_others(report, model, table):
    usual = report(model, table("y,x,k\n1,1,a\n2,2,b\n"))["metrics"]
    assert report(model, table("note,k,x,y\n?,a,1,1\n,b,2,2\n"))["metrics"] == usual


def test_a_level_never_seen_is_refused_with_its_line(mae_eval, told, model, table):
    table('y,x,k\n1,1,a\n,9,"lost\nlost"\n2,2,"new\none"\n3,3,zz\n')
    result = mae_eval(model, "data.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    remedy = "skip such rows with --unseen skip, or train on data that has them"
    found = Refusal("unseen-level", line=5, column="k", cell="new\none", remedy=remedy)
    assert list(map(Refusal.of, told)) == [found]
    assert result.stderr.count("\n") == 1


def test_levels_never_seen_can_be_skipped_and_are_counted(mae_eval, model, table, one_object):
    table("y,x,k\n1,1,a\n2,2,new\n3,3,other\n4,,b\n")
    result = mae_eval(model, "data.csv", "--unseen", "skip", "--json")
    assert result.exit_code == 0
    assert one_object(result.stdout)["data"] == {
        "rows_read": 4, "rows_used": 1, "rows_dropped": 1, "rows_unseen": 2,
    }  # fmt: skip
    assert "mae-eval: note: 2 rows with a level never seen in training not scored\n" in result.stderr


def test_data_without_a_single_level_that_was_seen_are_refused(mae_eval, told, model, table):
    table("y,x,k\n1,1,new\n")
    result = mae_eval(model, "data.csv", "--unseen", "skip")
    assert result.exit_code == 1
    assert list(map(Refusal.of, told)) == [Refusal("no-row-to-score")]


def test_a_dash_is_standard_input(report, model, table):
    text = "y,x,k\n1,1,a\n2,2,b\n"
    assert report(model, "-", stdin=text)["metrics"] == report(model, table(text))["metrics"]


def test_quiet_silences_notes(mae_eval, model, table):
    table("y,x,k\n1,1,a\n2,,b\n3,3,b\n")
    assert mae_eval(model, "data.csv").stderr != ""
    assert mae_eval(model, "data.csv", "-q").stderr == ""


def test_undefined_metrics_are_null(report, model, table):
    assert report(model, table("y,x,k\n3,1,a\n3,2,b\n"))["metrics"]["r2"] is None
    huge = report(model, table("y,x,k\n1e307,1,a\n-1e307,2,b\n"))["metrics"]
    assert (huge["mse"], huge["rmse"]) == (None, None)
    assert huge["mae"] == pytest.approx(1e307)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_predictions_beyond_floating_point_are_refused_in_one_line(mae_eval, told, model, table, options):
    table("y,x,k\n1,1,a\n1,1e308,a\n1,-1e308,a\n")
    content = json.loads((table("", "empty").parent / model).read_text(encoding="utf-8"))
    content["terms"][0]["coefficient"] = 1e10
    table(json.dumps(content), "steep.json")
    result = mae_eval("steep.json", "data.csv", *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert list(map(Refusal.of, told)) == [Refusal("residual-overflow", line=3)]
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file-not-found"),
        (b"", "empty-file"),
        (b"y,x\n1,2\n", "not-json"),
        (pickle.dumps({"schema": "mae-cli/model"}), "not-utf8"),
        (b'{"schema": "mae-cli/model", "version": 1}', "missing-field"),
        (b'{"schema": "mae-cli/model", "version": 4}', "newer-model-version"),
        (b'{"schema": "x", "a\\u001b": 1}', "not-a-model"),
    ],
)
def test_a_model_at_fault_exits_with_1_in_one_line(mae_eval, told, table, tmp_path, content, code):
    table(TRAINING)
    if content is not None:
        (tmp_path / "other.json").write_bytes(content)
    result = mae_eval("other.json", "data.csv")
    assert result.exit_code == 1
    assert result.stdout == ""
    (fault,) = told
    assert (fault.code, fault.place) == (code, Place("other.json"))
    assert result.stderr == f"mae-eval: error: {fault}\n"


def test_a_directory_is_no_model(mae_eval, told, table, tmp_path):
    table(TRAINING)
    (tmp_path / "models").mkdir()
    result = mae_eval("models", "data.csv")
    assert result.exit_code == 1
    assert list(map(Refusal.of, told)) == [Refusal("unreadable-file", file="models")]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (None, Refusal("file-not-found")),
        ("y,k\n1,a\n", Refusal("unknown-column", column="x")),
        (
            "x,k\n1,a\n",
            (Refusal("unknown-column", column="y")),
        ),
        (
            "y,x,k\n1,one,a\n",
            Refusal(
                "not-a-number",
                line=2,
                column="x",
                cell="one",
                remedy="fix the cell, or count it as missing with --na-values one",
            ),
        ),
        (
            "y,x,k\none,1,a\n",
            Refusal(
                "not-a-number",
                line=2,
                column="y",
                cell="one",
                remedy="fix the cell, or count it as missing with --na-values one",
            ),
        ),
        (
            "y,x,k\n,1,a\n",
            Refusal(
                "no-complete-row", column="y", remedy="fill in its cells, or use mae-predict, which needs no target"
            ),
        ),
        ("y,x,k\n", Refusal("no-data-rows")),
    ],
)
def test_data_at_fault_exit_with_1_in_one_line(mae_eval, told, model, table, text, refusal):
    if text is not None:
        table(text)
    result = mae_eval(model, "data.csv")
    assert result.exit_code == 1
    assert result.stdout == ""
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert result.stderr == f"mae-eval: error: {fault}\n"


@pytest.mark.parametrize(
    "arguments", [(), ("model.json", "--min-rows", "9"), ("model.json", "data.csv", "--unseen", "maybe")]
)
def test_wrong_usage_exits_with_2(mae_eval, arguments):
    result = mae_eval(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("mae-eval: error: ")


def test_a_report_that_is_piped_has_no_escape_codes_whatever_the_environment_forces(mae_eval, model, table):
    result = mae_eval(model, table(TRAINING), env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    assert "\x1b" not in result.stdout


def test_the_model_may_come_from_standard_input(report, model, table, tmp_path):
    data = table("y,x,k\n1,1,a\n2,2,b\n")
    piped = report("-", data, stdin=(tmp_path / model).read_bytes())
    assert piped["metrics"] == report(model, data)["metrics"]
    assert piped["model"] == "standard input"


def test_model_and_data_cannot_share_standard_input(mae_eval):
    result = mae_eval("-", "-")
    assert result.exit_code == 2
    assert "MODEL and DATA cannot both be standard input; give one of them as a file" in result.stderr


def test_a_model_without_data_is_shown_as_a_card(mae_eval, model, tmp_path, one_object):
    result = mae_eval(model)
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(r"^target +y$", result.stdout, re.MULTILINE)
    card = one_object(mae_eval(model, "--json").stdout)
    assert (card["schema"], card["version"], card["model"]) == ("mae-cli/model-card", 1, "model.json")
    content = json.loads((tmp_path / model).read_text(encoding="utf-8"))
    assert card["metrics"] == content["training"]["metrics"]
    assert card["certificate"] == content["training"]["certificate"]
    assert [(each["column"], each["level"], each["baseline"]) for each in card["coefficients"]] == [
        ("x", None, None),
        ("k", "b", "a"),
    ]
    assert card["ranges"] == {"x": [1.0, 6.0]}
    assert (card["other"], card["differences"]) == (None, None)
    assert mae_eval("-", stdin=(tmp_path / model).read_bytes()).stdout.lstrip().startswith("standard input")


def test_two_models_are_shown_side_by_side(mae_train, mae_eval, model, one_object):
    assert mae_train("training.csv", "-t", "y", "--loss", "mse", "--exclude", "k", "-o", "b.json").exit_code == 0
    assert re.search(r"^fit +MAE fit +MSE fit$", mae_eval(model, "b.json").stdout, re.MULTILINE)
    card = one_object(mae_eval(model, "b.json", "--json").stdout)
    assert (card["model"], card["other"]["model"]) == ("model.json", "b.json")
    assert card["differences"]["loss"] == ["mae", "mse"]
    assert card["differences"]["features"] == [["x", "k"], ["x"]]
    pair = card["differences"]["coefficients"][-1]
    assert (pair["column"], pair["level"], pair["values"][1]) == ("k", "b", None)


def test_no_intercept_is_a_difference_between_two_models(mae_train, mae_eval, model):
    assert mae_train("training.csv", "-t", "y", "--no-intercept", "-o", "origin.json").exit_code == 0
    assert re.search(r"^intercept +fitted +none$", mae_eval(model, "origin.json").stdout, re.MULTILINE)


def test_a_second_model_that_is_damaged_is_refused_as_such(mae_eval, model, table, tmp_path):
    text = (tmp_path / model).read_text(encoding="utf-8").replace('"seed": 0', '"seed": -1')
    result = mae_eval(model, table(text, "b.json").name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "seed" in result.stderr


@pytest.mark.parametrize(
    "options", [("--max-mae", "3"), ("--min-rows", "1"), ("--against", "model.json"), ("--worst", "3"), ("--stream",)]
)
@pytest.mark.parametrize("data", [(), ("model.json",)])
def test_what_needs_rows_is_refused_without_any(mae_eval, model, options, data):
    """A gate in a pipeline whose list of files is empty must not pass."""
    result = mae_eval(model, *data, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{options[0]} needs rows to score, and no DATA is given" in result.stderr
