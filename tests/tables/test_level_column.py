"""A column of text whose levels are found while it is read."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.errors import DataError
from mae_cli.tables import level_column
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.numeric_block import Wanted


def read(column, cells, first=0):
    return column.read(chunk_of({column.name: cells}, Wanted((), (column.name,)), first)).values.tolist()


def a_column(max_levels=200, dialect=None, *, declared=False):
    return LevelColumn("k", declared, max_levels, dialect or Dialect())


def refusal(cells, **options):
    """What is told at the end of a file with these cells."""
    column, files = a_column(**options), held("k\n" + "".join(f"{cell}\n" for cell in cells))
    read(column, [cell or np.nan for cell in cells])
    with pytest.raises(DataError) as caught:
        column.finish(files)
    return str(caught.value)


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


def test_a_column_without_values_is_refused():
    assert refusal(["", "NA"]) == "data.csv: column 'k' has no values; use --exclude k"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["1", "2", "x"], "data.csv, line 4: column 'k' is 'x', which is not a number, where most cells are numbers; "),
        (["a", "b", "3"], "data.csv, line 4: column 'k' is the number '3', where most cells are text; fix the cell, "),
        (["1", "a"], "data.csv, line 3: column 'k' is 'a', which is not a number, where most cells are numbers; "),
        (["kg", "1", "2"], "fix the cell, remove the line if it holds units, or use --categorical k or --exclude k"),
        (["5 %", "7 %"], "data.csv, line 2: column 'k' is '5 %', a percentage, not a plain number; take the % off, or"),
    ],
)
def test_numbers_among_text_and_numbers_in_disguise_are_refused(cells, says):
    assert says in refusal(cells)


def test_a_decimal_point_beside_a_decimal_comma_is_refused():
    assert refusal(["1.5", "x", "2.5"], dialect=Dialect(decimal=",")).startswith(
        "data.csv, line 2: column 'k' is '1.5', a number with a decimal point, where --decimal , was given; "
    )


@pytest.mark.parametrize("cells", [["1", "2", "x"], ["5 %", "7 %"], ["1", "2"]])
def test_a_declared_column_may_hold_anything(cells):
    column = a_column(declared=True)
    read(column, cells)
    column.finish(held("k\n1\n"))


def test_too_many_levels_are_refused():
    assert refusal(["a", "b", "c"], max_levels=2).startswith(
        "data.csv, line 2: column 'k' is text with 3 levels, such as 'a', and at most 2 are allowed; "
    )


def test_a_column_that_is_refused_anyway_learns_no_more_levels(monkeypatch):
    monkeypatch.setattr(level_column, "_MOST_LEVELS", 3)
    column = a_column(max_levels=2)
    assert read(column, list("abcdef")) == [1, 2, 3, 1, 1, 1]
    assert column.levels == ("a", "b", "c")
    with pytest.raises(DataError, match="text with more than 3 levels"):
        column.finish(held("k\na\n"))


def test_a_number_is_learned_even_then(monkeypatch):
    monkeypatch.setattr(level_column, "_MOST_LEVELS", 3)
    assert "the number '7'" in refusal(["a", "b", "c", "d", "7"], max_levels=2)
