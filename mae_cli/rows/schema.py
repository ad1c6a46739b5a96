"""The columns of a model: which ones it reads, what kind each is, and how they become a design matrix.

A numeric column gives one column of the design matrix. A categorical column with levels
(baseline, level₁, …, levelₖ) gives k indicator columns, one for each level but the baseline.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class NumericColumn:
    """A column of numbers, with the range it had in training (in the user's units)."""

    name: str
    minimum: float
    maximum: float


@dataclass(frozen=True)
class CategoricalColumn:
    """A column of text levels; `levels[0]` is the baseline, whose coefficient is 0 by convention."""

    name: str
    levels: tuple[str, ...]

    @property
    def baseline(self) -> str:
        """The level that the coefficients of the others are measured from."""
        return self.levels[0]


@dataclass(frozen=True)
class Schema:
    """The feature columns in the order of the user's file, numeric and categorical mixed."""

    features: tuple[NumericColumn | CategoricalColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all features."""
        return tuple(feature.name for feature in self.features)

    @property
    def numeric(self) -> tuple[NumericColumn, ...]:
        """The numeric columns; they come first in the design matrix."""
        return tuple(feature for feature in self.features if isinstance(feature, NumericColumn))

    @property
    def categorical(self) -> tuple[CategoricalColumn, ...]:
        """The categorical columns; their indicators follow the numeric columns in the design matrix."""
        return tuple(feature for feature in self.features if isinstance(feature, CategoricalColumn))

    @property
    def design_columns(self) -> tuple[tuple[str, str | None], ...]:
        """(column, level) of every column of the design matrix, in its order; level is None for a number."""
        numeric = [(feature.name, None) for feature in self.numeric]
        indicators = [(feature.name, level) for feature in self.categorical for level in feature.levels[1:]]
        return (*numeric, *indicators)
