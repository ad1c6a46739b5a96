"""A piece of CSV text to a data frame: what pandas would let pass is noticed here.

pandas shifts or pads rows of the wrong length, renames columns of the same name and turns True and False into
booleans; text behind a closing quote it glues to the cell, so that `"6"5` becomes 65. Here such a piece is said to be
faulty, or the text of the cells is kept.
"""

import io
import re
from collections import deque
from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.records import UTF8_MARK, Delimiter, MisplacedQuoteError, raw_records
from mae_cli.tables.csv.source import Source
from mae_cli.tables.numeric_block import LARGEST_EXACT, Numbers, Wanted, without_numbers

Parsed: TypeAlias = tuple[pd.DataFrame, Numbers]

# Columns that nobody asked for are kept to one byte a cell: pandas checks the number of fields in a row
# only when it reads all columns, so `usecols` would let a shifted row pass.
_UNUSED = "S1"
# What a whole number beyond 2^53 has at least.
_SIXTEEN_DIGITS = re.compile(rb"\d{16}")
_BLANK_IN_EXPONENT = re.compile(rb"\+[\d.,]+[eE][+-]?[ \t]")
# What pandas says where memory is short: a piece is read from memory, so that nothing else can fail there.
_SHORTAGES = ("out of memory", "Calling read(nbytes) on source failed")
_QUOTE = ord('"')


class OpenQuoteError(Exception):
    """A piece ends inside of quotes."""


class FaultyPieceError(Exception):
    """A piece has a record of the wrong length, a misplaced quote, a NUL byte or bytes that are not UTF-8."""


@dataclass(frozen=True, eq=False)
class Expected:
    """What pandas is told of a file.

    Attributes:
        names: of all columns.
        wanted: those that are read.
        dialect: how the file is written.
        spelled: columns of numbers whose cells are kept as they are written.
    """

    names: tuple[str, ...]
    wanted: Wanted
    dialect: Dialect
    spelled: Collection[str] = ()

    @cached_property
    def labels(self) -> "pd.Index[str]":
        """The names for a frame. It is cheaper to hand pandas numbers for names, and to name the columns afterwards."""
        return pd.Index(list(self.names))

    @cached_property
    def types(self) -> dict[Hashable, Any] | None:
        """The type of every column that pandas shall not guess, by its place; None where it guesses all."""
        kept = {*self.wanted.texts, *self.spelled}
        types: dict[Hashable, Any] = {
            place: str if name in kept else _UNUSED
            for place, name in enumerate(self.names)
            if name in kept or name not in self.wanted.names
        }
        return types or None  # no types at all take it longer than None

    @cached_property
    def missing(self) -> list[str] | dict[Any, list[str]]:
        """The spellings of a missing cell in every column that is used; in text only an empty cell is one here."""
        empty, numbers, text = [""], sorted(self.dialect.missing_words), frozenset(self.wanted.texts)
        if not text:
            return numbers  # for each column apart it takes pandas a quarter of its time
        return {
            place: empty if name in text else numbers
            for place, name in enumerate(self.names)
            if name in self.wanted.names
        }

    def without_missing_numbers(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the numbers that stand for missing cells missing, however they are written."""
        return without_numbers(frame, self.wanted.numbers, self.dialect.missing_numbers)

    def columns(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Numbers]:
        """The used columns, in the order of the file, and those of numbers in the order in which they are used."""
        used = [name for name in self.names if name in self.wanted.names]
        frame = frame if len(used) == len(self.names) else frame[used]
        return frame, Numbers.of(frame, self.wanted)


def parse(source: Source, expected: Expected, piece: Piece) -> Parsed:
    """The used columns of a piece.

    Raises:
        OpenQuoteError: it ends inside of quotes.
        FaultyPieceError: a record is at fault.
    """
    if b"\0" in piece.marks or _begins_too_long(source, expected, piece):
        raise FaultyPieceError
    try:
        frame = _frame(source, expected, piece)
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        if any(words in str(error) for words in _SHORTAGES):
            raise MemoryError from error
        fault = OpenQuoteError if "EOF inside string" in str(error) else FaultyPieceError
        raise fault(str(error)) from error
    if _has_short_record(source, expected, piece, frame) or has_misplaced_quote(piece, source.delimiter):
        raise FaultyPieceError
    columns, numbers = expected.columns(frame)
    misread = _misread_columns(columns, numbers, expected, piece)
    if misread:
        return parse(source, replace(expected, spelled=misread), piece)
    return columns, numbers


def _misread_columns(frame: pd.DataFrame, numbers: Numbers, expected: Expected, piece: Piece) -> list[str]:
    """The columns of numbers whose cells have to be looked at as they are written.

    pandas takes whole numbers for floats, with fewer digits, where a fraction or a missing cell is among them, and
    passes over a blank behind the exponent's `e` of a number that begins with a plus sign.
    """
    names = expected.wanted.numbers
    if b"+" in piece.marks and _BLANK_IN_EXPONENT.search(piece.content):
        return [name for name in names if frame[name].dtype == np.float64]
    suspects = [name for name, clean in zip(names, numbers.clean, strict=True) if not clean]
    beyond = [
        name for name in suspects if frame[name].dtype == np.float64 and (frame[name].abs() >= LARGEST_EXACT).any()
    ]
    return beyond if beyond and _SIXTEEN_DIGITS.search(piece.content) else []


def _frame(source: Source, expected: Expected, piece: Piece) -> pd.DataFrame:
    """All columns of a piece, as pandas reads them."""
    content, has_blank_lines = _plain(source, piece)
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            sep=source.delimiter.sign,
            skipinitialspace=source.delimiter.is_spaced,
            decimal=expected.dialect.decimal,
            header=None if piece.offset else 0,
            names=range(len(expected.names)),
            index_col=False,
            dtype=expected.types,
            na_values=expected.missing,
            keep_default_na=False,
            low_memory=False,
            skip_blank_lines=has_blank_lines,
        )
    except pd.errors.EmptyDataError:  # nothing but blank lines
        frame = pd.DataFrame({name: [] for name in expected.names})
    frame.columns = expected.labels
    return expected.without_missing_numbers(frame)


def _plain(source: Source, piece: Piece) -> tuple[bytes, bool]:
    """The text of a piece without what pandas would misread, and whether it may have blank lines.

    pandas skips a byte order mark wherever it begins to read; within a file that is text. It takes a delimiter that
    follows a blank line of a lone carriage return for a part of the line's end. And while it looks whether a line is
    blank, it loses blanks at the line's beginning where one of its buffers ends.
    """
    content = piece.content
    follows_return = b"\r" in piece.marks and b"\r" + source.delimiter.sign.encode() in content
    if not follows_return and not _begins_with_blank(piece):
        return (UTF8_MARK + content if piece.offset and content.startswith(UTF8_MARK) else content), True
    content = b"".join(raw_records(piece.text, source.delimiter))
    return (UTF8_MARK + content if content.startswith(UTF8_MARK) else content), False


def _begins_with_blank(piece: Piece) -> bool:
    """Whether a line begins with a blank."""
    content, blanks = piece.content, piece.marks & {b" ", b"\t"}
    return content[:1] in blanks or any(end + blank in content for end in (b"\n", b"\r") for blank in blanks)


def _begins_too_long(source: Source, expected: Expected, piece: Piece) -> bool:
    """Look at the record that pandas does not check: it takes the first that it parses for as long as it should be."""
    first = next(piece.records(source.delimiter), None)
    return first is not None and len(first.cells) > len(expected.names)


def _has_short_record(source: Source, expected: Expected, piece: Piece, frame: pd.DataFrame) -> bool:
    """Whether a record has too few fields, which pandas pads: only where the last cell is missing can there be one.

    Where nothing is quoted, the number of delimiters says at once that there is none.
    """
    last = frame.iloc[:, -1].to_numpy()  # its name may be that of another
    # A column that nobody asked for has bytes: b"" where it is empty.
    if not (pd.isna(last).any() or (last.dtype.kind not in "iuf" and (last == b"").any())):
        return False
    records = len(frame) + (piece.offset == 0)
    delimiters = piece.content.count(source.delimiter.sign.encode())
    if b'"' not in piece.marks and delimiters == records * (len(expected.names) - 1):
        return False
    lengths = (len(record.cells) for record in piece.records(source.delimiter))
    return any(length < len(expected.names) for length in lengths)


def has_misplaced_quote(piece: Piece, delimiter: Delimiter) -> bool:
    """Whether a record has text behind a closing quote."""
    if b'"' not in piece.marks or (not delimiter.is_spaced and _all_quotes_enclose_fields(piece.text, delimiter.sign)):
        return False
    try:
        deque(piece.records(delimiter, strict=True), maxlen=0)
    except MisplacedQuoteError:
        return True
    return False


def _all_quotes_enclose_fields(content: bytes, sign: str) -> bool:
    """Whether every quote opens or closes a field, or is doubled within one; seen at once for the whole text."""
    text = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    ends = np.array([*b"\r\n", *sign.encode(), _QUOTE], dtype=np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = text[opening[opening > 0] - 1]
    behind = text[closing[closing < len(text) - 1] + 1]
    return len(opening) == len(closing) and bool(np.isin(before, ends).all() and np.isin(behind, ends).all())
