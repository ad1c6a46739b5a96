"""Values that add up over blocks in the order of the rows, so that a rerun gives the same bits; the largest rows."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import reduce
from operator import add
from typing import Any, Self, TypeVar

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows

T = TypeVar("T")


def sum_blocks(rows: Rows, function: Callable[[Block], T]) -> T:
    """Σ `function`(block) in one pass; tuples are added item by item."""
    return reduce(_sum, rows.map(function))


def _sum(first: Any, second: Any) -> Any:
    return tuple(map(add, first, second)) if isinstance(first, tuple) else first + second


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


@dataclass(frozen=True, eq=False)
class Largest:
    """The rows with the largest values so far, no more than `count` of them.

    Attributes:
        count: how many are wanted.
        rows: largest value first, ties in the order of the rows.
        values: of these rows.
    """

    count: int
    rows: Positions
    values: FloatArray

    @staticmethod
    def of(count: int, rows: Positions, values: FloatArray) -> "Largest":
        """The sums of blocks in the order of the rows."""
        order = np.argsort(-values, kind="stable")[:count]
        return Largest(count, rows[order], values[order])

    def __add__(self, other: "Largest") -> "Largest":
        """Of these rows and those that follow."""
        rows, values = np.concatenate([self.rows, other.rows]), np.concatenate([self.values, other.values])
        return Largest.of(self.count, rows, values)


def relative_weights(weights: FloatArray, largest: float) -> FloatArray:
    """The weights (n,) divided by the power of two that brings the largest between ½ and 1.

    That is exact but for weights below 1e-308 of the largest, and afterwards no sum of weights can overflow or vanish.
    """
    exponent = int(np.frexp(largest)[1])
    scaled: FloatArray = np.ldexp(weights, -exponent)
    return scaled


def weight_unit(largest: float) -> float:
    """The power of two that brings the largest weight between ½ and 1: the weight of what then weighs 1."""
    return float(np.ldexp(1.0, min(int(np.frexp(largest)[1]), 1023)))
