"""CSV text to a data frame: what pandas would let pass is checked here.

pandas shifts or pads rows of the wrong length, renames columns of the same name and turns True and False into
booleans. Here such a file is refused in one line, or the text of the cells is kept.
"""

import re
import warnings
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from mae_cli.data.source import Source
from mae_cli.data.wording import counted, quoted
from mae_cli.errors import DataError

# The spellings of a missing cell: pandas' own, written down so that an upgrade cannot change a fit.
_ABSENT = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "None")
_NOT_A_NUMBER = ("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN")
MISSING = frozenset({*_ABSENT, *_NOT_A_NUMBER})

# What pandas reads as a number in a column of numbers; a test holds the two together.
_NUMBER = re.compile(
    r"[ \t\n\v\f\r]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t\n\v\f\r]*|[+-]?inf(inity)?",
    re.ASCII | re.IGNORECASE,
)

# Columns that nobody asked for are kept to one byte a cell: pandas checks the number of fields in a row
# only when it reads all columns, so `usecols` would let a shifted row pass.
_UNUSED = "S1"


@dataclass(frozen=True, eq=False)
class Header:
    """The column names of a file, and the cells of its first data record."""

    names: tuple[str, ...]
    first: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """The columns asked for of a CSV file, a row for each record.

    Attributes:
        frame: Numbers where every non-missing cell is one, else the text of the cells; NaN where missing.
        source: Where the rows come from.
        header: All names in the file.
    """

    frame: pd.DataFrame
    source: Source
    header: tuple[str, ...]

    def place(self, row: int) -> str:
        """Where a row stands, for the beginning of a message."""
        return self.source.place(row)

    def cell(self, row: int, column: str) -> str:
        """The text of a cell as it is written in the file."""
        return self.source.record(row).cells[self.header.index(column)]


def is_number(text: str) -> bool:
    """Whether a cell is a number: decimal digits with or without sign, point and exponent; an infinity."""
    return _NUMBER.fullmatch(text) is not None


def read_header(source: Source) -> Header:
    """Read and check the header.

    Raises:
        DataError: A name is missing or given twice, there are no data rows, or the first is too long.
    """
    records = list(islice(source.records(), 2))
    names = records[0].cells
    _check_names(source, names)
    if len(records) == 1:
        raise DataError(f"{source.name} has a header but no data rows")
    if len(records[1].cells) > len(names):
        raise _too_long(source, names)
    return Header(names, records[1].cells)


def read_table(
    source: Source, columns: Collection[str] | None = None, text_columns: Collection[str] = frozenset()
) -> Table:
    """Read the named columns (all of them when None), those of `text_columns` as text.

    Raises:
        DataError: The header is at fault, a row has too many fields, a quote is never closed, or a used cell
            is not UTF-8.
    """
    header = read_header(source)
    used = [name for name in header.names if columns is None or name in columns]
    # Such a column ends up as text (or is refused), so there is no need to try it as numbers.
    begins_with_text = {
        name
        for name, cell in zip(header.names, header.first, strict=False)
        if cell not in MISSING and not is_number(cell)
    }
    text = {*text_columns, *begins_with_text}
    frame = _parse(source, header.names, used, text)
    misread = {name for name in used if name not in text and _is_misread(frame[name])}
    if misread:
        frame = _parse(source, header.names, used, text | misread)
    return Table(frame, source, header.names)


def _is_misread(column: pd.Series) -> bool:
    """Whether pandas' guess at a column lost the text of its cells, or forgot which are missing.

    It makes objects of True and False and of whole numbers beyond 64 bits, and where such numbers force
    it to text, a missing cell stays as it is spelled.
    """
    if isinstance(column.dtype, pd.StringDtype):
        return bool(column.isin(MISSING).any())
    return column.dtype in (bool, object)


def _parse(source: Source, names: tuple[str, ...], used: list[str], text: Collection[str]) -> pd.DataFrame:
    types = {name: (str if name in text else None) if name in used else _UNUSED for name in names}
    with source.opened() as stream, warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            frame = pd.read_csv(
                stream,
                header=0,
                names=list(names),
                index_col=False,
                dtype={name: kind for name, kind in types.items() if kind is not None},
                na_values=sorted(MISSING),
                keep_default_na=False,
                low_memory=False,
            )
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            raise _malformed(source, names, error) from error
    return frame[used]


def _malformed(source: Source, names: tuple[str, ...], error: Exception) -> DataError:
    """The parser's complaint in our words, with the line found by walking the file."""
    if "EOF inside string" in str(error):
        *_, last = source.records()
        return DataError(f"{source.name}, line {last.line}: a quote is opened in this record and never closed")
    if "Expected" in str(error) or isinstance(error, pd.errors.ParserWarning):
        return _too_long(source, names)
    return DataError(f"{source.name}: not readable as CSV ({str(error).strip().partition(chr(10))[0]})")


def _too_long(source: Source, names: tuple[str, ...]) -> DataError:
    record = next(record for record in source.records() if len(record.cells) > len(names))
    fields = counted(len(record.cells), "field")
    return DataError(f"{source.name}, line {record.line}: {fields}, but the header names {len(names):,}")


def _check_names(source: Source, names: tuple[str, ...]) -> None:
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise DataError(f"{source.name}: column {position} has no name in the header; give it one")
        if not name.isascii() and not _is_utf8(name):
            raise source.not_utf8()
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{source.name}: the header names column {quoted(twice[0])} twice; rename one of them")


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
