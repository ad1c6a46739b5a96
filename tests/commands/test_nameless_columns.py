"""Columns without a name in the header: called by their place, wherever rows are read and kept."""

import pytest

ROWS = 12
CALLED = "'column 3' has no name in the header; it is called by its place"


@pytest.fixture(params=["--no-stream", "--stream", "--dask"])
def place(request):
    """The options that say where rows are read and kept."""
    return ("--dask", request.getfixturevalue("workers")) if request.param == "--dask" else (request.param,)


@pytest.fixture
def data(tmp_path):
    """A CSV whose row names and third column have no name."""
    rows = [f"{row},{3 * (row % 5) + row},{row % 5}\n" for row in range(ROWS)]
    (tmp_path / "data.csv").write_text(",y,\n" + "".join(rows), encoding="utf-8")
    return "data.csv"


def test_they_are_features_that_new_data_have_in_the_same_place(
    mae_train, mae_eval, mae_predict, data, place, one_object
):
    report = one_object(mae_train(data, "-t", "y", "--json", *place).stdout)
    assert [each["column"] for each in report["coefficients"]] == ["column 3"]
    assert [each["column"] for each in report["columns_left_out"]] == ["column 1"]
    assert report["notes"][:1] == [CALLED]
    scored = one_object(mae_eval("model.json", data, "--json", *place).stdout)
    assert (scored["notes"], scored["data"]["rows_used"]) == ([CALLED], ROWS)
    predicted = mae_predict("model.json", data)
    assert predicted.stderr == f"mae-predict: note: {CALLED}\n"
    assert predicted.stdout.splitlines()[0] == ",y,,prediction"


def test_they_can_be_chosen_and_excluded(mae_train, data, place, one_object):
    for options in (("--features", "column 1"), ("--exclude", "column 3", "--number", "column 1")):
        report = one_object(mae_train(data, "-t", "y", "--json", *options, *place).stdout)
        assert [each["column"] for each in report["coefficients"]] == ["column 1"]
    refused = mae_train(data, "-t", "y", "--exclude", "column 3", *place)
    assert "'column 1': it has no name in the header; use --number \"column 1\"" in refused.stderr
