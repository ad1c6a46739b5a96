"""`mae-train --columns`: what every column would be used as, without a target."""

import json

import pytest

TEXT = (
    "id,y,d,k,p,e,,x,x,odd,x2\n"
    "a,1,2024-01-31,u,$5M,,1,1,1,1,1\n"
    "b,2.5,2024-02-01,v,$3K,,2,1,1,2,2\n"
    "c,,2024-03-01,u,$1,,3,1,1,five,1\n"
    "d,7,2024-03-02,u,$2,,4,1,1,4,2\n"
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
        ("column 7", "number"),
        ("x", "left out"),
        ("odd", "refused"),
        ("x2", "number"),
    ]
    by_name = {column["column"]: column for column in report["columns"]}
    assert (by_name["y"]["minimum"], by_name["y"]["maximum"], by_name["y"]["missing"]) == (1.0, 7.0, 1)
    assert by_name["d"]["minimum"] == 19753.0
    assert (by_name["k"]["levels"], by_name["k"]["top"][0]) == (2, {"level": "u", "count": 3})
    assert by_name["p"]["remedy"] == "use --number p"
    assert "column 'odd' is 'five'" in by_name["odd"]["reason"]


def test_of_levels_the_five_most_frequent_are_told_and_how_many_there_are(tmp_path, mae_train):
    cells = "dcbbaafeegghhh" * 4
    (tmp_path / "data.csv").write_text("k,y\n" + "".join(f"{cell},{place}\n" for place, cell in enumerate(cells)))
    column = json.loads(mae_train("data.csv", "--columns", "--json").stdout)["columns"][0]
    top = [(each["level"], each["count"]) for each in column["top"]]
    assert (top, column["levels"]) == ([("h", 12), ("a", 8), ("b", 8), ("e", 8), ("g", 8)], 8)
    assert "h (12), a (8), b (8), e (8), g (8) and 3 more" in mae_train("data.csv", "--columns").stdout


def test_missing_cells_of_columns_that_cannot_serve_are_counted_too(tmp_path, mae_train):
    (tmp_path / "data.csv").write_text("y,same,odd\n1,2,1\n2,,2\n3,,x\n4,2,\n5,2,5\n6,2,6\n7,2,7\n8,2,8\n")
    columns = json.loads(mae_train("data.csv", "--columns", "--json").stdout)["columns"]
    assert [(each["use"], each["missing"]) for each in columns] == [("number", 0), ("left out", 2), ("refused", 1)]


@pytest.mark.parametrize(("most", "use"), [("8", "levels"), ("7", "left out")])
def test_more_levels_than_are_asked_for_are_too_many(tmp_path, mae_train, most, use):
    (tmp_path / "data.csv").write_text("k\n" + "".join(f"{'abcdefgh'[row % 8]}\n" for row in range(80)))
    report = json.loads(mae_train("data.csv", "--columns", "--json", "--max-levels", most).stdout)
    assert report["columns"][0]["use"] == use


def test_text_of_a_parquet_file_is_levels_whatever_it_spells_and_lists_are_left_out(tmp_path, mae_train):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"k": ["NA", "1"] * 20, "list": [[1]] * 40, "y": list(range(40))})
    pq.write_table(table, tmp_path / "data.parquet")
    columns = json.loads(mae_train("data.parquet", "--columns", "--json").stdout)["columns"]
    assert [(each["column"], each["use"], each["missing"]) for each in columns] == [
        ("k", "levels", 0),
        ("list", "left out", None),
        ("y", "number", 0),
    ]
    assert columns[0]["levels"] == 2


@pytest.mark.parametrize("place", [("--stream",), ("--no-stream",)])
def test_it_does_not_matter_where_rows_would_be_kept(listed, place):
    assert listed("--json", *place) == listed("--json")


def test_dask_workers_tell_the_same(listed, workers):
    options = ("--json", "-t", "y", "--weight", "x2", "--exclude", "k")
    assert listed(*options, "--dask", workers) == listed(*options)


def uses(report):
    return {column["column"]: column["use"] for column in json.loads(report)["columns"]}


def test_the_options_give_columns_their_parts(listed):
    report = listed("--json", "-t", "y", "--weight", "x2", "--cluster", "k", "--exclude", "odd,id")
    assert uses(report) == {
        "id": "excluded", "y": "target", "d": "date", "k": "cluster", "p": "left out", "e": "left out",
        "column 7": "number", "x": "left out", "odd": "excluded", "x2": "weight",
    }  # fmt: skip
    by_name = {column["column"]: column for column in json.loads(report)["columns"]}
    assert (by_name["y"]["minimum"], by_name["y"]["maximum"], by_name["y"]["missing"]) == (1.0, 7.0, 1)
    assert by_name["k"]["top"] == [{"level": "u", "count": 3}, {"level": "v", "count": 1}]


def test_what_was_not_chosen_is_not_used_and_what_was_is_used_or_refused(listed):
    found = uses(listed("--json", "-t", "y", "--features", "d,id,p", "--categorical", "id"))
    assert {name for name, use in found.items() if use == "not used"} == {"k", "e", "column 7", "x", "odd", "x2"}
    assert (found["d"], found["id"], found["p"]) == ("date", "levels", "refused")


@pytest.mark.parametrize(
    ("options", "column", "reason"),
    [
        (("-t", "odd"), "odd", "data.csv, line 4: the target 'odd' must be a number, but this cell is 'five'"),
        (("--weight", "k"), "k", "data.csv, line 2: the weight 'k' must be a number, but this cell is 'u'"),
        (("--cluster", "e"), "e", "data.csv: column 'e', the cluster of each row, has no values"),
    ],
)
def test_a_column_that_cannot_play_its_part_is_refused_and_the_others_are_told(listed, options, column, reason):
    columns = {each["column"]: each for each in json.loads(listed("--json", *options))["columns"]}
    assert (columns[column]["use"], columns[column]["reason"]) == ("refused", reason)
    assert columns["d"]["use"] == "date"


def test_with_a_target_columns_that_are_too_empty_are_left_out_as_a_fit_does(tmp_path, mae_train):
    rows = [f"{row},{row * row},{row if row < 2 else ''}\n" for row in range(9)]
    (tmp_path / "data.csv").write_text("y,x,rare\n" + "".join(rows))
    report = json.loads(mae_train("data.csv", "--columns", "-t", "y", "--json").stdout)
    assert [each["use"] for each in report["columns"]] == ["target", "number", "left out"]
    (left_out,) = json.loads(mae_train("data.csv", "-t", "y", "--json").stdout)["columns_left_out"]
    assert {name: report["columns"][2][name] for name in left_out} == left_out
    named = json.loads(mae_train("data.csv", "--columns", "-t", "y", "--features", "rare", "--json").stdout)
    assert [each["use"] for each in named["columns"]] == ["target", "not used", "number"]


def test_what_a_strict_fit_would_refuse_is_refused(listed):
    found = uses(listed("--json", "--strict"))
    assert {name for name, use in found.items() if use == "refused"} == {"id", "p", "e", "x", "odd"}
    assert "left out" not in found.values()


def test_what_the_user_says_of_a_column_holds(listed):
    options = ("--number", "p", "--categorical", "odd,id")
    found = uses(listed("--json", *options))
    assert (found["p"], found["odd"], found["id"]) == ("number", "levels", "levels")


def test_people_get_a_table(listed):
    lines = listed().splitlines()
    assert lines[0] == "10 columns of 4 rows · data.csv"
    assert any(line.split()[:4] == ["y", "number", "1", "1"] and line.endswith("1 to 7") for line in lines)
    assert any(line.endswith("u (3), v (1)") for line in lines)


def test_a_file_that_cannot_be_read_is_refused(tmp_path, mae_train):
    (tmp_path / "data.csv").write_text("y,x\n1,2,3\n")
    result = mae_train("data.csv", "--columns")
    assert (result.exit_code, result.stdout) == (1, "")
    assert mae_train("data.csv").exit_code == 2
