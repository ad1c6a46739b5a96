"""Evaluate: metrics of a model on data, beside another model's if there is one."""

from dataclasses import dataclass, field

from mae_cli.errors import DataError, ModelError, SettingsError
from mae_cli.losses import Absolute, Pinball
from mae_cli.messages import counted, quoted
from mae_cli.model.model import Model
from mae_cli.results.evaluation import EvaluationReport, EvaluationRows
from mae_cli.results.gates import Rival
from mae_cli.results.scores import Outside
from mae_cli.rows.blocks import Rows, TransformedRows
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.schema import Schema, joint_schema
from mae_cli.tables.columns import require_columns
from mae_cli.tables.csv.files import Records
from mae_cli.tables.load import LoadedRows, load_for_model
from mae_cli.tables.read import Data, ReadOptions
from mae_cli.tables.storage import place_for
from mae_cli.workflows.checks import TrainingRanges, outside_note, unseen_note, worst_rows
from mae_cli.workflows.gates import GateSettings, judge
from mae_cli.workflows.paired import Predictor, paired_difference
from mae_cli.workflows.scoring import scorable, score

# Resamples of fewer rows say little about the rows that might have come instead.
_FEW_ROWS = 30


@dataclass(frozen=True)
class EvaluationSettings:
    """How to evaluate.

    Attributes:
        skip_unseen: whether rows with a level never seen in training are left out; else they are refused.
        stream: whether to keep the rows in a scratch file; None to decide by their size.
        gates: the conditions to hold the model and the data to.
        worst: how many of the rows with the largest residuals to list.
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
            raise SettingsError(f"the number of worst rows must not be negative, but is {self.worst}")
        if self.show and not self.worst:
            raise SettingsError("columns are shown beside the worst rows; say with --worst how many of these")


@dataclass(frozen=True)
class NamedModel:
    """A model and what messages call it."""

    model: Model
    name: str


def evaluate(
    subject: NamedModel,
    files: Data,
    settings: EvaluationSettings = EvaluationSettings(),
    rival: NamedModel | None = None,
) -> EvaluationReport:
    """Score a model on the complete rows of a table; the model's weights are honoured when the table has them.

    With a rival both are scored on the same rows: those that both can score.

    Raises:
        DataError: the data cannot be read, do not fit the models, hold a level never seen in training
            (unless they are skipped), or leave no row to score.
        ModelError: the models predict different columns.
    """
    model = subject.model
    if rival is not None and rival.model.target != model.target:
        raise ModelError(
            f"{rival.name} predicts {quoted(rival.model.target)}, but {subject.name} predicts {quoted(model.target)}; "
            "only models of one target can be compared"
        )
    joint = joint_schema([model.schema] if rival is None else [model.schema, rival.model.schema])
    if rival is not None:
        _require_same_writing(subject, rival)
        own = [name for name in rival.model.schema.names if name not in model.schema.names]
        part = f"a feature of the other model, {rival.name}"
        require_columns(dict.fromkeys(own, part), files.header, files.name)
    require_columns(dict.fromkeys(settings.show, ""), files.header, files.name)
    with place_for(files, len(joint.features) + 1, stream=settings.stream) as collect:
        options = ReadOptions(collect, skip_unseen=settings.skip_unseen)
        loaded = load_for_model(files, joint, model.target, model.weight, options)
        return _report(subject, rival, joint, loaded, settings)


def _require_same_writing(subject: NamedModel, rival: NamedModel) -> None:
    """Refuse models that read the numbers of a column in different ways."""
    writings = {column.name: column.writing for column in subject.model.schema.numeric}
    for column in rival.model.schema.numeric:
        if writings.get(column.name, column.writing) != column.writing:
            raise ModelError(
                f"{rival.name} and {subject.name} were trained on column {quoted(column.name)} written in different "
                "ways, so no data suit both; evaluate them one by one"
            )


def _report(
    subject: NamedModel, rival: NamedModel | None, joint: Schema, loaded: LoadedRows, settings: EvaluationSettings
) -> EvaluationReport:
    """The metrics of the model, and of its rival, on rows with the columns of both."""
    model, files, all_rows = subject.model, loaded.files, _scorable(loaded)
    rows, point = _rows_of(model, joint, all_rows), model.point
    scores = score(rows, point, model.trivial_prediction, model.quantile, files.place)
    compared = None if rival is None else _rival(model, rival, joint, all_rows, files)
    outside = TrainingRanges.of(model.schema).outside(rows)
    counts = EvaluationRows(loaded.rows_read, loaded.rows.shape[0], loaded.rows_dropped, loaded.rows_unseen)
    return EvaluationReport(
        model=subject.name,
        source=files.name,
        target=model.target,
        loss=model.loss,
        quantile=model.quantile,
        weight=model.weight if model.weight in files.header.names else None,
        rows=counts,
        scores=scores,
        notes=tuple(_notes(model, loaded, outside, settings.gates.max_mae, compared)),
        outside=outside,
        worst=worst_rows(rows, point, settings.worst, files, settings.show) if settings.worst else None,
        rival=compared,
        gates=judge(settings.gates, scores, counts, compared),
    )


def _scorable(loaded: LoadedRows) -> Rows:
    rows = scorable(loaded.rows)
    if rows is None:
        raise DataError(
            f"{loaded.files.name}: no row can be scored; every one has a level never seen in training, or weight 0"
        )
    return rows


def _rows_of(model: Model, joint: Schema, rows: Rows) -> Rows:
    return TransformedRows(rows, Coding.of(model.schema, Layout.of(joint)).known)


def _rival(model: Model, rival: NamedModel, joint: Schema, all_rows: Rows, files: Records) -> Rival:
    """The rival's metrics, by the baseline and at the quantile of the model, and the difference."""
    other = rival.model
    rows = _rows_of(other, joint, all_rows)
    scores = score(rows, other.point, model.trivial_prediction, model.quantile, files.place)
    layout = Layout.of(joint)
    first, second = (Predictor(Coding.of(each.schema, layout), each.point) for each in (model, other))
    same_quantile = model.quantile == other.quantile != 0.5
    loss = Pinball(model.quantile) if same_quantile else Absolute()
    difference = paired_difference(all_rows, first, second, loss)
    return Rival(
        model=rival.name,
        loss=other.loss,
        quantile=other.quantile,
        metrics=scores.model,
        difference=difference.value,
        interval=difference.interval,
        measure="pinball" if same_quantile else "mae",
        coverage=None if scores.coverage is None else scores.coverage[0],
    )


def _notes(
    model: Model, loaded: LoadedRows, outside: Outside | None, max_mae: float | None, rival: Rival | None
) -> list[str]:
    notes = list(loaded.notes)
    if loaded.rows_unseen:
        notes.append(unseen_note(loaded.rows_unseen))
    if outside is not None:
        notes.append(outside_note(outside))
    count = loaded.rows.shape[0]
    if rival is not None and count < _FEW_ROWS:
        rough = f"{counted(count, 'row')} are few for an interval of the difference; it is rough"
        notes.append("one row with weight is too little for an interval" if rival.interval is None else rough)
    if rival is not None and model.quantile != rival.quantile:
        notes.append(
            f"the models were fitted to the quantiles {model.quantile!r} and {rival.quantile!r}, but are compared by "
            "the MAE, which is made for the median 0.5"
        )
    if max_mae is not None and model.quantile != 0.5:
        notes.append(
            f"the model was fitted to the quantile {model.quantile:g}, but --max-mae limits the MAE, which is made for "
            "the median 0.5"
        )
    return notes
