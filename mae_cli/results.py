"""What workflows return and reports show: metrics, and the results of training and of an evaluation.

With residuals r = y − ŷ and weights ω (1 unless given), every mean is Σ ω·f(r) / Σ ω. `mae_cli.report` turns results
into text and JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mae_cli.inference.values import Importance, Interval, Intervals, SlopesTest, Unavailable
from mae_cli.rows.schema import DesignColumn
from mae_cli.rows.sums import Sums
from mae_cli.solvers.solution import Certificate, History
from mae_cli.tables.columns import LeftOut


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


@dataclass(frozen=True)
class Sides:
    """How many rows lie above, below and (to rounding) on a fit."""

    above: int
    below: int
    on: int


@dataclass(frozen=True)
class Scores:
    """Metrics of the model beside those of the trivial baseline (median for MAE, mean for MSE, τ-quantile).

    Attributes:
        model, baseline: the metrics.
        coverage: for each of the two the share of the targets at or below the prediction, by weight.
        sides: of the model.
    """

    model: Metrics
    baseline: Metrics
    coverage: tuple[float, float] | None = None
    sides: Sides | None = None


@dataclass(frozen=True)
class PlacedRow:
    """A row of a file.

    Attributes:
        file: the file it is in.
        line: line of the file on which the record starts (the header is line 1).
    """

    file: str
    line: int

    @property
    def place(self) -> str:
        """The line as editors and compilers name it: `flights.csv:7`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class EvaluationRows:
    """read = used + dropped + unseen."""

    read: int
    used: int
    dropped: int
    unseen: int


@dataclass(frozen=True)
class Outside:
    """Rows with a number outside its training range.

    Attributes:
        rows: how many.
        column: the one with the most such cells, the first of several.
        cells: how many those are.
        minimum: least value of this column in training.
        maximum: its greatest.
    """

    rows: int
    column: str
    cells: int
    minimum: float
    maximum: float


@dataclass(frozen=True)
class WorstRow(PlacedRow):
    """A row that the model is far from.

    Attributes:
        target: the observed value.
        prediction: the model's.
        residual: target − prediction.
        shown: the cells of the columns that shall be seen beside it, by the names of these.
    """

    target: float
    prediction: float
    residual: float
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rival:
    """Another model on the same rows.

    Attributes:
        model: path of its file.
        loss: loss that it was fitted to.
        quantile: its quantile.
        metrics: its metrics, the pinball loss at the quantile of the model that is evaluated.
        difference: how much larger the mean loss of the model that is evaluated is.
        interval: the 95% interval of the difference; None when fewer than two rows have weight.
        measure: the loss that decides: the MAE, or the pinball loss where both models are of the same quantile.
        coverage: share of the targets at or below its prediction.
    """

    model: str
    loss: str
    quantile: float
    metrics: Metrics
    difference: float
    interval: tuple[float, float] | None
    measure: Literal["mae", "pinball"] = "mae"
    coverage: float | None = None

    @property
    def measure_name(self) -> str:
        """The measure in a sentence."""
        return "pinball loss" if self.measure == "pinball" else "MAE"


@dataclass(frozen=True)
class Gate:
    """A condition, as it was met; what is beyond a limit by rounding alone meets it.

    Attributes:
        name: of the option that asked for it, without dashes.
        passed: whether it is met.
        value: what was found.
        limit: what was allowed: the largest value, the least one of min-rows, both of coverage.
        rival: the model that was compared with; None but for against, whose value is the low end of the interval.
    """

    name: Literal["max-mae", "max-pinball", "coverage", "min-rows", "max-missing", "against", "strict"]
    passed: bool
    value: float
    limit: float | tuple[float, float]
    rival: Rival | None = None


@dataclass(frozen=True)
class EvaluationReport:
    """Everything `mae-eval` reports.

    Attributes:
        model: path of the model file.
        source: name of the data for people.
        target: the target column.
        loss: loss that the model was fitted to.
        quantile: its quantile.
        weight: the weight column that was honoured; None when the model has none or the data lacks it.
        rows: where the rows went.
        scores: metrics of the model and of its training baseline on these rows.
        notes: remarks for standard error.
        outside: the rows with a number outside of its range in training; None when there are none.
        worst: the rows with the largest residuals, when asked for.
        rival: the other model, when one was given.
        gates: the conditions that were set.
    """

    model: str
    source: str
    target: str
    loss: str
    quantile: float
    weight: str | None
    rows: EvaluationRows
    scores: Scores
    notes: tuple[str, ...]
    outside: Outside | None = None
    worst: tuple[WorstRow, ...] | None = None
    rival: Rival | None = None
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, eq=False)
class PredictionRows(Sums):
    """read = predicted + missing + unseen + overflowing.

    Attributes:
        read: records in the files.
        missing: rows with a missing cell.
        unseen: rows with a level never seen in training.
        overflowing: rows whose prediction is beyond floating point.
    """

    read: int = 0
    missing: int = 0
    unseen: int = 0
    overflowing: int = 0

    @property
    def predicted(self) -> int:
        """Rows with a prediction."""
        return self.read - self.missing - self.unseen - self.overflowing


@dataclass(frozen=True)
class PredictionReport:
    """What `mae-predict` says of the rows that it wrote.

    Attributes:
        source: name of the data for people.
        target: the column that is predicted.
        column: the name of the new column.
        rows: where the rows went.
        outside: the rows with a number outside of its range in training; None when there are none.
        notes: remarks for standard error.
        gates: the conditions that were set.
    """

    source: str
    target: str
    column: str
    rows: PredictionRows
    outside: Outside | None
    notes: tuple[str, ...]
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class TrainingRows:
    """Where the rows of the file went: read = used + dropped + holdout + calibration.

    Attributes:
        read: records in the file.
        used: rows that were fitted.
        dropped: rows with a missing cell in a used column.
        holdout: rows kept aside.
        unseen: rows among the holdout whose level was never seen in training; they are not scored.
        zero_weight: rows among the used whose weight is 0.
        calibration: rows kept aside for prediction intervals.
        missing_column: the column that is missing in all of the dropped rows; None where there is no such.
    """

    read: int
    used: int
    dropped: int
    holdout: int
    unseen: int
    zero_weight: int
    calibration: int = 0
    missing_column: str | None = None


@dataclass(frozen=True)
class Effect:
    """One coefficient in the user's units.

    Attributes:
        column: of the design matrix, whose coefficient it is.
        value: the coefficient: change of the prediction for one unit (for the level instead of the baseline).
        per_deviation: value × the standard deviation of the design column in training: the usual size of its effect.
        baseline: for a level, the level that it is measured from.
        aliased: left out because it depends on the columns before it (value 0).
        interval: its confidence interval, or why there is none.
        optimal_range: between which values it can be at the same loss; None where it is the only optimal one.
        rows: for a level, how many training rows have it.
        baseline_rows: for a level, how many have its baseline.
        constant: whether the column has one value in all training rows.
        unit: of a date (days) or a time of day (hours).
    """

    column: DesignColumn
    value: float
    per_deviation: float
    baseline: str | None
    aliased: bool
    interval: Interval | Unavailable = Unavailable.NOT_ASKED
    optimal_range: tuple[float, float] | None = None
    rows: int | None = None
    baseline_rows: int | None = None
    constant: bool = False
    unit: str | None = None


@dataclass(frozen=True)
class FitReport:
    """One fitted loss.

    Attributes:
        loss: "mae" or "mse" ("mae" with a quantile other than 0.5 is the pinball loss).
        quantile: 0.5 unless a quantile was asked for.
        solver: "auto" or "textbook".
        train: scores on the training rows.
        holdout: scores on the rows kept aside; None when there are none.
        certificate: the proof of optimality.
        history: the course of the fit.
        intercept: None when the model has none.
        effects: every coefficient, in the order of the features.
        intervals: of the coefficients, in the order of the design; None when they were not asked for.
        importance: what the fit loses without each feature; None when that was not asked for.
        optimum: the smallest loss possible, found by the exact solver; None where the fit itself is its measure.
    """

    loss: str
    quantile: float
    solver: str
    train: Scores
    holdout: Scores | None
    certificate: Certificate
    history: History
    intercept: float | None
    effects: tuple[Effect, ...]
    intervals: Intervals | None = None
    importance: tuple[Importance, ...] | None = None
    optimum: float | None = None

    @property
    def minimum(self) -> float:
        """The smallest loss that is possible, as far as it is known: a lower bound."""
        return self.certificate.lower_bound if self.optimum is None else self.optimum

    @property
    def course(self) -> tuple[float, ...]:
        """The loss at the start and after every pass; the textbook's history ends with the best epoch once more."""
        return self.history.loss[:-1] if self.solver == "textbook" else self.history.loss

    @property
    def columns(self) -> int:
        """How many coefficients were estimated, the intercept included."""
        return sum(not effect.aliased for effect in self.effects) + (self.intercept is not None)


@dataclass(frozen=True)
class ContestedRow(PlacedRow):
    """A row that pulls the two fits of a comparison apart.

    Attributes:
        target: the observed value.
        predictions: of the model written and of the other one.
        pull: share of the row in what pulls the two fits apart; the shares of all rows that do add up to 1.
    """

    target: float
    predictions: tuple[float, float]
    pull: float


@dataclass(frozen=True)
class Comparison:
    """The same rows fitted with the other loss.

    Attributes:
        other: the other fit.
        contested: the rows that pull the two fits apart, strongest first.
        verdict: one sentence, computed, on what the difference says about this data.
    """

    other: FitReport
    contested: tuple[ContestedRow, ...]
    verdict: str


@dataclass(frozen=True)
class Seconds:
    """Wall time of the parts of a run."""

    read: float
    fit: float
    total: float


@dataclass(frozen=True)
class TrainReport:
    """Everything `mae-train` reports.

    Attributes:
        source: name of the data for people ("flights.csv", "standard input").
        target: the target column.
        weight: the weight column, if any.
        rows: where the rows went.
        fit: the fit whose model is written.
        comparison: the other loss, when asked for.
        notes: remarks for standard error, one line each.
        model: where the model was written; None when it was not.
        seconds: wall time.
        columns_left_out: the columns that cannot serve, and that nobody named.
    """

    source: str
    target: str
    weight: str | None
    rows: TrainingRows
    fit: FitReport
    comparison: Comparison | None
    notes: tuple[str, ...]
    model: str | None
    seconds: Seconds
    columns_left_out: tuple[LeftOut, ...] = ()

    @property
    def columns(self) -> int:
        """How many coefficients the fit whose model is written has, the intercept included."""
        return self.fit.columns

    @property
    def fits(self) -> tuple[FitReport, ...]:
        """The fit whose model is written."""
        return (self.fit,)


@dataclass(frozen=True)
class Calibrated:
    """The interval between the outer two quantiles, made to cover new rows.

    Attributes:
        coverage: the share of new rows that are to lie in it.
        margin: added above and below.
        rows: kept aside for it.
        width: its mean width over them.
        holdout: the share of the rows held out that lie in it; None without a holdout.
    """

    coverage: float
    margin: float
    rows: int
    width: float
    holdout: float | None


@dataclass(frozen=True)
class QuantileReport:
    """Everything `mae-train` reports of several quantiles.

    Attributes:
        source: name of the data for people.
        target: the target column.
        weight: the weight column, if any.
        rows: where the rows went.
        fits: of each quantile, in their order.
        squared: the least-squares fit of the same rows, beside many quantiles; else None.
        slopes: the test of equal slopes; None where there is none.
        crossing: training rows in which the lines of two quantiles cross.
        calibrated: the prediction interval, when asked for.
        notes: remarks for standard error, one line each.
        columns_left_out: those that cannot serve, and that nobody named.
        model: where the model was written; None when it was not.
        seconds: wall time.
    """

    source: str
    target: str
    weight: str | None
    rows: TrainingRows
    fits: tuple[FitReport, ...]
    squared: FitReport | None
    slopes: SlopesTest | None
    crossing: int
    calibrated: Calibrated | None
    notes: tuple[str, ...]
    columns_left_out: tuple[LeftOut, ...]
    model: str | None
    seconds: Seconds

    @property
    def quantiles(self) -> tuple[float, ...]:
        """τ of each fit."""
        return tuple(fit.quantile for fit in self.fits)


@dataclass(frozen=True)
class IntervalScore:
    """How a prediction interval does on rows that it was not made from.

    Attributes:
        coverage: the share that it was made for.
        share: of the rows whose target lies in it.
        low, high: between which the share in all such rows lies, with 95 % confidence (Wilson, 1927).
        width: its mean.
    """

    coverage: float
    share: float
    low: float
    high: float
    width: float


@dataclass(frozen=True)
class QuantileEvaluation:
    """Everything `mae-eval` reports of a model of several quantiles.

    Attributes:
        model: the model's name.
        source: name of the data.
        target: the target column.
        weight: the column of weights, if the data have it.
        quantiles: τ of each fit.
        rows: where the rows went.
        scores: of each fit.
        interval: of the prediction interval; None where the model has none.
        gates: the conditions that were asked for.
        notes: remarks for standard error, one line each.
    """

    model: str
    source: str
    target: str
    weight: str | None
    quantiles: tuple[float, ...]
    rows: EvaluationRows
    scores: tuple[Scores, ...]
    interval: IntervalScore | None
    gates: tuple[Gate, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Surveyed:
    """A column, and what it would be used as.

    Attributes:
        column: its name, or its place.
        use: "number", "date", "levels", "left out" or "refused".
        missing: its missing cells.
        extremes: the least and the greatest number; None for other columns, and where there is none.
        levels: how many levels it has; None for numbers.
        top: the most frequent levels with their counts.
        reason: why it is left out or refused.
        remedy: how to have it in.
    """

    column: str
    use: str
    missing: int | None = None
    extremes: tuple[float, float] | None = None
    levels: int | None = None
    top: tuple[tuple[str, int], ...] = ()
    reason: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Survey:
    """All columns of the data, in their order, of so many rows."""

    source: str
    rows: int
    columns: tuple[Surveyed, ...]
