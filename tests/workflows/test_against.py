"""Two models on the same rows: which are refused."""

from dataclasses import replace

import pytest
from support.models import a_model
from support.tables import held

from mae_cli.errors import ModelError, Place, SettingsError
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.rows.schema import NumericColumn, Writing
from mae_cli.workflows.against import NamedModel, joint_columns
from mae_cli.workflows.evaluate_quantiles import QuantileEvaluationSettings, evaluate_quantiles
from mae_cli.workflows.gates import GateSettings

HELD = held("y,x\n1,2\n3,4\n")
X = NumericColumn("x", 0.0, 9.0)


def named(name, *, column=X, **fields):
    return NamedModel(a_model(1.0, (column, [0.5]), **fields), name)


def of_quantiles(name, *quantiles):
    models = [a_model(quantile, (X, [0.5]), quantile=quantile) for quantile in quantiles]
    return NamedModel(QuantileModel(tuple(models)), name)


def test_models_of_other_targets_are_refused():
    with pytest.raises(ModelError) as caught:
        joint_columns(named("new.json"), named("old.json", target="z"), HELD)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("targets-differ", Place("old.json", column="z"))
    assert fault.remedy == "compare models of one target"


def test_models_that_read_one_column_in_two_ways_are_refused():
    dollars = replace(X, writing=Writing(prefix="$"))
    with pytest.raises(ModelError) as caught:
        joint_columns(named("new.json"), named("old.json", column=dollars), HELD)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("notations-differ", Place("old.json", column="x"))
    assert fault.remedy == "evaluate them one by one"


def test_models_of_other_quantiles_are_refused():
    with pytest.raises(ModelError) as caught:
        evaluate_quantiles(
            of_quantiles("new.json", 0.1, 0.9),
            HELD,
            QuantileEvaluationSettings(),
            of_quantiles("old.json", 0.1, 0.5, 0.9),
        )
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("quantiles-differ", Place("old.json"))
    assert fault.remedy == "compare models of the same quantiles"


def test_a_coverage_needs_a_prediction_interval():
    settings = QuantileEvaluationSettings(gates=GateSettings(coverage=(0.7, 0.9)))
    with pytest.raises(SettingsError) as caught:
        evaluate_quantiles(of_quantiles("model.json", 0.1, 0.9), HELD, settings)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("no-prediction-interval", Place("model.json"))
    assert fault.remedy == "train it with --predict-interval"
