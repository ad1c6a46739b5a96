"""What the columns of data are, and what they would be used as."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Surveyed:
    """A column, and what it would be used as.

    Attributes:
        column: its name, or its place.
        use: "number", "date", "levels", "left out" or "refused" for what may be a feature; else "target", "weight",
            "cluster", "excluded" or "not used".
        missing: its missing cells.
        extremes: the least and the greatest number; None for other columns, and where there is none.
        unit: of dates (days since 1970-01-01) and times of day (hours); None for other columns.
        levels: how many levels it has; None for numbers.
        top: the most frequent levels with their counts.
        reason: why it is left out or refused.
        remedy: how to have it in.
    """

    column: str
    use: str
    missing: int | None = None
    extremes: tuple[float, float] | None = None
    unit: str | None = None
    levels: int | None = None
    top: tuple[tuple[str, int], ...] = ()
    reason: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Survey:
    """All columns of the data, in their order, of so many rows."""

    source: str
    rows: int
    columns: tuple[Surveyed, ...]
