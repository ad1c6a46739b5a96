"""What an evaluation checks beside its metrics: values outside of training, gates for pipelines, the worst rows."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.messages import as_given, counted, quantity, quoted
from mae_cli.results import Gate, Outside, Rival, WorstRow
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import Schema
from mae_cli.rows.sums import Largest, Sums, sum_blocks
from mae_cli.tables.csv.files import Records
from mae_cli.workflows.paired import CONFIDENCE


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
    most = "" if outside.cells == outside.rows else f"{outside.cells:,} of them in "
    training = f"training: {as_given(outside.minimum)} to {as_given(outside.maximum)}"
    return f"{counted(outside.rows, 'row')} outside the training range: {most}{quoted(outside.column)} ({training})"


# An MAE that is summed in another order differs in its last digits; being above by such a share breaks no limit.
_ROUNDING = 1e-12


def mae_gate(mae: float, limit: float) -> Gate:
    """Passed when the MAE is not above the limit, or by a share of 1e-12 at most: that is rounding, and is said."""
    passed = mae <= limit * (1 + _ROUNDING)
    relation = "above" if not passed else "not above" if mae <= limit else "by no more than rounding above"
    shown = f"{mae:.6g}", f"{limit:.6g}"
    if mae > limit and (passed or shown[0] == shown[1]):  # only all digits tell them apart
        shown = repr(mae), repr(limit).removesuffix(".0")
    finding = f"the MAE is {shown[0]}, {relation} {shown[1]}"
    return Gate("max-mae", passed, mae, limit, finding)


def rival_gate(rival: Rival) -> Gate:
    """Passed unless the model is worse than the other one beyond chance: the whole interval lies above 0."""
    other = rival.metrics.pinball if rival.measure == "pinball" else rival.metrics.mae
    other = 0.0 if other is None else other
    losses = f"{rival.measure_name} {quantity(other + rival.difference)} against {quantity(other)}"
    if rival.interval is None:
        finding = f"{losses}; one row cannot tell whether that is chance"
        return Gate("against", passed=True, value=rival.difference, limit=0.0, finding=finding)
    low, high = rival.interval
    difference = (
        f"the difference of {quantity(rival.difference, 3)} is {'within' if low <= 0 <= high else 'beyond'} chance"
    )
    interval = f"({100 * CONFIDENCE:.0f}% interval {quantity(low, 3)} to {quantity(high, 3)})"
    return Gate("against", low <= 0, low, 0.0, f"{losses}; {difference} {interval}")


def worst_rows(rows: Rows, point: Coefficients, count: int, files: Records) -> tuple[WorstRow, ...]:
    """The rows with the largest absolute residuals, ties in the order of the rows; those of weight 0 do not count."""
    block = rows.take(sum_blocks(rows, partial(_largest, point=point, count=count)).rows)
    records = block.record_numbers.tolist()
    places = files.locate(records)
    predicted = point.predict(block.design)
    values = zip(records, block.target.tolist(), predicted.tolist(), (block.target - predicted).tolist(), strict=True)
    return tuple(WorstRow(*places[record], *numbers) for record, *numbers in values)


def _largest(block: Block, point: Coefficients, count: int) -> Largest:
    sizes = np.abs(point.residual(block))
    counting = slice(None) if block.weights is None else block.weights > 0
    return Largest.of(count, block.positions[counting], sizes[counting])
