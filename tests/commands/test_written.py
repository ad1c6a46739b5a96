"""Dates, numbers with units or signs, and other spellings of a missing value: alike in all three commands."""

import json

import pytest

ROWS = [
    ("2024-01-31", "$1,200.50", "5.1", "12%"),
    ("2024-02-01", "$900.00", "--", "3%"),
    ("2024-03-05", "$3,000.25", "7.3", "4.5%"),
    ("2024-03-17", "$80.75", "1.2", "9%"),
    ("2024-04-02", "$700.00", "2.9", "1%"),
    ("2024-05-20", "$20.00", "4.4", "7%"),
]
PLAIN = [
    ("19753", "1200.50", "5.1", "12"),
    ("19754", "900.00", "", "3"),
    ("19787", "3000.25", "7.3", "4.5"),
    ("19799", "80.75", "1.2", "9"),
    ("19815", "700.00", "2.9", "1"),
    ("19863", "20.00", "4.4", "7"),
]


def text_of(rows):
    lines = [",".join(f'"{cell}"' for cell in (*row, str(place * place))) for place, row in enumerate(rows)]
    return "\n".join(["day,price,size,share,y", *lines]) + "\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "written.csv").write_text(text_of(ROWS), encoding="utf-8")
    (tmp_path / "plain.csv").write_text(text_of(PLAIN), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("place", [(), ("--stream",)])
def test_a_written_table_is_trained_evaluated_and_predicted_as_the_plain_one(
    files, mae_train, mae_eval, mae_predict, place
):
    found = {}
    for name in ("written", "plain"):
        trained = mae_train(f"{name}.csv", "-t", "y", "--json", "-o", f"{name}.json", *place)
        assert trained.exit_code == 0, trained.stderr
        evaluated = mae_eval(f"{name}.json", f"{name}.csv", "--json", *place)
        predicted = mae_predict(f"{name}.json", f"{name}.csv", "--only")
        report = json.loads(trained.stdout)
        found[name] = (report["coefficients"], json.loads(evaluated.stdout)["metrics"], predicted.stdout)
    assert found["written"] == found["plain"]
    versions = {name: json.loads((files / f"{name}.json").read_text())["version"] for name in found}
    assert versions == {"written": 2, "plain": 1}


COMMAS = ["1,5", "2,25", "7", "-0,5", "1.000,5", "3,75"]
POINTS = ["1.5", "2.25", "7", "-0.5", "1000.5", "3.75"]


@pytest.mark.parametrize(
    ("sign", "cells", "options", "reading", "where"),
    [
        (",", [f'"{cell}"' for cell in COMMAS], ("--number", "x"), (), "--stream"),
        (",", [f'"{cell}"' for cell in COMMAS], ("--number", "x"), (), "--dask"),
        (",", [f'"{cell}"' for cell in COMMAS], ("--decimal", ","), ("--decimal", ","), "--no-stream"),
        ("   ", POINTS, ("--delimiter", " "), ("--delimiter", " "), "--stream"),
    ],
    indirect=["where"],
)
def test_commas_and_blanks_are_read_alike_in_all_commands(
    tmp_path, mae_train, mae_eval, mae_predict, where, sign, cells, options, reading
):
    found = []
    for between, column, said, again in ((sign, cells, options, reading), (",", POINTS, (), ())):
        lines = [f"{place * place}{between}{cell}" for place, cell in enumerate(column)]
        (tmp_path / "data.csv").write_text("\n".join([f"y{between}x", *lines]) + "\n", encoding="utf-8")
        trained = mae_train("data.csv", "-t", "y", "--json", *said, *where)
        assert trained.exit_code == 0, trained.stderr
        scored = mae_eval("model.json", "data.csv", "--json", *again, *where)
        predicted = mae_predict("model.json", "data.csv", "--only", *again)
        report = json.loads(trained.stdout)
        found.append((report["coefficients"], json.loads(scored.stdout)["metrics"], numbers_of(predicted.stdout)))
    assert found[0] == found[1]


def numbers_of(text):
    return [float(line.strip('"').replace(",", ".")) for line in text.splitlines()[1:]]


@pytest.mark.parametrize("cell", ["1,234.5", "1.5"])
def test_a_model_of_decimal_commas_takes_no_points(tmp_path, mae_train, mae_eval, told, cell):
    rows = [f'{place * place},"{each}"' for place, each in enumerate(COMMAS)]
    for name, more in (("data.csv", []), ("new.csv", [f'7,"{cell}"'])):
        (tmp_path / name).write_text("\n".join(["y,x", *rows, *more]) + "\n", encoding="utf-8")
    assert mae_train("data.csv", "-t", "y", "--number", "x", "-q").exit_code == 0
    assert mae_eval("model.json", "new.csv").exit_code == 1
    assert [(fault.code, fault.cell) for fault in told] == [("not-a-number", cell)]


def test_columns_are_listed_with_decimal_commas(tmp_path, mae_train):
    rows = [f'{place * place}.5,"{each}"' for place, each in enumerate(COMMAS)]
    (tmp_path / "data.csv").write_text("\n".join(["y,x", *rows]) + "\n", encoding="utf-8")
    listed = mae_train("data.csv", "--columns", "--number", "x", "--json")
    column = json.loads(listed.stdout)["columns"][1]
    assert (column["use"], column["minimum"], column["maximum"]) == ("number", -0.5, 1000.5)


@pytest.mark.usefixtures("files")
def test_training_says_how_cells_were_read(mae_train):
    report = json.loads(mae_train("written.csv", "-t", "y", "--json").stdout)
    assert report["notes"][:4] == [
        "column 'day': cells such as '2024-01-31' are read as dates (%Y-%m-%d), in days since 1970-01-01",
        "column 'price': cells such as '$1,200.50' are read as numbers with '$' and with thousands separators",
        "column 'share': cells such as '12%' are read as numbers with '%'",
        "column 'size': 1 cell with '--' taken as missing",
    ]


@pytest.mark.usefixtures("files")
def test_the_report_names_the_unit_of_a_date(mae_train):
    assert "day (days)" in mae_train("written.csv", "-t", "y").stdout


@pytest.mark.parametrize(
    ("old", "new", "code"), [("2024-02-01", "1.2.2024", "other-date-format"), ("12%", "12 kg", "other-notation")]
)
def test_new_data_have_to_be_written_alike(files, mae_train, mae_eval, mae_predict, told, old, new, code):
    assert mae_train("written.csv", "-t", "y", "-q").exit_code == 0
    (files / "new.csv").write_text(text_of(ROWS).replace(old, new), encoding="utf-8")
    for result in (mae_eval("model.json", "new.csv"), mae_predict("model.json", "new.csv")):
        assert result.exit_code == 1
    assert [(fault.code, fault.cell) for fault in told] == [(code, new)] * 2


def test_dates_and_numbers_are_read_on_the_word_of_the_user(tmp_path, mae_train, mae_predict):
    rows = [("1/2/2024", "$1.5M"), ("3/4/2024", "$20K"), ("5/5/2024", "$3"), ("6/1/2024", "$7M")]
    lines = [f"{day},{price},{place**2}" for place, (day, price) in enumerate(rows)]
    (tmp_path / "d.csv").write_text("\n".join(["d,p,y", *lines]) + "\n")
    refused = mae_train("d.csv", "-t", "y")
    assert "'1/2/2024' is a date whose day and month cannot be told apart; use --date d=%d/%m/%Y\n" in refused.stderr
    assert "; use --number p\n" in refused.stderr
    result = mae_train("d.csv", "-t", "y", "--date", "d=%m/%d/%Y", "--number", "p", "--json")
    assert result.exit_code == 0, result.stderr
    terms = json.loads((tmp_path / "model.json").read_text())["terms"]
    assert [(term["minimum"], term["maximum"]) for term in terms] == [(19724.0, 19875.0), (3.0, 7e6)]
    assert mae_predict("model.json", "d.csv").exit_code == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--date", "y"), "no-date"),
        (("--number", "size", "--categorical", "size"), "conflicting-roles"),
        (("--date", "day=%Q"), "invalid-date-format"),
        (("--date", "dy"), "unknown-column"),
        (("--date", "day=%d/%m/%Y"), "other-date-format"),
        (("--number", "day"), "not-a-number"),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_word_that_cannot_be_kept_is_refused(mae_train, told, options, code):
    result = mae_train("written.csv", "-t", "y", *options)
    assert result.exit_code in {1, 2}
    assert [fault.code for fault in told] == [code]
