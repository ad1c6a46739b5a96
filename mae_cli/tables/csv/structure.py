"""What is wrong with the records of a text, found by walking them one by one once a reader has seen that something is.

The first fault in the text is the one that is told, whatever else is wrong and however the text is cut.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mae_cli.messages import counted, quoted
from mae_cli.tables.csv.dialect import header_line
from mae_cli.tables.csv.pieces import Piece
from mae_cli.tables.csv.records import MisplacedQuoteError, Record
from mae_cli.tables.csv.source import Source, not_utf8

# So many records tell what is usual.
_FEW = 50
_LINE_END = re.compile(rb"\r\n|\n|\r")
# What a byte that is not UTF-8 is decoded to, so that it can be passed.
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Fault:
    """A fault in a text.

    Attributes:
        line: on which its record begins, from 1 on.
        says: what is wrong, and what to do about it.
    """

    line: int
    says: str


def first_fault(source: Source, piece: Piece, names: Sequence[str], used: Collection[str]) -> Fault | None:
    """The first fault in some records of a source; None if the walk finds nothing to object to.

    Args:
        source: where the text comes from.
        piece: the records, and the header where they begin the file.
        names: of the columns.
        used: those of them that are read; bytes in the others need not be UTF-8.
    """
    wanted = frozenset(used)
    places = [place for place, name in enumerate(names) if name in wanted]
    try:
        for record in piece.records(source.delimiter, strict=True):
            says = _fault_of(source, record, names, places)
            if says is not None:
                return Fault(record.line, says)
    except MisplacedQuoteError as error:
        return Fault(error.line, misplaced_quote(error))
    return None


def wrong_length(source: Source, record: Record, names: Sequence[str]) -> str:
    """What is wrong with a record that has more or fewer fields than the header, and what may be the reason."""
    fault = f"expected {counted(len(names), 'field')}, found {len(record.cells):,}"
    if record.cells and record.cells[0].lstrip().startswith("#"):
        return f"{fault}; comment lines must be removed first"
    if len(record.cells) == len(names) + 1:
        others = source.beginning(_FEW)[1:]
        is_usual = len(others) > 1 and all(len(other.cells) == len(record.cells) for other in others)
        if not record.cells[-1]:
            return f"{fault}; {'every' if is_usual else 'the'} line ends with a delimiter too many"
        if is_usual:
            return (
                f"{fault}; every line has one field more than the header, as where R writes row names: put a name for "
                "the first column, and a delimiter, before the header"
            )
    header = header_line(source)
    if header is not None:
        return f"{fault}; if the header is on line {header}, remove the lines before it"
    if len(record.cells) > len(names):
        return f"{fault}; a cell with {quoted(source.delimiter[0])} in it must be quoted"
    return f"{fault}; complete the line, or remove it"


def misplaced_quote(error: MisplacedQuoteError) -> str:
    """What is wrong with a quote."""
    if error.within_cell:
        return (
            "a quote opens within a cell and closes in a later one; put the whole cell in quotes, or double the quotes"
        )
    if error.never_closed:
        return "a quote is opened in this record and never closed"
    return "unexpected text after a closing quote; a quote within quotes must be doubled"


def before_line(content: bytes, line: int) -> bytes:
    """The lines of a text before that one (from 1)."""
    end = 0
    for number, found in enumerate(_LINE_END.finditer(content), start=2):
        if number > line:
            break
        end = found.end()
    return content[:end]


def _fault_of(source: Source, record: Record, names: Sequence[str], used: Sequence[int]) -> str | None:
    if any("\0" in cell for cell in record.cells):
        return "a NUL byte, which no text has; if the file is UTF-16, use --encoding utf-16-le or utf-16-be"
    if len(record.cells) != len(names):
        return wrong_length(source, record, names)
    undecoded = next(filter(None, (_UNDECODED.search(record.cells[place]) for place in used)), None)
    return None if undecoded is None else not_utf8(ord(undecoded[0]) - 0xDC00)
