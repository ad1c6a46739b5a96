"""The model as a value and as a file's text: what it predicts, what it says, and what it refuses to read."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.faults import refusal_of
from support.models import MODEL, TEXT, a_model, with_intercept

from mae_cli.errors import ModelError, Place
from mae_cli.model.files import from_json, load_model
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import ApartWritings, CategoricalColumn, NumericColumn, Writing


def test_the_file_is_indented_json_with_the_keys_in_a_fixed_order():
    assert MODEL.to_json() == TEXT


def test_reading_gives_back_what_was_written():
    assert from_json(TEXT, "m.json") == MODEL
    assert from_json(TEXT.encode(), "m.json") == MODEL


WRITTEN = a_model(
    1.0, (NumericColumn("x", 0.0, 1.0, Writing(missing=("--",))), [2.0]), (NumericColumn("z", 0, 1), [3.0])
)


def test_numbers_that_are_not_plain_make_a_file_of_the_second_version():
    content = json.loads(WRITTEN.to_json())
    assert content["version"] == 2
    assert [term["written"] and term["written"]["missing"] for term in content["terms"]] == [["--"], None]
    assert from_json(WRITTEN.to_json(), "m.json") == WRITTEN
    assert json.loads(TEXT)["version"] == 1


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ('"written": null', '"writing": null', "missing-field", "terms[1].written"),
        ('"written": null', '"written": "plain"', "wrong-field-type", "terms[1].written"),
        ('"missing": [', '"missing": [1, ', "wrong-field-type", "terms[0].written.missing"),
        ('"date": ""', '"date": "%Q"', "unknown-date-format", "terms[0].written.date"),
        ('"version": 2', '"version": 1', "unknown-field", "terms[0].written"),
    ],
)
def test_how_numbers_are_written_is_checked(old, new, code, field):
    with pytest.raises(ModelError) as caught:
        from_json(WRITTEN.to_json().replace(old, new), "m.json")
    fault = caught.value.fault
    assert (fault.code, fault.place) == (code, Place("m.json"))
    assert fault.what.startswith(f"field {field} ")


APART = replace(MODEL, written=ApartWritings(Writing(prefix="$", thousands=","), Writing(suffix="%")))


def test_a_target_or_weights_that_are_not_plain_make_a_file_of_the_third_version():
    content = json.loads(APART.to_json())
    assert content["version"] == 3
    assert (content["target_written"]["prefix"], content["weight_written"]["suffix"]) == ("$", "%")
    assert from_json(APART.to_json(), "m.json") == APART
    weighted = replace(MODEL, written=ApartWritings(weight=Writing(suffix="%")))
    assert json.loads(weighted.to_json())["target_written"] is None
    assert from_json(weighted.to_json(), "m.json") == weighted


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ('"weight_written"', '"written"', "missing-field", "weight_written"),
        ('"target_written": {', '"target_written": 1, "more": {', "wrong-field-type", "target_written"),
        ('"prefix": "$"', '"prefix": 1', "wrong-field-type", "target_written.prefix"),
        ('"version": 3', '"version": 2', "unknown-field", "target_written"),
    ],
)
def test_how_the_target_is_written_is_checked(old, new, code, field):
    with pytest.raises(ModelError) as caught:
        from_json(APART.to_json().replace(old, new), "m.json")
    fault = caught.value.fault
    assert fault.code == code
    assert fault.what.startswith(f"field {field} ")


def test_names_are_readable_in_the_file():
    assert '"target": "größe"' in replace(MODEL, target="größe").to_json()


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-308, 5e-324, 1.7976931348623157e308, -0.0, 123456789.123456789])
def test_numbers_survive_the_file_bit_for_bit(number):
    again = from_json(with_intercept(MODEL, number).to_json(), "m.json")
    assert again.intercept.hex() == float(number).hex()


def test_names_of_any_script_and_sign_survive_the_file():
    column = NumericColumn('gr\u00f6\u00dfe "[b]"\n\t\u202e', 0.0, 1.0)
    model = a_model(0.0, (column, [1.0]), target="\u03b7", loss="mse", missing="error")
    assert from_json(model.to_json(), "m.json") == model


def test_a_number_that_is_not_finite_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        a_model(float("nan")).to_json()


def test_a_model_tells_its_columns():
    assert MODEL.schema.features == (
        CategoricalColumn("carrier", ("UA", "AA", "B6")),
        NumericColumn("hour", 5.0, 23.0),
    )
    assert MODEL.coefficients.tolist() == [0.1, -2.0, 0.25]
    assert MODEL.columns == (("hour", None), ("carrier", "AA"), ("carrier", "B6"))
    assert MODEL.intercept == 1.5


def test_levels_stand_in_text_order_whatever_their_order_in_the_file():
    shuffled = TEXT.replace('"AA": -2.0,\n    "B6": 0.25,', '"B6": 0.25,\n    "AA": -2.0,')
    assert shuffled != TEXT
    assert from_json(shuffled, "m.json") == MODEL


@pytest.mark.parametrize(
    "other",
    [
        with_intercept(MODEL, 1.0),
        replace(MODEL, point=Coefficients(1.5, np.array([0.1, -2.0, 0.5]))),
        replace(MODEL, target="y"),
    ],
)
def test_models_are_equal_when_all_that_they_say_is(other):
    assert replace(MODEL) == MODEL != other
    assert MODEL.point != MODEL


def test_predictions_are_the_intercept_and_the_terms():
    frame = pd.DataFrame({"carrier": ["AA", "UA", "B6"], "hour": [10, 20.0, 0]})
    assert MODEL.predict(frame) == pytest.approx([1.5 - 2.0 + 1.0, 1.5 + 2.0, 1.5 + 0.25])


def test_columns_may_stand_in_another_order_beside_others():
    frame = pd.DataFrame({"note": ["?"], "hour": [10.0], "delay": [None], "carrier": ["AA"]})
    assert MODEL.predict(frame) == pytest.approx([0.5])


def test_a_level_never_seen_is_predicted_as_nan_in_its_row_only():
    predicted = MODEL.predict(pd.DataFrame({"carrier": ["AA", "DL"], "hour": [10.0, 10.0]}))
    assert predicted.tolist()[0] == pytest.approx(0.5)
    assert np.isnan(predicted[1])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"carrier": ["AA"]}, "unknown-column"),
        ({"carrier": ["AA"], "hour": ["ten"]}, "not-a-number"),
        ({"carrier": ["AA"], "hour": [np.inf]}, "not-finite"),
        ({"carrier": [None], "hour": [1.0]}, "missing-cell"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(frame, code):
    found = refusal_of(MODEL.predict, pd.DataFrame(frame))
    assert (found.code, found.file) == (code, None)


def test_a_model_without_terms_predicts_its_intercept():
    assert a_model(2.5).predict(pd.DataFrame({"x": [1.0, 2.0]})).tolist() == [2.5, 2.5]


@pytest.mark.parametrize(("loss", "quantile", "expected"), [("mae", 0.5, 2.0), ("mse", 0.5, 3.0), ("mae", 0.9, 7.0)])
def test_the_prediction_without_features_goes_with_the_loss(loss, quantile, expected):
    assert MODEL.baseline.prediction(loss, quantile) == expected


def test_loading_reads_a_file(tmp_path):
    (tmp_path / "m.json").write_text(TEXT, encoding="utf-8")
    assert load_model(tmp_path / "m.json") == MODEL
    assert load_model(str(tmp_path / "m.json")) == MODEL


def test_a_url_is_no_model_file():
    with pytest.raises(ModelError) as caught:
        load_model("https://host/m.json")
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("model-is-url", Place("https://host/m.json"))
    assert fault.remedy == "download it first and give the file"


def test_loading_names_the_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "absent.json")
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == ("file-not-found", Place(str(tmp_path / "absent.json")), None)


def test_loading_refuses_a_directory(tmp_path):
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path)
    assert (caught.value.fault.code, caught.value.fault.place) == ("unreadable-file", Place(str(tmp_path)))
