"""Metrics of a linear model on rows, beside those of a constant prediction, in a few passes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.errors import DataError, Fault, Place
from mae_cli.losses import Pinball
from mae_cli.model.model import Baseline
from mae_cli.results.scores import Metrics, Scores, Sides
from mae_cli.rows.blocks import Block, Rows, TransformedRows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.quantiles import quantiles_of, target_quantiles
from mae_cli.rows.sums import Range, Sums, relative_weights, sum_blocks
from mae_cli.solvers.prepare.precision import UNIT, products_rounding


def scorable(rows: Rows) -> Rows | None:
    """The rows with weights relative to the largest, of which no sum overflows or vanishes.

    None when there is nothing to score: no rows, or only rows of weight 0.
    """
    largest = 0.0
    for weight in rows.map(_largest_weight):
        if weight is None:
            return rows
        largest = max(largest, weight)
    return TransformedRows(rows, partial(_with_relative_weights, largest=largest)) if largest > 0 else None


def score(
    rows: Rows, point: Coefficients, trivial: float, quantile: float, place: Callable[[int], Place] | None = None
) -> Scores:
    """The metrics of a model and of the constant prediction `trivial`, side by side.

    Args:
        rows: with weights that are not all 0, relative to the largest.
        point: the model's coefficients.
        trivial: the prediction without features.
        quantile: τ of the pinball loss that is given too, unless it is ½.
        place: where the record of a row stands, for a message; None for rows of an array, told by their numbers.

    Raises:
        DataError: a residual is beyond floating point.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        sums = sum_blocks(rows, partial(_first, point=point, trivial=trivial, quantile=quantile, count=rows.shape[0]))
    if sums.overflowing:
        raise DataError(_overflow(sums.overflowing[0], place))
    mean_target = sums.target / sums.weight
    spread = max(float(sums.targets.highest - mean_target), float(mean_target - sums.targets.lowest))
    shares = None
    if sums.targets.highest > sums.targets.lowest:
        with np.errstate(over="ignore"):
            ratio = sum_blocks(
                rows, partial(_squares, point=point, trivial=trivial, centre=mean_target, unit=spread or 1.0)
            )
        shares = ratio[:2] / ratio[2]
    medians = quantiles_of(rows, partial(_sizes, point=point, trivial=trivial), (0.5, 0.5))
    model, baseline = (_metrics(sums, shares, medians, index, quantile) for index in (0, 1))
    sides = Sides(*map(int, sums.sides.tolist()))
    return Scores(model, baseline, tuple((sums.covered / sums.weight).tolist()), sides)


def _overflow(record: int, place: Callable[[int], Place] | None) -> Fault:
    what = "the distance of the prediction from the target overflows"
    return Fault("residual-overflow", what, Place(row=record) if place is None else place(record))


def baseline_of(rows: Rows, quantile: float) -> Baseline:
    """The predictions without features from the targets of these rows."""
    median, at_quantile = target_quantiles(rows, (0.5, quantile))
    return Baseline(median, mean_target(rows), at_quantile)


def mean_target(rows: Rows) -> float:
    """Σωy / Σω."""
    weight, total = sum_blocks(rows, partial(_weight_and_target, count=rows.shape[0]))
    return total / weight


def _weight_and_target(block: Block, count: int) -> tuple[float, float]:
    # Divided by n before they are added, so that no sum can overflow.
    return block.total_weight / count, float(block.total(block.target / count))


@dataclass(frozen=True, eq=False)
class _First(Sums):
    """Sums over rows, all but the ranges divided by n; the arrays (2,) are of the model and of the constant.

    Attributes:
        weight: Σω.
        absolute: Σω|r|.
        square: Σωr².
        pinball: Σω(½|r| + (τ − ½)r).
        covered: Σω over the rows whose target is at or below the prediction, to rounding.
        sides: (3,) the rows above, below and on the model, to rounding.
        target: Σωy.
        targets: range of the targets of positive weight.
        overflowing: records whose residual is beyond floating point, the first of each block.
    """

    weight: float
    absolute: FloatArray
    square: FloatArray
    pinball: FloatArray
    covered: FloatArray
    sides: Positions
    target: float
    targets: Range
    overflowing: tuple[int, ...]


def _first(block: Block, point: Coefficients, trivial: float, quantile: float, count: int) -> _First:
    residuals, rounding = _residuals(block, point, trivial), _residual_rounding(block, point, trivial)
    sizes = np.abs(residuals)
    counted = block.target if block.weights is None else block.target[block.weights > 0]
    bad = np.flatnonzero(~np.isfinite(residuals[0]))
    return _First(
        weight=block.total_weight / count,
        absolute=block.total(sizes / count),
        square=block.total(residuals**2 / count),
        pinball=block.total(Pinball(quantile).values(residuals) / count),
        covered=block.total((residuals <= rounding) / count),
        sides=_sides(residuals[0], rounding[0]),
        target=float(block.total(block.target / count)),
        targets=Range(counted.min(initial=np.inf), counted.max(initial=-np.inf)),
        overflowing=tuple(block.record_numbers[bad[:1]].tolist()),
    )


def _sides(residual: FloatArray, rounding: FloatArray) -> Positions:
    """How many of (b,) residuals are above, below and within the rounding."""
    above, below = int(np.count_nonzero(residual > rounding)), int(np.count_nonzero(residual < -rounding))
    return np.array([above, below, len(residual) - above - below])


def _residuals(block: Block, point: Coefficients, trivial: float) -> FloatArray:
    """(2, b) residuals of the model and of the constant."""
    return np.stack([point.residual(block), block.target - trivial])


def _residual_rounding(block: Block, point: Coefficients, trivial: float) -> FloatArray:
    """(2, b) what rounding can make of a residual of 0: a row that a model passes through is on it."""
    columns, sizes = block.design.numeric.shape[1] + len(block.design.codes), np.abs(block.target)
    predicted = block.design.absolute().product(np.abs(point.values)) + abs(point.intercept)
    of_model = products_rounding(columns) * (sizes + predicted)
    return UNIT * np.stack([of_model, products_rounding(0) * (sizes + abs(trivial))])


def _sizes(block: Block, point: Coefficients, trivial: float) -> FloatArray:
    return np.abs(_residuals(block, point, trivial))


def _squares(block: Block, point: Coefficients, trivial: float, centre: float, unit: float) -> FloatArray:
    """Σωr² of the model and of the constant, and Σω(y − ȳ)², (3,), in units of the target's spread.

    In these units only residuals that are 1e150 times as large overflow.
    """
    residuals = _residuals(block, point, trivial)
    return block.total(np.square(np.vstack([residuals, block.target - centre]) / unit))


def _metrics(
    sums: _First, shares: FloatArray | None, medians: tuple[float, ...], index: int, quantile: float
) -> Metrics:
    square = float(sums.square[index] / sums.weight)
    mse = square if np.isfinite(square) else None
    r2 = None if shares is None or not np.isfinite(shares[index]) else float(1 - shares[index])
    return Metrics(
        mae=float(sums.absolute[index] / sums.weight),
        mse=mse,
        rmse=None if mse is None else float(np.sqrt(mse)),
        median_ae=medians[index],
        r2=r2,
        baseline_mae=float(sums.absolute[1] / sums.weight),
        pinball=None if quantile == 0.5 else float(sums.pinball[index] / sums.weight),
    )


def _largest_weight(block: Block) -> float | None:
    """None where rows have no weights."""
    if block.weights is None:
        return None if len(block.target) else 0.0
    return float(block.weights.max(initial=0.0))


def _with_relative_weights(block: Block, largest: float) -> Block:
    return block if block.weights is None else replace(block, weights=relative_weights(block.weights, largest))
