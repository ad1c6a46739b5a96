"""What the library's fits return: one model with the commands, its file, and a proof that NumPy can check."""

import json
from dataclasses import asdict, replace
from functools import reduce
from operator import getitem

import numpy as np
import pandas as pd
import pytest
from support.inference import Case, ends, reference

from mae_cli import DataError, Model, ModelError, SettingsError, Textbook, exponential_factors, fit, load_model, refit
from mae_cli.errors import Place
from mae_cli.model.model import LinearModel
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(23)


@pytest.fixture
def X(random) -> np.ndarray:
    return random.standard_normal((150, 3)) * [1.0, 1e3, 1e-3]


@pytest.fixture
def y(random, X) -> np.ndarray:
    return 5 + X @ [2.0, -1e-3, 3e3] + random.standard_t(2, 150)


@pytest.fixture
def frame(random) -> pd.DataFrame:
    colours = random.choice(["red", "green", "blue"], 150, p=[0.6, 0.3, 0.1])
    table = pd.DataFrame({"size": random.standard_normal(150), "colour": colours, "trips": random.integers(0, 4, 150)})
    table["new"] = random.random(150) < 0.5
    table["price"] = table["size"] + 2.0 * (table["colour"] == "red") + random.standard_t(2, 150)
    return table


# ---------------------------------------------------------------- one model


def saved(result, tmp_path) -> Model:
    """The model as it comes back from its file."""
    result.save(tmp_path / "model.json")
    return load_model(tmp_path / "model.json")


def assert_same_model(result, X, tmp_path):
    model = saved(result, tmp_path)
    assert model == result.model
    assert model.predict(X).tobytes() == result.predict(X).tobytes() == result.model.predict(X).tobytes()
    assert (model.intercept, model.columns, model.schema) == (result.intercept, result.columns, result.schema)
    assert model.coefficients.tolist() == result.coefficients.tolist()
    assert (model.loss, model.quantile) == (result.loss, result.quantile)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"loss": "mse"},
        {"quantile": 0.9},
        {"intercept": False},
        {"sample_weight": np.arange(150) % 4},
        {"solver": Textbook(epochs=5, batch_size=20, seed=7)},
    ],
)
def test_what_is_loaded_is_what_was_saved_and_predicts_the_same_bits(options, X, y, tmp_path):
    result = fit(X, y, **options)
    assert isinstance(result, LinearModel)
    assert_same_model(result, X, tmp_path)
    training = result.model.training
    solver = options.get("solver")
    assert (training["rows"], training["seed"]) == (150, 7 if solver else 0)
    assert training["solver"] == ("textbook" if solver else "auto")


def test_a_frame_with_levels_is_saved_with_them(frame, tmp_path):
    result = fit(frame, "price", quantile=0.25)
    assert_same_model(result, frame, tmp_path)
    changed = frame.assign(colour=frame["colour"].replace("blue", "violet"))
    assert np.isnan(load_model(tmp_path / "model.json").predict(changed)).sum() == (frame["colour"] == "blue").sum()


def test_every_member_of_a_family_is_saved_for_itself(frame, tmp_path):
    for quantile, each in zip([0.1, 0.5, 0.9], fit(frame, "price", quantile=[0.1, 0.5, 0.9]), strict=True):
        assert each.quantile == quantile
        assert_same_model(each, frame, tmp_path)
    for each in refit(frame, "price", [*exponential_factors(2), frame["colour"] != "blue"]):
        assert_same_model(each, frame, tmp_path)


def test_columns_of_an_array_have_names_that_a_frame_may_use(X, y, tmp_path):
    model = saved(fit(X, y), tmp_path)
    assert model.schema.names == ("x0", "x1", "x2")
    assert (model.target, model.weight, model.missing) == ("y", None, "error")
    turned = pd.DataFrame({"x2": X[:, 2], "x1": X[:, 1], "x0": X[:, 0]})
    assert model.predict(turned) == pytest.approx(model.predict(X), rel=1e-14)


def test_an_array_that_has_other_columns_is_refused_by_a_loaded_model(X, y, frame, tmp_path):
    with pytest.raises(DataError) as caught:
        saved(fit(X, y), tmp_path).predict(X[:, :2])
    assert caught.value.fault.code == "other-columns"
    with pytest.raises(DataError) as caught:
        saved(fit(frame, "price"), tmp_path).predict(np.zeros((2, 4)))
    assert caught.value.fault.code == "other-columns"


# ---------------------------------------------------------------- beside the commands


def numbers(values):
    return {name: value for name, value in values.items() if isinstance(value, float)}


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"loss": "mse"}, ["--loss", "mse"]),
        ({"quantile": 0.9}, ["--quantile", "0.9"]),
        ({"sample_weight": "trips"}, ["--weight", "trips"]),
        ({"intercept": False}, ["--no-intercept"]),
        ({"solver": Textbook(epochs=30)}, ["--solver", "textbook", "--epochs", "30"]),
    ],
)
def test_the_file_is_that_of_the_command_but_for_the_rounding_of_sums(options, arguments, frame, mae_train, tmp_path):
    frame = frame.assign(new=frame["new"].map({True: "yes", False: "no"}))
    frame.to_csv(tmp_path / "data.csv", index=False)
    common = ("--missing", "error", "--intervals", "none", "-o", "command.json")
    command = mae_train("data.csv", "-t", "price", *common, *arguments)
    assert command.exit_code == 0
    fit(frame, "price", **options).save(tmp_path / "library.json")
    library, written = (json.loads((tmp_path / name).read_bytes()) for name in ("library.json", "command.json"))
    for part in (("baseline",), ("training", "metrics"), ("training", "certificate")):
        sums, expected = (reduce(getitem, part, file) for file in (library, written))
        # Rows lie in another order in memory, on which the last digits of sums depend.
        assert numbers(sums) == pytest.approx(numbers(expected), rel=1e-13, abs=1e-14)
        sums.update(numbers(expected))
    assert json.dumps(library) == json.dumps(written)


def test_the_commands_read_what_the_library_saved(frame, mae_eval, mae_predict, tmp_path):
    frame.to_csv(tmp_path / "data.csv", index=False)
    result = fit(frame, "price", sample_weight="trips")
    result.save(tmp_path / "model.json")
    scored = json.loads(mae_eval("model.json", "data.csv", "--json").stdout)
    assert scored["metrics"]["mae"] == pytest.approx(result.certificate.loss, rel=1e-12)
    predicted = mae_predict("model.json", "data.csv", "--only").stdout.split()[1:]
    assert np.array(predicted, dtype=float) == pytest.approx(result.predict(frame), rel=1e-12)


def test_a_refit_is_scored_with_its_own_weights(X, y):
    factors = [np.arange(150) % 3 * 2.0**1000, lambda records: (records < 90) * 1.0]
    for each, kept in zip(refit(X, y, factors), [np.arange(150) % 3, np.arange(150) < 90], strict=True):
        own = fit(X, y, sample_weight=kept).model
        assert asdict(each.model.baseline) == pytest.approx(asdict(own.baseline), rel=1e-12)
        metrics, expected = (numbers(model.training["metrics"]) for model in (each.model, own))
        assert metrics == pytest.approx(expected, rel=1e-12)


# ---------------------------------------------------------------- names, and a place to save


def test_series_bring_their_names(X, y):
    result = fit(X, pd.Series(y, name="delay"), sample_weight=pd.Series(np.ones(150), name=7))
    assert (result.target, result.weight) == ("delay", "7")
    assert fit(X, pd.Series(y)).target == fit(X, pd.Series(y, name=" ")).target == "y"
    assert fit(X, y, sample_weight=np.ones(150)).weight == "sample_weight"


@pytest.mark.parametrize(
    ("columns", "target", "weight", "code", "remedy"),
    [
        (["y", "b", "c"], "y", None, "duplicate-name", "give y as a Series with another name"),
        (["w", "b", "c"], "y", "w", "duplicate-name", "give sample_weight as a Series with another name"),
        (["a", "b", "c"], "y", "y", "duplicate-name", "give one of them as a Series with another name"),
        (["a", "b", "c"], "\udfff", None, "lone-surrogate", "rename it"),
    ],
)
def test_a_model_with_names_that_no_file_can_have_fits_and_predicts_but_is_not_saved(
    columns, target, weight, code, remedy, X, y, tmp_path
):
    weights = None if weight is None else pd.Series(np.ones(150), name=weight)
    table = pd.DataFrame(X, columns=columns)
    result = fit(table, pd.Series(y, name=target), sample_weight=weights)
    assert result.predict(table).shape == (150,)
    with pytest.raises(ModelError) as caught:
        result.save(tmp_path / "model.json")
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("half", [NumericColumn("\ud800", 0.0, 1.0), CategoricalColumn("c", ("a", "\ud800"))])
def test_half_of_a_character_in_a_column_or_level_is_refused_too(half, X, y):
    """Not every pandas lets it come so far."""
    with pytest.raises(ModelError) as caught:
        _ = replace(fit(X, y), schema=Schema((half,))).model
    assert caught.value.fault.code == "lone-surrogate"


def test_saving_replaces_a_model_and_nothing_else(X, y, tmp_path):
    result, place = fit(X, y), tmp_path / "model.json"
    for path in (place, str(place)):
        result.save(path)
    place.write_text("notes", encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        result.save(place)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("output-not-a-model", Place(str(place)))
    assert fault.remedy == "choose another name, or replace it with force=True"
    result.save(place, force=True)
    assert load_model(place) == result.model
    with pytest.raises(ModelError) as caught:
        result.save(tmp_path)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("output-is-directory", Place(str(tmp_path)))
    assert fault.remedy == "name a file in it"
    with pytest.raises(ModelError) as caught:
        result.save(tmp_path / "none" / "model.json")
    assert caught.value.fault.code == "output-directory-missing"


# ---------------------------------------------------------------- the dual point


def design_of(X) -> np.ndarray:
    """(n, k) every column, every level's indicator, and ones."""
    matrix = pd.get_dummies(X, dtype=float).to_numpy() if isinstance(X, pd.DataFrame) else X
    return np.column_stack([matrix, np.ones(len(matrix))])


def assert_proves(result, X, y, weights=None, intercept=True):
    """The dual point is one, and the bound that it gives is the loss."""
    weights = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    mu, design = result.dual, design_of(X)
    design = design if intercept else design[:, :-1]
    assert mu.shape == (len(y),)
    assert ((result.quantile - 1 <= mu) & (mu <= result.quantile)).all()
    assert (np.abs((weights * mu) @ design) <= 1e-12 * (weights @ np.abs(design))).all()
    residuals = y - result.predict(X)
    loss = weights @ np.maximum(result.quantile * residuals, (result.quantile - 1) * residuals) / weights.sum()
    assert (weights * mu) @ y / weights.sum() == pytest.approx(loss, rel=1e-9)
    assert result.certificate.loss == pytest.approx(2 * loss if result.quantile == 0.5 else loss, rel=1e-12)


@pytest.mark.parametrize("quantile", [0.5, 0.05, 0.9])
@pytest.mark.parametrize("intercept", [True, False])
def test_the_dual_point_of_arrays_proves_the_fit(quantile, intercept, X, y):
    assert_proves(fit(X, y, quantile=quantile, intercept=intercept), X, y, intercept=intercept)


@pytest.mark.parametrize("rows", [1_000, 40_000])
def test_the_dual_point_of_many_rows_proves_the_fit(rows, random):
    X = random.standard_normal((rows, 4))
    y = X @ [1.0, 2.0, 3.0, 4.0] + random.standard_t(2, rows)
    for each in fit(X, y, quantile=[0.1, 0.5]):
        assert_proves(each, X, y)


def test_the_dual_point_of_a_frame_balances_every_level(frame):
    X, y = frame.drop(columns="price"), frame["price"].to_numpy()
    assert_proves(fit(frame, "price"), X, y)
    for each in fit(frame, "price", quantile=[0.1, 0.5, 0.9]):
        assert_proves(each, X, y)


def test_the_dual_point_is_in_the_order_of_all_rows_though_some_have_no_weight(frame):
    X, y, weights = frame.drop(columns=["price", "trips"]), frame["price"].to_numpy(), frame["trips"]
    assert (weights == 0).any()
    result = fit(frame, "price", sample_weight="trips")
    assert_proves(result, X, y, weights)
    assert (result.dual[weights == 0] == 0).all()


def test_rows_of_whole_numbers_that_are_tied_are_proved_too(random):
    X, y = random.integers(-2, 3, (400, 2)).astype(float), random.integers(-3, 4, 400).astype(float)
    for each in fit(X, y, quantile=[0.25, 0.5]):
        assert_proves(each, X, y)


def test_dependent_columns_are_balanced_as_well(X, y):
    X = np.column_stack([X, X @ [1.0, 1e-3, 1e3]])
    result = fit(X, y)
    assert result.aliased
    assert_proves(result, X, y)


@pytest.mark.parametrize("quantile", [0.5, 0.2])
def test_the_dual_points_of_refits_go_with_their_factors(quantile, frame, random):
    X, y, weights = frame.drop(columns=["price", "trips"]), frame["price"].to_numpy(), frame["trips"].to_numpy()
    few = (np.arange(150) % 11 == 0).astype(float)  # so far from all rows that it is solved alone
    factors = [each(np.arange(150)) for each in exponential_factors(2)]
    factors += [np.arange(150) % 5 != 0, random.integers(0, 3, 150), few, (frame["colour"] != "blue").to_numpy()]
    for given in (None, "trips"):
        table = frame if given else frame.drop(columns="trips")
        results = refit(table, "price", factors, quantile=quantile, sample_weight=given)
        for factor, each in zip(factors, results, strict=True):
            own = factor * (weights if given else 1.0)
            if each.certificate.relative_gap is not None:
                assert_proves(each, X, y, own)
            assert (each.dual[own == 0] == 0).all()


def test_a_perfect_fit_is_proved_by_a_point_that_balances(random):
    for rows in (40, 5_000):
        X = random.standard_normal((rows, 3))
        result = fit(X, 1 + X @ [1.0, 2.0, 3.0])
        assert result.certificate.relative_gap is None
        assert np.abs(result.dual).max() <= 0.5
        assert np.abs(result.dual @ design_of(X)).max() <= 1e-12 * rows


@pytest.mark.parametrize("options", [{"loss": "mse"}, {"solver": "textbook"}])
def test_fits_without_a_proof_by_rows_have_no_dual_point(options, X, y):
    assert fit(X, y, **options).dual is None


def test_a_fit_that_ends_at_its_tolerance_has_no_dual_point(random):
    X = random.standard_normal((2_000, 20))
    result = fit(X, X.sum(axis=1) + random.standard_normal(2_000), tolerance=1e-2)
    assert result.certificate.status == "tolerance"
    assert result.dual is None


def test_a_result_shows_itself_without_its_rows(X, y):
    result = fit(X, y, quantile=0.9)
    assert repr(result) == (
        f"FitResult(target='y', loss='mae', quantile=0.9,\n"
        f"          rows=150, columns=3, status='optimal', mae={np.abs(y - result.predict(X)).mean():.6g})"
    )
    named = repr(fit(X, pd.Series(y, name="n" * 500), sample_weight=np.arange(150.0)))
    assert len(named) < 200
    assert len(named.splitlines()) == 2
    assert replace(fit(X, y), target="z").model.target == "z"


def test_intervals_are_those_of_the_command():
    X, y = reference("engel")
    result = fit(X, y)
    assert result.interval().tolist() == ends(Case(X, y).intervals())[1:].tolist()
    assert result.standard_errors == pytest.approx([0.0282772096838576], rel=1e-8)
    wide = fit(X, y, intervals="sandwich")
    assert wide.intervals(0.99).method == "sandwich"
    assert wide.interval(0.99)[0, 1] > wide.interval(0.9)[0, 1]


def test_a_bootstrap_has_a_row_for_each_refit():
    X, y = reference("engel")
    drawn = fit(X, y).bootstrap(40, seed=2)
    refits = refit(X, y, exponential_factors(40, seed=2))
    assert drawn.tolist() == [[each.intercept, *each.coefficients] for each in refits]
    clustered = fit(X, y).bootstrap(40, cluster=np.arange(len(y)) // 5)
    assert clustered.shape == (40, 2)
    assert clustered.tolist() != drawn.tolist()


def test_a_coefficient_without_an_interval_is_nan():
    X, y = reference("engel")
    both = fit(np.column_stack([X, 2 * X]), y)
    assert np.isnan(both.interval()[1]).all()
    assert np.isfinite(both.interval()[0]).all()


def test_what_has_no_intervals_says_why():
    X, y = reference("engel")
    (again,) = refit(X, y, exponential_factors(1))
    with pytest.raises(SettingsError) as caught:
        again.interval()
    assert caught.value.fault.code == "refit-without-intervals"
    assert caught.value.fault.remedy == "fit with sample_weight instead"
    with pytest.raises(SettingsError) as caught:
        fit(X, y, loss="mse").bootstrap()
    assert caught.value.fault.code == "bootstrap-needs-mae"
    with pytest.raises(DataError) as mismatch:
        fit(X, y).intervals(cluster=[1, 2, 3])
    assert mismatch.value.fault.code == "length-mismatch"
