"""The kinds of typed columns, as Parquet has them: numbers, levels, or nothing that a fit can use."""

from collections.abc import Collection, Mapping, Sequence

from mae_cli.errors import DataError, Fault, Place
from mae_cli.messages import option, quoted
from mae_cli.tables.columns import LeftOut
from mae_cli.tables.csv.header import ColumnType, Header


def text_columns(types: Sequence[ColumnType], names: Sequence[str]) -> frozenset[str]:
    """The columns of levels."""
    return frozenset(name for name, each in zip(names, types, strict=True) if each.kind == "levels")


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
                what = f"column {quoted(name)} has the type {another.name}, but {one.name} in {first_name}"
                place, remedy = Place(file, column=name), "give files whose types agree"
                raise DataError(Fault("types-differ", what, place, remedy=remedy))


def unfit_columns(header: Header, names: Collection[str]) -> list[LeftOut]:
    """Those of the named columns that are neither numbers nor levels."""
    kinds = {"time": "it holds dates or times", "other": "it holds neither numbers nor text"}
    return [
        LeftOut(name, f"{kinds[each.kind]} ({each.name})", "turn it into numbers first")
        for name, each in zip(header.names, header.types, strict=True)
        if name in names and each.kind in kinds
    ]


def require_kinds(file: str, header: Header, numbers: Mapping[str, str], others: Collection[str]) -> None:
    """Refuse columns whose type does not go with their part, if they have types.

    Args:
        file: what messages call the data.
        header: of the data.
        numbers: columns that must be numbers, with what messages call them ("the target").
        others: columns that may be numbers or levels.

    Raises:
        DataError: a column has another kind.
    """
    if not header.types:
        return
    types = dict(zip(header.names, header.types, strict=True))
    for name, role in numbers.items():
        if types[name].kind != "number":
            what = f"{role} {quoted(name)} must be a number, but its type is {types[name].name}"
            raise DataError(Fault("not-numeric", what, Place(file, column=name)))
    for name in others:
        place, exclude = Place(file, column=name), f"use {option('--exclude', name)}"
        if types[name].kind == "time":
            what = f"column {quoted(name)} holds dates or times ({types[name].name})"
            remedy = f"turn them into numbers first, or {exclude}"
            raise DataError(Fault("dates-or-times", what, place, remedy=remedy))
        if types[name].kind == "other":
            what = f"column {quoted(name)} holds neither numbers nor text ({types[name].name})"
            raise DataError(Fault("unsupported-type", what, place, remedy=exclude))
