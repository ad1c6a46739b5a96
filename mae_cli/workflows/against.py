"""Two models on the same rows: what they must have in common, and how far their losses are apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from mae_cli.errors import Fault, ModelError, Place
from mae_cli.losses import Absolute, Pinball
from mae_cli.messages import quoted
from mae_cli.model.model import Model
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.results.gates import Rival
from mae_cli.results.notes import FewRows, OneRow
from mae_cli.rows.blocks import Rows
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.schema import Schema, joint_schema
from mae_cli.tables.columns import require_columns
from mae_cli.tables.csv.files import Records
from mae_cli.tables.read import Data
from mae_cli.tables.writing import in_words
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


@dataclass(frozen=True, eq=False)
class JointRows:
    """Rows with the columns of two models.

    Attributes:
        schema: of these columns.
        rows: that both models can score.
        files: they came from.
    """

    schema: Schema
    rows: Rows
    files: Records

    def of(self, schema: Schema) -> Rows:
        """The rows as a model of this schema knows them."""
        return rows_of(schema, self.schema, self.rows)


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
    _require_same_measure(subject, rival)
    joint = joint_schema([model.schema, rival.model.schema])
    _require_same_writing(subject, rival)
    own = [name for name in rival.model.schema.sources if name not in model.schema.sources]
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


def _require_same_measure(subject: NamedModel[AModel], rival: NamedModel[AModel]) -> None:
    """Refuse models that predict numbers of different meanings; the data are read as the first one knows them."""
    name, own, other = subject.model.target, subject.model.written.target, rival.model.written.target
    if own.measure != other.measure:
        what = (
            f"{rival.name} predicts {quoted(name)} as {in_words(other)}, but {subject.name} predicts it as "
            f"{in_words(own)}"
        )
        place = Place(rival.name, column=name)
        raise ModelError(Fault("targets-differ", what, place, remedy="train both on a target that is written alike"))


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


def compared_quantiles(model: QuantileModel, rival: NamedModel[QuantileModel], data: JointRows) -> tuple[Rival, ...]:
    """The rival at each quantile, with p-values by Holm's correction."""
    pairs = list(zip(model.models, rival.model.models, strict=True))
    found = [compared(own, NamedModel(other, rival.name), data, comparisons=len(pairs)) for own, other in pairs]
    adjusted = holm([1.0 if each.p_value is None else each.p_value for each in found])
    return tuple(_adjusted(each, p_value, len(pairs)) for each, p_value in zip(found, adjusted, strict=True))


def _adjusted(rival: Rival, p_value: float, comparisons: int) -> Rival:
    """The rival with the p-value that is one of so many, and the least that these can have."""
    least = None if rival.least_p_value is None else min(1.0, comparisons * rival.least_p_value)
    return replace(rival, adjusted_p_value=p_value, least_p_value=least)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values that can each be held against one level, whatever they have to do with each other (Holm, 1979).

    The k-th smallest of m is (m − k + 1) times as large, and no smaller than those before it.
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * np.array(p_values)[order]))
    return [float(each) for each in adjusted]


def compared(model: Model, rival: NamedModel[Model], data: JointRows, comparisons: int = 1) -> Rival:
    """The rival's metrics, by the baseline and at the quantile of the model, and the difference: one of so many."""
    other = rival.model
    scores = score(data.of(other.schema), other.point, model.trivial_prediction, model.quantile, data.files.place)
    layout = Layout.of(data.schema)
    first, second = (Predictor(Coding.of(each.schema, layout), each.point) for each in (model, other))
    same_quantile = model.quantile == other.quantile != 0.5
    loss = Pinball(model.quantile) if same_quantile else Absolute()
    difference = paired_difference(data.rows, first, second, loss, comparisons)
    return Rival(
        model=rival.name,
        loss=other.loss,
        quantile=other.quantile,
        metrics=scores.model,
        difference=difference.value,
        interval=difference.interval,
        measure="pinball" if same_quantile else "mae",
        coverage=None if scores.coverage is None else scores.coverage[0],
        p_value=difference.p_value,
        least_p_value=difference.least_p_value,
    )


def chance_notes(rival: Rival, count: int) -> list[FewRows | OneRow]:
    """What few rows make of the interval of the difference; nothing where there are enough."""
    if count >= _FEW_ROWS:
        return []
    return [OneRow() if rival.interval is None else FewRows(count)]
