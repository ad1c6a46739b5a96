"""Rows unlike those of training: values outside of its ranges, and levels that it has not seen."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.results.scores import Outside
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.schema import Schema
from mae_cli.rows.sums import Sums, sum_blocks


@dataclass(frozen=True, eq=False)
class OutsideCounts(Sums):
    """How many rows have a number outside of its range, and how many for each column, (q,)."""

    rows: int
    columns: Positions


@dataclass(frozen=True, eq=False)
class TrainingRanges:
    """The ranges of a schema's columns of numbers, (q,) each, and the units of dates."""

    names: tuple[str, ...]
    units: tuple[str | None, ...]
    minimum: FloatArray
    maximum: FloatArray

    @classmethod
    def of(cls, schema: Schema) -> "TrainingRanges":
        """The ranges that the schema remembers."""
        return cls(
            tuple(column.name for column in schema.numeric),
            tuple(column.writing.unit for column in schema.numeric),
            np.array([column.minimum for column in schema.numeric]),
            np.array([column.maximum for column in schema.numeric]),
        )

    def count(self, numeric: FloatArray, used: BoolArray) -> OutsideCounts:
        """Count among the rows of (b, q) values that are used, (b,)."""
        outside = ((numeric < self.minimum) | (numeric > self.maximum)) & used[:, np.newaxis]
        return OutsideCounts(int(outside.any(axis=1).sum()), outside.sum(axis=0))

    def outside(self, rows: Rows) -> Outside | None:
        """Those among all rows in the coding of the schema; None when there are none. One pass."""
        return self.report(sum_blocks(rows, self._count_block))

    def _count_block(self, block: Block) -> OutsideCounts:
        return self.count(block.design.numeric, np.ones(len(block.target), dtype=bool))

    def report(self, counts: OutsideCounts) -> Outside | None:
        """What was counted; None when there was nothing."""
        if not counts.rows:
            return None
        most = int(np.argmax(counts.columns))
        return Outside(
            rows=counts.rows,
            column=self.names[most],
            cells=int(counts.columns[most]),
            minimum=float(self.minimum[most]),
            maximum=float(self.maximum[most]),
            unit=self.units[most],
        )
