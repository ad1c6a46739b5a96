"""From CSV text to complete, typed rows: kinds, refusals, missing cells, weights."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mae_cli.data.columns import ColumnChoice
from mae_cli.data.loading import load_for_model, load_training
from mae_cli.data.source import Source
from mae_cli.errors import DataError
from mae_cli.schema import CategoricalColumn, NumericColumn, Schema

SCHEMA = Schema((CategoricalColumn("c", ("a", "b")), NumericColumn("x", 0.0, 9.0)))


def held(text):
    return Source("data.csv", None, text.encode())


def load(text, target="y", missing="drop", max_levels=200, **choice):
    return load_training(held(text), ColumnChoice(target, **choice), missing=missing, max_levels=max_levels)


def refusal(text, **options):
    with pytest.raises(DataError) as caught:
        load(text, **options)
    return str(caught.value)


def model_refusal(text, target="y", **options):
    with pytest.raises(DataError) as caught:
        load_for_model(held(text), SCHEMA, target=target, **options)
    return str(caught.value)


def is_categorical(column):
    return isinstance(column.dtype, pd.CategoricalDtype)


def test_numbers_and_categories_are_told_apart():
    rows = load("y,n,t,flag\n1,2.5,a,TRUE\n2,-1,b,false\n")
    assert rows.target.tolist() == [1.0, 2.0]
    assert rows.target.dtype == np.float64
    assert [is_categorical(column) for _, column in rows.features.items()] == [False, True, True]
    assert rows.features.astype(object).to_numpy().tolist() == [[2.5, "a", "TRUE"], [-1.0, "b", "false"]]


def test_whole_numbers_beyond_64_bits_are_numbers():
    rows = load("y,x,z\n1,99999999999999999999,18446744073709551615\n2,,-1\n3,1,0\n")
    assert rows.features.astype(float).to_numpy().tolist() == [[1e20, 2.0**64], [1.0, 0.0]]


def test_columns_asked_for_as_categories_keep_the_text_of_numbers():
    rows = load("y,k\n1,1\n2,1.0\n3,01\n", categorical=frozenset({"k"}))
    assert rows.features["k"].tolist() == ["1", "1.0", "01"]


def test_a_column_of_numbers_and_text_may_be_asked_for_as_categories():
    rows = load("y,k\n1,1\n2,x\n3,1e400\n", categorical=frozenset({"k"}))
    assert rows.features["k"].tolist() == ["1", "x", "1e400"]


@pytest.mark.parametrize("text", ["1+2j", "0x10", "1_000", "12 min", "2020-01-01", "٣", " "])
def test_what_only_looks_like_a_number_is_text(text):
    assert load(f"y,k\n1,{text}\n2,{text}\n").features["k"].tolist() == [text, text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "y,x\n1,2\n2,n/k\n3,4\n",
            (
                "data.csv, line 3: column 'x' is 'n/k', which is not a number, where most cells are numbers; "
                "mend the cell, or use --categorical x or --exclude x"
            ),
        ),
        (
            "y,x\n1,a\n2,b\n\n3,4\n",
            (
                "data.csv, line 5: column 'x' is the number '4', where most cells are text; "
                "mend the cell, or use --categorical x or --exclude x"
            ),
        ),
        (
            "y,my col\n1,True\n2,1\n",
            (
                "data.csv, line 2: column 'my col' is 'True', which is not a number, where most cells are numbers; "
                'mend the cell, or use --categorical "my col" or --exclude "my col"'
            ),
        ),
        ("y,x\n1,\n2,NA\n", "data.csv: column 'x' has no values; use --exclude x"),
        (
            "y,x\n1,2\n2,-inf\n",
            "data.csv, line 3: column 'x' is '-inf', which is not a finite number; mend the cell or leave it empty",
        ),
        (
            "y,x\n1e400,2\n,3\n",
            "data.csv, line 2: column 'y' is '1e400', which is not a finite number; mend the cell or leave it empty",
        ),
        (
            f"y,x\n1,{'9' * 400}\n",
            (
                f"data.csv, line 2: column 'x' is '{'9' * 39}…', which is not a finite number; "
                "mend the cell or leave it empty"
            ),
        ),
        ("y,x\n1,2\nlate,3\n", "data.csv, line 3: the target 'y' must be a number, but this cell is 'late'"),
        ("y,x\nTrue,2\n", "data.csv, line 2: the target 'y' must be a number, but this cell is 'True'"),
        (
            "y,x\n1,\n,2\n3,\n",
            "data.csv: every row has a missing cell; column 'x' has most of them (2 of 3 rows)",
        ),
    ],
)
def test_a_column_that_cannot_be_used_is_refused_in_one_line(text, message):
    assert refusal(text) == message


def test_the_last_cell_of_a_long_file_counts_for_the_kind():
    text = "y,x\n" + "1,2\n" * 300_000 + "1,late\n"
    assert refusal(text).startswith("data.csv, line 300002: column 'x' is 'late', which is not a number")


def test_too_many_levels_are_refused_with_an_example():
    text = "y,when\n" + "".join(f"{day},2020-01-{day:02}\n" for day in range(1, 5))
    assert refusal(text, max_levels=3) == (
        "data.csv, line 2: column 'when' is text with 4 levels, such as '2020-01-01', and at most 3 are allowed; "
        "use --exclude when, raise --max-levels, or turn dates and units into numbers first"
    )
    assert len(load(text, max_levels=4).features) == 4


def test_an_excluded_column_is_not_looked_at():
    assert list(load("y,x,odd\n1,2,3\n2,3,x\n", exclude=frozenset({"odd"})).features) == ["x"]


def test_features_come_in_the_order_asked_for():
    assert list(load("a,y,b\n1,2,3\n", features=("b", "a")).features) == ["b", "a"]


def test_rows_with_a_missing_used_cell_are_dropped_and_counted():
    rows = load("y,x,c,unused\n1,2,a,\n,2,a,1\n3,,b,1\n4,5,,1\n6,7,b,\n", exclude=frozenset({"unused"}))
    assert rows.target.tolist() == [1.0, 6.0]
    assert rows.features.astype(object).to_numpy().tolist() == [[2.0, "a"], [7.0, "b"]]
    assert rows.features.index.tolist() == [0, 1]
    assert (rows.rows_read, rows.rows_dropped, rows.records.tolist()) == (5, 3, [0, 4])
    assert rows.place(1) == "data.csv, line 6"
    assert rows.notes == ("3 of 5 rows dropped for a missing cell; column 'y' has most of them (1)",)


def test_complete_data_give_no_note():
    rows = load("y,x\n1,2\n")
    assert (rows.rows_dropped, rows.notes) == (0, ())


def test_missing_cells_can_be_refused():
    assert refusal("b,y,a\n1,2,3\n,,1\n1,1,\n", missing="error", features=("a", "b")) == (
        "data.csv, line 3: the cell of column 'b' is missing; fill it in, or use --missing drop to leave such rows out"
    )
    assert load("b,y,a\n1,2,3\n", missing="error").rows_dropped == 0


def test_weights_are_read_and_their_missing_cells_drop_the_row():
    rows = load("y,x,w\n1,2,0.5\n2,3,\n3,4,0\n", weight="w")
    assert rows.weights.tolist() == [0.5, 0.0]
    assert list(rows.features) == ["x"]
    assert load("y,x,w\n1,2,0.5\n").weights is None


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (("1", "-2"), "data.csv, line 3: the weight 'w' must not be negative, but this cell is '-2'"),
        (("1", "x"), "data.csv, line 3: the weight 'w' must be a number, but this cell is 'x'"),
        (("0", "0.0"), "data.csv: the weight 'w' is zero in every row that is used"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(weights, message):
    assert refusal(f"y,x,w\n1,1,{weights[0]}\n2,2,{weights[1]}\n", weight="w") == message


def outcome(cells):
    """The kind of a column, or "refused"."""
    try:
        rows = load("y,x\n" + "".join(f"1,{cell}\n" for cell in cells))
    except DataError:
        return "refused"
    return "categorical" if is_categorical(rows.features["x"]) else "numeric"


@given(
    st.lists(st.sampled_from(["1", "2.5", "", "NA", "x", "True", "FALSE", "9" * 20, "-1", " 3"]), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_kind_does_not_depend_on_the_order_of_the_rows(cells, random):
    shuffled = random.sample(cells, len(cells))
    numbers = {cell in ("1", "2.5", "9" * 20, "-1", " 3") for cell in cells if cell not in ("", "NA")}
    expected = {frozenset({True}): "numeric", frozenset({False}): "categorical"}
    assert outcome(cells) == outcome(shuffled) == expected.get(frozenset(numbers), "refused")


@given(st.lists(st.tuples(st.floats(-1e9, 1e9) | st.none(), st.sampled_from(["", "a", "b"])), min_size=1))
def test_the_kept_rows_are_those_that_are_complete(cells):
    complete = [row for row, (x, c) in enumerate(cells) if x is not None and c]
    assume(complete)
    text = "y,x,c\n" + "".join(f"{row},{'' if x is None else repr(x)},{c}\n" for row, (x, c) in enumerate(cells))
    rows = load(text)
    assert rows.records.tolist() == complete
    assert rows.target.tolist() == complete
    assert rows.features["x"].tolist() == [cells[row][0] for row in complete]
    assert rows.features["c"].tolist() == [cells[row][1] for row in complete]


def test_a_model_reads_its_columns_and_ignores_the_rest():
    rows = load_for_model(held("odd,x,y,c\n1,2,3,a\nz,4,5,7\n"), SCHEMA, target="y")
    assert list(rows.features) == ["c", "x"]
    assert rows.features["c"].tolist() == ["a", "7"]
    assert rows.features["x"].tolist() == [2, 4]
    assert rows.target.tolist() == [3.0, 5.0]


def test_a_model_keeps_the_text_of_its_categories():
    rows = load_for_model(held("c,x\n1,1\n1.0,2\nTRUE,3\n"), SCHEMA, target=None)
    assert rows.features["c"].tolist() == ["1", "1.0", "TRUE"]


def test_a_prediction_needs_neither_target_nor_complete_rows():
    rows = load_for_model(held("c,x,y\n,1,oops\n"), SCHEMA, target=None)
    assert (rows.target, rows.rows_read, rows.rows_dropped) == (None, 1, 1)


def test_a_comparison_needs_a_complete_row():
    assert model_refusal("c,x,y\n,1,2\n") == (
        "data.csv: every row has a missing cell; column 'c' has most of them (1 of 1 row)"
    )


def test_a_missing_cell_of_a_model_drops_the_row_or_is_refused():
    text = "c,x,y\na,1,2\nb,,3\n"
    assert load_for_model(held(text), SCHEMA, target="y").records.tolist() == [0]
    assert model_refusal(text, missing="error") == (
        "data.csv, line 3: the cell of column 'x' is missing; fill it in, or use --missing drop to leave such rows out"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c,X,y\na,1,2\n", "data.csv has no column 'x'; did you mean 'X'? its columns are 'c', 'X', 'y'"),
        ("c,x,t\na,1,2\n", "data.csv has no column 'y'; its columns are 'c', 'x', 't'"),
        ("c,x,y\na,1,2\na,z,2\n", "data.csv, line 3: the feature 'x' must be a number, but this cell is 'z'"),
        ("c,x,y\na,1,2\na,1,z\n", "data.csv, line 3: the target 'y' must be a number, but this cell is 'z'"),
        (
            "c,x,y\na,inf,2\n",
            "data.csv, line 2: column 'x' is 'inf', which is not a finite number; mend the cell or leave it empty",
        ),
    ],
)
def test_data_that_do_not_fit_the_model_are_refused_in_one_line(text, message):
    assert model_refusal(text) == message


def test_a_model_uses_weights_where_the_data_have_them():
    weighted = load_for_model(held("c,x,y,w\na,1,2,3\na,1,2,6\n"), SCHEMA, target="y", weight="w")
    assert weighted.weights.tolist() == [0.375, 0.75]  # only their ratio matters
    rows = load_for_model(held("c,x,y\na,1,2\n"), SCHEMA, target="y", weight="w")
    assert rows.weights is None
    assert rows.notes == ("data.csv has no weight column 'w'; all rows weigh the same",)
    assert "must not be negative" in model_refusal("c,x,y,w\na,1,2,-3\n", weight="w")
