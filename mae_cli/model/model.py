"""The fitted model as a value, which predicts, and as versioned JSON that a person and `jq` can read.

Reading checks everything (types, finiteness, duplicates, unknown and missing keys, version) and executes nothing.
The same fit gives the same bytes: there is no clock in a model.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.messages import json_text, quoted
from mae_cli.model.provenance import read_provenance
from mae_cli.model.strict_json import Fields
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import (
    ALL_PLAIN,
    PLAIN,
    ApartWritings,
    CategoricalColumn,
    DesignColumn,
    NumericColumn,
    Schema,
    Writing,
)
from mae_cli.tables.dates import is_format
from mae_cli.tables.features import Features, design_of

SCHEMA = "mae-cli/model"
VERSION = 3
"""The latest version of the file; all up to it are read (see `mae_cli.model`)."""


@dataclass(frozen=True)
class Baseline:
    """Predictions without features, from the training targets: median, mean, and the fitted quantile."""

    median: float
    mean: float
    quantile: float

    def prediction(self, loss: str, quantile: float) -> float:
        """The prediction that a loss is compared with: mean for MSE, median for MAE, τ-quantile for pinball."""
        if loss == "mse":
            return self.mean
        return self.median if quantile == 0.5 else self.quantile


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear model ŷ = intercept + Xw.

    Attributes:
        target: the column it predicts.
        loss: "mae" or "mse".
        quantile: τ, 0.5 unless another was fitted.
        weight: the column of weights in training, if any.
        schema: the columns and levels that it reads.
        point: the linear function on the schema's design matrix.
    """

    target: str
    loss: str
    quantile: float
    weight: str | None
    schema: Schema
    point: Coefficients

    @property
    def intercept(self) -> float:
        """0.0 when the model has none."""
        return self.point.intercept

    @property
    def coefficients(self) -> FloatArray:
        """(p,) one for each of `columns`."""
        return self.point.values

    @property
    def columns(self) -> tuple[DesignColumn, ...]:
        """What every coefficient is of: (feature, level), and the level is None for a number."""
        return self.schema.design_columns

    def predict(self, X: Features) -> FloatArray:
        """ŷ, (n,), for a frame with the model's columns or an (n, p) array of them; NaN for a level never seen.

        Raises:
            DataError: a column is absent or of another kind, or a cell is no number, masked, missing or infinite.
        """
        design, unseen = design_of(self.schema, X)
        predicted = self.point.predict(design)
        predicted[unseen] = np.nan
        return predicted


@dataclass(frozen=True)
class Model(LinearModel):
    """A linear model as its file has it.

    Attributes:
        missing: what training did with missing cells, "drop" or "error".
        baseline: the predictions without features.
        training: how the model came about (rows, seed, solver, metrics, certificate, versions), as JSON values.
        written: how the target and the weights of the data are written.
    """

    missing: str
    baseline: Baseline
    training: dict[str, Any]
    written: ApartWritings = ALL_PLAIN

    @property
    def trivial_prediction(self) -> float:
        """The prediction without features that this loss is compared with."""
        return self.baseline.prediction(self.loss, self.quantile)

    @property
    def rows(self) -> int:
        """How many rows it was fitted to."""
        return int(self.training["rows"])

    @property
    def has_intercept(self) -> bool:
        """Whether an intercept was fitted; without one it is 0.0."""
        return bool(self.training.get("intercept", True))

    def output_names(self, column: str) -> tuple[str, ...]:
        """The names of the columns that `outputs` has, for a new column of this name."""
        return (column,)

    def outputs(self, design: Design) -> FloatArray:
        """(b, 1) ŷ of the rows of a design matrix of its schema."""
        return self.point.predict(design)[:, np.newaxis]

    @property
    def version(self) -> int:
        """The first version of the file that can say everything: 2 for features that are not plain, 3 for others."""
        if self.written != ALL_PLAIN:
            return 3
        return 1 if all(column.writing == PLAIN for column in self.schema.numeric) else 2

    def to_json(self) -> str:
        """The model file's text.

        Raises:
            ValueError: a number is not finite, which no fit produces.
        """
        return json_text({"schema": SCHEMA, "version": self.version, **self.content(self.version)}, indent=1) + "\n"

    def content(self, version: int) -> dict[str, Any]:
        """The model as JSON values of a version of the file, without the schema and the version."""
        written = {f"{part}_written": _writing_json(each) for part, each in vars(self.written).items()}
        return {
            "target": self.target,
            "loss": self.loss,
            "quantile": self.quantile,
            "weight": self.weight,
            **(written if version > 2 else {}),
            "intercept": self.intercept,
            "terms": _terms_json(self.schema, self.coefficients, version),
            "missing": self.missing,
            "baseline": {
                "median": self.baseline.median,
                "mean": self.baseline.mean,
                "quantile": self.baseline.quantile,
            },
            "training": self.training,
        }

    @staticmethod
    def of_fields(fields: Fields, version: int) -> "Model":
        """Read the fields of a model as a version of the file has them.

        Raises:
            ModelError: they are no valid model; the message names the field.
        """
        target, loss = fields.name("target"), fields.choice("loss", ("mae", "mse"))
        quantile, weight = fields.number_between("quantile", 0.0, 1.0), fields.optional_name("weight")
        written = ALL_PLAIN
        if version > 2:
            written = ApartWritings(*(_optional_writing(fields, f"{part}_written") for part in ("target", "weight")))
        intercept = fields.number("intercept")
        schema, coefficients = _read_terms(fields.objects("terms"), version)
        model = Model(
            target=target,
            loss=loss,
            quantile=quantile,
            weight=weight,
            schema=schema,
            point=Coefficients(intercept, coefficients),
            missing=fields.choice("missing", ("drop", "error")),
            baseline=_baseline(fields.object("baseline")),
            training=read_provenance(fields.object("training")),
            written=written,
        )
        fields.require_all_read()
        _check_consistency(model, fields)
        return model


def _check_consistency(model: Model, fields: Fields) -> None:
    """Refuse what every field alone allows, but no fit produces."""
    columns = model.schema.names
    if len(set(columns)) < len(columns):
        raise fields.error("duplicate-column", "terms", "has a column twice")
    if model.target in columns or model.weight in columns or model.weight == model.target:
        raise fields.error("target-among-features", "terms", "has the target or the weight among its columns")
    if model.intercept and not model.has_intercept:
        raise fields.error("field-out-of-range", "intercept", "must be 0 where training had none")
    if model.loss == "mse" and model.quantile != 0.5:
        raise fields.error("quantile-needs-mae", "quantile", "must be 0.5 for the loss mse")
    for column in model.schema.numeric:
        if column.minimum > column.maximum:
            what = f"has a minimum above the maximum, for column {quoted(column.name)}"
            raise fields.error("reversed-range", "terms", what)


def _terms_json(schema: Schema, coefficients: FloatArray, version: int) -> list[dict[str, Any]]:
    """A term for each feature, in their order; the coefficients follow the design matrix, where numbers come first."""
    numbers, indicators = np.split(coefficients, [len(schema.numeric)])
    of_number, of_level = iter(numbers.tolist()), iter(indicators.tolist())
    terms = []
    for feature in schema.features:
        if isinstance(feature, NumericColumn):
            term = {
                "column": feature.name,
                "kind": "numeric",
                "coefficient": next(of_number),
                "minimum": feature.minimum,
                "maximum": feature.maximum,
            }
            if version > 1:
                term["written"] = _writing_json(feature.writing)
        else:
            levels = {feature.baseline: 0.0} | {level: next(of_level) for level in feature.levels[1:]}
            term = {
                "column": feature.name,
                "kind": "categorical",
                "baseline": feature.baseline,
                "levels": dict(sorted(levels.items())),
            }
        terms.append(term)
    return terms


def _read_terms(terms: Sequence[Fields], version: int) -> tuple[Schema, FloatArray]:
    """The features, and the coefficients in the order of the design matrix."""
    features: list[NumericColumn | CategoricalColumn] = []
    numbers: list[float] = []
    indicators: list[float] = []
    for fields in terms:
        column = fields.name("column")
        if fields.choice("kind", ("numeric", "categorical")) == "numeric":
            numbers.append(fields.number("coefficient"))
            minimum, maximum = fields.number("minimum"), fields.number("maximum")
            writing = _optional_writing(fields, "written") if version > 1 else PLAIN
            features.append(NumericColumn(column, minimum, maximum, writing))
        else:
            baseline, others = _read_levels(fields)
            features.append(CategoricalColumn(column, (baseline, *others)))
            indicators += others.values()
        fields.require_all_read()
    return Schema(tuple(features)), np.array(numbers + indicators)


def _writing_json(writing: Writing) -> dict[str, Any] | None:
    return None if writing == PLAIN else asdict(writing)


def _optional_writing(fields: Fields, name: str) -> Writing:
    written = fields.optional_object(name)
    return PLAIN if written is None else _read_writing(written)


def _read_writing(fields: Fields) -> Writing:
    writing = Writing(
        date=fields.text("date"),
        prefix=fields.text("prefix"),
        suffix=fields.text("suffix"),
        thousands=fields.text("thousands"),
        parentheses=fields.flag("parentheses"),
        free=fields.flag("free"),
        missing=fields.texts("missing"),
    )
    if writing.date and not is_format(writing.date):
        raise fields.error("unknown-date-format", "date", f"is no format of dates: {quoted(writing.date)}")
    fields.require_all_read()
    return writing


def _read_levels(fields: Fields) -> tuple[str, dict[str, float]]:
    """The baseline, and the coefficients of the other levels in text order."""
    baseline, levels = fields.text("baseline"), dict(fields.numbers("levels"))
    if levels.pop(baseline, None) != 0.0:
        raise fields.error("unknown-baseline", "baseline", "must be one of the levels, with coefficient 0")
    return baseline, dict(sorted(levels.items()))


def _baseline(fields: Fields) -> Baseline:
    baseline = Baseline(fields.number("median"), fields.number("mean"), fields.number("quantile"))
    fields.require_all_read()
    return baseline
