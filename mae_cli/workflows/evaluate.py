"""Evaluate: metrics of a model on data, beside another model's if there is one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mae_cli.errors import Fault, SettingsError
from mae_cli.model.model import Model
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.results.evaluation import EvaluationReport
from mae_cli.results.gates import Rival
from mae_cli.results.notes import LimitedMae, MixedQuantiles, Note
from mae_cli.results.scores import Outside
from mae_cli.rows.schema import Schema
from mae_cli.tables.columns import require_columns
from mae_cli.tables.load import LoadedRows, load_for_model, place_for
from mae_cli.tables.read import Data, ReadOptions
from mae_cli.workflows.against import JointRows, NamedModel, chance_notes, compared, joint_columns
from mae_cli.workflows.gates import MEDIAN, GateSettings, judge
from mae_cli.workflows.scored_rows import (
    TrainingRanges,
    apart_of,
    evaluation_notes,
    evaluation_rows,
    scorable_rows,
)
from mae_cli.workflows.scoring import score
from mae_cli.workflows.worst_rows import worst_rows


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
    model, joint = subject.model, joint_columns(subject, rival, files)
    require_columns(dict.fromkeys(settings.show, ""), files.header, files.name)
    with place_for(files, len(joint.features) + 1, stream=settings.stream) as collect:
        options = ReadOptions(collect, skip_unseen=settings.skip_unseen, listener=listener)
        loaded = load_for_model(files, joint, apart_of(model), options)
        listener.scoring()
        return _report(subject, rival, joint, loaded, settings)


def _report(
    subject: NamedModel[Model],
    rival: NamedModel[Model] | None,
    joint: Schema,
    loaded: LoadedRows,
    settings: EvaluationSettings,
) -> EvaluationReport:
    """The metrics of the model, and of its rival, on rows with the columns of both."""
    model, files, data = subject.model, loaded.files, JointRows(joint, scorable_rows(loaded), loaded.files)
    rows, point = data.of(model.schema), model.point
    scores = score(rows, point, model.trivial_prediction, model.quantile, files.place)
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
        worst=worst_rows(rows, point, settings.worst, files, settings.show) if settings.worst else None,
        rival=against,
        gates=judge(settings.gates, scores, counts, against),
        target_unit=model.written.target.unit,
    )


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
