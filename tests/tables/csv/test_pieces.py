"""Cutting a stream at line ends."""

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.tables.csv.pieces import _MARKS, _WINDOW, Piece, cut


@given(st.binary(max_size=60) | st.text("ab\r\n", max_size=60).map(str.encode), st.integers(1, 9))
def test_pieces_are_the_stream_cut_at_line_ends(content, size):
    pieces = list(cut(io.BytesIO(content), size))
    assert b"".join(piece.content for piece in pieces) == content
    for piece, following in itertools.pairwise(pieces):
        assert following.offset == piece.offset + len(piece.content)
        assert piece.content.endswith((b"\n", b"\r"))
        # Both halves of a line end stay together.
        assert not (piece.content.endswith(b"\r") and following.content.startswith(b"\n"))
    assert all(piece.content for piece in pieces)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_no_piece_is_much_longer_than_asked_for_where_lines_are_short(ending):
    content = ("abcd" + ending).encode() * 1000
    pieces = list(cut(io.BytesIO(content), 100))
    assert max(len(piece.content) for piece in pieces) <= 106
    assert len(pieces) >= len(content) // 106


def test_a_line_longer_than_a_piece_is_not_cut():
    assert [piece.content for piece in cut(io.BytesIO(b"ab\n" + b"x" * 50 + b"\ncd\n"), 10)] == [
        b"ab\n" + b"x" * 50 + b"\n",
        b"cd\n",
    ]


def test_a_line_of_thousands_of_blocks_is_whole():
    content = b"x" * 20_000_000 + b"\n"
    pieces = [piece.content for piece in cut(io.BytesIO(content + b"y\n" * 1000), 1000)]
    assert pieces[0] == content + b"y\n" * 499
    assert b"".join(pieces) == content + b"y\n" * 1000


def following(*contents):
    return iter([Piece(content, 10 * number) for number, content in enumerate(contents, start=1)])


def test_a_piece_that_leaves_a_quote_open_is_joined_with_those_up_to_the_next_quote():
    rest = following(b"b\n", b"c\n", b'd"\n', b"e\n")
    assert Piece(b'"a\n', 7).completed(rest) == Piece(b'"a\nb\nc\nd"\n', 7)
    assert next(rest).content == b"e\n"


def test_it_at_least_doubles_so_that_a_long_record_is_not_read_for_each_piece_of_it():
    rest = following(b'"\n', b"x" * 10, b'"\n')
    assert Piece(b'"12345678', 0).completed(rest) == Piece(b'"12345678"\n' + b"x" * 10, 0)
    assert Piece(b'"1', 0).completed(following(b'"\n')) == Piece(b'"1"\n', 0)


@pytest.mark.parametrize("contents", [(), (b"b\n", b"c\n")])
def test_where_no_quote_follows_none_can_close(contents):
    assert Piece(b'"a\n', 0).completed(following(*contents)) is None


def test_a_record_of_impossible_length_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("mae_cli.tables.csv.pieces.LONGEST_RECORD", 6)
    rest = following(b"b\n", b"c\n", b'd"\n')
    assert Piece(b'"a\n', 0).completed(rest) is None
    assert next(rest).content == b'd"\n'


@given(st.lists(st.sampled_from([b"12,", b"a", b"\0", b"\r", b"\t", b" ", b'"', b"+"])), st.integers(0, 3))
def test_a_piece_knows_which_marks_stand_anywhere_in_it(parts, windows):
    content = b"1" * (windows * _WINDOW - 3 if windows else 0) + b"".join(parts)
    assert Piece(content, 0).marks == {mark for mark in _MARKS if mark in content}
