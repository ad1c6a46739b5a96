"""A model as a card: what it was fitted to, how, and how well; and where two of them differ."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mae_cli.model.model import Model
from mae_cli.model.quantile_model import Calibration, QuantileModel
from mae_cli.results.scores import Metrics
from mae_cli.rows.schema import PLAIN, CategoricalColumn, DesignColumn, Writing
from mae_cli.solvers.solution import Certificate, Status


@dataclass(frozen=True)
class Term:
    """What a coefficient is of.

    Attributes:
        column: of the design matrix.
        baseline: for a level, the level that it is measured from.
    """

    column: DesignColumn
    baseline: str | None = None


@dataclass(frozen=True)
class ModelCard:
    """What a model file says.

    Attributes:
        model: what messages call the model.
        target: the column that it predicts.
        loss: that it was fitted to.
        quantile: its quantile.
        weight: the column of weights in training, if any.
        features: the columns that it reads.
        missing: what training did with missing cells, "drop" or "error".
        intercept: 0.0 when it has none.
        has_intercept: whether one was fitted.
        coefficients: of each term, feature after feature.
        ranges: (minimum, maximum) in training of each column of numbers.
        units: of dates (days since 1970-01-01) and times of day (hours), the target among them.
        writings: how the numbers of a column are written, field by field of `Writing`, where they are not plain.
        rows: how many it was fitted to.
        seed: of the run.
        solver: "auto" or "textbook".
        metrics: on the training rows.
        certificate: the proof of optimality.
        versions: of the programs that made it.
        intervals: how those of the coefficients were found in training; None where there were none.
    """

    model: str
    target: str
    loss: str
    quantile: float
    weight: str | None
    features: tuple[str, ...]
    missing: str
    intercept: float
    has_intercept: bool
    coefficients: Mapping[Term, float]
    ranges: Mapping[str, tuple[float, float]]
    units: Mapping[str, str]
    writings: Mapping[str, Mapping[str, Any]]
    rows: int
    seed: int
    solver: str
    metrics: Metrics
    certificate: Certificate
    versions: Mapping[str, str]
    intervals: Mapping[str, Any] | None = None

    @property
    def fitted_intercept(self) -> float | None:
        """None where none was fitted."""
        return self.intercept if self.has_intercept else None

    @classmethod
    def of(cls, model: Model, name: str) -> "ModelCard":
        """The card of a model."""
        training = model.training
        return cls(
            model=name,
            target=model.target,
            loss=model.loss,
            quantile=model.quantile,
            weight=model.weight,
            features=model.schema.names,
            missing=model.missing,
            intercept=model.intercept,
            has_intercept=model.has_intercept,
            coefficients=_coefficients(model),
            ranges={column.name: (column.minimum, column.maximum) for column in model.schema.numeric},
            units={name: writing.unit for name, writing in _writings(model).items() if writing.unit},
            writings={name: asdict(writing) for name, writing in _writings(model).items() if writing != PLAIN},
            rows=model.rows,
            seed=training["seed"],
            solver=training["solver"],
            metrics=Metrics(**training["metrics"]),
            certificate=Certificate(**training["certificate"] | {"status": Status(training["certificate"]["status"])}),
            versions={name: training[name] for name in ("mae_cli", "numpy", "pandas")},
            intervals=training.get("intervals"),
        )


@dataclass(frozen=True)
class QuantileCard:
    """What the file of a model of several quantiles says.

    Attributes:
        model: what messages call the model.
        cards: that of each quantile, in their order.
        calibration: of its prediction interval; None without one.
    """

    model: str
    cards: tuple[ModelCard, ...]
    calibration: Calibration | None

    @property
    def quantiles(self) -> tuple[float, ...]:
        """τ of each."""
        return tuple(card.quantile for card in self.cards)

    @classmethod
    def of(cls, model: QuantileModel, name: str) -> "QuantileCard":
        """The card of a model."""
        return cls(name, tuple(ModelCard.of(each, name) for each in model.models), model.calibration)


def _writings(model: Model) -> dict[str, Writing]:
    """How numbers are written, the target's first."""
    return {model.target: model.written.target} | {each.name: each.writing for each in model.schema.numeric}


def _coefficients(model: Model) -> dict[Term, float]:
    """By their terms, in the order of the features."""
    values = dict(zip(model.schema.design_columns, model.coefficients.tolist(), strict=True))
    return {
        Term(column, feature.baseline if isinstance(feature, CategoricalColumn) else None): values[column]
        for feature in model.schema.features
        for column in feature.design_columns
    }


_COMMON_FACTS = (
    "target",
    "loss",
    "weight",
    "features",
    "has_intercept",
    "missing",
    "ranges",
    "writings",
    "rows",
    "seed",
    "solver",
    "intervals",
    "versions",
)
_FACTS = ("quantile", "intercept", *_COMMON_FACTS)


def differing_facts(first: ModelCard, second: ModelCard) -> dict[str, tuple[Any, Any]]:
    """What is not the same in both but for metrics and coefficients, with that of each."""
    return _differing({name: (getattr(first, name), getattr(second, name)) for name in _FACTS})


def differing_quantile_facts(first: QuantileCard, second: QuantileCard) -> dict[str, tuple[Any, Any]]:
    """The same of two models of several quantiles, but for what each quantile has of its own."""
    own = {name: (getattr(first, name), getattr(second, name)) for name in ("quantiles", "calibration")}
    one, other = first.cards[0], second.cards[0]
    return _differing(own | {name: (getattr(one, name), getattr(other, name)) for name in _COMMON_FACTS})


def _differing(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def common_quantiles(first: QuantileCard, second: QuantileCard) -> list[tuple[ModelCard, ModelCard]]:
    """The cards of both at each quantile that both have."""
    others = {card.quantile: card for card in second.cards}
    return [(card, others[card.quantile]) for card in first.cards if card.quantile in others]


def coefficient_pairs(first: ModelCard, second: ModelCard) -> dict[Term, tuple[float | None, float | None]]:
    """The coefficients of both, None where a model has none."""
    terms = dict.fromkeys([*first.coefficients, *second.coefficients])
    return {term: (first.coefficients.get(term), second.coefficients.get(term)) for term in terms}
