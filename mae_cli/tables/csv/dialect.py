"""How the text of a table is written: encoding, delimiter, decimal sign, spellings of missing cells and numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mae_cli.errors import Fault, SettingsError
from mae_cli.messages import is_unicode, quoted
from mae_cli.tables.csv.archives import closed_on_failure
from mae_cli.tables.csv.delimiters import found_delimiter, spaced
from mae_cli.tables.csv.records import Delimiter
from mae_cli.tables.csv.source import Source
from mae_cli.tables.csv.transcoding import known_encoding

# The spellings of a missing cell: pandas' own, written down so that an upgrade cannot change a fit.
_ABSENT = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "None")
_NOT_A_NUMBER = ("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN")
MISSING = frozenset({*_ABSENT, *_NOT_A_NUMBER})
# Those of them that a spreadsheet writes where a formula fails.
_ERRORS = frozenset({"#N/A", "#N/A N/A", "#NA"})

# What pandas reads as a number in a column of numbers; a test holds the two together.
_NUMBER = re.compile(
    r"[ \t\n\v\f\r]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t\n\v\f\r]*|[+-]?inf(inity)?",
    re.ASCII | re.IGNORECASE,
)
_WITH_POINT = re.compile(r"\s*[+-]?\d*\.\d+(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)


def is_number(text: str) -> bool:
    """Whether a cell is a number: decimal digits with or without sign, point and exponent; an infinity."""
    return _NUMBER.fullmatch(text) is not None


# So many records tell how all are written.
_FEW = 50


@dataclass(frozen=True)
class Dialect:
    """How a user says that a table is written.

    Attributes:
        encoding: of the text; None for UTF-8, or what a byte order mark tells.
        delimiter: between fields, one character; None for the comma, or what the header tells beyond doubt.
        decimal: "." or ",".
        missing: spellings of a missing cell beside the usual ones; where a number stands for one, all its spellings do.

    Raises:
        SettingsError: they contradict each other, or one is unknown.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str = "."
    missing: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.encoding is not None:
            known_encoding(self.encoding)
        if self.delimiter is not None:
            _require_delimiter(self.delimiter)
        not_text = next((spelling for spelling in self.missing if not is_unicode(spelling)), None)
        if not_text is not None:
            what = f"the spelling {quoted(not_text)} of --na-values is not UTF-8"
            raise SettingsError(Fault("option-not-utf8", what, remedy="give another one"))
        if self.decimal not in {".", ","}:
            what = f"the decimal sign must be . or , and not {quoted(self.decimal)}"
            raise SettingsError(Fault("invalid-decimal", what))

    @property
    def all_missing(self) -> frozenset[str]:
        """All spellings of a missing cell."""
        return MISSING | self.missing

    @cached_property
    def missing_errors(self) -> frozenset[str]:
        """The spellings of a missing cell among numbers that are told: an error, unless the user named it."""
        return _ERRORS - self.missing

    @cached_property
    def missing_words(self) -> frozenset[str]:
        """The spellings of a missing cell that are neither numbers nor told."""
        words = self.all_missing - self.missing_errors
        return frozenset(word for word in words if not self.is_number(word))

    @cached_property
    def missing_numbers(self) -> frozenset[float]:
        """The numbers that stand for a missing cell."""
        return frozenset(self.number(word) for word in self.missing if self.is_number(word))

    def is_number(self, text: str) -> bool:
        """Whether a cell is a number."""
        if self.decimal == ",":
            text = text.replace(".", "x").replace(",", ".")
        return is_number(text)

    def number(self, text: str) -> float:
        """The value of a cell that is a number."""
        return float(text.replace(self.decimal, "."))

    def read(self, argument: str, folder: Path = Path()) -> Source:
        """The source that a command's argument names (from the folder on), written like this; the caller closes it.

        Raises:
            DataError: as `Source.of`, and as `recognise`.
        """
        with closed_on_failure() as stack:
            return self.recognise(stack.enter_context(closing(Source.of(argument, folder))))

    def recognise(self, held: Source) -> Source:
        """A source of any bytes as text that is written like this.

        Raises:
            DataError: as `Source.recognised`.
        """
        source = held.recognised(None if self.encoding is None else known_encoding(self.encoding))
        return spaced(replace(source, delimiter=Delimiter(self._sign_between_fields(source))))

    def _sign_between_fields(self, source: Source) -> str:
        if self.delimiter is not None:
            return self.delimiter
        found = found_delimiter(source)
        if found == self.decimal and not _may_be_both(source):
            what = f"{quoted(found)} cannot be both the delimiter and the decimal sign"
            remedy = f"set --delimiter, such as ';' (or {quoted(found)} where such numbers stand in quotes)"
            raise SettingsError(Fault("delimiter-is-decimal", what, remedy=remedy))
        return found


def _may_be_both(source: Source) -> bool:
    """Whether the comma may be the delimiter and the decimal sign of the first records: in quotes, or not needed."""
    records = source.beginning(_FEW)
    widths = {len(record.cells) for record in records}
    has_point = any(_WITH_POINT.fullmatch(cell) for record in records for cell in record.cells)
    return len(widths) == 1 and widths != {1} and not has_point


# CSV as most programs write it.
PLAIN = Dialect()


def _require_delimiter(delimiter: str) -> None:
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        what = f"the delimiter must be one character, not {quoted(delimiter)}"
        raise SettingsError(Fault("invalid-delimiter", what, remedy="give \\t or 'tab' for a tab"))
    if not delimiter.isascii():
        what = f"the delimiter must be an ASCII character, not {quoted(delimiter)}"
        raise SettingsError(Fault("invalid-delimiter", what))


def header_line(source: Source) -> int | None:
    """The line where the header seems to stand, if it is not the first record.

    That is the first of names only that are as many as most lines have fields.
    """
    records = source.beginning(_FEW)
    widths = Counter(len(record.cells) for record in records)
    usual = max(widths, key=lambda width: (widths[width], width))
    headers = [record for record in records if len(record.cells) == usual and _are_names(record.cells)]
    return headers[0].line if headers and headers[0] is not records[0] else None


def _are_names(cells: Sequence[str]) -> bool:
    return all(cell.strip() and not is_number(cell) for cell in cells)
