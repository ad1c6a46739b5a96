"""How far predictions are from the targets: weighted means of the losses, and their relatives.

With residuals r = y − ŷ and weights ω (1 unless given), every mean is Σ ω·f(r) / Σ ω.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mae_cli.losses import Pinball
from mae_cli.quantiles import weighted_quantile

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """The metrics of one set of predictions, in the target's units.

    Attributes:
        mae: mean |r|.
        mse: mean r²; None when it overflows.
        rmse: √mse.
        median_ae: weighted median of |r|.
        r2: 1 − Σωr² / Σω(y − ȳ)²; None for a constant target, and when it overflows.
        baseline_mae: the mean loss of the model without features: mean |y − m| with m the training median
            (mean for MSE, τ-quantile for pinball).
        pinball: mean of ½|r| + (τ − ½) r; None unless a quantile other than the median was fitted.
    """

    mae: float
    mse: float | None
    rmse: float | None
    median_ae: float
    r2: float | None
    baseline_mae: float
    pinball: float | None


def score(
    target: FloatArray,
    predicted: FloatArray,
    weights: FloatArray | None,
    *,
    baseline: float,
    quantile: float = 0.5,
) -> Metrics:
    """The metrics of `predicted` (n,) against `target` (n,); `baseline` is the featureless prediction.

    Raises:
        ValueError: there are no rows, or all weights are zero.
    """
    if weights is None:
        weights = np.ones(len(target))
    largest = weights.max(initial=0.0)
    if not largest > 0:
        raise ValueError("no rows to score: the sum of the weights is not positive")
    weights = weights / largest  # so that no sum of them can overflow or vanish
    shares = weights / weights.sum()
    residual = target - predicted
    mse = _mean_square(residual, shares)
    return Metrics(
        mae=float(shares @ np.abs(residual)),
        mse=mse,
        rmse=None if mse is None else float(np.sqrt(mse)),
        median_ae=weighted_quantile(np.abs(residual), weights, 0.5),
        r2=_r_squared(target, residual, shares),
        baseline_mae=float(shares @ np.abs(target - baseline)),
        pinball=None if quantile == 0.5 else float(shares @ Pinball(quantile).values(residual)),
    )


def _mean_square(values: FloatArray, shares: FloatArray) -> float | None:
    with np.errstate(over="ignore"):
        mean = float(shares @ values**2)
    return mean if np.isfinite(mean) else None


def _r_squared(target: FloatArray, residual: FloatArray, shares: FloatArray) -> float | None:
    used = shares > 0
    if np.ptp(target[used]) == 0:
        return None
    # In units of the target's spread only residuals that are 1e150 times as large overflow.
    unit = float(np.max(np.abs(target[used] - shares @ target))) or 1.0
    centred = (target - shares @ target) / unit
    left = _mean_square(residual / unit, shares)
    return None if left is None else float(1 - left / (shares @ centred**2))
