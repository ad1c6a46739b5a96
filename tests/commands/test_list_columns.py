"""`mae-train --columns`: what every column would be used as, without a target."""

import json

import pytest

TEXT = (
    "id,y,d,k,p,e,,x,x,odd\n"
    "a,1,2024-01-31,u,$5M,,1,1,1,1\n"
    "b,2.5,2024-02-01,v,$3K,,2,1,1,2\n"
    "c,,2024-03-01,u,$1,,3,1,1,five\n"
    "d,7,2024-03-02,u,$2,,4,1,1,4\n"
)


@pytest.fixture
def listed(tmp_path, mae_train):
    (tmp_path / "data.csv").write_text(TEXT, encoding="utf-8")

    def run(*options):
        result = mae_train("data.csv", "--columns", *options)
        assert result.exit_code == 0, result.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]
        return result.stdout

    return run


def test_every_column_is_listed_with_its_use(listed):
    report = json.loads(listed("--json"))
    assert list(report) == ["schema", "version", "source", "rows", "columns"]
    assert (report["schema"], report["rows"]) == ("mae-cli/columns-report", 4)
    assert [(column["column"], column["use"]) for column in report["columns"]] == [
        ("id", "left out"),
        ("y", "number"),
        ("d", "date"),
        ("k", "levels"),
        ("p", "left out"),
        ("e", "left out"),
        ("column 7", "left out"),
        ("x", "left out"),
        ("odd", "refused"),
    ]
    by_name = {column["column"]: column for column in report["columns"]}
    assert (by_name["y"]["minimum"], by_name["y"]["maximum"], by_name["y"]["missing"]) == (1.0, 7.0, 1)
    assert by_name["d"]["minimum"] == 19753.0
    assert (by_name["k"]["levels"], by_name["k"]["top"][0]) == (2, {"level": "u", "count": 3})
    assert by_name["p"]["remedy"] == "use --number p"
    assert "column 'odd' is 'five'" in by_name["odd"]["reason"]


@pytest.mark.parametrize("place", [("--stream",), ("--no-stream",), ("-t", "y")])
def test_it_does_not_matter_where_rows_would_be_kept_or_what_is_predicted(listed, place):
    assert listed("--json", *place) == listed("--json")


def test_what_the_user_says_of_a_column_holds(listed):
    options = ("--number", "p", "--categorical", "odd,id")
    uses = {column["column"]: column["use"] for column in json.loads(listed("--json", *options))["columns"]}
    assert (uses["p"], uses["odd"], uses["id"]) == ("number", "levels", "levels")


def test_people_get_a_table(listed):
    lines = listed().splitlines()
    assert lines[0] == "9 columns of 4 rows · data.csv"
    assert any(line.split()[:4] == ["y", "number", "1", "1"] and line.endswith("1 to 7") for line in lines)
    assert any(line.endswith("u (3), v (1)") for line in lines)


def test_a_file_that_cannot_be_read_is_refused(tmp_path, mae_train):
    (tmp_path / "data.csv").write_text("y,x\n1,2,3\n")
    result = mae_train("data.csv", "--columns")
    assert (result.exit_code, result.stdout) == (1, "")
    assert mae_train("data.csv").exit_code == 2
