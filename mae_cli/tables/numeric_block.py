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


def without_numbers(frame: pd.DataFrame, names: Sequence[str], missing: Collection[float]) -> pd.DataFrame:
    """The frame with those numbers missing that stand for missing cells in the named columns."""
    if missing:
        for name in names:
            is_missing = frame[name].isin(missing)
            if is_missing.any():
                frame[name] = frame[name].mask(is_missing)
    return frame


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
        types = dict(zip(frame.columns, frame.dtypes, strict=True))
        is_exact = np.array([_is_exact(types[name], frame, name) for name in names], dtype=bool)
        values = _values(frame, names, is_exact)
        clean = is_exact
        if len(frame):  # a missing number is neither above nor below
            clean = is_exact & (values.min(axis=1) > -LARGEST_EXACT) & (values.max(axis=1) < LARGEST_EXACT)
        # pandas reads -0 as negative zero only where a chunk has fractions too; here zero is zero. Sums are copies, as
        # a view of a part would keep the whole.
        return cls(values[:apart] + 0.0, np.add(values[apart:].T, 0.0, order="C"), clean)

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


def _values(frame: pd.DataFrame, names: Sequence[str], is_exact: BoolArray) -> FloatArray:
    """(a + q, b) the named columns, zeros for those that are not exact; no copy where the frame is just these."""
    if is_exact.all() and list(frame.columns) == list(names):
        return frame.to_numpy(dtype=np.float64).T
    values = np.zeros((len(names), len(frame)))
    for row, name, exact in zip(values, names, is_exact, strict=True):
        if exact:
            row[:] = frame[name].to_numpy()
    return values


def _is_exact(kind: object, frame: pd.DataFrame, name: str) -> bool:
    """Whether a column of this type has numbers that are all floats."""
    if not isinstance(kind, np.dtype) or kind.kind not in "iuf":
        return False
    if kind.kind == "f" or frame.empty:
        return True
    values = frame[name].to_numpy()
    return max(-int(values.min()), int(values.max())) <= LARGEST_EXACT
