"""What an evaluation looks at beside its metrics: values outside of training, and the worst rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.messages import as_given, counted, quoted
from mae_cli.results.evaluation import WorstRow
from mae_cli.results.scores import Outside
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import Schema
from mae_cli.rows.sums import Largest, Sums, sum_blocks
from mae_cli.tables.csv.files import Records


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


def outside_note(outside: Outside) -> str:
    """What the user should know, in a sentence."""
    most = "" if outside.cells == outside.rows else f"{outside.cells:,} of them in "
    column, ends = quoted(outside.column), (outside.minimum, outside.maximum)
    training = " to ".join(as_given(each, outside.unit) for each in ends)
    return f"{counted(outside.rows, 'row')} outside the training range: {most}{column} (training: {training})"


def unseen_note(rows: int) -> str:
    """How many rows were skipped, in a sentence."""
    return f"{counted(rows, 'row')} with a level never seen in training not scored"


def worst_rows(
    rows: Rows, point: Coefficients, count: int, files: Records, show: Sequence[str] = ()
) -> tuple[WorstRow, ...]:
    """The rows with the largest absolute residuals, with their cells in the columns to `show`.

    Ties come in the order of the rows; those of weight 0 do not count.
    """
    block = rows.take(sum_blocks(rows, partial(_largest, point=point, count=count)).rows)
    records = block.record_numbers.tolist()
    places = files.places(records)
    cells = files.cells(records, show) if show else dict.fromkeys(records, ())
    predicted = point.predict(block.design)
    values = zip(records, block.target.tolist(), predicted.tolist(), (block.target - predicted).tolist(), strict=True)
    return tuple(
        WorstRow(places[record], target, prediction, residual, dict(zip(show, cells[record], strict=True)))
        for record, target, prediction, residual in values
    )


def _largest(block: Block, point: Coefficients, count: int) -> Largest:
    sizes = np.abs(point.residual(block))
    counting = slice(None) if block.weights is None else block.weights > 0
    return Largest.of(count, block.positions[counting], sizes[counting])
