"""Conditions that a pipeline holds a model and its data to, and what became of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan

from mae_cli.errors import DataError, Fault, SettingsError
from mae_cli.messages import no_share
from mae_cli.results.evaluation import EvaluationRows
from mae_cli.results.gates import UNLIKELY, Gate, Rival
from mae_cli.results.scores import Scores

# Sums that are made in another order differ in their last digits; being beyond by such a share breaks no limit.
_ROUNDING = 1e-12
# The quantile whose loss the MAE is.
MEDIAN = 0.5


@dataclass(frozen=True)
class GateSettings:
    """The limits of an evaluation; None for no such gate.

    Attributes:
        max_mae: the largest MAE that passes; of a model of several quantiles that of the median.
        max_pinball: the largest pinball loss; of several quantiles that of each.
        coverage: the least and the largest share of the targets at or below the prediction.
        min_rows: the least number of rows scored.
        max_missing: the largest share of the rows that are dropped for a missing cell.

    Raises:
        SettingsError: a limit is out of range.
    """

    max_mae: float | None = None
    max_pinball: float | None = None
    coverage: tuple[float, float] | None = None
    min_rows: int | None = None
    max_missing: float | None = None

    def __post_init__(self) -> None:
        for name, limit in (("MAE", self.max_mae), ("pinball loss", self.max_pinball)):
            if limit is not None and not (isfinite(limit) and limit >= 0):
                what = f"the largest {name} must be 0 or more, not {limit:g}"
                raise SettingsError(Fault("limit-out-of-range", what))
        if self.min_rows is not None and self.min_rows < 1:
            what = f"the least number of rows must be 1 or more, not {self.min_rows}"
            raise SettingsError(Fault("min-rows-out-of-range", what))
        if self.max_missing is not None:
            _require_share(
                "max-missing-out-of-range", "the largest share of rows with a missing cell", self.max_missing
            )
        for end in self.coverage or ():
            _require_share("coverage-out-of-range", "each end of the coverage", end)
        if self.coverage is not None and self.coverage[0] > self.coverage[1]:
            low, high = self.coverage
            what = f"the coverage must go from low to high, not from {low:g} to {high:g}"
            raise SettingsError(Fault("coverage-reversed", what))


def _require_share(code: str, name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise SettingsError(no_share(code, f"{name} must lie", value))


class GateError(DataError):
    """No row can be scored, and a condition on the rows is not met.

    Attributes:
        gates: those that are not.
    """

    exit_status = 4

    def __init__(self, fault: Fault, gates: Sequence[Gate]) -> None:
        super().__init__(fault)
        self.gates = tuple(gates)


def without_rows(error: DataError, settings: GateSettings, rows: EvaluationRows) -> DataError:
    """The error of rows of which none can be scored, as the failure of the conditions that they do not meet."""
    asked = replace(settings, coverage=None)
    failed = [gate for gate in _judged_rows(asked, rows, nan) if not gate.passed]
    return GateError(error.fault, failed) if failed else error


def judge(settings: GateSettings, scores: Scores, rows: EvaluationRows, rival: Rival | None) -> tuple[Gate, ...]:
    """Every gate that was asked for; a rival always is one."""
    return tuple(_judged(settings, scores, rows, rival))


def _judged(settings: GateSettings, scores: Scores, rows: EvaluationRows, rival: Rival | None) -> Iterator[Gate]:
    yield from _judged_mae(settings.max_mae, scores)
    yield from _judged_pinball(settings.max_pinball, scores)
    yield from _judged_rows(settings, rows, nan if scores.coverage is None else scores.coverage[0])
    if rival is not None:
        yield _rival_gate(rival)


def judge_quantiles(
    settings: GateSettings, scores: Mapping[float, Scores], rows: EvaluationRows, share: float, rivals: Sequence[Rival]
) -> tuple[Gate, ...]:
    """Every gate that was asked for, of a model of several quantiles.

    Args:
        settings: the limits.
        scores: of each quantile.
        rows: where the rows went.
        share: of the rows that the prediction interval covers.
        rivals: another model at each quantile; none without one.
    """
    gates: list[Gate] = []
    for quantile, each in scores.items():
        found = [*(_judged_mae(settings.max_mae, each) if quantile == MEDIAN else ())]
        found += _judged_pinball(settings.max_pinball, each)
        gates += [replace(gate, quantile=quantile) for gate in found]
    return (*gates, *_judged_rows(settings, rows, share), *map(_adjusted_gate, rivals))


def _judged_mae(limit: float | None, scores: Scores) -> Iterator[Gate]:
    if limit is not None:
        mae = scores.model.mae
        yield Gate("max-mae", _at_most(mae, limit), mae, limit)


def _judged_pinball(limit: float | None, scores: Scores) -> Iterator[Gate]:
    if limit is not None:
        loss = scores.model.pinball_loss
        yield Gate("max-pinball", _at_most(loss, limit), loss, limit)


def _judged_rows(settings: GateSettings, rows: EvaluationRows, share: float) -> Iterator[Gate]:
    """The gates that ask for no loss: how many rows there are, and what share of them is covered."""
    if settings.coverage is not None:
        low, high = settings.coverage
        yield Gate("coverage", _at_most(low, share) and _at_most(share, high), share, settings.coverage)
    if settings.min_rows is not None:
        yield Gate("min-rows", rows.used >= settings.min_rows, rows.used, settings.min_rows)
    if settings.max_missing is not None:
        missing = rows.dropped / rows.read
        yield Gate("max-missing", missing <= settings.max_missing, missing, settings.max_missing)


def _at_most(value: float, limit: float) -> bool:
    return value <= limit * (1 + _ROUNDING)


def _rival_gate(rival: Rival) -> Gate:
    """Passed unless the model is worse than the other one beyond chance: the whole interval lies above 0."""
    if rival.interval is None:
        return Gate("against", passed=True, value=rival.difference, limit=0.0, rival=rival)
    low, _ = rival.interval
    return Gate("against", low <= 0, low, 0.0, rival)


def _adjusted_gate(rival: Rival) -> Gate:
    """Passed unless the model is worse at this quantile beyond the chance that there is at one of all of them."""
    is_worse = rival.difference > 0 and not rival.is_within_chance
    return Gate("against", not is_worse, rival.adjusted_p_value or 1.0, UNLIKELY, rival, rival.quantile)
