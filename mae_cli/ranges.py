"""Numbers outside of the range that their column had in training: where a linear model extrapolates."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.results.evaluation import Outside
from mae_cli.rows.blocks import Block
from mae_cli.rows.sums import Sums
from mae_cli.schema import Schema
from mae_cli.wording import counted, quoted


@dataclass(frozen=True, eq=False)
class OutsideCounts(Sums):
    """How many rows have a number outside of its range, and how many for each column, (q,)."""

    rows: int
    columns: Positions


@dataclass(frozen=True, eq=False)
class TrainingRanges:
    """The ranges of a schema's columns of numbers, (q,) each."""

    names: tuple[str, ...]
    minimum: FloatArray
    maximum: FloatArray

    @classmethod
    def of(cls, schema: Schema) -> "TrainingRanges":
        """The ranges that the schema remembers."""
        return cls(
            tuple(column.name for column in schema.numeric),
            np.array([column.minimum for column in schema.numeric]),
            np.array([column.maximum for column in schema.numeric]),
        )

    def count(self, numeric: FloatArray, used: BoolArray) -> OutsideCounts:
        """Count among the rows of (b, q) values that are used, (b,)."""
        outside = ((numeric < self.minimum) | (numeric > self.maximum)) & used[:, np.newaxis]
        return OutsideCounts(int(outside.any(axis=1).sum()), outside.sum(axis=0))

    def count_block(self, block: Block) -> OutsideCounts:
        """Count among the rows of a block in the coding of the schema."""
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
        )


def outside_note(outside: Outside) -> str:
    """What the user should know, in a sentence."""
    return (
        f"{counted(outside.rows, 'row')} with a number outside of its range in training; column "
        f"{quoted(outside.column)} has most of them ({outside.cells:,}; in training it went from "
        f"{outside.minimum:.6g} to {outside.maximum:.6g})"
    )
