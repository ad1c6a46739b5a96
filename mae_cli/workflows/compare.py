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
from mae_cli.messages import quantity
from mae_cli.results.training import Comparison, ContestedRow, FitReport
from mae_cli.rows.blocks import Block, Rows, RowStore, TransformedRows
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.moments import Moments
from mae_cli.rows.quantiles import target_quantiles
from mae_cli.rows.sums import Largest, Sums, sum_blocks
from mae_cli.solvers.settings import Textbook
from mae_cli.solvers.solution import Solution, Status
from mae_cli.tables.csv.files import Records
from mae_cli.workflows.paired import CONFIDENCE, CodedPredictor, paired_difference

_CONTESTED_ROWS = 8
# Departures below this share of the MAE are not worth a sentence.
_SAME_FIT = 0.02
# The share of rows that counts as few.
_FEW = 0.01
# Few rows decide when they make up so much of the pull; of smooth noise, skewed or not, they make up less.
_DECISIVE = 0.25
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
    return Comparison(other.report, contested, verdict + _leverage_warning(first.report, data, pulls, contested))


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


def _leverage_warning(report: FitReport, data: TrainingData, pulls: _Pulls, contested: tuple[ContestedRow, ...]) -> str:
    """A sentence on the contested row that lies farthest out in a column of numbers, if one lies far out."""
    numeric = data.rows.take(pulls.strongest.rows).design.numeric
    columns = slice(numeric.shape[1])
    deviations = data.moments.deviation[columns]
    if not len(contested) or not deviations.any():
        return ""
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.nan_to_num(np.abs(numeric - data.moments.mean[columns]) / deviations)
    row, column = np.unravel_index(int(np.argmax(distances)), distances.shape)
    if distances[row, column] < _FAR_OUT:
        return ""
    name = [effect.column.feature for effect in report.effects if effect.column.level is None][column]
    return (
        f" {contested[row].position} is {distances[row, column]:.1f} standard deviations from the mean of {name!r}; "
        "check such rows before trusting either fit."
    )


def _few(count: int) -> int:
    return max(1, round(_FEW * count))


def _share_of_few(rows: Rows, pull: "partial[FloatArray]", total: float) -> float:
    """The share of the pull that the strongest 1 % of the rows make up."""
    count = rows.shape[0]
    few = _few(count)
    # Every row counts once here, whatever its weight; that is in its pull.
    pulls = TransformedRows(rows, partial(_with_pull_as_target, pull=pull))
    (edge,) = target_quantiles(pulls, (1 - few / count,))
    above, sums = zip(*rows.map(partial(_above, pull=pull, edge=edge)), strict=True)
    return min(float(sum(sums) + (few - sum(above)) * edge) / total, 1.0)


def _with_pull_as_target(block: Block, pull: "partial[FloatArray]") -> Block:
    return replace(block, target=pull(block), weights=None)


def _above(block: Block, pull: "partial[FloatArray]", edge: float) -> tuple[int, float]:
    """How many rows pull more than that, and how much all together."""
    pulls = pull(block)
    more = pulls > edge
    return int(np.count_nonzero(more)), float(pulls @ more)


def _verdict(by_mae: Fitted, by_mse: Fitted, few: float, departure: float, data: TrainingData) -> str:
    """What the difference says about the data, in one sentence or two."""
    absolute, squared, count = by_mae.report, by_mse.report, data.rows.shape[0]
    if Status.LIMIT in {absolute.certificate.status, squared.certificate.status}:
        remedy = "use --solver auto" if absolute.solver == Textbook.name else "a larger --tolerance accepts it"
        return f"A fit that did not reach its optimum cannot be compared; {remedy}."
    if absolute.certificate.relative_gap is None:
        return "Both losses can be brought to zero on these rows, so there is nothing to tell the two fits apart."
    share = departure / absolute.train.model.mae
    if not few or share <= _SAME_FIT:
        return (
            f"The two fits agree: their predictions differ by {_percent(share)} of the MAE on average, and no small "
            "group of rows decides between them."
        )
    if absolute.quantile != 0.5:
        return f"{_question(absolute.quantile)} {_what_few_do(few, count)}."
    return f"{_what_few_do(few, count)}. {_judgement(by_mae, by_mse, data.holdout)}"


def _question(quantile: float) -> str:
    return (
        f"The {quantile:g}-quantile fit and least squares answer different questions: {100 * quantile:g}% of the rows "
        "lie below the one, the other follows their mean."
    )


def _what_few_do(share: float, count: int) -> str:
    few = _few(count)
    makes_up = f"make{'s' * (few == 1)} up {_percent(share)} of what pulls the two apart"
    if share >= _DECISIVE:
        return f"{'One row' if few == 1 else _rows(few, count)} {makes_up}"
    if few == 1:
        return f"No single row decides: the strongest {makes_up}"
    return f"No small group of rows decides: the strongest {_rows(few, count)} {makes_up}"


def _rows(few: int, count: int) -> str:
    return f"{few:,} rows ({_percent(few / count)})"


def _judgement(absolute: Fitted, squared: Fitted, holdout: Rows | None) -> str:
    """Which fit predicts better, where that can be known: on rows that neither was fitted to."""
    if holdout is None:
        return (
            "On the rows it was fitted to each fit wins by its own loss; hold rows out with --holdout to learn which "
            "one predicts better."
        )
    found = paired_difference(holdout, CodedPredictor(squared.point), CodedPredictor(absolute.point), Absolute())
    if found.interval is None:
        return "A single row held out cannot tell which one predicts better."
    low, high = found.interval
    if low <= 0 <= high:
        difference = f"MAE of least squares less that of the MAE fit: {quantity(found.value, 2)}"
        return f"The holdout cannot tell them apart ({difference}, {_interval(low, high)})."
    better = "the MAE fit" if low > 0 else "least squares, even by the MAE,"
    nearest, farthest = sorted((abs(low), abs(high)))
    return f"On the holdout {better} is better by {quantity(abs(found.value), 2)} ({_interval(nearest, farthest)})."


def _interval(low: float, high: float) -> str:
    return f"{100 * CONFIDENCE:.0f}% interval {quantity(low, 2)} to {quantity(high, 2)}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.995 else "100%"
