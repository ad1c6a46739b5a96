"""A few odd cells in a column: missing values or faults, wherever rows are read and kept."""

import shlex

import pytest

ROWS = 12
DAYS = [f"2024-01-{day}" for day in range(10, 10 + ROWS)]


@pytest.fixture(params=["--no-stream", "--stream", "--dask"])
def place(request):
    """The options that say where rows are read and kept."""
    return ("--dask", request.getfixturevalue("workers")) if request.param == "--dask" else (request.param,)


def written(path, **columns):
    """A CSV of a target, a feature of numbers, and these columns."""
    columns = {"y": [f"{(7 * row) % 5}" for row in range(ROWS)], "x": [f"{row}" for row in range(ROWS)]} | columns
    lines = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *lines, ""]), encoding="utf-8")
    return path


def with_odd(cells, **odd):
    """The cells with others at r1, r2, …."""
    return [odd.get(f"r{row}", cell) for row, cell in enumerate(cells)]


@pytest.mark.parametrize("cell", ["2024-02-30", "n.n.", "12.01.2024"])
def test_an_odd_cell_among_dates_is_named(mae_train, tmp_path, place, cell):
    written(tmp_path / "data.csv", day=with_odd(DAYS, r7=cell))
    done = mae_train("data.csv", "-t", "y", *place)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"mae-train: error: data.csv, line 9: column 'day' is {cell!r}, which ")


def test_nothing_in_the_target_or_the_weight_drops_its_row(mae_train, tmp_path, place, one_object):
    target = with_odd([f"{(7 * row) % 5}" for row in range(ROWS)], r3="?", r7="?")
    written(tmp_path / "data.csv", y=target, w=with_odd(["2"] * ROWS, r5="-"))
    report = one_object(mae_train("data.csv", "-t", "y", "--weight", "w", "--json", *place).stdout)
    assert (report["data"]["rows_read"], report["data"]["rows_dropped"]) == (ROWS, 3)
    assert report["notes"][:2] == [
        "column 'y': 2 cells with '?' taken as missing",
        "column 'w': 1 cell with '-' taken as missing",
    ]
    refused = mae_train("data.csv", "-t", "y", "--weight", "w", "--missing", "error", *place)
    assert refused.stderr.startswith("mae-train: error: data.csv, line 5: column 'y' is '?', which is taken as missing")


def test_nothing_among_cells_that_the_user_calls_numbers_is_missing_to_the_model_too(
    mae_train, mae_eval, mae_predict, tmp_path, place, one_object
):
    written(tmp_path / "data.csv", price=with_odd([f"${row * row}k" for row in range(ROWS)], r3="-"))
    done = mae_train("data.csv", "-t", "y", "--number", "price", "--json", *place)
    assert one_object(done.stdout)["data"]["rows_dropped"] == 1
    scored = one_object(mae_eval("model.json", "data.csv", "--json").stdout)
    assert scored["data"] == {"rows_read": ROWS, "rows_used": ROWS - 1, "rows_dropped": 1, "rows_unseen": 0}
    assert mae_predict("model.json", "data.csv", "--only").stdout.splitlines()[4] == '""'


def test_nothing_in_the_target_of_new_data_drops_its_row(mae_train, mae_eval, tmp_path, place, one_object):
    mae_train(str(written(tmp_path / "data.csv")), "-t", "y")
    written(tmp_path / "new.csv", y=with_odd([f"{(7 * row) % 5}" for row in range(ROWS)], r3="?"))
    scored = one_object(mae_eval("model.json", "new.csv", "--json", *place).stdout)
    assert (scored["data"]["rows_used"], scored["data"]["rows_dropped"]) == (ROWS - 1, 1)
    assert scored["notes"][0] == "column 'y': 1 cell with '?' taken as missing"


def test_all_columns_that_are_refused_are_told_and_listed(mae_train, tmp_path, place, one_object):
    numbers = [f"{row % 5}" for row in range(ROWS)]
    written(
        tmp_path / "data.csv",
        w=with_odd(["2"] * ROWS, r2="heavy"),
        a=with_odd(numbers, r3="Inf"),
        b=with_odd(numbers, r4="oops"),
        day=with_odd(DAYS, r7="12.01.2024"),
        g=with_odd(numbers, r11="1e999"),
        n=with_odd([f"${cell}" for cell in numbers], r8="n/k"),
    )
    options = ("-t", "y", "--weight", "w", "--number", "n", *place)
    first, *lines = mae_train("data.csv", *options).stderr.splitlines()
    to_type = 'use --na-values Inf --exclude "b,day,g", which settles 4 of them'
    assert first == f"mae-train: error: data.csv: 6 columns cannot be used; {to_type}"
    places = [(4, "w"), (5, "a"), (6, "b"), (9, "day"), (13, "g"), (10, "n")]
    for line, (place_of_cell, column) in zip(lines, places, strict=True):
        assert line.startswith(f"mae-train: error: data.csv, line {place_of_cell}: ")
        assert f" {column!r} " in line
    listed = one_object(mae_train("data.csv", "--columns", "--json", *options).stdout)["columns"]
    assert {each["column"] for each in listed if each["use"] == "refused"} == {column for _, column in places}
    assert [each["use"] for each in listed[:2]] == ["target", "number"]


def test_what_is_to_be_typed_goes_on(mae_train, tmp_path, place):
    numbers = [f"{row % 5}" for row in range(ROWS)]
    odd = with_odd(numbers, r3="Inf", r5="unknown"), with_odd(numbers, r4="oops")
    written(tmp_path / "data.csv", a=odd[0], **{"b c": odd[1]})
    refused = mae_train("data.csv", "-t", "y", *place).stderr.splitlines()
    options = shlex.split(refused[0].partition("; use ")[2])
    assert mae_train("data.csv", "-t", "y", *options, *place).exit_code == 0


def test_a_target_without_values_is_refused_with_the_others(mae_train, tmp_path, place, one_object):
    written(tmp_path / "data.csv", y=["", "NA"] * (ROWS // 2), a=with_odd(DAYS, r3="n.n."))
    _, *lines = mae_train("data.csv", "-t", "y", *place).stderr.replace("mae-train: error: data.csv", "").splitlines()
    assert lines[0] == ": the target 'y' has no values: all of its 12 cells are missing; choose another target"
    assert lines[1].startswith(", line 5: column 'a' is 'n.n.'")
    listed = one_object(mae_train("data.csv", "--columns", "--json", "-t", "y", *place).stdout)["columns"]
    assert [(each["use"], each["missing"]) for each in listed] == [("refused", ROWS), ("number", 0), ("refused", 0)]


def test_a_constant_that_is_named_is_refused_unless_it_is_the_intercept(mae_train, tmp_path, place, one_object):
    written(tmp_path / "data.csv", one=["1"] * ROWS)
    refused = mae_train("data.csv", "-t", "y", "--features", "x,one", *place)
    assert refused.stderr == (
        "mae-train: error: data.csv: column 'one' cannot be used: it is 1 in every row; do not name it\n"
    )
    report = one_object(mae_train("data.csv", "-t", "y", "--no-intercept", "--json", *place).stdout)
    assert ([each["column"] for each in report["coefficients"]], report["data"]["aliased"]) == (["x", "one"], [])
    left_out = one_object(mae_train("data.csv", "-t", "y", "--json", *place).stdout)["columns_left_out"]
    assert left_out == [{"column": "one", "reason": "it is 1 in every row", "remedy": None}]
