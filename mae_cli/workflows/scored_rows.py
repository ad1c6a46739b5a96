"""The rows that a model is scored on or predicts: those that it knows, counted, and those unlike rows of training."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.errors import DataError, Fault, Place
from mae_cli.model.files import AnyModel
from mae_cli.results.evaluation import EvaluationRows
from mae_cli.results.notes import Note, UnseenRows
from mae_cli.results.scores import Outside
from mae_cli.rows.blocks import Block, Rows, TransformedRows
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.schema import Schema
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.tables.apart import Apart
from mae_cli.tables.load import LoadedRows
from mae_cli.workflows.scoring import scorable


def apart_of(model: AnyModel) -> Apart:
    """The columns that the data of a model have beside its features."""
    return Apart(model.target, model.weight, model.written)


def scorable_rows(loaded: LoadedRows) -> Rows:
    """The rows that were loaded, where there is something to score.

    Raises:
        DataError: there is nothing.
    """
    rows = scorable(loaded.rows)
    if rows is None:
        what = "no row can be scored; every one has a level never seen in training, or weight 0"
        raise DataError(Fault("no-row-to-score", what, Place(loaded.files.name)))
    return rows


def rows_of(schema: Schema, joint: Schema, rows: Rows) -> Rows:
    """The rows of joint columns as a model of this schema knows them."""
    return TransformedRows(rows, Coding.of(schema, Layout.of(joint)).known)


def evaluation_rows(loaded: LoadedRows) -> EvaluationRows:
    """Where the rows went."""
    return EvaluationRows(loaded.rows_read, loaded.rows.shape[0], loaded.rows_dropped, loaded.rows_unseen)


def evaluation_notes(loaded: LoadedRows, outside: Outside | None) -> Iterator[Note]:
    """What the user should know of them."""
    yield from loaded.notes
    if loaded.rows_unseen:
        yield UnseenRows(loaded.rows_unseen, "data")
    if outside is not None:
        yield outside


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
