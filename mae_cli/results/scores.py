"""The metrics of a model beside those of its baseline."""

from dataclasses import dataclass

from mae_cli.metrics import Metrics


@dataclass(frozen=True)
class Scores:
    """Metrics of the model beside those of the trivial baseline (median for MAE, mean for MSE, τ-quantile).

    Attributes:
        model, baseline: the metrics.
        coverage: for each of the two the share of the targets at or below the prediction, by weight.
    """

    model: Metrics
    baseline: Metrics
    coverage: tuple[float, float] | None = None
