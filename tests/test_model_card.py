"""What a model file says as a value, and where two of them differ."""

from dataclasses import replace

import numpy as np
from support.models import MODEL, with_intercept

from mae_cli.model.quantile_model import Calibration, QuantileModel
from mae_cli.model_card import (
    ModelCard,
    QuantileCard,
    Term,
    coefficient_pairs,
    common_quantiles,
    differing_facts,
    differing_quantile_facts,
)
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import CategoricalColumn, DesignColumn, NumericColumn, Schema, Writing
from mae_cli.solvers.solution import Status

CARD = ModelCard.of(MODEL, "model.json")
HOUR, AA = Term(DesignColumn("hour")), Term(DesignColumn("carrier", "AA"), "UA")


def other(**fields):
    return ModelCard.of(replace(MODEL, **fields), "other.json")


def test_a_card_says_all_that_is_in_the_file():
    assert (CARD.target, CARD.loss, CARD.quantile, CARD.weight, CARD.missing) == ("delay", "mae", 0.9, "trips", "drop")
    assert CARD.features == ("carrier", "hour")
    assert list(CARD.coefficients.items()) == [
        (AA, -2.0),
        (Term(DesignColumn("carrier", "B6"), "UA"), 0.25),
        (HOUR, 0.1),
    ]
    assert (CARD.intercept, CARD.ranges) == (1.5, {"hour": (5.0, 23.0)})
    assert (CARD.rows, CARD.seed, CARD.solver) == (4, 0, "auto")
    assert (CARD.metrics.pinball, CARD.certificate.status) == (0.25, Status.OPTIMAL)
    assert CARD.versions == {"mae_cli": "0.1.0", "numpy": "2.4.6", "pandas": "3.1.1"}


def test_the_same_model_does_not_differ_whatever_it_is_called():
    assert differing_facts(CARD, other()) == {}
    assert all(one == another for one, another in coefficient_pairs(CARD, other()).values())


def test_what_differs_is_named_with_the_value_of_each():
    second = other(weight=None, missing="error", training=MODEL.training | {"rows": 5})
    assert differing_facts(CARD, second) == {"weight": ("trips", None), "missing": ("drop", "error"), "rows": (4, 5)}


def test_an_intercept_that_was_not_fitted_is_a_difference():
    origin = other(point=Coefficients(0.0, MODEL.coefficients), training=MODEL.training | {"intercept": False})
    assert differing_facts(CARD, origin) == {"intercept": (1.5, 0.0), "has_intercept": (True, False)}
    assert (CARD.fitted_intercept, origin.fitted_intercept) == (1.5, None)


def test_numbers_written_in_another_way_are_a_difference():
    columns = (CategoricalColumn("carrier", ("UA", "AA", "B6")), NumericColumn("hour", 5.0, 23.0, Writing(suffix="h")))
    (pair,) = differing_facts(CARD, other(schema=Schema(columns))).values()
    assert (pair[0], pair[1]["hour"]["suffix"]) == ({}, "h")


def test_of_several_quantiles_what_they_share_differs_once_and_what_they_do_not_is_no_fact():
    first, second = (with_intercept(MODEL, level) for level in (1.0, 2.0))
    lower = QuantileModel((replace(first, quantile=0.1), second))
    higher = QuantileModel((second, replace(first, quantile=0.95, weight=None)), Calibration(0.8, 1.0, 9))
    cards = [QuantileCard.of(model, "m.json") for model in (lower, higher)]
    assert differing_quantile_facts(*cards) == {
        "quantiles": ((0.1, 0.9), (0.9, 0.95)),
        "calibration": (None, Calibration(0.8, 1.0, 9)),
    }
    ((one, other),) = common_quantiles(*cards)
    assert (one.quantile, other.quantile) == (0.9, 0.9)
    again = QuantileCard.of(QuantileModel(tuple(replace(each, missing="error") for each in lower.models)), "n.json")
    assert differing_quantile_facts(cards[0], again) == {"missing": ("drop", "error")}


def test_coefficients_are_paired_by_column_level_and_the_level_that_they_are_measured_from():
    schema = Schema((NumericColumn("hour", 5.0, 23.0), CategoricalColumn("carrier", ("B6", "AA"))))
    second = other(schema=schema, point=Coefficients(0.0, np.array([3.0, 4.0])))
    assert coefficient_pairs(CARD, second) == {
        AA: (-2.0, None),
        Term(DesignColumn("carrier", "B6"), "UA"): (0.25, None),
        HOUR: (0.1, 3.0),
        Term(DesignColumn("carrier", "AA"), "B6"): (None, 4.0),
    }
