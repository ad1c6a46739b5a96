"""Models without data: a card, and two with what differs."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from support.models import MODEL, a_model, with_intercept

from mae_cli.model.quantile_model import QuantileModel
from mae_cli.model_card import ModelCard, QuantileCard
from mae_cli.report.console import result_console
from mae_cli.report.model_card import show_card
from mae_cli.report.model_cards import show_cards, show_quantile_cards
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Writing
from mae_cli.solvers.solution import Certificate, Status

CARD = """\
                                 model.json
target                                delay
fit                        0.9-quantile fit
weight                                trips
features                                  2
intercept                            fitted
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

term          coefficient   range in training
(intercept)        1.500
carrier (vs UA)
  AA              -2.000
  B6               0.2500
hour               0.1000             5 to 23
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


def test_a_card_without_an_intercept_has_no_coefficient_for_it(card):
    text = text_of(show_card, replace(card, intercept=0.0, has_intercept=False))
    assert "\nintercept                              none\n" in text
    assert "(intercept)" not in text


def lines_of(show, *cards):
    return [" ".join(line.split()) for line in text_of(show, *cards).splitlines()]


def test_what_differs_between_two_models_comes_first_and_what_is_the_same_is_one_sentence(card):
    other = replace(MODEL, weight=None, point=Coefficients(1.5, MODEL.coefficients + 1))
    lines = lines_of(show_cards, card, ModelCard.of(other, "other.json"))
    assert lines[:3] == ["what differs model.json other.json", "weight trips –", ""]
    assert lines[3].startswith("The same in both: target delay; fit 0.9-quantile fit; features 2; intercept fitted; ")
    assert "hour 0.1000 1.100 -1.000" in lines
    assert "(intercept) 1.500 1.500 0" in lines


def test_models_that_do_not_differ_have_no_table_of_differences(card):
    text = text_of(show_cards, card, replace(card, model="other.json"))
    assert text.startswith("The same in both: target delay; ")


def test_of_a_fit_through_the_origin_the_intercept_is_a_difference_and_has_no_coefficient(card):
    origin = replace(MODEL, point=Coefficients(0.0, MODEL.coefficients), training=MODEL.training | {"intercept": False})
    lines = lines_of(show_cards, card, ModelCard.of(origin, "origin.json"))
    assert lines[1] == "intercept fitted none"
    assert "(intercept) 1.500 – –" in lines


def test_features_of_one_model_alone_and_those_read_in_different_ways_are_told(card):
    features = (
        (CategoricalColumn("carrier", ("AA", "UA")), [2.0]),
        (NumericColumn("hour", 5.0, 23.0, Writing(suffix=" h", missing=("--",))), [0.1]),
    )
    other = a_model(1.5, *features, (NumericColumn("day", 1.0, 7.0), [0.5]), target="delay", quantile=0.9)
    lines = lines_of(show_cards, card, ModelCard.of(other, "other.json"))
    assert "features of one only – 'day'" in lines
    assert "carrier is read as levels (vs UA) levels (vs AA)" in lines
    assert "hour is read as numbers numbers (suffix ' h', missing '--')" in lines
    assert "day – 0.5000 –" in lines
    assert lines.index("day – 0.5000 –") < lines.index("hour 0.1000 0.1000 0")  # what differs comes first


def test_the_ranges_of_a_few_columns_that_had_others_in_training_are_told():
    columns = [NumericColumn(f"x{number}", 0.0, 20_000.0) for number in range(5)]
    wider = [replace(column, maximum=25_000.0) for column in columns]
    first, second = (
        ModelCard.of(a_model(1.5, *((column, [1.0]) for column in each)), name)
        for each, name in ((columns, "first.json"), (wider, "second.json"))
    )
    lines = lines_of(show_cards, first, second)
    assert lines[1] == "range of x0 0 to 20,000 0 to 25,000"
    assert [line.split()[2] for line in lines[1:4]] == ["x0", "x1", "x2"]
    assert lines[4] == "… and 2 more ranges"


def quantiles_card(name, shift, **fields):
    models = tuple(
        replace(with_intercept(MODEL, 100 * tau + shift), quantile=tau, **fields) for tau in (0.1, 0.25, 0.5, 0.75, 0.9)
    )
    return QuantileCard.of(QuantileModel(models), name)


def test_the_differences_of_five_quantiles_stand_side_by_side_in_80_cells():
    cards = quantiles_card("first.json", 12.5), quantiles_card("second.json", 0.0, weight=None)
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True, color_system=None)
    show_quantile_cards(console, *cards)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert lines[:2] == ["what differs   first.json   second.json", "weight              trips             –"]
    assert lines[-7:] == [
        "Coefficients of first.json less those of second.json, at each quantile:",
        "term             0.1     0.25      0.5     0.75      0.9",
        "(intercept)   +12.50   +12.50   +12.50   +12.50   +12.50",
        "carrier (vs UA)",
        "  AA            0        0        0        0        0",
        "  B6            0        0        0        0        0",
        "hour            0        0        0        0        0",
    ]
    assert max(map(len, lines)) <= 80


def test_models_without_a_common_quantile_have_no_differences_of_coefficients():
    first = quantiles_card("first.json", 0.0)
    second = replace(first, cards=tuple(replace(card, quantile=card.quantile + 0.01) for card in first.cards))
    assert text_of(show_quantile_cards, first, second).endswith("\nThe models have no quantile in common.\n")
