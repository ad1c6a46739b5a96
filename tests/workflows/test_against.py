"""Two models on the same rows: which are refused."""

from dataclasses import replace

import pytest
from support.models import a_model
from support.tables import held

from mae_cli.errors import ModelError, Place, SettingsError
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.rows.schema import ApartWritings, NumericColumn, Writing
from mae_cli.workflows.against import NamedModel, holm, joint_columns
from mae_cli.workflows.evaluate import EvaluationSettings
from mae_cli.workflows.evaluate_quantiles import evaluate_quantiles
from mae_cli.workflows.gates import GateSettings

TEXT = "y,x\n1,2\n3,4\n"
HELD = held(TEXT)
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


PLAIN, DOLLARS, DAYS = Writing(), Writing(prefix="$"), Writing(date="%Y-%m-%d")


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (PLAIN, DOLLARS),
        (DOLLARS, Writing(prefix="€")),
        (PLAIN, Writing(suffix=" kg")),
        (PLAIN, Writing(free=True)),
        (DAYS, Writing(date="%H:%M")),
        (PLAIN, DAYS),
    ],
)
def test_models_whose_targets_mean_different_things_are_refused(own, other):
    with pytest.raises(ModelError) as caught:
        joint_columns(
            named("new.json", written=ApartWritings(own)), named("old.json", written=ApartWritings(other)), HELD
        )
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("targets-differ", Place("old.json", column="y"))
    assert fault.remedy == "train both on a target that is written alike"


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (PLAIN, Writing(thousands=",")),
        (DOLLARS, Writing(prefix="$ ", parentheses=True)),
        (DAYS, Writing(date="%d.%m.%Y")),
    ],
)
def test_models_whose_targets_mean_the_same_are_compared(own, other):
    subject, rival = (named("m.json", written=ApartWritings(each)) for each in (own, other))
    assert joint_columns(subject, rival, held(TEXT)).names == ("x",)


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
            EvaluationSettings(),
            of_quantiles("old.json", 0.1, 0.5, 0.9),
        )
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("quantiles-differ", Place("old.json"))
    assert fault.remedy == "compare models of the same quantiles"


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.001, 0.8], [1.0, 0.003, 1.0]),
        ([0.02], [0.02]),
        ([0.04, 0.01, 0.04], [0.08, 0.03, 0.08]),
    ],
)
def test_the_p_values_of_several_comparisons_are_those_of_holm(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


def test_the_mae_is_limited_where_the_median_is_predicted():
    settings = EvaluationSettings(gates=GateSettings(max_mae=1.0))
    with pytest.raises(SettingsError) as caught:
        evaluate_quantiles(of_quantiles("model.json", 0.1, 0.9), HELD, settings)
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == ("no-median", Place("model.json"), "use --max-pinball")
    (gate,) = evaluate_quantiles(of_quantiles("model.json", 0.1, 0.5), held(TEXT), settings).gates
    # The targets are 1 and 3, the predictions ½ + ½x: 1½ and 2½.
    assert (gate.name, gate.quantile, gate.value, gate.passed) == ("max-mae", 0.5, 0.5, True)


def test_the_pinball_loss_of_every_quantile_is_limited():
    settings = EvaluationSettings(gates=GateSettings(max_pinball=0.22))
    gates = evaluate_quantiles(of_quantiles("model.json", 0.1, 0.5), held(TEXT), settings).gates
    # At 0.1 the line is lower by 0.4: the residuals are -0.1 and 0.9, and the mean loss (0.9·0.1 + 0.1·0.9)/2.
    assert [gate.value for gate in gates] == pytest.approx([0.09, 0.25])
    assert [(gate.name, gate.quantile, gate.passed) for gate in gates] == [
        ("max-pinball", 0.1, True),
        ("max-pinball", 0.5, False),
    ]


def test_a_coverage_needs_a_prediction_interval():
    settings = EvaluationSettings(gates=GateSettings(coverage=(0.7, 0.9)))
    with pytest.raises(SettingsError) as caught:
        evaluate_quantiles(of_quantiles("model.json", 0.1, 0.9), HELD, settings)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("no-prediction-interval", Place("model.json"))
    assert fault.remedy == "train it with --predict-interval"
