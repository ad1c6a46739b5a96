"""Which columns a fit uses: what the user chose, held against the names in the file."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import isnan

import numpy as np

from mae_cli.errors import DataError, Fault, Place, SettingsError
from mae_cli.messages import LONGEST_LIST, named, option, quoted
from mae_cli.rows.schema import Writing
from mae_cli.tables.csv.dialect import is_number
from mae_cli.tables.csv.header import Header
from mae_cli.tables.dates import is_format

# Two of three letters in common is a coincidence; four of five, or two exchanged in a word of four, is a slip.
_LIKENESS = 0.75


_INDEX = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class ColumnChoice:
    """The user's choice of columns, by name; checked for contradictions, not yet against a file.

    Attributes:
        target: the column to predict.
        features: the columns to predict it from, in this order; None for all others, in the file's order.
        exclude: columns to leave out.
        categorical: columns that are categories even where they hold numbers.
        weight: the column of row weights, never a feature.
        cluster: the column that says which rows depend on each other, never a feature.
        dates: columns of dates or times, each with its format; "" for the one that its cells tell.
        numbers: columns to read as numbers, whatever is written around them.
        strict: whether to refuse columns that cannot serve, which are left out otherwise where nobody named them.
        intercept: whether the fit has one, beside which a constant column tells nothing.

    Raises:
        SettingsError: one column is given two roles.
    """

    target: str
    features: tuple[str, ...] | None = None
    exclude: frozenset[str] = frozenset()
    categorical: frozenset[str] = frozenset()
    weight: str | None = None
    cluster: str | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    strict: bool = False
    intercept: bool = True

    def __post_init__(self) -> None:
        features = self.features or ()
        self._refuse("the target", self.target, "a feature", features)
        self._refuse("the target", self.target, "excluded", self.exclude)
        self._refuse("the target", self.target, "categorical", self.categorical)
        for role, name in (("the weight", self.weight), ("the cluster", self.cluster)):
            if name is not None:
                self._refuse("the target", self.target, role, [name])
                self._refuse(role, name, "a feature", features)
                self._refuse(role, name, "excluded", self.exclude)
                self._refuse(role, name, "categorical", self.categorical)
        self._refuse_kinds()
        if self.weight is not None:
            self._refuse("the weight", self.weight, "the cluster", [self.cluster])
        for feature in features:
            self._refuse("a feature", feature, "excluded", self.exclude)
            if features.count(feature) > 1:
                what = f"column {quoted(feature)} is given twice as a feature"
                raise SettingsError(Fault("duplicate-feature", what))

    def _refuse_kinds(self) -> None:
        """Refuse a column of two kinds, or one with a kind that does not go with its part."""
        kinds: dict[str, Collection[str]] = {"a date": self.dates, "a number": self.numbers}
        others: dict[str, Collection[str | None]] = {"excluded": self.exclude, "categorical": self.categorical}
        others["the cluster"] = [self.cluster]
        for kind in ("a date", "a number"):
            for role, columns in (kinds | others).items():
                for name in sorted(kinds[kind]) if role != kind else []:
                    self._refuse(kind, name, role, columns)
        for name in sorted(self.dates):
            self._refuse("a date", name, "the weight", [self.weight])
        for name, spelling in self.dates.items():
            if spelling and not is_format(spelling):
                what = f"{quoted(spelling)} is no format for the dates of {quoted(name)}"
                raise SettingsError(Fault("invalid-date-format", what, remedy="give one as %d/%m/%Y or %H:%M"))

    @staticmethod
    def _refuse(role: str, column: str, other: str, columns: Collection[str | None]) -> None:
        if column in columns:
            what = f"column {quoted(column)} cannot be {role} and {other} at once"
            raise SettingsError(Fault("conflicting-roles", what))


def name_of(label: object) -> str:
    """What a column of a frame is called, whose label need be no text: `3`, `('a', 'x')`; empty for None and NaN."""
    if label is None or (isinstance(label, float) and isnan(label)):
        return ""
    if isinstance(label, tuple):
        return str(tuple(part.item() if isinstance(part, np.generic) else part for part in label))
    return str(label)


@dataclass(frozen=True)
class LeftOut:
    """A column that a fit does not use, as it cannot serve and nobody named it.

    Attributes:
        column: its name, or its place where it has none ("column 3").
        reason: why it cannot serve.
        remedy: how to have it in; None where nothing could make it serve.
    """

    column: str
    reason: str
    remedy: str | None = None

    def fault(self, file: str) -> Fault:
        """The refusal where nothing may be left out."""
        what = f"column {quoted(self.column)} cannot be used: {self.reason}"
        remedy = ", or ".join(filter(None, (self.remedy, "leave it out without --strict")))
        return Fault("unfit-column", what, Place(file, column=self.column), remedy=remedy)

    def __str__(self) -> str:
        return "; ".join(filter(None, (f"{quoted(self.column)}: {self.reason}", self.remedy)))


@dataclass(frozen=True)
class Remarks:
    """What a caller of the library should know of the columns of a frame.

    Attributes:
        left_out: the columns that cannot serve.
        notes: on others, a sentence each.
    """

    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UsedColumns:
    """The columns of one file that a fit reads; every name is in the file, once.

    Attributes:
        target: the column to predict.
        features: the columns to predict it from.
        categorical: those of them that are categories even where they hold numbers.
        weight: the column of row weights.
        named: the features that the user named; these are used or refused, never left out.
        left_out: the columns without a name, or with the name of another.
        strict: whether to refuse what would be left out.
        writings: how numbers and dates are written, of the columns of which the user said it.
        dates: the columns that have dates, as the user said, in the format that their cells tell.
        intercept: whether the fit has one, beside which a constant column tells nothing.
    """

    target: str
    features: tuple[str, ...]
    categorical: frozenset[str]
    weight: str | None
    cluster: str | None = None
    named: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    strict: bool = False
    writings: Mapping[str, Writing] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()
    intercept: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """All of them: the target, the weight and the cluster if there are any, the features."""
        return (self.target, *(name for name in (self.weight, self.cluster) if name is not None), *self.features)


def resolve(choice: ColumnChoice, header: Header, file: str) -> UsedColumns:
    """Hold a choice against the names in the file's header; names may be blank, or there twice, where nobody asked.

    Raises:
        DataError: a column is not in the file, or there twice, or there are no others.
    """
    used = resolve_any(choice, header, file)
    if not used.features and not used.left_out:
        raise DataError(_no_features(choice, file))
    return used


def resolve_any(choice: ColumnChoice, header: Header, file: str) -> UsedColumns:
    """The same where there need be no target, and no feature.

    Raises:
        DataError: a column is not in the file, or there twice.
    """
    require_columns(dict.fromkeys(_used(choice), ""), header, file)
    names = header.names
    for name in sorted(choice.exclude - set(names)):
        raise DataError(unknown_column(name, names, file))
    said = frozenset(choice.features or ()) | choice.categorical | choice.numbers | choice.dates.keys()
    others = _others(choice, names)
    unfit = (
        [*_nameless(others, header), *_doubled(others), *_indices(others, header)] if choice.features is None else []
    )
    left_out = in_order([each for each in unfit if each.column not in said], names)
    gone = {each.column for each in left_out}
    return UsedColumns(
        target=choice.target,
        features=choice.features or tuple(name for name in others if name.strip() and name not in gone),
        categorical=choice.categorical,
        weight=choice.weight,
        cluster=choice.cluster,
        named=said,
        left_out=left_out,
        strict=choice.strict,
        writings=_writings(choice),
        dates=frozenset(name for name, spelling in choice.dates.items() if not spelling),
        intercept=choice.intercept,
    )


def _used(choice: ColumnChoice) -> list[str]:
    """The columns that the user named, but for those excluded."""
    parts = (choice.target, choice.weight, choice.cluster)
    kinds = (*sorted(choice.categorical | choice.numbers), *choice.dates)
    return [name for name in (*parts, *(choice.features or ()), *kinds) if name]


def _others(choice: ColumnChoice, names: Sequence[str]) -> list[str]:
    """The columns that are features because the user chose none, and gave them no other part."""
    taken = {choice.target, choice.weight, choice.cluster, *choice.exclude}
    return [name for name in names if name not in taken] if choice.features is None else []


def _writings(choice: ColumnChoice) -> dict[str, Writing]:
    """How the columns are written of which the user said it."""
    numbers = {name: Writing(free=True) for name in sorted(choice.numbers)}
    return numbers | {name: Writing(date=spelling) for name, spelling in choice.dates.items() if spelling}


def in_order(left_out: Sequence[LeftOut], header: Sequence[str]) -> tuple[LeftOut, ...]:
    """Columns that are left out, in the order of the file."""
    places = {_nth(place): place for place in range(1, len(header) + 1)}
    places |= {name: place for place, name in reversed(list(enumerate(header, start=1)))}
    return tuple(sorted(left_out, key=lambda column: places[column.column]))


def _nth(place: int) -> str:
    """What messages call a column without a name, where another has the name that its place would give it."""
    return f"nameless column {place}"


def _no_features(choice: ColumnChoice, file: str) -> Fault:
    """The fault where there is no other column, with the reason."""
    what = f"no feature columns left to predict {quoted(choice.target)} from"
    fault = Fault("no-features", f"{what}; the file has no others", Place(file))
    if choice.exclude:
        return replace(fault, what=f"{what}; all others are excluded", remedy="exclude fewer")
    return fault


def nameless(header: Header) -> list[LeftOut]:
    """The columns that have no name, as another has the one that their place would give them."""
    return [
        LeftOut(_nth(place), "it has no name in the header", "give it one")
        for place, name in enumerate(header.names, start=1)
        if not name.strip()
    ]


def _nameless(others: Sequence[str], header: Header) -> list[LeftOut]:
    """The same, and the first column where it has no name: programs write row names into it."""
    first = header.names[0]
    is_first = first in header.placed and first in others
    row_names = [LeftOut(first, "it has no name in the header", _naming(first, header))] * is_first
    return [*row_names, *nameless(header)]


def _naming(name: str, header: Header) -> str:
    """The option that has a column in without changing the part of others."""
    cell = dict(zip(header.names, header.first, strict=False)).get(name, "")
    types = dict(zip(header.names, header.types, strict=False))
    if name in types:
        flag = {"levels": "--categorical", "number": "--number"}.get(types[name].kind, "--date")
    else:
        flag = "--number" if is_number(cell) else "--categorical"
    return f"use {option(flag, name)}"


def _doubled(names: Sequence[str]) -> list[LeftOut]:
    """The names that several columns have."""
    return [
        LeftOut(name, f"the header has {count:,} columns of this name", "rename them")
        for name, count in Counter(names).items()
        if count > 1 and name.strip()
    ]


def _indices(others: Sequence[str], header: Header) -> list[LeftOut]:
    """The columns into which pandas writes the index of a frame that was sorted or filtered."""
    reason = "it is the index of a pandas frame"
    return [LeftOut(name, reason, _naming(name, header)) for name in others if _INDEX.fullmatch(name)]


def require_columns(needed: Mapping[str, str], header: Header, file: str) -> None:
    """Refuse a header that lacks a column, or has it twice.

    Args:
        needed: the columns, with what each is to whoever needs it ("the model's target"); "" if the user named it.
        header: of the file.
        file: its name.

    Raises:
        DataError: with the closest name.
    """
    there = Counter(header.names)
    for name, part in needed.items():
        if name not in there:
            raise DataError(_absent(name, header, file, part))
        if there[name] > 1:
            what, place = f"the header names column {quoted(name)} twice", Place(file, column=name)
            raise DataError(Fault("duplicate-column", what, place, remedy="rename one of them"))


def _absent(name: str, header: Header, file: str, part: str) -> Fault:
    """The fault of a column that is not there, or not as the text is cut."""
    fault, other = unknown_column(name, header.names, file, part), header.suggestion
    if other is not None and (name in other.names or (len(header.names) == 1 and other.sign != " ")):
        return replace(fault, remedy=other.remedy)
    if len(header.names) == 1 and not header.types:  # text, perhaps of another delimiter
        return replace(fault, remedy="name the delimiter with --delimiter, if there are more")
    return fault


def unknown_column(name: str, names: Sequence[str], file: str, part: str = "") -> Fault:
    """The fault of a column that is not there, with the closest name and, when they are few, all names.

    Args:
        name: of the column.
        names: those in the file.
        file: its name.
        part: what the column is to whoever needs it; "" if the user named it.
    """
    closest = [other for other in names if other.strip().casefold() == name.strip().casefold()]
    closest = closest or get_close_matches(name, names, n=1, cutoff=_LIKENESS)
    what = f"{file} has no column {quoted(name)}{', ' * bool(part)}{part}"
    fault = Fault("unknown-column", what, Place(file, column=name))
    if len(names) == 1:
        return replace(fault, what=f"{what}; its only column is {named(names[0])}")
    few = len(names) <= LONGEST_LIST
    all_names = f"its columns are {', '.join(named(name) for name in names if name.strip())}"
    if closest:
        remedy = f"did you mean {named(closest[0])}?"
        return replace(fault, remedy=f"{remedy} {all_names}" if few else remedy)
    return replace(fault, what=f"{what}; {all_names}") if few else fault
