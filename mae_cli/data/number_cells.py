"""The cells of a column of numbers, chunk by chunk.

A column is numeric when every non-missing cell is a number and categorical when none is; anything between is refused,
with the cell at fault. So the kind depends neither on the order of the rows nor on where chunks end.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mae_cli.data.design import FloatArray
from mae_cli.data.dialect import Dialect
from mae_cli.data.files import Records
from mae_cli.data.numbers import LARGEST_EXACT
from mae_cli.data.odd_cells import remedy
from mae_cli.data.wording import no_values, quoted
from mae_cli.errors import DataError


class TextAmongNumbersError(Exception):
    """A column that was read as numbers so far has text in it, and must be read again as text."""


@dataclass(eq=False)
class NumberCells:
    """A column of numbers.

    Attributes:
        name: of the column.
        role: what messages call a column that must be numeric ("the target"); None for one that may turn out as text.
        positive: whether negative numbers are refused.
        count: cells read so far.
        missing: those of them that were missing.
        inexact: the record of the first whole number that a float cannot hold; None without one.
    """

    name: str
    role: str | None = None
    positive: bool = False
    count: int = 0
    missing: int = 0
    inexact: int | None = None

    def read(self, column: pd.Series, first: int, files: Records) -> FloatArray:
        """The next cells, (b,), NaN where missing; `first` is the record of the first.

        Raises:
            DataError: A cell is infinite, or is not a number where it must be.
            TextAmongNumbersError: A cell is not a number, and need not be.
        """
        values = self._numbers(column, first, files) + 0.0  # zero has no sign, as in `Numbers`
        self.count += len(values)
        self.missing += int(np.count_nonzero(np.isnan(values)))
        self._refuse_infinite(values, first, files)
        if not self.allows(values):
            index = first + int(np.argmax(values < 0))
            cell = quoted(files.cell(index, self.name))
            raise DataError(
                f"{files.place(index)}: {self.role} {quoted(self.name)} must not be negative, but this cell is {cell}"
            )
        return values

    def allows(self, values: FloatArray) -> bool:
        """Whether no value is negative where none may be."""
        return not (self.positive and bool((values < 0).any()))

    def finish(self, files: Records) -> None:
        """Refuse a feature without a single value, now that all cells were read."""
        if self.role is None and self.missing == self.count:
            raise no_values(files.name, self.name)

    def notes(self, files: Records) -> list[str]:
        """What the user should know, a sentence each."""
        if self.inexact is None:
            return []
        place, name = files.place(self.inexact), quoted(self.name)
        return [f"{place}: column {name} has whole numbers beyond 2^53, which lose their last digits"]

    def add(self, other: "NumberCells", first: int) -> None:
        """Take in what was found in the cells from the record `first` on, which were read elsewhere."""
        self.count += other.count
        self.missing += other.missing
        if self.inexact is None and other.inexact is not None:
            self.inexact = first + other.inexact

    def _numbers(self, column: pd.Series, first: int, files: Records) -> FloatArray:
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
            self._look_for_inexact(column.to_numpy(), first)
            return column.to_numpy(dtype=np.float64)
        codes, values = pd.factorize(column)
        numbers = [_number(value, files.dialect) for value in values]
        faulty = np.append([number is None for number in numbers], False).astype(bool)[codes]
        if not faulty.any():
            self._look_for_inexact(np.array([*map(_whole, values), 0], dtype=object)[codes], first)
            return np.array([*numbers, np.nan], dtype=np.float64)[codes]
        if self.role is None:
            raise TextAmongNumbersError
        index = first + int(np.argmax(faulty))
        cell, what_to_do = quoted(files.cell(index, self.name)), remedy(files, index, self.name)
        raise DataError(
            f"{files.place(index)}: {self.role} {quoted(self.name)} must be a number, but this cell is {cell}"
            f"{'; ' * bool(what_to_do)}{what_to_do}"
        )

    def _look_for_inexact(self, values: np.ndarray, first: int) -> None:
        """Look at whole numbers, of any type that holds them."""
        if self.inexact is not None or values.dtype.kind == "f" or not len(values):
            return
        if values.dtype.kind in "iu" and max(-int(values.min()), int(values.max())) <= LARGEST_EXACT:
            return
        for place, value in enumerate(values.tolist()):
            if abs(value) > LARGEST_EXACT and int(float(value)) != value:
                self.inexact = first + place
                return

    def _refuse_infinite(self, values: FloatArray, first: int, files: Records) -> None:
        infinite = np.isinf(values)
        if infinite.any():
            index = first + int(np.argmax(infinite))
            cell = quoted(files.cell(index, self.name))
            raise DataError(
                f"{files.place(index)}: column {quoted(self.name)} is {cell}, which is not a finite number; "
                "mend the cell or leave it empty"
            )


def _number(value: object, dialect: Dialect) -> float | None:
    """What pandas left as it is: the number of a text or of a whole number beyond 64 bits, NaN when it is missing."""
    text = value if isinstance(value, str) else str(value)
    if text in dialect.all_missing:
        return np.nan
    return dialect.number(text) if dialect.is_number(text) else None


def _whole(value: object) -> int:
    """The value of a whole number, 0 for anything else."""
    text = str(value).strip()
    return int(text) if text.lstrip("+-").isdecimal() and np.isfinite(float(text)) else 0
