"""A column of text whose levels a model knows."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.known_level_column import KnownLevelColumn, lookalike
from mae_cli.tables.numeric_block import Wanted


def read(column, cells, first=0):
    return column.read(chunk_of({column.name: cells}, Wanted((), (column.name,)), first))


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (["b", "a", "b"], [2, 1, 2]),
        (["b", np.nan, "NA"], [2, 0, 0]),
        (["a", "new", "a "], [1, -1, -1]),
        ([], []),
    ],
)
def test_codes_are_those_of_the_model(cells, codes):
    column = KnownLevelColumn("k", ("a", "b"))
    found = read(column, cells)
    assert found.values.tolist() == codes
    assert found.fault is None
    assert (column.count, column.missing) == (len(cells), codes.count(0))


def test_a_spelling_of_missing_may_be_a_level_unless_the_user_says_otherwise():
    levels = ("NA", "a")
    assert read(KnownLevelColumn("k", levels), ["NA", "null"]).values.tolist() == [1, 0]
    said = Dialect(missing=frozenset({"NA"}))
    assert read(KnownLevelColumn("k", levels, said), ["NA", "a"]).values.tolist() == [0, 2]


def test_the_first_number_is_a_fault_where_levels_were_text():
    column = KnownLevelColumn("k", ("b", "a"))
    fault = read(column, ["new", "a", "7", "5"], first=1).fault
    assert fault.record == 3
    assert str(fault.error(held("k\na\nnew\na\n7\n5\n"))) == (
        "data.csv, line 5: column 'k' is the number '7', but it was text when the model was trained ('a', 'b'); write "
        "its levels as they were, or train on such data"
    )


def test_a_number_is_one_level_more_where_there_were_numbers():
    found = read(KnownLevelColumn("k", ("1", "a")), ["2", "a"])
    assert (found.values.tolist(), found.fault) == ([-1, 2], None)


def test_the_dialect_says_what_a_number_is():
    assert read(KnownLevelColumn("k", ("a",), Dialect(decimal=",")), ["1.5"]).fault is None
    assert read(KnownLevelColumn("k", ("a",), Dialect(decimal=",")), ["1,5"]).fault.record == 0


def test_parts_add_up_and_their_codes_are_the_same():
    column, part = KnownLevelColumn("k", ("a", "b")), KnownLevelColumn("k", ("a", "b"))
    read(column, ["a", np.nan])
    read(part, ["b", "NA", "new"])
    assert column.add(part) is None
    assert (column.count, column.missing) == (5, 2)
    assert column.notes() == []


@pytest.mark.parametrize(
    ("level", "dialect", "like"),
    [
        ("1", PLAIN, "1.0"),
        ("1e0", PLAIN, "1.0"),
        (" aa", PLAIN, "AA"),
        ("2", PLAIN, None),
        ("b", PLAIN, None),
        ("1,0", Dialect(decimal=","), None),
    ],
)
def test_a_level_may_be_one_that_is_written_differently(level, dialect, like):
    assert lookalike(level, ("1.0", "AA"), dialect) == like
