"""Refits: the same model with other factors on the weights of the rows, each as a fit of its own."""

from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
import pytest
from support.faults import refusal_of

from mae_cli import DataError, SettingsError, exponential_factors, fit, refit
from mae_cli.errors import Place
from mae_cli.rows.blocks import PassCounter
from mae_cli.solvers import family


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(17)


@pytest.fixture
def X(random) -> np.ndarray:
    return random.standard_normal((200, 2))


@pytest.fixture
def y(random, X) -> np.ndarray:
    return 1 + X @ [2.0, -3.0] + random.standard_t(2, 200)


def assert_as_fit(found, expected):
    """Of a unique optimum the very coefficients."""
    assert expected.certificate.unique
    assert found.coefficients.tolist() == expected.coefficients.tolist()
    assert found.intercept == expected.intercept
    assert found.columns == expected.columns
    assert found.certificate.status == expected.certificate.status == "optimal"
    assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-13, abs=0)
    assert found.certificate.lower_bound <= found.certificate.loss
    assert found.certificate.lower_bound == pytest.approx(expected.certificate.loss, rel=1e-9, abs=0)


@pytest.mark.parametrize("quantile", [0.5, 0.01, 0.8])
@pytest.mark.parametrize("intercept", [True, False])
def test_a_bootstrap_is_as_fits_with_its_factors_as_weights(quantile, intercept, X, y):
    factors, options = exponential_factors(4, seed=3), {"quantile": quantile, "intercept": intercept}
    for each, found in zip(factors, refit(X, y, factors, **options), strict=True):
        assert_as_fit(found, fit(X, y, sample_weight=each(np.arange(200)), **options))


def test_factors_multiply_the_weights(X, y, random):
    weights = random.uniform(0.1, 5.0, 200)
    factors = exponential_factors(3)
    for each, found in zip(factors, refit(X, y, factors, sample_weight=weights), strict=True):
        assert_as_fit(found, fit(X, y, sample_weight=weights * each(np.arange(200))))


def test_whole_factors_are_repeated_rows(X, y, random):
    counts = [random.multinomial(200, np.full(200, 1 / 200)) for _ in range(3)]
    for each, found in zip(counts, refit(X, y, counts), strict=True):
        assert_as_fit(found, fit(np.repeat(X, each, axis=0), np.repeat(y, each)))


def test_the_factors_of_folds_leave_their_rows_out(X, y):
    folds = np.arange(200) % 4
    for fold, found in enumerate(refit(X, y, [folds != fold for fold in range(4)])):
        assert_as_fit(found, fit(X[folds != fold], y[folds != fold]))


def test_factors_may_be_the_rows_of_a_matrix_or_come_one_after_the_other(X, y, random):
    matrix = random.integers(0, 3, (3, 200))
    for found in (refit(X, y, matrix), refit(X, y, (row for row in matrix))):
        for row, each in zip(matrix, found, strict=True):
            assert_as_fit(each, fit(X, y, sample_weight=row))


def test_rows_of_weight_zero_keep_their_numbers(X, y, random):
    weights = random.integers(0, 3, 200).astype(float)
    assert (weights == 0).any()
    given, drawn = random.uniform(0.5, 2.0, 200), exponential_factors(1)[0]
    found = refit(X, y, [given, drawn], sample_weight=weights)
    assert_as_fit(found[0], fit(X, y, sample_weight=weights * given))
    assert_as_fit(found[1], fit(X, y, sample_weight=weights * drawn(np.arange(200))))


def test_a_function_is_called_with_the_numbers_of_records(X, y):
    asked = set()

    def factors(records):
        asked.update(records.tolist())
        return 1.0 + records % 3

    weights = (np.arange(200) % 2).astype(float)
    (found,) = refit(X, y, [factors], sample_weight=weights)
    assert asked == set(range(1, 200, 2))
    assert_as_fit(found, fit(X, y, sample_weight=weights * (1.0 + np.arange(200) % 3)))


def test_a_frame_is_refitted_with_its_levels(random):
    frame = pd.DataFrame({"size": random.standard_normal(300), "colour": random.choice(["red", "green", "blue"], 300)})
    y = frame["size"] + 2.0 * (frame["colour"] == "red") + random.standard_t(2, 300)
    factors = exponential_factors(3)
    for each, found in zip(factors, refit(frame, y, factors, quantile=0.25), strict=True):
        assert_as_fit(found, fit(frame, y, quantile=0.25, sample_weight=each(np.arange(300))))
        assert found.predict(frame).shape == (300,)


def test_a_fold_without_a_level_leaves_its_column_out(random):
    frame = pd.DataFrame({"size": random.standard_normal(100), "colour": np.repeat(["a", "b", "c", "a"], 25)})
    (found,) = refit(frame, random.standard_normal(100), [frame["colour"] != "c"])
    assert found.aliased == (("colour", "c"),)
    assert found.coefficients[found.columns.index(("colour", "c"))] == 0


def test_no_factors_have_no_result(X, y):
    assert refit(X, y, []) == refit(X, y, iter(())) == refit(X, y, exponential_factors(0)) == []


def test_a_tolerance_holds_for_refits(X, y):
    for found in refit(X, y, exponential_factors(2), tolerance=1e-3):
        assert found.certificate.relative_gap <= 1e-3


def test_refits_that_leave_hardly_any_row_are_as_a_fit_of_these(X, y):
    for count in (3, 4, 10):
        (found,) = refit(X, y, [np.arange(200) < count])
        expected = fit(X[:count], y[:count])
        assert found.coefficients.tolist() == expected.coefficients.tolist()
        assert found.certificate == expected.certificate


@pytest.mark.parametrize("place", [0, 1])
def test_factors_that_leave_no_row_are_refused(place, X, y):
    factors = exponential_factors(2)
    factors[place] = np.zeros(200)
    with pytest.raises(DataError) as caught:
        refit(X, y, factors)
    assert caught.value.fault.code == "refit-without-rows"


def test_factors_of_rows_without_weight_leave_no_row(X, y):
    half = (np.arange(200) < 100).astype(float)
    with pytest.raises(DataError) as caught:
        refit(X, y, [1.0 - half], sample_weight=half)
    assert caught.value.fault.code == "refit-without-rows"


def test_fifty_refits_of_many_rows_are_no_more_than_six_passes(random, monkeypatch):
    begun, begin, alone = [], PassCounter.begin, []
    monkeypatch.setattr(PassCounter, "begin", lambda counter: (begun.append(counter), begin(counter))[1])
    monkeypatch.setattr(family, "_solve_alone", lambda *_, **__: alone.append(1))
    X = random.standard_normal((80_000, 8))
    y = X @ np.arange(8.0) + random.standard_t(2, 80_000)
    passes = []
    for count in (1, 50):
        begun.clear()
        refit(X, y, exponential_factors(count))
        passes.append(len(begun))
    assert not alone
    assert passes[0] == passes[1] <= 6


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("factors", "code"),
    [
        (np.ones(199), "length-mismatch"),
        (np.ones(0), "length-mismatch"),
        (-np.arange(200.0), "negative-factor"),
    ],
)
def test_factors_too_few_or_negative_are_refused(factors, code, X, y):
    with pytest.raises(DataError) as caught:
        refit(X, y, [*exponential_factors(1), factors])
    place = Place(row=1) if code == "negative-factor" else None
    assert (caught.value.fault.code, caught.value.fault.place) == (code, place)


@pytest.mark.parametrize(
    ("factors", "code", "cell"),
    [
        (np.where(np.arange(200) == 7, np.nan, 1.0), "not-finite", "nan"),
        (np.where(np.arange(200) == 7, np.inf, 1.0), "not-finite", "inf"),
        (np.ones((200, 1)), "wrong-dimensions", None),
        (3.0, "wrong-dimensions", None),
        ("half", "wrong-dimensions", None),
        (None, "wrong-dimensions", None),
        (["a"] * 200, "not-a-number", "a"),
    ],
)
def test_unfit_factors_are_refused(factors, code, cell, X, y):
    found = refusal_of(refit, X, y, [*exponential_factors(1), factors])
    assert (found.code, found.file, found.cell) == (code, None, cell)


def test_factors_of_a_single_refit_are_still_a_list(X, y):
    with pytest.raises(DataError) as caught:
        refit(X, y, np.ones(200))
    assert caught.value.fault.code == "wrong-dimensions"


def test_refits_are_refused_as_fits_are(X, y):
    with pytest.raises(SettingsError) as caught:
        refit(X, y, exponential_factors(1), quantile=1.0)
    assert caught.value.fault.code == "quantile-out-of-range"
    with pytest.raises(SettingsError) as caught:
        refit(X, y, exponential_factors(1), tolerance=-1)
    assert caught.value.fault.code == "tolerance-out-of-range"
    with pytest.raises(DataError) as mismatch:
        refit(X, y[1:], exponential_factors(1))
    assert mismatch.value.fault.code == "length-mismatch"


@pytest.mark.parametrize(("count", "seed"), [(-1, 0), (3, -1), (3, 2**63)])
def test_a_bootstrap_needs_a_count_and_a_seed(count, seed):
    with pytest.raises(SettingsError) as caught:
        exponential_factors(count, seed)
    assert caught.value.fault.code == "bootstrap-out-of-range"


def test_a_bootstrap_has_factors_for_each_replicate():
    draws = [each(np.arange(50)).tolist() for each in (*exponential_factors(3), *exponential_factors(2, seed=1))]
    assert len({*map(tuple, draws)}) == 5
    assert [each(np.arange(50)).tolist() for each in exponential_factors(2)] == draws[:2]


# ---------------------------------------------------------------- defects


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("power", [1020, -1060])
def test_factors_matter_only_relative_to_each_other(power, X, y, random):
    factors = random.integers(1, 8, 200).astype(float)  # few bits, so that subnormal ones are exact too
    (found,) = refit(X, y, [factors * 2.0**power])
    assert_as_fit(found, fit(X, y, sample_weight=factors))


@pytest.mark.parametrize("kind", [int, bool])
def test_a_function_may_give_whole_numbers(kind, X, y):
    (found,) = refit(X, y, [lambda records: (records % 3).astype(kind)])
    assert_as_fit(found, fit(X, y, sample_weight=(np.arange(200) % 3).astype(kind)))


def _with(value, records):
    return np.where(records == 5, value, 1.0 + records % 2)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("factors", "code"),
    [
        (partial(_with, -1.0), "negative-factor"),
        (partial(_with, np.nan), "not-finite"),
        (partial(_with, np.inf), "not-finite"),
        (lambda records: np.ones(len(records) + 1), "length-mismatch"),
    ],
    ids=["negative", "nan", "infinite", "too many"],
)
def test_unfit_factors_of_a_function_are_refused(factors, code, X, y):
    assert refusal_of(refit, X, y, [*exponential_factors(1), factors]).code == code


def test_the_loss_is_that_of_the_coefficients_as_they_are_written_however_far_a_column_lies():
    """Rounding the intercept of a column at 1e14 carries rows to the other side of the plane."""
    random = np.random.default_rng(1)
    X = np.round(random.standard_normal((4_000, 1)) * 1_000) / 8 + 1e14
    y = (X - 1e14)[:, 0] + 0.01 * random.standard_normal(4_000)
    weights = random.exponential(size=(3, 4_000))
    for weight, found in zip(weights, refit(X, y, weights), strict=True):
        slope, intercept = (Fraction(float(each)) for each in (found.coefficients[0], found.intercept))
        rows = zip(X[:, 0].tolist(), y.tolist(), weight.tolist(), strict=True)
        total = sum(Fraction(w) * abs(Fraction(b) - intercept - slope * Fraction(a)) for a, b, w in rows)
        loss = total / sum(map(Fraction, weight.tolist()))
        assert found.certificate.loss == pytest.approx(float(loss), rel=1e-11)
        assert Fraction(found.certificate.lower_bound) <= loss
