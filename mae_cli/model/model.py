"""The fitted model as a value, and as versioned JSON that a person and `jq` can read.

Reading checks everything (types, finiteness, duplicates, unknown and missing keys, version) and executes nothing.
The same fit gives the same bytes: there is no clock in a model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import ModelError
from mae_cli.messages import is_url, json_text, quoted
from mae_cli.model.provenance import read_provenance
from mae_cli.model.strict_json import Fields
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "mae-cli/model"
VERSION = 1

# Room for millions of levels; an endless file must not fill the memory.
_LARGEST = 256 << 20
_BLOCK = 1 << 20


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


@dataclass(frozen=True)
class NumericTerm:
    """coefficient · value of a numeric column, whose training range was [minimum, maximum]."""

    column: str
    coefficient: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class CategoricalTerm:
    """One coefficient for each level of a categorical column; that of the baseline level is 0."""

    column: str
    baseline: str
    levels: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Model:
    """A linear model ŷ = intercept + Σ terms.

    Attributes:
        target: the column it predicts.
        loss: "mae" or "mse".
        quantile: 0.5 unless another was fitted.
        weight: the column of weights in training, if any.
        intercept: 0.0 when it was fitted without one.
        terms: one for each feature column.
        missing: what training did with missing cells, "drop" or "error".
        baseline: the predictions without features.
        training: how the model came about (rows, seed, solver, metrics, certificate, versions), as JSON values.
    """

    target: str
    loss: str
    quantile: float
    weight: str | None
    intercept: float
    terms: tuple[NumericTerm | CategoricalTerm, ...]
    missing: str
    baseline: Baseline
    training: dict[str, Any]

    @property
    def schema(self) -> Schema:
        """The columns and levels that the model reads."""
        return Schema(tuple(_column(term) for term in self.terms))

    @property
    def coefficients(self) -> FloatArray:
        """(p,) in the order of the schema's design columns."""
        numeric = [term.coefficient for term in self.terms if isinstance(term, NumericTerm)]
        indicators = [
            value
            for term in self.terms
            if isinstance(term, CategoricalTerm)
            for level, value in term.levels
            if level != term.baseline
        ]
        return np.array(numeric + indicators)

    @property
    def point(self) -> Coefficients:
        """The linear function on the schema's design matrix."""
        return Coefficients(self.intercept, self.coefficients)

    @property
    def trivial_prediction(self) -> float:
        """The prediction without features that this loss is compared with."""
        return self.baseline.prediction(self.loss, self.quantile)

    def predict(self, frame: "pd.DataFrame") -> FloatArray:
        """ŷ, (n,), for a frame with the model's columns; NaN in rows with a level never seen in training.

        Raises:
            DataError: a column is absent or of another kind, or a cell is missing or infinite.
        """
        from mae_cli.tables.frames import design_of  # noqa: PLC0415  (pandas is slow to import)

        design, unseen = design_of(self.schema, frame)
        predicted = self.point.predict(design)
        predicted[unseen] = np.nan
        return predicted

    def to_json(self) -> str:
        """The model file's text.

        Raises:
            ValueError: a number is not finite, which no fit produces.
        """
        content = {
            "schema": SCHEMA,
            "version": VERSION,
            "target": self.target,
            "loss": self.loss,
            "quantile": self.quantile,
            "weight": self.weight,
            "intercept": self.intercept,
            "terms": [_term_json(term) for term in self.terms],
            "missing": self.missing,
            "baseline": {
                "median": self.baseline.median,
                "mean": self.baseline.mean,
                "quantile": self.baseline.quantile,
            },
            "training": self.training,
        }
        return json_text(content, indent=1) + "\n"

    @staticmethod
    def from_json(text: str | bytes, name: str) -> "Model":
        """Read a model file's text; `name` is what messages call it.

        Raises:
            ModelError: it is no valid model; the message names the field.
        """
        fields = Fields.parse(text, name)
        if fields.text("schema") != SCHEMA:
            raise ModelError(f"{name} is no model file: its schema is {quoted(fields.text('schema'))}, not {SCHEMA!r}")
        if fields.count("version") != VERSION:
            raise ModelError(f"{name} has version {fields.count('version')}; this program reads {VERSION}")
        fields.require_sound()
        model = Model(
            target=fields.name("target"),
            loss=fields.choice("loss", ("mae", "mse")),
            quantile=fields.number_between("quantile", 0.0, 1.0),
            weight=fields.optional_name("weight"),
            intercept=fields.number("intercept"),
            terms=tuple(_term(term) for term in fields.objects("terms")),
            missing=fields.choice("missing", ("drop", "error")),
            baseline=_baseline(fields.object("baseline")),
            training=read_provenance(fields.object("training")),
        )
        fields.require_all_read()
        _check_consistency(model, fields)
        return model


def load_model(path: str | Path) -> Model:
    """Read a model file.

    Raises:
        ModelError: there is no such file, or it is no valid model.
    """
    try:
        with Path(path).open("rb") as stream:
            return read_model(stream, str(path))
    except FileNotFoundError:
        if is_url(str(path)):
            raise ModelError(f"{path} is a URL; download it first and give the file") from None
        raise ModelError(f"there is no model file {path}") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        detail = error.strerror if isinstance(error, OSError) else error
        raise ModelError(f"cannot read the model file {path}: {detail}") from None


def read_model(stream: BinaryIO, name: str) -> Model:
    """Read a model from an open file or pipe; `name` is what messages call it.

    Raises:
        ModelError: it is no valid model.
    """
    try:
        content = b"".join(_blocks(stream))
    except OSError as error:
        raise ModelError(f"{name} cannot be read ({error.strerror})") from error
    if len(content) > _LARGEST:
        raise ModelError(f"{name} is no model file: it is larger than {_LARGEST >> 20} MiB")
    return Model.from_json(content, name)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """What is read of a model, up to a little more than it may have.

    Asked for at once, that much memory would be claimed, whatever the file holds; asked again after its end, a terminal
    would wait for another one.
    """
    for _ in range(_LARGEST // _BLOCK + 1):
        block = stream.read(_BLOCK)
        yield block
        if len(block) < _BLOCK:
            return


def _check_consistency(model: Model, fields: Fields) -> None:
    """Refuse what every field alone allows, but no fit produces."""
    columns = [term.column for term in model.terms]
    if len(set(columns)) < len(columns):
        raise fields.fault("terms", "has a column twice")
    if model.target in columns or model.weight in columns or model.weight == model.target:
        raise fields.fault("terms", "has the target or the weight among its columns")
    if model.loss == "mse" and model.quantile != 0.5:
        raise fields.fault("quantile", "must be 0.5 for the loss mse")
    for term in model.terms:
        if isinstance(term, NumericTerm) and term.minimum > term.maximum:
            raise fields.fault("terms", f"has a minimum above the maximum, for column {quoted(term.column)}")


def _column(term: NumericTerm | CategoricalTerm) -> NumericColumn | CategoricalColumn:
    if isinstance(term, NumericTerm):
        return NumericColumn(term.column, term.minimum, term.maximum)
    others = tuple(level for level, _ in term.levels if level != term.baseline)
    return CategoricalColumn(term.column, (term.baseline, *others))


def _term_json(term: NumericTerm | CategoricalTerm) -> dict[str, Any]:
    if isinstance(term, NumericTerm):
        return {
            "column": term.column,
            "kind": "numeric",
            "coefficient": term.coefficient,
            "minimum": term.minimum,
            "maximum": term.maximum,
        }
    return {
        "column": term.column,
        "kind": "categorical",
        "baseline": term.baseline,
        "levels": dict(term.levels),
    }


def _baseline(fields: Fields) -> Baseline:
    baseline = Baseline(fields.number("median"), fields.number("mean"), fields.number("quantile"))
    fields.require_all_read()
    return baseline


def _term(fields: Fields) -> NumericTerm | CategoricalTerm:
    column = fields.name("column")
    term: NumericTerm | CategoricalTerm
    if fields.choice("kind", ("numeric", "categorical")) == "numeric":
        term = NumericTerm(column, fields.number("coefficient"), fields.number("minimum"), fields.number("maximum"))
    else:
        term = CategoricalTerm(column, fields.text("baseline"), fields.numbers("levels"))
        if dict(term.levels).get(term.baseline) != 0.0:
            raise fields.fault("baseline", "must be one of the levels, with coefficient 0")
    fields.require_all_read()
    return term
