"""Evaluate a model of several quantiles: the loss and the coverage of each, and of its prediction interval."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import nan

from mae_cli.errors import DataError, SettingsError
from mae_cli.inference.distributions import normal_quantile
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.results.evaluation import EvaluationRows, IntervalScore, QuantileEvaluation
from mae_cli.results.scores import Outside
from mae_cli.rows.blocks import Rows, TransformedRows
from mae_cli.rows.coding import Coding, Layout
from mae_cli.tables.load import LoadedRows, load_for_model
from mae_cli.tables.read import Data, ReadOptions
from mae_cli.tables.storage import place_for
from mae_cli.workflows.calibrate import coverage_of
from mae_cli.workflows.checks import TrainingRanges, outside_note, unseen_note
from mae_cli.workflows.gates import GateSettings, judge_rows
from mae_cli.workflows.scoring import scorable, score

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class QuantileEvaluationSettings:
    """How to evaluate a model of several quantiles.

    Attributes:
        skip_unseen: leave out rows with a level never seen in training instead of refusing them.
        stream: whether rows are kept on a scratch file; None to decide by their number.
        gates: conditions on the rows and on what the prediction interval covers; those on a loss are for models of one
            quantile.
    """

    skip_unseen: bool = False
    stream: bool | None = None
    gates: GateSettings = field(default_factory=GateSettings)


def evaluate_quantiles(
    model: QuantileModel, name: str, files: Data, settings: QuantileEvaluationSettings
) -> QuantileEvaluation:
    """Score every quantile of a model on the complete rows of a table.

    Raises:
        SettingsError: a coverage is asked for, and the model has no prediction interval.
        DataError: the data cannot be read, do not fit the model, hold a level never seen in training (unless they are
            skipped), or leave no row to score.
    """
    if settings.gates.coverage is not None and model.calibration is None:
        raise SettingsError(
            f"{name} has no prediction interval whose coverage could be checked; train it with --predict-interval"
        )
    with place_for(files, len(model.schema.features) + 1, stream=settings.stream) as collect:
        options = ReadOptions(collect, skip_unseen=settings.skip_unseen)
        loaded = load_for_model(files, model.schema, model.target, model.weight, options)
        usable = scorable(loaded.rows)
        if usable is None:
            raise DataError(
                f"{files.name}: no row can be scored; every one has a level never seen in training, or weight 0"
            )
        rows = TransformedRows(usable, Coding.of(model.schema, Layout.of(model.schema)).known)
        scores = tuple(
            score(rows, each.point, each.trivial_prediction, each.quantile, loaded.files.place) for each in model.models
        )
        outside = TrainingRanges.of(model.schema).outside(rows)
        interval = None if model.calibration is None else _interval_score(model, rows, model.calibration.coverage)
        counts = EvaluationRows(loaded.rows_read, loaded.rows.shape[0], loaded.rows_dropped, loaded.rows_unseen)
        return QuantileEvaluation(
            model=name,
            source=files.name,
            target=model.target,
            weight=model.weight if model.weight in files.header.names else None,
            quantiles=model.quantiles,
            rows=counts,
            scores=scores,
            interval=interval,
            gates=tuple(judge_rows(settings.gates, counts, nan if interval is None else interval.share)),
            notes=tuple(_notes(loaded, outside)),
            outside=outside,
        )


def _notes(loaded: LoadedRows, outside: Outside | None) -> Iterator[str]:
    yield from loaded.notes
    if loaded.rows_unseen:
        yield unseen_note(loaded.rows_unseen)
    if outside is not None:
        yield outside_note(outside)


def _interval_score(model: QuantileModel, rows: Rows, coverage: float) -> IntervalScore:
    found, count = coverage_of(model, rows), rows.shape[0]
    low, high = wilson(found.share, count)
    return IntervalScore(coverage, found.share, low, high, found.width)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Between which the share lies of which that of so many rows is a sample, with 95 % confidence (Wilson, 1927)."""
    deviation = normal_quantile(0.5 + _CONFIDENCE / 2)
    square = deviation**2 / count
    middle = (share + square / 2) / (1 + square)
    half = deviation / (1 + square) * (share * (1 - share) / count + square / (4 * count)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)
