"""The use case "train": what becomes of rows and columns, and what model and report say about them."""

import json
from dataclasses import replace
from itertools import combinations
from unittest import mock

import numpy as np
import pytest
from support.tables import held

from mae_cli.errors import DataError, Place, SettingsError
from mae_cli.model.files import from_json
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.results.notes import Diverged, NearlyDependent, NoGain, NoRowsToSpare, NotImproved, UnscoredHoldout
from mae_cli.results.training import TrainingRows
from mae_cli.rows.sampling import Split
from mae_cli.rows.schema import CategoricalColumn, DesignColumn, NumericColumn
from mae_cli.solvers.settings import Textbook
from mae_cli.solvers.solution import Status
from mae_cli.tables.columns import ColumnChoice
from mae_cli.workflows.fit import FitSettings, fit_prepared
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train

TABLE = """y,x,k,w
1.0,1,b,1
2.5,2,a,2
3.0,3,b,0
8.0,4,c,1
4.5,5,a,3
6.0,6,a,1
"""


def run(text, *, target="y", listener=NO_PROGRESS, loss="mae", quantile=0.5, solver=None, intercept=True, **options):
    choice = {name: options.pop(name) for name in ("features", "exclude", "categorical", "weight") if name in options}
    fit = FitSettings(loss, quantile, intercept, *([solver] if solver else []))
    settings = TrainSettings(ColumnChoice(target, **choice), fit, **options)
    return train(held(text), settings, listener)


def split_rows(count, fraction, seed):
    """The rows that are fitted and those held out."""
    held_out = Split.of(count, fraction, seed).is_held(np.arange(count))
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def table(columns):
    """A CSV text of named columns."""
    rows = zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows), ""])


def random_table(rows, seed=0):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, rows))
    return table({"y": 2 * x - z + rng.standard_cauchy(rows), "x": x, "z": z})


def test_the_columns_follow_the_file_and_hold_ranges_and_levels():
    model = run(TABLE, exclude=frozenset({"w"})).model
    assert model.schema.features == (NumericColumn("x", 1.0, 6.0), CategoricalColumn("k", ("a", "b", "c")))


def test_levels_stand_in_text_order_whatever_the_baseline():
    model = run("y,k\n1,c\n2,b\n3,b\n4,a\n", features=("k",)).model
    assert model.schema.categorical[0].levels == ("b", "a", "c")
    assert list(json.loads(model.to_json())["terms"][0]["levels"]) == ["a", "b", "c"]


def test_the_model_has_the_coefficients_of_the_report():
    trained = run(TABLE, exclude=frozenset({"w"}))
    reported = {effect.column: effect.value for effect in trained.report.fit.effects}
    assert reported == dict(zip(trained.model.columns, trained.model.coefficients, strict=True))
    (number, levels) = json.loads(trained.model.to_json())["terms"]
    assert number["coefficient"] == reported["x", None]
    assert levels["levels"] == {"a": 0.0, "b": reported["k", "b"], "c": reported["k", "c"]}


def test_the_fit_is_the_best_of_all_planes_through_rows():
    """The optimum passes through as many rows as there are coefficients, so the best of all such planes is it."""
    text = random_table(12)
    trained = run(text)
    cells = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=float)
    y, X = cells[:, 0], np.column_stack([np.ones(12), cells[:, 1:]])
    vertices = (np.linalg.solve(X[list(rows)], y[list(rows)]) for rows in combinations(range(12), 3))
    best = min(np.abs(y - X @ w).mean() for w in vertices)
    assert trained.report.fit.train.model.mae == pytest.approx(best, rel=1e-12)
    assert trained.report.fit.certificate.status is Status.OPTIMAL


def test_the_model_gives_the_predictions_that_were_scored():
    trained = run(random_table(40), loss="mse")
    again = from_json(trained.model.to_json(), "m.json")
    assert again == trained.model
    assert again.training["metrics"] == vars(trained.report.fit.train.model)


def test_rows_are_counted_where_they_went():
    text = TABLE + ",7,a,1\n2,,a,1\n"
    assert run(text, weight="w").report.rows == TrainingRows(8, 6, 2, 0, 0, 1)
    assert run(text, features=("k",)).report.rows == TrainingRows(8, 7, 1, 0, 0, 0, missing_column="y")


def test_the_baseline_is_that_of_the_training_rows_by_weight():
    baseline = run(TABLE, weight="w", quantile=0.9).model.baseline
    repeated = np.repeat([1.0, 2.5, 3.0, 8.0, 4.5, 6.0], [1, 2, 0, 1, 3, 1])
    assert baseline.mean == pytest.approx(repeated.mean(), rel=1e-15)
    assert baseline.median == np.median(repeated)
    assert baseline.quantile == 8.0


@pytest.mark.parametrize(("loss", "quantile", "trivial"), [("mae", 0.5, 3.75), ("mse", 0.5, 25 / 6), ("mae", 0.8, 6.0)])
def test_the_trivial_scores_are_those_of_the_constant_that_goes_with_the_loss(loss, quantile, trivial):
    scores = run(TABLE, features=("x",), loss=loss, quantile=quantile).report.fit.train
    y = np.array([1.0, 2.5, 3.0, 8.0, 4.5, 6.0])
    assert scores.baseline.mae == pytest.approx(np.abs(y - trivial).mean(), rel=1e-15)
    assert scores.model.baseline_mae == scores.baseline.mae


def test_columns_count_what_was_estimated():
    assert run(TABLE, features=("x", "k")).report.columns == 4
    assert run(TABLE, features=("x", "k"), intercept=False).report.columns == 3
    assert (
        run(
            "y,x,x2,one\n1,1,2,5\n3,2,4,5\n4,5,10,5\n",
        ).report.columns
        == 2
    )


def test_without_an_intercept_the_report_has_none_and_the_model_zero():
    trained = run(TABLE, features=("x",), intercept=False)
    assert trained.report.fit.intercept is None
    assert trained.model.intercept == 0.0


@pytest.mark.parametrize("seed", [0, 1])
def test_the_holdout_takes_the_rows_that_the_seed_chooses(seed):
    text = random_table(50, seed=3)
    trained = run(text, holdout=0.3, seed=seed)
    header, *lines = text.splitlines()
    kept, _ = split_rows(50, 0.3, seed)
    alone = run("\n".join([header, *(lines[row] for row in kept)]))
    assert trained.model.schema == alone.model.schema
    assert trained.model.point == alone.model.point
    assert trained.report.fit.train == alone.report.fit.train
    assert trained.model.baseline == alone.model.baseline
    assert trained.report.fit.holdout is not None


def test_the_range_of_a_number_is_that_of_the_training_rows():
    text = "y,x\n" + "".join(f"{i},{i}\n" for i in range(20))
    kept, _ = split_rows(20, 0.5, 1)
    (column,) = run(text, holdout=0.5, seed=1).model.schema.numeric
    assert (column.minimum, column.maximum) == (kept.min(), kept.max())


def test_holdout_rows_of_weight_zero_only_cannot_be_scored():
    _, held = split_rows(10, 0.2, 0)
    weights = np.ones(10, int)
    weights[held] = 0
    text = table({"y": range(10), "x": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], "w": weights})
    report = run(text, weight="w", holdout=0.2).report
    assert report.fit.holdout is None
    assert report.notes == (UnscoredHoldout(),)


def test_training_rows_of_weight_zero_only_are_refused():
    kept, _ = split_rows(10, 0.2, 0)
    weights = np.ones(10, int)
    weights[kept] = 0
    text = table({"y": range(10), "x": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], "w": weights})
    with pytest.raises(DataError) as caught:
        run(text, weight="w", holdout=0.2)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("zero-training-weights", Place("data.csv", column="w"))
    assert fault.remedy == "choose another --seed"


@pytest.mark.parametrize("options", [{}, {"holdout": 0.5}])
def test_weights_that_are_all_zero_are_refused_by_name(options):
    with pytest.raises(DataError) as caught:
        run("y,x,w\n1,1,0\n2,2,0.0\n", weight="w", **options)
    assert (caught.value.fault.code, caught.value.fault.place) == ("zero-weights", Place("data.csv", column="w"))


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_a_fraction_that_is_none_is_refused(fraction):
    with pytest.raises(SettingsError) as caught:
        run(TABLE, holdout=fraction)
    assert caught.value.fault.code == "holdout-out-of-range"


def test_the_notes_are_those_of_the_data():
    assert run("y,x\n1,1\n2,\n3,3\n4,5\n").report.notes == (
        "1 of 4 rows dropped for a missing cell; column 'x' is missing in all of them",
    )


def test_as_many_coefficients_as_rows_are_remarked_on():
    assert run("y,x\n1,1\n3,3\n").report.fit.notes == (NoRowsToSpare(2),)


def test_a_model_no_better_than_the_median_is_remarked_on():
    notes = run("y,x\n" + "".join(f"{y},{x}\n" for y, x in [(5, 1), (5, 2), (5, 3), (5, 4), (9, 5)])).report.fit.notes
    assert notes == (NoGain(),)


def nearly(own, rows=60):
    """A table whose column b is twice a but for a share of its spread."""
    rng = np.random.default_rng(3)
    a, c, noise = rng.normal(size=(3, rows)) + 5
    b = 2 * a + 2 * own * (noise - 5)
    return table({"y": a + c + rng.normal(size=rows), "a": a, "c": c, "b": b})


@pytest.mark.parametrize(("own", "told"), [(1e-4, False), (3e-6, False), (3e-7, True), (1e-9, True)])
@pytest.mark.parametrize("options", [{}, {"loss": "mse"}, {"intercept": False}])
def test_columns_that_are_nearly_combinations_of_others_are_named(own, told, options):
    if not options.get("intercept", True):
        own *= 5  # without an intercept the spread of a is its distance from 0
    notes = run(nearly(own), **options).report.fit.notes
    assert (NearlyDependent((DesignColumn("a"), DesignColumn("b"))) in notes) == told
    assert any(isinstance(note, NearlyDependent) for note in notes) == told


# The slope of the MAE is bounded, so that even absurd steps do not grow.
@pytest.mark.parametrize(("loss", "diverges"), [("mae", False), ("mse", True)])
def test_a_descent_that_diverges_or_never_improves_says_so_and_stays_finite(loss, diverges):
    solver = Textbook(learning_rate=1e200, schedule="constant")
    fit = run(TABLE, features=("x",), loss=loss, solver=solver).report.fit
    assert fit.notes == (*([Diverged(fit.history.iterations)] if diverges else []), NotImproved())
    assert np.isfinite(fit.history.loss).all()


def test_a_descent_is_measured_against_nothing_that_is_not_proved(monkeypatch):
    def unproved(prepared, settings, listener):
        found = fit_prepared(prepared, settings, listener)
        if isinstance(settings.solver, Textbook):
            return found
        certificate = replace(found.solution.certificate, status=Status.LIMIT)
        return replace(found, solution=replace(found.solution, certificate=certificate))

    assert run(TABLE, features=("x",), solver=Textbook(epochs=4)).report.fit.optimum is not None
    monkeypatch.setattr("mae_cli.workflows.train.fit_prepared", unproved)
    assert run(TABLE, features=("x",), solver=Textbook(epochs=4)).report.fit.optimum is None


def test_the_watch_is_told_of_the_rows_read_and_of_every_epoch():
    listener = mock.create_autospec(ProgressListener, instance=True)
    run(TABLE, features=("x",), solver=Textbook(epochs=4), listener=listener)
    listener.reading.assert_called_once_with(6, 0.0)
    assert [call.args[0] for call in listener.reached.mock_calls] == [1, 2, 3, 4]
    assert all(call.args[1] > 0 for call in listener.reached.mock_calls)


def test_the_report_names_its_source_and_no_model_yet():
    report = run(TABLE, weight="w").report
    assert (report.source, report.target, report.weight, report.model) == ("data.csv", "y", "w", None)
    assert report.seconds.total >= report.seconds.read >= 0
    assert report.seconds.total == pytest.approx(report.seconds.read + report.seconds.fit)


def test_the_other_loss_is_fitted_only_when_asked():
    assert run(TABLE, features=("x",)).report.comparison is None
    compared = run(TABLE, features=("x",), quantile=0.9, compare=True)
    assert (compared.report.fit.loss, compared.report.fit.quantile) == ("mae", 0.9)
    assert (compared.report.comparison.other.loss, compared.report.comparison.other.quantile) == ("mse", 0.5)


def test_a_rerun_gives_the_same_model_bit_for_bit():
    text = random_table(300, seed=5)
    assert run(text).model.to_json() == run(text).model.to_json()


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_no_model_file_could_hold_is_refused(seed):
    with pytest.raises(SettingsError) as caught:
        TrainSettings(ColumnChoice("y"), seed=seed)
    assert caught.value.fault.code == "seed-out-of-range"


@pytest.mark.parametrize(
    ("options", "code", "remedy"),
    [
        ({"importance": True, "fit": FitSettings(loss="mse")}, "importance-needs-exact-mae", "leave out --importance"),
        ({"columns": ColumnChoice("y", cluster="g")}, "cluster-without-intervals", "leave out --cluster"),
        ({"calibration": 20.0}, "calibration-out-of-range", "give 0.2 for 20%"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(options, code, remedy):
    with pytest.raises(SettingsError) as caught:
        TrainSettings(**({"columns": ColumnChoice("y")} | options))
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)
