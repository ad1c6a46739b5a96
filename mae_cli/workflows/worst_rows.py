"""The rows that a model is farthest from, by their places in the files.

Of one quantile they are those with the largest absolute residuals, of several those farthest outside of the prediction
interval or, where the model has none, those with the largest sum of the pinball losses of its predictions. Ties come in
the order of the rows; those of weight 0 do not count.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import Place
from mae_cli.losses import Pinball
from mae_cli.model.quantile_model import QuantileModel, between
from mae_cli.results.evaluation import WorstQuantileRow, WorstRow
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import Largest, sum_blocks
from mae_cli.tables.csv.files import Records


def worst_rows(
    rows: Rows, point: Coefficients, count: int, files: Records, show: Sequence[str] = ()
) -> tuple[WorstRow, ...]:
    """The rows with the largest absolute residuals, with their cells in the columns to `show`."""
    block = _worst(rows, partial(_distance, point=point), count)
    predicted = point.predict(block.design)
    values = zip(block.target.tolist(), predicted.tolist(), (block.target - predicted).tolist(), strict=True)
    placed = zip(*_placed(block, files, show), values, strict=True)
    return tuple(WorstRow(place, *numbers, cells) for place, cells, numbers in placed)


def worst_quantile_rows(
    rows: Rows, model: QuantileModel, count: int, files: Records, show: Sequence[str] = ()
) -> tuple[WorstQuantileRow, ...]:
    """The rows outside of the prediction interval, or with the largest pinball losses; of the former maybe fewer."""
    is_calibrated = model.calibration is not None
    block = _worst(rows, partial(_outside if is_calibrated else _pinball, model=model), count)
    predictions = model.sorted_predictions(block.design)
    intervals = [(low, high) for low, high in between(predictions, model.calibration).tolist()]
    values = zip(
        block.target.tolist(),
        map(tuple, predictions.tolist()),
        intervals if is_calibrated else [None] * len(intervals),
        _pinball(block, model).tolist(),
        strict=True,
    )
    placed = zip(*_placed(block, files, show), values, strict=True)
    return tuple(WorstQuantileRow(place, *numbers, cells) for place, cells, numbers in placed)


def _worst(rows: Rows, badness: Callable[[Block], FloatArray], count: int) -> Block:
    """The rows of which it is largest, without those of which it is negative."""
    return rows.take(sum_blocks(rows, partial(_largest, badness=badness, count=count)).rows)


def _largest(block: Block, badness: Callable[[Block], FloatArray], count: int) -> Largest:
    sizes = badness(block)
    counting = np.flatnonzero(sizes >= 0 if block.weights is None else (sizes >= 0) & (block.weights > 0))
    return Largest.of(count, block.positions[counting], sizes[counting])


def _distance(block: Block, point: Coefficients) -> FloatArray:
    """|r|, (b,)."""
    return np.abs(point.residual(block))


def _outside(block: Block, model: QuantileModel) -> FloatArray:
    """How far each target is outside of the prediction interval, (b,); −1 for those in it."""
    low, high = between(model.sorted_predictions(block.design), model.calibration).T
    beyond = np.maximum(low - block.target, block.target - high)
    return np.where(beyond > 0, beyond, -1.0)


def _pinball(block: Block, model: QuantileModel) -> FloatArray:
    """The sum of the pinball losses of the predictions, sorted, (b,)."""
    residuals = block.target[:, np.newaxis] - model.sorted_predictions(block.design)
    losses = [Pinball(tau).values(residual) for tau, residual in zip(model.quantiles, residuals.T, strict=True)]
    return np.asarray(np.sum(losses, axis=0))


def _placed(block: Block, files: Records, show: Sequence[str]) -> tuple[list[Place], list[dict[str, str]]]:
    """Where each row is, and its cells in the columns to show."""
    records = block.record_numbers.tolist()
    places = files.places(records)
    cells = files.cells(records, show) if show else dict.fromkeys(records, ())
    shown = [dict(zip(show, cells[record], strict=True)) for record in records]
    return [places[record] for record in records], shown
