"""An independent reading of a CSV text: Python's csv module and float, cell by cell, and nothing that is in doubt."""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from math import isinf

MISSING = {"", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "None", "NaN", "nan", "-NaN"}
MISSING |= {"-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"}
NUMBER = re.compile(r"[ \t\n\v\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\v\f\r]*")
NOTHING = {"-", "--", "---", "—", "–", ".", "..", "...", "…", "?", "??", "n.a.", "n.a", "n/a"}
NOTHING |= {"#n/a", "#div/0!", "#null!"}
# No number as it stands, and no word either: 296,1992 or 12%.
DISGUISED = re.compile(r"[-+.,%#\d \t]*\d[-+.,%#\d \t]*")


class Unclear(Exception):  # noqa: N818  (it is no error of ours)
    """The text does not say one thing alone."""


@dataclass(frozen=True)
class Table:
    """Complete rows: the target, and features that are floats throughout or text throughout."""

    read: int
    target: list[float]
    features: dict[str, list[float] | list[str]]
    left_out: set[str]


def strict_table(content: bytes, target: str = "y", excluded: Collection[str] = ()) -> Table:
    """The complete rows of a file with a header, without some of its columns.

    Raises:
        Unclear: it can be read in more ways than one, or in none.
    """
    header, *records = _records(content) or [[]]
    if header.count(target) != 1 or not {target, *excluded} <= set(header) or not _is_header(header):
        raise Unclear("header")
    nameless = {"column 1"} if header and not header[0].strip() else set()
    header = [name if name.strip() else f"column {place}" for place, name in enumerate(header, start=1)]
    doubled = {name for name in header if name.strip() and header.count(name) > 1} - set(excluded)
    if any("\udc80" <= sign <= "\udcff" for sign in "".join(header)):
        raise Unclear("not UTF-8")
    if any(len(record) != len(header) for record in records):
        raise Unclear("length")
    unused = {*excluded, *doubled, *nameless}
    used = {
        name: [record[place] for record in records]
        for place, name in enumerate(header)
        if name.strip() and name not in unused
    }
    columns = {name: _column(cells) for name, cells in used.items()}
    left_out = {name for name, cells in columns.items() if name != target and _is_useless(cells)}
    columns = {name: cells for name, cells in columns.items() if name not in left_out}
    left_out |= nameless | doubled
    complete = _complete(columns)
    with_target = [row for row, value in enumerate(columns[target]) if value is not None]
    if not with_target or not all(isinstance(columns[target][row], float) for row in with_target):
        raise Unclear("target")
    while 2 * len(complete) < len(with_target) and len(columns) > 2:
        emptiest = max(reversed(columns), key=lambda name: (name != target, columns[name].count(None)))
        left_out.add(emptiest)
        del columns[emptiest]
        complete = _complete(columns)
    if len(columns) == 1 or not complete:
        raise Unclear("no feature")
    kept = {name: [cells[row] for row in complete] for name, cells in columns.items()}
    return Table(len(records), kept.pop(target), kept, left_out)


def _is_header(names: list[str]) -> bool:
    """Whether there are names, more than a title."""
    return len([name for name in names if name.strip()]) > 1 or len(names) < 3


def _complete(columns: dict[str, list]) -> list[int]:
    return [row for row, cells in enumerate(zip(*columns.values(), strict=True)) if None not in cells]


def _is_useless(cells: list) -> bool:
    """Whether a column says nothing, the same everywhere, or another text in most rows."""
    present = [cell for cell in cells if cell is not None]
    names = len(set(present)) if present and isinstance(present[0], str) else 0
    return not present or (len(present) > 1 and (len(set(present)) == 1 or 2 * names > len(present)))


def _records(content: bytes) -> list[list[str]]:
    if b"\0" in content:
        raise Unclear("NUL")
    try:
        text = content.decode("utf-8-sig", errors="surrogateescape")
        header = next(csv.reader(io.StringIO(text.lstrip(" \t\r\n"), newline="")), [])
        return list(_rows(text, "," if len(header) > 1 else ";"))
    except csv.Error as error:
        raise Unclear(str(error)) from error


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, begun = io.StringIO(text, newline="").readlines(), 0
    for cells in reader:
        if "".join(lines[begun : reader.line_num]).strip(" \t\r\n"):
            yield cells
        begun = reader.line_num


def _column(cells: list[str]) -> list:
    if any("\udc80" <= sign <= "\udcff" for cell in cells for sign in cell):
        raise Unclear("not UTF-8")
    present = [cell for cell in cells if cell not in MISSING]
    numbers = [NUMBER.fullmatch(cell) is not None for cell in present]
    if all(numbers):
        if any(map(isinf, map(float, present))):
            raise Unclear("infinite")
        return [None if cell in MISSING else float(cell) for cell in cells]
    nothing = {cell for cell in present if cell.strip().casefold() in NOTHING}
    words = [cell for cell, number in zip(present, numbers, strict=True) if not number and cell not in nothing]
    if any(numbers) and not words:
        gone = MISSING | nothing
        return [None if cell in gone else float(cell) for cell in cells]
    if len(words) <= sum(numbers) or 2 * sum(map(_is_disguised, words)) >= len(words):
        raise Unclear("numbers and text, or numbers in another spelling")
    return [None if cell in MISSING else cell for cell in cells]


def _is_disguised(cell: str) -> bool:
    return DISGUISED.fullmatch(cell) is not None
