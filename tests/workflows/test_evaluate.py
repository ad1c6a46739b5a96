"""The use case "evaluate": which rows are scored, and how."""

import numpy as np
import pytest
from support.models import a_model
from support.tables import held

from mae_cli.errors import DataError, ModelError, Place, SettingsError
from mae_cli.model.model import Baseline
from mae_cli.model.quantile_model import QuantileModel
from mae_cli.results.evaluation import EvaluationRows
from mae_cli.results.notes import FewRows, LimitedMae, MixedQuantiles, OneRow, UnseenRows
from mae_cli.rows.schema import CategoricalColumn, NumericColumn
from mae_cli.workflows.evaluate import EvaluationSettings, NamedModel, evaluate, evaluate_quantiles, wilson
from mae_cli.workflows.gates import GateSettings

TERMS = ((CategoricalColumn("k", ("b", "a")), [2.0]), (NumericColumn("x", 0.0, 9.0), [0.5]))


def model(weight=None, loss="mae", quantile=0.5, terms=TERMS):
    return a_model(1.0, *terms, loss=loss, quantile=quantile, weight=weight, baseline=Baseline(2.0, 3.0, 4.0))


def run(text, model, **settings):
    return evaluate(NamedModel(model, "m.json"), held(text), EvaluationSettings(**settings))


def test_metrics_are_those_of_the_model_on_these_rows():
    # Predictions: 1 + 0.5 + 2, 1 + 1, 1 + 2.5 + 2; residuals 0.5, −1, 3.
    scores = run("y,x,k\n4,1,a\n1,2,b\n8.5,5,a\n", model()).scores
    assert scores.model.mae == pytest.approx(1.5)
    assert scores.model.mse == pytest.approx(10.25 / 3)
    assert scores.model.median_ae == 1.0
    assert scores.model.baseline_mae == scores.baseline.mae == pytest.approx((2 + 1 + 6.5) / 3)


@pytest.mark.parametrize(("loss", "quantile", "trivial"), [("mae", 0.5, 2.0), ("mse", 0.5, 3.0), ("mae", 0.9, 4.0)])
def test_the_trivial_prediction_is_the_one_of_training(loss, quantile, trivial):
    scores = run("y,x,k\n4,1,a\n1,2,b\n", model(loss=loss, quantile=quantile)).scores
    assert scores.baseline.mae == np.mean([abs(4 - trivial), abs(1 - trivial)])


def test_weights_are_honoured_when_the_data_have_them():
    report = run("y,x,k,w\n4,1,a,3\n1,2,b,1\n9,9,a,0\n", model("w"))
    assert report.weight == "w"
    assert report.scores.model.mae == pytest.approx((3 * 0.5 + 1) / 4)


def test_weights_that_the_data_lack_are_noted_once():
    report = run("y,x,k\n4,1,a\n1,2,b\n", model("w"))
    assert report.weight is None
    assert report.scores.model.mae == pytest.approx(0.75)
    assert report.notes == ("data.csv has no weight column 'w'; all rows weigh the same",)


def test_a_column_that_happens_to_be_called_weight_is_left_alone():
    assert run("y,x,k,w\n4,1,a,9\n1,2,b,1\n", model()).scores.model.mae == pytest.approx(0.75)


def test_every_row_read_is_used_dropped_or_unseen():
    text = "y,x,k\n4,1,a\n,1,new\n1,2,new\n1,,b\n1,2,b\n"
    report = run(text, model(), skip_unseen=True)
    assert report.rows == EvaluationRows(read=5, used=2, dropped=2, unseen=1)
    assert report.notes == (
        "2 of 5 rows dropped for a missing cell; column 'y' is missing in 1 of them",
        UnseenRows(1, "data"),
    )


def against(text, model, rival, **gates):
    settings = EvaluationSettings(gates=GateSettings(**gates))
    return evaluate(NamedModel(model, "m.json"), held(text), settings, NamedModel(rival, "r.json")).notes


def test_few_rows_make_the_interval_of_a_difference_rough_or_impossible():
    text = "y,x,k,w\n" + "4,1,a,1\n" * 29
    assert against(text, model("w"), model()) == (FewRows(29),)
    assert against("y,x,k,w\n4,1,a,1\n" + "4,1,a,0\n" * 28, model("w"), model()) == (OneRow(),)
    assert against(text + "4,1,a,1\n", model("w"), model()) == ()


def test_the_mae_of_other_quantiles_than_the_median_is_noted_where_it_is_compared_or_limited():
    text, high = "y,x,k\n" + "4,1,a\n" * 30, model(quantile=0.9)
    assert against(text, high, model()) == (MixedQuantiles(0.9, 0.5),)
    assert against(text, model(), high) == (MixedQuantiles(0.5, 0.9),)
    assert against(text, high, high, max_mae=9.0) == (LimitedMae(0.9),)
    assert against(text, model(), model(), max_mae=9.0) == ()


@pytest.mark.parametrize("skip_unseen", [False, True])
def test_a_level_never_seen_in_a_row_that_is_dropped_does_not_matter(skip_unseen):
    report = run("y,x,k\n4,1,a\n,1,new\n", model(), skip_unseen=skip_unseen)
    assert report.rows == EvaluationRows(read=2, used=1, dropped=1, unseen=0)


def test_a_level_never_seen_is_refused_naming_line_column_and_level():
    with pytest.raises(DataError) as caught:
        run("y,x,k\n4,1,a\n,1,x\n1,2,new\n", model())
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("unseen-level", Place("data.csv", line=4, column="k"))
    assert (fault.cell, fault.remedy) == ("new", "skip such rows with --unseen skip, or train on data that has them")


def test_the_first_row_at_fault_is_named_whichever_column_it_is_in():
    two = (*TERMS, (CategoricalColumn("m", ("p",)), []))
    with pytest.raises(DataError) as caught:
        run("y,x,k,m\n4,1,a,q\n1,2,new,p\n", model(terms=two))
    assert (caught.value.fault.code, caught.value.fault.cell) == ("unseen-level", "q")
    assert caught.value.fault.place == Place("data.csv", line=2, column="m")


@pytest.mark.parametrize("text", ["y,x,k\n4,1,new\n", "y,x,k,w\n4,1,new,1\n3,1,a,0\n"])
def test_nothing_to_score_is_refused(text):
    with pytest.raises(DataError) as caught:
        run(text, model("w"), skip_unseen=True)
    assert (caught.value.fault.code, caught.value.fault.place) == ("no-row-to-score", Place("data.csv"))


@pytest.mark.parametrize("text", ["y,x,k\n1,1,a\n1,1e308,a\n", "y,x,k\n1,1,a\n-1.7e308,2e307,a\n"])
def test_a_residual_beyond_floating_point_is_refused_with_its_line(text):
    steep = (TERMS[0], (NumericColumn("x", 0.0, 9.0), [5.0]))
    with pytest.raises(DataError) as caught:
        run(text, model(terms=steep))
    assert (caught.value.fault.code, caught.value.fault.place) == ("residual-overflow", Place("data.csv", line=3))


def test_the_report_says_what_was_scored():
    report = run("y,x,k\n4,1,a\n", model(loss="mae", quantile=0.9))
    assert (report.model, report.source, report.target) == ("m.json", "data.csv", "y")
    assert (report.loss, report.quantile) == ("mae", 0.9)


@pytest.mark.parametrize(
    ("options", "code", "remedy"),
    [
        ({"worst": -1}, "worst-out-of-range", None),
        ({"show": ("x",)}, "show-without-worst", "add --worst with their number"),
    ],
)
def test_settings_that_are_out_of_range_are_refused(options, code, remedy):
    with pytest.raises(SettingsError) as caught:
        EvaluationSettings(**options)
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)


TEXT = "y,x\n1,2\n3,4\n"
HELD = held(TEXT)
X = NumericColumn("x", 0.0, 9.0)


def of_quantiles(name, *quantiles):
    models = [a_model(quantile, (X, [0.5]), quantile=quantile) for quantile in quantiles]
    return NamedModel(QuantileModel(tuple(models)), name)


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


def test_the_interval_of_a_share_is_wilson_s():
    assert wilson(0.5, 100) == pytest.approx((0.40383, 0.59617), abs=1e-5)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert all(wilson(0.0, count)[0] >= 0 and wilson(1.0, count)[1] <= 1 for count in range(1, 200))
