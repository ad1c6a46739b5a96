"""What an evaluation found out, as values; `mae_cli.report` turns them into text and JSON."""

from dataclasses import dataclass
from typing import Literal

from mae_cli.metrics import Metrics
from mae_cli.results.placed_row import PlacedRow
from mae_cli.results.scores import Scores


@dataclass(frozen=True)
class EvaluationRows:
    """read = used + dropped + unseen."""

    read: int
    used: int
    dropped: int
    unseen: int


@dataclass(frozen=True)
class Outside:
    """Rows with a number outside of its range in training.

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
    """

    target: float
    prediction: float
    residual: float


@dataclass(frozen=True)
class Rival:
    """Another model on the same rows.

    Attributes:
        model: path of its file.
        loss: loss that it was fitted to.
        quantile: its quantile.
        metrics: its metrics, the pinball loss at the quantile of the model that is evaluated.
        difference: how much larger the mean loss of the model that is evaluated is.
        interval: the 95 % interval of the difference; None when fewer than two rows have weight.
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
    """A condition on an evaluation; it is passed when the value is above the limit by rounding at most.

    Attributes:
        name: of the option that asked for it, without dashes.
        passed: whether it is.
        value: what was found.
        limit: what was allowed.
        finding: both in words.
    """

    name: str
    passed: bool
    value: float
    limit: float
    finding: str


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
