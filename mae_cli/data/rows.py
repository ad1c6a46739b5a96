"""Rows of a regression as blocks: the only view of the data that the solvers have.

Everything a solver needs is a function mapped over blocks in a fixed order (sums are then folded in that order,
so that a rerun gives the same bits) and the rows at given positions. Where the rows live is no concern of theirs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mae_cli.data.design import Design, FloatArray

T = TypeVar("T")
Positions = NDArray[np.intp]

# A block of so many rows and a few dozen columns stays in a core's cache between the operations of one pass.
BLOCK_ROWS = 16_384


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows: design matrix, target, weights, and where they stand.

    Attributes:
        design: (b, p) rows of the design matrix.
        target: (b,) values y.
        weights: (b,) positive weights ω, or None when all are 1.
        positions: (b,) row numbers in the whole data.
    """

    design: Design
    target: FloatArray
    weights: FloatArray | None
    positions: Positions

    @cached_property
    def weight_values(self) -> FloatArray:
        """(b,) weights, ones when there are none."""
        return np.ones(len(self.target)) if self.weights is None else self.weights

    def weighted(self, values: FloatArray) -> FloatArray:
        """ω·values, without a copy when there are no weights."""
        return values if self.weights is None else self.weights * values

    def places(self, rows: Positions) -> tuple[Positions, slice]:
        """Places in this block of those of the sorted `rows` that it holds, and which of the rows they are."""
        start, stop = int(self.positions[0]), int(self.positions[-1]) + 1
        low, high = np.searchsorted(rows, [start, stop])
        return rows[low:high] - start, slice(int(low), int(high))

    def residual(self, coefficients: FloatArray) -> FloatArray:
        """R = y − X·w, (b,)."""
        return self.target - self.design.product(coefficients)


class Rows(Protocol):
    """n rows in p design columns, wherever they live."""

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        ...

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in the order of the rows: one pass over the data.

        The function can be pickled and holds no rows, so that it can go to wherever the blocks are.
        """
        ...

    def take(self, positions: Positions) -> Block:
        """The rows at these positions, in that order."""
        ...


@dataclass(frozen=True, eq=False)
class MemoryRows:
    """Rows in memory; a block is a view of `block_rows` of them."""

    design: Design
    target: FloatArray
    weights: FloatArray | None = None
    block_rows: int = BLOCK_ROWS

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return self.design.shape

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order."""
        for start in range(0, len(self.target), self.block_rows):
            stop = min(start + self.block_rows, len(self.target))
            yield function(self._block(slice(start, stop), np.arange(start, stop)))

    def take(self, positions: Positions) -> Block:
        """Copies of the rows at these positions."""
        return self._block(positions, positions)

    def _block(self, rows: slice | Positions, positions: Positions) -> Block:
        weights = None if self.weights is None else self.weights[rows]
        return Block(self.design.take(rows), self.target[rows], weights, positions)


@dataclass(frozen=True, eq=False)
class TransformedRows:
    """Rows of which every block goes through `transform` each time it is visited."""

    rows: Rows
    transform: Callable[[Block], Block]

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p) of the rows, with the p of the transformed blocks."""
        count = self.rows.shape[0]
        return count, self.take(np.arange(min(count, 1))).design.shape[1]

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every transformed block, in order."""
        return self.rows.map(partial(_transformed, transform=self.transform, function=function))

    def take(self, positions: Positions) -> Block:
        """The transformed rows at these positions."""
        return self.transform(self.rows.take(positions))


def _transformed(block: Block, transform: Callable[[Block], Block], function: Callable[[Block], T]) -> T:
    return function(transform(block))


def _itself(block: Block) -> Block:
    return block


def whole(rows: Rows) -> Block:
    """All rows as one block, by one pass; no copy if they are one block already."""
    blocks = list(rows.map(_itself))
    if len(blocks) == 1:
        return blocks[0]
    designs = [block.design for block in blocks]
    design = Design(
        np.concatenate([design.numeric for design in designs]),
        tuple(np.concatenate(codes) for codes in zip(*(design.codes for design in designs), strict=True)),
        designs[0].level_counts,
    )
    target = np.concatenate([block.target for block in blocks])
    weights = None if blocks[0].weights is None else np.concatenate([block.weight_values for block in blocks])
    return Block(design, target, weights, np.concatenate([block.positions for block in blocks]))


def in_memory(rows: Rows) -> MemoryRows:
    """All rows brought into memory once, so that a transformation is not repeated in every pass."""
    block = whole(rows)
    return MemoryRows(block.design, block.target, block.weights)


@dataclass(eq=False)
class PassCounter:
    """How often the rows were visited from first to last."""

    passes: int = 0


@dataclass(frozen=True, eq=False)
class CountedRows:
    """Rows that count the passes over them."""

    rows: Rows
    counter: PassCounter

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return self.rows.shape

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order: one pass more."""
        self.counter.passes += 1
        return self.rows.map(function)

    def take(self, positions: Positions) -> Block:
        """The rows at these positions; no pass."""
        return self.rows.take(positions)
