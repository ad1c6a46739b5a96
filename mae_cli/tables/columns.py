"""Which columns a fit uses: what the user chose, held against the names in the file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mae_cli.errors import DataError, SettingsError
from mae_cli.messages import LONGEST_LIST, listed, quoted
from mae_cli.tables.csv.header import Header

# Two of three letters in common is a coincidence; four of five, or two exchanged in a word of four, is a slip.
_LIKENESS = 0.75


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

    Raises:
        SettingsError: one column is given two roles.
    """

    target: str
    features: tuple[str, ...] | None = None
    exclude: frozenset[str] = frozenset()
    categorical: frozenset[str] = frozenset()
    weight: str | None = None
    cluster: str | None = None

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
        if self.weight is not None:
            self._refuse("the weight", self.weight, "the cluster", [self.cluster])
        for feature in features:
            self._refuse("a feature", feature, "excluded", self.exclude)
            if features.count(feature) > 1:
                raise SettingsError(f"column {quoted(feature)} is given twice as a feature")

    @staticmethod
    def _refuse(role: str, column: str, other: str, columns: Collection[str | None]) -> None:
        if column in columns:
            raise SettingsError(f"column {quoted(column)} cannot be {role} and {other} at once")


@dataclass(frozen=True)
class UsedColumns:
    """The columns of one file that a fit reads; every name is in the file."""

    target: str
    features: tuple[str, ...]
    categorical: frozenset[str]
    weight: str | None
    cluster: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them: the target, the weight and the cluster if there are any, the features."""
        return (self.target, *(name for name in (self.weight, self.cluster) if name is not None), *self.features)


def resolve(choice: ColumnChoice, header: Header, file: str) -> UsedColumns:
    """Hold a choice against the names in the file's header.

    Raises:
        DataError: a column is not in the file, or no feature is left.
    """
    asked = [
        choice.target,
        choice.weight,
        choice.cluster,
        *(choice.features or ()),
        *sorted(choice.exclude | choice.categorical),
    ]
    require_columns({name: "" for name in asked if name is not None}, header, file)
    taken = {choice.target, choice.weight, choice.cluster, *choice.exclude}
    others = tuple(name for name in header.names if name not in taken)
    features = others if choice.features is None else choice.features
    if not features:
        rest = "all others are excluded" if choice.exclude else "the file has no others"
        raise DataError(f"{file}: no feature columns left to predict {quoted(choice.target)} from; {rest}")
    return UsedColumns(choice.target, features, choice.categorical, choice.weight, choice.cluster)


def require_columns(needed: Mapping[str, str], header: Header, file: str) -> None:
    """Refuse a header that lacks a column.

    Args:
        needed: the columns, with what each is to whoever needs it ("the model's target"); "" if the user named it.
        header: of the file.
        file: its name.

    Raises:
        DataError: with the closest name.
    """
    there = frozenset(header.names)
    for name, part in needed.items():
        if name not in there:
            error = unknown_column(name, header.names, file, part)
            if len(there) == 1 and not header.types:  # text, perhaps of another delimiter
                raise DataError(f"{error}, so if there are more, say with --delimiter what stands between them")
            raise error


def unknown_column(name: str, names: Sequence[str], file: str, part: str = "") -> DataError:
    """The error for a column that is not there, with the closest name and, when they are few, all names.

    Args:
        name: of the column.
        names: those in the file.
        file: its name.
        part: what the column is to whoever needs it; "" if the user named it.
    """
    closest = [other for other in names if other.strip().casefold() == name.strip().casefold()]
    closest = closest or get_close_matches(name, names, n=1, cutoff=_LIKENESS)
    message = f"{file} has no column {quoted(name)}{', ' * bool(part)}{part}"
    if len(names) == 1:
        return DataError(f"{message}; its only column is {quoted(names[0])}")
    if closest:
        message += f"; did you mean {quoted(closest[0])}?"
    if len(names) <= LONGEST_LIST:
        message += f"{'' if closest else ';'} its columns are {listed(names)}"
    return DataError(message)
