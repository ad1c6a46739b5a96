"""The first fault of a text is found by a walk, with its line."""

import pytest
from support.tables import source

from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.structure import before_line, first_fault


def fault(text, used=("a", "b"), offset=0):
    content = text if isinstance(text, bytes) else text.encode()
    found = first_fault(source(content), Piece(content, offset), ("a", "b"), used)
    return None if found is None else (found.line, found.says.partition(";")[0])


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
        ("a,b\n1,2\n1,2,3\n1\n", (3, "expected 2 fields, found 3")),
        ("a,b\n1\n1,2,3\n", (2, "expected 2 fields, found 1")),
        ('a,b\n"x\ny",2\n\n"1"2,3\n', (5, "unexpected text after a closing quote")),
        ('a,b\n1,2\nBob"Oslo, north"\n', (3, "a quote opens within a cell and closes in a later one")),
        ('a,b\n\n1,"2\n3,4\n', (3, "a quote is opened in this record and never closed")),
        ("a,b\n1,2\0\n", (2, "a NUL byte, which no text has")),
        (b"a,b\n1,2\n\xe9,1\n", (3, "not UTF-8 text (byte 0xe9)")),
    ],
)
def test_the_first_fault_is_found_with_its_line(text, found):
    assert fault(text) == found


def test_bytes_in_a_column_that_nobody_reads_need_not_be_utf8():
    assert fault(b"a,b\n\xe9,1\n", used=("b",)) is None


def test_a_mark_is_skipped_only_where_a_file_begins():
    quoted = '\ufeff"a",b\n1,2\n'
    assert fault(quoted) is None
    assert fault('\ufeff"a"x,b\n1,2\n') == (1, "unexpected text after a closing quote")
    assert fault('\ufeff"a"x,b\n1,2\n', offset=9) is None  # there the mark begins the cell, whose quotes are text


@pytest.mark.parametrize(
    ("line", "before"), [(1, b""), (2, b"a\n"), (3, b"a\nb\r\n"), (4, b"a\nb\r\nc\r"), (9, b"a\nb\r\nc\r")]
)
def test_what_stands_before_a_line(line, before):
    assert before_line(b"a\nb\r\nc\rd", line) == before
