"""What a column can serve as, once all its cells were read."""

import numpy as np
import pytest
from support.tables import chunk_of, held

from mae_cli.errors import Place
from mae_cli.rows.schema import Writing
from mae_cli.tables.columns import UsedColumns
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.judge import USED, code_notes, judge
from mae_cli.tables.level_column import LevelColumn
from mae_cli.tables.number_column import NumberColumn
from mae_cli.tables.numeric_block import Wanted


def used(name, *, named=False, dated=False, intercept=True):
    """What a user said of a column."""
    says = frozenset({name})
    return UsedColumns(
        "y",
        (name,),
        frozenset(),
        None,
        named=says if named or dated else frozenset(),
        dates=says if dated else frozenset(),
        intercept=intercept,
    )


def verdict(cells, *, named=False, dated=False, dialect=None, max_levels=200, declared=False):
    """On a column of text, and the file that it is in."""
    column = LevelColumn("k", declared, max_levels, dialect or Dialect(), chosen=named)
    files = held("k\n" + "".join(f"{cell}\n" for cell in cells))
    column.read(chunk_of({"k": [cell or np.nan for cell in cells]}, Wanted((), ("k",))))
    return judge(column, files, used("k", named=named, dated=dated))


def of_numbers(cells, **said):
    column = NumberColumn("x")
    column.read(chunk_of({"x": cells}))
    return judge(column, held("x\n1\n"), used("x", **said))


@pytest.mark.parametrize("cells", [["", "NA"], [""]])
def test_a_column_without_values_cannot_serve(cells):
    found = verdict(cells, named=True)
    assert str(found.fault) == "data.csv: column 'k' has no values; fill it in, or do not name it"
    assert found.left_out.reason == "it has no values"


def test_a_column_of_numbers_without_values_cannot_serve_either():
    assert str(of_numbers([np.nan]).fault) == "data.csv: column 'x' has no values; use --exclude x"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([5.0, 5.0], "it is 5 in every row"),
        ([2.5, np.nan, 2.5], "it is 2.5 in every row but 1 without a value"),
        ([1.0, 2.0], None),
        ([5.0], None),
    ],
)
def test_a_constant_is_left_out_or_refused_unless_it_takes_the_place_of_the_intercept(cells, reason):
    found, named = of_numbers(cells), of_numbers(cells, named=True)
    assert (found.left_out and found.left_out.reason) == reason
    assert (named.fault and named.fault.remedy) == (reason and "do not name it")
    assert of_numbers(cells, intercept=False) == USED


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["1", "2", "x"], "data.csv, line 4: column 'k' is 'x', which is not a number, where most cells are numbers; "),
        (["1", "a"], "data.csv, line 3: column 'k' is 'a', which is not a number, where most cells are numbers; "),
        (["-", "1", "2", "x"], "data.csv, line 5: column 'k' is 'x', which is not a number, where most cells are "),
        (["kg", "1", "2"], "fix the cell, remove the line if it holds units, or use --categorical k or --exclude k"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_numbers_with_a_few_cells_that_are_none_are_refused(cells, says, named):
    found = verdict(cells, named=named)
    assert (says.replace(" or --exclude k", ", or do not name it") if named else says) in str(found.fault)
    assert found.left_out is None


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["a", "b", "a", "b", "3", "a"], "a cell that looks like a number, '3', is a level too"),
        (["a", "b", "a", "b", "3", "7", "a", "b"], "2 cells that look like numbers, such as '3', are levels too"),
    ],
)
def test_text_with_a_few_cells_that_look_like_numbers_is_text_with_a_note(cells, says):
    found = verdict(cells)
    assert (found.left_out, found.fault, found.writing) == (None, None, None)
    assert [note.text(held("k\n" + "a\n" * 9)) for note in found.notes] == [
        f"data.csv, line 6: column 'k' is text, and {says}"
    ]


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (["1", "--", "2"], ("--",)),
        (["..", "2"], ("..",)),
        (["--", "--", "--", "7"], ("--",)),
        (["1", "#DIV/0!", "?"], ("#DIV/0!", "?")),
    ],
)
def test_a_spelling_of_nothing_among_numbers_is_missing(cells, missing):
    assert verdict(cells).writing == Writing(missing=missing)


@pytest.mark.parametrize("cells", [["1", "unknown"], ["1", "x"]])
def test_a_word_among_numbers_is_no_such_spelling(cells):
    assert verdict(cells).fault is not None


def test_a_column_of_nothing_but_its_spellings_has_no_values():
    found = verdict(["-", "-", "?"])
    assert (found.fault.code, found.left_out.reason) == ("no-values", "it has no values but '-', '?'")
    assert verdict(["-", "-", "?"], declared=True, named=True) == USED


def test_a_spelling_of_nothing_among_text_is_a_level():
    assert verdict(["a", "?", "a", "?"]) == USED


def test_numbers_in_disguise_are_left_out_or_refused():
    found = verdict(["$5M", "$7K"])
    assert str(found.fault).startswith(
        "data.csv, line 2: column 'k' is '$5M', an amount of money, not a plain number; take the currency off, or"
    )
    assert (found.left_out.reason, found.left_out.remedy) == (
        "'$5M' is an amount of money, not a plain number",
        "use --number k",
    )


@pytest.mark.parametrize(
    ("cells", "writing", "note"),
    [
        (["12.5%", "3%"], Writing(suffix="%"), "'12.5%' are read as numbers with '%'"),
        (
            ["$1,200.50", "-$3.00"],
            Writing(prefix="$", thousands=","),
            "are read as numbers with '$' and with thou",
        ),
        (
            ["31.01.2024", "?"],
            Writing(date="%d.%m.%Y", missing=("?",)),
            "as dates (%d.%m.%Y), in days since 1970-01-01",
        ),
        (["12:30", "9:00"], Writing(date="%H:%M"), "'12:30' are read as times (%H:%M), in hours"),
    ],
)
def test_dates_and_numbers_that_all_wear_the_same_are_read_with_a_note(cells, writing, note):
    found = verdict(cells)
    assert found.writing == writing
    assert note in found.notes[0].says


def test_a_date_whose_day_and_month_cannot_be_told_apart_needs_a_format():
    found = verdict(["1/2/2024", "3/4/2024"], named=True)
    assert str(found.fault) == (
        "data.csv, line 2: column 'k' is '1/2/2024', a date whose day and month cannot be told apart; use --date "
        "k=%d/%m/%Y, or use --categorical k, or do not name it"
    )
    assert verdict(["1/2/2024", "3/14/2024"]).writing == Writing(date="%m/%d/%Y")


DAYS = [f"2024-01-{day}" for day in range(10, 20)]


@pytest.mark.parametrize(
    ("cells", "line", "misfit"),
    [
        ([*DAYS, "2024-02-30"], 12, "does not exist"),
        (["n.n.", *DAYS], 2, "is not written as %Y-%m-%d"),
        ([*DAYS[:3], "2024", *DAYS[3:]], 5, "is not written as %Y-%m-%d"),
        (["01.02.2024", "2024-01-10"], 3, "is not written as %d.%m.%Y"),
        (["25/12/2023", "12/25/2023", "24/12/2023"], 3, "does not exist"),
        (["31.01.99", "30.01.99", "29.02.99"], 4, "does not exist"),
    ],
)
@pytest.mark.parametrize("said", [{}, {"named": True}, {"dated": True}])
def test_a_few_other_cells_among_dates_are_refused_where_the_first_of_them_is(cells, line, misfit, said):
    found = verdict(cells, **said)
    cell = cells[line - 2]
    assert found.left_out is None
    assert (found.fault.code, found.fault.cell) == ("text-among-dates", cell)
    assert found.fault.place == Place("data.csv", line=line, column="k")
    assert found.fault.what == f"column 'k' is {cell!r}, which {misfit}, where most cells are dates"
    assert found.fault.remedy == f"fix the cell, or {'do not name it' if said.get('named') else 'use --exclude k'}"


def test_other_cells_among_times_of_day_are_told_as_such():
    assert verdict(["8:30", "9:15", "25:10"]).fault.what == (
        "column 'k' is '25:10', which does not exist, where most cells are times"
    )


def test_words_for_nothing_among_dates_are_taken_as_missing_by_one_option():
    found = verdict(["2024-01-31", "missing", "2024-02-01", "tbd"])
    assert found.placeholders == ("missing", "tbd")
    assert found.fault.remedy.startswith("use --na-values missing if that means a missing cell")
    assert verdict([*DAYS, "tbd", "soon"]).placeholders == ()
    zero = verdict([*DAYS, "0000-00-00"])
    assert zero.placeholders == ("0000-00-00",)
    assert zero.fault.remedy.startswith("use --na-values 0000-00-00 if that means a missing cell")
    assert verdict([*DAYS, "NaT"]).writing == Writing(date="%Y-%m-%d", missing=("NaT",))


def test_dates_in_many_ways_are_left_out_with_the_first_cell_that_differs():
    found = verdict(["2024-01-31", "31.01.2024", "Jan 31 2024", "31 Jan 2024", "2024-02-01"])
    assert found.left_out.reason == (
        "'31.01.2024' (data.csv, line 3) is not written as %Y-%m-%d, where other cells are dates"
    )
    assert (found.left_out.remedy, found.fault.place.line) == ("write them alike", 3)


def test_what_the_user_calls_dates_is_dates_or_refused():
    found = verdict(["a", "b", "a", "b"], dated=True)
    assert (found.fault.code, found.fault.place) == ("no-date", Place("data.csv", line=2, column="k"))
    assert found.fault.remedy == "give the format, as in --date k=%Y%m%d"
    assert of_numbers([2019.0, 2020.0], dated=True).fault.code == "no-date"
    assert verdict(DAYS, dated=True).writing == Writing(date="%Y-%m-%d")
    assert of_numbers([2019.0, 2020.0], named=True) == USED


def test_a_decimal_point_beside_a_decimal_comma_is_refused():
    assert str(verdict(["1.5", "x", "2.5"], dialect=Dialect(decimal=",")).fault).startswith(
        "data.csv, line 2: column 'k' is '1.5', a number with a decimal point, where --decimal , was given; "
    )


@pytest.mark.parametrize("cells", [["1", "2", "x"], ["5 %", "7 %"], ["1", "2"]])
def test_a_declared_column_may_hold_anything(cells):
    assert verdict(cells, declared=True, named=True) == USED


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["a", "b", "c", "a"], "text with 3 levels in 4 rows, such as 'a'"),
        (["a", "b", "a", "b"], None),
        (["a", "", "b", ""], "text with 2 levels in 2 rows, such as 'a'"),
        (["a", "a"], "it is 'a' in every row"),
        (["a", "a", ""], "it is 'a' in every row but 1 without a value"),
        (["a"], None),
    ],
)
def test_an_identifier_is_left_out_unless_it_is_named_and_a_single_level_always(cells, reason):
    left_out, named = verdict(cells).left_out, verdict(cells, named=True)
    assert (left_out and left_out.reason) == reason
    assert (named.fault is not None) == ("in every row" in (reason or ""))


def test_too_many_levels_are_left_out_or_refused():
    found = verdict(["a", "b", "c"], max_levels=2)
    assert str(found.fault).startswith(
        "data.csv, line 2: column 'k' is text with 3 levels, such as 'a', and at most 2 are allowed; "
    )
    assert (found.left_out.reason, found.left_out.remedy) == (
        "text with 3 levels, such as 'a'",
        "use --categorical k --max-levels 3",
    )


@pytest.mark.parametrize(
    ("cells", "pair"),
    [
        (["North", "South", "north ", "South"], "'North' and 'north '"),
        (["1.0", "2", "1", "a"], "'1.0' and '1'"),
        (["a b", "a  b", "c"], "'a b' and 'a  b'"),
        (["a", "b"], None),
    ],
)
def test_levels_that_are_written_in_two_ways_get_a_note(cells, pair):
    notes = [note.says for note in verdict(cells, named=True, declared=True).notes]
    expected = f"column 'k' has {pair}, which are levels of their own; write them alike"
    assert notes == ([] if pair is None else [expected])


def test_a_unit_that_is_not_that_of_all_numbers_is_a_doubt():
    found = verdict(["12.5 kmpl", "20 kmpl", "18 kmpl", "17 km/kg"])
    assert (found.left_out.reason, found.left_out.remedy) == (
        "'12.5 kmpl' is a number with a unit, not a plain number",
        "use --number k",
    )
    assert verdict(["5 miles", "1 mile", "9 miles"]).left_out.remedy == "use --number k"
    assert verdict(["1st", "2nd", "1st", "4th", "5th", "1st", "4th", "5th"]) == USED


def notes_of(cells, rows=None):
    files = held("y,x\n" + "".join(f"{place},{cell}\n" for place, cell in enumerate(cells)))
    return [note.says for note in code_notes(files, ["x"], rows or len(cells))]


@pytest.mark.parametrize(
    "cells", [["1", "20", "300"], ["01", "12"], ["0.5", "00.5"], ["0", "000.1"], ["20240131", "7"]]
)
def test_plain_numbers_get_none(cells):
    assert notes_of(cells) == []


def test_a_code_is_named_by_the_first_cell_that_looks_like_one():
    (note,) = notes_of(["12345", " 01234", "00001"])
    assert note.startswith("column 'x' has numbers with leading zeros, such as '01234'; ")


@pytest.mark.parametrize(
    ("cell", "told"), [("20240229", True), ("20241301", False), ("20240132", False), ("18991231", False)]
)
def test_dates_are_told_where_every_cell_may_be_one(cell, told):
    assert len(notes_of(["20240131", cell])) == told


def test_missing_cells_are_no_dates_and_hide_none():
    assert len(notes_of(["20240131", "NA", "", "20240229"])) == 1


def test_only_the_first_records_are_looked_at():
    assert len(notes_of(["1"] * 199 + ["001"])) == 1
    assert notes_of(["1"] * 200 + ["001"]) == []
