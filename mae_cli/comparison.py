"""MAE against MSE on the same rows: which rows pull the two fits apart, and what that says about the data.

Least squares departs from any other fit by exactly what that fit's residuals push: with r the residuals of the MAE
fit, w_MSE − w_MAE = (XᵀΩX)⁻¹XᵀΩr. In predictions the departure is d = ŷ_MSE − ŷ_MAE, and since Σωr·d = Σωd²,
row i contributes ωᵢrᵢdᵢ to its square. Rows with a positive contribution pull the fits apart; the others hold them
together.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.data.design import Design, FloatArray
from mae_cli.effects import column_deviations
from mae_cli.reports import Comparison, ContestedRow, FitReport
from mae_cli.sample import Sample
from mae_cli.solvers.solution import Solution, Status

_CONTESTED_ROWS = 8
# Departures below this share of the MAE are not worth a sentence.
_SAME_FIT = 0.02
# The share of rows that counts as few.
_FEW = 0.01
# A fit predicts better when its MAE on the holdout is smaller by this share; less is chance on most holdouts.
_MARGIN = 0.01
# Rows so many standard deviations from the mean of a column have leverage, from which no loss is safe.
_FAR_OUT = 5.0


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
    verdict = _verdict(absolute.report, squared.report, pull, _mean_departure(sample, absolute, squared))
    return Comparison(other.report, contested, verdict + _leverage_warning(first.report, sample, rows, contested))


def _mean_departure(sample: Sample, absolute: Fitted, squared: Fitted) -> float:
    weights = sample.weight_values
    return float((weights / weights.sum()) @ np.abs(squared.predicted - absolute.predicted))


def _leverage_warning(report: FitReport, sample: Sample, rows: list[int], contested: tuple[ContestedRow, ...]) -> str:
    """A sentence on the contested row that lies farthest out in a column of numbers, if one lies far out."""
    numeric = sample.design.numeric
    deviations = column_deviations(Design(numeric), sample.weight_values)
    if not rows or not deviations.any():
        return ""
    centre = sample.weight_values @ numeric / sample.weight_values.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.nan_to_num(np.abs(numeric[rows] - centre) / deviations)
    row, column = np.unravel_index(int(np.argmax(distances)), distances.shape)
    if distances[row, column] < _FAR_OUT:
        return ""
    name = [effect.column for effect in report.effects if effect.level is None][column]
    return (
        f" Line {contested[row].line} lies {distances[row, column]:.1f} standard deviations out in {name!r}: look at "
        "such rows before you believe either fit."
    )


def _pull(sample: Sample, absolute: FloatArray, squared: FloatArray) -> FloatArray:
    """Shares (n,) of ωᵢrᵢdᵢ in its sum over the rows where it is positive; zeros when the fits agree to rounding."""
    residual, departure = sample.target - absolute, squared - absolute
    size = float(np.abs(residual).max(initial=0.0))
    if float(np.abs(departure).max(initial=0.0)) <= 1e-9 * size or size == 0:
        return np.zeros(len(residual))
    contribution = np.maximum(sample.weight_values * (residual / size) * (departure / size), 0.0)
    total = float(contribution.sum())
    return contribution / total if total > 0 else contribution


def _verdict(absolute: FitReport, squared: FitReport, pull: FloatArray, departure: float) -> str:
    """What the difference says about the data, in one sentence or two."""
    if Status.LIMIT in {absolute.certificate.status, squared.certificate.status}:
        return "A fit that did not reach its optimum cannot be compared; use --solver auto."
    if absolute.certificate.relative_gap is None:
        return "Both losses can be brought to zero on these rows, so there is nothing to tell the two fits apart."
    share = departure / absolute.train.model.mae
    if not pull.any() or share <= _SAME_FIT:
        return (
            f"The two fits agree: their predictions differ by {_percent(share)} of the MAE on average, and no few rows "
            "decide between them."
        )
    if absolute.quantile != 0.5:
        return f"{_question(absolute.quantile)} {_share_of_few(pull)}."
    return f"{_share_of_few(pull)}. {_judgement(absolute, squared)}"


def _question(quantile: float) -> str:
    return (
        f"The {quantile:g}-quantile fit and least squares answer different questions: the one has {quantile:g} of the "
        "rows below it, the other follows their mean."
    )


def _share_of_few(pull: FloatArray) -> str:
    few = max(1, round(_FEW * len(pull)))
    who = "One row" if few == 1 else f"{few:,} rows ({_percent(few / len(pull))})"
    makes_up = f"{who} make{'s' * (few == 1)} up {_percent(float(np.sort(pull)[-few:].sum()))}"
    return f"{makes_up} of what pulls the two apart"


def _judgement(absolute: FitReport, squared: FitReport) -> str:
    """Which fit predicts better, where that can be known: on rows that neither was fitted to."""
    if absolute.holdout is None or squared.holdout is None:
        return (
            "On the rows it was fitted to each fit wins by its own loss; keep rows aside with --holdout to learn which "
            "one predicts better."
        )
    by_mae, by_mse = absolute.holdout.model, squared.holdout.model
    numbers = (
        f"on the holdout the MAE is {by_mae.mae:.4g} for the MAE fit and {by_mse.mae:.4g} for least squares, and the "
        f"typical error (median) {by_mae.median_ae:.4g} and {by_mse.median_ae:.4g}"
    )
    if by_mae.mae <= (1 - _MARGIN) * by_mse.mae:
        return f"The MAE fit predicts most rows better: {numbers}."
    if by_mse.mae <= (1 - _MARGIN) * by_mae.mae:
        return f"Least squares predicts better, even by the MAE: {numbers}."
    return f"Neither predicts clearly better: {numbers}."


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %"
