"""Conditions that a pipeline holds a model and its data to, as they were met."""

from dataclasses import dataclass
from typing import Literal

from mae_cli.results.scores import Metrics

UNLIKELY = 0.05
"""A difference whose p-value is no larger is beyond chance."""


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
        p_value: of the difference, two-sided, from the same resamples; None where there is no interval.
        adjusted_p_value: the same by Holm's correction (1979) over all quantiles of two models; None of one quantile.
        least_p_value: the smallest (adjusted) p-value that the resamples can show, which stands for any below it.
    """

    model: str
    loss: str
    quantile: float
    metrics: Metrics
    difference: float
    interval: tuple[float, float] | None
    measure: Literal["mae", "pinball"] = "mae"
    coverage: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    least_p_value: float | None = None

    @property
    def is_within_chance(self) -> bool:
        """Whether the models may be as good as each other, by the interval or, of several quantiles, by Holm's test."""
        if self.adjusted_p_value is not None:
            return self.adjusted_p_value > UNLIKELY
        return self.interval is None or self.interval[0] <= 0 <= self.interval[1]

    @property
    def has_least_p_value(self) -> bool:
        """Whether the adjusted p-value is the smallest that the resamples can show, so that it may be any below."""
        adjusted, least = self.adjusted_p_value, self.least_p_value
        return adjusted is not None and least is not None and adjusted <= least

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
        rival: the model that was compared with; None but for against. The value then is the low end of the interval
            and the largest one allowed 0; of several quantiles it is the adjusted p-value, and a model that is worse
            needs one above the limit.
        quantile: of the loss that was limited, or compared; None for a model of one quantile.
    """

    name: Literal["max-mae", "max-pinball", "coverage", "min-rows", "max-missing", "against", "strict"]
    passed: bool
    value: float
    limit: float | tuple[float, float]
    rival: Rival | None = None
    quantile: float | None = None
