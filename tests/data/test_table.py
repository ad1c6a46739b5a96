"""Reading CSV text: what is refused, and what the columns hold."""

import csv
import gzip
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mae_cli.data.source import Source
from mae_cli.data.table import MISSING, is_number, read_header, read_table
from mae_cli.errors import DataError


def held(text):
    return Source("data.csv", None, text if isinstance(text, bytes) else text.encode())


def refusal(text, **options):
    with pytest.raises(DataError) as caught:
        read_table(held(text), **options)
    return str(caught.value)


def test_the_header_keeps_its_names_as_written():
    header = read_header(held('\ufeff" a","b,c"\n1,2\n'))
    assert header.names == (" a", "b,c")
    assert header.first == ("1", "2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,a\n1,2,3\n", "data.csv: the header names column 'a' twice; rename one of them"),
        ("a,,b\n1,2,3\n", "data.csv: column 2 has no name in the header; give it one"),
        ("a, \n1,2\n", "data.csv: column 2 has no name in the header; give it one"),
        ("a,b\n", "data.csv has a header but no data rows"),
        ("a,b\n\n  \n", "data.csv has a header but no data rows"),
        ("a,b\n1,2,3\n4,5\n", "data.csv, line 2: 3 fields, but the header names 2"),
        ("a,b\n1,2,\n4,5,\n", "data.csv, line 2: 3 fields, but the header names 2"),
        ("a,b\n1,2\n4,5,6\n", "data.csv, line 3: 3 fields, but the header names 2"),
        ('a,b\n"x\ny",2\n\n4,5,6\n', "data.csv, line 5: 3 fields, but the header names 2"),
        ('a,b\n1,2\n"x,3\n  ', "data.csv, line 3: a quote is opened in this record and never closed"),
        ('a,b\n1,2\n"x,3\n4,5\n', "data.csv, line 3: a quote is opened in this record and never closed"),
    ],
)
def test_a_malformed_file_is_refused_in_one_line(text, message):
    assert refusal(text) == message


def test_a_row_that_is_too_long_is_refused_although_few_columns_are_read():
    assert refusal("a,b\n1,2\n4,5,\n", columns=["a"]) == "data.csv, line 3: 3 fields, but the header names 2"


@pytest.mark.parametrize("text", [b"name\nx\ncaf\xe9\n", b"caf\xe9\n1\n"])
def test_text_that_is_not_utf8_is_refused_with_its_line(text):
    line = 3 if text.startswith(b"name") else 1
    assert refusal(text) == f"data.csv, line {line}: not UTF-8 text (byte 0xe9); save the file as UTF-8"


def test_an_archive_that_breaks_off_late_is_refused():
    rows = b"".join(b"%d,%d\n" % (row, row * row % 9973) for row in range(100_000))
    archive = gzip.compress(b"a,b\n" + rows, mtime=0)
    with pytest.raises(DataError, match=r"^data\.csv\.gz: the gzip archive is corrupt"):
        read_table(Source("data.csv.gz", None, archive[: len(archive) // 2], gzipped=True))


def test_only_the_columns_asked_for_are_there_in_the_order_of_the_file():
    table = read_table(held("c,b,a\n1,2,3\n"), columns=["a", "c"])
    assert list(table.frame) == ["c", "a"]
    assert table.header == ("c", "b", "a")


@pytest.mark.parametrize("unused", [b"caf\xe9", b"1e400", b"True", b"99999999999999999999", b"", b'"\n"'])
def test_an_unused_column_cannot_break_the_rest(unused):
    table = read_table(held(b"x,y,z\n1,0,1\n2," + unused + b",3\n"), columns=["x", "z"])
    assert table.frame.to_dict("list") == {"x": [1, 2], "z": [1, 3]}


def test_numbers_asked_for_as_text_keep_their_spelling():
    table = read_table(held("a,b\n1,1\n1.0,2\n01,3\n"), text_columns={"a"})
    assert table.frame["a"].tolist() == ["1", "1.0", "01"]
    assert table.frame["b"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("text", ["a\nTRUE\nfalse\nTrue\n", 'a\n""\nTRUE\nfalse\nTrue\n'])
def test_booleans_keep_their_spelling(text):
    assert read_table(held(text)).frame["a"].dropna().tolist() == ["TRUE", "false", "True"]


def test_every_spelling_of_a_missing_cell_is_missing_among_numbers_and_text():
    rows = "".join(f'"{spelling}","{spelling}"\n' for spelling in sorted(MISSING))
    frame = read_table(held("number,text\n1,x\n" + rows)).frame
    assert frame.isna().sum().tolist() == [len(MISSING)] * 2


def test_the_spellings_of_a_missing_cell_are_those_of_pandas():
    cells = [*MISSING, "na", "NAN", "Nan", "-", ".", "?", "none", "Null", "-1", "nil", "missing"]
    text = "cell\n" + "".join(f'"{cell}"\n' for cell in cells)
    by_pandas = pd.read_csv(io.StringIO(text), dtype=str, skip_blank_lines=False)["cell"].isna()
    assert by_pandas.tolist() == [cell in MISSING for cell in cells]


@pytest.mark.parametrize("cells", [("", "9" * 20, "2.5"), ("2.5", "9" * 20, "NA"), ("18446744073709551615", "")])
def test_missing_cells_are_missing_beside_numbers_beyond_64_bits(cells):
    column = read_table(held("x,y\n" + "".join(f"{cell},1\n" for cell in cells))).frame["x"]
    assert column.isna().tolist() == [cell in MISSING for cell in cells]


def test_a_cell_is_quoted_as_it_is_in_the_file():
    table = read_table(held("a,b\n1,2\n\n1e400,3\n"), columns=["a"])
    assert (table.cell(1, "a"), table.place(1)) == ("1e400", "data.csv, line 4")


@given(st.text(st.sampled_from("0123456789+-.eE infINFtyxd_\t\x0b\x0c\x1c\xa0٣,"), max_size=8))
@example("1e400")
@example(" 1")
@example("1\t")
@example(" inf")
@example("Infinity")
@example("1.e5")
@example(".")
@example("١")
@example("9" * 30)
def test_a_number_is_what_pandas_reads_as_one(cell):
    record = io.StringIO()
    csv.writer(record, quoting=csv.QUOTE_ALL).writerow([cell])
    column = pd.read_csv(io.StringIO(f"a\n1\n{record.getvalue()}"), low_memory=False)["a"]
    if cell not in MISSING:
        # Whole numbers beyond 64 bits are Python's in a column of objects.
        assert is_number(cell) == (isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufO")


NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
TEXTS = st.text(st.sampled_from("ab ,\"\n\r\té'#;"), min_size=1, max_size=6)


@given(st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=10), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_back(rows, ending):
    text = io.StringIO()
    # Before Python 3.13 the csv module leaves a carriage return without quotes unless asked for them.
    quoting = csv.QUOTE_ALL if any("\r" in text for _, text in rows) else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=ending, quoting=quoting).writerows([("number", "text"), *rows])
    table = read_table(held(text.getvalue()))
    assert table.frame["number"].tolist() == [float(number) for number, _ in rows]
    assert table.frame["text"].tolist() == [text for _, text in rows]
    assert [table.cell(row, "text") for row in range(len(rows))] == [text for _, text in rows]


def test_a_name_that_is_not_utf8_is_refused_with_the_header():
    with pytest.raises(DataError, match=r"^data\.csv, line 1: not UTF-8 text \(byte 0xe9\)"):
        read_header(held(b"caf\xe9\n1\n"))
