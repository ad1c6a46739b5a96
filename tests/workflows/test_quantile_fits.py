"""Several quantiles fitted by the library: a list of results, and one model file for the commands."""

import json

import numpy as np
import pandas as pd
import pytest

from mae_cli import ModelError, QuantileFits, QuantileModel, fit, load_model

QUANTILES = [0.9, 0.1, 0.5]


@pytest.fixture
def table() -> pd.DataFrame:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"size": random.standard_normal(90), "colour": random.choice(["red", "blue"], 90)})
    return frame.assign(price=2 * frame["size"] + (frame["colour"] == "red") + random.standard_t(3, 90))


def test_a_fit_of_several_quantiles_is_a_list_of_results(table):
    results = fit(table, "price", quantile=QUANTILES)
    assert isinstance(results, QuantileFits)
    assert [result.quantile for result in results] == QUANTILES


def test_one_file_has_all_quantiles_in_their_order(table, tmp_path):
    results = fit(table, "price", quantile=QUANTILES)
    results.save(tmp_path / "model.json")
    model = load_model(tmp_path / "model.json")
    assert isinstance(model, QuantileModel)
    assert model.quantiles == (0.1, 0.5, 0.9)
    by_quantile = {result.quantile: result.predict(table) for result in results}
    expected = np.sort(np.column_stack([by_quantile[quantile] for quantile in sorted(QUANTILES)]), axis=1)
    assert model.predict(table).tolist() == results.model.predict(table).tolist() == expected.tolist()


def test_the_file_is_the_one_that_a_command_writes(table, tmp_path, mae_train, mae_eval):
    table.to_csv(tmp_path / "data.csv", index=False)
    trained = ["-t", "price", "--quantile", "0.1,0.5,0.9", "-o", tmp_path / "command.json"]
    assert mae_train(tmp_path / "data.csv", *trained).exit_code == 0
    fit(table, "price", quantile=QUANTILES).save(tmp_path / "library.json")
    command, library = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("command", "library"))
    assert library.keys() == command.keys()
    for one, other in zip(library["models"], command["models"], strict=True):
        assert one.keys() == other.keys()
        assert one["quantile"] == other["quantile"]
        assert one["intercept"] == pytest.approx(other["intercept"], rel=1e-9)
        assert one["baseline"] == pytest.approx(other["baseline"])
    by_command, by_library = (
        json.loads(mae_eval(tmp_path / f"{name}.json", tmp_path / "data.csv", "--json").stdout)["quantiles"]
        for name in ("command", "library")
    )
    for one, other in zip(by_library, by_command, strict=True):
        assert one["metrics"] == pytest.approx(other["metrics"], rel=1e-9)


@pytest.mark.parametrize(
    ("quantiles", "code", "remedy"),
    [
        ([], "too-few-quantiles", "fit some"),
        ([0.5], "too-few-quantiles", "save the result itself"),
        ([0.5, 0.1, 0.5], "duplicate-quantile", "fit it once"),
    ],
)
def test_what_makes_no_model_of_several_quantiles_is_not_saved(quantiles, code, remedy, table, tmp_path):
    results = fit(table, "price", quantile=quantiles)
    with pytest.raises(ModelError) as caught:
        results.save(tmp_path / "model.json")
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)
    assert not (tmp_path / "model.json").exists()


def test_a_file_that_is_no_model_is_replaced_by_force_alone(table, tmp_path):
    results, path = fit(table, "price", quantile=[0.2, 0.8]), tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(ModelError) as caught:
        results.save(path)
    assert caught.value.fault.remedy.endswith("force=True")
    results.save(str(path), force=True)
    assert load_model(path).quantiles == (0.2, 0.8)
