"""Rows on Dask workers: blocks that stay where they were read, in groups of a few, each the result of a task.

The same blocks in the same order give the same bits, however many workers there are and whichever of them die: what
was lost is computed again from the files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.distributed.cluster import Cluster
from mae_cli.rows.blocks import Block, MemoryRows, gather
from mae_cli.rows.design import Design

if TYPE_CHECKING:
    from distributed import Future

T = TypeVar("T")

# A task costs about 2 ms whatever it does; a pass over so many blocks takes longer.
GROUP_BLOCKS = 16


@dataclass(frozen=True, eq=False)
class DaskRows:
    """Rows on the workers of a cluster.

    Attributes:
        cluster: with these workers.
        groups: tasks, each with a `MemoryRows` of some blocks as its result.
        counts: (groups,) how many rows each has.
        columns: p.
    """

    cluster: Cluster
    groups: "tuple[Future, ...]"
    counts: tuple[int, ...]
    columns: int

    @classmethod
    def of(cls, cluster: Cluster, groups: "Sequence[Future]") -> "DaskRows":
        """The rows of these groups, without empty groups (but for one when there is no other)."""
        shapes = cluster.all_results(cluster.map(_shape, groups))
        kept = [place for place, (count, _) in enumerate(shapes) if count] or [0]
        return cls(
            cluster, tuple(groups[place] for place in kept), tuple(shapes[place][0] for place in kept), shapes[0][1]
        )

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(n, p)."""
        return sum(self.counts), self.columns

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order."""
        tasks = self.cluster.map(_mapped, self.groups, self._starts[:-1], shared=function)
        return chain.from_iterable(self.cluster.all_results(tasks))

    def take(self, positions: Positions) -> Block:
        """The rows at these positions; only the groups that hold some of them are asked."""
        return gather(positions, np.array(self._starts), self._parts)

    def kept(self, transform: Callable[[Block], Block]) -> "DaskRows":
        """The rows that `transform` makes of every block, on the same workers."""
        return DaskRows.of(self.cluster, self.cluster.map(_kept, self.groups, self._starts[:-1], shared=transform))

    def close(self) -> None:
        """Nothing: workers forget what no task uses, and all of it when the cluster is closed."""

    def _parts(self, places: Sequence[int], rows: Sequence[Positions]) -> list[Block]:
        groups, starts = [self.groups[place] for place in places], [self._starts[place] for place in places]
        return self.cluster.all_results(self.cluster.map(_taken, groups, starts, rows))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *np.cumsum(self.counts).tolist()]


def _numbered(group: MemoryRows, start: int) -> Iterator[Block]:
    """The blocks of a group as those of all rows, of which `start` come before."""
    return (replace(block, positions=block.positions + start) for block in group.blocks)


def _mapped(function: Callable[[Block], T], group: MemoryRows, start: int) -> list[T]:
    return [function(block) for block in _numbered(group, start)]


def _taken(_: None, group: MemoryRows, start: int, rows: Positions) -> Block:
    taken = group.take(rows)
    return replace(taken, positions=taken.positions + start)


def _kept(transform: Callable[[Block], Block], group: MemoryRows, start: int) -> MemoryRows:
    return resident(map(transform, _numbered(group, start)))


def _shape(_: None, group: MemoryRows) -> tuple[int, int]:
    return group.shape


def resident(blocks: Iterator[Block]) -> MemoryRows:
    """The blocks as they stay on a worker: in memory of their own, so that they are the same after a journey."""
    return MemoryRows.collect(_own(block) for block in blocks)


def _own(block: Block) -> Block:
    design = block.design
    return replace(
        block,
        design=Design(_contiguous(design.numeric), tuple(map(np.ascontiguousarray, design.codes)), design.level_counts),
        target=np.ascontiguousarray(block.target),
        weights=None if block.weights is None else np.ascontiguousarray(block.weights),
    )


def _contiguous(matrix: FloatArray) -> FloatArray:
    """The matrix without gaps, row after row or column after column as it was: sums depend on which of the two."""
    by_columns = matrix.strides[0] <= matrix.strides[1]
    return np.asfortranarray(matrix) if by_columns else np.ascontiguousarray(matrix)
