"""Dates, moments and times of day of Parquet: the numbers of a CSV of the same, and each model reads both."""

import json

import numpy as np
import pandas as pd
import pytest

from mae_cli.errors import Place

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

COUNT = 60


def moments(unit):
    """Moments of this unit, as floats could not hold all of them."""
    microseconds = np.random.default_rng(7).integers(0, 400 * 86_400 * 10**6, COUNT)
    found = pd.to_datetime("2023-11-01") + pd.to_timedelta(microseconds, unit="us")
    return found.normalize() if unit == "D" else found.floor(unit)


def dates(arrow):
    return pa.array(moments("D").date.tolist(), arrow)


# The cells as Parquet has them, and as they are written into a CSV.
KINDS = {
    "date32": (dates(pa.date32()), moments("D"), "%Y-%m-%d"),
    "date64": (dates(pa.date64()), moments("D"), "%Y-%m-%d"),
    "midnights": (pa.array(moments("D"), pa.timestamp("ns")), moments("D"), "%Y-%m-%d"),
    "s": (pa.array(moments("s"), pa.timestamp("s")), moments("s"), "%Y-%m-%d %H:%M:%S"),
    "ms": (pa.array(moments("ms"), pa.timestamp("ms")), moments("ms"), "%Y-%m-%d %H:%M:%S"),
    "us": (pa.array(moments("us"), pa.timestamp("us")), moments("us"), "%Y-%m-%d %H:%M:%S"),
    "ns": (pa.array(moments("us"), pa.timestamp("ns")), moments("us"), "%Y-%m-%d %H:%M:%S"),
    "zoned": (
        pa.array(moments("s").tz_localize("UTC"), pa.timestamp("us", tz="Europe/Berlin")),
        moments("s").tz_localize("UTC").tz_convert("Asia/Kolkata"),
        "%Y-%m-%d %H:%M:%S%z",
    ),
    "clock": (
        pa.array(moments("us").time.tolist(), pa.time64("us")),
        [time.isoformat("microseconds") for time in moments("us").time],
        "%H:%M:%S",
    ),
    "seconds": (pa.array(moments("s").time.tolist(), pa.time32("s")), moments("s").time, "%H:%M:%S"),
}


@pytest.fixture
def write(tmp_path):
    """Write a target, a number and a column `when` as data.csv and data.parquet, in row groups of a few rows."""
    random = np.random.default_rng(3)
    x, y = random.normal(size=COUNT).round(3), random.normal(size=COUNT).round(3)

    def write(typed, written):
        pd.DataFrame({"y": y, "x": x, "when": written}).to_csv(tmp_path / "data.csv", index=False)
        pq.write_table(pa.table({"y": y, "x": x, "when": typed}), tmp_path / "data.parquet", row_group_size=11)

    return write


# A target is read as a feature is, rows are kept as any, and workers start slowly: of these there are some kinds.
@pytest.mark.parametrize(
    ("kind", "role", "where"),
    [
        *((kind, "feature", "--no-stream") for kind in KINDS),
        *((kind, "feature", where) for kind in ("zoned", "clock") for where in ("--stream", "--strict")),
        *((kind, "target", where) for kind in ("date32", "us") for where in ("--no-stream", "--stream")),
        ("zoned", "feature", "--dask"),
        ("clock", "target", "--dask"),
    ],
    indirect=["where"],
)
def test_fits_and_models_are_those_of_the_csv(write, mae_train, mae_eval, mae_predict, tmp_path, kind, role, where):
    write(*KINDS[kind][:2])
    reports, models, scores, predictions = [], [], [], []
    for file in ("data.csv", "data.parquet"):
        done = mae_train(file, "-t", "y" if role == "feature" else "when", "--json", "-o", f"{file}.json", *where)
        assert done.exit_code == 0, done.stderr
        report, model = json.loads(done.stdout), json.loads((tmp_path / f"{file}.json").read_text())
        reports.append([report[key] for key in ("coefficients", "intercept", "train")])
        models.append({key: model[key] for key in model.keys() - {"training"}})
    for model in ("data.csv.json", "data.parquet.json"):
        for file in ("data.csv", "data.parquet"):
            scored = mae_eval(model, file, "--json", *([] if where == ("--strict",) else where))
            scores.append(json.loads(scored.stdout)["metrics"])
            mae_predict(model, file, "--only", "-o", "out", "--force")
            read = pd.read_csv if file == "data.csv" else pd.read_parquet
            predictions.append(read(tmp_path / "out")["prediction"].tolist())
    assert reports[0] == reports[1]
    assert models[0] == models[1]
    assert KINDS[kind][2] in json.dumps(models[0])
    assert all(each == scores[0] for each in scores)
    assert all(each == predictions[0] for each in predictions)


def test_a_model_of_another_spelling_reads_typed_dates(write, mae_train, mae_eval):
    write(KINDS["date32"][0], moments("D").strftime("%d.%m.%Y"))
    mae_train("data.csv", "-t", "y", "--date", "when=%d.%m.%Y")
    csv, parquet = (json.loads(mae_eval("model.json", file, "--json").stdout) for file in ("data.csv", "data.parquet"))
    assert csv["metrics"] == parquet["metrics"]


def test_typed_dates_are_listed_and_named_as_those_of_a_csv(write, mae_train):
    write(*KINDS["us"][:2])
    csv, parquet = (json.loads(mae_train(file, "--columns", "--json").stdout) for file in ("data.csv", "data.parquet"))
    assert csv["columns"] == parquet["columns"]
    assert parquet["columns"][2]["use"] == "date"
    assert "when (days)" in mae_train("data.parquet", "-t", "y").stdout


def test_a_null_is_a_missing_date_and_a_zero_a_day(write, mae_train):
    write(dates(pa.date32()), moments("D"))
    table = pa.table({"y": [1.0, 2.0, 4.0, 3.0], "when": pa.array([0, None, 2, 1], pa.int32()).cast(pa.date32())})
    pq.write_table(table, "data.parquet")
    report = json.loads(mae_train("data.parquet", "-t", "y", "--na-values", "0", "--json").stdout)
    assert (report["data"]["rows_dropped"], report["data"]["rows_used"]) == (1, 3)


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        (("--number", "when"), "not-numeric", 1),
        (("--weight", "when"), "not-numeric", 1),
        (("--categorical", "when"), None, 0),
        (("--date", "when"), None, 0),
        (("--date", "when=%d/%m/%Y"), None, 0),
    ],
)
def test_what_the_user_says_of_typed_dates(write, mae_train, told, options, code, status):
    write(*KINDS["date32"][:2])
    assert mae_train("data.parquet", "-t", "y", *options).exit_code == status
    assert [(each.code, each.place) for each in told] == [(code, Place("data.parquet", column="when"))] * status


@pytest.mark.parametrize(
    ("trained", "scored", "code"),
    [
        ("us", "zoned", "other-date-format"),
        ("zoned", "date32", "other-date-format"),
        ("date32", "clock", "other-date-format"),
        ("clock", "us", "other-date-format"),
        ("x", "us", "not-numeric"),
    ],
)
def test_another_type_than_in_training_is_refused(write, mae_train, mae_eval, mae_predict, told, trained, scored, code):
    cells = pa.array(range(COUNT)), range(COUNT)
    write(*KINDS[trained][:2] if trained in KINDS else cells)
    mae_train("data.parquet", "-t", "y")
    write(*KINDS[scored][:2])
    for done in (mae_eval("model.json", "data.parquet"), mae_predict("model.json", "data.parquet")):
        assert done.exit_code == 1
    assert [(each.code, each.place) for each in told] == [(code, Place("data.parquet", column="when"))] * 2


def test_spans_of_time_are_left_out(write, mae_train, told):
    write(pa.array([1] * COUNT, pa.duration("s")), range(COUNT))
    report = json.loads(mae_train("data.parquet", "-t", "y", "--json").stdout)
    assert [(each["column"], each["reason"]) for each in report["columns_left_out"]] == [
        ("when", "it holds spans of time (duration[s])")
    ]
    assert mae_train("data.parquet", "-t", "y", "--features", "when").exit_code == 1
    assert [(each.code, each.remedy) for each in told] == [("dates-or-times", "turn it into numbers first")]
