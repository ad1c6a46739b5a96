"""What is wrong with the records of a text, found by walking them one by one once a reader has seen that something is.

The first fault in the text is the one that is told, whatever else is wrong and however the text is cut.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from mae_cli.errors import Fault, Place
from mae_cli.messages import counted, quoted
from mae_cli.tables.csv.delimiters import suggestion
from mae_cli.tables.csv.dialect import header_line
from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.records import MisplacedQuoteError, Record
from mae_cli.tables.csv.source import Source, not_utf8

# So many records tell what is usual.
_FEW = 50
_LINE_END = re.compile(rb"\r\n|\n|\r")
# What a byte that is not UTF-8 is decoded to, so that it can be passed.
_UNDECODED = re.compile("[\udc80-\udcff]")


def first_fault(source: Source, piece: Piece, names: Sequence[str], used: Collection[str]) -> tuple[int, Fault] | None:
    """The first fault in some records of a source, behind the line of the piece on which its record begins.

    None if the walk finds nothing to object to.

    Args:
        source: where the text comes from.
        piece: the records, and the header where they begin the file.
        names: of the columns.
        used: those of them that are read; bytes in the others need not be UTF-8.
    """
    wanted = frozenset(used)
    positions = [position for position, name in enumerate(names) if name in wanted]
    before = source.lines_before(piece.offset)
    try:
        for record in piece.records(source.delimiter, before, strict=True):
            fault = _fault_of(source, record, names, positions)
            if fault is not None:
                return record.line - before, fault
    except MisplacedQuoteError as error:
        return error.line - before, misplaced_quote(source, error)
    return None


def wrong_length(source: Source, record: Record, names: Sequence[str]) -> Fault:
    """The fault of a record that has more or fewer fields than the header, with what may be the reason."""
    what = f"expected {counted(len(names), 'field')}, found {len(record.cells):,}"
    fault = Fault("wrong-field-count", what, Place(source.name, line=record.line))
    if record.cells and record.cells[0].lstrip().startswith("#"):
        return replace(fault, remedy="remove comment lines first")
    other = _wrong_delimiter(source, record.line)
    if other is not None:
        return other
    one_more = _one_field_more(source, record) if len(record.cells) == len(names) + 1 else None
    if one_more is not None:
        code, reason, remedy = one_more
        return replace(fault, code=code, what=f"{what}: {reason}", remedy=remedy)
    return replace(fault, remedy=_remedy_for_length(source, record, names))


def _wrong_delimiter(source: Source, line: int) -> Fault | None:
    """The fault where another sign cuts the first records alike, and the delimiter does not, or not the header."""
    records = source.beginning(_FEW)
    is_suspect = line <= records[0].line or len({len(record.cells) for record in records}) > 1
    other = suggestion(source) if is_suspect else None
    return None if other is None else other.fault(Place(source.name, line=line))


def _one_field_more(source: Source, record: Record) -> tuple[str, str, str] | None:
    """Code, reason and remedy where a record has one field more than the header; None where nothing is known of it."""
    header, *others = source.beginning(_FEW)
    is_usual = len(others) > 1 and all(len(other.cells) == len(record.cells) for other in others)
    if not record.cells[-1].strip():
        reason = f"{'every' if is_usual else 'the'} line ends with one delimiter too many"
        remedy = "take it off every line, or name the column in the header" if is_usual else "take it off"
        return "trailing-delimiter", reason, remedy
    if is_usual and len(header.cells) > 1:
        reason = "every line has one field more than the header, as where R writes row names"
        return "row-names-without-header", reason, "begin the header with a name for the first column"
    return None


def _remedy_for_length(source: Source, record: Record, names: Sequence[str]) -> str:
    header = header_line(source)
    if header is not None:
        return f"remove the lines before line {header}, if that is the header"
    if len(record.cells) > len(names):
        return f"put cells that contain {quoted(source.delimiter.sign)} in quotes"
    return "complete the line, or remove it"


def misplaced_quote(source: Source, error: MisplacedQuoteError) -> Fault:
    """The fault of a quote, or of a delimiter that makes it seem one."""
    place = Place(source.name, line=error.line)
    other = _wrong_delimiter(source, error.line)
    if other is not None:
        return other
    if error.within_cell:
        what = "a quote opens within a cell and closes in a later one"
        return Fault("quote-within-cell", what, place, remedy="put the whole cell in quotes, or double the quotes")
    if error.never_closed:
        return Fault("unclosed-quote", "a quote is opened in this record and never closed", place, remedy="close it")
    what = "unexpected text after a closing quote"
    return Fault("text-after-quote", what, place, remedy="double every quote within a quoted cell")


def nul_byte(place: Place, cell: str, what: str) -> Fault:
    """The fault of a cell with a NUL byte in it."""
    remedy = "use --encoding utf-16-le or utf-16-be, if the file is UTF-16"
    return Fault("nul-byte", f"{what}, which no text has", place, cell, remedy)


def before_line(content: bytes, line: int) -> bytes:
    """The lines of a text before that one (from 1)."""
    end = 0
    for number, found in enumerate(_LINE_END.finditer(content), start=2):
        if number > line:
            break
        end = found.end()
    return content[:end]


def _fault_of(source: Source, record: Record, names: Sequence[str], used: Sequence[int]) -> Fault | None:
    complete = len(record.cells) == len(names)
    for position, cell in enumerate(record.cells):
        if "\0" in cell:
            column = names[position] if complete else None
            return nul_byte(Place(source.name, line=record.line, column=column), cell, "a NUL byte")
    if not complete:
        return wrong_length(source, record, names)
    for position in used:
        undecoded = _UNDECODED.search(record.cells[position])
        if undecoded is not None:
            place = Place(source.name, line=record.line, column=names[position])
            return not_utf8(place, ord(undecoded[0]) - 0xDC00)
    return None
