"""The cells of a column of numbers, chunk by chunk.

A column is numeric when every non-missing cell is a number and categorical when none is; anything between is refused,
with the cell at fault. So the kind depends neither on the order of the rows nor on where chunks end.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.messages import no_values, quoted
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Records
from mae_cli.tables.disguise import remedy
from mae_cli.tables.first_fault import FaultyCells
from mae_cli.tables.numeric_block import LARGEST_EXACT


class TextAmongNumbersError(Exception):
    """A column that was read as numbers so far has text in it, and must be read again as text."""


@dataclass(eq=False)
class NumberCells:
    """A column of numbers.

    Attributes:
        name: of the column.
        role: what messages call a column that must be numeric ("the target"); None for one that may turn out as text.
        chosen: whether the user named the column in this run, and can name another.
        positive: whether negative numbers are refused.
        count: cells read so far.
        missing: those of them that were missing.
        inexact: the record of the first whole number that a float cannot hold; None without one.
    """

    name: str
    role: str | None = None
    chosen: bool = False
    positive: bool = False
    count: int = 0
    missing: int = 0
    inexact: int | None = None

    def read(self, column: pd.Series, first: int, faults: FaultyCells) -> FloatArray:
        """The next cells, (b,), NaN where missing; `first` is the record of the first.

        The first cell that is infinite, negative where that is refused, or no number where it must be one, is a fault.

        Raises:
            TextAmongNumbersError: a cell is not a number and need not be, and no fault comes before it.
        """
        values, is_text = self._numbers(column, first, faults.files.dialect)
        values += 0.0  # zero has no sign, as in `Numbers`
        self.count += len(values)
        self.missing += int(np.count_nonzero(np.isnan(values)))
        faulty = np.isinf(values) | is_text
        if self.positive:
            faulty |= values < 0
        if faulty.any():
            place = int(np.argmax(faulty))
            if is_text[place] and self.role is None:
                raise TextAmongNumbersError
            says = partial(self._fault, faults.files, first + place, float(values[place]))
            faults.add(first + place, says)
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

    def _numbers(self, column: pd.Series, first: int, dialect: Dialect) -> tuple[FloatArray, BoolArray]:
        """The values of cells, (b,), and which are text; those are NaN."""
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
            self._look_for_inexact(column.to_numpy(), first)
            return column.to_numpy(dtype=np.float64, copy=True), np.zeros(len(column), dtype=bool)
        codes, cells = pd.factorize(column)
        numbers = [_number(cell, dialect) for cell in cells]
        whole = [0 if number is None else _whole(cell) for cell, number in zip(cells, numbers, strict=True)]
        self._look_for_inexact(np.array([*whole, 0], dtype=object)[codes], first)
        is_text = np.array([*(number is None for number in numbers), False])[codes]
        return np.array([*numbers, None], dtype=np.float64)[codes], is_text

    def _fault(self, files: Records, record: int, value: float) -> str:
        """What is wrong with a cell that has this value, which is NaN if it is text."""
        cell = quoted(files.cell(record, self.name))
        if np.isinf(value):
            return (
                f"column {quoted(self.name)} is {cell}, which is not a finite number; mend the cell or leave it empty"
            )
        if value < 0:
            return f"{self.role} {quoted(self.name)} must not be negative, but this cell is {cell}"
        what_to_do = remedy(files, record, self.name) or self._any_remedy(record)
        return f"{self.role} {quoted(self.name)} must be a number, but this cell is {cell}; {what_to_do}"

    def _any_remedy(self, record: int) -> str:
        """What can be done about text of which nothing is known; where it comes first, the whole column may be text."""
        if record == 0 and self.chosen:
            return "mend the cell, count it as missing with --na-values, or choose a column of numbers"
        return "mend the cell, or count it as missing with --na-values"

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


def _number(value: object, dialect: Dialect) -> float | None:
    """What pandas left as it is: the number of a text or of a whole number beyond 64 bits, NaN when it is missing."""
    text = value if isinstance(value, str) else str(value)
    if text in dialect.all_missing:
        return np.nan
    if not dialect.is_number(text):
        return None
    number = dialect.number(text)
    return np.nan if number in dialect.missing_numbers else number


def _whole(number: object) -> int:
    """The value of a finite number that is written as a whole one, 0 for any other."""
    text = str(number).strip()
    digits = text.lstrip("+-").lstrip("0")
    if not digits.isdecimal() or not np.isfinite(float(digits)):
        return 0
    return -int(digits) if text.startswith("-") else int(digits)
