"""Parquet through the commands: the results of the same table as CSV, and one line for each fault."""

import gzip
import io
import json
import os
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from support.faults import Refusal

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def flights(tmp_path):
    """A table as flights.csv and flights.parquet, and its halves as 1.csv, 1.parquet, 2.csv and 2.parquet."""
    random, count = np.random.default_rng(3), 600
    frame = pd.DataFrame(random.normal(size=(count, 3)), columns=["delay", "hour", "distance"])
    frame["delay"] += 2 * frame["hour"] + random.standard_t(1.5, count)
    frame["carrier"], frame["trips"] = random.choice(["AA", "B6", "UA"], count), random.integers(0, 4, count)
    frame["late"] = random.choice([True, False], count)
    frame.loc[random.choice(count, 9), "hour"] = np.nan
    for name, part in {"flights": frame, "1": frame[:300], "2": frame[300:]}.items():
        part.to_csv(tmp_path / f"{name}.csv", index=False)
        pq.write_table(
            pa.Table.from_pandas(part, preserve_index=False), tmp_path / f"{name}.parquet", row_group_size=110
        )
    return frame


@pytest.fixture
def outcome(mae_train, tmp_path, one_object):
    """What a training comes to: the report without names and times, the notes, and the model file."""

    def run(*arguments):
        done = mae_train(*arguments, "-t", "delay", "--json", "--force")
        assert done.exit_code == 0, done.stderr
        report = one_object(done.stdout)
        del report["seconds"], report["source"]
        return report, done.stderr, (tmp_path / "model.json").read_bytes()

    return run


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--weight", "trips", "--quantile", "0.9"),
        ("--features", "hour,carrier,late", "--holdout", "0.25", "--compare"),
        ("--exclude", "late,distance", "--categorical", "trips"),
        ("--loss", "mse", "--stream"),
        ("--features", "carrier,trips", "--na-values", "0,AA"),
        ("--features", "carrier,trips", "--missing", "error"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("names", [("flights",), ("1", "2")], ids=" ".join)
def test_a_fit_is_that_of_the_same_table_as_csv(outcome, flights, names, options):
    csv = outcome(*(f"{name}.csv" for name in names), *options)
    parquet = outcome(*(f"{name}.parquet" for name in names), *options)
    for row in (parquet[0]["compare"] or {"contested": []})["contested"]:
        row["file"], row["line"], row["row"] = row["file"].replace("parquet", "csv"), row["row"] + 1, None
    assert parquet == csv
    assert csv[0]["data"]["rows_read"] == len(flights)


@pytest.mark.parametrize(
    "options",
    [("--weight", "trips", "--compare", "--intervals", "none"), ("--categorical", "trips", "--holdout", "0.2")],
    ids=" ".join,
)
@pytest.mark.usefixtures("flights")
def test_a_fit_is_that_of_dask_workers(outcome, workers, options):
    names = ["1.parquet", "2.parquet"]
    assert outcome(*names, *options) == outcome(*names, *options, "--dask", workers)


@pytest.mark.usefixtures("flights")
def test_an_evaluation_is_that_of_the_same_table_as_csv(outcome, mae_eval, one_object):
    outcome("1.parquet")
    reports = {}
    for form in ("csv", "parquet"):
        done = mae_eval("model.json", f"2.{form}", "--worst", "3", "--json")
        assert done.exit_code == 0, done.stderr
        reports[form] = one_object(done.stdout)
        assert reports[form].pop("source") == f"2.{form}"
    worst = {form: report.pop("worst") for form, report in reports.items()}
    assert reports["parquet"] == reports["csv"]
    # A CSV's header is its first line.
    assert [row["row"] + 1 for row in worst["parquet"]] == [row["line"] for row in worst["csv"]]
    assert {row["line"] for row in worst["parquet"]} == {row["row"] for row in worst["csv"]} == {None}
    assert "\nrow " in mae_eval("model.json", "2.parquet", "--worst", "3").stdout


@pytest.mark.usefixtures("flights")
def test_standard_input_and_pipes_are_read(mae_train, tmp_path, one_object, monkeypatch):
    content = (tmp_path / "flights.parquet").read_bytes()
    expected = one_object(mae_train("flights.parquet", "-t", "delay", "--json").stdout)["coefficients"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    done = mae_train("-", "-t", "delay", "--json", "--force", stdin=content)
    assert one_object(done.stdout)["coefficients"] == expected
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
        writer.start()
        done = mae_train("pipe", "-t", "delay", "--json", "--force")
        writer.join()
        assert one_object(done.stdout)["coefficients"] == expected


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["1.parquet", "2.csv"], Refusal("formats-differ", file="2.csv", remedy="give files of one format")),
        (
            ["1.csv", "2.csv", "2.parquet"],
            Refusal("formats-differ", file="2.parquet", remedy="give files of one format"),
        ),
        (["1.parquet", "-"], Refusal("standard-input-among-files", file="standard input", remedy="join them first")),
        (["1.parquet", "absent.parquet"], Refusal("file-not-found", file="absent.parquet")),
        (
            ["1.parquet", "--features", "hour", "late"],
            Refusal(
                "file-not-found",
                file="late",
                remedy="join the columns of an option with commas, without blanks, as 'late' is a column of 1.parquet",
            ),
        ),
        (
            ["1.parquet", "--features", "hours"],
            Refusal(
                "unknown-column",
                file="1.parquet",
                column="hours",
                remedy="did you mean 'hour'? its columns are 'delay', 'hour', 'distance', 'carrier', 'trips', 'late'",
            ),
        ),
        (["one.parquet"], Refusal("unknown-column", file="one.parquet", column="delay")),
        (["packed.csv"], Refusal("not-csv", file="packed.csv", remedy="unpack it first, and keep it apart from CSV")),
        (["zeros.parquet"], Refusal("malformed-parquet", file="zeros.parquet")),
        (["empty.parquet"], Refusal("empty-file", file="empty.parquet")),
        (
            ["1.parquet", "--missing", "error"],
            Refusal(
                "missing-cell",
                file="1.parquet",
                row=119,
                column="hour",
                remedy="fill it in, or use --missing drop to leave such rows out",
            ),
        ),
        (
            ["spans.parquet"],
            (Refusal("no-feature-can-serve", file="spans.parquet", remedy="turn it into numbers first")),
        ),
        (
            ["typed.parquet", "1.parquet"],
            Refusal("types-differ", file="1.parquet", column="delay", remedy="give files whose types agree"),
        ),
    ],
)
@pytest.mark.usefixtures("flights")
def test_a_fault_is_told_in_one_line(mae_train, told, tmp_path, arguments, refusal):
    (tmp_path / "packed.csv").write_bytes(gzip.compress((tmp_path / "1.parquet").read_bytes()))
    (tmp_path / "zeros.parquet").write_bytes(bytes(1_000))
    (tmp_path / "empty.parquet").write_bytes(b"")
    spans = pa.array([1, 2], pa.duration("s"))
    pq.write_table(pa.table({"delay": [1.0, 2.0], "span": spans}), tmp_path / "spans.parquet")
    pq.write_table(pa.table({"delay": ["a"], "hour": [1.0]}), tmp_path / "typed.parquet")
    pq.write_table(pa.table({"hour": [1.0]}), tmp_path / "one.parquet")
    done = mae_train(*arguments, "-t", "delay")
    assert (done.exit_code, done.stdout) == (1, "")
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert done.stderr == f"mae-train: error: {fault}\n"


def test_the_row_of_a_missing_cell_is_told(mae_train, told, flights):
    row = int(flights["hour"].isna().to_numpy().argmax()) + 1
    assert mae_train("flights.parquet", "-t", "delay", "--missing", "error").exit_code == 1
    assert [(fault.code, str(fault.place)) for fault in told] == [("missing-cell", f"flights.parquet, row {row}")]


@pytest.mark.usefixtures("flights")
@pytest.mark.parametrize("command", ["mae_train", "mae_predict"])
def test_without_pyarrow_the_extra_is_named(request, told, outcome, monkeypatch, command):
    outcome("1.csv")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    arguments = ["-t", "delay", "1.parquet"] if command == "mae_train" else ["model.json", "1.parquet"]
    done = request.getfixturevalue(command)(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    remedy = "install it with pip install 'mae-cli[parquet]'"
    assert list(map(Refusal.of, told)) == [Refusal("pyarrow-missing", file="1.parquet", remedy=remedy)]


@pytest.mark.usefixtures("flights")
@pytest.mark.parametrize("command", ["mae_train", "mae_predict"])
def test_options_of_text_are_refused(request, told, outcome, command):
    outcome("1.csv")
    arguments = ["-t", "delay", "1.parquet"] if command == "mae_train" else ["model.json", "1.parquet"]
    done = request.getfixturevalue(command)(*arguments, "--delimiter", ";", "--force")
    assert (done.exit_code, done.stdout) == (2, "")
    found = Refusal("text-option-with-parquet", file="1.parquet", remedy="leave out --delimiter")
    assert list(map(Refusal.of, told)) == [found]


@pytest.mark.usefixtures("flights")
def test_a_pattern_for_a_directory_is_read_by_dask_workers(mae_train, told, workers, tmp_path, one_object):
    (tmp_path / "both").mkdir()
    for name in ("1.parquet", "2.parquet"):
        (tmp_path / name).rename(tmp_path / "both" / name)
    options = ["-t", "delay", "--dask", workers]
    done = mae_train("both", *options)
    assert done.exit_code == 1
    remedy = "name its files (both/*.parquet), or with --dask the pattern ('both/*.parquet')"
    assert list(map(Refusal.of, told)) == [Refusal("data-is-directory", file="both", remedy=remedy)]
    assert one_object(mae_train("both/*.parquet", *options, "--json").stdout)["data"]["rows_read"] == 600


def test_csv_under_the_name_of_parquet_is_csv(mae_train, tmp_path, one_object):
    (tmp_path / "data.parquet").write_text("y,x\n1,2\n2,3\n4,4\n", encoding="ascii")
    assert one_object(mae_train("data.parquet", "-t", "y", "--json").stdout)["data"]["rows_used"] == 3


# ---------------------------------------------------------------- predictions


@pytest.fixture
def predicted(outcome, mae_predict, tmp_path):
    """Predict with a model of the first half; gives the rows that were written, and what was said."""

    def run(*arguments):
        outcome("1.parquet", "--weight", "trips")
        done = mae_predict("model.json", *arguments, "--force")
        assert done.exit_code == 0, done.stderr
        if "-o" in arguments:
            assert done.stdout_bytes == b""
        return done, tmp_path

    return run


@pytest.mark.parametrize("names", [("2",), ("1", "2")], ids=" ".join)
@pytest.mark.usefixtures("flights")
def test_parquet_comes_out_as_it_is_with_a_column_more(predicted, names):
    done, place = predicted(*(f"{name}.parquet" for name in names), "-o", "out.parquet")
    csv, _ = predicted(*(f"{name}.csv" for name in names), "-o", "out.csv")
    assert done.stderr == csv.stderr
    assert "without a prediction, for a missing cell" in done.stderr
    tables = [pq.read_table(place / f"{name}.parquet") for name in names]
    table = pq.read_table(place / "out.parquet")
    assert table.drop_columns(["prediction"]).equals(pa.concat_tables(tables))
    expected = pd.read_csv(place / "out.csv")["prediction"]
    assert np.array_equal(table.column("prediction").to_numpy(), expected.to_numpy(), equal_nan=True)
    assert table.column("prediction").null_count == expected.isna().sum() > 0
    assert (
        pd.read_parquet(place / "out.parquet")["carrier"].tolist() == pd.read_csv(place / "out.csv")["carrier"].tolist()
    )


@pytest.mark.usefixtures("flights")
def test_the_new_column_may_stand_alone_and_have_a_name(predicted):
    done, place = predicted("2.parquet", "--only", "--column", "guess")
    alone = pq.read_table(io.BytesIO(done.stdout_bytes))
    predicted("2.parquet", "--column", "guess", "-o", "all.parquet")
    assert alone.column_names == ["guess"]
    assert alone.column("guess").equals(pq.read_table(place / "all.parquet").column("guess"))


def test_columns_that_no_fit_could_use_stay_as_they_are(predicted, flights, tmp_path):
    table = pa.Table.from_pandas(flights[:3], preserve_index=False)
    table = table.append_column("when", pa.array(pd.to_datetime(["2020-01-01", None, "2021-05-05"])))
    table = table.append_column("tags", pa.array([["a"], None, ["b", "c"]]))
    table = table.append_column("part", pa.array([{"x": 1, "y": None}, None, {"x": 2, "y": "z"}]))
    table = table.append_column("kind", pa.array(["p", "q", None]).dictionary_encode())
    pq.write_table(table, tmp_path / "rich.parquet")
    _, place = predicted("rich.parquet", "-o", "out.parquet")
    assert (
        pq.read_table(place / "out.parquet").drop_columns(["prediction"]).equals(pq.read_table(place / "rich.parquet"))
    )


def test_no_rows_make_a_table_of_no_rows(predicted, flights, tmp_path):
    pq.write_table(pa.Table.from_pandas(flights[:0], preserve_index=False), tmp_path / "none.parquet")
    _, place = predicted("none.parquet", "-o", "out.parquet")
    table = pq.read_table(place / "out.parquet")
    assert (table.num_rows, table.column_names) == (0, [*flights.columns, "prediction"])


def test_files_of_other_types_are_predicted_one_by_one(predicted, mae_predict, told, flights, tmp_path):
    other = flights[300:].astype({"distance": "float32"})
    pq.write_table(pa.Table.from_pandas(other, preserve_index=False), tmp_path / "narrow.parquet")
    alone, _ = predicted("1.parquet", "narrow.parquet", "--only")
    assert pq.read_table(io.BytesIO(alone.stdout_bytes)).num_rows == 600
    done = mae_predict("model.json", "1.parquet", "narrow.parquet")
    assert (done.exit_code, done.stdout_bytes) == (1, b"")
    found = Refusal("types-differ", file="narrow.parquet", column="distance", remedy="predict them one by one")
    assert list(map(Refusal.of, told)) == [found]


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (
            ["2.parquet", "-o", "out.csv"],
            Refusal("misnamed-output", file="out.csv", remedy="name it out.parquet"),
        ),
        (
            ["2.parquet", "--column", "hour"],
            Refusal("column-exists", file="2.parquet", column="hour", remedy="name the new one with --column"),
        ),
        (["text.parquet"], Refusal("not-numeric", file="text.parquet", column="hour")),
        (["2.parquet", "2.csv"], Refusal("formats-differ", file="2.csv", remedy="give files of one format")),
        (
            ["infinite.parquet"],
            Refusal(
                "not-finite",
                file="infinite.parquet",
                row=4,
                column="hour",
                cell="inf",
                remedy="fix the cell or leave it empty, or count it as missing with --na-values inf",
            ),
        ),
    ],
)
def test_what_cannot_be_predicted_is_told_in_one_line(
    outcome, mae_predict, told, flights, tmp_path, arguments, refusal
):
    outcome("1.parquet")
    some = flights[:5].copy()
    pq.write_table(pa.Table.from_pandas(some.astype({"hour": "str"})), tmp_path / "text.parquet")
    some.loc[3, "hour"] = np.inf
    pq.write_table(pa.Table.from_pandas(some), tmp_path / "infinite.parquet")
    done = mae_predict("model.json", *arguments)
    assert done.exit_code == 1
    (fault,) = told
    assert Refusal.of(fault) == refusal
    assert done.stderr == f"mae-predict: error: {fault}\n"
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.usefixtures("flights")
def test_a_fault_midway_leaves_no_file(outcome, mae_predict, told, tmp_path, monkeypatch):
    monkeypatch.setattr("mae_cli.tables.parquet._BATCH_ROWS", 50)
    outcome("1.parquet")
    frame = pd.read_parquet(tmp_path / "2.parquet")
    frame.loc[frame.index[-1], "hour"] = -np.inf
    frame.to_parquet(tmp_path / "last.parquet")
    assert mae_predict("model.json", "last.parquet", "-o", "out.parquet").exit_code == 1
    assert [(fault.code, fault.place.row, fault.cell) for fault in told] == [("not-finite", 300, "-inf")]
    assert not list(tmp_path.glob("*out.parquet*"))


@pytest.mark.parametrize("options", [(), ("--stream",)])
def test_text_that_means_numbers_is_read_as_that_of_a_csv(outcome, mae_eval, tmp_path, options):
    random = np.random.default_rng(8)
    x = random.normal(size=80)
    table = pd.DataFrame(
        {"delay": [f"${each:,.2f}" for each in 5_000 + 800 * x], "x": [f"{each:.3f} kg" for each in x]}
    )
    table.to_csv(tmp_path / "money.csv", index=False)
    table.to_parquet(tmp_path / "money.parquet")
    from_csv = outcome("money.csv", "--number", "delay,x", *options)
    assert outcome("money.parquet", "--number", "delay,x", *options)[0] == from_csv[0]
    scores = [mae_eval("model.json", file, "--json", *options).stdout for file in ("money.csv", "money.parquet")]
    assert json.loads(scores[0])["metrics"] == json.loads(scores[1])["metrics"]
