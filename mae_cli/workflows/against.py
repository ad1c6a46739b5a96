"""Two models on the same rows: what they must have in common, and how far their losses are apart."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from mae_cli.errors import Fault, ModelError, Place
from mae_cli.losses import Absolute, Pinball
from mae_cli.messages import counted, quoted
from mae_cli.model.model import Model
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.results.gates import Rival
from mae_cli.rows.blocks import Rows
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.schema import Schema, joint_schema
from mae_cli.tables.columns import require_columns
from mae_cli.tables.csv.files import Records
from mae_cli.tables.read import Data
from mae_cli.workflows.paired import Predictor, paired_difference
from mae_cli.workflows.scored_rows import rows_of
from mae_cli.workflows.scoring import score

# Resamples of fewer rows say little about the rows that might have come instead.
_FEW_ROWS = 30

AModel = TypeVar("AModel", Model, QuantileModel)


@dataclass(frozen=True)
class NamedModel(Generic[AModel]):
    """A model and what messages call it."""

    model: AModel
    name: str


def joint_columns(subject: NamedModel[AModel], rival: NamedModel[AModel] | None, files: Data) -> Schema:
    """The columns of the model, and of its rival, which the data must have.

    Raises:
        DataError: the data lack one.
        ModelError: the models predict different columns, or read one in different ways.
    """
    model = subject.model
    if rival is None:
        return joint_schema([model.schema])
    if rival.model.target != model.target:
        raise ModelError(_different_targets(subject, rival))
    joint = joint_schema([model.schema, rival.model.schema])
    _require_same_writing(subject, rival)
    own = [name for name in rival.model.schema.names if name not in model.schema.names]
    part = f"a feature of the other model, {rival.name}"
    require_columns(dict.fromkeys(own, part), files.header, files.name)
    return joint


def _different_targets(subject: NamedModel[AModel], rival: NamedModel[AModel]) -> Fault:
    own, other = subject.model.target, rival.model.target
    return Fault(
        "targets-differ",
        f"{rival.name} predicts {quoted(other)}, but {subject.name} predicts {quoted(own)}",
        Place(rival.name, column=other),
        remedy="compare models of one target",
    )


def _require_same_writing(subject: NamedModel[AModel], rival: NamedModel[AModel]) -> None:
    """Refuse models that read the numbers of a column in different ways."""
    writings = {column.name: column.writing for column in subject.model.schema.numeric}
    for column in rival.model.schema.numeric:
        if writings.get(column.name, column.writing) != column.writing:
            what = (
                f"{rival.name} and {subject.name} were trained on column {quoted(column.name)} written in different "
                "ways, so no data suit both"
            )
            place = Place(rival.name, column=column.name)
            raise ModelError(Fault("notations-differ", what, place, remedy="evaluate them one by one"))


def compared(model: Model, rival: NamedModel[Model], joint: Schema, rows: Rows, files: Records) -> Rival:
    """The rival's metrics, by the baseline and at the quantile of the model, and the difference."""
    other = rival.model
    scores = score(
        rows_of(other.schema, joint, rows), other.point, model.trivial_prediction, model.quantile, files.place
    )
    layout = Layout.of(joint)
    first, second = (Predictor(Coding.of(each.schema, layout), each.point) for each in (model, other))
    same_quantile = model.quantile == other.quantile != 0.5
    difference = paired_difference(rows, first, second, Pinball(model.quantile) if same_quantile else Absolute())
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


def chance_note(rival: Rival, count: int) -> str | None:
    """What few rows make of the interval of the difference; None where there are enough."""
    if count >= _FEW_ROWS:
        return None
    if rival.interval is None:
        return "one row with weight is too little for an interval"
    return f"{counted(count, 'row')} are few for an interval of the difference; it is rough"
