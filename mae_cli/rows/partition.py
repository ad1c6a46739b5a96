"""Rows as they were read parted into those that are fitted and those held out, in the coding of a schema."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.rows.blocks import Block, Store
from mae_cli.rows.encoding import Coding
from mae_cli.rows.split import Split
from mae_cli.rows.weights import relative_weights


@dataclass(frozen=True, eq=False)
class Partition:
    """How rows are parted.

    Attributes:
        split: which rows are held out; None when none are.
        coding: of the levels.
        largest_weight: of the training rows; weights become relative to it.
    """

    split: Split | None
    coding: Coding
    largest_weight: float

    def training(self, rows: Store) -> Store:
        """The rows to be fitted: those that are not held out and have a weight."""
        return rows.kept(partial(_training, partition=self))

    def held(self, rows: Store) -> Store | None:
        """The rows held out whose levels were all seen in training."""
        return None if self.split is None else rows.kept(partial(_held, split=self.split, coding=self.coding))


def _training(block: Block, partition: Partition) -> Block:
    weights = block.weights
    if weights is not None:
        # First: what vanishes beside the largest weight is left out too.
        weights = relative_weights(weights, partition.largest_weight)
        block = replace(block, weights=weights)
    used = np.ones(len(block.target), dtype=bool) if weights is None else weights > 0
    if partition.split is not None:
        used &= ~partition.split.is_held(block.positions)
    return partition.coding(block if used.all() else block.part(np.flatnonzero(used)))[0]


def _held(block: Block, split: Split, coding: Coding) -> Block:
    held = block.part(np.flatnonzero(split.is_held(block.positions)))
    coded, unseen = coding(held)
    return coded.part(np.flatnonzero(~unseen)) if unseen.any() else coded
