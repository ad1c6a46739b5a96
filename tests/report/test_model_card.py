"""Models without data: a card, and two side by side."""

import io
from dataclasses import replace

import pytest
from support.models import MODEL

from mae_cli.model_card import ModelCard
from mae_cli.report.console import result_console
from mae_cli.report.model_card import show_card, show_cards
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.solution import Certificate, Status

CARD = """\
                                 model.json
target                                delay
fit                        0.9-quantile fit
weight                                trips
features                                  2
rows in training                          4
rows with a missing cell            dropped
solver                                 auto
seed                                      0
certificate                 optimal, unique
intervals in training                     –
mae-cli                               0.1.0
NumPy                                 2.4.6
pandas                                3.1.1

                          training
pinball loss                0.2500
MAE                         0.5000
RMSE                        0.7500
half of the rows within     0.5000
R²                          –

term                   coefficient   range in training
(intercept)                 1.500
carrier = AA (vs UA)       -2.000
carrier = B6 (vs UA)        0.2500
hour                        0.1000             5 to 23
"""


@pytest.fixture
def card():
    return ModelCard.of(MODEL, "model.json")


def text_of(show, *cards):
    stream = io.StringIO()
    show(result_console(stream), *cards)
    return stream.getvalue()


def test_a_card_is_this_text(card):
    assert text_of(show_card, card) == CARD


@pytest.mark.parametrize(
    ("certificate", "text"),
    [
        (Certificate(Status.OPTIMAL, 1.0, 1.0, 1e-12, unique=False), "optimal, not unique"),
        (Certificate(Status.OPTIMAL, 0.0, 0.0, None, unique=None), "optimal"),
        (Certificate(Status.LIMIT, 1.0, 0.75, 0.25, unique=None), "limit, gap at most 25%"),
    ],
)
def test_the_certificate_says_what_was_proved(card, certificate, text):
    assert f" {text}\n" in text_of(show_card, replace(card, certificate=certificate))


def test_names_are_text_and_nothing_else(card):
    assert " [b]\\x1b[31m\n" in text_of(show_card, replace(card, target="[b]\x1b[31m"))


def test_two_models_are_set_side_by_side_and_what_differs_is_marked(card):
    other = replace(MODEL, weight=None, point=Coefficients(1.5, MODEL.coefficients + 1))
    text = text_of(show_cards, card, ModelCard.of(other, "other.json"))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == "model.json other.json"
    assert "weight trips – differs" in lines
    assert "target delay delay" in lines
    assert "hour 0.1000 1.100 -1" in lines
    assert "(intercept) 1.500 1.500 0" in lines
