"""Models without data as JSON for programs: what a file says, and where two of them differ."""

from dataclasses import asdict
from typing import Any

from mae_cli.model_card import (
    ModelCard,
    QuantileCard,
    Term,
    coefficient_pairs,
    common_quantiles,
    differing_facts,
    differing_quantile_facts,
)
from mae_cli.report.as_json import VERSION, certificate_json

CARD_SCHEMA = "mae-cli/model-card"
QUANTILE_CARD_SCHEMA = "mae-cli/quantiles-card"


def model_card_json(card: ModelCard, other: ModelCard | None = None) -> dict[str, Any]:
    """Everything `mae-eval MODEL --json` prints, and with another model where the two differ."""
    return {
        "schema": CARD_SCHEMA,
        "version": VERSION,
        **_card(card),
        "other": None if other is None else _card(other),
        "differences": None if other is None else _differences(card, other),
    }


def quantile_card_json(card: QuantileCard, other: QuantileCard | None = None) -> dict[str, Any]:
    """Everything `mae-eval MODEL --json` prints of a model of several quantiles, and with another one."""
    return {
        "schema": QUANTILE_CARD_SCHEMA,
        "version": VERSION,
        **_quantile_card(card),
        "other": None if other is None else _quantile_card(other),
        "differences": None if other is None else _quantile_differences(card, other),
    }


def _card(card: ModelCard) -> dict[str, Any]:
    terms = [_term(term) | {"value": value} for term, value in card.coefficients.items()]
    return vars(card) | {
        "coefficients": terms,
        "metrics": asdict(card.metrics),
        "certificate": certificate_json(card.certificate),
    }


def _quantile_card(card: QuantileCard) -> dict[str, Any]:
    return {
        "model": card.model,
        "quantiles": [_card(each) for each in card.cards],
        "calibration": _calibration(card),
    }


def _calibration(card: QuantileCard) -> dict[str, Any] | None:
    return None if card.calibration is None else asdict(card.calibration)


def _quantile_differences(card: QuantileCard, other: QuantileCard) -> dict[str, Any]:
    facts = {name: list(pair) for name, pair in differing_quantile_facts(card, other).items()}
    if "calibration" in facts:
        facts["calibration"] = [_calibration(card), _calibration(other)]
    return facts | {"fits": [_fit_differences(*pair) for pair in common_quantiles(card, other)]}


def _fit_differences(card: ModelCard, other: ModelCard) -> dict[str, Any]:
    """At one quantile of several."""
    return {
        "quantile": card.quantile,
        "intercept": None if card.intercept == other.intercept else [card.intercept, other.intercept],
        "coefficients": _differing_coefficients(card, other),
    }


def _differences(card: ModelCard, other: ModelCard) -> dict[str, Any]:
    facts = {name: list(pair) for name, pair in differing_facts(card, other).items()}
    return facts | {"coefficients": _differing_coefficients(card, other)}


def _differing_coefficients(card: ModelCard, other: ModelCard) -> list[dict[str, Any]]:
    pairs = coefficient_pairs(card, other).items()
    return [_term(term) | {"values": list(pair)} for term, pair in pairs if pair[0] != pair[1]]


def _term(term: Term) -> dict[str, str | None]:
    return {"column": term.column.feature, "level": term.column.level, "baseline": term.baseline}
