"""A few odd cells in a column: missing values or faults, wherever rows are read and kept."""

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
