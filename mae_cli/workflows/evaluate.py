"""Evaluate: metrics of a model on data, beside another model's if there is one.

Of a model of several quantiles: the loss and the coverage of each, and the coverage of its prediction interval.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import nan

from mae_cli.errors import DataError, Fault, ModelError, Place, SettingsError
from mae_cli.inference.distributions import normal_quantile
from mae_cli.model.files import AnyModel
from mae_cli.model.model import Model
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.results.evaluation import EvaluationReport, EvaluationRows, IntervalScore, QuantileEvaluation
from mae_cli.results.gates import Rival
from mae_cli.results.notes import LimitedMae, MixedQuantiles, Note
from mae_cli.results.scores import Outside, Scores
from mae_cli.rows.blocks import Rows
from mae_cli.rows.schema import Schema
from mae_cli.tables.columns import require_columns
from mae_cli.tables.csv.files import Records
from mae_cli.tables.load import LoadedRows, load_for_model, place_for
from mae_cli.tables.read import Data, ReadOptions
from mae_cli.workflows.against import JointRows, NamedModel, chance_notes, compared, compared_quantiles, joint_columns
from mae_cli.workflows.calibrate import coverage_of
from mae_cli.workflows.gates import MEDIAN, GateSettings, judge, judge_quantiles, without_rows
from mae_cli.workflows.scored_rows import (
    TrainingRanges,
    apart_of,
    evaluation_notes,
    evaluation_rows,
    scorable_rows,
)
from mae_cli.workflows.scoring import score
from mae_cli.workflows.worst_rows import worst_quantile_rows, worst_rows

_CONFIDENCE = 0.95
# Where the rows went of which none is complete, as shares.
_ALL_DROPPED = EvaluationRows(read=1, used=0, dropped=1, unseen=0)


@dataclass(frozen=True)
class EvaluationSettings:
    """How to evaluate.

    Attributes:
        skip_unseen: whether rows with a level never seen in training are left out; else they are refused.
        stream: whether to keep the rows in a scratch file; None to decide by their size.
        gates: the conditions to hold the model and the data to.
        worst: how many of the rows that the model is farthest from to list.
        show: the columns whose cells to list with them.

    Raises:
        SettingsError: a number is out of range.
    """

    skip_unseen: bool = False
    stream: bool | None = None
    gates: GateSettings = field(default_factory=GateSettings)
    worst: int = 0
    show: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.worst < 0:
            what = f"the number of worst rows must not be negative, but is {self.worst}"
            raise SettingsError(Fault("worst-out-of-range", what))
        if self.show and not self.worst:
            what, remedy = "columns are shown beside the worst rows", "add --worst with their number"
            raise SettingsError(Fault("show-without-worst", what, remedy=remedy))


def evaluate(
    subject: NamedModel[Model],
    files: Data,
    settings: EvaluationSettings = EvaluationSettings(),
    rival: NamedModel[Model] | None = None,
    listener: ProgressListener = NO_PROGRESS,
) -> EvaluationReport:
    """Score a model on the complete rows of a table; the model's weights are honoured when the table has them.

    With a rival both are scored on the same rows: those that both can score.

    Raises:
        DataError: the data cannot be read, do not fit the models, hold a level never seen in training
            (unless they are skipped), or leave no row to score.
        ModelError: the models predict different columns.
    """
    joint = joint_columns(subject, rival, files)
    require_columns(dict.fromkeys(settings.show, ""), files.header, files.name)
    with _loaded(subject.model, joint, files, settings, listener) as loaded:
        return _report(subject, rival, joint, loaded, settings)


@contextmanager
def _loaded(
    model: AnyModel, joint: Schema, files: Data, settings: EvaluationSettings, listener: ProgressListener
) -> Iterator[LoadedRows]:
    """The rows to score, in the joint columns, with the target and the weights of the model."""
    with place_for(files, len(joint.features) + 1, stream=settings.stream) as collect:
        options = ReadOptions(collect, skip_unseen=settings.skip_unseen, listener=listener)
        try:
            loaded = load_for_model(files, joint, apart_of(model), options)
        except DataError as error:
            if error.fault.code != "no-complete-row":
                raise
            raise without_rows(error, settings.gates, _ALL_DROPPED) from None
        listener.scoring()
        yield loaded


def _report(
    subject: NamedModel[Model],
    rival: NamedModel[Model] | None,
    joint: Schema,
    loaded: LoadedRows,
    settings: EvaluationSettings,
) -> EvaluationReport:
    """The metrics of the model, and of its rival, on rows with the columns of both."""
    model, files, data = subject.model, loaded.files, JointRows(joint, _scorable(loaded, settings.gates), loaded.files)
    rows = data.of(model.schema)
    scores = _score(rows, model, files)
    against = None if rival is None else compared(model, rival, data)
    outside = TrainingRanges.of(model.schema).outside(rows)
    counts = evaluation_rows(loaded)
    return EvaluationReport(
        model=subject.name,
        source=files.name,
        target=model.target,
        loss=model.loss,
        quantile=model.quantile,
        weight=model.weight if model.weight in files.header.names else None,
        rows=counts,
        scores=scores,
        notes=tuple(_notes(model, loaded, outside, settings.gates.max_mae, against)),
        outside=outside,
        worst=worst_rows(rows, model.point, settings.worst, files, settings.show) if settings.worst else None,
        rival=against,
        gates=judge(settings.gates, scores, counts, against),
        target_unit=model.written.target.unit,
    )


def _scorable(loaded: LoadedRows, gates: GateSettings) -> Rows:
    """The rows that were loaded, where there is something to score.

    Raises:
        DataError: there is nothing.
    """
    try:
        return scorable_rows(loaded)
    except DataError as error:
        raise without_rows(error, gates, evaluation_rows(loaded)) from None


def _score(rows: Rows, model: Model, files: Records) -> Scores:
    return score(rows, model.point, model.trivial_prediction, model.quantile, files.place)


def _notes(
    model: Model, loaded: LoadedRows, outside: Outside | None, max_mae: float | None, rival: Rival | None
) -> Iterator[Note]:
    yield from evaluation_notes(loaded, outside)
    if rival is not None:
        yield from chance_notes(rival, loaded.rows.shape[0])
        if rival.quantile != model.quantile:
            yield MixedQuantiles(model.quantile, rival.quantile)
    if max_mae is not None and model.quantile != MEDIAN:
        yield LimitedMae(model.quantile)


def evaluate_quantiles(
    subject: NamedModel[QuantileModel],
    files: Data,
    settings: EvaluationSettings,
    rival: NamedModel[QuantileModel] | None = None,
    listener: ProgressListener = NO_PROGRESS,
) -> QuantileEvaluation:
    """Score every quantile of a model on the complete rows of a table.

    With a rival both are scored on the same rows, quantile by quantile.

    Raises:
        SettingsError: a limit is set to a coverage or an MAE, and the model has no prediction interval or no median.
        DataError: the data cannot be read, do not fit the models, hold a level never seen in training (unless they are
            skipped), or leave no row to score.
        ModelError: the models predict different columns, or other quantiles.
    """
    _require_gates(subject, settings.gates)
    if rival is not None:
        _require_same_quantiles(subject, rival)
    require_columns(dict.fromkeys(settings.show, ""), files.header, files.name)
    joint = joint_columns(subject, rival, files)
    with _loaded(subject.model, joint, files, settings, listener) as loaded:
        return _quantile_report(subject, rival, joint, loaded, settings)


def _require_gates(subject: NamedModel[QuantileModel], gates: GateSettings) -> None:
    """Refuse a limit to what the model does not have."""
    place = Place(subject.name)
    if gates.coverage is not None and subject.model.calibration is None:
        what = f"{subject.name} has no prediction interval whose coverage could be checked"
        remedy = "train it with --predict-interval"
        raise SettingsError(Fault("no-prediction-interval", what, place, remedy=remedy))
    if gates.max_mae is not None and MEDIAN not in subject.model.quantiles:
        what = f"{subject.name} does not predict the median, of which the MAE is the loss"
        raise SettingsError(Fault("no-median", what, place, remedy="use --max-pinball"))


def _require_same_quantiles(subject: NamedModel[QuantileModel], rival: NamedModel[QuantileModel]) -> None:
    if rival.model.quantiles != subject.model.quantiles:
        own, others = (", ".join(f"{each:g}" for each in one.model.quantiles) for one in (subject, rival))
        what = f"{rival.name} predicts the quantiles {others}, but {subject.name} predicts {own}"
        remedy = "compare models of the same quantiles"
        raise ModelError(Fault("quantiles-differ", what, Place(rival.name), remedy=remedy))


def _quantile_report(
    subject: NamedModel[QuantileModel],
    rival: NamedModel[QuantileModel] | None,
    joint: Schema,
    loaded: LoadedRows,
    settings: EvaluationSettings,
) -> QuantileEvaluation:
    """The scores of every quantile, and of those of the rival, on rows with the columns of both."""
    model, files, data = subject.model, loaded.files, JointRows(joint, _scorable(loaded, settings.gates), loaded.files)
    rows = data.of(model.schema)
    scores = {each.quantile: _score(rows, each, files) for each in model.models}
    rivals = None if rival is None else compared_quantiles(model, rival, data)
    outside = TrainingRanges.of(model.schema).outside(rows)
    interval = None if model.calibration is None else _interval_score(model, rows, model.calibration.coverage)
    counts = evaluation_rows(loaded)
    share = nan if interval is None else interval.share
    return QuantileEvaluation(
        model=subject.name,
        source=files.name,
        target=model.target,
        weight=model.weight if model.weight in files.header.names else None,
        quantiles=model.quantiles,
        rows=counts,
        scores=tuple(scores.values()),
        interval=interval,
        rivals=rivals,
        gates=judge_quantiles(settings.gates, scores, counts, share, rivals or ()),
        notes=tuple(_quantile_notes(loaded, outside, rivals or ())),
        outside=outside,
        worst=worst_quantile_rows(rows, model, settings.worst, files, settings.show) if settings.worst else None,
        target_unit=model.written.target.unit,
    )


def _quantile_notes(loaded: LoadedRows, outside: Outside | None, rivals: Sequence[Rival]) -> Iterator[Note]:
    yield from evaluation_notes(loaded, outside)
    if rivals:
        yield from chance_notes(rivals[0], loaded.rows.shape[0])


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
