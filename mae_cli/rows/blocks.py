"""Rows of a regression as blocks: the only view of the data that the solvers have.

Everything a solver needs is a function mapped over blocks in a fixed order (sums are then folded in that order,
so that a rerun gives the same bits) and the rows at given positions. Where the rows live is no concern of theirs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Literal, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import FloatArray, Positions
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.rows.design import Design, is_column_major

T = TypeVar("T")

# A block of so many rows and a few dozen columns stays in a core's cache between the operations of one pass.
BLOCK_ROWS = 16_384
# So many numbers of a block fit a core's cache, or nearly; wide rows make blocks of fewer rows.
_BLOCK_NUMBERS = 1 << 21
_FEWEST_ROWS = 256


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows: design matrix, target, weights, and where they stand.

    Attributes:
        design: (b, p) rows of the design matrix.
        target: (b,) values y.
        weights: (b,) positive weights ω, or None when all are 1.
        positions: (b,) row numbers in the whole data, one after the other in the blocks of a pass.
        records: (b,) the record of the file that each row came from; None when rows and records are the same.
    """

    design: Design
    target: FloatArray
    weights: FloatArray | None
    positions: Positions
    records: Positions | None = None

    @property
    def weight_values(self) -> FloatArray:
        """(b,) weights, ones when there are none."""
        return np.ones(len(self.target)) if self.weights is None else self.weights

    @property
    def record_numbers(self) -> Positions:
        """(b,) the record of the file that each row came from."""
        return self.positions if self.records is None else self.records

    def part(self, rows: slice | Positions) -> "Block":
        """The rows chosen by a slice (a view) or by their places in the block (copies), in that order."""
        weights = None if self.weights is None else self.weights[rows]
        records = None if self.records is None else self.records[rows]
        return Block(self.design.take(rows), self.target[rows], weights, self.positions[rows], records)

    def weighted(self, values: FloatArray) -> FloatArray:
        """ω·values, without a copy when there are no weights."""
        return values if self.weights is None else self.weights * values

    def total(self, values: NDArray[Any]) -> NDArray[Any]:
        """Σω·values over the rows, which are the last axis.

        No BLAS: it would hand a vector of this length to its threads, and on a busy machine wait for them.
        """
        sums = values.sum(axis=-1) if self.weights is None else np.einsum("...i,i->...", values, self.weights)
        return np.asarray(sums)

    @cached_property
    def total_weight(self) -> float:
        """Σω."""
        return float(len(self.target) if self.weights is None else self.weights.sum())

    def places(self, rows: Positions) -> tuple[Positions, slice | Positions]:
        """Places in this block of those of the sorted `rows` that it holds, and which of the rows they are."""
        start, stop = int(self.positions[0]), int(self.positions[-1]) + 1
        low, high = np.searchsorted(rows, [start, stop])
        if stop - start == len(self.positions):
            return rows[low:high] - start, slice(int(low), int(high))
        places = np.searchsorted(self.positions, rows[low:high])
        held = np.flatnonzero(self.positions[places] == rows[low:high])
        return places[held], low + held

    def residual(self, coefficients: FloatArray) -> FloatArray:
        """The residuals r = y − X·w, (b,)."""
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


class RowStore(Rows, Protocol):
    """Rows that have a place of their own."""

    def kept(self, transform: Callable[[Block], Block]) -> "RowStore":
        """The rows that `transform` makes of every block, numbered anew and kept in the same place."""
        ...

    def close(self) -> None:
        """Give the place back before its time, where that is worth it; the rows are not used any more."""
        ...


@dataclass(frozen=True, eq=False)
class MemoryRows:
    """Rows in memory, as blocks that follow each other."""

    blocks: tuple[Block, ...]

    @classmethod
    def of(
        cls,
        design: Design,
        target: FloatArray,
        weights: FloatArray | None = None,
        block_rows: int = BLOCK_ROWS,
        records: Positions | None = None,
    ) -> Self:
        """Views of the rows of whole arrays, `block_rows` in each."""
        everything = Block(design, target, weights, np.arange(len(target)), records)
        starts = range(0, len(target), block_rows)
        return cls(tuple(everything.part(slice(start, start + block_rows)) for start in starts) or (everything,))

    @classmethod
    def none(cls, blocks: Iterable[Block]) -> Self:
        """Keep none of the blocks, of which only the making is of interest."""
        for _ in blocks:
            pass
        return cls(())

    @classmethod
    def collect(cls, blocks: Iterable[Block]) -> Self:
        """Keep the blocks, their rows numbered anew, without empty ones (but for one when there is no other)."""
        kept = list(numbered(blocks))
        return cls(tuple(block for block in kept if len(block.target)) or tuple(kept[:1]))

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return int(self._starts[-1]), self.blocks[0].design.shape[1]

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order."""
        return map(function, self.blocks)

    def take(self, positions: Positions) -> Block:
        """Copies of the rows at these positions."""
        if len(self.blocks) == 1:
            return self.blocks[0].part(positions)
        return gather(positions, self._starts, self._parts)

    def kept(self, transform: Callable[[Block], Block]) -> "MemoryRows":
        """The rows that `transform` makes of every block, numbered anew."""
        return MemoryRows.collect(map(transform, self.blocks))

    def close(self) -> None:
        """Nothing: memory is free when nobody uses it."""

    def _parts(self, stretches: Sequence[int], places: Sequence[Positions]) -> list[Block]:
        return [self.blocks[stretch].part(rows) for stretch, rows in zip(stretches, places, strict=True)]

    @cached_property
    def _starts(self) -> Positions:
        return np.cumsum([0, *(len(block.target) for block in self.blocks)])


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


def join(blocks: Sequence[Block]) -> Block:
    """The rows of all blocks as one; no copy if it is one already."""
    if len(blocks) == 1:
        return blocks[0]
    return Block(
        design=join_designs([block.design for block in blocks]),
        target=np.concatenate([block.target for block in blocks]),
        weights=None if blocks[0].weights is None else np.concatenate([block.weight_values for block in blocks]),
        positions=np.concatenate([block.positions for block in blocks]),
        records=None if blocks[0].records is None else np.concatenate([block.record_numbers for block in blocks]),
    )


def join_designs(designs: Sequence[Design]) -> Design:
    """The rows of all designs as one."""
    codes = zip(*(design.codes for design in designs), strict=True)
    matrices = [design.numeric for design in designs]
    # NumPy's own choice of the order in memory would depend on how many rows each has.
    order: Literal["C", "F"] = "F" if any(map(is_column_major, matrices)) else "C"
    joined = np.empty((sum(map(len, matrices)), matrices[0].shape[1]), order=order)
    return Design(
        np.concatenate(matrices, out=joined),
        tuple(np.concatenate(column) for column in codes),
        designs[0].level_counts,
    )


def gather(
    positions: Positions,
    starts: Positions,
    take: Callable[[Sequence[int], Sequence[Positions]], Sequence[Block]],
) -> Block:
    """The rows at these positions, in that order, from stretches of rows that follow each other.

    Args:
        positions: (k,) row numbers.
        starts: (stretches + 1,) the row number of each stretch's first row, and at the end the number of all rows.
        take: of the stretches with these numbers the rows at these places, counted within each. It is asked only for
            stretches that hold some of the rows; without positions, for no row of the first.
    """
    order = np.argsort(positions, kind="stable")
    ordered = positions[order]
    bounds = np.searchsorted(ordered, starts)
    touched = np.flatnonzero(np.diff(bounds)).tolist() or [0]
    places = [ordered[bounds[stretch] : bounds[stretch + 1]] - starts[stretch] for stretch in touched]
    joined = join(take(touched, places))
    return joined if (order[1:] > order[:-1]).all() else joined.part(np.argsort(order))


def numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with their rows numbered from 0 on, as they follow each other."""
    start = 0
    for block in blocks:
        stop = start + len(block.target)
        positions = np.arange(start, stop)
        # Where no row is dropped both are the same: one array in memory does.
        is_same = block.records is not None and np.array_equal(block.records, positions)
        yield replace(block, positions=positions, records=positions if is_same else block.records)
        start = stop


def whole(rows: Rows) -> Block:
    """All rows as one block, by one pass; no copy if they are one block already."""
    return join(list(rows.map(_itself)))


def in_memory(rows: Rows) -> MemoryRows:
    """All rows brought into memory once, so that a transformation is not repeated in every pass."""
    return MemoryRows.collect(rows.map(_itself))


@dataclass(eq=False)
class PassCounter:
    """How often the rows were visited from first to last; `listener` is told when a pass begins."""

    passes: int = 0
    listener: ProgressListener = NO_PROGRESS

    def begin(self) -> None:
        """Count a pass."""
        self.passes += 1
        self.listener.passing(self.passes)


@dataclass(frozen=True, eq=False)
class CountedRows:
    """Rows that count the passes over them."""

    rows: Rows
    counter: PassCounter = field(default_factory=PassCounter)

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return self.rows.shape

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order: one pass more."""
        self.counter.begin()
        return self.rows.map(function)

    def take(self, positions: Positions) -> Block:
        """The rows at these positions; no pass."""
        return self.rows.take(positions)


def rows_per_block(columns: int) -> int:
    """How many rows of so many stored columns make a block."""
    return min(BLOCK_ROWS, max(_FEWEST_ROWS, _BLOCK_NUMBERS // max(columns, 1)))


def grouped(blocks: Iterable[Block], longest: int = BLOCK_ROWS) -> Iterator[Block]:
    """The same rows in blocks of at most `rows_per_block` and `longest`; of neighbours with few rows one is made."""
    waiting: list[Block] = []
    for block in blocks:
        most = min(longest, rows_per_block(block.design.numeric.shape[1] + len(block.design.codes)))
        waiting.append(block)
        if sum(len(part.target) for part in waiting) * 4 >= most:
            yield from _cut(join(waiting), most)
            waiting = []
    if waiting:
        yield join(waiting)


def _cut(block: Block, most: int) -> Iterator[Block]:
    for start in range(0, len(block.target), most):
        yield block.part(slice(start, start + most))
