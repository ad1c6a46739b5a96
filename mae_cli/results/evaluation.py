"""What the evaluation of a model returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mae_cli.results.gates import Gate, Rival
from mae_cli.results.notes import Note
from mae_cli.results.scores import Outside, PlacedRow, Scores


@dataclass(frozen=True)
class EvaluationRows:
    """read = used + dropped + unseen."""

    read: int
    used: int
    dropped: int
    unseen: int


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
class WorstQuantileRow(PlacedRow):
    """A row that a model of several quantiles is far from.

    Attributes:
        target: the observed value.
        predictions: at each quantile, sorted.
        interval: the prediction interval; None where the model has none.
        pinball: the sum of the pinball losses of the predictions.
        shown: the cells of the columns that shall be seen beside it, by the names of these.
    """

    target: float
    predictions: tuple[float, ...]
    interval: tuple[float, float] | None
    pinball: float
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def outside(self) -> float | None:
        """How far the target lies above the prediction interval, or below it (then negative); None without one."""
        if self.interval is None:
            return None
        low, high = self.interval
        return max(self.target - high, 0.0) + min(self.target - low, 0.0)


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
        notes: what a user should know.
        outside: the rows with a number outside of its range in training; None when there are none.
        worst: the rows with the largest residuals, when asked for.
        rival: the other model, when one was given.
        gates: the conditions that were set.
        target_unit: of a target of dates (days since 1970-01-01) or times of day (hours); None for other numbers.
    """

    model: str
    source: str
    target: str
    loss: str
    quantile: float
    weight: str | None
    rows: EvaluationRows
    scores: Scores
    notes: tuple[Note, ...]
    outside: Outside | None = None
    worst: tuple[WorstRow, ...] | None = None
    rival: Rival | None = None
    gates: tuple[Gate, ...] = ()
    target_unit: str | None = None


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
        outside: the rows with a number outside of its range in training; None when there are none.
        rivals: another model on the same rows, at each quantile; None without one.
        gates: the conditions that were asked for.
        notes: what a user should know.
        worst: the rows that the model is farthest from, when asked for.
        target_unit: of a target of dates (days since 1970-01-01) or times of day (hours); None for other numbers.
    """

    model: str
    source: str
    target: str
    weight: str | None
    quantiles: tuple[float, ...]
    rows: EvaluationRows
    scores: tuple[Scores, ...]
    interval: IntervalScore | None
    outside: Outside | None
    rivals: tuple[Rival, ...] | None
    gates: tuple[Gate, ...]
    notes: tuple[Note, ...]
    worst: tuple[WorstQuantileRow, ...] | None = None
    target_unit: str | None = None
