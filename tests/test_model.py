"""The model as a value and as a file's text: what it predicts, what it says, and what it refuses to read."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from mae_cli.errors import DataError, ModelError
from mae_cli.model import Baseline, CategoricalTerm, Model, NumericTerm, load_model
from mae_cli.schema import CategoricalColumn, NumericColumn

MODEL = Model(
    target="delay",
    loss="mae",
    quantile=0.9,
    weight="trips",
    intercept=1.5,
    terms=(
        CategoricalTerm("carrier", "UA", (("AA", -2.0), ("B6", 0.25), ("UA", 0.0))),
        NumericTerm("hour", 0.1, 5.0, 23.0),
    ),
    missing="drop",
    baseline=Baseline(2.0, 3.0, 7.0),
    training={"rows": 4, "seed": 0, "metrics": {"mae": 0.5, "r2": None}, "certificate": {"status": "optimal"}},
)

TEXT = """{
 "schema": "mae-cli/model",
 "version": 1,
 "target": "delay",
 "loss": "mae",
 "quantile": 0.9,
 "weight": "trips",
 "intercept": 1.5,
 "terms": [
  {
   "column": "carrier",
   "kind": "categorical",
   "baseline": "UA",
   "levels": {
    "AA": -2.0,
    "B6": 0.25,
    "UA": 0.0
   }
  },
  {
   "column": "hour",
   "kind": "numeric",
   "coefficient": 0.1,
   "minimum": 5.0,
   "maximum": 23.0
  }
 ],
 "missing": "drop",
 "baseline": {
  "median": 2.0,
  "mean": 3.0,
  "quantile": 7.0
 },
 "training": {
  "rows": 4,
  "seed": 0,
  "metrics": {
   "mae": 0.5,
   "r2": null
  },
  "certificate": {
   "status": "optimal"
  }
 }
}
"""


def changed(change):
    """The model's text after a change of its content."""
    content = json.loads(TEXT)
    change(content)
    return json.dumps(content)


def refusal(text):
    with pytest.raises(ModelError) as caught:
        Model.from_json(text, "m.json")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("m.json")
    return message


def test_the_file_is_indented_json_with_the_keys_in_a_fixed_order():
    assert MODEL.to_json() == TEXT


def test_reading_gives_back_what_was_written():
    assert Model.from_json(TEXT, "m.json") == MODEL
    assert Model.from_json(TEXT.encode(), "m.json") == MODEL


def test_names_are_readable_in_the_file():
    assert '"target": "größe"' in Model("größe", "mae", 0.5, None, 0.0, (), "drop", MODEL.baseline, {}).to_json()


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-308, 5e-324, 1.7976931348623157e308, -0.0, 123456789.123456789])
def test_numbers_survive_the_file_bit_for_bit(number):
    text = changed(lambda content: content.update(intercept=number))
    again = Model.from_json(Model.from_json(text, "m.json").to_json(), "m.json")
    assert again.intercept.hex() == float(number).hex()


def test_names_of_any_script_and_sign_survive_the_file():
    term = NumericTerm('gr\u00f6\u00dfe "[b]"\n\t\u202e', 1.0, 0.0, 1.0)
    model = Model("\u03b7", "mse", 0.5, None, 0.0, (term,), "error", MODEL.baseline, {})
    assert Model.from_json(model.to_json(), "m.json") == model


def test_a_number_that_is_not_finite_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        Model("y", "mae", 0.5, None, float("nan"), (), "drop", MODEL.baseline, {}).to_json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda m: m.update(target=3), "target must be a text"),
        (lambda m: m.update(loss="huber"), "loss must be one of mae, mse, not 'huber'"),
        (lambda m: m.update(quantile=1), "quantile must lie between 0 and 1, not 1"),
        (lambda m: m.update(quantile=True), "quantile must be a number"),
        (lambda m: m.update(weight=1), "weight must be a text"),
        (lambda m: m.update(intercept="1"), "intercept must be a number"),
        (lambda m: m.update(intercept=True), "intercept must be a number"),
        (lambda m: m.update(missing="keep"), "missing must be one of drop, error, not 'keep'"),
        (lambda m: m.update(terms={}), "terms must be a list"),
        (lambda m: m.update(terms=["hour"]), "terms must hold objects only"),
        (lambda m: m["terms"][0].update(kind="ordinal"), "terms[0].kind must be one of numeric, categorical"),
        (lambda m: m["terms"][0].update(levels=[]), "terms[0].levels must be an object"),
        (lambda m: m["terms"][0]["levels"].update(AA=None), "terms[0].levels.AA must be a number"),
        (lambda m: m["terms"][0]["levels"].update(UA=1.0), "terms[0].baseline must be one of the levels"),
        (lambda m: m["terms"][0].update(baseline="DL"), "terms[0].baseline must be one of the levels"),
        (lambda m: m["terms"][0].update(coefficient=1.0), "terms[0].coefficient is unknown"),
        (lambda m: m["terms"][1].pop("minimum"), "terms[1].minimum is missing"),
        (lambda m: m["terms"][1].update(column=None), "terms[1].column must be a text"),
        (lambda m: m["baseline"].pop("mean"), "baseline.mean is missing"),
        (lambda m: m["baseline"].update(mode=1.0), "baseline.mode is unknown"),
        (lambda m: m.update(baseline=0), "baseline must be an object"),
        (lambda m: m.update(training=[]), "training must be an object"),
        (lambda m: m.update(comment="hello"), "comment is unknown"),
        (lambda m: m["terms"].append(m["terms"][1]), "terms has a column twice"),
        (lambda m: m.update(quantile=0.9, loss="mse"), "quantile must be 0.5 for the loss mse"),
        (lambda m: m["terms"][1].update(minimum=99.0), "terms has a minimum above the maximum, for column 'hour'"),
        (lambda m: m.update(weight="hour"), "terms has the target or the weight among its columns"),
        (lambda m: m.update(weight=m["target"]), "terms has the target or the weight among its columns"),
        (lambda m: m.update(target="hour"), "terms has the target or the weight among its columns"),
    ],
)
def test_a_field_at_fault_is_named(change, field):
    assert refusal(changed(change)).startswith(f"m.json: field {field}")


@pytest.mark.parametrize("key", list(json.loads(TEXT)))
def test_every_field_is_required(key):
    assert refusal(changed(lambda content: content.pop(key))) == f"m.json: field {key} is missing"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400])
@pytest.mark.parametrize("place", ['"intercept": 1.5', '"AA": -2.0', '"coefficient": 0.1', '"mean": 3.0', '"mae": 0.5'])
def test_a_number_that_is_not_finite_is_refused_wherever_it_stands(place, number):
    refusal(TEXT.replace(place, f"{place.partition(':')[0]}: {number}"))


@pytest.mark.parametrize("line", ['"intercept": 1.5,', '"AA": -2.0,', '"column": "hour",', '"rows": 4,'])
def test_a_doubled_key_is_refused_wherever_it_stands(line):
    assert "stands in it twice" in refusal(TEXT.replace(line, line + line))


def test_another_version_is_refused_with_the_one_that_is_read():
    assert refusal(changed(lambda content: content.update(version=2))) == ("m.json has version 2; this program reads 1")


@pytest.mark.parametrize("version", [True, 1.0, "1", None])
def test_a_version_is_a_whole_number(version):
    assert refusal(changed(lambda content: content.update(version=version))) == (
        "m.json: field version must be a whole number"
    )


def test_the_json_of_another_program_is_refused_by_its_schema():
    assert refusal('{"schema": "mae-cli/train-report", "version": 1}') == (
        "m.json is no model file: its schema is 'mae-cli/train-report', not 'mae-cli/model'"
    )
    assert refusal("{}") == "m.json: field schema is missing"


@pytest.mark.parametrize("size", range(0, len(TEXT) - 2, 37))
def test_a_truncated_file_is_refused(size):
    assert refusal(TEXT[:size]).startswith("m.json is no model file: ")


def test_a_pickle_is_refused_and_not_run(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    refusal(pickle.dumps(Harmful()))
    refusal(pickle.dumps(Harmful(), protocol=0))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["[" * 100_000, TEXT.replace('"rows": 4', '"rows": ' + "[" * 60 + "]" * 60)])
def test_deep_nesting_is_refused(text):
    refusal(text)


def test_a_model_tells_its_columns():
    assert MODEL.schema.features == (
        CategoricalColumn("carrier", ("UA", "AA", "B6")),
        NumericColumn("hour", 5.0, 23.0),
    )
    assert MODEL.coefficients.tolist() == [0.1, -2.0, 0.25]


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
    ("frame", "message"),
    [
        ({"carrier": ["AA"]}, "has no column 'hour'"),
        ({"carrier": ["AA"], "hour": ["ten"]}, "column 'hour' must hold numbers"),
        ({"carrier": ["AA"], "hour": [np.inf]}, "column 'hour' is infinite in row 0"),
        ({"carrier": [None], "hour": [1.0]}, "column 'carrier' is missing in row 0"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(frame, message):
    with pytest.raises(DataError, match=message):
        MODEL.predict(pd.DataFrame(frame))


def test_a_model_without_terms_predicts_its_intercept():
    model = Model("y", "mae", 0.5, None, 2.5, (), "drop", MODEL.baseline, {})
    assert model.predict(pd.DataFrame({"x": [1.0, 2.0]})).tolist() == [2.5, 2.5]


@pytest.mark.parametrize(("loss", "quantile", "expected"), [("mae", 0.5, 2.0), ("mse", 0.5, 3.0), ("mae", 0.9, 7.0)])
def test_the_prediction_without_features_goes_with_the_loss(loss, quantile, expected):
    assert MODEL.baseline.prediction(loss, quantile) == expected


def test_loading_reads_a_file(tmp_path):
    (tmp_path / "m.json").write_text(TEXT, encoding="utf-8")
    assert load_model(tmp_path / "m.json") == MODEL
    assert load_model(str(tmp_path / "m.json")) == MODEL


def test_loading_names_the_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match=r"^there is no model file .*absent\.json$"):
        load_model(tmp_path / "absent.json")


def test_loading_refuses_a_directory(tmp_path):
    with pytest.raises(ModelError, match=r"^cannot read the model file "):
        load_model(tmp_path)
