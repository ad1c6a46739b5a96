"""The header of files: its names, checked, and whether several files agree on them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import counted, is_unicode, quoted
from mae_cli.tables.csv.archives import wrong_file
from mae_cli.tables.csv.delimiters import Suggestion, may_be_cut, suggestion
from mae_cli.tables.csv.dialect import header_line, is_number
from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.records import UTF8_MARK, MisplacedQuoteError, Record
from mae_cli.tables.csv.source import Source
from mae_cli.tables.csv.structure import misplaced_quote, nul_byte, wrong_length

# What stands in the first cell where a file is no table, or not yet one.
_NO_HEADER = {
    re.compile(r"(?i)sep=.?$"): Fault(
        "separator-line", "a `sep=` line for spreadsheets, not the header", remedy="remove the line"
    ),
    re.compile(r"(?i)\s*<(!doctype|html|\?xml)"): Fault(
        "not-csv", "a web page or XML, not a table", remedy="download the data itself as CSV"
    ),
}
_JSON = re.compile(rb'\s*[\[{]\s*(["\[{]|\r?\n|$)')
_ARFF = re.compile(rb"^\s*@relation\s", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class ColumnType:
    """The type of a column.

    Attributes:
        name: as its format calls it, "int64".
        kind: what the column is to a fit; "date" for days and moments, "zoned" for those of a time zone, "clock" for
            times of day, "duration" for spans of time, "text" where cells decide, "other" for lists and the like.
    """

    name: str
    kind: Literal["number", "levels", "text", "date", "zoned", "clock", "duration", "other"]


@dataclass(frozen=True)
class Header:
    """The header of a file.

    Attributes:
        names: of the columns.
        first: the cells of the first data record.
        types: of the columns, if the file has types.
        is_spaced: whether blanks behind the delimiters were taken out of names and cells.
        suggestion: the sign that was probably meant as the delimiter; None where nothing speaks for another one.
        placed: the names that the header does not have: columns without one are called by their place ("column 3").
    """

    names: tuple[str, ...]
    first: tuple[str, ...]
    types: tuple[ColumnType, ...] = ()
    is_spaced: bool = False
    suggestion: Suggestion | None = None
    placed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, cells: Sequence[str], *, is_spaced: bool) -> "Header":
        """The header with these cells, without a first record.

        A column without a name has none where another is called by its place.
        """
        taken = set(cells)
        called = {place: f"column {place}" for place, cell in enumerate(cells, start=1) if not cell.strip()}
        placed = {place: name for place, name in called.items() if name not in taken}
        names = tuple(placed.get(place, cell) for place, cell in enumerate(cells, start=1))
        return cls(names, (), is_spaced=is_spaced, placed=frozenset(placed.values()))


def joint_name(names: Sequence[str]) -> str:
    """What messages call several files."""
    return names[0] if len(names) == 1 else f"{names[0]} and {counted(len(names) - 1, 'more file')}"


def joint_header(headers: Sequence[tuple[str, Header]]) -> Header:
    """The header that the files of these names have, with the first record of all.

    Raises:
        DataError: a header differs, or there are no data rows.
    """
    first_header(headers)
    first = next((header for _, header in headers if header.first), None)
    if first is None:
        name, have = joint_name([name for name, _ in headers]), "has" if len(headers) == 1 else "have"
        raise DataError(Fault("no-data-rows", f"{name} {have} a header but no data rows", Place(name)))
    return replace(first, is_spaced=any(header.is_spaced for _, header in headers))


def first_header(headers: Sequence[tuple[str, Header]]) -> Header:
    """The header of the first of the files of these names, which may have no records; all have its column names.

    Raises:
        DataError: a header differs.
    """
    name, header = headers[0]
    for other_name, other in headers:
        _refuse_difference(name, header.names, other_name, other.names)
    return header


def read_header(source: Source) -> Header:
    """Read and check the header of a file, which may have no records.

    Raises:
        DataError: the header or the first record is at fault.
    """
    _refuse_other_formats(source)
    records = _first_two(source)
    names = records[0].cells
    _check_names(source, records[0])
    other = suggestion(source) if may_be_cut(names) else None
    header = replace(Header.of(names, is_spaced=source.delimiter.is_spaced), suggestion=other)
    if len(records) == 1:
        return header
    # A title is the only cell of its line; the lines below it may be too, down to the table.
    suspects = source.beginning(50)[1:] if len(names) == 1 else records[1:]
    for record in suspects:
        if len(record.cells) != len(names):
            raise DataError(wrong_length(source, record, names))
    return replace(header, first=records[1].cells)


def _refuse_other_formats(source: Source) -> None:
    """Refuse text that is no table, before its quotes and commas are taken for those of one."""
    with closing(source.pieces()) as pieces:
        piece = next(pieces, None)
    text = b"" if piece is None else piece.text.removeprefix(UTF8_MARK)
    if _JSON.match(text):
        place, remedy = Place(source.name, line=1), "make CSV of it first, with jq or pandas"
        raise DataError(Fault("not-csv", "JSON, not a table", place, remedy=remedy))
    if text.lstrip()[:1] in {b"%", b"@"} and _ARFF.search(text):
        remedy = "replace everything up to @data with a line of its attribute names, separated by commas"
        raise wrong_file("not-csv", source.name, "an ARFF file, not CSV", remedy)


def _first_two(source: Source) -> list[Record]:
    """The header and the first record, if there is one; blank lines of any length may lie between them."""
    records: list[Record] = []
    with closing(source.pieces()) as pieces:
        for piece in pieces:
            records += _first(source, piece, pieces, 2 - len(records))
            if len(records) == 2:
                break
    return records


def _first(source: Source, piece: Piece, following: Iterator[Piece], count: int) -> list[Record]:
    """The first records of a piece; where a quote is left open there, what closes it is looked for."""
    lines = source.lines_before(piece.offset) if piece.offset else 0
    while True:
        try:
            return list(islice(piece.records(source.delimiter, lines, strict=True), count))
        except MisplacedQuoteError as error:
            longer = piece.completed(following) if error.never_closed else None
            if longer is None:
                raise DataError(misplaced_quote(source, error)) from error
            piece = longer


def _check_names(source: Source, header: Record) -> None:
    names, place = header.cells, Place(source.name, line=header.line)
    for pattern, fault in _NO_HEADER.items():
        if pattern.match(names[0]):
            raise DataError(replace(fault, place=place))
    for position, name in enumerate(names, start=1):
        if "\0" in name:
            here = replace(place, column=name)
            raise DataError(nul_byte(here, name, f"column {position} has a NUL byte in its name"))
        if not is_unicode(name):
            raise source.undecodable()
    named = [name for name in names if name.strip()]
    if len(named) == 1 < len(names) - 1 and (line := header_line(source)) is not None:
        remedy = f"remove the lines before line {line}, which seems to be the header"
        raise DataError(Fault("title-before-header", "this is a title", place, remedy=remedy))
    _refuse_missing_header(names, named, place)


def _refuse_missing_header(names: Sequence[str], named: Sequence[str], place: Place) -> None:
    """Refuse a header without names, or of numbers."""
    add = "add a line with the names of the columns"
    if not named:
        raise DataError(Fault("missing-header", "no column has a name", place, remedy=add))
    if all(map(is_number, named)):
        what = f"the header consists of numbers ({', '.join(map(quoted, names[:3]))})"
        raise DataError(Fault("missing-header", what, place, remedy=f"{add}, which seem to be missing"))


def _refuse_difference(name: str, names: Sequence[str], other_name: str, others: Sequence[str]) -> None:
    if names == others:
        return
    if len(names) != len(others):
        what = f"{other_name} has {counted(len(others), 'column')}, but {name} has {len(names):,}"
        raise _difference(what, Place(other_name))
    position, (mine, theirs) = next(
        (position, pair) for position, pair in enumerate(zip(names, others, strict=True), 1) if pair[0] != pair[1]
    )
    what = f"column {position} is {quoted(theirs)}, but {quoted(mine)} in {name}"
    raise _difference(what, Place(other_name, column=theirs))


def _difference(what: str, place: Place) -> DataError:
    return DataError(Fault("headers-differ", what, place, remedy="give files whose headers agree"))
