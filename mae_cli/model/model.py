"""The fitted model as a value, and as versioned JSON that a person and `jq` can read.

Reading checks everything (types, finiteness, duplicates, unknown and missing keys, version) and executes nothing.
The same fit gives the same bytes: there is no clock in a model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import ModelError
from mae_cli.messages import is_url, json_text, quoted
from mae_cli.model.linear_model import LinearModel
from mae_cli.model.provenance import read_provenance
from mae_cli.model.strict_json import Fields
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import PLAIN, CategoricalColumn, NumericColumn, Schema, Writing
from mae_cli.tables.dates import is_format

SCHEMA = "mae-cli/model"
VERSION = 2
"""The latest version of the file; all up to it are read (see `mae_cli.model`)."""

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
class Model(LinearModel):
    """A linear model as its file has it.

    Attributes:
        missing: what training did with missing cells, "drop" or "error".
        baseline: the predictions without features.
        training: how the model came about (rows, seed, solver, metrics, certificate, versions), as JSON values.
    """

    missing: str
    baseline: Baseline
    training: dict[str, Any]

    @property
    def trivial_prediction(self) -> float:
        """The prediction without features that this loss is compared with."""
        return self.baseline.prediction(self.loss, self.quantile)

    @property
    def version(self) -> int:
        """The first version of the file that can say everything: 2 where numbers are not written plainly."""
        return 1 if all(column.writing == PLAIN for column in self.schema.numeric) else 2

    def to_json(self) -> str:
        """The model file's text.

        Raises:
            ValueError: a number is not finite, which no fit produces.
        """
        content = {
            "schema": SCHEMA,
            "version": self.version,
            "target": self.target,
            "loss": self.loss,
            "quantile": self.quantile,
            "weight": self.weight,
            "intercept": self.intercept,
            "terms": _terms_json(self.schema, self.coefficients, self.version),
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
        version = fields.count("version", least=1)
        if version > VERSION:
            raise ModelError(
                f"{name} was written by a newer mae-cli (model version {version}; this one reads up to {VERSION}); "
                "upgrade with pip install -U mae-cli"
            )
        fields.require_sound()
        target, loss = fields.name("target"), fields.choice("loss", ("mae", "mse"))
        quantile, weight = fields.number_between("quantile", 0.0, 1.0), fields.optional_name("weight")
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
    columns = model.schema.names
    if len(set(columns)) < len(columns):
        raise fields.fault("terms", "has a column twice")
    if model.target in columns or model.weight in columns or model.weight == model.target:
        raise fields.fault("terms", "has the target or the weight among its columns")
    if model.loss == "mse" and model.quantile != 0.5:
        raise fields.fault("quantile", "must be 0.5 for the loss mse")
    for column in model.schema.numeric:
        if column.minimum > column.maximum:
            raise fields.fault("terms", f"has a minimum above the maximum, for column {quoted(column.name)}")


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
                term["written"] = None if feature.writing == PLAIN else asdict(feature.writing)
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
            written = fields.optional_object("written") if version > 1 else None
            writing = PLAIN if written is None else _read_writing(written)
            features.append(NumericColumn(column, minimum, maximum, writing))
        else:
            baseline, others = _read_levels(fields)
            features.append(CategoricalColumn(column, (baseline, *others)))
            indicators += others.values()
        fields.require_all_read()
    return Schema(tuple(features)), np.array(numbers + indicators)


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
        raise fields.fault("date", f"is no format of dates: {quoted(writing.date)}")
    fields.require_all_read()
    return writing


def _read_levels(fields: Fields) -> tuple[str, dict[str, float]]:
    """The baseline, and the coefficients of the other levels in text order."""
    baseline, levels = fields.text("baseline"), dict(fields.numbers("levels"))
    if levels.pop(baseline, None) != 0.0:
        raise fields.fault("baseline", "must be one of the levels, with coefficient 0")
    return baseline, dict(sorted(levels.items()))


def _baseline(fields: Fields) -> Baseline:
    baseline = Baseline(fields.number("median"), fields.number("mean"), fields.number("quantile"))
    fields.require_all_read()
    return baseline
