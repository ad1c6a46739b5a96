"""Models of several quantiles: their file, their predictions, and what no fit produces."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.models import MODEL

from mae_cli.errors import ModelError, Place
from mae_cli.model.files import from_json
from mae_cli.model.quantile_model import Calibration, QuantileModel, between
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.schema import ApartWritings, NumericColumn, Schema, Writing

LOW, MIDDLE, HIGH = (
    replace(MODEL, loss="mae", quantile=quantile, point=Coefficients(intercept, MODEL.point.values))
    for quantile, intercept in ((0.1, 3.0), (0.5, 1.0), (0.9, 9.0))
)
OTHER = Schema((MODEL.schema.features[0], NumericColumn("hour", 5.0, 22.0)))
SEVERAL = QuantileModel((LOW, MIDDLE, HIGH))
CALIBRATED = replace(SEVERAL, calibration=Calibration(0.8, 0.5, 100))


@pytest.mark.parametrize("model", [SEVERAL, CALIBRATED])
def test_what_is_written_is_read_again(model):
    again = from_json(model.to_json(), "m.json")
    assert isinstance(again, QuantileModel)
    assert again.to_json() == model.to_json()
    assert again.quantiles == (0.1, 0.5, 0.9)
    assert again.calibration == model.calibration


def test_a_model_of_one_quantile_is_still_written_as_version_1():
    assert json.loads(MODEL.to_json())["version"] == 1
    assert json.loads(SEVERAL.to_json())["version"] == 2


def test_models_of_a_written_target_are_of_version_3():
    written = ApartWritings(Writing(prefix="$"))
    several = QuantileModel(tuple(replace(each, written=written) for each in SEVERAL.models))
    assert json.loads(several.to_json())["version"] == 3
    again = from_json(several.to_json(), "m.json")
    assert again.written == written
    with pytest.raises(ModelError) as caught:
        from_json(QuantileModel((several.models[0], *SEVERAL.models[1:])).to_json(), "m.json")
    assert caught.value.fault.code == "differing-models"
    assert again.to_json() == several.to_json()


def test_predictions_are_sorted_where_lines_cross():
    frame = pd.DataFrame({"carrier": ["UA", "B6"], "hour": [10.0, 20.0]})
    assert SEVERAL.predict(frame) == pytest.approx(np.array([[2.0, 4.0, 10.0], [3.25, 5.25, 11.25]]))
    design = Design(np.array([[10.0], [20.0]]), (np.array([0, 2], dtype=np.int32),), (2,))
    assert SEVERAL.outputs(design) == pytest.approx(SEVERAL.predict(frame))
    assert CALIBRATED.outputs(design) == pytest.approx(np.array([[4.0, 1.5, 10.5], [5.25, 2.75, 11.75]]))


def test_the_ends_are_moved_by_the_margin_and_never_cross():
    predictions = np.array([[1.0, 2.0, 4.0], [1.0, 1.0, 1.5]])
    assert between(predictions, Calibration(0.8, 0.5, 10)).tolist() == [[0.5, 4.5], [0.5, 2.0]]
    assert between(predictions, Calibration(0.8, -0.5, 10)).tolist() == [[1.5, 3.5], [1.25, 1.25]]
    assert between(predictions, None).tolist() == [[1.0, 4.0], [1.0, 1.5]]


def test_the_columns_of_predictions_have_names():
    assert SEVERAL.output_names("p") == ("p_0.1", "p_0.5", "p_0.9")
    assert CALIBRATED.output_names("p") == ("p", "lower", "upper")
    assert MODEL.output_names("p") == ("p",)


def refusal(text):
    with pytest.raises(ModelError) as caught:
        from_json(text, "m.json")
    assert (caught.value.fault.place, caught.value.fault.remedy) == (Place("m.json"), None)
    return caught.value.fault


@pytest.mark.parametrize(
    ("models", "code"),
    [
        ((LOW,), "too-few-quantiles"),
        ((HIGH, LOW), "unordered-quantiles"),
        ((LOW, LOW), "unordered-quantiles"),
        ((LOW, replace(MIDDLE, loss="mse")), "model-of-no-quantile"),
        ((LOW, replace(MIDDLE, target="other")), "differing-models"),
        ((LOW, replace(MIDDLE, missing="error")), "differing-models"),
        ((LOW, replace(MIDDLE, weight=None)), "differing-models"),
        ((LOW, replace(MIDDLE, schema=OTHER)), "differing-models"),
    ],
)
def test_what_no_fit_produces_is_refused(models, code):
    assert refusal(QuantileModel(models).to_json()).code == code


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (lambda content: content.update(more=1), "unknown-field", "more"),
        (lambda content: content.pop("calibration"), "missing-field", "calibration"),
        (lambda content: content["models"][1].update(more=1), "unknown-field", "models[1].more"),
        (lambda content: content["calibration"].update(coverage=1.5), "field-out-of-range", "calibration.coverage"),
        (lambda content: content["calibration"].update(more=1), "unknown-field", "calibration.more"),
        (lambda content: content["calibration"].update(rows=0), "field-out-of-range", "calibration.rows"),
    ],
)
def test_a_damaged_file_is_refused_with_the_field(change, code, field):
    content = json.loads(CALIBRATED.to_json())
    change(content)
    fault = refusal(json.dumps(content))
    assert fault.code == code
    assert fault.what.startswith(f"field {field} ")
