"""The cells of a column of text whose levels a model knows, chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from mae_cli.arrays import CodeArray, Positions
from mae_cli.cells.faulty import FaultyCells
from mae_cli.cells.levels import categories, first_places
from mae_cli.text.dialect import Dialect
from mae_cli.text.files import Records
from mae_cli.text.spelling import MISSING
from mae_cli.wording import listed, quoted


@dataclass(eq=False)
class KnownLevelCells:
    """A column of text whose levels a model knows; `levels[0]` has code 1.

    Attributes:
        name: of the column.
        levels: in the order of their codes.
        count: cells read so far.
        missing: those of them that were missing.
    """

    name: str
    levels: Sequence[str]
    count: int = 0
    missing: int = 0

    def __post_init__(self) -> None:
        self._codes = {level: code for code, level in enumerate(self.levels, start=1)}

    def read(self, column: pd.Series, first: int, faults: FaultyCells) -> CodeArray:
        """The codes of the next cells, (b,), 0 where missing and −1 for a level that the model does not know.

        A number is a fault, where the model knows none among its levels.
        """
        cells, levels = categories(column)
        dialect = faults.files.dialect
        known = {level: self._codes.get(level, 0 if level in MISSING else -1) for level in levels}
        codes = [0 if level in dialect.missing else code for level, code in known.items()]
        if -1 in codes and not any(map(dialect.is_number, self.levels)):
            self._look_for_numbers(cells, levels, first, faults)
        found: CodeArray = np.array([*codes, 0], dtype=np.int32)[cells]
        self.count += len(found)
        self.missing += int(np.count_nonzero(found == 0))
        return found

    def add(self, other: "KnownLevelCells", first: int) -> None:  # noqa: ARG002  (as NumberCells)
        """Take in what was found in cells that follow, which were read elsewhere."""
        self.count += other.count
        self.missing += other.missing

    def finish(self, files: Records) -> None:
        """Nothing to refuse."""

    def notes(self, files: Records) -> list[str]:  # noqa: ARG002  (as NumberCells)
        """Nothing to say."""
        return []

    def lookalike(self, level: str, dialect: Dialect) -> str | None:
        """A level that the model knows and that is written differently, no more: `1` for `1.0`, `AA` for `aa `."""
        return next((known for known in self.levels if _means_the_same(known, level, dialect)), None)

    def _look_for_numbers(self, cells: Positions, levels: Sequence[str], first: int, faults: FaultyCells) -> None:
        for place, level in enumerate(levels):  # in the order in which they appear
            if faults.files.dialect.is_number(level):
                record = first + int(first_places(cells, len(levels))[place])
                faults.add(record, partial(self._number_among_levels, level))
                return

    def _number_among_levels(self, level: str) -> str:
        return (
            f"column {quoted(self.name)} is the number {quoted(level)}, but it was text when the model was trained "
            f"({listed(sorted(self.levels), 2)}); write its levels as they were, or train on such data"
        )


def _means_the_same(known: str, level: str, dialect: Dialect) -> bool:
    if dialect.is_number(known) and dialect.is_number(level):
        return dialect.number(known) == dialect.number(level)
    return known.strip().casefold() == level.strip().casefold()
