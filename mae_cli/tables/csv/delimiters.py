"""Which sign stands between the fields of a text: found where nothing speaks against it, and suggested elsewhere."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mae_cli.errors import Fault, Place
from mae_cli.messages import option, quoted
from mae_cli.tables.csv.records import Delimiter, Record
from mae_cli.tables.csv.source import Source

# Delimiters that are found by themselves when the header has no comma.
_FOUND = (";", "\t", "|")
# Those that are suggested, the likelier ones first: where one of a group fits, signs of the groups behind it are text.
_SUGGESTED = (_FOUND, (",", "^", ":"), (" ",))
# So many records tell how all are written.
_FEW = 50


@dataclass(frozen=True)
class Suggestion:
    """Another sign than the delimiter that cuts the first records alike.

    Attributes:
        sign: the character.
        names: of the columns, as it cuts the header.
    """

    sign: str
    names: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """The option that names the sign, as it is typed."""
        typed = {"\t": "--delimiter tab", ",": "--delimiter ,"}.get(self.sign)
        return f"use {typed or option('--delimiter', self.sign)}"

    def fault(self, place: Place) -> Fault:
        """What is wrong with a text that is read with another delimiter."""
        what = f"the names seem to be separated by {quoted(self.sign)}"
        return Fault("wrong-delimiter", what, place, remedy=self.remedy)


def found_delimiter(source: Source) -> str:
    """The comma, unless the header has none and another delimiter cuts it like the line that follows."""
    if len(source.beginning(1)[0].cells) > 1:
        return ","
    candidates = {}
    for sign in _FOUND:
        widths = [len(record.cells) for record in replace(source, delimiter=Delimiter(sign)).beginning(2)]
        if widths[0] > 1 and len(set(widths)) == 1:
            candidates[sign] = widths[0]
    return next(iter(candidates)) if len(candidates) == 1 else ","


def spaced(source: Source) -> Source:
    """The source with the blanks behind its delimiters as a part of these, where they are in all of the first records.

    Where reading without the blanks gives other fields, quotes follow blanks, and enclose delimiters.
    """
    merged = replace(source, delimiter=replace(source.delimiter, is_spaced=True))
    one_by_one, together = source.beginning(_FEW), merged.beginning(_FEW)
    is_blank = source.delimiter.sign == " "
    is_spaced = _is_merged(one_by_one, together) if is_blank else _is_spaced(one_by_one, together)
    return merged if is_spaced else source


def _is_spaced(one_by_one: Sequence[Record], together: Sequence[Record]) -> bool:
    """Whether a blank follows every delimiter; empty cells may have none."""
    names = one_by_one[0].cells[1:]
    if not names or not all(name.startswith(" ") for name in names):
        return False
    return all(
        len(one.cells) != len(other.cells) or all(not cell or cell.startswith(" ") for cell in one.cells[1:])
        for one, other in zip(one_by_one, together, strict=False)
    )


def _is_merged(one_by_one: Sequence[Record], together: Sequence[Record]) -> bool:
    """Whether several blanks stand for one, as where columns are in line."""
    return "" in one_by_one[0].cells and len(_widths(together)) == 1


def may_be_cut(names: Sequence[str]) -> bool:
    """Whether another sign that may be a delimiter is in one of the names."""
    signs = "".join(itertools.chain(*_SUGGESTED))
    return any(sign in name for name in names for sign in signs)


def suggestion(source: Source) -> Suggestion | None:
    """The sign that was probably meant as the delimiter; None where nothing speaks for another one.

    It cuts all of the first records into as many fields as the header, or into one more, as where R writes row names,
    and these are more than with the delimiter; or as many, where that does not cut alike. A blank is in many names, and
    is one only where the delimiter is not in the header.
    """
    records = source.beginning(_FEW)
    width, is_alike = len(records[0].cells), len(_widths(records)) == 1
    for signs in _SUGGESTED if width == 1 else _SUGGESTED[:-1]:
        cut = [each for sign in signs if sign != source.delimiter.sign and (each := _cut(source, sign)) is not None]
        most = max((len(each.names) for each in cut), default=0)
        if most > width or (most == width > 1 and signs == _FOUND and not is_alike):
            best = [each for each in cut if len(each.names) == most]
            return best[0] if len(best) == 1 else None
    return None


def _cut(source: Source, sign: str) -> Suggestion | None:
    """The suggestion of a sign, if it cuts the first records alike."""
    records = spaced(replace(source, delimiter=Delimiter(sign))).beginning(_FEW)
    header, widths = records[0].cells, _widths(records[1:])
    is_alike = len(widths) == 1 or (not widths and sign in _FOUND)
    fits = len(header) > 1 and is_alike and widths <= {len(header), len(header) + 1}
    return Suggestion(sign, header) if fits else None


def _widths(records: Sequence[Record]) -> set[int]:
    return {len(record.cells) for record in records}
