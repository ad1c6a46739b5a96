"""A column of text whose levels a model knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from mae_cli.arrays import CodeArray
from mae_cli.errors import Fault
from mae_cli.messages import listed, quoted
from mae_cli.tables.cell_faults import CellFault, Note
from mae_cli.tables.chunks import Chunk
from mae_cli.tables.column import Cells
from mae_cli.tables.csv.dialect import MISSING, PLAIN, Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.level_column import categories, first_places


@dataclass(eq=False)
class KnownLevelColumn:
    """A column of text whose levels a model knows; `levels[0]` has code 1.

    Attributes:
        name: of the column.
        levels: in the order of their codes.
        dialect: how cells are written.
        count: cells read so far.
        missing: those of them that were missing.
    """

    name: str
    levels: Sequence[str]
    dialect: Dialect = PLAIN
    count: int = 0
    missing: int = 0

    @property
    def as_text(self) -> bool:
        """A number is a level as it is written."""
        return True

    def __post_init__(self) -> None:
        self._codes = {level: code for code, level in enumerate(self.levels, start=1)}

    def read(self, chunk: Chunk) -> Cells[CodeArray]:
        """The codes of a chunk, (b,), 0 where missing and −1 for a level that the model does not know.

        A number is a fault, where the model knows none among its levels.
        """
        cells, levels = categories(chunk.frame[self.name])
        codes = [self._code(level) for level in levels]
        fault = None
        number = next(filter(self.dialect.is_number, levels), None) if -1 in codes else None
        if number is not None and not self._knows_numbers:
            place = int(first_places(cells, len(levels))[levels.index(number)])
            fault = CellFault(chunk.first + place, self.name, partial(self._number_among_levels, number))
        found: CodeArray = np.array([*codes, 0], dtype=np.int32)[cells]
        self.count += len(found)
        self.missing += int(np.count_nonzero(found == 0))
        return Cells(found, fault)

    def add(self, other: "KnownLevelColumn") -> None:
        """Take in what was found in the cells that follow, which were read elsewhere; codes are the same there."""
        self.count += other.count
        self.missing += other.missing

    def notes(self) -> list[Note]:
        """Nothing to say."""
        return []

    def _code(self, level: str) -> int:
        if level in self.dialect.missing:
            return 0
        return self._codes.get(level, 0 if level in MISSING else -1)

    @cached_property
    def _knows_numbers(self) -> bool:
        return any(map(self.dialect.is_number, self.levels))

    def _number_among_levels(self, level: str, _: Records) -> Fault:
        what = (
            f"column {quoted(self.name)} is the number {quoted(level)}, but it was text when the model was trained "
            f"({listed(sorted(self.levels), 2)})"
        )
        remedy = "write its levels as they were, or train on such data"
        return Fault("number-among-levels", what, cell=level, remedy=remedy)


def lookalike(level: str, levels: Sequence[str], dialect: Dialect) -> str | None:
    """The level that is this one written differently, no more: `1` for `1.0`, `AA` for `aa `."""
    return next((known for known in levels if _means_the_same(known, level, dialect)), None)


def _means_the_same(known: str, level: str, dialect: Dialect) -> bool:
    if dialect.is_number(known) and dialect.is_number(level):
        return dialect.number(known) == dialect.number(level)
    return known.strip().casefold() == level.strip().casefold()
