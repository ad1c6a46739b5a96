"""The columns of numbers of some records side by side, as far as they are what they should be."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray, FloatArray

# Whole numbers up to this one are all floats.
LARGEST_EXACT = 2**53


def number_columns(columns: Sequence[str], texts: Collection[str]) -> list[str]:
    """Those of the columns that are read as numbers, in their order; one that is read as text too is there twice."""
    left = Counter(columns) - Counter(texts)
    numbers = []
    for name in columns:
        if left[name]:
            left[name] -= 1
            numbers.append(name)
    return numbers


@dataclass(frozen=True, eq=False)
class Numbers:
    """The values of some columns, the first of them apart from the others.

    Attributes:
        apart: (a, b) the values of the first a columns (the target, weights).
        matrix: (b, q) the values of the others (features), row after row in memory.
        clean: (a + q,) whether a column has nothing but numbers below ±2^53, so that none is missing, infinite or
            rounded; the values of the others have to be looked at one by one.
    """

    apart: FloatArray
    matrix: FloatArray
    clean: BoolArray

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], apart: int) -> "Numbers":
        """The named columns of a frame, the first `apart` of them kept apart."""
        values, clean = np.zeros((len(names), len(frame))), np.zeros(len(names), dtype=bool)
        for place, name in enumerate(names):
            column = frame[name]
            if _holds_exact_numbers(column):
                values[place] = column.to_numpy()
                clean[place] = True
        values += 0.0  # pandas reads -0 as negative zero only where a chunk has fractions too; here zero is zero
        if len(frame):  # a missing number is neither above nor below
            clean &= (values.min(axis=1) > -LARGEST_EXACT) & (values.max(axis=1) < LARGEST_EXACT)
        # Copies, as a view of a part would keep the whole.
        return cls(values[:apart].copy(), np.ascontiguousarray(values[apart:].T), clean)

    def column(self, place: int) -> FloatArray:
        """(b,) the values of a column, to be read or set."""
        apart = len(self.apart)
        column: FloatArray = self.apart[place] if place < apart else self.matrix[:, place - apart]
        return column

    @property
    def missing(self) -> BoolArray:
        """(b,) whether one of the values is missing."""
        if self.clean.all():
            return np.zeros(len(self.matrix), dtype=bool)
        return np.asarray(np.isnan(self.apart).any(axis=0) | np.isnan(self.matrix).any(axis=1))


def _holds_exact_numbers(column: pd.Series) -> bool:
    values = column.dtype
    if not isinstance(values, np.dtype) or values.kind not in "iuf":
        return False
    return values.kind == "f" or not len(column) or max(-int(column.min()), int(column.max())) <= LARGEST_EXACT
