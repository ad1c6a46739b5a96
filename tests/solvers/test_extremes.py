"""Targets at both ends of what a float can hold: fits are exact, or rounded to a multiple of the least float."""

from unittest import mock

import numpy as np
import pytest
from support.regressions import Regression

from mae_cli import Textbook, fit
from mae_cli.losses import Squared
from mae_cli.progress import ProgressListener
from mae_cli.solvers.solve import solve

LEAST = 5e-324
POSITIONS = np.arange(1.0, 6.0)[:, np.newaxis]


def errors(result, X, y):
    return np.abs(y - result.predict(X))


@pytest.mark.parametrize("value", [LEAST, -1e-310, 1e-300, 1e305, -1e307])
@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("rows", [1, 4])
def test_a_constant_target_is_fitted_exactly_whatever_its_size(value, loss, intercept, rows):
    X, y = np.ones((rows, 1)), np.full(rows, value)
    result = fit(X, y, loss=loss, intercept=intercept)
    assert result.intercept == (value if intercept else 0.0)
    assert result.predict(X).tolist() == y.tolist()
    assert result.certificate.status == "optimal"
    assert result.certificate.loss == 0.0
    assert result.certificate.relative_gap is None


@pytest.mark.parametrize("unit", [LEAST, 1e-320, 1e-310, 1e305, 1e307])
@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_a_few_rows_have_the_loss_of_the_same_rows_in_usual_units(unit, quantile):
    y = np.array([1.0, 5.0, 3.0, 9.0, 2.0])
    usual, extreme = fit(POSITIONS, y, quantile=quantile), fit(POSITIONS, y * unit, quantile=quantile)
    assert extreme.certificate.status == "optimal"
    # A coefficient that is rounded to a multiple of the least float moves every prediction by as much.
    expected = usual.certificate.loss * unit
    assert extreme.certificate.loss == pytest.approx(expected, rel=1e-12, abs=8 * LEAST)
    assert extreme.certificate.lower_bound <= expected * (1 + 1e-12) + LEAST
    assert errors(extreme, POSITIONS, y * unit).mean() == pytest.approx(
        errors(usual, POSITIONS, y).mean() * unit, rel=1e-12, abs=8 * LEAST
    )


def test_squares_that_overflow_on_the_way_are_no_part_of_the_history():
    result = fit([[1.0], [2.0]], [1e200, 2e200], loss="mse")
    assert result.certificate.loss == 0.0
    assert np.isfinite(result.history.loss).all()
    assert result.history.loss[-1] == 0.0


def test_the_rounding_of_large_numbers_is_finite_so_that_a_loss_is_not_taken_for_it(random):
    y = 1.6e308 + 1e300 * random.standard_normal(2000)
    regression = Regression(random.standard_normal((2000, 1)), y)
    assert regression.solve(settings=Textbook(epochs=1)).certificate.relative_gap is not None
    assert fit(regression.X, y).certificate.relative_gap is not None


def test_the_losses_of_squares_are_told_in_squared_units(random):
    X, y = random.standard_normal((50, 1)), random.standard_normal(50)
    told = []
    for scale in (1.0, 2.0**10):
        listener = mock.create_autospec(ProgressListener, instance=True)
        solve(Regression(X, y * scale).rows, Squared(), Textbook(epochs=2), listener=listener)
        told.append([call.args[1] for call in listener.reached.mock_calls])
    assert told[1] == [loss * 2.0**20 for loss in told[0]]
