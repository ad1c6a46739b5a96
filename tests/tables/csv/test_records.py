"""Records as bytes, and what pandas would misread among them."""

import pytest
from support.tables import held

from mae_cli.tables.chunks import read_chunks
from mae_cli.tables.csv.records import COMMA, Delimiter, extended, first_line_end, raw_records
from mae_cli.tables.numeric_block import Wanted


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"", []),
        (b"a,b\n1,2", [b"a,b\n", b"1,2"]),
        (b"a\r\n\r\n \t\r\nb\rc\n", [b"a\r\n", b"b\r", b"c\n"]),
        (b'a,"b\n\n\r\nc"\n\n""\n', [b'a,"b\n\n\r\nc"\n', b'""\n']),
        (b'a"b\nc"d\n', [b'a"b\n', b'c"d\n']),
        (b'"\xff\n",1\n', [b'"\xff\n",1\n']),
        (b"a\x0bb\x0cc\xc2\x85d\n", [b"a\x0bb\x0cc\xc2\x85d\n"]),
    ],
)
def test_records_are_the_bytes_that_they_are_without_blank_lines(content, records):
    assert raw_records(content, COMMA) == records


def test_a_line_of_tabs_is_a_record_where_tabs_are_delimiters():
    assert raw_records(b"\t\n \n", Delimiter("\t")) == [b"\t\n"]
    assert raw_records(b"\t\n \n", COMMA) == []


def test_a_record_without_a_field_is_left_out():
    assert extended(b"a\nb\n", COMMA, [None, b"1"], b"\n") == b"b,1\n"


@pytest.mark.parametrize("content", [b"a\nb", b"a\r\nb", b"a\rb", b'"a"\nb', b"a\r\nb\r\n"])
def test_every_record_ends_like_the_others(content):
    end = first_line_end(content)
    assert (
        extended(content, COMMA, [b"1", b"2"], end) == content.removesuffix(end).replace(end, b",1" + end) + b",2" + end
    )


@pytest.mark.parametrize(("content", "end"), [(b"", b"\n"), (b"a", b"\n"), (b"a\r\nb\n", b"\r\n"), (b"a\rb\n", b"\r")])
def test_the_first_line_end_is_a_line_feed_when_there_is_none(content, end):
    assert first_line_end(content) == end


@pytest.mark.parametrize("blank", ["\r", " \r", "\t\r\r"])
def test_an_empty_cell_behind_a_blank_line_of_a_lone_carriage_return_stays_a_cell(blank):
    chunks = read_chunks(held(f'a,b,c\r1,"\r\r,",5\r{blank},2,6\r3,4,7\r'), Wanted(["c"], ["a", "b"]))
    rows = [row for chunk in chunks for row in chunk.frame.fillna("").to_numpy().tolist()]
    assert rows == [["1", "\r\r,", 5], ["", "2", 6], ["3", "4", 7]]


def test_a_field_is_added_behind_a_delimiter_as_the_others_stand():
    spaced = Delimiter(";", is_spaced=True)
    assert extended(b"a; b\n1; 2\n", spaced, [b"c", b"3"], b"\n") == b"a; b; c\n1; 2; 3\n"
    assert extended(b'a; "b;"\n', spaced, [b"c"], b"\n") == b'a; "b;"; c\n'
