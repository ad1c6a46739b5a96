"""Factors on the weights of rows, by which problems over the same rows differ: of a bootstrap, of folds.

A factor belongs to the number of a record, so that it is the same wherever the row lives and however rows are parted
into blocks; 0 leaves a row out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows

T = TypeVar("T")

# Each counter of the generator gives so many draws of 16 bits.
_DRAWS = 16
_VALUES = 65_536
# Of fewer records than this share of those between the first and the last, each is drawn alone.
_SPARSE = 1 / 256


class Factors(Protocol):
    """A factor ≥ 0 for every record; it can be pickled."""

    def __call__(self, records: Positions) -> FloatArray:
        """The factors of the records with these numbers, (b,)."""
        ...


@dataclass(frozen=True, eq=False)
class GivenFactors:
    """Factors from a list.

    Attributes:
        values: (n,) by the number of the record.
    """

    values: FloatArray

    def __call__(self, records: Positions) -> FloatArray:
        """The factors of the records with these numbers, (b,)."""
        return self.values[records]


@dataclass(frozen=True)
class ExponentialFactors:
    """Draws of mean 1 from the exponential distribution: a Bayesian bootstrap (Rubin, 1981), or a weighted one.

    A draw takes one of 65,536 values, the middles of equally probable ranges. Its 16 bits come from the Philox
    generator (Salmon, Moraes, Dror and Shaw, 2011), keyed by seed and replicate, with the record as its counter.

    Attributes:
        seed: of all replicates.
        replicate: 0, 1, 2, ….
    """

    seed: int
    replicate: int

    def __call__(self, records: Positions) -> FloatArray:
        """The factors of the records with these numbers, (b,)."""
        if not len(records):
            return np.zeros(0)
        lowest, highest = int(records.min()), int(records.max())
        first, last = lowest // _DRAWS, highest // _DRAWS
        if len(records) < _SPARSE * _DRAWS * (last - first):
            draws = np.array([self._bits(record // _DRAWS, 1)[record % _DRAWS] for record in records.tolist()])
        else:
            draws = self._bits(first, last - first + 1)
            start = lowest - first * _DRAWS
            is_stretch = len(records) == highest - lowest + 1 and bool((np.diff(records) == 1).all())
            draws = draws[start : start + len(records)] if is_stretch else draws[records - first * _DRAWS]
        # Draws of 16 bits are places in the table; to wrap is the fastest way not to check that they are.
        return np.take(_exponential(), draws, mode="wrap")

    def _bits(self, counter: int, count: int) -> NDArray[np.uint16]:
        """The draws of `count` counters from one on."""
        key = np.array([self.seed, self.replicate], dtype=np.uint64)
        # The generator counts up before its first draw.
        start = np.array([counter, 0, 0, 0], dtype=np.uint64)
        raw = np.random.Philox(key=key, counter=start).random_raw(4 * count)
        return np.asarray(raw, dtype="<u8").view("<u2")


def multiplied(block: Block, factors: Factors | None) -> Block:
    """The block with its weights times their factors."""
    if factors is None:
        return block
    return replace(block, weights=block.weighted(factors(block.record_numbers)))


@dataclass(frozen=True, eq=False)
class FactoredRows:
    """Rows whose weights are multiplied by factors.

    Attributes:
        rows: without the factors.
        factors: on their weights.
    """

    rows: Rows
    factors: Factors

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return self.rows.shape

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order."""
        return self.rows.map(partial(_of_multiplied, factors=self.factors, function=function))

    def take(self, positions: Positions) -> Block:
        """The rows at these positions."""
        return multiplied(self.rows.take(positions), self.factors)


def _of_multiplied(block: Block, factors: Factors, function: Callable[[Block], T]) -> T:
    return function(multiplied(block, factors))


@cache
def _exponential() -> FloatArray:
    """The values that a draw takes: quantiles of the exponential distribution, scaled to the mean 1."""
    quantiles = -np.log1p(-(np.arange(_VALUES) + 0.5) / _VALUES)
    values: FloatArray = quantiles / quantiles.mean()
    return values
