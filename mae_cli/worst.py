"""The rows that a model is farthest from."""

from functools import partial

import numpy as np

from mae_cli.linear import Coefficients
from mae_cli.results.evaluation import WorstRow
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.largest import Largest
from mae_cli.rows.sums import sum_blocks
from mae_cli.text.files import Records


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
