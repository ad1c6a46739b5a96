"""The library: arrays and frames in, a frozen result out, and refusals that name the place."""

import dataclasses
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from support.hospitals import payments, told_by_a_level

import mae_cli
from mae_cli import Auto, DataError, SettingsError, Textbook, fit
from mae_cli.errors import Place
from mae_cli.rows.schema import Writing


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def X(random) -> np.ndarray:
    return random.standard_normal((120, 2))


@pytest.fixture
def y(random, X) -> np.ndarray:
    return 1 + X @ [2.0, -3.0] + random.standard_t(2, 120)


@pytest.fixture
def frame(random) -> pd.DataFrame:
    colours = random.choice(["red", "green", "blue"], 120, p=[0.6, 0.3, 0.1])
    return pd.DataFrame({"size": random.standard_normal(120), "colour": colours, "new": random.random(120) < 0.5})


def test_an_array_gives_coefficients_in_the_order_of_its_columns(X, y):
    result = fit(X, y)
    assert result.columns == (("x0", None), ("x1", None))
    assert result.coefficients == pytest.approx([2.0, -3.0], abs=0.3)
    assert result.certificate.status == "optimal"
    assert result.predict(X) == pytest.approx(result.intercept + X @ result.coefficients, rel=1e-14)
    assert np.abs(y - result.predict(X)).mean() == pytest.approx(result.certificate.loss, rel=1e-14)


def test_lists_and_integers_are_taken_as_numbers():
    result = fit([[0], [1], [2], [3]], [1, 3, 5, 100])
    assert (result.intercept, result.coefficients.tolist()) == (1.0, [2.0])


def test_a_frame_gives_a_coefficient_for_every_level_but_the_most_frequent(frame):
    y = 2 * frame["size"] + (frame["colour"] == "blue") * 5.0 - frame["new"] * 1.0
    result = fit(frame, y)
    found = dict(zip(result.columns, result.coefficients, strict=True))
    # Against the baselines red and the more frequent of True and False.
    other = "True" if not frame["new"].mean() > 0.5 else "False"
    expected = {("size", None): 2.0, ("colour", "blue"): 5.0, ("colour", "green"): 0.0}
    expected["new", other] = -1.0 if other == "True" else 1.0
    assert found == pytest.approx(expected, abs=1e-12)
    assert result.predict(frame) == pytest.approx(y.to_numpy(), abs=1e-12)


def test_a_level_never_seen_has_no_prediction(frame):
    result = fit(frame, frame["size"])
    changed = frame.assign(colour=frame["colour"].replace("blue", "violet"))
    assert (np.isnan(result.predict(changed)) == (frame["colour"] == "blue")).all()


def test_columns_of_a_frame_are_found_by_name(frame):
    result = fit(frame, frame["size"] ** 3)
    shuffled = frame[["new", "colour", "size"]].assign(more=1.0)
    assert (result.predict(shuffled) == result.predict(frame)).all()


def test_weights_are_repetitions_and_zeros_leave_out(X, y, random):
    times = random.integers(0, 3, 120)
    weighted = fit(X, y, sample_weight=times)
    repeated = fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    assert weighted.coefficients == pytest.approx(repeated.coefficients, rel=1e-12)
    assert weighted.certificate.loss == pytest.approx(repeated.certificate.loss, rel=1e-13)


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("power", [-1070, -900, 1020])
def test_weights_matter_only_relative_to_each_other(loss, power, X, y, random):
    weights = random.integers(1, 8, 120).astype(float)  # few bits, so that subnormal ones are exact too
    plain, scaled = (
        fit(X, y, loss=loss, sample_weight=weights),
        fit(X, y, loss=loss, sample_weight=weights * 2.0**power),
    )
    assert (scaled.coefficients == plain.coefficients).all()
    assert scaled.certificate == plain.certificate


def test_options_choose_loss_quantile_intercept_and_solver(X, y):
    above = np.mean(y > fit(X, y, quantile=0.9).predict(X))
    assert above == pytest.approx(0.1, abs=0.02)
    squared = fit(X, y, loss="mse")
    assert squared.coefficients == pytest.approx(np.linalg.lstsq(np.c_[np.ones(120), X], y)[0][1:], rel=1e-12)
    assert fit(X, y, intercept=False).intercept == 0.0
    assert fit(X, y, solver="textbook").certificate.status == "limit"
    assert fit(X, y, solver=Textbook(epochs=7)).history.iterations == 7
    assert fit(X, y, solver=Auto(tolerance=1e-3)).certificate.status == "optimal"
    assert fit(X, y, solver="textbook", tolerance=0.5).certificate.status == "tolerance"


def test_dependent_columns_are_named(X, y):
    result = fit(np.c_[X, X[:, 0] - X[:, 1]], y)
    assert result.aliased == (("x2", None),)


def test_a_result_is_frozen(X, y):
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit(X, y).intercept = 0.0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (([[1.0], [np.nan]], [1, 2]), "not-finite", "column x0 of X is nan"),
        (([[1.0], [2.0]], [1, np.inf]), "not-finite", "y is inf"),
        (([1.0, 2.0], [1, 2]), "wrong-dimensions", "X must have two dimensions "),
        (([[1.0], [2.0]], [[1], [2]]), "wrong-dimensions", "y must have one dimension, not 2"),
        (([[1.0], [2.0]], None), "wrong-dimensions", "y must have one dimension, not 0"),
        ((np.zeros((0, 2)), []), "no-data-rows", "X "),
        ((pd.DataFrame({"a": [1.0, None]}), [1, 2]), "missing-cell", "the cell of column 'a' is missing"),
    ],
)
def test_unfit_data_are_refused_with_the_place(arguments, code, says):
    with pytest.raises(DataError) as caught:
        fit(*arguments)
    assert caught.value.fault.code == code
    assert caught.value.fault.what.startswith(says)


def test_a_target_of_another_length_is_refused():
    with pytest.raises(DataError) as caught:
        fit([[1.0], [2.0]], [1, 2, 3])
    assert caught.value.fault.code == "length-mismatch"


MASKED = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])


@pytest.mark.parametrize(
    ("values", "code", "cell", "row"),
    [
        (["1", "2", "3"], "not-a-number", "1", 0),
        ([1, "b", 3], "not-a-number", "b", 1),
        (np.array([b"1", b"2", b"3"]), "not-a-number", "b'1'", 0),
        (pd.Series(["a", "b", "c"], dtype="category"), "not-a-number", "a", 0),
        (np.array([1, 2, [3]], dtype=object), "not-a-number", "[3]", 2),
        ([1, 2, 10**400], "not-a-number", str(10**400), 2),
        ([1, 2, [3]], "ragged-array", None, None),
        (MASKED, "masked-value", None, 1),
        ([1, np.ma.masked, 3], "masked-value", None, 1),
        ([1, 2, None], "not-finite", "nan", 2),
        ([1, np.nan, 3], "not-finite", "nan", 1),
        (pd.array([1, None, 3], dtype="Int64"), "not-finite", "nan", 1),
        (np.array([1, 2, np.longdouble("1e400")]), "not-finite", "inf", 2),
        (np.ones(3) + 1j, "not-numeric", None, None),
        (np.array(["2020", "2021", "2022"], dtype="M8[Y]"), "not-numeric", None, None),
    ],
)
@pytest.mark.parametrize("name", ["y", "sample_weight"])
@pytest.mark.filterwarnings("error")
def test_values_that_are_no_numbers_are_refused_with_the_place(name, values, code, cell, row):
    arguments = {"y": [1.0, 2.0, 3.0]} | {name: values}
    with pytest.raises(DataError) as caught:
        fit([[1.0], [2.0], [4.0]], **arguments)
    fault = caught.value.fault
    assert (fault.code, fault.cell) == (code, cell)
    assert fault.what.startswith(f"{name} ")
    assert fault.place == (None if row is None else Place(row=row, column=name))


@pytest.mark.parametrize(
    ("X", "code", "place"),
    [
        ([["1"], ["2"]], "not-a-number", Place(row=0, column="x0")),
        (np.array([[1, 2], [3, {}]], dtype=object), "not-a-number", Place(row=1, column="x1")),
        (MASKED[:, np.newaxis], "masked-value", Place(row=1, column="x0")),
        ([MASKED, MASKED], "masked-value", Place(row=0, column="x1")),
        ([[1, 2], [3]], "ragged-array", None),
        (np.ones((2, 1)) + 1j, "not-numeric", None),
        (pd.DataFrame({"a": [1, 2]}, dtype=object), "numbers-as-objects", Place(column="a")),
        (pd.DataFrame({"a": [[1], [2]]}), "no-usable-column", None),
        (pd.DataFrame({"a": MASKED}), "missing-cell", Place(row=1, column="a")),
    ],
)
def test_a_matrix_that_holds_no_numbers_is_refused(X, code, place):
    with pytest.raises(DataError) as caught:
        fit(X, np.arange(float(len(X))))
    assert (caught.value.fault.code, caught.value.fault.place) == (code, place)


def test_a_prediction_is_refused_as_a_fit_is(X, y):
    with pytest.raises(DataError) as caught:
        fit(X, y).predict(np.ma.masked_array(X, mask=np.eye(120, 2, 1)))
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("masked-value", "leave masked rows out")
    with pytest.raises(DataError) as caught:
        fit(X, y).predict([["a", "b"]])
    assert (caught.value.fault.code, caught.value.fault.cell) == ("not-a-number", "a")


@pytest.mark.parametrize(
    "convert",
    [
        np.ma.masked_array,
        lambda values: values.astype(object),
        lambda values: values.astype(np.int8),
        lambda values: values.astype(np.longdouble),
        lambda values: [list(map(Decimal, row)) if np.ndim(row) else Decimal(row) for row in values],
    ],
)
def test_real_numbers_of_any_type_are_taken(convert):
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([1.0, 3.0, 5.0, 100.0])
    result = fit(convert(X), convert(y))
    assert (result.intercept, result.coefficients.tolist()) == (1.0, [2.0])


@pytest.mark.parametrize(
    ("weights", "code"),
    [([0.0, 0.0], "zero-weights"), ([1.0], "length-mismatch")],
)
def test_unfit_weights_are_refused(weights, code):
    with pytest.raises(DataError) as caught:
        fit([[1.0], [2.0]], [1.0, 2.0], sample_weight=weights)
    assert (caught.value.fault.code, caught.value.fault.place) == (code, None)


@pytest.mark.parametrize(
    ("options", "code", "remedy"),
    [
        ({"loss": "huber"}, "unknown-loss", 'use "mae" or "mse"'),
        ({"quantile": 1.0}, "quantile-out-of-range", None),
        ({"quantile": 90}, "quantile-out-of-range", "give 0.9 for 90%"),
        ({"quantile": float("nan")}, "quantile-out-of-range", None),
        ({"quantile": 0.9, "loss": "mse"}, "quantile-needs-mae", None),
        ({"solver": "newton"}, "unknown-solver", 'use "auto" or "textbook"'),
        ({"solver": Auto(), "tolerance": 0.1}, "tolerance-beside-settings", "set the tolerance there"),
        ({"tolerance": -1.0}, "tolerance-out-of-range", None),
        ({"intervals": "exact"}, "unknown-intervals", 'use "auto", "rank", "sandwich" or "bootstrap"'),
    ],
)
def test_unfit_options_are_refused(X, y, options, code, remedy):
    with pytest.raises(SettingsError) as caught:
        fit(X, y, **options)
    assert (caught.value.fault.code, caught.value.fault.remedy) == (code, remedy)


def test_a_prediction_needs_the_columns_of_the_fit(X, y, frame):
    with pytest.raises(DataError) as caught:
        fit(X, y).predict(np.c_[X, y])
    assert caught.value.fault.code == "other-columns"
    with pytest.raises(DataError) as caught:
        fit(frame, y).predict(frame.drop(columns="colour"))
    assert caught.value.fault.code == "unknown-column"


def test_the_package_offers_what_it_says():
    assert set(dir(mae_cli)) == set(mae_cli.__all__)
    assert all(hasattr(mae_cli, name) for name in mae_cli.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = mae_cli.nonsense


def test_a_target_that_spans_more_than_a_float_is_refused(X, y):
    y[:2] = [-1.7e308, 1.7e308]
    for target, name in ((y, "y"), (pd.Series(y, name="price"), "price")):
        with pytest.raises(DataError) as caught:
            fit(X, target)
        fault = caught.value.fault
        assert (fault.code, fault.place, fault.remedy) == ("range-overflow", Place(column=name), "rescale it")


def test_a_column_that_spans_more_than_a_float_is_refused():
    wide = [[1.0, -1.7e308], [2.0, 1.7e308], [3.0, 0.0]]
    for X, name in ((wide, "x1"), (pd.DataFrame(wide, columns=["a", "b"]), "b")):
        with pytest.raises(DataError) as caught:
            fit(X, [1.0, 2.0, 4.0])
        fault = caught.value.fault
        assert (fault.code, fault.place) == ("range-overflow", Place(column=name))
        assert fault.remedy == "rescale it, or leave it out"


def test_a_negative_weight_is_refused_with_its_own_row():
    with pytest.raises(DataError) as caught:
        fit(np.arange(3.0)[:, np.newaxis], np.arange(3.0), sample_weight=[1, -1, -5])
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.cell) == ("negative-weight", Place(row=1, column="sample_weight"), "-1")


def test_weights_that_vanish_beside_the_largest_are_left_out():
    x = np.arange(6.0)[:, np.newaxis]
    weights = [1e-320, 1e-320, 1e200, 1e200, 1e200, 1e200]
    y = np.array([9.0, -9.0, 2.0, 3.0, 4.0, 6.0])
    found, expected = fit(x, y, sample_weight=weights), fit(x[2:], y[2:])
    assert found.coefficients.tolist() == expected.coefficients.tolist()
    assert found.certificate.loss == expected.certificate.loss


def test_residuals_that_add_up_beyond_floating_point_have_a_mean():
    x = np.arange(4000.0)[:, np.newaxis] % 7
    y = np.where(np.arange(4000) % 2, 8e307, -8e307)
    certificate = fit(x, y).certificate
    assert certificate.status == "optimal"
    assert certificate.loss == pytest.approx(8e307, rel=1e-3)


def test_a_coefficient_beyond_floating_point_is_refused():
    with pytest.raises(DataError) as caught:
        fit([[0.0], [1e-200]], [0.0, 1e200])
    assert caught.value.fault.code == "coefficient-overflow"
    assert caught.value.fault.remedy == "rescale the target or the columns"


def test_a_row_that_is_fitted_exactly_does_not_turn_the_others_into_rounding(random):
    x, own = random.standard_normal(1000), np.zeros(1000)
    y = x + random.standard_t(2, 1000)
    own[5], y[5] = 1.0, 1e18
    certificate = fit(np.column_stack([x, own]), y).certificate
    others = fit(np.delete(x, 5)[:, np.newaxis], np.delete(y, 5)).certificate
    assert certificate.relative_gap is not None
    assert certificate.lower_bound <= others.loss * 0.999 * (1 + 1e-12)


# ---------------------------------------------------------------- a tolerance of the exact solver


def normal_rows(rows):
    random = np.random.default_rng(8)
    X = random.standard_normal((rows, 20))
    return X, X @ random.standard_normal(20) + random.standard_normal(rows)


def assert_stops_early(X, y, **options):
    exact, early = fit(X, y, **options), fit(X, y, tolerance=1e-2, **options)
    assert exact.certificate.status == "optimal"
    assert early.certificate.status == "tolerance"
    assert early.history.iterations < exact.history.iterations
    assert 0 < early.certificate.relative_gap <= 1e-2
    assert early.certificate.lower_bound <= exact.certificate.loss * (1 + 1e-12)
    assert exact.certificate.loss <= early.certificate.loss <= exact.certificate.loss * (1 + 1e-2)
    assert early.certificate.unique is None


@pytest.mark.parametrize("quantile", [0.5, 0.3])
def test_a_tolerance_within_reach_of_a_descent_ends_there(quantile):
    assert_stops_early(*normal_rows(2_000), quantile=quantile)


def test_a_tolerance_within_reach_of_a_descent_on_a_sample_ends_there():
    assert_stops_early(*normal_rows(300_000))


@pytest.mark.parametrize("rows", [2_000, 50_000])
def test_a_tolerance_of_zero_or_out_of_reach_of_a_descent_is_met_exactly(rows):
    X, y = normal_rows(rows)
    exact = fit(X, y)
    for tolerance in (0.0, 1e-7):
        found = fit(X, y, tolerance=tolerance)
        assert found.certificate == exact.certificate
        assert found.history.iterations == exact.history.iterations
    assert exact.certificate.status == "optimal"


# ---------------------------------------------------------------- ties in all directions

# Work is counted, not timed: a search that is lost among ties makes thousands of exchanges for each coefficient.
_MOST_EXCHANGES_PER_COEFFICIENT = 20


def assert_settled(result):
    assert result.certificate.status == "optimal"
    coefficients = len(result.coefficients) - len(result.aliased) + 1
    assert result.history.iterations <= _MOST_EXCHANGES_PER_COEFFICIENT * coefficients


@pytest.mark.parametrize("quantile", [0.5, 0.2])
@pytest.mark.parametrize("target", ["lat", "zip", "cases", "paid"])
def test_a_column_of_a_table_in_which_columns_tell_each_other(target, quantile, random):
    frame = payments(random, 330, 93, 13)
    result = fit(frame.drop(columns=target), frame[target].to_numpy(float), quantile=quantile, max_levels=300)
    assert result.aliased
    assert_settled(result)


@pytest.mark.parametrize(("rows", "groups", "hospitals"), [(330, 93, 13), (1_088, 205, 28)])
@pytest.mark.parametrize("column", ["group", "name"])
def test_a_target_that_a_level_tells_in_half_of_the_rows(column, rows, groups, hospitals, random):
    frame = payments(random, rows, groups, hospitals)
    assert_settled(fit(frame, told_by_a_level(random, frame, column), max_levels=300))


def test_a_target_that_a_level_of_an_absorbed_column_tells():
    random = np.random.default_rng(1)
    frame = payments(random, 5_000, 250, 40)
    told_by_a_level(random, frame, "group")
    assert_settled(fit(frame, told_by_a_level(random, frame, "name"), max_levels=300))


def test_a_target_that_the_levels_of_columns_tell_exactly():
    frame = payments(np.random.default_rng(1), 5_000, 250, 40)
    assert_settled(fit(frame.drop(columns="zip"), frame["zip"].to_numpy(float), max_levels=300))


# ---------------------------------------------------------------- several quantiles


def assert_same_fit(found, expected):
    assert found.coefficients.tolist() == expected.coefficients.tolist()
    assert found.intercept == expected.intercept
    assert found.columns == expected.columns
    assert found.aliased == expected.aliased
    assert found.certificate.status == expected.certificate.status
    assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    "quantiles",
    [[0.9, 0.1, 0.5], [0.25, 0.25, 0.75, 0.25], (0.3, 0.2), np.array([0.05, 0.95]), [0.5], [np.float64(0.4)]],
)
def test_a_list_of_quantiles_gives_their_fits_in_its_order(quantiles, X, y):
    results = fit(X, y, quantile=quantiles)
    assert isinstance(results, list)
    assert len(results) == len(quantiles)
    for quantile, found in zip(quantiles, results, strict=True):
        assert_same_fit(found, fit(X, y, quantile=float(quantile)))


@pytest.mark.parametrize("quantiles", [[], (), np.zeros(0)])
def test_an_empty_list_of_quantiles_has_no_result(quantiles, X, y):
    assert fit(X, y, quantile=quantiles) == []


@pytest.mark.parametrize("quantile", [0.3, np.float64(0.3), np.array(0.3)])
def test_a_single_quantile_gives_a_single_result(quantile, X, y):
    assert_same_fit(fit(X, y, quantile=quantile), fit(X, y, quantile=[0.3])[0])


@pytest.mark.parametrize("options", [{"intercept": False}, {"sample_weight": np.arange(120.0)}, {"tolerance": 1e-3}])
def test_options_hold_for_all_quantiles(options, X, y):
    for quantile, found in zip([0.5, 0.1], fit(X, y, quantile=[0.5, 0.1], **options), strict=True):
        expected = fit(X, y, quantile=quantile, **options)
        assert found.certificate.status == expected.certificate.status
        assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-3)


def test_quantiles_of_a_frame_share_its_columns(frame):
    y = frame["size"] ** 3 + (frame["colour"] == "blue")
    for quantile, found in zip([0.75, 0.25], fit(frame, y, quantile=[0.75, 0.25]), strict=True):
        assert_same_fit(found, fit(frame, y, quantile=quantile))
        assert found.predict(frame).shape == (120,)


def test_the_textbook_solver_fits_a_list_of_quantiles(X, y):
    settings = Textbook(epochs=20)
    for quantile, found in zip([0.5, 0.9], fit(X, y, quantile=[0.5, 0.9], solver=settings), strict=True):
        assert_same_fit(found, fit(X, y, quantile=quantile, solver=settings))
        assert found.history.iterations == 20


def test_a_list_of_medians_goes_with_least_squares(X, y):
    (found,) = fit(X, y, loss="mse", quantile=[0.5])
    assert_same_fit(found, fit(X, y, loss="mse"))


@pytest.mark.parametrize(
    ("quantile", "code"),
    [
        ("abc", "quantile-not-a-number"),
        (["a"], "quantile-not-a-number"),
        ([0.5, "x"], "quantile-not-a-number"),
        ([[0.1, 0.2]], "quantile-not-a-number"),
        ({0.5: 1}, "quantile-not-a-number"),
        ([0.5, float("nan")], "quantile-out-of-range"),
        ([0.5, 0.0], "quantile-out-of-range"),
        ([1, 0.5], "quantile-out-of-range"),
        ([0.5, -0.25], "quantile-out-of-range"),
        ([None], "quantile-not-a-number"),
    ],
)
def test_unfit_quantiles_are_refused(X, y, quantile, code):
    with pytest.raises(SettingsError) as caught:
        fit(X, y, quantile=quantile)
    assert caught.value.fault.code == code


def test_quantiles_are_refused_with_least_squares(X, y):
    with pytest.raises(SettingsError) as caught:
        fit(X, y, loss="mse", quantile=[0.5, 0.9])
    assert caught.value.fault.code == "quantile-needs-mae"


@pytest.mark.parametrize("quantile", ["0.5", ["0.25", "0.5"]])
def test_quantiles_in_words_are_refused_even_if_they_look_like_numbers(quantile, X, y):
    with pytest.raises(SettingsError):
        fit(X, y, quantile=quantile)


def test_an_unknown_loss_is_refused_without_any_quantile(X, y):
    with pytest.raises(SettingsError) as caught:
        fit(X, y, loss="huber", quantile=[])
    assert caught.value.fault.code == "unknown-loss"


def real_frame(rows=60):
    """A frame of dates, prices as text, identifiers, and a column without values; and its targets."""
    random = np.random.default_rng(4)
    days = pd.date_range("2024-01-01", periods=rows)
    price = random.integers(100, 999, rows) / 100
    table = pd.DataFrame(
        {"day": days, "price": [f"${each:.2f}" for each in price], "id": [f"r{k}" for k in range(rows)], "note": None}
    )
    return table, price, random.standard_normal(rows) + price


def test_what_cannot_serve_is_left_out_with_a_warning_and_not_needed_later():
    table, price, y = real_frame()
    with pytest.warns(UserWarning, match="left out column") as caught:
        result = fit(table, y)
    texts = [str(each.message) for each in caught]
    how = "make it one of categories, .astype('category')"
    assert texts == [
        f"left out column 'id': text with 60 levels in 60 rows, such as 'r0'; {how}",
        "left out column 'note': it has no values; fill it in",
        f"column 'price': cells such as {table['price'].iloc[0]!r} are read as numbers with '$'",
    ]
    assert {each.filename for each in caught} == {__file__}
    assert [each.column for each in result.columns_left_out] == ["id", "note"]
    plain = fit(np.column_stack([np.arange(60.0) + 19723, price]), y)
    assert result.coefficients == pytest.approx(plain.coefficients, rel=1e-12)
    assert result.predict(table[["price", "day"]]) == pytest.approx(plain.predict(plain_of(table, price)), rel=1e-12)


def plain_of(table, price):
    return np.column_stack([np.arange(len(table)) + 19723.0, price])


def test_commands_read_what_pandas_writes_of_the_frame(tmp_path, mae_eval):
    table, _, y = real_frame()
    with pytest.warns(UserWarning, match="left out column"):
        result = fit(table, y)
    result.save(tmp_path / "library.json")
    table.assign(y=y).to_csv(tmp_path / "data.csv", index=False)
    scored = json.loads(mae_eval(tmp_path / "library.json", tmp_path / "data.csv", "--json").stdout)
    assert scored["metrics"]["mae"] == pytest.approx(result.certificate.loss, rel=1e-12)


def test_a_series_of_other_rows_is_refused():
    table = pd.DataFrame({"x": [3.0, 1.0, 2.0, 5.0]}, index=[4, 2, 3, 1])
    y = pd.Series([1.0, 2.0, 3.0, 4.0], index=table.index)
    expected = fit(table, y).coefficients
    assert fit(table, y.to_numpy()).coefficients == pytest.approx(expected)
    for options in ({"y": y.sort_index()}, {"y": y.reset_index(drop=True)}, {"y": y, "sample_weight": y.sort_index()}):
        name = "sample_weight" if "sample_weight" in options else "y"
        with pytest.raises(DataError) as caught:
            fit(table, **options)
        assert caught.value.fault.code == "index-mismatch"
        assert caught.value.fault.remedy.startswith(f"bring it in line with {name}.reindex(X.index)")


X_OF_SIX = pd.DataFrame({"x": [1.0, 2.0, 4.0, 3.0, 7.0, 5.0]})


@pytest.mark.parametrize(
    ("cells", "numbers", "writing"),
    [
        (
            ["$1,200.50", "$900", "$3", "$80", "$7", "$20"],
            [1200.5, 900, 3, 80, 7, 20],
            Writing(prefix="$", thousands=","),
        ),
        (["5%", "7%", "9.5%", "1%", "2%", "4%"], [5, 7, 9.5, 1, 2, 4], Writing(suffix="%")),
        (["5", "7", "9.5", "1", "2", "4"], [5, 7, 9.5, 1, 2, 4], Writing()),
        (pd.date_range("1970-01-02", periods=6), [1, 2, 3, 4, 5, 6], Writing(date="%Y-%m-%d")),
        (["1970-01-02", "1970-01-03"] * 3, [1, 2] * 3, Writing(date="%Y-%m-%d")),
    ],
)
@pytest.mark.filterwarnings("ignore:column 'price'")
def test_a_target_that_is_text_or_dates_is_read_as_a_feature_is(cells, numbers, writing, tmp_path):
    target = pd.Series(cells, name="price")
    result, plain = fit(X_OF_SIX, target), fit(X_OF_SIX, numbers)
    assert (result.coefficients.tolist(), result.intercept) == (plain.coefficients.tolist(), plain.intercept)
    assert fit(X_OF_SIX.assign(price=cells), "price").written.target == writing
    result.save(tmp_path / "model.json")
    assert mae_cli.load_model(tmp_path / "model.json").written.target == writing


def test_a_target_that_is_read_is_told():
    with pytest.warns(UserWarning, match="column 'price': cells such as '.5' are read as numbers with '.'"):
        fit(X_OF_SIX, pd.Series(["$5", "$7", "$9", "$1", "$2", "$4"], name="price"))


@pytest.mark.filterwarnings("ignore:column 'w'")
def test_weights_that_are_text_are_read_and_dates_are_none():
    y, weights = [1.0, 3.0, 2.0, 5.0, 4.0, 9.0], [1, 2, 1, 3, 1, 1]
    result = fit(X_OF_SIX, y, sample_weight=pd.Series([f"{each}%" for each in weights], name="w"))
    assert result.coefficients.tolist() == fit(X_OF_SIX, y, sample_weight=weights).coefficients.tolist()
    assert result.written.weight == Writing(suffix="%")
    with pytest.raises(DataError) as caught:
        fit(X_OF_SIX, y, sample_weight=pd.Series(pd.date_range("2024-01-01", periods=6)))
    assert caught.value.fault.code == "not-numeric"


@pytest.mark.parametrize(
    ("cells", "code", "row"),
    [
        (["1,200", "900", "3,000", "80", "7", "20"], "not-a-number", 0),
        (["5", "7", "x", "1", "2", "4"], "not-a-number", 0),
        (["a", "b", "a", "b", "a", "b"], "not-a-number", 0),
        (["$5", "$7", None, "$1", "$2", "$4"], "missing-cell", 2),
    ],
)
def test_a_target_of_text_in_doubt_is_refused(cells, code, row):
    with pytest.raises(DataError) as caught:
        fit(X_OF_SIX, pd.Series(cells))
    assert (caught.value.fault.code, caught.value.fault.place) == (code, Place(row=row, column="y"))


def test_the_place_of_a_target_has_its_name():
    frame = X_OF_SIX.assign(price=[1.0, 2.0, np.nan, 4.0, 5.0, 6.0])
    for arguments in ((frame, "price"), (X_OF_SIX, frame["price"])):
        with pytest.raises(DataError) as caught:
            fit(*arguments)
        assert (caught.value.fault.code, caught.value.fault.place) == ("not-finite", Place(row=2, column="price"))


NUMBERED = {
    "whole numbers": ([0, 1, 2], ["0", "1", "2"]),
    "numbers of numpy": (np.array([5, 3, 7]), ["5", "3", "7"]),
    "fractions": ([0.5, 1.5, 2.5], ["0.5", "1.5", "2.5"]),
    "tuples": ([("a", "x"), ("a", "y"), ("b", np.int64(3))], ["('a', 'x')", "('a', 'y')", "('b', 3)"]),
    "some of each": (["a", 1, ("b", 2)], ["a", "1", "('b', 2)"]),
}


@pytest.mark.parametrize("kind", NUMBERED)
def test_labels_that_are_no_text_are_as_their_text(kind, random, tmp_path):
    labels, names = NUMBERED[kind]
    cells, y = random.normal(size=(30, 3)), random.normal(size=30)
    frame, plain = pd.DataFrame(cells), pd.DataFrame(cells, columns=names)
    frame.columns = pd.Index(labels, dtype=object) if kind == "some of each" else pd.Index(labels)
    result, expected = fit(frame, y), fit(plain, y)
    assert result.columns == expected.columns == tuple((name, None) for name in names)
    result.save(tmp_path / "model.json")
    for model in (result, mae_cli.load_model(tmp_path / "model.json")):
        for table in (frame, plain):
            assert model.predict(table).tolist() == expected.predict(plain).tolist()


@pytest.mark.parametrize("kind", NUMBERED)
def test_a_target_and_weights_are_named_by_their_labels(kind, random):
    labels, names = NUMBERED[kind]
    frame = pd.DataFrame(random.uniform(1, 2, size=(30, 3)))
    plain = frame.set_axis(names, axis=1)
    frame.columns = pd.Index(labels, dtype=object) if kind == "some of each" else pd.Index(labels)
    expected = fit(plain, names[1], sample_weight=names[2])
    for y, weight in ((labels[1], labels[2]), (names[1], names[2])):
        if isinstance(y, float):
            continue  # a number that is not whole names no column
        result = fit(frame, y, sample_weight=weight)
        assert (result.target, result.weight, result.columns) == (names[1], names[2], ((names[0], None),))
        assert result.coefficients.tolist() == expected.coefficients.tolist()
    assert fit(frame[[labels[0]]], frame[labels[1]]).target == names[1]


def test_a_label_that_no_column_has_is_refused_and_a_tuple_may_be_targets():
    with pytest.raises(DataError) as caught:
        fit(X_OF_SIX, 7)
    assert (caught.value.fault.code, caught.value.fault.place) == ("unknown-column", Place(column="7"))
    assert fit(X_OF_SIX, (1.0, 3.0, 2.0, 5.0, 4.0, 9.0)).target == "y"
    table = pd.DataFrame([[1.0, 2.0, 3.0], [2.0, 3.0, 5.0]], columns=pd.Index([1, "1", "x"], dtype=object))
    with pytest.raises(DataError) as caught:
        fit(table, 1)
    assert (caught.value.fault.code, caught.value.fault.place) == ("duplicate-column", Place(column="1"))


def test_a_target_of_text_beside_a_frame_is_read_as_a_column_of_it_is():
    cells = ["5%", "7%", "9.5%", "1%", "2%", "4%"]
    expected = fit(X_OF_SIX, [5, 7, 9.5, 1, 2, 4])
    for target in (cells, tuple(cells), np.array(cells), np.array(cells, dtype=object)):
        with pytest.warns(UserWarning, match="column 'y': cells such as '5%' are read as numbers with '%'"):
            result = fit(X_OF_SIX, target)
        assert result.coefficients.tolist() == expected.coefficients.tolist()
        assert (result.target, result.written.target) == ("y", Writing(suffix="%"))


def test_nearly_dependent_columns_are_told(X, y, random):
    close = X[:, 0] + 1e-8 * random.standard_normal(120)
    names = "nearly dependent columns: 'x', 'close'; "
    with pytest.warns(UserWarning, match=names):
        fit(pd.DataFrame({"x": X[:, 0], "close": close, "z": X[:, 1]}), y, quantile=[0.2, 0.8])
    with pytest.warns(UserWarning, match="nearly dependent columns: 'x0', 'x2'; "):
        fit(np.column_stack([X, close]), y)


@pytest.mark.filterwarnings("error")
def test_columns_that_only_look_alike_are_not_told(X, y, random):
    fit(np.column_stack([X, X[:, 0] + 1e-4 * random.standard_normal(120)]), y)


def test_many_columns_that_are_left_out_are_counted(y):
    table = pd.DataFrame({f"c{place}": [place] * 120 for place in range(10)}).assign(x=range(120))
    with pytest.warns(UserWarning, match="left out") as caught:
        result = fit(table, y)
    assert len(result.columns_left_out) == 10
    assert [str(each.message) for each in caught][7:] == [
        "left out column 'c7': it is 7 in every row",
        "left out 2 more columns; see columns_left_out",
    ]


def test_a_column_is_called_by_its_place_among_all_of_the_frame(y):
    cells = np.random.default_rng(2).standard_normal((120, 2))
    table = pd.DataFrame(np.column_stack([np.arange(120), y, cells]), columns=["", "price", "x", ""])
    with pytest.warns(UserWarning, match="'column 4' has no name; it is called by its place"):
        result = fit(table, "price")
    assert [column.label for column in result.columns] == ["x", "column 4"]
    assert [each.column for each in result.columns_left_out] == ["column 1"]
    assert result.predict(table).tolist() == fit(cells, y).predict(cells).tolist()


def test_the_baseline_of_a_column_is_the_level_of_the_most_weight():
    weights, colours = [1.0, 1.0, 5.0, 0.0], ["a", "a", "b", "c"]
    result = fit(pd.DataFrame({"c": pd.Categorical(colours)}), [1.0, 2.0, 3.0, 4.0], sample_weight=weights)
    assert result.columns == (("c", "a"), ("c", "c"))
