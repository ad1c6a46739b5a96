"""From CSV text to complete, typed rows: kinds, refusals, missing cells, weights."""

import csv
import io
from dataclasses import replace
from functools import partial
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.faults import Refusal, refusal_of
from support.tables import columns, held, is_categorical, load, several

from mae_cli.errors import DataError, Place
from mae_cli.progress import ProgressListener
from mae_cli.rows.blocks import Block, MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema
from mae_cli.rows.scratch import ScratchRows
from mae_cli.tables import load as load_module
from mae_cli.tables.apart import Apart
from mae_cli.tables.csv.dialect import MISSING, Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.pieces import cut
from mae_cli.tables.csv.source import Source
from mae_cli.tables.load import ReadOptions, load_for_model, needs_scratch, place_for
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.refused import RefusedColumnsError

FIX = "fix the cell, or count it as missing with --na-values {}"
FIX_X = "fix the cell, or use --categorical x, or do not name it"
FILL_IN, EMPTY = "fill it in, or use --missing drop to leave such rows out", "fix the cell or leave it empty"
SCHEMA = Schema((CategoricalColumn("c", ("a", "b")), NumericColumn("x", 0.0, 9.0)))


refusal = partial(refusal_of, load)
TEXT = "y,x\n" + "1.25,2.5\n" * 1000  # 1,000 rows of two columns: about 24,000 bytes with what goes with them
NO_ROWS = Block(Design(np.zeros((0, 1))), np.zeros(0), None, np.arange(0))


def load_known(text, schema=SCHEMA, weight=None, **options):
    return load_for_model(held(text), schema, Apart("y", weight), ReadOptions(MemoryRows.collect, **options))


model_refusal = partial(refusal_of, load_known)


def target(loaded):
    return whole(loaded.rows).target.tolist()


def records(loaded):
    return whole(loaded.rows).record_numbers.tolist()


def itself(block):
    return block


def test_numbers_and_categories_are_told_apart():
    rows = load("y,n,t,flag\n1,2.5,a,TRUE\n2,-1,b,false\n")
    assert target(rows) == [1.0, 2.0]
    assert [is_categorical(rows, name) for name in ("n", "t", "flag")] == [False, True, True]
    assert columns(rows) == {"n": [2.5, -1.0], "t": ["a", "b"], "flag": ["TRUE", "false"]}


def test_whole_numbers_beyond_64_bits_are_numbers():
    rows = load("y,x,z\n1,99999999999999999999,18446744073709551615\n2,,-1\n3,1,0\n")
    assert columns(rows) == {"x": [1e20, 1.0], "z": [2.0**64, 0.0]}


def test_zeros_before_a_whole_number_may_be_many():
    rows = load(f"y,x\n1,{'0' * 5000}1\n2,18446744073709551617\n3,-{'0' * 5000}\n")
    assert columns(rows) == {"x": [1.0, 2.0**64, 0.0]}


def test_columns_asked_for_as_categories_keep_the_text_of_numbers():
    rows = load("y,k\n1,1\n2,1.0\n3,01\n", categorical=frozenset({"k"}))
    assert columns(rows)["k"] == ["1", "1.0", "01"]


def test_a_column_of_numbers_and_text_may_be_asked_for_as_categories():
    rows = load("y,k\n1,1\n2,x\n3,1e400\n", categorical=frozenset({"k"}))
    assert columns(rows)["k"] == ["1", "x", "1e400"]


@pytest.mark.parametrize("text", ["1+2j", "4 door", "1e", "A-12", "+", " "])
def test_what_only_looks_like_a_number_is_text(text):
    assert columns(load(f"y,k\n1,{text}\n2,{text}a\n"))["k"] == [text, f"{text}a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("y,x\n1,2\n2,n/k\n3,4\n", Refusal("text-among-numbers", line=3, column="x", cell="n/k", remedy=FIX_X)),
        (
            "y,my col\n1,True\n2,1\n",
            Refusal(
                "text-among-numbers",
                line=2,
                column="my col",
                cell="True",
                remedy='fix the cell, remove the line if it holds units, or use --categorical "my col", or do not '
                "name it",
            ),
        ),
        ("y,x\n1,\n2,NA\n", Refusal("no-values", column="x", remedy="fill it in, or do not name it")),
        (
            "y,x\n1,2\n2,-inf\n",
            Refusal(
                "not-finite",
                line=3,
                column="x",
                cell="-inf",
                remedy=f"{EMPTY}, or count it as missing with --na-values=-inf",
            ),
        ),
        ("y,x\n1e400,2\n,3\n", Refusal("not-finite", line=2, column="y", cell="1e400", remedy=EMPTY)),
        (f"y,x\n1,{'9' * 400}\n", Refusal("not-finite", line=2, column="x", cell="9" * 400, remedy=EMPTY)),
        ("y,x\n1,2\nlate,3\n", Refusal("not-a-number", line=3, column="y", cell="late", remedy=FIX.format("late"))),
        (
            "y,x\nTrue,2\n",
            Refusal(
                "not-a-number",
                line=2,
                column="y",
                cell="True",
                remedy="fix the cell, count it as missing with --na-values True, or choose a column of numbers",
            ),
        ),
        (
            "y,x\n1,\n,2\n3,\n",
            Refusal("no-complete-row", column="x", remedy="fill in its cells, or do not name it"),
        ),
    ],
)
def test_a_column_that_cannot_be_used_is_refused(text, found):
    assert refusal(text) == found


def test_the_last_cell_of_a_long_file_counts_for_the_kind():
    text = "y,x\n" + "1,2\n" * 100_000 + "1,late\n"
    assert refusal(text) == Refusal("text-among-numbers", line=100_002, column="x", cell="late", remedy=FIX_X)


def test_too_many_levels_are_refused_with_an_example():
    text = "y,when\n" + "".join(f"{day},day {day}\n" for day in range(1, 5))
    remedy = "do not name it, raise --max-levels, or turn dates and units into numbers first"
    found = refusal(text, max_levels=3)
    assert found == Refusal("too-many-levels", line=2, column="when", cell="day 1", remedy=remedy)
    assert load(text, max_levels=4).rows.shape[0] == 4


def test_more_levels_than_are_usually_counted_may_be_allowed(monkeypatch):
    monkeypatch.setattr("mae_cli.tables.level_column._MOST_LEVELS", 3)
    text = "y,k\n" + "".join(f"{row},level {row % 6}\n" for row in range(9))
    assert load(text, max_levels=6, missing="error").rows.shape[0] == 9
    found = refusal(text, max_levels=2, missing="error")
    assert (found.code, found.line, found.cell) == ("too-many-levels", 2, "level 0")


@pytest.mark.parametrize("place", [0, 1, 8])
def test_one_text_among_more_numbers_than_levels_are_counted_is_found(monkeypatch, place):
    monkeypatch.setattr("mae_cli.tables.level_column._MOST_LEVELS", 3)
    cells = [str(row) for row in range(9)]
    cells[place] = "Total"
    text = "y,k\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells))
    found = refusal(text)
    assert (found.code, found.line, found.column, found.cell) == ("text-among-numbers", place + 2, "k", "Total")


@pytest.mark.parametrize("size", [10, 1 << 20])
@pytest.mark.parametrize("spelling", ["-999", "-999.0", "-0999", " -999", "-9.99e2"])
@pytest.mark.parametrize("other", ["1", "1.5"])
def test_a_number_that_stands_for_a_missing_cell_does_so_however_it_is_written(spelling, other, size):
    text = f"y,x,w\n1,{other},1\n2,{spelling},1\n3,2,1\n{spelling},4,1\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=size))
        rows = load(replace(held(text), dialect=Dialect(missing=frozenset({"-999"}))))
    assert target(rows) == [1.0, 3.0]
    assert rows.rows_dropped == 2


def test_in_text_a_missing_cell_is_what_is_written_so():
    files = replace(held("y,k\n1,0\n2,0.0\n3,00\n4,-\n"), dialect=Dialect(missing=frozenset({"0", "-"})))
    assert columns(load(files, categorical=frozenset({"k"})))["k"] == ["0.0", "00"]
    schema = Schema((CategoricalColumn("k", ("-", "0.0", "00")),))
    known = load_for_model(files, schema, Apart("y"), ReadOptions(MemoryRows.collect))
    assert (columns(known)["k"], known.rows_dropped) == (["0.0", "00"], 2)


def test_an_excluded_column_is_not_looked_at():
    assert list(columns(load("y,x,odd\n1,2,3\n2,3,x\n", exclude=frozenset({"odd"})))) == ["x"]


def test_features_come_in_the_order_asked_for():
    assert columns(load("a,y,b,c\n1,2,3,z\n", features=("b", "c", "a"))) == {"b": [3.0], "c": ["z"], "a": [1.0]}


def test_rows_with_a_missing_used_cell_are_dropped_and_counted():
    rows = load("y,x,c,unused\n1,2,a,\n,2,a,1\n3,,b,1\n4,5,,1\n6,7,b,\n", exclude=frozenset({"unused"}))
    assert target(rows) == [1.0, 6.0]
    assert columns(rows) == {"x": [2.0, 7.0], "c": ["a", "b"]}
    assert (rows.rows_read, rows.rows_dropped, rows.rows_unseen, records(rows)) == (5, 3, 0, [0, 4])
    assert rows.files.place(records(rows)[1]) == Place("data.csv", line=6)
    assert rows.notes == ("3 of 5 rows dropped for a missing cell; column 'y' is missing in 1 of them",)


def test_every_spelling_of_a_missing_cell_drops_its_row_unless_the_column_is_declared_to_hold_levels():
    text = "y,k\n1,x\n2,z\n" + "".join(f'3,"{spelling}"\n' for spelling in sorted(MISSING))
    assert (columns(load(text))["k"], load(text).rows_dropped) == (["x", "z"], len(MISSING))
    declared = load(text, categorical=frozenset({"k"}))
    assert columns(declared)["k"] == ["x", "z", *sorted(MISSING - {""})]


def test_complete_data_give_no_note():
    rows = load("y,x\n1,2\n")
    assert (rows.rows_dropped, rows.notes) == (0, ())


def test_missing_cells_can_be_refused():
    found = refusal("b,y,a\n1,2,3\n,,1\n2,1,\n", missing="error", features=("a", "b"))
    assert found == Refusal("missing-cell", line=3, column="b", remedy=FILL_IN)
    assert load("b,y,a\n1,2,3\n", missing="error").rows_dropped == 0


def test_weights_are_read_and_their_missing_cells_drop_the_row():
    rows = load("y,x,w\n1,2,0.5\n2,3,\n3,4,0\n", weight="w")
    assert whole(rows.rows).weights.tolist() == [0.5, 0.0]
    assert list(columns(rows)) == ["x"]
    assert whole(load("y,x,w\n1,2,0.5\n").rows).weights is None


@pytest.mark.parametrize(
    ("cell", "code", "remedy"),
    [("-2", "negative-weight", "fix the cell"), ("heavy", "not-a-number", FIX.format("heavy"))],
)
def test_weights_that_cannot_be_used_are_refused(cell, code, remedy):
    found = refusal(f"y,x,w\n1,1,1\n2,2,{cell}\n", weight="w")
    assert found == Refusal(code, line=3, column="w", cell=cell, remedy=remedy)


def outcome(cells):
    """The kind of a column, or "refused"."""
    try:
        rows = load("y,x\n" + "".join(f"1,{cell}\n" for cell in cells))
    except DataError:
        return "refused"
    return "categorical" if is_categorical(rows, "x") else "numeric"


@given(
    st.lists(st.sampled_from(["1", "2.5", "", "NA", "x", "True", "FALSE", "9" * 20, "-1", " 3"]), min_size=1),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40)
def test_the_kind_does_not_depend_on_the_order_of_the_rows(cells, random):
    shuffled = random.sample(cells, len(cells))
    present = [cell for cell in cells if cell not in ("", "NA")]
    numbers = [cell in ("1", "2.5", "9" * 20, "-1", " 3") for cell in present]
    expected = "categorical" if 2 * sum(numbers) < len(numbers) else "numeric" if all(numbers) else "refused"
    is_one_level = expected == "categorical" and len(set(present)) == 1 < len(present)
    assert outcome(cells) == outcome(shuffled) == (expected if numbers and not is_one_level else "refused")


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(-1e9, 1e9) | st.none(), st.sampled_from(["", "a", "b"])), min_size=1))
def test_the_kept_rows_are_those_that_are_complete(cells):
    complete = [row for row, (x, c) in enumerate(cells) if x is not None and c]
    levels = [c for _, c in cells if c]
    assume(complete and (len(set(levels)) > 1 or len(levels) == 1))
    text = "y,x,c\n" + "".join(f"{row},{'' if x is None else repr(x)},{c}\n" for row, (x, c) in enumerate(cells))
    rows = load(text)
    assert records(rows) == complete
    assert target(rows) == complete
    assert columns(rows) == {"x": [cells[row][0] for row in complete], "c": [cells[row][1] for row in complete]}


def test_a_model_reads_its_columns_and_ignores_the_rest():
    rows = load_known("odd,x,y,c\n1,2,3,a\nz,4,5,b\n")
    assert columns(rows) == {"c": ["a", "b"], "x": [2.0, 4.0]}
    assert target(rows) == [3.0, 5.0]


def test_a_model_keeps_the_text_of_its_categories():
    schema = Schema((CategoricalColumn("c", ("TRUE", "1", "1.0")), NumericColumn("x", 0.0, 9.0)))
    rows = load_known("c,x,y\n1,1,0\n1.0,2,0\nTRUE,3,0\n", schema)
    assert columns(rows)["c"] == ["1", "1.0", "TRUE"]


def test_a_level_that_a_model_does_not_know_is_refused_with_its_line_or_its_row_left_out_and_counted():
    text = "c,x,y\na,1,2\nz,,3\nq,2,3\nb,3,4\n"
    remedy = "skip such rows with --unseen skip, or train on data that has them"
    assert model_refusal(text) == Refusal("unseen-level", line=4, column="c", cell="q", remedy=remedy)
    rows = load_known(text, skip_unseen=True)
    assert (rows.rows_read, rows.rows_dropped, rows.rows_unseen, records(rows)) == (4, 1, 1, [0, 3])


@pytest.mark.parametrize(("cell", "known"), [("A", "a"), ("b ", "b"), ("1.0", "1")])
def test_a_level_that_is_only_written_differently_is_told_as_the_model_knows_it(cell, known):
    schema = Schema((CategoricalColumn("c", ("a", "b", "1")),))
    remedy = f"skip such rows with --unseen skip, or write it {known!r} if it is the same"
    found = model_refusal(f"c,y\n{cell},1\n", schema)
    assert found == Refusal("unseen-level", line=2, column="c", cell=cell, remedy=remedy)


def test_a_comparison_needs_a_complete_row():
    assert model_refusal("c,x,y\n,1,2\n") == Refusal("no-complete-row", column="c", remedy="fill in its cells")


def test_a_missing_cell_of_a_model_drops_the_row_or_is_refused():
    text = "c,x,y\na,1,2\nb,,3\n"
    assert records(load_known(text)) == [0]
    found = model_refusal(text, missing="error")
    assert found == Refusal("missing-cell", line=3, column="x", remedy=FILL_IN)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "c,X,y\na,1,2\n",
            Refusal("unknown-column", column="x", remedy="did you mean 'X'? its columns are 'c', 'X', 'y'"),
        ),
        ("c,x,t\na,1,2\n", Refusal("unknown-column", column="y")),
        ("c,x,y\na,1,2\na,z,2\n", Refusal("not-a-number", line=3, column="x", cell="z", remedy=FIX.format("z"))),
        ("c,x,y\na,1,2\na,1,z\n", Refusal("not-a-number", line=3, column="y", cell="z", remedy=FIX.format("z"))),
        (
            "c,x,y\na,inf,2\n",
            Refusal(
                "not-finite",
                line=2,
                column="x",
                cell="inf",
                remedy=f"{EMPTY}, or count it as missing with --na-values inf",
            ),
        ),
    ],
)
def test_data_that_do_not_fit_the_model_are_refused(text, found):
    assert model_refusal(text) == found


def test_a_model_uses_weights_where_the_data_have_them():
    weighted = load_known("c,x,y,w\na,1,2,3\na,1,2,6\n", weight="w")
    assert whole(weighted.rows).weights.tolist() == [3, 6]
    rows = load_known("c,x,y\na,1,2\n", weight="w")
    assert whole(rows.rows).weights is None
    assert rows.notes == ("data.csv has no weight column 'w'; all rows weigh the same",)
    assert model_refusal("c,x,y,w\na,1,2,-3\n", weight="w").code == "negative-weight"


def test_the_watch_is_told_of_the_rows_read_so_far():
    listener = mock.create_autospec(ProgressListener, instance=True)
    load_known("c,x,y\na,1,2\nb,,3\n", listener=listener)
    listener.reading.assert_called_once_with(2, 0.0)


# ---------------------------------------------------------------- pieces


@st.composite
def tables(draw):
    """Rows of target, numbers, levels and weights, with missing cells, and up to three faults."""
    missing = st.sampled_from(["", "NA"])
    number = st.sampled_from(["1", "-2", "0.1", "18446744073709551616", str(2**53 + 1), "1" + "0" * 20, " 3", "-0"])
    level = st.sampled_from(["a", "b", "True", "false", "x y", "é", '"', "\n", "\ufeffz"])
    weight = st.sampled_from(["0", "1", "2.5"])
    count = draw(st.integers(1, 20))
    kinds = {"y": number, "x": number, "k": level, "w": weight, "n": st.one_of(number, number, missing)}
    columns = {name: draw(st.lists(kind, min_size=count, max_size=count)) for name, kind in kinds.items()}
    for _ in range(draw(st.integers(0, 3))):
        name, place = draw(st.sampled_from("yxkw")), draw(st.integers(0, count - 1))
        infinite = ["inf", "1e400"] if name != "k" else []
        fault = st.sampled_from(["oops", "TRUE", "-7", "", '"a, b"', "\n", *infinite])
        columns[name][place] = draw(fault)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n"])), quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for record in zip(*columns.values(), strict=True):
        writer.writerow(record)
        text.write(
            draw(
                st.sampled_from(
                    [""] * 30 + ["1,2\n", "1,2,a,1,1,1\n", '"1"2,3,a,1,1\n', '1,2,a,"1,1\n', "1,2,\0,1,1\n"]
                )
            )
        )
    return text.getvalue()


def everything(text, size, **options):
    """All that is known of the rows of a text that is read in pieces of about so many bytes, or the refusal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=size))
        try:
            rows = load(text, weight="w", **options)
        except DataError as error:
            return error.fault
    block = whole(rows.rows)
    numbers = np.vstack([block.target, block.weights, block.design.numeric.T])
    places = [rows.files.place(record) for record in records(rows)]
    return numbers.tobytes(), columns(rows), rows.layout, places, rows.rows_read, rows.rows_dropped, rows.notes


@settings(max_examples=30)  # each parses a file piece by piece, many times over
@given(tables(), st.integers(1, 60), st.sampled_from(["drop", "error"]))
def test_rows_kinds_levels_notes_and_refusals_do_not_depend_on_the_pieces(text, size, missing):
    assert everything(text, size, missing=missing) == everything(text, 1 << 20, missing=missing)


# Text that is no table ends the reading; what is wrong with columns is told of all of them.
OF_LINES = {
    "a,b,1,1": "wrong-field-count",
    'a,"1"2,1': "text-after-quote",
    "\0,1,1": "nul-byte",
    '1,1,"1': "unclosed-quote",
}
OF_COLUMNS = {
    "inf,1,1": "not-finite",
    "1,late,1": "not-a-number",
    "1,1,-1": "negative-weight",
    "1,,1": "missing-cell",
}


@pytest.mark.parametrize("size", [8, 1 << 20])
@pytest.mark.parametrize("later", OF_LINES)
@pytest.mark.parametrize("first", OF_LINES)
def test_of_several_faults_of_lines_the_first_in_the_file_is_told(first, later, size):
    if first.endswith('"1') and '"' in later:
        pytest.skip("the later quote closes the first one")
    text = "x,y,w\n1,2,1\n2,3,1\n" + f"{first}\n3,2,1\n{later}\n"
    fault = everything(text, size, missing="error")
    assert (fault.code, fault.place.line) == (OF_LINES[first], 4)


@pytest.mark.parametrize("size", [8, 1 << 20])
@pytest.mark.parametrize("line", OF_LINES)
@pytest.mark.parametrize("cell", OF_COLUMNS)
def test_a_line_at_fault_is_told_whatever_is_wrong_with_columns(cell, line, size):
    fault = everything(f"x,y,w\n1,2,1\n2,3,1\n{cell}\n3,2,1\n{line}\n", size, missing="error")
    assert (fault.code, fault.place.line) == (OF_LINES[line], 6)


@pytest.mark.parametrize("size", [8, 1 << 20])
@pytest.mark.parametrize("later", OF_COLUMNS)
@pytest.mark.parametrize("first", OF_COLUMNS)
def test_the_first_fault_of_every_column_is_told(first, later, size, monkeypatch):
    monkeypatch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=size))
    with pytest.raises(RefusedColumnsError) as caught:
        load(f"x,y,w\n1,2,1\n2,3,1\n{first}\n3,2,1\n{later}\n", weight="w", missing="error")
    found = [(fault.code, fault.place.line) for fault in caught.value.faults]
    if first == later:
        assert found == [(OF_COLUMNS[first], 4)]
    elif {first, later} == {"1,late,1", "1,,1"}:  # both in the target
        assert found == [("not-a-number", 4 if first == "1,late,1" else 6)]
    else:
        assert sorted(found, key=lambda each: each[1]) == [(OF_COLUMNS[first], 4), (OF_COLUMNS[later], 6)]


@pytest.mark.parametrize(
    "cells", [("inf", "late", "1"), ("late", "inf", "1"), ("1", "inf", "late"), ("1", "late", "inf")]
)
def test_what_is_told_of_a_column_does_not_depend_on_where_a_piece_ends(cells):
    text = "y,x,w\n" + "".join(f"1,{cell},1\n3,4,1\n" for cell in cells)
    told = {everything(text, size) for size in (8, 12, 20, 1 << 20)}
    assert len(told) == 1
    assert told.pop().cell == "late"


@pytest.mark.parametrize("size", [8, 1 << 20])
@pytest.mark.parametrize("other", ["1.5", "", "-3e300", "1"])
@pytest.mark.parametrize("sign", ["", "-", "+"])
def test_whole_numbers_that_lose_a_unit_are_told_of_beside_fractions_and_missing_cells(sign, other, size):
    text = f"y,x,w\n1,2,1\n3,{other},1\n2,{sign}9007199254740993,1\n2,{sign}9007199254740992,1\n"
    assert everything(text, size)[-1][0] == (
        "data.csv, line 4: column 'x' has whole numbers beyond 2^53, which lose their last digits"
    )
    assert "lose" not in str(everything(text.replace("0993", "0994"), size)[-1])


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_a_missing_cell_late_in_the_file_is_refused_with_its_line(size):
    text = "y,x,w\n" + "1,2,1\n" * 50 + "1,,1\n,2,1\n"
    found = Refusal.of(everything(text, size, missing="error"))
    assert found == Refusal("missing-cell", line=52, column="x", remedy=FILL_IN)


@pytest.mark.parametrize("size", [10, 200])
@pytest.mark.parametrize(
    ("late", "code"), [("late", "text-among-numbers"), ("True", "text-among-numbers"), ("inf", "not-finite")]
)
def test_a_cell_late_in_the_file_is_found_in_its_piece(size, late, code):
    text = "y,x,w\n" + "1,2,1\n" * 100 + f"1,{late},1\n" + "1,2,1\n" * 100
    found = Refusal.of(everything(text, size))
    assert (found.code, found.file, found.line, found.column, found.cell) == (code, "data.csv", 102, "x", late)


def test_whole_numbers_beyond_64_bits_late_in_the_file_change_no_other_cell():
    text = "y,x,w\n" + "".join(f"1,{2**53 + 1 + row},1\n" for row in range(50)) + f"1,{'9' * 20},1\n1,,1\n"
    assert everything(text, 20) == everything(text, 1 << 20)
    assert columns(load(text))["x"] == [float(2**53 + 1 + row) for row in range(50)] + [1e20]


def test_text_late_in_a_column_without_values_is_its_kind():
    text = "y,x,w\n" + "1,,1\n" * 100 + "1,a,1\n1,b,1\n"
    for size in (10, 1 << 20):
        assert everything(text, size)[1]["x"] == ["a", "b"]


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_several_files_are_the_file_that_they_make_together(size):
    header, lines = "y,x,k,w\n", [f"{row},{row % 7},{'ab'[row % 2]},1\n" for row in range(30)]
    lines[4], lines[25] = "1,,b,1\n", "2,3,late,1\n"
    together = everything(header + "".join(lines), size)
    apart = everything(several(*(header + "".join(lines[i:j]) for i, j in ((0, 9), (9, 9), (9, 26), (26, 30)))), size)
    assert apart[:3] == together[:3]
    assert apart[4:] == together[4:]
    assert list(map(str, (apart[3][0], apart[3][7], apart[3][8]))) == [
        "1.csv, line 2",
        "1.csv, line 10",
        "3.csv, line 2",
    ]


# ---------------------------------------------------------------- places


def test_both_places_hold_the_same_blocks(scratch):
    rng = np.random.default_rng(2)
    text = "y,x,k,w\n" + "".join(
        f"{rng.normal()},{rng.normal() if row % 9 else ''},{'abc'[row % 3]},{row % 4}\n" for row in range(40_000)
    )
    here, there = (load(text, weight="w", place=place).rows for place in (MemoryRows, scratch))
    assert isinstance(there, ScratchRows)
    assert here.shape == there.shape
    for block, other in zip(here.map(itself), there.map(itself), strict=True):
        assert block.design.numeric.tobytes("F") == other.design.numeric.tobytes("F")
        assert [codes.tobytes() for codes in block.design.codes] == [codes.tobytes() for codes in other.design.codes]
        for name in ("target", "weights", "positions", "records"):
            assert getattr(block, name).tobytes() == getattr(other, name).tobytes()


def test_a_column_that_turns_out_as_text_is_read_again_in_both_places(place):
    text = "y,x\n" + "1,\n" * 10 + "2,a\n3,b\n"
    assert columns(load(text, place=place))["x"] == ["a", "b"]


MANY_FAULTS = "y,x,k,w\n1,1.5,a,1\nbad,2.5,b,1\n3,oops,a,1\n4,2,b,-1\n5,3,a,1\n6,4,b,1\n7,4,a,1\n"


def test_the_faults_of_the_target_and_of_features_are_told_at_once():
    with pytest.raises(RefusedColumnsError) as caught:
        load(MANY_FAULTS)
    target, feature = map(Refusal.of, caught.value.faults)
    assert target == Refusal("not-a-number", line=3, column="y", cell="bad", remedy=FIX.format("bad"))
    assert feature == Refusal("text-among-numbers", line=4, column="x", cell="oops", remedy=FIX_X)


def test_the_fault_of_a_weight_and_of_features_are_told_at_once():
    with pytest.raises(RefusedColumnsError) as caught:
        load(MANY_FAULTS.replace("bad", "2"), weight="w")
    weight, feature = map(Refusal.of, caught.value.faults)
    assert (weight.code, weight.line, weight.column) == ("negative-weight", 5, "w")
    assert (feature.code, feature.line, feature.column) == ("text-among-numbers", 4, "x")


def test_the_fault_of_the_target_alone_is_told_by_itself():
    found = refusal(MANY_FAULTS.replace("oops", "3"))
    assert found == Refusal("not-a-number", line=3, column="y", cell="bad", remedy=FIX.format("bad"))


@pytest.fixture
def memory(monkeypatch):
    """Let the machine have so many bytes."""

    def of(size):
        monkeypatch.setattr(load_module, "memory_bytes", lambda: size)

    return of


@pytest.mark.parametrize(("size", "needed"), [(1_000_000, False), (90_000, True)])
def test_rows_that_would_take_more_than_a_quarter_of_memory_go_to_a_scratch_file(memory, size, needed):
    memory(size)
    assert needs_scratch(held(TEXT), 2, stream=None) == needed


def test_only_the_columns_that_are_used_count(memory):
    memory(120_000)
    assert not needs_scratch(held(TEXT), 1, stream=None)
    assert needs_scratch(held(TEXT), 20, stream=None)


def test_the_rows_of_all_files_count(memory):
    memory(150_000)
    assert not needs_scratch(several(TEXT), 2, stream=None)
    assert needs_scratch(several(TEXT, TEXT, TEXT), 2, stream=None)


@pytest.mark.parametrize("size", [0, 1, 1 << 60])
def test_the_user_may_decide(memory, size):
    memory(size)
    assert needs_scratch(held(TEXT), 2, stream=True)
    assert not needs_scratch(held(TEXT), 2, stream=False)


def test_a_file_is_measured_without_reading_it_all(tmp_path, memory):
    path = tmp_path / "data.csv"
    path.write_text("y,x\n" + "1.25,2.5\n" * 200_000, encoding="ascii")
    files = Files.of([str(path)])
    memory(200_000 * 3 * 8 * 4 + 500_000)
    assert not needs_scratch(files, 2, stream=None)
    memory(200_000 * 3 * 8 * 4 - 500_000)
    assert needs_scratch(files, 2, stream=None)


def test_parquet_says_how_many_rows_it_has(tmp_path, memory):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"y": [1.0] * 1_000, "x": [2.0] * 1_000}), tmp_path / "data.parquet", row_group_size=300)
    held_bytes = Source.of(str(tmp_path / "data.parquet"))
    for records in (ParquetRecords.of([held_bytes]), ParquetRecords.of([held_bytes] * 2)):
        needed = records.rows * 3 * 8
        memory(needed * 4)
        assert not needs_scratch(records, 2, stream=None)
        memory(needed * 4 - 4)
        assert needs_scratch(records, 2, stream=None)
        assert not needs_scratch(records, 2, stream=False)
    assert records.rows == 2_000


@pytest.mark.parametrize(("stream", "kind"), [(True, ScratchRows), (False, MemoryRows)])
def test_rows_are_kept_in_the_place_that_was_chosen(stream, kind):
    with place_for(held(TEXT), 2, stream=stream) as collect:
        assert isinstance(collect([NO_ROWS]), kind)
