"""The first fault of a text is found by a walk, with its line."""

import pytest
from support.tables import source

from mae_cli.errors import Place
from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.structure import before_line, first_fault


def fault(text, used=("a", "b"), offset=0):
    content = text if isinstance(text, bytes) else text.encode()
    found = first_fault(source(content), Piece(content[offset:], offset), ("a", "b"), used)
    return None if found is None else (found[0], found[1].code)


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n5" pipe,3"\n',
        'a,b\nO"Hara,x\n',
        'a,b\n"x ""y, z""",2\n',
        "a,b\n1,2\n",
        'a,b\r"1\n","2"""\r',
        "a,b\n\n \n1,\n",
        "a,b",
    ],
)
def test_nothing_is_found_in_a_sound_text(text):
    assert fault(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b\n1,2\n1,2,3\n1\n", (3, "wrong-field-count")),
        ("a,b\n1\n1,2,3\n", (2, "wrong-field-count")),
        ('a,b\n"x\ny",2\n\n"1"2,3\n', (5, "text-after-quote")),
        ('a,b\n1,2\nBob"Oslo, north"\n', (3, "quote-within-cell")),
        ('a,b\n\n1,"2\n3,4\n', (3, "unclosed-quote")),
        ("a,b\n1,2\0\n", (2, "nul-byte")),
        (b"a,b\n1,2\n\xe9,1\n", (3, "not-utf8")),
    ],
)
def test_the_first_fault_is_found_with_its_line(text, found):
    assert fault(text) == found


@pytest.mark.parametrize(
    ("text", "place", "cell"),
    [
        ("7,8,9\n", Place("data.csv", line=3), None),
        ("7\0,8\n", Place("data.csv", line=3, column="a"), "7\0"),
        ("7\0\n", Place("data.csv", line=3), "7\0"),
        (b"7,\xe9\n", Place("data.csv", line=3, column="b"), None),
        ('7,"8\n', Place("data.csv", line=3), None),
    ],
)
def test_the_place_of_a_fault_is_that_in_the_file(text, place, cell):
    content = b"a,b\n5,6\n" + (text if isinstance(text, bytes) else text.encode())
    line, found = first_fault(source(content), Piece(content[8:], 8), ("a", "b"), ("a", "b"))
    assert (line, found.place, found.cell) == (1, place, cell)


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("#1,2,3\n", "wrong-field-count", "remove comment lines first"),
        ("1,2,\n3,4\n", "trailing-delimiter", "take it off"),
        ("1,2,3\n4,5,6\n", "row-names-without-header", "begin the header with a name for the first column"),
        ("1,2,3\n4,5\n", "wrong-field-count", "put cells that contain ',' in quotes"),
        ("x,y,z,w\n1,2,3,4\n", "wrong-field-count", "remove the lines before line 2, if that is the header"),
        ("1\n", "wrong-field-count", "complete the line, or remove it"),
        ('"1"2,3\n', "text-after-quote", "double every quote within a quoted cell"),
        ('"1,2\n', "unclosed-quote", "close it"),
        ('Bob"Oslo, north"\n', "quote-within-cell", "put the whole cell in quotes, or double the quotes"),
        ("1,\0\n", "nul-byte", "use --encoding utf-16-le or utf-16-be, if the file is UTF-16"),
    ],
)
def test_what_may_be_the_reason_decides_the_remedy(text, code, remedy):
    content = f"a,b\n{text}".encode()
    _, found = first_fault(source(content), Piece(content, 0), ("a", "b"), ())
    assert found.code == code
    assert found.remedy is remedy if remedy is None else found.remedy.startswith(remedy)


def test_bytes_in_a_column_that_nobody_reads_need_not_be_utf8():
    assert fault(b"a,b\n\xe9,1\n", used=("b",)) is None


def test_a_mark_is_skipped_only_where_a_file_begins():
    quoted = '\ufeff"a",b\n1,2\n'
    assert fault(quoted) is None
    assert fault('\ufeff"a"x,b\n1,2\n') == (1, "text-after-quote")
    assert (
        fault('a,b\n5,6\n\ufeff"a"x,b\n1,2\n', offset=8) is None
    )  # there the mark begins the cell, whose quotes are text


@pytest.mark.parametrize(
    ("line", "before"), [(1, b""), (2, b"a\n"), (3, b"a\nb\r\n"), (4, b"a\nb\r\nc\r"), (9, b"a\nb\r\nc\r")]
)
def test_what_stands_before_a_line(line, before):
    assert before_line(b"a\nb\r\nc\rd", line) == before
