"""Reading CSV text: what is refused, and what the columns hold."""

import csv
import gzip
import io
import random
import threading
import time
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tables import held, several, source

from mae_cli.errors import DataError, Place
from mae_cli.tables import chunks
from mae_cli.tables.chunks import read_chunks
from mae_cli.tables.csv.archives import Archive
from mae_cli.tables.csv.dialect import MISSING
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.pieces import cut
from mae_cli.tables.numeric_block import Wanted


def read(text, columns=None, text_columns=()):
    """All rows in one frame."""
    files = text if isinstance(text, Files) else held(text)
    names = [name for name in columns or files.header.names if name not in text_columns]
    chunks = list(read_chunks(files, Wanted(names, text_columns)))
    counts = [len(chunk.frame) for chunk in chunks]
    assert [chunk.first for chunk in chunks] == [sum(counts[:place]) for place in range(len(chunks))]
    return pd.concat([chunk.frame for chunk in chunks], ignore_index=True)


def located(files):
    """The same files, after they were read."""
    chunks = read_chunks(files, Wanted(files.header.names))
    return files.located([waypoint for chunk in chunks for waypoint in chunk.waypoints])


def refusal(text, **options):
    with pytest.raises(DataError) as caught:
        read(text, **options)
    return caught.value.fault


QUOTE_IT = "put cells that contain ',' in quotes"


@pytest.mark.parametrize(
    ("text", "line", "code", "remedy"),
    [
        (", \n1,2\n", 1, "missing-header", "add a line with the names of the columns"),
        (
            "Sales 2024,,\n,,\nid,y,x\n1,2,3\n",
            1,
            "title-before-header",
            "remove the lines before line 3, which seems to be the header",
        ),
        ("a,b\n", None, "no-data-rows", None),
        ("a,b\n\n  \n", None, "no-data-rows", None),
        ("a,b\n1,2,3\n4,5\n", 2, "wrong-field-count", QUOTE_IT),
        ("a,b\n1,2,\n4,5\n6,7\n", 2, "trailing-delimiter", "take it off"),
        (
            "a,b\n1,2,\n4,5,\n",
            2,
            "trailing-delimiter",
            "take it off every line, or name the column in the header",
        ),
        ("a,b\n1,2\n4,5,6\n", 3, "wrong-field-count", QUOTE_IT),
        ('a,b\n"x\ny",2\n\n4,5,6\n', 5, "wrong-field-count", QUOTE_IT),
        ('a,b\n1,2\n"x,3\n  ', 3, "unclosed-quote", "close it"),
        ('a,b\n1,2\n"x,3\n4,5\n', 3, "unclosed-quote", "close it"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(text, line, code, remedy):
    fault = refusal(text)
    assert (fault.code, fault.place, fault.remedy) == (code, Place("data.csv", line=line), remedy)


def test_a_row_that_is_too_long_is_refused_although_few_columns_are_read():
    fault = refusal("a,b\n1,2\n4,5,\n", columns=["a"])
    assert (fault.code, fault.place) == ("trailing-delimiter", Place("data.csv", line=3))


@pytest.mark.parametrize(("text", "line", "column"), [(b"name\nx\ncaf\xe9\n", 3, "name"), (b"caf\xe9\n1\n", 1, None)])
def test_text_that_is_not_utf8_is_refused_with_its_line(text, line, column):
    fault = refusal(text)
    assert (fault.code, fault.place) == ("not-utf8", Place("data.csv", line=line, column=column))
    assert fault.remedy == (
        "name the encoding with --encoding (latin-1 or cp1252, most often), or save the file as UTF-8"
    )


def test_an_archive_that_breaks_off_late_is_refused():
    rows = b"".join(b"%d,%d\n" % (row, row * row % 9973) for row in range(100_000))
    archive = gzip.compress(b"a,b\n" + rows, mtime=0)
    broken = replace(source(archive[: len(archive) // 2], "data.csv.gz"), archive=Archive("gzip"))
    fault = refusal(Files((broken,)))
    assert (fault.code, fault.place) == ("corrupt-archive", Place("data.csv.gz"))


def test_only_the_columns_asked_for_are_there_in_the_order_of_the_file():
    assert list(read("c,b,a\n1,2,3\n", columns=["a", "c"])) == ["c", "a"]


@pytest.mark.parametrize("unused", [b"caf\xe9", b"1e400", b"True", b"99999999999999999999", b"", b'"\n"'])
def test_an_unused_column_cannot_break_the_rest(unused):
    frame = read(b"x,y,z\n1,0,1\n2," + unused + b",3\n", columns=["x", "z"])
    assert frame.to_dict("list") == {"x": [1, 2], "z": [1, 3]}


def test_numbers_asked_for_as_text_keep_their_spelling():
    frame = read("a,b\n1,1\n1.0,2\n01,3\n", text_columns={"a"})
    assert frame["a"].tolist() == ["1", "1.0", "01"]
    assert frame["b"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("text", ["a\nTRUE\nfalse\nTrue\n", 'a\n""\nTRUE\nfalse\nTrue\n'])
def test_booleans_asked_for_as_text_keep_their_spelling(text):
    assert read(text, text_columns={"a"})["a"].dropna().tolist() == ["TRUE", "false", "True"]


def test_every_spelling_of_a_missing_cell_but_errors_is_missing_among_numbers_and_kept_as_text():
    rows = "".join(f'"{spelling}","{spelling}"\n' for spelling in sorted(MISSING))
    frame = read("number,text\n1,x\n" + rows, text_columns={"text"})
    told = frame["number"].dropna().tolist()[1:]
    assert told == ["#N/A", "#N/A N/A", "#NA"]
    assert frame["number"].isna().sum() == len(MISSING) - len(told)
    assert frame["text"].dropna().tolist() == ["x", *sorted(MISSING - {""})]


NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
TEXTS = st.text(st.sampled_from("ab ,\"\n\r\té'#;"), min_size=1, max_size=6)


@given(st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=10), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_back(rows, ending):
    text = io.StringIO()
    # Before Python 3.13 the csv module leaves a carriage return without quotes unless asked for them.
    quoting = csv.QUOTE_ALL if any("\r" in text for _, text in rows) else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=ending, quoting=quoting).writerows([("number", "text"), *rows])
    files = held(text.getvalue())
    frame = read(files, text_columns={"text"})
    assert frame["number"].astype(float).tolist() == [float(number) for number, _ in rows]
    assert frame["text"].tolist() == [text for _, text in rows]
    assert [files.cell(row, "text") for row in range(len(rows))] == [text for _, text in rows]


@pytest.mark.parametrize("record", ["  a,1\n", " \t a,1\n", " a,1\r", '  "a,1\n', "\ta,1\r\n"])
def test_blanks_at_the_beginning_of_a_line_are_kept_where_buffers_end(record):
    text = "g,y\n" + f"{record}\n \t\n" * 100_000
    frame = read(text, text_columns={"g"})
    assert set(frame["g"]) == {record.partition(",")[0]}
    assert len(frame) == 100_000


@pytest.mark.parametrize("cell", ["+1e 5", "+1.5e\t3", "+1e +5", "+1E- 5"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_blank_within_a_number_makes_it_text(cell, place):
    cells = ["2.5", "3"]
    cells.insert(place, cell)
    assert read("a\n" + "\n".join(cells))["a"].astype(str).tolist() == cells


# ---------------------------------------------------------------- pieces


@pytest.fixture
def cut_into(monkeypatch):
    """Read in pieces of about so many bytes from now on."""

    def of(size):
        monkeypatch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=size))

    return of


def in_pieces(size, read):
    """What `read()` gives, or the message of its error, with pieces of about so many bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.tables.chunks.cut", partial(cut, size=size))
        try:
            return read()
        except DataError as error:
            return str(error)


CELLS = st.sampled_from(
    ["1", "-2.5", "1e-7", "9007199254740993", "9" * 20, "18446744073709551615", "True", "false", "", "NA", " 3", "0"]
) | st.text(st.sampled_from('ab ,"\n\r\té'), max_size=5)
BLANK = st.sampled_from(["", "", "", "\n", " \t\n", "\r\n"])


@st.composite
def csv_texts(draw):
    """Records of three cells as the csv module writes them, with blank lines, any line end, and a mark or none."""
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    records = draw(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=12))
    if any("\r" in cell for record in records for cell in record):
        quoting = csv.QUOTE_ALL  # before Python 3.13 the csv module leaves a carriage return without quotes
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ending, quoting=quoting)
    writer.writerow(("a", "b", "c"))
    for record in records:
        text.write(draw(BLANK))
        writer.writerow(record)
    end = "" if draw(st.booleans()) else ending
    return draw(st.sampled_from(["", "\ufeff"])) + text.getvalue().removesuffix(ending) + end


@settings(max_examples=40)
@given(csv_texts(), st.integers(1, 40))
def test_text_is_the_same_whatever_the_pieces(text, size):
    def cells():
        files = held(text)
        frame = read(files, text_columns=("a", "b", "c"))
        found = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
        return (
            found,
            [files.place(index) for index in range(len(frame))],
            [files.cell(index, "c") for index in range(len(frame))],
        )

    assert in_pieces(size, cells) == in_pieces(1 << 20, cells)


@pytest.mark.parametrize("size", [1, 2, 5, 16, 100])
def test_a_quoted_cell_may_be_longer_than_a_piece(cut_into, size):
    cut_into(size)
    long = "\n".join(["line, with a comma"] * 30)
    assert read(f'a,b\n1,x\n2,"{long}"\n3,z\n', text_columns={"b"})["b"].tolist() == ["x", long, "z"]


@pytest.mark.parametrize("size", [1, 3, 8, 30])
@pytest.mark.parametrize(
    ("text", "line", "code", "remedy"),
    [
        ("a,b\n1,2\n4,5,6\n7,8\n", 3, "wrong-field-count", QUOTE_IT),
        ('a,b\n"x\ny",2\n\n"4\n4",5,6\n7,8\n', 5, "wrong-field-count", QUOTE_IT),
        ('a,b\n1,2\n3,4\n"x,3\n4,5\n6,7\n', 4, "unclosed-quote", "close it"),
        ('a,b\n1,2\n3,4\n5,"x', 4, "unclosed-quote", "close it"),
        ("a,b\r1,2\r\r3,4,\r", 4, "trailing-delimiter", "take it off"),
    ],
)
def test_a_malformed_record_in_a_later_piece_is_refused_with_its_line(cut_into, size, text, line, code, remedy):
    cut_into(size)
    for data in (text, Files((source(text, gzipped=True),))):
        fault = refusal(data, text_columns={"a", "b"})
        assert (fault.code, fault.place, fault.remedy) == (code, Place("data.csv", line=line), remedy)


def test_bytes_that_are_not_utf8_are_found_in_a_later_piece(cut_into):
    cut_into(4)
    fault = refusal(b"a\nx\ny\n\xe9\n")
    assert (fault.code, fault.place) == ("not-utf8", Place("data.csv", line=4, column="a"))


@pytest.mark.parametrize("size", [1, 5, 9, 1000])
def test_a_mark_within_the_file_belongs_to_its_cell_whatever_the_pieces(cut_into, size):
    cut_into(size)
    text = "a,b\n1,x\n\ufeff2,y\n\ufeff3,z\n"
    assert read(text, text_columns={"a"})["a"].tolist() == ["1", "\ufeff2", "\ufeff3"]


@pytest.mark.timing
def test_pieces_are_parsed_on_several_threads_and_come_in_order(monkeypatch, cut_into):
    cut_into(20)
    threads = set()
    parse = chunks.parse

    def noting(*arguments):
        threads.add(threading.get_ident())
        time.sleep(0.001 * random.random())
        return parse(*arguments)

    monkeypatch.setattr(chunks, "parse", noting)
    monkeypatch.setattr(chunks, "address_space_limit", lambda: None)
    monkeypatch.setattr(chunks.os, "cpu_count", lambda: 4)
    assert read("a\n" + "".join(f"{row}\n" for row in range(1000)))["a"].tolist() == list(range(1000))
    assert 1 < len(threads) <= 4


def test_below_a_limit_of_address_space_no_other_thread_parses(monkeypatch, cut_into):
    """A thread without memory may die with its result, and leave its reader waiting for ever."""
    cut_into(20)
    threads = set()
    parse = chunks.parse

    def noting(*arguments):
        threads.add(threading.get_ident())
        return parse(*arguments)

    monkeypatch.setattr(chunks, "parse", noting)
    monkeypatch.setattr(chunks, "address_space_limit", lambda: 1 << 40)
    assert read("a\n" + "".join(f"{row}\n" for row in range(1000)))["a"].tolist() == list(range(1000))
    assert threads == {threading.get_ident()}
    assert refusal("a\n" + "1\n" * 1000 + "1,2\n").place == Place("data.csv", line=1002)


def test_only_a_few_pieces_wait_to_be_used(monkeypatch):
    """Reading runs ahead of what is used by a few pieces, so that memory does not grow with the file."""
    ahead = []

    def counting(stream, size=50):
        for piece in cut(stream, size):
            ahead.append(piece)
            yield piece

    monkeypatch.setattr(chunks, "cut", counting)
    for used, _ in enumerate(read_chunks(held("a\n" + "1234\n" * 500), Wanted(["a"]))):
        assert len(ahead) - used <= chunks._MOST_THREADS + 2  # noqa: SLF001


def test_a_reader_that_stops_early_leaves_no_thread():
    before = threading.active_count()
    chunks = read_chunks(held("a\n" + "1\n" * 10), Wanted(["a"]))
    next(chunks)
    chunks.close()
    assert threading.active_count() == before


# ---------------------------------------------------------------- several files


@pytest.mark.parametrize("size", [1, 6, 1000])
def test_files_follow_each_other_and_records_are_counted_through(cut_into, size):
    cut_into(size)
    files = several("a,b\n1,x\n\n2,y\n", "a,b\n", '\ufeffa,b\r\n3,"z\nz"\r\n4,w', "a,b\n\n")
    frame = read(files, text_columns={"b"})
    assert frame["a"].tolist() == [1, 2, 3, 4]
    assert frame["b"].tolist() == ["x", "y", "z\nz", "w"]
    files = located(files)
    assert [files.place(index) for index in range(4)] == [
        Place("1.csv", line=2),
        Place("1.csv", line=4),
        Place("3.csv", line=2),
        Place("3.csv", line=4),
    ]
    assert [files.cell(index, "b") for index in range(4)] == ["x", "y", "z\nz", "w"]
    assert files.places([0, 2]) == {0: Place("1.csv", line=2), 2: Place("3.csv", line=2)}


def test_a_fault_names_its_own_file(cut_into):
    cut_into(5)
    first, second = "a,b\n1,x\n2,y\n", "a,b\n3,z\n4,w\n"
    for files, name, code in (
        (several(first, second + "5,v,w\n"), "2.csv", "wrong-field-count"),
        (several(first, second + '5,"v\n'), "2.csv", "unclosed-quote"),
        (several(first + '3,"z\n', second), "1.csv", "unclosed-quote"),
    ):
        fault = refusal(files)
        assert (fault.code, fault.place) == (code, Place(name, line=4))


def test_the_same_files_can_be_read_again():
    files = several("a\n1\n2\n", "a\n3\n")
    assert read(files).equals(read(files))
    assert located(files).place(2) == located(located(files)).place(2) == Place("2.csv", line=2)
