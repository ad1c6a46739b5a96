"""Numbers that may be codes or dates, as `01234` and `20240102` are: they are read as numbers, and a note says so."""

import re
from collections.abc import Sequence

from mae_cli.messages import option, quoted
from mae_cli.tables.cell_faults import Note
from mae_cli.tables.csv.files import Records

# Told from so many records at the beginning.
_FIRST = 200
_CODE = re.compile(r"0\d{2,}", re.ASCII)  # months and hours have two digits
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)


def code_notes(files: Records, names: Sequence[str], rows: int) -> list[Note]:
    """The notes on columns of plain numbers, of so many rows."""
    if not names or files.header.types:
        return []
    cells = files.cells(range(min(rows, _FIRST)), names)
    missing = files.dialect.all_missing
    columns = ([row[place] for row in cells.values() if row[place] not in missing] for place in range(len(names)))
    notes = (_note(name, column) for name, column in zip(names, columns, strict=True))
    return [note for note in notes if note is not None]


def first_code(cells: Sequence[str]) -> str | None:
    """The first number with leading zeros; None where there is none."""
    return next(filter(_CODE.fullmatch, _told(cells)), None)


def first_date(cells: Sequence[str]) -> str | None:
    """The first number, where all of them may be dates; None where not all may."""
    told = _told(cells)
    return told[0] if told and all(map(_DATE.fullmatch, told)) else None


def _told(cells: Sequence[str]) -> list[str]:
    return [text for cell in cells if (text := cell.strip())]


def _note(name: str, cells: Sequence[str]) -> Note | None:
    code, date = first_code(cells), first_date(cells)
    if code is not None:
        return Note(
            f"column {quoted(name)} has numbers with leading zeros, such as {quoted(code)}; if they are codes, use "
            f"{option('--categorical', name)}"
        )
    if date is not None:
        return Note(
            f"column {quoted(name)} has numbers such as {quoted(date)}; if they are dates, use "
            f"{option('--date', f'{name}=%Y%m%d')}"
        )
    return None
