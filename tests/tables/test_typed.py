"""Chunks of cells as numbers and codes of levels."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.tables.level_column import KnownLevelColumn, LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.typed import Columns

TEXT = "y,x,k\n1,2,a\n3,4,b\n5,6,a\n"


def columns_of(levels=None, *, weighted=False):
    weight = [NumberColumn("w", role="the weight", positive=True)] if weighted else []
    apart = [NumberColumn("y", role="the target"), *weight]
    return Columns([*apart, NumberColumn("x")], [levels or LevelColumn("k", declared=False, max_levels=9)], len(apart))


def typed(columns, cells, first=0):
    return columns.typed(chunk_of(cells, columns.wanted, first))


def test_what_is_wanted_of_a_parser():
    wanted = columns_of(weighted=True).wanted
    assert (wanted.numbers, set(wanted.texts), wanted.apart) == (("y", "w", "x"), {"k"}, 2)


def test_a_column_may_be_read_both_ways():
    columns = Columns([NumberColumn("y"), NumberColumn("k")], [KnownLevelColumn("k", ("1", "2"))], 1)
    found = typed(columns, {"k": ["2", "1", "NA"], "y": [0.5, 1.5, 2.5]})
    np.testing.assert_array_equal(found.numbers.matrix, [[2.0], [1.0], [np.nan]])
    assert found.codes.tolist() == [[2, 1, 0]]


def test_numbers_and_codes_stand_where_the_columns_do():
    found = typed(columns_of(weighted=True), {"y": [1, 2], "k": ["a", "b"], "x": ["3", "NA"], "w": [0.5, 0.25]})
    assert found.numbers.apart.tolist() == [[1.0, 2.0], [0.5, 0.25]]
    np.testing.assert_array_equal(found.numbers.matrix, [[3.0], [np.nan]])
    assert found.codes.tolist() == [[1, 2]]
    assert found.fault is None


def test_without_levels_there_are_no_codes():
    found = Columns([NumberColumn("x")], [], 0).typed(chunk_of({"x": [1.0, np.nan]}))
    assert found.codes.shape == (0, 2)
    assert (found.missing.tolist(), found.unseen.tolist()) == ([False, True], [False, False])


def test_a_row_is_missing_unseen_or_neither():
    columns = columns_of(KnownLevelColumn("k", ("a", "b")))
    cells = {"y": [1.0, np.nan, 3.0, 4.0, 5.0], "x": [1, 2, 3, 4, 5], "k": ["a", "b", np.nan, "new", "b"]}
    found = typed(columns, cells, first=10)
    assert found.missing.tolist() == [False, True, True, False, False]
    assert found.unseen.tolist() == [False, False, False, True, False]
    assert found.first_unseen() == (3, 0)
    assert found.missing_cells(1) == [True, False, False]
    assert found.missing_cells(2) == [False, False, True]


def test_a_missing_cell_hides_an_unknown_level():
    found = typed(columns_of(KnownLevelColumn("k", ("a", "b"))), {"y": [1.0], "x": [np.nan], "k": ["new"]})
    assert (found.missing.tolist(), found.unseen.tolist()) == ([True], [False])


@pytest.mark.parametrize("weighted", [False, True])
def test_the_block_has_the_rows_that_are_complete_and_known(weighted):
    columns = columns_of(KnownLevelColumn("k", ("a", "b")), weighted=weighted)
    cells = {"y": [1.0, np.nan, 3.0, 4.0], "x": [5, 6, 7, 8], "k": ["b", "a", "new", "a"], "w": [1.0, 2.0, 3.0, 4.0]}
    block = typed(columns, cells, first=10).block()
    assert block.target.tolist() == [1.0, 4.0]
    assert block.design.numeric.tolist() == [[5.0], [8.0]]
    assert block.design.codes[0].tolist() == [2, 1]
    assert block.record_numbers.tolist() == [10, 13]
    assert (block.weights is not None) is weighted
    assert block.weight_values.tolist() == ([1.0, 4.0] if weighted else [1.0, 1.0])


def test_the_first_fault_of_all_columns_is_told_of_one_record_that_of_the_first_column():
    columns = columns_of(KnownLevelColumn("k", ("a", "b")))
    found = typed(columns, {"y": [1.0, "oops", 2.0], "x": [1.0, np.inf, np.inf], "k": ["a", "5", "a"]})
    assert found.fault.record == 1
    fault = found.fault.error(held(TEXT)).fault
    assert (fault.code, fault.place.column) == ("not-a-number", "y")


def test_once_a_column_is_misread_only_others_of_numbers_are_looked_at():
    columns = Columns([NumberColumn("x"), NumberColumn("z")], [LevelColumn("k", declared=False, max_levels=9)], 0)
    typed(columns, {"x": ["a", "b"], "z": [1.0, 2.0], "k": ["u", "v"]})
    assert columns.misread == {"x"}
    typed(columns, {"x": ["a", "b"], "z": ["c", 2.0], "k": ["u", "w"]})
    assert columns.misread == {"x", "z"}
    assert columns.levels[0].levels == ()


def test_notes_come_in_the_order_of_the_columns():
    columns = columns_of()
    typed(columns, {"y": [1, 2], "x": [1, 2**53 + 1], "k": ["a", "NA"]})
    assert [note.partition(";")[0] for note in columns.notes(held(TEXT))] == [
        "data.csv, line 3: column 'x' has whole numbers beyond 2^53, which lose their last digits",
        "column 'k': 1 cell with 'NA' taken as missing",
    ]
