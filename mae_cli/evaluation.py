"""The use case "evaluate": metrics of a model on data."""

import numpy as np

from mae_cli.data.encoding import encode
from mae_cli.data.loading import ModelRows, load_for_model
from mae_cli.data.source import Source
from mae_cli.data.wording import quoted
from mae_cli.errors import DataError
from mae_cli.model import Model
from mae_cli.reports import EvaluationReport, EvaluationRows
from mae_cli.sample import encode_sample
from mae_cli.schema import Schema


def evaluate(model: Model, model_name: str, source: Source, *, skip_unseen: bool) -> EvaluationReport:
    """Score a model on the complete rows of a table; the model's weights are honoured when the table has them.

    Raises:
        DataError: the data cannot be read, do not fit the model, hold a level never seen in training
            (unless `skip_unseen`), or leave no row to score.
    """
    schema = model.schema
    loaded = load_for_model(source, schema, target=model.target, weight=model.weight)
    if not skip_unseen:
        _refuse_unseen(loaded, schema)
    sample, unseen = encode_sample(loaded, _target(loaded), schema, np.arange(len(loaded.records)))
    if sample.is_weightless:
        raise DataError(
            f"{source.name}: no row can be scored; every one has a level never seen in training, or weight 0"
        )
    with np.errstate(over="ignore"):  # the scores refuse what is not finite
        predicted = sample.design.product(model.coefficients) + model.intercept
    notes = list(loaded.notes)
    if unseen:
        notes.append(f"{unseen:,} row{'s' * (unseen > 1)} with a level never seen in training not scored")
    return EvaluationReport(
        model=model_name,
        source=source.name,
        target=model.target,
        loss=model.loss,
        quantile=model.quantile,
        weight=None if loaded.weights is None else model.weight,
        rows=EvaluationRows(loaded.rows_read, len(sample.target), loaded.rows_dropped, unseen),
        scores=sample.scores(predicted, model.trivial_prediction, model.quantile),
        notes=tuple(notes),
    )


def _target(loaded: ModelRows) -> np.ndarray:
    if loaded.target is None:
        raise ValueError("rows to be scored must be loaded with their target")
    return loaded.target


def _refuse_unseen(loaded: ModelRows, schema: Schema) -> None:
    """Refuse the first row that has a level never seen in training, naming column, level and line."""
    unseen = encode(schema, loaded.features).unseen
    if not unseen.any():
        return
    row = int(np.argmax(unseen))
    for feature in schema.categorical:
        level = str(loaded.features[feature.name].iloc[row])
        if level not in feature.levels:
            raise DataError(
                f"{loaded.place(row)}: column {quoted(feature.name)} has the level {quoted(level)}, which was never "
                "seen in training; skip such rows with --unseen skip, or train on data that has them"
            )
