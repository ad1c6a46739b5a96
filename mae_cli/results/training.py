"""What a training run found out, as values; `mae_cli.report` turns them into text and JSON."""

from dataclasses import dataclass

from mae_cli.results.placed_row import PlacedRow
from mae_cli.results.scores import Scores
from mae_cli.solvers.solution import Certificate, History


@dataclass(frozen=True)
class TrainingRows:
    """Where the rows of the file went: read = used + dropped + holdout.

    Attributes:
        read: records in the file.
        used: rows that were fitted.
        dropped: rows with a missing cell in a used column.
        holdout: rows kept aside.
        unseen: rows among the holdout whose level was never seen in training; they are not scored.
        zero_weight: rows among the used whose weight is 0.
    """

    read: int
    used: int
    dropped: int
    holdout: int
    unseen: int
    zero_weight: int


@dataclass(frozen=True)
class Effect:
    """One coefficient in the user's units.

    Attributes:
        column: the column's name.
        level: the level of a categorical column; None for a number.
        value: the coefficient: change of the prediction for one unit (for the level instead of the baseline).
        per_deviation: value × the standard deviation of the design column in training: the usual size of its effect.
        baseline: for a level, the level that it is measured from.
        aliased: left out because it depends on the columns before it (value 0).
    """

    column: str
    level: str | None
    value: float
    per_deviation: float
    baseline: str | None
    aliased: bool


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

    @property
    def columns(self) -> int:
        """How many coefficients the fit whose model is written has, the intercept included."""
        return self.fit.columns
