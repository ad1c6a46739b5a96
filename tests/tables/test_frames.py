"""Data frames of the library's callers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import mae_cli
from mae_cli.errors import DataError, Place
from mae_cli.rows.blocks import whole
from mae_cli.rows.coding import build_schema, describe
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema, Writing
from mae_cli.tables.columns import LeftOut, Remarks
from mae_cli.tables.frames import design_of, load_frame, named, remarks_on_names

BY_CATEGORIES = "make it one of categories, .astype('category')"
BY_DATES = "turn it into dates with pd.to_datetime"
TO_NUMBERS = "turn it into numbers first"
FIX = "fix the cell, or leave the row out"
REFILL = "fill it in, or leave the row out"
SCHEMA = Schema((CategoricalColumn("c", ("True", "False")), NumericColumn("x", 0.0, 9.0)))


def loaded(frame, *, max_levels=300, intercept=True):
    return load_frame(named(frame), np.arange(float(len(frame))), None, max_levels=max_levels, intercept=intercept)


@dataclass(frozen=True)
class Typed:
    """The columns of a frame to fit, each a list of numbers or of levels, how they are written, and the remarks."""

    columns: dict
    writings: dict
    remarks: Remarks


def read_frame(columns, **options):
    found = loaded(pd.DataFrame(columns), **options)
    design, read = whole(found.rows).design, {}
    numeric, codes = iter(design.numeric.T), iter(design.codes)
    for name, levels in found.layout.features:
        read[name] = next(numeric).tolist() if levels is None else [levels[code - 1] for code in next(codes)]
    return Typed(read, found.layout.writings, found.remarks)


def schema_of(frame, **options):
    found = loaded(frame, **options)
    return build_schema(found.layout, describe(found.rows, found.layout, None))


def refusal(columns, **options):
    with pytest.raises(DataError) as caught:
        loaded(pd.DataFrame(columns), **options)
    return caught.value.fault


def model_refusal(frame, schema=SCHEMA):
    with pytest.raises(DataError) as caught:
        design_of(schema, pd.DataFrame(frame))
    return caught.value.fault


def read_for(schema, frame):
    """The columns of numbers that a model reads."""
    design, _ = design_of(schema, pd.DataFrame(frame))
    return {column.name: values.tolist() for column, values in zip(schema.numeric, design.numeric.T, strict=True)}


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float32", "float64", "Int64", "Float64"])
def test_numeric_dtypes_are_numbers(dtype):
    column = read_frame(pd.DataFrame({"x": pd.Series([1, 2], dtype=dtype)})).columns["x"]
    assert column == [1.0, 2.0]


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series([True, False], dtype="boolean"), ["True", "False"]),
        (pd.Series(["b", "a", "a", "b"]), ["b", "a", "a", "b"]),
        (pd.Series([True, "a", "a", True], dtype=object), ["True", "a", "a", "True"]),
        (pd.Series(pd.Categorical([2, 1])), ["2", "1"]),
    ],
)
def test_other_dtypes_are_levels_as_str_writes_them(cells, levels):
    assert read_frame(pd.DataFrame({"c": cells})).columns["c"] == levels


def test_values_written_alike_are_one_level():
    column = read_frame(pd.DataFrame({"c": pd.Series([True, "True", "a", "a"], dtype=object)})).columns["c"]
    assert column == ["True", "True", "a", "a"]


@pytest.mark.parametrize(
    ("cells", "numbers", "date"),
    [
        (pd.to_datetime(["1970-01-02", "2024-01-31", "1970-01-01"]), [1.0, 19753.0, 0.0], "%Y-%m-%d"),
        (pd.to_datetime(["1970-01-02 12:00", "1970-01-01"], format="mixed"), [1.5, 0.0], "%Y-%m-%d %H:%M:%S"),
        (pd.to_datetime(["1970-01-02"]).tz_localize("America/New_York"), [1 + 5 / 24], "%Y-%m-%d %H:%M:%S%z"),
        (["1970-01-02 00:00:00-05:00"], [1 + 5 / 24], "%Y-%m-%d %H:%M:%S%z"),
        (["02.01.1970", "31.01.1970"], [1.0, 30.0], "%d.%m.%Y"),
        (["1970 Q2", "1970 Q1"], [90.0, 0.0], "%Y Q%q"),
    ],
)
def test_dates_are_days_and_remember_their_spelling(cells, numbers, date):
    typed = read_frame(pd.DataFrame({"when": cells}))
    assert typed.columns["when"] == numbers
    assert typed.writings == {"when": Writing(date=date)}


def test_numbers_in_one_notation_are_numbers():
    typed = read_frame(pd.DataFrame({"price": ["$1.50", "$2", "$3"], "share": ["5%", "7%", "9.5%"]}))
    assert typed.columns == {"price": [1.5, 2.0, 3.0], "share": [5.0, 7.0, 9.5]}
    assert typed.writings == {"price": Writing(prefix="$"), "share": Writing(suffix="%")}


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "2.5", "1", "-3e2"], [1.0, 2.5, 1.0, -300.0]),
        (pd.Series(["1", "2"], dtype="string"), [1.0, 2.0]),
    ],
)
def test_text_that_is_all_numbers_is_numbers(cells, numbers):
    typed = read_frame(pd.DataFrame({"x": cells}))
    assert typed.columns["x"] == numbers
    assert (typed.writings, typed.remarks) == ({}, Remarks())


@pytest.mark.parametrize("cell", ["-", "?", "NA"])
def test_nothing_among_text_that_is_numbers_is_a_missing_cell(cell):
    fault = refusal({"x": ["1", "2", cell, "3"]})
    assert (fault.code, fault.cell) == ("missing-cell", cell)
    assert str(fault) == f"row 2, counted from 0: column 'x' is {cell!r}, which is taken as missing; {REFILL}"


@pytest.mark.parametrize(
    ("cells", "code", "what"),
    [
        (["1", "2", "five"], "text-among-numbers", "'five', which is not a number, where most cells are numbers"),
        (
            ["2024-01-30", "2024-01-31", "2024-02-30"],
            "text-among-dates",
            "'2024-02-30', which does not exist, where most cells are dates",
        ),
    ],
)
def test_a_few_odd_cells_are_refused_as_in_a_file(cells, code, what):
    fault = refusal({"x": cells})
    assert (fault.code, fault.place, fault.cell) == (code, Place(row=2, column="x"), cells[2])
    assert fault.located == f"row 2, counted from 0: column 'x' is {what}"
    other = "turn the column into dates with pd.to_datetime" if code == "text-among-dates" else BY_CATEGORIES
    assert fault.remedy == f"fix the cell, or {other}"


@pytest.mark.parametrize(
    ("cells", "reason", "remedy"),
    [
        (
            ["1/2/2024", "3/4/2024"] * 2,
            "'1/2/2024' is a date whose day and month cannot be told apart",
            BY_DATES,
        ),
        (["$1.2M", "$900k"] * 2, "'$1.2M' is an amount of money, not a plain number", "turn it into numbers"),
        (
            ["2024-01-31", "31.01.2024", "Jan 31 2024", "1 Feb 2024"],
            "'31.01.2024' (row 1, counted from 0) is not written as %Y-%m-%d, where other cells are dates",
            BY_DATES,
        ),
    ],
)
def test_text_in_doubt_is_left_out_as_in_a_file(cells, reason, remedy):
    typed = read_frame(pd.DataFrame({"x": range(4), "c": cells}))
    assert list(typed.columns) == ["x"]
    assert typed.remarks.left_out == (LeftOut("c", reason, remedy),)


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["$1", "$2"], "column 'c': cells such as '$1' are read as numbers with '$'"),
        (
            ["a", "b", "a", "b", "3", "a"],
            "row 4, counted from 0: column 'c' is text, and a cell that looks like a number, '3', is a level too",
        ),
        (["AA", "aa"] * 2, "column 'c' has 'AA' and 'aa', which are levels of their own; write them alike"),
        (
            ["01234", "02345"],
            f"column 'c' has numbers with leading zeros, such as '01234'; if they are codes, {BY_CATEGORIES}",
        ),
        (["20240131", "20240201"], "column 'c' has numbers such as '20240131'; if they are dates, use pd.to_datetime"),
        ([20240131, 20240201], "column 'c' has numbers such as '20240131'; if they are dates, use pd.to_datetime"),
        ([20240131.0, 20240201.0], "column 'c' has numbers such as '20240131'; if they are dates, use pd.to_datetime"),
    ],
)
def test_what_a_command_notes_is_noted(cells, note):
    assert read_frame(pd.DataFrame({"c": cells})).remarks.notes == (note,)


NOTHING_IN_IT = "it has no values"


@pytest.mark.parametrize(
    ("cells", "reason", "remedy"),
    [
        ([np.nan] * 5, NOTHING_IN_IT, "fill it in"),
        ([None] * 5, NOTHING_IN_IT, "fill it in"),
        (["-"] * 5, "it has no values but '-'", "fill it in"),
        (pd.Categorical([None] * 5), NOTHING_IN_IT, "fill it in"),
        (["u"] * 5, "it is 'u' in every row", None),
        ([7] * 5, "it is 7 in every row", None),
        ([7.0, 7.0, None, 7.0, 7.0], "it is 7 in every row but 1 without a value", None),
        (pd.Categorical(["u"] * 5), "it is 'u' in every row", None),
        (pd.Categorical(["u", None, "u", "u", "u"]), "it is 'u' in every row but 1 without a value", None),
        ([True] * 5, "it is 'True' in every row", None),
        ([pd.Timestamp("2024-01-01")] * 5, "it is 19723 in every row", None),
        (["a", "b", "c", "a", "a"], "text with 3 levels in 5 rows, such as 'a'", BY_CATEGORIES),
        ([1.0, None, None, None, 2.0], "3 of its 5 cells are missing", "fill in its missing cells"),
        (["a", None, None, None, "a"], "it is 'a' in every row but 3 without a value", None),
        (["5%", "7%", "-", "-", None], "3 of its 5 cells are missing", "fill in its missing cells"),
        (pd.to_timedelta(range(5), unit="h").as_unit("ns"), "it holds spans of time (timedelta64[ns])", TO_NUMBERS),
        ([1j] * 5, "it holds neither numbers nor text (complex128)", TO_NUMBERS),
        ([[1]] * 5, "it holds neither numbers nor text (object)", TO_NUMBERS),
    ],
)
def test_what_cannot_serve_is_left_out_with_the_reason(cells, reason, remedy):
    typed = read_frame(pd.DataFrame({"x": range(5), "c": pd.Series(cells)}))
    assert list(typed.columns) == ["x"]
    assert typed.remarks.left_out == (LeftOut("c", reason, remedy),)


def test_a_constant_serves_where_there_is_no_intercept():
    typed = read_frame({"x": range(3), "c": [7.0] * 3}, intercept=False)
    assert typed.columns["c"] == [7.0] * 3


def test_columns_go_for_their_missing_cells_until_half_of_the_rows_are_complete():
    few, many, most = [1, None, 3, 4, 9], [1, 2, None, None, None], [None, None, None, None, 2]
    typed = read_frame({"x": range(5), "most": most, "many": many})
    assert [each.column for each in typed.remarks.left_out] == ["most", "many"]
    fault = refusal({"x": range(5), "most": most, "few": few})
    assert (fault.code, fault.place, fault.remedy) == ("missing-cell", Place(row=1, column="few"), REFILL)
    fault = refusal({"c": pd.Categorical(["a", None, None, None, "b"]), "x": range(5)})
    assert (fault.code, fault.place) == ("missing-cell", Place(row=1, column="c"))


def test_categories_are_used_whatever_they_are():
    cells = pd.Categorical(["a", "b", "c", "a", "a"])
    assert read_frame(pd.DataFrame({"c": cells})).columns["c"] == ["a", "b", "c", "a", "a"]
    assert read_frame({"c": pd.Categorical(["NA", "", "b"])}).columns["c"] == ["NA", "", "b"]


def test_names_that_several_columns_have_are_left_out():
    typed = read_frame(pd.DataFrame([[1, 2, 3], [2, 3, 5]], columns=["x", 7, "7"]))
    assert typed.columns == {"x": [1.0, 2.0]}
    assert typed.remarks.left_out == (LeftOut("7", "the header has 2 columns of this name", "rename them"),)


@pytest.mark.parametrize("label", ["", "  ", None, np.nan])
def test_a_column_without_a_name_is_called_by_its_place_but_the_first_has_names_of_rows(label):
    frame = pd.DataFrame([[5, 1.0, 2.0], [7, 2.0, 4.0]], columns=pd.Index([label, "x", label], dtype=object))
    assert list(named(frame).columns) == ["column 1", "x", "column 3"]
    remarks = remarks_on_names(frame)
    assert remarks.left_out == (LeftOut("column 1", "it has no name", "give it one"),)
    assert remarks.notes == ("'column 3' has no name; it is called by its place",)
    assert read_for(Schema((NumericColumn("column 3", 0.0, 9.0),)), frame) == {"column 3": [2.0, 4.0]}


def test_a_column_without_a_name_is_left_out_where_another_has_that_of_its_place():
    frame = pd.DataFrame([[5, 1.0, 2.0], [7, 2.0, 4.0]], columns=["x", "", "column 2"])
    typed = read_frame(named(frame))
    assert typed.columns == {"x": [5.0, 7.0], "column 2": [2.0, 4.0]}
    assert [each.column for each in typed.remarks.left_out] == ["nameless column 2"]


def test_the_index_that_pandas_writes_is_left_out():
    typed = read_frame({"x": [1, 2], "__index_level_0__": [4, 5]})
    assert typed.remarks.left_out == (
        LeftOut("__index_level_0__", "it is the index of a pandas frame", "give it another name"),
    )


def test_the_index_and_the_type_of_names_do_not_matter():
    frame = read_frame(pd.DataFrame({0: [1, 2, 3, 4], "c": ["a", "b"] * 2}, index=[9, 7, 8, 9])).columns
    assert frame == {"0": [1.0, 2.0, 3.0, 4.0], "c": ["a", "b"] * 2}


def test_the_callers_frame_is_left_as_it_was():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "c": ["a", "b", "a"], "d": ["2024-01-01", "2024-01-02", "2024-01-03"]})
    before = frame.copy()
    whole(loaded(frame).rows).design.numeric[:] = 99.0
    design_of(Schema((NumericColumn("x", 0.0, 9.0),)), frame)[0].numeric[:] = 99.0
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("columns", "code", "place", "what", "remedy"),
    [
        ({"x": [1.0, np.nan]}, "missing-cell", Place(row=1, column="x"), "the cell of column 'x' is missing", REFILL),
        (
            {"x": pd.Series([1, None], dtype="Int64")},
            "missing-cell",
            Place(row=1, column="x"),
            "the cell of column 'x' is missing",
            REFILL,
        ),
        (
            {"x": [1.0, -np.inf]},
            "not-finite",
            Place(row=1, column="x"),
            "column 'x' is '-inf', which is not a finite number",
            FIX,
        ),
        (
            {"c": pd.Categorical(["a", None, "b"])},
            "missing-cell",
            Place(row=1, column="c"),
            "the cell of column 'c' is missing",
            REFILL,
        ),
        (
            {"when": pd.to_datetime(["2020-01-01", None, "2020-01-02"])},
            "missing-cell",
            Place(row=1, column="when"),
            "the cell of column 'when' is missing",
            REFILL,
        ),
        (
            {"c": ["a", "b", "c"], "d": [None] * 3},
            "no-usable-column",
            None,
            "no column of X can serve: 'c': text with 3 levels in 3 rows, such as 'a'; 'd': it has no values",
            None,
        ),
    ],
)
def test_a_frame_that_cannot_be_used_is_refused(columns, code, place, what, remedy):
    fault = refusal(columns)
    assert (fault.code, fault.place, fault.what, fault.remedy) == (code, place, what, remedy)


def test_all_columns_that_must_be_refused_are_told_together():
    fault = refusal({"b": ["1", "2", "five"], "x": [1.0, 2.0, np.inf], "m": [1, "a", "b"], "u": [1, 1, 1]})
    assert (fault.code, fault.place, fault.remedy) == ("refused-columns", None, None)
    heading, *lines = fault.what.splitlines()
    assert heading == "3 columns cannot be used:"
    assert [line.partition(",")[0] for line in lines] == ["  row 2", "  row 2", "  row 1"]
    assert [line.partition(": ")[2].partition(",")[0] for line in lines] == [
        "column 'b' is 'five'",
        "column 'x' is 'inf'",
        "column 'm' is 'a'",
    ]
    assert lines[0].endswith(f"; fix the cell, or {BY_CATEGORIES}")
    many = refusal({f"c{place}": [1.0, 2.0, np.inf] for place in range(10)})
    assert (len(many.what.splitlines()), many.what.splitlines()[-1]) == (10, "  and 2 more")


def test_a_row_is_told_by_its_position_whatever_its_label():
    frame = pd.DataFrame({"x": [1.0, 2.0, np.nan]}, index=["a", "b", "c"])
    with pytest.raises(DataError) as caught:
        read_frame(frame)
    assert caught.value.fault.place == Place(row=2, column="x")


@pytest.mark.parametrize(
    ("columns", "code", "place", "cell", "remedy"),
    [
        (
            {"m": pd.Series([True, 1, 2, "x", "y"], dtype=object)},
            "mixed-types",
            Place(row=3, column="m"),
            "x",
            "make it levels with .astype('category'), or numbers with pd.to_numeric",
        ),
        (
            {"m": pd.Series([1, 2], dtype=object)},
            "numbers-as-objects",
            Place(column="m"),
            None,
            "use .astype(float), or .astype('category') to make them levels",
        ),
    ],
)
def test_what_to_do_about_a_frame_is_told(columns, code, place, cell, remedy):
    fault = refusal(columns)
    assert (fault.code, fault.place, fault.cell, fault.remedy) == (code, place, cell, remedy)


def test_too_many_categories_are_refused_with_an_example():
    fault = refusal({"c": pd.Categorical(["a", "b", "c"])}, max_levels=2)
    assert (fault.code, fault.remedy) == ("too-many-levels", "leave it out, raise max_levels, or turn it into numbers")
    assert "3 levels, such as 'a'" in fault.what
    text = {"c": ["a", "b", "c"] * 3, "x": range(9)}
    assert [each.column for each in read_frame(pd.DataFrame(text), max_levels=2).remarks.left_out] == ["c"]
    assert read_frame(pd.DataFrame(text), max_levels=3).remarks.left_out == ()


def test_a_frame_without_columns_keeps_its_rows():
    assert loaded(pd.DataFrame(index=[5, 6])).rows.shape == (2, 0)


def test_a_model_takes_its_columns_whatever_their_order():
    frame = pd.DataFrame({"odd": [None], "x": [2], "c": [False]})
    assert design_of(SCHEMA, frame)[0].dense().tolist() == [[2.0, 1.0]]


def test_a_model_reads_a_number_as_the_text_of_its_category():
    schema = Schema((CategoricalColumn("k", ("1", "2")),))
    assert design_of(schema, pd.DataFrame({"k": [2, 1, 3]}))[1].tolist() == [False, False, True]


def test_a_frame_defines_its_schema_and_becomes_numbers_and_codes():
    frame = pd.DataFrame(
        {"c": pd.Categorical(["a", "b", "b"]), "x": [1.5, 2.5, 3.5], "d": [True, False, True], "z": [4, 5, 6]}
    )
    schema = schema_of(frame, max_levels=2)
    assert schema.features == (
        CategoricalColumn("c", ("b", "a")),
        NumericColumn("x", 1.5, 3.5),
        CategoricalColumn("d", ("True", "False")),
        NumericColumn("z", 4.0, 6.0),
    )
    design, unseen = design_of(schema, frame[["z", "d", "x", "c"]])
    assert design.dense().tolist() == [[1.5, 4.0, 1.0, 0.0], [2.5, 5.0, 0.0, 1.0], [3.5, 6.0, 0.0, 0.0]]
    assert not unseen.any()


def test_many_rows_are_all_gathered():
    x = np.arange(20_001.0)
    frame = pd.DataFrame({"x": x, "z": -x})
    schema = schema_of(frame, max_levels=1)
    for each in (whole(loaded(frame).rows).design, design_of(schema, frame)[0]):
        assert (each.numeric == np.column_stack([x, -x])).all()


def test_a_level_of_a_category_that_no_row_has_is_none():
    frame = pd.DataFrame({"c": pd.Categorical(["a", "b"], categories=["z", "b", "a"])})
    assert schema_of(frame, max_levels=2).categorical[0].levels == ("a", "b")


@pytest.mark.parametrize(
    ("frame", "code", "row", "about", "remedy"),
    [
        ({"c": ["a"], "X": [1]}, "unknown-column", None, "'x'", "did you mean 'X'? its columns are 'c', 'X'"),
        ({"c": ["a"]}, "unknown-column", None, "'x'; its only column is 'c'", None),
        (
            {"c": ["a"], "x": ["one"]},
            "not-a-number",
            0,
            "'x' must be a number, but this cell is 'one'",
            FIX,
        ),
        ({"c": ["a"], "x": [True]}, "not-numeric", None, "'x' must be a number, but its type is bool", None),
        ({"c": ["a"], "x": pd.Categorical([1])}, "not-numeric", None, "'x' must be a number, but its type", None),
        ({"c": ["a"], "x": [1j]}, "not-numeric", None, "'x' must be a number, but its type is complex128", None),
        ({"c": ["a", "a"], "x": [1.0, np.nan]}, "missing-cell", 1, "the cell of column 'x' is missing", REFILL),
    ],
)
def test_a_frame_that_does_not_fit_the_model_is_refused(frame, code, row, about, remedy):
    fault = model_refusal(frame)
    assert (fault.code, fault.place, fault.remedy) == (code, Place(row=row, column="x"), remedy)
    assert about in fault.what


def test_a_name_that_is_there_twice_is_refused_only_when_it_is_used():
    frame = pd.DataFrame([["a", 1, 2, 3]], columns=["c", "x", "odd", "odd"])
    assert read_for(SCHEMA, frame)["x"] == [1.0]
    frame.columns = ["c", "x", "x", "odd"]
    fault = model_refusal(frame)
    assert (fault.code, fault.place, fault.remedy) == ("duplicate-column", Place(column="x"), "rename one of them")


def test_a_frame_may_be_written_as_the_training_data_of_a_model_were():
    dates, money = Writing(date="%d.%m.%Y"), Writing(prefix="$", thousands=",")
    schema = Schema((NumericColumn("d", 0.0, 1.0, dates), NumericColumn("p", 0.0, 1.0, money)))
    expected = {"d": [19753.0, 19754.0], "p": [1200.5, -3.0]}
    written = {"d": ["31.01.2024", "1.2.2024"], "p": ["$1,200.50", "-$3"]}
    days = pd.to_datetime(["2024-01-31", "2024-02-01"])
    for cells in (written, written | {"p": expected["p"]}, written | {"d": days}):
        assert read_for(schema, cells) == expected
    fault = model_refusal(written | {"p": ["$1", "€3"]}, schema)
    assert (fault.code, fault.place, fault.cell) == ("other-notation", Place(row=1, column="p"), "€3")
    assert fault.what == ("column 'p' is '€3', which is not written as numbers with '$' and with thousands separators")
    assert fault.remedy == "write it as in training, or train on such data"


@pytest.mark.parametrize(
    ("cells", "cell"), [([19753, 19754], "19753"), ([1.5, 2.5], "1.5"), (["31.01.2024", "x"], "x")]
)
def test_a_model_of_dates_takes_no_numbers(cells, cell):
    schema = Schema((NumericColumn("d", 0.0, 1.0, Writing(date="%d.%m.%Y")),))
    fault = model_refusal({"d": cells}, schema)
    assert (fault.code, fault.cell) == ("other-date-format", cell)
    assert fault.what.endswith("which is not written as %d.%m.%Y")
    assert fault.remedy == "write it as in training, or train on such data"


def test_numbers_that_are_dates_in_the_format_of_a_model_are_dates():
    schema = Schema((NumericColumn("d", 0.0, 1.0, Writing(date="%Y%m%d")),))
    assert read_for(schema, pd.DataFrame({"d": [20240131]}))["d"] == [19753.0]


def test_text_is_numbers_to_a_model_of_numbers():
    frame = pd.DataFrame({"c": ["True", "False"], "x": ["1", "2.5"]})
    assert read_for(SCHEMA, frame)["x"] == [1.0, 2.5]


def test_dates_with_a_zone_are_the_same_moments_in_a_file_and_to_a_model():
    times = pd.date_range("2024-03-30", periods=4, freq="17h", tz="Europe/Berlin")
    typed = read_frame(pd.DataFrame({"t": times}))
    written = read_frame(pd.DataFrame({"t": [str(time) for time in times]}))
    assert typed.columns["t"] == written.columns["t"]
    assert typed.writings == written.writings
    schema = Schema((NumericColumn("t", 0.0, 1.0, typed.writings["t"]),))
    for zone in ("UTC", "Asia/Tokyo"):
        moments = pd.DataFrame({"t": times.tz_convert(zone)})
        assert read_for(schema, moments)["t"] == typed.columns["t"]
    with pytest.raises(DataError) as caught:
        read_for(schema, pd.DataFrame({"t": times.tz_localize(None)}))
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("no-time-zone", "use .dt.tz_localize")


def test_a_model_of_times_of_day_takes_the_clock_of_dates():
    schema = Schema((NumericColumn("t", 0.0, 24.0, Writing(date="%H:%M")),))
    for cells in (["08:30", "23:15"], pd.to_datetime(["2024-01-01 08:30", "2024-06-30 23:15"])):
        assert read_for(schema, pd.DataFrame({"t": cells}))["t"] == [8.5, 23.25]


def test_a_number_in_a_notation_that_no_float_holds_is_refused_in_its_row():
    huge = "$" + "9" * 400
    fault = refusal({"p": ["$1", huge, "$2", "$3"]})
    assert (fault.code, fault.place, fault.remedy) == ("not-finite", Place(row=1, column="p"), FIX)


@pytest.mark.parametrize(
    "dtype", ["date32[day]", "date64[ms]", "timestamp[s]", "timestamp[ns]", "timestamp[us, tz=UTC]"]
)
def test_dates_of_pyarrow_are_those_of_numpy(dtype):
    pytest.importorskip("pyarrow")
    days = pd.date_range("2024-01-31", periods=3, tz="UTC" if "tz" in dtype else None)
    cells = pd.Series(days.date if "date" in dtype else days, dtype=f"{dtype}[pyarrow]")
    typed = read_frame(pd.DataFrame({"when": cells}))
    assert typed.columns["when"] == [19753.0, 19754.0, 19755.0]
    assert typed.writings == read_frame(pd.DataFrame({"when": days})).writings
    schema = Schema((NumericColumn("when", 0.0, 1.0, typed.writings["when"]),))
    assert read_for(schema, pd.DataFrame({"when": cells}))["when"] == [19753.0, 19754.0, 19755.0]


@pytest.mark.parametrize("dtype", ["Int64", "int64[pyarrow]", "int64"])
def test_whole_numbers_of_any_dtype_are_the_levels_that_they_are_written_as(dtype):
    pytest.importorskip("pyarrow")
    levels = pd.Categorical(["0", "1", "2", "0", "1", "2"])
    result = mae_cli.fit(pd.DataFrame({"c": levels}), np.arange(6.0) % 3)
    assert result.predict(pd.DataFrame({"c": pd.array([0, 1, 2], dtype=dtype)})).tolist() == [0.0, 1.0, 2.0]


def test_lists_of_arrow_are_left_out():
    pa = pytest.importorskip("pyarrow")
    lists = pd.array([[1], [2], [3], [4]], dtype=pd.ArrowDtype(pa.list_(pa.int64())))
    with pytest.warns(UserWarning, match="left out column 'b'"):
        result = mae_cli.fit(pd.DataFrame({"a": [1.0, 2.0, 4.0, 3.0], "b": lists}), [1.0, 2.0, 3.0, 5.0])
    assert [each.column for each in result.columns_left_out] == ["b"]
