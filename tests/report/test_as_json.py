"""The JSON of reports: its keys are a contract."""

import json
import math
from dataclasses import replace

import pytest
from support.models import MODEL

from mae_cli.inference.values import Caution, Importance, Interval, Intervals, Method, RankTest, Unavailable
from mae_cli.model_card import ModelCard
from mae_cli.report.as_json import (
    dumps,
    evaluation_report_json,
    prediction_report_json,
    train_report_json,
)
from mae_cli.report.cards_as_json import model_card_json
from mae_cli.results.prediction import PredictionReport, PredictionRows
from mae_cli.results.training import Effect
from mae_cli.rows.schema import DesignColumn

METRICS = ["mae", "mse", "rmse", "median_ae", "r2", "baseline_mae", "pinball"]


def test_the_keys_of_a_train_report_are_pinned(train_report):
    report = train_report_json(train_report)
    assert list(report) == [
        "schema", "version", "target", "loss", "quantile", "solver", "data", "train", "holdout", "certificate",
        "history", "intercept", "coefficients", "model", "seconds", "source", "weight", "notes", "compare",
        "intervals", "importance", "sides", "r1", "optimum", "columns_left_out",
        "intercept_optimal_range", "intercept_optimal_range_proved",
    ]  # fmt: skip
    assert list(report["data"]) == [
        "rows_read", "rows_used", "rows_dropped", "rows_holdout", "columns", "aliased",
        "rows_unseen", "rows_zero_weight",
    ]  # fmt: skip
    assert list(report["train"]) == list(report["holdout"]) == METRICS
    assert list(report["certificate"]) == ["status", "loss", "lower_bound", "relative_gap", "unique"]
    assert list(report["history"]) == ["loss", "iterations", "passes"]
    assert list(report["coefficients"][0]) == [
        "column", "level", "value", "per_deviation", "aliased", "interval", "standard_error", "optimal_range",
        "rows", "optimal_range_proved",
    ]  # fmt: skip
    assert list(report["seconds"]) == ["read", "fit", "total"]


def test_the_values_of_a_train_report_are_the_fit_s(train_report):
    report = json.loads(dumps(train_report_json(train_report)))
    assert (report["schema"], report["version"]) == ("mae-cli/train-report", 1)
    assert (report["target"], report["loss"], report["quantile"], report["solver"]) == (
        "arr_delay", "mae", 0.5, "auto",
    )  # fmt: skip
    assert report["data"] == {
        "rows_read": 12495, "rows_used": 9985, "rows_dropped": 14, "rows_holdout": 2496, "columns": 9,
        "aliased": ["air_time_hours"], "rows_unseen": 2, "rows_zero_weight": 0,
    }  # fmt: skip
    assert report["train"]["mae"] == train_report.fit.train.model.mae
    assert report["holdout"]["r2"] == train_report.fit.holdout.model.r2
    assert report["certificate"]["status"] == "optimal"
    assert report["certificate"]["unique"] is True
    assert report["history"]["loss"][-1] == report["certificate"]["loss"]
    assert report["intercept"] == -15.3201
    assert report["coefficients"][4] == {
        "column": "carrier", "level": "AA", "value": -4.5271, "per_deviation": -1.32009, "aliased": False,
        "interval": None, "standard_error": None, "optimal_range": None, "rows": 1021,
        "optimal_range_proved": None,
    }  # fmt: skip
    assert [each["level"] for each in report["coefficients"]] == [
        None, None, None, None, "AA", "B6", "DL", "JFK", "LGA",
    ]  # fmt: skip
    assert report["model"] == "model.json"
    assert report["compare"] is None
    assert report["intervals"] is None
    assert report["sides"] == {
        "train": {"above": 4988, "below": 4988, "on": 9},
        "holdout": {"above": 1240, "below": 1254, "on": 0},
    }
    assert report["optimum"] is None


def test_intervals_are_pairs_whose_infinite_ends_are_null(train_report):
    effects = [replace(each, interval=Interval(-1.5, math.inf, 0.25)) for each in train_report.fit.effects]
    effects[0] = replace(effects[0], interval=Unavailable.RARE_LEVEL)
    intervals = Intervals(
        Method.RANK, 0.9, Interval(1.0, 2.0, None), tuple(each.interval for each in effects), rows=9985.0,
        cautions=(Caution.TIES,),
    )  # fmt: skip
    fit = replace(train_report.fit, effects=tuple(effects), intervals=intervals)
    report = json.loads(dumps(train_report_json(replace(train_report, fit=fit))))
    assert report["intervals"] == {
        "method": "rank", "level": 0.9, "robust": True, "rows": 9985.0, "replicates": None, "cluster": None,
        "replicates_unproved": 0, "clusters": None, "cautions": ["ties"], "absent": None,
        "intercept": {"interval": [1.0, 2.0], "standard_error": None},
    }  # fmt: skip
    first, second, *_ = report["coefficients"]
    assert (first["interval"], first["standard_error"]) == (None, None)
    assert (second["interval"], second["standard_error"]) == ([-1.5, None], 0.25)


def test_what_does_not_exist_is_null_and_no_intercept_is_zero(train_report):
    fit = replace(train_report.fit, holdout=None, intercept=None)
    report = train_report_json(replace(train_report, fit=fit, model=None))
    assert report["holdout"] is None
    assert report["model"] is None
    assert report["train"]["pinball"] is None
    assert report["intercept"] == 0.0


def test_the_other_fit_of_a_comparison_has_the_same_shape(compare_report):
    report = json.loads(dumps(train_report_json(compare_report)))
    assert list(report["compare"]) == [
        "loss", "quantile", "solver", "train", "holdout", "certificate", "history", "intercept",
        "coefficients", "intercept_optimal_range", "intercept_optimal_range_proved", "contested", "verdict",
    ]  # fmt: skip
    assert report["compare"]["loss"] == "mse"
    assert report["compare"]["contested"][0] == {
        "file": "flights.csv", "line": 7073, "row": None, "target": 851.0,
        "predictions": [812.4, 871.25], "pull": 0.1213,
    }  # fmt: skip


def test_the_keys_of_an_evaluation_report_are_pinned(evaluation_report):
    report = json.loads(dumps(evaluation_report_json(evaluation_report)))
    assert list(report) == [
        "schema", "version", "model", "target", "data", "metrics",
        "source", "loss", "quantile", "weight", "notes", "outside", "worst", "against", "gates", "coverage",
        "r1",
    ]  # fmt: skip
    assert (report["schema"], report["version"]) == ("mae-cli/eval-report", 1)
    assert report["data"] == {"rows_read": 2500, "rows_used": 2488, "rows_dropped": 9, "rows_unseen": 3}
    assert list(report["metrics"]) == METRICS


def test_the_text_is_one_line_and_keeps_every_name(train_report):
    names = ["größe", "大", "two\nlines", "\x1b[31m", "\x9b", "a\u202eb", "\U000e0041", 'quo"te\\']
    effects = tuple(Effect(DesignColumn(name, name), 1.0, 1.0, None, aliased=False) for name in names)
    report = train_report_json(replace(train_report, fit=replace(train_report.fit, effects=effects)))
    text = dumps(report)
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    assert "größe" in text
    assert not set(text) & {"\x1b", "\x9b", "\u202e", "\U000e0041"}
    assert json.loads(text) == json.loads(json.dumps(report))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"loss": number})


def test_the_keys_of_an_importance_are_pinned(train_report):
    found = (Importance("dep_delay", 20.5, RankTest(90.0, 1, 1e-9)), Importance("carrier", 13.0, Unavailable.CLUSTERED))
    report = train_report_json(replace(train_report, fit=replace(train_report.fit, importance=found)))
    assert report["importance"] == [
        {"column": "dep_delay", "loss": 20.5, "statistic": 90.0, "degrees": 1, "p_value": 1e-9, "absent": None},
        {"column": "carrier", "loss": 13.0, "statistic": None, "degrees": None, "p_value": None, "absent": "clustered"},
    ]


def test_the_keys_of_a_prediction_report_are_pinned():
    report = prediction_report_json(PredictionReport("a.csv", "y", "prediction", PredictionRows(9, 2, 1), None, ("n",)))
    assert list(report) == [
        "schema", "version", "target", "data", "source", "column", "notes", "outside", "gates",
    ]  # fmt: skip
    assert report["data"] == {
        "rows_read": 9, "rows_predicted": 6, "rows_missing": 2, "rows_unseen": 1, "rows_overflowing": 0,
    }  # fmt: skip
    json.loads(dumps(report))


def test_the_keys_of_a_card_are_pinned():
    card = ModelCard.of(MODEL, "model.json")
    report = model_card_json(card)
    assert list(report) == [
        "schema", "version", "model", "target", "loss", "quantile", "weight", "features", "missing",
        "intercept", "has_intercept", "coefficients", "ranges", "units", "writings", "rows", "seed", "solver",
        "metrics", "certificate", "versions", "intervals", "other", "differences",
    ]  # fmt: skip
    assert report["coefficients"][0] == {"column": "carrier", "level": "AA", "baseline": "UA", "value": -2.0}
    json.loads(dumps(report))
    other = ModelCard.of(replace(MODEL, loss="mse", quantile=0.5), "other.json")
    assert json.loads(dumps(model_card_json(card, other)))["differences"] == {
        "loss": ["mae", "mse"], "quantile": [0.9, 0.5], "coefficients": [],
    }  # fmt: skip
