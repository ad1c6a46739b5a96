"""Several quantiles of one target as one model, and the interval between the outer two that covers new rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.messages import json_text
from mae_cli.model.model import SCHEMA, Model
from mae_cli.model.strict_json import Fields
from mae_cli.rows.design import Design
from mae_cli.rows.schema import ApartWritings, Schema
from mae_cli.tables.features import Features

_FIRST_VERSION = 2
"""Of the file that can have several models."""


@dataclass(frozen=True)
class Calibration:
    """How the interval between the outer two quantiles was made to cover new rows (Romano, Patterson, Candès, 2019).

    Attributes:
        coverage: the share of new rows that are to lie in it.
        margin: added above and below; negative where the quantiles alone are too wide.
        rows: kept aside for it.
    """

    coverage: float
    margin: float
    rows: int


@dataclass(frozen=True, eq=False)
class QuantileModel:
    """Fits of several quantiles of one target, on the same columns.

    Attributes:
        models: of each quantile, in their order.
        calibration: of the interval between the outer two; None without one.
    """

    models: tuple[Model, ...]
    calibration: Calibration | None = None

    @property
    def target(self) -> str:
        """The column it predicts."""
        return self.models[0].target

    @property
    def weight(self) -> str | None:
        """The column of weights in training, if any."""
        return self.models[0].weight

    @property
    def written(self) -> ApartWritings:
        """How the target and the weights of the data are written."""
        return self.models[0].written

    @property
    def rows(self) -> int:
        """How many rows each was fitted to."""
        return self.models[0].rows

    @property
    def schema(self) -> Schema:
        """The columns and levels that it reads."""
        return self.models[0].schema

    @property
    def quantiles(self) -> tuple[float, ...]:
        """τ of each model."""
        return tuple(model.quantile for model in self.models)

    def predict(self, X: Features) -> FloatArray:
        """ŷ, (n, m), a column for each quantile, sorted within every row (Chernozhukov and others, 2010).

        Where the lines cross, sorting never makes the pinball loss larger.

        Raises:
            DataError: as `Model.predict`.
        """
        return np.sort(np.stack([model.predict(X) for model in self.models], axis=1), axis=1)

    def predict_interval(self, X: Features) -> FloatArray:
        """(n, 2) the ends of an interval for the target of each row.

        Calibrated, it covers the targets of new rows like those of training in the share asked for, whatever the
        model; else it lies between the outer quantiles as they were fitted.

        Raises:
            DataError: as `Model.predict`.
        """
        return between(self.predict(X), self.calibration)

    def output_names(self, column: str) -> tuple[str, ...]:
        """The names of the columns that `outputs` has, for a new column of this name."""
        if self.calibration is not None:
            return (column, "lower", "upper")
        return tuple(f"{column}_{quantile!r}" for quantile in self.quantiles)

    def sorted_predictions(self, design: Design) -> FloatArray:
        """ŷ of the rows of a design matrix, (b, m), sorted within every row."""
        return np.sort(np.stack([model.point.predict(design) for model in self.models], axis=1), axis=1)

    def outputs(self, design: Design) -> FloatArray:
        """Sorted predictions of the rows of a design matrix, (b, m); calibrated, the middle and the ends, (b, 3)."""
        predictions = self.sorted_predictions(design)
        if self.calibration is None:
            return predictions
        middle = predictions[:, [len(self.models) // 2]]
        return np.concatenate([middle, between(predictions, self.calibration)], axis=1)

    def to_json(self) -> str:
        """The model file's text."""
        calibration, version = self.calibration, max(_FIRST_VERSION, *(model.version for model in self.models))
        content = {
            "schema": SCHEMA,
            "version": version,
            "models": [model.content(version) for model in self.models],
            "calibration": None
            if calibration is None
            else {"coverage": calibration.coverage, "margin": calibration.margin, "rows": calibration.rows},
        }
        return json_text(content, indent=1) + "\n"

    @staticmethod
    def of_fields(fields: Fields, version: int) -> "QuantileModel":
        """Read the fields of a model of several quantiles as a version of the file has them.

        Raises:
            ModelError: they are no valid model; the message names the field.
        """
        models = tuple(Model.of_fields(each, version) for each in fields.objects("models"))
        calibration = fields.optional_object("calibration")
        model = QuantileModel(models, None if calibration is None else _calibration(calibration))
        fields.require_all_read()
        _check_consistency(models, fields)
        return model


def between(predictions: FloatArray, calibration: Calibration | None) -> FloatArray:
    """(n, 2) the interval from sorted predictions (n, m); where a negative margin would turn it round, its middle."""
    margin = 0.0 if calibration is None else calibration.margin
    low, high = predictions[:, 0] - margin, predictions[:, -1] + margin
    middle = 0.5 * (low + high)
    return np.stack([np.minimum(low, middle), np.maximum(high, middle)], axis=1)


def _calibration(fields: Fields) -> Calibration:
    calibration = Calibration(
        fields.number_between("coverage", 0.0, 1.0), fields.number("margin"), fields.count("rows", least=1)
    )
    fields.require_all_read()
    return calibration


def _check_consistency(models: Sequence[Model], fields: Fields) -> None:
    """Refuse what every model alone allows, but no fit produces."""
    if len(models) < 2:
        raise fields.error("too-few-quantiles", "models", "must have two quantiles or more")
    first = models[0]
    if any(model.loss != "mae" for model in models):
        raise fields.error("model-of-no-quantile", "models", "must all be quantiles")
    if not all(one.quantile < other.quantile for one, other in pairwise(models)):
        raise fields.error("unordered-quantiles", "models", "must be in the order of their quantiles")
    common: list[Any] = [(each.target, each.weight, each.written, each.missing, each.schema) for each in models]
    if any(each != common[0] for each in common[1:]):
        raise fields.error("differing-models", "models", f"must all be of {first.target!r} on the same columns")
