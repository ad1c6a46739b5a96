"""The columns of numbers of some records side by side, as far as they are what they should be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from mae_cli.arrays import BoolArray, FloatArray

# Whole numbers up to this one are all floats.
LARGEST_EXACT = 2**53


@dataclass(frozen=True)
class Wanted:
    """Which columns of some records are wanted, and as what.

    Attributes:
        numbers: the names of those that are wanted as numbers, in their order.
        texts: the names of those whose cells are wanted as they are written; a column may be wanted both ways.
        apart: how many of the first columns of numbers to keep apart from the others.
    """

    numbers: Sequence[str]
    texts: Collection[str] = ()
    apart: int = 0

    @cached_property
    def names(self) -> frozenset[str]:
        """Of all of them."""
        return frozenset((*self.numbers, *self.texts))


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
        names: of the columns.
        apart: (a, b) the values of the first a columns (the target, weights).
        matrix: (b, q) the values of the others (features), row after row in memory.
        clean: (a + q,) whether a column has nothing but numbers below ±2^53, so that none is missing, infinite or
            rounded; the values of the others have to be looked at one by one.
    """

    names: tuple[str, ...]
    apart: FloatArray
    matrix: FloatArray
    clean: BoolArray

    @classmethod
    def of(cls, frame: pd.DataFrame, wanted: Wanted) -> "Numbers":
        """The columns of a frame that are wanted as numbers."""
        names, apart = wanted.numbers, wanted.apart
        types = dict(zip(frame.columns, frame.dtypes, strict=True))
        is_exact = np.array([_is_exact(types[name], frame, name) for name in names], dtype=bool)
        values = _values(frame, names, is_exact)
        clean = is_exact
        if len(frame):  # a missing number is neither above nor below
            clean = is_exact & (values.min(axis=1) > -LARGEST_EXACT) & (values.max(axis=1) < LARGEST_EXACT)
        # pandas reads -0 as negative zero only where a chunk has fractions too; here zero is zero. Sums are copies, as
        # a view of a part would keep the whole.
        return cls(tuple(names), values[:apart] + 0.0, np.add(values[apart:].T, 0.0, order="C"), clean)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def clean_values(self, name: str) -> FloatArray | None:
        """(b,) the values of a clean column; None for one whose cells have to be looked at."""
        place = self._places[name]
        if not self.clean[place]:
            return None
        beyond = place - len(self.apart)
        values: FloatArray = self.apart[place] if beyond < 0 else self.matrix[:, beyond]
        return values

    def with_values(self, values: Mapping[int, FloatArray]) -> "Numbers":
        """The same with other values, (b,), in the columns at these places."""
        if not values:
            return self
        apart, matrix = self.apart.copy(), self.matrix.copy()
        for place, column in values.items():
            if place < len(apart):
                apart[place] = column
            else:
                matrix[:, place - len(apart)] = column
        return replace(self, apart=apart, matrix=matrix)

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
