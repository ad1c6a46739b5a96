"""A column of text whose levels are found while it is read."""

import numpy as np
import pytest
from support.faults import Refusal, refusal_of
from support.tables import chunk_of, held, load

from mae_cli.rows.blocks import whole
from mae_cli.tables import level_column
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.level_column import ClusterColumn, KnownLevelColumn, LevelColumn, lookalike
from mae_cli.tables.numeric_block import Wanted


def read(column, cells, first=0):
    return column.read(chunk_of({column.name: cells}, Wanted((), (column.name,)), first)).values.tolist()


def a_column(max_levels=200, dialect=None, *, declared=False):
    return LevelColumn("k", declared, max_levels, dialect or Dialect())


def test_levels_have_codes_in_the_order_in_which_they_are_met():
    column = a_column()
    assert read(column, ["b", "a", np.nan, "b"]) == [1, 2, 0, 1]
    assert read(column, ["c", "a"], first=4) == [3, 2]
    assert column.levels == ("b", "a", "c")
    assert (column.counts, column.firsts) == ([0, 2, 2, 1], [0, 0, 1, 4])
    assert (column.count, column.missing) == (6, 1)


def test_a_chunk_without_rows_tells_nothing():
    column = a_column()
    assert read(column, []) == []
    assert (column.levels, column.count) == ((), 0)


@pytest.mark.parametrize(
    ("declared", "codes", "notes"),
    [
        (
            False,
            [1, 0, 0],
            ["column 'k': 1 cell with 'NA' taken as missing; if that is a level, use --categorical k"],
        ),
        (True, [1, 2, 0], []),
    ],
)
def test_a_spelling_of_missing_is_a_level_only_where_that_is_said(declared, codes, notes):
    column = a_column(declared=declared)
    assert read(column, ["a", "NA", np.nan]) == codes
    assert [note.text(held("k\na\n")) for note in column.notes()] == notes


def test_a_spelling_that_the_user_gives_is_missing_even_in_a_declared_column():
    column = a_column(dialect=Dialect(missing=frozenset({"?"})), declared=True)
    assert read(column, ["?", "a"]) == [0, 1]
    assert column.missing == 1


def test_parts_add_up_to_the_whole():
    chunks = [["b", "a", np.nan], ["NA", "c", "a"], ["d", "b"]]
    whole, joined = a_column(), a_column()
    first, codes, recoded = 0, [], []
    for cells in chunks:
        codes += read(whole, cells, first)
        first += len(cells)
        part = a_column()
        found = read(part, cells)
        recoded += joined.add(part)[found].tolist()
    assert recoded == codes
    assert vars(joined) == vars(whole)


def test_a_column_of_too_many_levels_learns_no_more_but_counts_their_cells(monkeypatch):
    monkeypatch.setattr(level_column, "_MOST_LEVELS", 3)
    column = a_column(max_levels=2)
    assert read(column, list("abcdef")) == [1, 2, 3, 1, 1, 1]
    assert (column.levels, column.is_full) == (("a", "b", "c"), True)
    assert column.cells(column.levels) == 6


@pytest.mark.parametrize(("first", "others"), [("abcd", "7"), ("1234", "-?")])
def test_the_first_number_and_text_are_learned_even_then(monkeypatch, first, others):
    monkeypatch.setattr(level_column, "_MOST_LEVELS", 3)
    column = a_column(max_levels=2)
    read(column, [*first, *others])
    assert column.levels == (*first[:3], *others)


def read_as_known(column, cells, first=0):
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
    found = read_as_known(column, cells)
    assert found.values.tolist() == codes
    assert found.fault is None
    assert (column.count, column.missing) == (len(cells), codes.count(0))


def test_a_spelling_of_missing_may_be_a_level_unless_the_user_says_otherwise():
    levels = ("NA", "a")
    assert read_as_known(KnownLevelColumn("k", levels), ["NA", "null"]).values.tolist() == [1, 0]
    said = Dialect(missing=frozenset({"NA"}))
    assert read_as_known(KnownLevelColumn("k", levels, said), ["NA", "a"]).values.tolist() == [0, 2]


def test_the_first_number_is_a_fault_where_levels_were_text():
    column = KnownLevelColumn("k", ("b", "a"))
    fault = read_as_known(column, ["new", "a", "7", "5"], first=1).fault
    assert fault.record == 3
    assert str(fault.error(held("k\na\nnew\na\n7\n5\n"))) == (
        "data.csv, line 5: column 'k' is the number '7', but it was text when the model was trained ('a', 'b'); write "
        "its levels as they were, or train on such data"
    )


def test_a_number_is_one_level_more_where_there_were_numbers():
    found = read_as_known(KnownLevelColumn("k", ("1", "a")), ["2", "a"])
    assert (found.values.tolist(), found.fault) == ([-1, 2], None)


def test_the_dialect_says_what_a_number_is():
    assert read_as_known(KnownLevelColumn("k", ("a",), Dialect(decimal=",")), ["1.5"]).fault is None
    assert read_as_known(KnownLevelColumn("k", ("a",), Dialect(decimal=",")), ["1,5"]).fault.record == 0


def test_parts_add_up_and_their_codes_are_the_same():
    column, part = KnownLevelColumn("k", ("a", "b")), KnownLevelColumn("k", ("a", "b"))
    read_as_known(column, ["a", np.nan])
    read_as_known(part, ["b", "NA", "new"])
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


def test_numbers_and_text_are_clusters_alike_and_spellings_of_nothing_are_missing():
    column = ClusterColumn("g")
    assert read(column, ["1", "a", np.nan, "NA", "1", "01"]) == [1, 2, 0, 0, 1, 3]
    assert (column.count, column.missing, column.notes()) == (6, 2, [])
    assert read(ClusterColumn("g", dialect=Dialect(missing=frozenset("?"))), ["?", "b"]) == [0, 1]


def test_there_may_be_any_number_of_clusters():
    column = ClusterColumn("g")
    assert read(column, list(map(str, range(3000)))) == list(range(1, 3001))


def test_a_cluster_that_says_nothing_is_refused():
    found = refusal_of(load, "y,x,g\n1,2,\n2,3,NA\n", cluster="g")
    assert found == Refusal("no-values", column="g", remedy="choose another cluster")


def test_a_cluster_is_read_beside_the_features_and_is_none_of_them():
    loaded = load("y,g,x,k\n1,7,2,a\n2,,3,b\n3,u,4,b\n4,7,5,a\n", cluster="g")
    assert loaded.layout.features == (("x", None), ("k", ("a", "b")))
    design = whole(loaded.rows).design
    assert (design.numeric[:, 0].tolist(), [each.tolist() for each in design.codes]) == (
        [2, 4, 5],
        [[1, 2, 1], [1, 2, 1]],
    )
    assert (loaded.rows_read, loaded.rows_dropped) == (4, 1)
