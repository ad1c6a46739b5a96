"""MAE against MSE on the same rows: which rows pull the two fits apart, and what that says about the data.

Least squares departs from any other fit by exactly what that fit's residuals push: with r the residuals of the MAE
fit, w_MSE − w_MAE = (XᵀΩX)⁻¹XᵀΩr. In predictions the departure is d = ŷ_MSE − ŷ_MAE, and since Σωr·d = Σωd²,
row i contributes ωᵢrᵢdᵢ to its square. Rows with a positive contribution pull the fits apart; the others hold them
together.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.losses import Absolute
from mae_cli.results.scores import Difference
from mae_cli.results.training import (
    Agreement,
    BothPerfect,
    Comparison,
    ContestedRow,
    Disagreement,
    FarRow,
    FitReport,
    Unproved,
    Verdict,
)
from mae_cli.rows.blocks import Block, Rows, RowStore, TransformedRows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.moments import Moments
from mae_cli.rows.quantiles import target_quantiles
from mae_cli.rows.sums import Largest, Sums, sum_blocks
from mae_cli.solvers.solution import Solution, Status
from mae_cli.tables.csv.files import Records
from mae_cli.workflows.paired import CodedPredictor, paired_difference

_CONTESTED_ROWS = 8
# The share of rows that counts as few.
_FEW = 0.01
# Rows so many standard deviations from the mean of a column have leverage, from which no loss is safe.
_FAR_OUT = 5.0


@dataclass(frozen=True, eq=False)
class Fitted:
    """One fit and its report."""

    solution: Solution
    report: FitReport

    @property
    def point(self) -> Coefficients:
        """The linear function that was fitted."""
        return self.solution.point


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The rows that both fits are of, the moments of their columns, and the files they came from.

    Attributes:
        rows: that were fitted.
        moments: of their columns.
        files: they came from.
        holdout: the rows kept aside that can be scored; None when there are none.
    """

    rows: RowStore
    moments: Moments
    files: Records
    holdout: Rows | None = None


def compare(first: Fitted, other: Fitted, data: TrainingData) -> Comparison:
    """Set the fit whose model is written beside the other; both are of the same rows."""
    squared, absolute = (first, other) if first.report.loss == "mse" else (other, first)
    departure = _departure(data.rows, absolute, squared)
    pulls, few = _Pulls(Largest.of(0, np.zeros(0, dtype=np.intp), np.zeros(0)), 0.0), 0.0
    if departure.matters:
        pull = partial(_pull, absolute=absolute.point, squared=squared.point, unit=departure.largest_residual)
        pulls = sum_blocks(data.rows, partial(_pulls, pull=pull))
        few = _share_of_few(data.rows, pull, pulls.total) if pulls.total > 0 else 0.0
    contested = _contested(pulls, first, other, data)
    verdict = _verdict(absolute, squared, few, departure.mean, data)
    return Comparison(other.report, contested, verdict, _far_row(first.report, data, pulls, contested))


@dataclass(frozen=True)
class _Departure:
    """How far the fits are apart: Σω|d| / Σω, and whether that is more than rounding.

    Attributes:
        mean: weighted mean of |d|.
        largest_residual: of the MAE fit, the unit in which contributions neither overflow nor vanish.
        matters: whether there is anything to tell the fits apart.
    """

    mean: float
    largest_residual: float
    matters: bool


def _departure(rows: Rows, absolute: Fitted, squared: Fitted) -> _Departure:
    look = partial(_sizes, absolute=absolute.point, squared=squared.point)
    weights, means, residuals, departures = zip(*rows.map(look), strict=True)
    largest, widest = max(residuals), max(departures)
    perfect = absolute.report.certificate.relative_gap is None  # the departure then is nothing but rounding
    matters = not perfect and largest > 0 and widest > 1e-9 * largest
    return _Departure(sum(means) / sum(weights), largest, matters)


def _sizes(block: Block, absolute: Coefficients, squared: Coefficients) -> tuple[float, float, float, float]:
    """Σω, Σω|d|, max|r| and max|d| of a block."""
    residual, departure = _residual_and_departure(block, absolute, squared)
    size = np.abs(departure)
    return (
        block.total_weight,
        float(block.total(size)),
        float(np.abs(residual).max(initial=0.0)),
        float(size.max(initial=0.0)),
    )


def _residual_and_departure(
    block: Block, absolute: Coefficients, squared: Coefficients
) -> tuple[FloatArray, FloatArray]:
    """The MAE fit's r and d = ŷ_MSE − ŷ_MAE, (b,) each."""
    predicted = absolute.predict(block.design)
    return block.target - predicted, squared.predict(block.design) - predicted


def _pull(block: Block, absolute: Coefficients, squared: Coefficients, unit: float) -> FloatArray:
    """(b,) what each row contributes to the departure, max(ωrd, 0), in squared units of the largest residual."""
    residual, departure = _residual_and_departure(block, absolute, squared)
    return np.maximum(block.weighted((residual / unit) * (departure / unit)), 0.0)


@dataclass(frozen=True, eq=False)
class _Pulls(Sums):
    """The rows that pull most, and the pull of all rows."""

    strongest: Largest
    total: float


def _pulls(block: Block, pull: "partial[FloatArray]") -> _Pulls:
    values = pull(block)
    some = np.flatnonzero(values > 0)
    return _Pulls(Largest.of(_CONTESTED_ROWS, block.positions[some], values[some]), float(values.sum()))


def _contested(pulls: _Pulls, first: Fitted, other: Fitted, data: TrainingData) -> tuple[ContestedRow, ...]:
    block = data.rows.take(pulls.strongest.rows)
    records = block.record_numbers.tolist()
    places = data.files.places(records)
    predictions = zip(
        first.point.predict(block.design).tolist(),
        other.point.predict(block.design).tolist(),
        strict=True,
    )
    shares = (pulls.strongest.values / pulls.total).tolist() if pulls.total > 0 else []
    rows = zip(records, block.target.tolist(), predictions, shares, strict=True)
    return tuple(ContestedRow(places[record], target, both, share) for record, target, both, share in rows)


def _far_row(
    report: FitReport, data: TrainingData, pulls: _Pulls, contested: tuple[ContestedRow, ...]
) -> FarRow | None:
    """The contested row that lies farthest out in a column of numbers, if it lies far out."""
    numeric = data.rows.take(pulls.strongest.rows).design.numeric
    columns = slice(numeric.shape[1])
    deviations = data.moments.deviation[columns]
    if not len(contested) or not deviations.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.nan_to_num(np.abs(numeric - data.moments.mean[columns]) / deviations)
    row, column = np.unravel_index(int(np.argmax(distances)), distances.shape)
    if distances[row, column] < _FAR_OUT:
        return None
    name = [effect.column.feature for effect in report.effects if effect.column.level is None][column]
    return FarRow(contested[row].place, name, float(distances[row, column]))


def _few(count: int) -> int:
    return max(1, round(_FEW * count))


def _share_of_few(rows: Rows, pull: "partial[FloatArray]", total: float) -> float:
    """The share of the pull that the strongest 1 % of the rows make up."""
    count = rows.shape[0]
    few = _few(count)
    # Every row counts once here, whatever its weight; that is in its pull.
    pulls = TransformedRows(rows, partial(_with_pull_as_target, pull=pull))
    (edge,) = target_quantiles(pulls, (1 - few / count,))
    above, above_total = sum_blocks(rows, partial(_above, pull=pull, edge=edge))
    return min((above_total + (few - above) * edge) / total, 1.0)


def _with_pull_as_target(block: Block, pull: "partial[FloatArray]") -> Block:
    return replace(block, target=pull(block), weights=None)


def _above(block: Block, pull: "partial[FloatArray]", edge: float) -> tuple[int, float]:
    """How many rows pull more than that, and how much all together."""
    pulls = pull(block)
    more = pulls > edge
    return int(np.count_nonzero(more)), float(pulls @ more)


def _verdict(by_mae: Fitted, by_mse: Fitted, few: float, departure: float, data: TrainingData) -> Verdict:
    """What the difference says about the data."""
    absolute, squared, count = by_mae.report, by_mse.report, data.rows.shape[0]
    if Status.LIMIT in {absolute.certificate.status, squared.certificate.status}:
        return Unproved(absolute.solver)
    if absolute.certificate.relative_gap is None:
        return BothPerfect()
    if not few:
        return Agreement()
    held = None if absolute.quantile != 0.5 else _difference(by_mae, by_mse, data.holdout)
    return Disagreement(departure / absolute.train.model.mae, count, _few(count), few, absolute.quantile, held)


def _difference(absolute: Fitted, squared: Fitted, holdout: Rows | None) -> Difference | None:
    """How much larger the MAE of least squares is, on rows that neither was fitted to."""
    if holdout is None:
        return None
    return paired_difference(holdout, CodedPredictor(squared.point), CodedPredictor(absolute.point), Absolute())
