"""What a pass over records finds, and how what parts of it found adds up."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.errors import DataError, Place
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.summary import PassSummary
from mae_cli.tables.typed import Columns

TEXT = "y,k\n1,a\n"


def summary_of(*chunks):
    """The summary of a pass over chunks of a target and levels."""
    columns = Columns([NumberColumn("y", role="the target")], [LevelColumn("k", declared=False, max_levels=9)], 1)
    summary, first = PassSummary(columns), 0
    for targets, levels in chunks:
        chunk = chunk_of({"y": targets, "k": levels}, columns.wanted, first)
        summary.begin(chunk)
        summary.rows_dropped += int(columns.typed(chunk).missing.sum())
        first += len(targets)
    return summary


A, B = ([1.0, np.nan], ["u", "v"]), ([3.0, 4.0, 5.0], ["v", "w", np.nan])


def test_parts_add_up_to_one_pass_over_all():
    joined = summary_of(A)
    recoding = joined.add(summary_of(B))
    whole = summary_of(A, B)
    assert (joined.rows_read, joined.rows_dropped) == (whole.rows_read, whole.rows_dropped) == (5, 2)
    assert [vars(column) for column in joined.columns.all] == [vars(column) for column in whole.columns.all]
    assert [codes.tolist() for codes in recoding] == [[0, 2, 3]]


@pytest.mark.parametrize(
    ("chunk", "note"),
    [
        (([1.0, 2.0], ["u", "v"]), ()),
        (A, ("1 of 2 rows dropped for a missing cell; column 'y' is missing in all of them",)),
        (
            ([1.0, np.nan, np.nan, 4.0], ["u", np.nan, "v", np.nan]),
            ("3 of 4 rows dropped for a missing cell; column 'y' is missing in 2 of them",),
        ),
    ],
)
def test_rows_that_are_dropped_are_noted_with_the_emptiest_column(chunk, note):
    assert summary_of(chunk).notes(held(TEXT)) == note


def test_a_table_without_a_complete_row_is_refused():
    with pytest.raises(DataError) as caught:
        summary_of(([1.0, np.nan, np.nan], [np.nan, "u", "v"])).finish(held(TEXT))
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("no-complete-row", Place("data.csv", column="y"))
    assert fault.what == "every row has a missing cell; column 'y' is missing in 2 of 3 rows"
    assert fault.remedy == "fill in its cells"


def test_rows_are_counted_by_the_columns_that_have_to_go_before_they_are_complete():
    def counted(*chunks):
        columns = Columns([NumberColumn("y")], [LevelColumn("k", declared=False, max_levels=9)], 1, ("k",))
        summary = PassSummary(columns)
        for targets, levels in chunks:
            summary.count(columns.typed(chunk_of({"y": targets, "k": levels}, columns.wanted)))
        return summary

    whole, joined = counted(A, B), counted(A)
    joined.add(counted(B))
    assert whole.complete == joined.complete == [3, 1]
