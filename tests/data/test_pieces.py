"""Cutting a stream at line ends."""

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.data.pieces import Piece, cut


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


def test_pieces_join():
    assert Piece(b"ab\n", 7).followed_by(Piece(b"c\n", 10)) == Piece(b"ab\nc\n", 7)
