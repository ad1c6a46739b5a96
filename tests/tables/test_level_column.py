"""A column of text whose levels are found while it is read."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.tables import level_column
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.level_column import LevelColumn
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
