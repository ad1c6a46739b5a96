"""The kinds of typed columns, as Parquet has them: numbers, dates, levels, or nothing that a fit can use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import quoted
from mae_cli.rows.schema import PLAIN, Writing
from mae_cli.tables.columns import LeftOut, UsedColumns
from mae_cli.tables.csv.header import ColumnType, Header
from mae_cli.tables.moments import TYPED_MOMENT, TYPED_MOMENT_OF_ZONE, TYPED_TIME


def text_columns(types: Sequence[ColumnType], names: Sequence[str]) -> frozenset[str]:
    """The columns that are read as text: those of levels, and those whose cells decide what they are."""
    return frozenset(name for name, each in zip(names, types, strict=True) if each.kind in {"levels", "text"})


def level_columns(header: Header) -> frozenset[str]:
    """The columns that are levels by their type, even where they look like numbers."""
    return frozenset(name for name, each in zip(header.names, header.types, strict=False) if each.kind == "levels")


def require_same_kinds(headers: Sequence[tuple[str, Header]]) -> None:
    """Refuse files that have a column in two kinds.

    Args:
        headers: the name of each file, and its header.

    Raises:
        DataError: with the first column whose kind is another than in the first file.
    """
    first_name, first = headers[0]
    for file, header in headers[1:]:
        for name, one, another in zip(first.names, first.types, header.types, strict=False):
            if one.kind != another.kind and name in header.names:
                raise types_differ(name, (file, another), (first_name, one), "give files whose types agree")


def types_differ(column: str, here: tuple[str, ColumnType], there: tuple[str, ColumnType], remedy: str) -> DataError:
    """The error of a column that has another type in one file than in the first; each by its name."""
    (file, found), (first, expected) = here, there
    what = f"column {quoted(column)} has the type {found.name}, but {expected.name} in {first}"
    return DataError(Fault("types-differ", what, Place(file, column=column), remedy=remedy))


def typed_writings(header: Header) -> dict[str, Writing]:
    """How the columns of dates and times would be written as text, if the file has types."""
    types = zip(header.names, header.types, strict=False)
    return {name: Writing(date=_SPELLINGS[each.kind]) for name, each in types if each.kind in _SPELLINGS}


def typed_dates(header: Header, used: UsedColumns) -> dict[str, Writing]:
    """The same of the columns that a fit uses, unless the user says that they are no dates; weights are none."""
    others = {name for name, writing in used.writings.items() if writing.free} | used.categorical
    names = {used.target, *used.features} - others
    return {name: writing for name, writing in typed_writings(header).items() if name in names}


def unfit_columns(header: Header, names: Collection[str]) -> list[LeftOut]:
    """Those of the named columns that are neither numbers, dates nor levels, if the file has types."""
    return [
        LeftOut(name, f"it holds {_UNFIT[each.kind][1]} ({each.name})", "turn it into numbers first")
        for name, each in zip(header.names, header.types, strict=False)
        if name in names and each.kind in _UNFIT
    ]


# Of the kinds that no fit can use: the code of a fault, and what a column of them holds.
_UNFIT = {"duration": ("dates-or-times", "spans of time"), "other": ("unsupported-type", "neither numbers nor text")}


@dataclass(frozen=True)
class Part:
    """What a column of numbers must be.

    Attributes:
        role: what messages call it ("the target").
        writing: how its numbers are written.
    """

    role: str
    writing: Writing = PLAIN

    def misfit(self, name: str, found: ColumnType) -> Fault | None:
        """What is wrong with the type of the column of this name; None where nothing is, or only cells can tell."""
        wanted = _kind_of(self.writing)
        if found.kind in {"number", "text", wanted} or (found.kind == "levels" and self.writing != PLAIN):
            return None
        what = f"{self.role} {quoted(name)} must be {_IN_WORDS[wanted]}, but its type is {found.name}"
        if wanted == "number" or found.kind not in _SPELLINGS:
            return Fault("not-numeric", what)
        return Fault("other-date-format", what, remedy="write it as in training, or train on such data")


_SPELLINGS = {"date": TYPED_MOMENT, "zoned": TYPED_MOMENT_OF_ZONE, "clock": TYPED_TIME}
_IN_WORDS = {"date": "a date without a time zone", "zoned": "a date with a time zone", "clock": "a time of day"}
_IN_WORDS |= {"number": "a number"}


def _kind_of(writing: Writing) -> str:
    """The kind of column that numbers or dates of this writing are from."""
    if not writing.date:
        return "number"
    return "clock" if writing.unit == "hours" else "zoned" if "%z" in writing.date else "date"


def require_kinds(file: str, header: Header, numbers: Mapping[str, Part], others: Collection[str]) -> None:
    """Refuse the first column whose type does not go with its part, as `misfits` has them.

    Raises:
        DataError: there is one.
    """
    for fault in misfits(file, header, numbers, others).values():
        raise DataError(fault)


def misfits(file: str, header: Header, numbers: Mapping[str, Part], others: Collection[str]) -> dict[str, Fault]:
    """What is wrong with each column whose type does not go with its part, if they have types.

    Args:
        file: what messages call the data.
        header: of the data.
        numbers: columns that must be numbers, or dates.
        others: columns that may be numbers or levels.
    """
    if not header.types:
        return {}
    types = dict(zip(header.names, header.types, strict=True))
    found = {name: part.misfit(name, types[name]) for name, part in numbers.items()}
    found |= {name: _unfit(name, types[name]) for name in others if types[name].kind in _UNFIT}
    return {name: replace(fault, place=Place(file, column=name)) for name, fault in found.items() if fault is not None}


def _unfit(name: str, found: ColumnType) -> Fault:
    code, holds = _UNFIT[found.kind]
    return Fault(code, f"column {quoted(name)} holds {holds} ({found.name})", remedy="turn it into numbers first")
