"""A few rows more than a pass visits: those that a problem has beside the rows that it shares with others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from mae_cli.arrays import Positions
from mae_cli.rows.blocks import Block, Rows, join

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class AppendedRows:
    """Rows, and a block of further rows behind them.

    Attributes:
        rows: the n rows in front.
        extra: the rows behind, at ascending positions from n on. A pass makes no distinction, but a factor on the
            weights of `rows` is none on theirs.
    """

    rows: Rows
    extra: Block

    @property
    def shape(self) -> tuple[int, int]:
        """(n, p) of all."""
        count, columns = self.rows.shape
        return count + len(self.extra.target), columns

    def map(self, function: Callable[[Block], T]) -> Iterator[T]:
        """`function` of every block, in order."""
        yield from self.rows.map(partial(_of_explicit, function=function))
        yield function(_explicit(self.extra))

    def take(self, positions: Positions) -> Block:
        """The rows at these positions, in that order."""
        is_behind = positions >= self.rows.shape[0]
        front = _explicit(self.rows.take(positions[~is_behind]))
        if not is_behind.any():
            return front
        behind = _explicit(self.extra).part(np.searchsorted(self.extra.positions, positions[is_behind]))
        order = np.argsort(np.concatenate([np.flatnonzero(~is_behind), np.flatnonzero(is_behind)]))
        return join([front, behind]).part(order)


def _explicit(block: Block) -> Block:
    """The block with its weights and records written out: some blocks may have none of their own."""
    return replace(block, weights=block.weight_values, records=block.record_numbers)


def _of_explicit(block: Block, function: Callable[[Block], T]) -> T:
    return function(_explicit(block))
