"""Prediction intervals that cover: how far beyond two quantiles new targets lie, seen on rows kept aside.

For each of n₂ rows kept aside E = max(low − y, y − high), and the margin Q is the ⌈(n₂ + 1)·coverage⌉-th smallest of
them. Then [low − Q, high + Q] covers a new row with a probability between the coverage and the coverage + 1/(n₂ + 1),
whatever the model, as long as new rows are like these (Romano, Patterson and Candès, 2019). That probability is an
average over calibrations. With Q the k-th smallest of n₂, the share of new rows that a single one covers has the
distribution Beta(k, n₂ + 1 − k), or is larger where targets tie (Vovk, 2012).
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError, Fault
from mae_cli.inference.distributions import beta_quantile
from mae_cli.messages import counted
from mae_cli.model.quantile_model import Calibration, QuantileModel, between
from mae_cli.rows.blocks import Block, Rows

_ROUNDING = 1e-12
# Of the calibrations that the range of their coverage leaves out, on each side.
_TAIL = 0.05


@dataclass(frozen=True)
class Coverage:
    """How an interval does on rows.

    Attributes:
        share: of the rows that lie in it.
        width: its mean.
    """

    share: float
    width: float


def calibrate(model: QuantileModel, rows: Rows, coverage: float) -> Calibration:
    """The margin for a coverage, from rows that no fit has seen; their weights are not looked at.

    Raises:
        DataError: there are too few rows.
    """
    count = rows.shape[0]
    place = _place(count, coverage)
    if place > count:
        raise DataError(_too_few(count, coverage))
    beyond = np.concatenate(list(rows.map(partial(_beyond, model=model))))
    return Calibration(coverage, float(np.partition(beyond, place - 1)[place - 1]), count)


def coverage_range(calibration: Calibration, share: float) -> tuple[float, float]:
    """Between which shares of new rows the coverage lies for 9 of 10 calibrations on as many rows.

    Where the interval covers more of its own rows than it had to, because their distances tie, the upper end is 1.
    """
    count = calibration.rows
    place = _place(count, calibration.coverage)
    is_tied = round(share * count) > place
    shapes = place, count + 1 - place
    return beta_quantile(_TAIL, *shapes), 1.0 if is_tied else beta_quantile(1 - _TAIL, *shapes)


def _place(count: int, coverage: float) -> int:
    """⌈(n₂ + 1)·coverage⌉."""
    return _at_least((count + 1) * coverage)


def _too_few(count: int, coverage: float) -> Fault:
    needed = _at_least(coverage / (1 - coverage))
    return Fault(
        "too-few-calibration-rows",
        f"{counted(count, 'row')} held out cannot show that {100 * coverage:g}% of new rows lie in an interval: "
        f"at least {needed:,} are needed",
        remedy="use more rows, a larger --calibration, or a smaller --predict-interval",
    )


def _at_least(number: float) -> int:
    """The whole number at or above it, but for rounding."""
    return math.ceil(number - _ROUNDING * number)


def coverage_of(model: QuantileModel, rows: Rows) -> Coverage:
    """How the interval of a model does on rows, by their weights."""
    weights, inside, widths = np.sum(list(rows.map(partial(_covered, model=model))), axis=0)
    return Coverage(float(inside / weights), float(widths / weights))


def _beyond(block: Block, model: QuantileModel) -> FloatArray:
    predictions = model.sorted_predictions(block.design)
    return np.maximum(predictions[:, 0] - block.target, block.target - predictions[:, -1])


def _covered(block: Block, model: QuantileModel) -> FloatArray:
    """Σω, Σω in the interval, Σω·width, (3,)."""
    ends = between(model.sorted_predictions(block.design), model.calibration)
    inside = (ends[:, 0] <= block.target) & (block.target <= ends[:, 1])
    weights = block.weight_values
    return np.array([weights.sum(), weights @ inside, weights @ (ends[:, 1] - ends[:, 0])])
