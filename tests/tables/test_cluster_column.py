"""A column that says which rows belong together."""

import numpy as np
import pytest
from support.faults import refusal_of
from support.tables import chunk_of, held, load

from mae_cli.errors import DataError, Place
from mae_cli.rows.blocks import whole
from mae_cli.tables.cluster_column import ClusterColumn
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.numeric_block import Wanted


def read(column, cells):
    return column.read(chunk_of({column.name: cells}, Wanted((), (column.name,)))).values.tolist()


def test_numbers_and_text_are_levels_alike_and_spellings_of_nothing_are_missing():
    column = ClusterColumn("g")
    assert read(column, ["1", "a", np.nan, "NA", "1", "01"]) == [1, 2, 0, 0, 1, 3]
    column.finish(held("g\n1\n"))
    assert (column.count, column.missing, column.notes()) == (6, 2, [])
    assert read(ClusterColumn("g", dialect=Dialect(missing=frozenset("?"))), ["?", "b"]) == [0, 1]


def test_there_may_be_any_number_of_levels():
    column = ClusterColumn("g")
    assert read(column, list(map(str, range(3000)))) == list(range(1, 3001))
    column.finish(held("g\n1\n"))


def test_a_column_that_says_nothing_is_refused():
    found = refusal_of(load, "y,x,g\n1,2,\n2,3,NA\n", cluster="g")
    assert (found.code, found.file, found.column) == ("no-complete-row", "data.csv", "g")


def test_without_a_value_it_is_refused_by_itself():
    column = ClusterColumn("g")
    read(column, [np.nan, "NA"])
    with pytest.raises(DataError) as caught:
        column.finish(held("g\n1\n"))
    assert (caught.value.fault.code, caught.value.fault.place) == ("no-values", Place("data.csv", column="g"))


def test_it_is_read_beside_the_features_and_is_none_of_them():
    loaded = load("y,g,x,k\n1,7,2,a\n2,,3,b\n3,u,4,b\n4,7,5,a\n", cluster="g")
    assert loaded.layout.features == (("x", None), ("k", ("a", "b")))
    design = whole(loaded.rows).design
    assert (design.numeric[:, 0].tolist(), [each.tolist() for each in design.codes]) == (
        [2, 4, 5],
        [[1, 2, 1], [1, 2, 1]],
    )
    assert (loaded.rows_read, loaded.rows_dropped) == (4, 1)
