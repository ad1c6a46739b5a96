"""A column of numbers, chunk by chunk."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.errors import Place
from mae_cli.rows.schema import Writing
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.notation import Unit
from mae_cli.tables.number_column import NumberColumn


def read(column, cells, first=0):
    return column.read(chunk_of({column.name: cells}, first=first))


def fault_of(column, text):
    """The fault in a column of a CSV text whose cells are read as text."""
    files = held(text)
    cells = [files.cell(record, column.name) for record in range(text.count("\n") - 1)]
    return read(column, cells).fault.error(files).fault


@pytest.mark.parametrize(
    ("cells", "values", "missing"),
    [
        ([1.5, 2.0], [1.5, 2.0], 0),
        ([1, 2], [1.0, 2.0], 0),
        ([1.5, np.nan], [1.5, np.nan], 1),
        (["1", "-2.5", " 3e2"], [1.0, -2.5, 300.0], 0),
        (["1", "NA", np.nan, ""], [1.0, np.nan, np.nan, np.nan], 3),
        ([], [], 0),
    ],
)
def test_cells_are_numbers_or_missing(cells, values, missing):
    column = NumberColumn("x")
    found = read(column, cells)
    np.testing.assert_array_equal(found.values, values)
    assert (found.fault, column.misread) == (None, False)
    assert (column.count, column.missing) == (len(cells), missing)


def test_cells_are_counted_through_all_chunks():
    column = NumberColumn("x")
    read(column, [1.0, 2.0])
    read(column, [np.nan, 4.0], first=2)
    assert (column.count, column.missing) == (4, 1)


@pytest.mark.parametrize("cells", [[-0.0, np.nan], ["-0", "NA"], [-0.0, 1.0]])
def test_zero_has_no_sign(cells):
    assert not np.signbit(read(NumberColumn("x"), cells).values[0])


def test_a_chunk_is_never_changed():
    chunk = chunk_of({"x": ["1", "NA"]})
    before = chunk.numbers.matrix.copy()
    NumberColumn("x").read(chunk)
    np.testing.assert_array_equal(chunk.numbers.matrix, before)


def test_the_dialect_says_what_a_number_is_and_what_is_missing():
    column = NumberColumn("x", Dialect(decimal=",", missing=frozenset({"?", "-9"})))
    np.testing.assert_array_equal(read(column, ["1,5", "?", "-9,0", "-8"]).values, [1.5, np.nan, np.nan, -8.0])


@pytest.mark.parametrize("cells", [["1", "a"], ["a", "inf"], [True, False]])
def test_text_where_it_may_be_makes_the_column_misread(cells):
    column = NumberColumn("x")
    assert read(column, cells).fault is None
    assert column.misread


@pytest.mark.parametrize("cells", [[1.0, np.inf], ["1", "-Infinity"], ["1", "inf", "a"]])
def test_the_first_cell_that_is_infinite_is_a_fault(cells):
    column = NumberColumn("x")
    assert read(column, cells, first=10).fault.record == 11
    assert not column.misread


def test_what_is_infinite_is_told_as_it_is_written():
    fault = fault_of(NumberColumn("x"), "y,x\n1,2\n1,-1e999\n")
    assert (fault.code, fault.place) == ("not-finite", Place("data.csv", line=3, column="x"))
    assert (fault.cell, fault.remedy) == ("-1e999", "fix the cell or leave it empty")


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("oops", "fix the cell, or count it as missing with --na-values oops"),
        ("n.d.", "use --na-values n.d. if that means a missing cell"),
        ("w", "remove the line, which seems to repeat the header"),
    ],
)
def test_text_where_numbers_must_be_is_a_fault_with_a_remedy(cell, remedy):
    column = NumberColumn("w", role="the weight")
    fault = fault_of(column, f"y,w\n1,2\n1,{cell}\n")
    assert (fault.code, fault.place) == ("not-a-number", Place("data.csv", line=3, column="w"))
    assert (fault.cell, fault.remedy) == (cell, remedy)
    assert not column.misread


def test_a_number_in_disguise_is_told_as_what_it_looks_like():
    fault = fault_of(NumberColumn("w", role="the weight"), "y,w\n1,2\n1,$5\n")
    assert fault.code == "not-a-number"
    assert (fault.place, fault.cell) == (Place("data.csv", line=3, column="w"), "$5")
    assert fault.what.endswith("but this cell is '$5', which looks like an amount of money")
    assert fault.remedy == "take the currency off"


def test_where_text_comes_first_another_column_may_be_meant():
    column = NumberColumn("y", role="the target", chosen=True)
    assert fault_of(column, "y\na\n").remedy.endswith("--na-values a, or choose a column of numbers")
    assert fault_of(NumberColumn("y", role="the target"), "y\na\n").remedy.endswith("with --na-values a")


@pytest.mark.parametrize("cells", [[1.0, -2.0], [-0.0, -1, np.nan], ["0", "-3", "a"]])
def test_negative_numbers_are_a_fault_where_they_are_refused(cells):
    assert read(NumberColumn("w", role="the weight", positive=True), cells).fault.record == 1
    assert read(NumberColumn("w", role="the weight"), cells[:2]).fault is None


def test_which_number_is_negative_is_told():
    column = NumberColumn("w", role="the weight", positive=True)
    fault = fault_of(column, "y,w\n1,0\n1,-2\n")
    assert (fault.code, fault.place) == ("negative-weight", Place("data.csv", line=3, column="w"))
    assert fault.cell == "-2"


# ---------------------------------------------------------------- digits


@pytest.mark.parametrize(
    ("cells", "inexact"),
    [
        ([1, 2**53], None),
        ([1, 2**53 + 2], None),
        ([1, 2**53 + 1], 1),
        (["1", "9007199254740993"], 1),
        (["-9007199254740993", "1"], 0),
        (["1", "9007199254740993.5"], None),
        (["1", "9" * 400], None),
    ],
)
def test_the_first_whole_number_that_no_float_holds_is_noted(cells, inexact):
    column = NumberColumn("x", role="the feature")
    read(column, cells, first=0)
    assert column.inexact == inexact
    assert [note.record for note in column.notes()] == ([] if inexact is None else [inexact])


def test_only_the_first_of_them_is_noted():
    column = NumberColumn("x")
    read(column, [1, 2**53 + 1])
    read(column, [2**53 + 1], first=2)
    assert column.notes()[0].text(held("x\n1\n9007199254740993\n9007199254740993\n")) == (
        "data.csv, line 3: column 'x' has whole numbers beyond 2^53, which lose their last digits"
    )


# ---------------------------------------------------------------- parts and end


def test_parts_add_up_to_the_whole():
    chunks = [[1, 2], ["x", np.nan], [2**53 + 1]]
    whole, joined = NumberColumn("x", ranged=True), NumberColumn("x", ranged=True)
    first = 0
    for cells in chunks:
        read(whole, cells, first)
        first += len(cells)
        part = NumberColumn("x", ranged=True)
        read(part, cells)
        joined.add(part)
    assert vars(joined) == vars(whole)
    assert whole.misread
    assert whole.inexact == 4


@pytest.mark.parametrize(
    ("chunks", "value", "varies"),
    [
        ([[np.nan], [2.0, 2.0], [2]], 2.0, False),
        ([[2.0, np.nan], [3.0]], 2.0, True),
        ([["2", "NA"], ["2.0"]], 2.0, False),
        ([[1.0, 2.0]], 1.0, True),
        ([[np.nan]], np.inf, False),
    ],
)
def test_whether_there_are_two_numbers_does_not_depend_on_the_chunks(chunks, value, varies):
    whole, joined = NumberColumn("x"), NumberColumn("x")
    for cells in chunks:
        read(whole, cells)
        part = NumberColumn("x")
        read(part, cells)
        joined.add(part)
    assert (whole.lowest, whole.varies) == (joined.lowest, joined.varies) == (value, varies)


def test_other_spellings_of_a_missing_value_are_counted():
    column = NumberColumn("x", writing=Writing(missing=("--", "..")))
    np.testing.assert_array_equal(read(column, ["--", "1", "..", "--"]).values, [np.nan, 1.0, np.nan, np.nan])
    part = NumberColumn("x", writing=Writing(missing=("--", "..")))
    read(part, ["--", "3"])
    column.add(part)
    assert [note.says for note in column.notes()] == [
        "column 'x': 3 cells with '--' taken as missing",
        "column 'x': 1 cell with '..' taken as missing",
    ]
    assert (column.missing, column.misread) == (4, False)


def test_a_target_and_a_weight_take_every_spelling_of_nothing_as_missing_and_count_each():
    for column in (NumberColumn.target("x", Dialect()), NumberColumn.weight("x", Dialect())):
        cells = read(column, ["1", "-", "N.A.", "-", "NA", "2"])
        np.testing.assert_array_equal(cells.values, [1.0, np.nan, np.nan, np.nan, np.nan, 2.0])
        assert (cells.fault, column.missing, column.nothing) == (None, 4, {"-": 2, "N.A.": 1})
        assert read(column, ["3", "unknown"]).fault.record == 1


def test_cells_in_a_notation_that_the_user_told_may_be_nothing_and_a_model_remembers_how():
    column = NumberColumn.feature("x", Dialect(), Writing(free=True), chosen=True)
    np.testing.assert_array_equal(read(column, ["$1k", "-", "?"]).values, [1000.0, np.nan, np.nan])
    assert column.found == Writing(free=True, missing=("-", "?"))
    assert NumberColumn.feature("x", Dialect(), Writing()).spells_nothing is False


@pytest.mark.parametrize(
    ("cell", "chosen", "what", "remedy"),
    [
        ("2024-02-30", False, "does not exist", "fix the cell"),
        ("30.01.2024", False, "is not written as %Y-%m-%d", "fix the cell"),
        ("unknown", False, "is not written as %Y-%m-%d", "use --na-values unknown if that means a missing cell"),
        ("30.01.2024", True, "is not written as %Y-%m-%d", "fix the cell, or give the format that most cells are in"),
    ],
)
def test_a_cell_that_is_no_date_in_the_format_is_refused(cell, chosen, what, remedy):
    column = NumberColumn.feature("x", Dialect(), Writing(date="%Y-%m-%d"), chosen=chosen)
    fault = fault_of(column, f"x\n2024-01-30\n{cell}\n")
    assert (fault.code, fault.place, fault.remedy) == (
        "other-date-format",
        Place("data.csv", line=3, column="x"),
        remedy,
    )
    assert fault.what == f"column 'x' is {cell!r}, which {what}"


def test_units_in_cells_that_were_read_elsewhere_are_told_too():
    first, other = (NumberColumn.target("x", PLAIN, Writing(free=True)) for _ in range(2))
    first.units, other.units = {Unit("g", "g")}, {Unit("km", "m")}
    first.add(other)
    assert [note.says for note in first.notes()] == [
        "column 'x': numbers in 'g' and 'km' (read in 'm') are mixed, and not brought to one unit"
    ]
