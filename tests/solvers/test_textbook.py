"""The textbook's descent does what the textbook says, keeps the best iterate, and bounds its distance honestly."""

import numpy as np
import pytest
from support.regressions import Regression, mean_loss

from mae_cli import fit
from mae_cli.errors import SettingsError
from mae_cli.solvers.settings import Textbook


@pytest.fixture
def regression(random) -> Regression:
    X = random.standard_normal((300, 3)) * [1.0, 100.0, 0.01] + [0.0, 5.0, 1.0]
    return Regression(X, X @ [1.0, 0.02, -100.0] + 3 + random.standard_t(3, 300), random.uniform(0.5, 2, 300))


def by_the_definition(regression: Regression, loss: str, quantile: float, epochs: int, rate) -> np.ndarray:
    """W ← w − η·∂L/∂w on standardised columns and scaled y, written down directly; predictions of the last iterate."""
    shares = regression.weight_values / regression.weight_values.sum()
    mean = shares @ regression.X
    deviation = np.sqrt(shares @ (regression.X - mean) ** 2)
    Z = np.column_stack([np.ones(len(regression.y)), (regression.X - mean) / deviation])
    order = np.argsort(regression.y)
    median = regression.y[order][np.searchsorted(np.cumsum(shares[order]), 0.5)]
    unit = shares @ np.abs(regression.y - median)
    # Descent starts from the model that predicts the target's middle everywhere.
    start = np.median(regression.y[:: max(1, len(regression.y) // 500)])
    w = np.zeros(4)
    for epoch in range(1, epochs + 1):
        residual = (regression.y - start) / unit - Z @ w
        slope = -2 * residual if loss == "mse" else -np.sign(residual)
        if quantile != 0.5:
            slope = -0.5 * np.sign(residual) - (quantile - 0.5)
        w = w - rate(epoch) * (Z.T @ (shares * slope))
    return start + unit * (Z @ w)


@pytest.mark.parametrize(("loss", "quantile"), [("mae", 0.5), ("mae", 0.9), ("mse", 0.5)])
@pytest.mark.parametrize("schedule", ["constant", "sqrt", "geometric"])
def test_its_losses_are_those_of_the_definition(loss, quantile, schedule, regression):
    unweighted = Regression(regression.X, regression.y)
    settings = Textbook(learning_rate=0.05, schedule=schedule, epochs=30)
    solution = unweighted.solve(loss, quantile, settings)
    for epoch in (1, 2, 17):
        predicted = by_the_definition(unweighted, loss, quantile, epoch, settings.rate)
        expected = mean_loss(unweighted, unweighted.y - predicted, loss, quantile)
        assert solution.history.loss[epoch] == pytest.approx(expected, rel=1e-10)


def test_schedules_shrink_steps_as_they_say():
    rates = {
        name: [Textbook(0.5, name, epochs=100).rate(k) for k in (1, 4, 100)]
        for name in ("constant", "sqrt", "geometric")
    }
    assert rates["constant"] == [0.5, 0.5, 0.5]
    assert rates["sqrt"] == pytest.approx([0.5, 0.25, 0.05])
    assert rates["geometric"] == pytest.approx([0.5, 0.5 * 0.01**0.03, 0.5 * 0.01**0.99])


def test_the_best_iterate_is_kept(regression):
    solution = regression.solve(settings=Textbook(learning_rate=5.0, schedule="constant", epochs=40))
    assert solution.certificate.loss == min(solution.history.loss)
    assert solution.history.loss[-2] > solution.certificate.loss


@pytest.mark.parametrize(("loss", "quantile"), [("mae", 0.5), ("mae", 0.2), ("mse", 0.5)])
@pytest.mark.parametrize("batch", [None, 32])
def test_it_comes_near_the_optimum_and_its_bound_lies_below(loss, quantile, batch, regression):
    best = regression.solve(loss, quantile).certificate.loss
    solution = regression.solve(loss, quantile, Textbook(epochs=600, batch_size=batch, learning_rate=0.4))
    certificate = solution.certificate
    assert best * (1 - 1e-12) <= certificate.loss <= best * 1.02
    assert certificate.lower_bound <= best * (1 + 1e-12)
    # A useful bound: it proves the answer to a tenth.
    assert certificate.relative_gap < 0.1


def test_batches_are_shuffled_by_the_seed(regression):
    losses = [
        regression.solve(settings=Textbook(epochs=5, batch_size=10, seed=seed)).history.loss for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_it_stops_at_the_tolerance_asked_for(regression):
    solution = regression.solve(settings=Textbook(epochs=5000, tolerance=0.05))
    assert solution.certificate.status == "tolerance"
    assert solution.certificate.relative_gap <= 0.05
    assert solution.history.iterations < 5000


def test_epochs_that_run_out_are_no_success(regression):
    solution = regression.solve(settings=Textbook(epochs=3, tolerance=1e-9))
    assert solution.certificate.status == "limit"
    assert solution.history.iterations == 3


def test_a_divergent_rate_ends_early_with_the_start_or_better(regression):
    solution = regression.solve("mse", settings=Textbook(learning_rate=1e6, schedule="constant", epochs=10_000))
    assert solution.history.iterations < 10_000
    assert np.isfinite(solution.coefficients).all()
    assert solution.certificate.loss <= solution.history.loss[0]


def test_indicator_columns_are_standardised_like_any_other(random):
    from mae_cli.losses import Absolute
    from mae_cli.rows.blocks import MemoryRows
    from mae_cli.rows.design import Design
    from mae_cli.solvers.solve import solve

    codes = random.integers(0, 3, 200).astype(np.int32)
    y = codes * 2.0 + random.standard_t(2, 200)
    coded = solve(MemoryRows.of(Design(np.zeros((200, 0)), (codes,), (2,)), y), Absolute(), Textbook(epochs=50))
    written_out = np.column_stack([codes == 1, codes == 2]).astype(float)
    plain = Regression(written_out, y).solve(settings=Textbook(epochs=50))
    assert coded.history.loss == pytest.approx(plain.history.loss, rel=1e-12)
    assert coded.coefficients == pytest.approx(plain.coefficients, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "code", "remedy"),
    [
        ({"learning_rate": 0.0}, "learning-rate-out-of-range", None),
        ({"learning_rate": float("nan")}, "learning-rate-out-of-range", None),
        ({"seed": -1}, "seed-out-of-range", None),
        ({"schedule": "cosine"}, "unknown-schedule", "use one of constant, sqrt, geometric"),
        ({"epochs": 0}, "epochs-out-of-range", None),
        ({"batch_size": 0}, "batch-size-out-of-range", None),
        ({"tolerance": -1.0}, "tolerance-out-of-range", None),
    ],
)
def test_settings_out_of_range_are_refused(options, code, remedy):
    with pytest.raises(SettingsError) as caught:
        Textbook(**options)
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == (code, None, remedy)


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_columns_that_are_left_out_keep_the_coefficient_zero(loss, regression):
    doubled = np.column_stack([regression.X, 2 * regression.X[:, 0]])
    result = fit(doubled, regression.y, loss=loss, solver=Textbook(epochs=20))
    alone = fit(regression.X, regression.y, loss=loss, solver=Textbook(epochs=20))
    assert result.aliased == (("x3", None),)
    assert result.coefficients[3] == 0.0
    assert result.certificate.loss == pytest.approx(alone.certificate.loss, rel=1e-12)
