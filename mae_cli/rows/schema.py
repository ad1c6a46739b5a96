"""The columns of a model: which ones it reads, what kind each is, and how they become a design matrix.

A numeric column gives one column of the design matrix. A categorical column with levels
(baseline, level₁, …, levelₖ) gives k indicator columns, one for each level but the baseline.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from mae_cli.messages import column_text, level_text


class DesignColumn(NamedTuple):
    """A column of the design matrix. Callers of the library may unpack it as (feature, level).

    Attributes:
        feature: the name of the feature.
        level: that the column indicates; None where it is the feature itself, a number.
    """

    feature: str
    level: str | None = None

    @property
    def label(self) -> str:
        """What reports call it: `hour` for a number, `carrier = AA` for a level."""
        name = column_text(self.feature)
        return name if self.level is None else f"{name} = {level_text(self.level)}"


@dataclass(frozen=True)
class Writing:
    """How the numbers of a column are written, where they are not plain.

    Attributes:
        date: format of dates or times (`%d.%m.%Y`); empty for numbers.
        prefix: of every number, as it is written (`$`).
        suffix: likewise (`%`, ` kg`).
        thousands: separator of thousands; a point of free numbers, whose decimal sign is the comma then, whatever that
            of the file is.
        parentheses: whether negative numbers stand in parentheses.
        free: whether anything may be written around the numbers, as the user said; K, M, B and units are scaled.
        missing: spellings of a missing value beside the usual ones.
    """

    date: str = ""
    prefix: str = ""
    suffix: str = ""
    thousands: str = ""
    parentheses: bool = False
    free: bool = False
    missing: tuple[str, ...] = ()

    @property
    def unit(self) -> str | None:
        """The unit of dates (days) and times of day (hours); None for numbers."""
        if not self.date:
            return None
        return "days" if "%Y" in self.date or "%y" in self.date else "hours"

    @property
    def measure(self) -> tuple[str | None, str, str, bool]:
        """What the numbers count: numbers written in two ways mean the same where this is the same."""
        return self.unit, self.prefix.strip(), self.suffix.strip(), self.free


PLAIN = Writing()
"""How most columns of numbers are written."""


@dataclass(frozen=True)
class ApartWritings:
    """How the numbers of the columns that are no features are written.

    Attributes:
        target: those of the target.
        weight: those of the weights.
    """

    target: Writing = PLAIN
    weight: Writing = PLAIN


ALL_PLAIN = ApartWritings()
"""How they mostly are."""


class Term(Protocol):
    """A feature of a model: what it is made from, and what becomes of it in the design matrix."""

    @property
    def name(self) -> str:
        """What the model and reports call it."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the data that it is made from."""
        ...

    @property
    def design_columns(self) -> tuple[DesignColumn, ...]:
        """Its columns of the design matrix."""
        ...


@dataclass(frozen=True)
class NumericColumn:
    """A column of numbers, with the range it had in training (in the user's units), and how they are written."""

    name: str
    minimum: float
    maximum: float
    writing: Writing = PLAIN

    @property
    def sources(self) -> tuple[str, ...]:
        """The column of its name."""
        return (self.name,)

    @property
    def design_columns(self) -> tuple[DesignColumn, ...]:
        """The one that it is."""
        return (DesignColumn(self.name),)


@dataclass(frozen=True)
class CategoricalColumn:
    """A column of text levels; `levels[0]` is the baseline, whose coefficient is 0 by convention."""

    name: str
    levels: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The column of its name."""
        return (self.name,)

    @property
    def baseline(self) -> str:
        """The level that the coefficients of the others are measured from."""
        return self.levels[0]

    @property
    def design_columns(self) -> tuple[DesignColumn, ...]:
        """One for each level but the baseline."""
        return tuple(DesignColumn(self.name, level) for level in self.levels[1:])


@dataclass(frozen=True)
class Schema:
    """The feature columns in the order of the user's file, numeric and categorical mixed."""

    features: tuple[NumericColumn | CategoricalColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all features."""
        return tuple(feature.name for feature in self.features)

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the data that the features are made from, each once."""
        return tuple(dict.fromkeys(source for feature in self.features for source in feature.sources))

    @property
    def numeric(self) -> tuple[NumericColumn, ...]:
        """The numeric columns; they come first in the design matrix."""
        return tuple(feature for feature in self.features if isinstance(feature, NumericColumn))

    @property
    def categorical(self) -> tuple[CategoricalColumn, ...]:
        """The categorical columns; their indicators follow the numeric columns in the design matrix."""
        return tuple(feature for feature in self.features if isinstance(feature, CategoricalColumn))

    @property
    def design_columns(self) -> tuple[DesignColumn, ...]:
        """Every column of the design matrix, in its order."""
        features: tuple[Term, ...] = (*self.numeric, *self.categorical)
        return tuple(column for feature in features for column in feature.design_columns)


def joint_schema(schemas: Iterable[Schema]) -> Schema:
    """All that several schemas read: each column of numbers once, and each column of levels once for every coding.

    A column may be of numbers to one model and of levels to another; it is then read as both.
    """
    features: dict[object, NumericColumn | CategoricalColumn] = {}
    for schema in schemas:
        for feature in schema.features:
            features.setdefault(_identity(feature), feature)
    return Schema(tuple(features.values()))


def _identity(feature: NumericColumn | CategoricalColumn) -> object:
    return ("number", feature.name) if isinstance(feature, NumericColumn) else feature
