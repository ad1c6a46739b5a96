"""How far predictions are from the targets: weighted means of the losses, and their relatives.

With residuals r = y − ŷ and weights ω (1 unless given), every mean is Σ ω·f(r) / Σ ω.
"""

from dataclasses import dataclass


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
