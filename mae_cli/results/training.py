"""What training returns: fits with their scores and coefficients, of one loss or quantile, or of several."""

from dataclasses import dataclass

from mae_cli.inference.values import Importance, Interval, Intervals, OptimalRange, SlopesTest, Unavailable
from mae_cli.results.notes import FitNote, Note
from mae_cli.results.scores import Difference, PlacedRow, Scores
from mae_cli.rows.schema import DesignColumn
from mae_cli.solvers.solution import ROUNDED_GAP, Certificate, History, Status
from mae_cli.tables.columns import LeftOut

# Few rows decide between two fits where they make up this share of the pull.
_DECISIVE = 0.25


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
        optimal_range: which values it can have at the same loss; None where it is not said that others do as well.
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
    optimal_range: OptimalRange | None = None
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
        optimum: the smallest loss possible, found by the exact solver, 0.0 where that is rounding; None where the
            fit itself is its measure.
        notes: what a user should know of it.
        intercept_range: the values that the intercept can have at the same loss, as the effects have theirs.
        schedule: how the steps of the textbook solver shrink; None of the exact one.
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
    notes: tuple[FitNote, ...] = ()
    intercept_range: OptimalRange | None = None
    schedule: str | None = None

    @property
    def is_optimal(self) -> bool:
        """Whether the fit itself proves that no linear model on these columns is better."""
        return self.certificate.status is Status.OPTIMAL

    @property
    def minimum(self) -> float | None:
        """The smallest loss that is possible, 0 for one that is rounding; None where only a lower bound is known."""
        if not self.is_optimal:
            return self.optimum
        return 0.0 if self.certificate.relative_gap is None else self.certificate.loss

    @property
    def reaches_optimum(self) -> bool:
        """Whether the loss is the optimum that the exact solver found, but for rounding."""
        return self.optimum is not None and self.certificate.loss - self.optimum <= ROUNDED_GAP * self.optimum

    @property
    def course(self) -> tuple[float, ...]:
        """The losses from the start on; the textbook's history ends with the best epoch once more."""
        return self.history.loss[:-1] if self.solver == "textbook" else self.history.loss

    @property
    def course_steps(self) -> tuple[int, ...]:
        """The epoch of each loss of the course; of the exact solver the pass over the rows that made it known."""
        return tuple(range(len(self.course))) if self.solver == "textbook" else self.history.at_pass

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
class FarRow(PlacedRow):
    """A row that pulls the two fits apart, and lies so many standard deviations from the mean of a column."""

    column: str
    deviations: float


@dataclass(frozen=True)
class Unproved:
    """A fit did not reach its optimum, so that the two cannot be compared.

    Attributes:
        solver: of both, "auto" or "textbook".
    """

    solver: str


@dataclass(frozen=True)
class BothPerfect:
    """Both losses can be brought to zero, so that nothing tells the two fits apart."""


@dataclass(frozen=True)
class Agreement:
    """The two fits are the same up to rounding."""


@dataclass(frozen=True)
class Disagreement:
    """The two fits differ, by however little.

    Attributes:
        gap: the mean difference of their predictions, as a share of the MAE.
        rows: that were fitted.
        few: one in a hundred of them: those that pull the fits apart most.
        pull: the share of these few in what pulls the two apart.
        quantile: of the fit beside that of least squares, 0.5 for the MAE.
        holdout: how much larger the MAE of least squares is on the rows held out; None without, and of other quantiles.
    """

    gap: float
    rows: int
    few: int
    pull: float
    quantile: float
    holdout: Difference | None

    @property
    def few_decide(self) -> bool:
        """Whether few rows make up so much of the pull; of smooth noise, skewed or not, they make up less."""
        return self.pull >= _DECISIVE


Verdict = Unproved | BothPerfect | Agreement | Disagreement
"""What the difference between two fits says about the data."""


@dataclass(frozen=True)
class Comparison:
    """The same rows fitted with the other loss.

    Attributes:
        other: the other fit.
        contested: the rows that pull the two fits apart, strongest first.
        verdict: what the difference says about this data.
        far: that of the contested rows with the most leverage; None where none lies far from the others.
    """

    other: FitReport
    contested: tuple[ContestedRow, ...]
    verdict: Verdict
    far: FarRow | None = None


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
        notes: what a user should know of the rows.
        model: where the model was written; None when it was not.
        seconds: wall time.
        columns_left_out: the columns that cannot serve, and that nobody named.
        target_unit: of a target of dates (days since 1970-01-01) or times of day (hours); None for other numbers.
    """

    source: str
    target: str
    weight: str | None
    rows: TrainingRows
    fit: FitReport
    comparison: Comparison | None
    notes: tuple[Note, ...]
    model: str | None
    seconds: Seconds
    columns_left_out: tuple[LeftOut, ...] = ()
    target_unit: str | None = None

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
        coverage_range: between which the share of new rows in it lies for 9 of 10 calibrations on as many rows; up to 1
            where targets tie.
        holdout: the share of the rows held out that lie in it; None without a holdout.
        source: name of the data that they are from; None where they were kept aside from those of training.
    """

    coverage: float
    margin: float
    rows: int
    width: float
    coverage_range: tuple[float, float]
    holdout: float | None
    source: str | None = None


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
        slopes: the test of equal slopes, or why there is none.
        crossing: training rows in which the lines of two quantiles cross.
        calibrated: the prediction interval, when asked for.
        notes: what a user should know of the rows.
        columns_left_out: those that cannot serve, and that nobody named.
        model: where the model was written; None when it was not.
        seconds: wall time.
        target_unit: of a target of dates (days since 1970-01-01) or times of day (hours); None for other numbers.
        calibration_notes: what a user should know of the rows of a file for calibration.
    """

    source: str
    target: str
    weight: str | None
    rows: TrainingRows
    fits: tuple[FitReport, ...]
    squared: FitReport | None
    slopes: SlopesTest | Unavailable
    crossing: int
    calibrated: Calibrated | None
    notes: tuple[Note, ...]
    columns_left_out: tuple[LeftOut, ...]
    model: str | None
    seconds: Seconds
    target_unit: str | None = None
    calibration_notes: tuple[Note, ...] = ()

    @property
    def quantiles(self) -> tuple[float, ...]:
        """τ of each fit."""
        return tuple(fit.quantile for fit in self.fits)
