"""Values that add up over blocks of rows, in the order of the rows, so that a rerun gives the same bits."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import reduce
from operator import add
from typing import Protocol, Self, TypeVar

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block, Rows


class _Addable(Protocol):
    def __add__(self, other: Self, /) -> Self: ...


T = TypeVar("T", bound=_Addable)


def sum_blocks(rows: Rows, function: Callable[[Block], T]) -> T:
    """Σ `function`(block) in one pass."""
    return reduce(add, rows.map(function))


@dataclass(frozen=True, eq=False)
class Sums:
    """Base of dataclasses that add up field by field."""

    def __add__(self, other: Self) -> Self:
        names = [field.name for field in fields(self)]
        return type(self)(*(getattr(self, name) + getattr(other, name) for name in names))


@dataclass(frozen=True, eq=False)
class Range:
    """The least and the greatest of some values (or of every column); ranges add up to the one that covers both."""

    lowest: FloatArray
    highest: FloatArray

    def __add__(self, other: "Range") -> "Range":
        return Range(np.minimum(self.lowest, other.lowest), np.maximum(self.highest, other.highest))
