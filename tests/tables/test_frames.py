"""Data frames of the library's callers."""

import numpy as np
import pandas as pd
import pytest

from mae_cli.errors import DataError
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema, Writing
from mae_cli.tables.frames import design_of, read_frame, read_frame_for, schema_and_design

SCHEMA = Schema((CategoricalColumn("c", ("True", "False")), NumericColumn("x", 0.0, 9.0)))


def refusal(columns, **options):
    with pytest.raises(DataError) as caught:
        read_frame(pd.DataFrame(columns), **options)
    return caught.value.fault


def model_refusal(frame):
    with pytest.raises(DataError) as caught:
        read_frame_for(SCHEMA, pd.DataFrame(frame))
    return caught.value.fault


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float32", "float64", "Int64", "Float64"])
def test_numeric_dtypes_are_numbers(dtype):
    column = read_frame(pd.DataFrame({"x": pd.Series([1, 2], dtype=dtype)})).columns["x"]
    assert column.dtype == np.float64
    assert column.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series([True, False], dtype="boolean"), ["True", "False"]),
        (pd.Series(["b", "a", "a", "b"]), ["b", "a", "a", "b"]),
        (pd.Series(["1", "2", "1", "2"]), ["1", "2", "1", "2"]),
        (pd.Series([True, "a", "a", True], dtype=object), ["True", "a", "a", "True"]),
        (pd.Series(pd.Categorical([2, 1])), ["2", "1"]),
    ],
)
def test_other_dtypes_are_levels_as_str_writes_them(cells, levels):
    assert read_frame(pd.DataFrame({"c": cells})).columns["c"].tolist() == levels


def test_values_written_alike_are_one_level():
    column = read_frame(pd.DataFrame({"c": pd.Series([True, "True", "a", "a"], dtype=object)})).columns["c"]
    assert column.tolist() == ["True", "True", "a", "a"]
    assert len(column.cat.categories) == 2


@pytest.mark.parametrize(
    ("cells", "numbers", "date"),
    [
        (pd.to_datetime(["1970-01-02", "2024-01-31", "1970-01-01"]), [1.0, 19753.0, 0.0], "%Y-%m-%d"),
        (pd.to_datetime(["1970-01-02 12:00", "1970-01-01"], format="mixed"), [1.5, 0.0], "%Y-%m-%d %H:%M:%S"),
        (pd.to_datetime(["1970-01-02"]).tz_localize("America/New_York"), [1.0], "%Y-%m-%d"),
        (["02.01.1970", "31.01.1970"], [1.0, 30.0], "%d.%m.%Y"),
        (["1970 Q2", "1970 Q1"], [90.0, 0.0], "%Y Q%q"),
    ],
)
def test_dates_are_days_and_remember_their_spelling(cells, numbers, date):
    typed = read_frame(pd.DataFrame({"when": cells}))
    assert typed.columns["when"].tolist() == numbers
    assert typed.writings == {"when": Writing(date=date)}


def test_numbers_in_one_notation_are_numbers():
    typed = read_frame(pd.DataFrame({"price": ["$1.50", "$2", "$3"], "share": ["5%", "7%", "9.5%"]}))
    assert typed.columns.to_numpy().tolist() == [[1.5, 5.0], [2.0, 7.0], [3.0, 9.5]]
    assert typed.writings == {"price": Writing(prefix="$"), "share": Writing(suffix="%")}


def test_dates_in_doubt_are_levels():
    typed = read_frame(pd.DataFrame({"when": ["1/2/2024", "3/4/2024"] * 2}))
    assert typed.columns["when"].tolist() == ["1/2/2024", "3/4/2024"] * 2
    assert typed.writings == {}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([np.nan] * 5, "it has no values"),
        ([None] * 5, "it has no values"),
        (["u"] * 5, "it is 'u' in every row"),
        (["a", "b", "c", "a", "a"], "text with 3 levels in 5 rows, such as 'a'"),
    ],
)
def test_what_cannot_serve_is_left_out_with_the_reason(cells, reason):
    typed = read_frame(pd.DataFrame({"x": range(5), "c": pd.Series(cells)}))
    assert list(typed.columns) == ["x"]
    assert [(each.column, each.reason) for each in typed.left_out] == [("c", reason)]


def test_categories_are_used_whatever_they_are():
    cells = pd.Categorical(["a", "b", "c", "a", "a"])
    assert read_frame(pd.DataFrame({"c": cells})).columns["c"].tolist() == ["a", "b", "c", "a", "a"]
    assert read_frame(pd.DataFrame({"c": pd.Categorical(["u"] * 4)})).left_out == ()


def test_the_index_and_the_type_of_names_do_not_matter():
    frame = read_frame(pd.DataFrame({0: [1, 2, 3, 4], "c": ["a", "b"] * 2}, index=[9, 7, 8, 9])).columns
    assert list(frame) == ["0", "c"]
    assert frame.index.tolist() == [0, 1, 2, 3]
    assert frame["c"].tolist() == ["a", "b"] * 2


def test_the_callers_frame_is_left_as_it_was():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "c": ["a", "b", "a"], "d": ["2024-01-01", "2024-01-02", "2024-01-03"]})
    before = frame.copy()
    typed = read_frame(frame).columns
    typed.loc[0, "x"] = 99.0
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("columns", "code", "about"),
    [
        ({"x": [1.0, np.nan]}, "missing-cell", "'x' is missing in row 1 ("),
        ({"x": pd.Series([1, None], dtype="Int64")}, "missing-cell", "'x' is missing in row 1 ("),
        ({"x": [1.0, -np.inf]}, "not-finite", "'x' is infinite in row 1 ("),
        ({"c": ["a", None]}, "missing-cell", "'c' is missing in row 1 ("),
        ({"c": pd.Categorical(["a", None])}, "missing-cell", "'c' is missing in row 1 ("),
        ({"z": [1j]}, "not-numeric", "'z' must hold numbers, but its dtype is complex128"),
        ({"when": pd.to_datetime(["2020-01-01", None])}, "missing-cell", "'when' is missing in row 1 ("),
        (
            {"c": ["a", "b", "c"], "d": [None] * 3},
            "no-usable-column",
            "'c': text with 3 levels in 3 rows, such as 'a'; ",
        ),
    ],
)
def test_a_frame_that_cannot_be_used_is_refused(columns, code, about):
    fault = refusal(columns)
    assert (fault.code, fault.place, fault.remedy) == (code, None, None)
    assert about in fault.what


@pytest.mark.parametrize(
    ("columns", "code", "cell", "remedy"),
    [
        (
            {"when": pd.to_timedelta(["1 day", "2 days"]).as_unit("ns")},
            "dates-or-times",
            None,
            "turn them into numbers first",
        ),
        (
            {"m": pd.Series([True, 1, 2, "x", "y"], dtype=object)},
            "mixed-types",
            "x",
            "make it levels with .astype(str), or numbers with pd.to_numeric",
        ),
        (
            {"m": pd.Series([1, 2], dtype=object)},
            "numbers-as-objects",
            None,
            "use .astype(float), or .astype(str) to make them levels",
        ),
        ({"m": [["a"], ["b"]]}, "unsupported-type", None, "make columns of their parts"),
        ({1: [1], "1": [2]}, "duplicate-column", None, "rename one of them"),
    ],
)
def test_what_to_do_about_a_frame_is_told(columns, code, cell, remedy):
    fault = refusal(columns)
    assert (fault.code, fault.place, fault.cell, fault.remedy) == (code, None, cell, remedy)


def test_too_many_categories_are_refused_with_an_example():
    fault = refusal({"c": pd.Categorical(["a", "b", "c"])}, max_levels=2)
    assert (fault.code, fault.remedy) == ("too-many-levels", "leave it out, raise max_levels, or turn it into numbers")
    assert "3 levels, such as 'a'" in fault.what
    text = {"c": ["a", "b", "c"] * 3, "x": range(9)}
    assert [each.column for each in read_frame(pd.DataFrame(text), max_levels=2).left_out] == ["c"]
    assert read_frame(pd.DataFrame(text), max_levels=3).left_out == ()


def test_a_frame_without_columns_keeps_its_rows():
    assert read_frame(pd.DataFrame(index=[5, 6])).columns.shape == (2, 0)


def test_a_model_takes_its_columns_whatever_their_order():
    frame = pd.DataFrame({"odd": [None], "x": [2], "c": [False]})
    assert list(read_frame_for(SCHEMA, frame)) == ["c", "x"]
    assert design_of(SCHEMA, frame)[0].dense().tolist() == [[2.0, 1.0]]


def test_a_model_reads_a_number_as_the_text_of_its_category():
    schema = Schema((CategoricalColumn("k", ("1", "2")),))
    assert design_of(schema, pd.DataFrame({"k": [2, 1, 3]}))[1].tolist() == [False, False, True]


def test_a_frame_defines_its_schema_and_becomes_numbers_and_codes():
    frame = pd.DataFrame(
        {"c": pd.Categorical(["a", "b", "b"]), "x": [1.5, 2.5, 3.5], "d": [True, False, True], "z": [4, 5, 6]}
    )
    schema, defined, _ = schema_and_design(frame, max_levels=2)
    assert schema.features == (
        CategoricalColumn("c", ("b", "a")),
        NumericColumn("x", 1.5, 3.5),
        CategoricalColumn("d", ("True", "False")),
        NumericColumn("z", 4.0, 6.0),
    )
    design, unseen = design_of(schema, frame[["z", "d", "x", "c"]])
    assert design.dense().tolist() == [[1.5, 4.0, 1.0, 0.0], [2.5, 5.0, 0.0, 1.0], [3.5, 6.0, 0.0, 0.0]]
    assert design.numeric.flags.f_contiguous
    assert not unseen.any()
    assert defined.dense().tolist() == design.dense().tolist()


def test_many_rows_are_all_gathered():
    x = np.arange(20_001.0)
    frame = pd.DataFrame({"x": x, "z": -x})
    schema, design, _ = schema_and_design(frame, max_levels=1)
    for each in (design, design_of(schema, frame)[0]):
        assert (each.numeric == np.column_stack([x, -x])).all()


def test_a_level_of_a_category_that_no_row_has_is_none():
    frame = pd.DataFrame({"c": pd.Categorical(["a", "b"], categories=["z", "b", "a"])})
    assert schema_and_design(frame, max_levels=2)[0].categorical[0].levels == ("a", "b")


@pytest.mark.parametrize(
    ("frame", "code", "about", "remedy"),
    [
        ({"c": ["a"], "X": [1]}, "unknown-column", "'x'", "did you mean 'X'? its columns are 'c', 'X'"),
        ({"X": [1]}, "unknown-column", "'c'; its only column is 'X'", None),
        ({"c": ["a"], "x": ["1"]}, "not-numeric", "'x' must hold numbers, but its dtype is str", None),
        ({"c": ["a"], "x": [True]}, "not-numeric", "'x' must hold numbers, but its dtype is bool", None),
        ({"c": ["a", "a"], "x": [1.0, np.nan]}, "missing-cell", "'x' is missing in row 1 (", None),
    ],
)
def test_a_frame_that_does_not_fit_the_model_is_refused(frame, code, about, remedy):
    fault = model_refusal(frame)
    assert (fault.code, fault.place, fault.remedy) == (code, None, remedy)
    assert about in fault.what


def test_a_name_that_is_there_twice_is_refused_only_when_it_is_used():
    frame = pd.DataFrame([["a", 1, 2, 3]], columns=["c", "x", "odd", "odd"])
    assert read_frame_for(SCHEMA, frame)["x"].tolist() == [1.0]
    frame.columns = ["c", "x", "x", "odd"]
    fault = model_refusal(frame)
    assert (fault.code, fault.place, fault.remedy) == ("duplicate-column", None, "rename one of them")


def test_a_frame_may_be_written_as_the_training_data_of_a_model_were_or_plainly():
    dates, money = Writing(date="%d.%m.%Y"), Writing(prefix="$", thousands=",")
    schema = Schema((NumericColumn("d", 0.0, 1.0, dates), NumericColumn("p", 0.0, 1.0, money)))
    expected = {"d": [19753.0, 19754.0], "p": [1200.5, -3.0]}
    written = {"d": ["31.01.2024", "1.2.2024"], "p": ["$1,200.50", "-$3"]}
    for cells in (expected, written, written | {"d": pd.to_datetime(["2024-01-31", "2024-02-01"])}):
        assert read_frame_for(schema, pd.DataFrame(cells)).to_dict("list") == expected
    with pytest.raises(DataError) as caught:
        read_frame_for(schema, pd.DataFrame(written | {"p": ["$1", "€3"]}))
    fault = caught.value.fault
    assert (fault.code, fault.cell) == ("wrong-notation", "€3")
    assert "row 1 (" in fault.what


def test_a_model_of_times_of_day_takes_the_clock_of_dates():
    schema = Schema((NumericColumn("t", 0.0, 24.0, Writing(date="%H:%M")),))
    for cells in (["08:30", "23:15"], pd.to_datetime(["2024-01-01 08:30", "2024-06-30 23:15"])):
        assert read_frame_for(schema, pd.DataFrame({"t": cells}))["t"].tolist() == [8.5, 23.25]


def test_a_number_in_a_notation_that_no_float_holds_is_refused_in_its_row():
    huge = "$" + "9" * 400
    fault = refusal({"p": ["$1", huge, "$2", "$3"]})
    assert (fault.code, fault.remedy) == ("not-finite", None)
    assert "'p' is infinite in row 1 (" in fault.what
