"""MAE against MSE on the same rows: which rows pull the two fits apart, and what that says about the data.

Least squares departs from any other fit by exactly what that fit's residuals push: with r the residuals of the MAE
fit, w_MSE − w_MAE = (XᵀΩX)⁻¹XᵀΩr. In predictions the departure is d = ŷ_MSE − ŷ_MAE, and since
Σωr·d = Σωd², the share ωᵢrᵢdᵢ / Σωd² is what row i contributes to it; the shares add up to 1.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.data.design import FloatArray
from mae_cli.reports import Comparison, ContestedRow, FitReport, Scores
from mae_cli.sample import Sample
from mae_cli.solvers.solution import Solution

_CONTESTED_ROWS = 8
# Departures below this share of the MAE are not worth a sentence.
_SAME_FIT = 0.02
_HEAVY_TAIL = 0.01


@dataclass(frozen=True, eq=False)
class Fitted:
    """One fit: solution, its predictions of the training rows (n,), and its report."""

    solution: Solution
    predicted: FloatArray
    report: FitReport


def compare(first: Fitted, other: Fitted, sample: Sample) -> Comparison:
    """Set the fit whose model is written beside the other; both are of the rows of `sample`."""
    squared, absolute = (first, other) if first.report.loss == "mse" else (other, first)
    perfect = absolute.report.certificate.relative_gap is None  # the departure then is nothing but rounding
    pull = np.zeros(len(sample.target)) if perfect else _pull(sample, absolute.predicted, squared.predicted)
    strongest = np.argsort(-pull, kind="stable")[:_CONTESTED_ROWS]
    rows = strongest[pull[strongest] > 0].tolist()
    records = sample.records[rows].tolist()
    lines = sample.source.lines_of(records)
    contested = tuple(
        ContestedRow(
            line=lines[record],
            target=float(sample.target[row]),
            predictions=(float(first.predicted[row]), float(other.predicted[row])),
            pull=float(pull[row]),
        )
        for row, record in zip(rows, records, strict=True)
    )
    departure = float(sample.weight_values @ np.abs(squared.predicted - absolute.predicted)) / float(
        sample.weight_values.sum()
    )
    return Comparison(other.report, contested, _verdict(absolute.report, squared.report, pull, departure))


def _pull(sample: Sample, absolute: FloatArray, squared: FloatArray) -> FloatArray:
    """ωᵢrᵢdᵢ / Σωrd of every row, (n,); zeros when the fits agree to rounding."""
    residual, departure = sample.target - absolute, squared - absolute
    size = float(np.abs(residual).max(initial=0.0))
    if float(np.abs(departure).max(initial=0.0)) <= 1e-9 * size or size == 0:
        return np.zeros(len(residual))
    contribution = sample.weight_values * (residual / size) * (departure / size)
    total = float(contribution.sum())
    return contribution / total if total > 0 else np.zeros(len(residual))


def _verdict(absolute: FitReport, squared: FitReport, pull: FloatArray, departure: float) -> str:
    """One sentence on what the difference says about the data."""
    if absolute.quantile != 0.5:
        return _quantile_verdict(absolute.quantile, pull)
    judged_on = "the holdout" if absolute.holdout and squared.holdout else "the training rows"
    mae_fit, mse_fit = _judged(absolute).model, _judged(squared).model
    if not pull.any() or departure <= _SAME_FIT * absolute.train.model.mae:
        return (
            f"The two fits agree: their predictions differ by {_percent(departure, absolute.train.model.mae)} of the "
            "MAE on average, so no few rows decide, and least squares is as safe here."
        )
    makes = _share_of_few(pull)
    typical = (
        f"the typical error (median) is {mae_fit.median_ae:.4g} for the MAE fit and {mse_fit.median_ae:.4g} for "
        f"least squares on {judged_on}"
    )
    if mae_fit.mae <= mse_fit.mae and mae_fit.median_ae <= mse_fit.median_ae:
        return f"{makes}; {typical}: large residuals pull least squares away from most rows."
    if mae_fit.mae > mse_fit.mae:
        return f"{makes}; {typical}: least squares predicts better here, even by its MAE."
    return f"{makes}; {typical}: the two describe different parts of the data, so look at those rows first."


def _quantile_verdict(quantile: float, pull: FloatArray) -> str:
    return (
        f"The {quantile:g}-quantile fit and least squares answer different questions: the one has {quantile:g} of the "
        f"rows below it, the other follows their mean. {_share_of_few(pull)}."
    )


def _share_of_few(pull: FloatArray) -> str:
    few = max(1, round(_HEAVY_TAIL * len(pull)))
    weight_of_few = float(np.sort(pull)[-few:].sum())
    who = "One row" if few == 1 else f"{few:,} rows ({_percent(few, len(pull))})"
    return f"{who} make{'s' * (few == 1)} up {_percent(min(weight_of_few, 1.0), 1.0)} of the difference"


def _judged(report: FitReport) -> Scores:
    return report.holdout or report.train


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3g} %" if whole > 0 else "0 %"
