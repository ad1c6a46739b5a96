"""MAE against MSE: which rows pull the fits apart, and what that says about the data."""

import numpy as np
import pytest
from support.tables import held

from mae_cli.results.training import Agreement, BothPerfect, Unproved
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.tables.columns import ColumnChoice
from mae_cli.workflows.fit import FitSettings
from mae_cli.workflows.ready import TrainSettings
from mae_cli.workflows.train import train

ROWS = 200


def data(noise, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, ROWS)
    return x, 3 * x + noise(rng)


def compared(text, *, loss="mae", quantile=0.5, **options):
    choice = {name: options.pop(name) for name in ("features", "weight", "exclude") if name in options}
    settings = TrainSettings(ColumnChoice("y", **choice), FitSettings(loss, quantile), compare=True, **options)
    return train(held(text), settings).report


def text(x, y, *columns, names=""):
    rows = zip(y.tolist(), x.tolist(), *columns, strict=True)
    return "\n".join([f"y,x{names}", *(",".join(map(str, row)) for row in rows), ""])


def planted():
    """Normal noise and two rows far off, the rows 50 and 120."""
    x, y = data(lambda rng: rng.normal(size=ROWS))
    y[50] += 400
    y[120] += 300
    return x, y


def departures(x, y, weights):
    """Residuals of the MAE fit and departure of the MSE fit from it, from the reported coefficients."""
    report = compared(text(x, y, weights.tolist(), names=",w"), weight="w")
    absolute, squared = report.fit, report.comparison.other
    predictions = [fit.intercept + fit.effects[0].value * x for fit in (absolute, squared)]
    return report, y - predictions[0], predictions[1] - predictions[0]


@pytest.mark.parametrize("weights", [np.ones(ROWS), np.arange(ROWS) % 4 + 0.5])
def test_the_shares_of_the_pull_follow_the_identity(weights):
    report, residual, departure = departures(*planted(), weights)
    # Σωrd = Σωd², so ωrd is what each row contributes to the departure.
    assert weights @ (residual * departure) == pytest.approx(weights @ departure**2, rel=1e-9)
    contributions = np.maximum(weights * residual * departure, 0)
    shares = contributions / contributions.sum()
    for row in report.comparison.contested:
        assert row.pull == pytest.approx(shares[row.place.line - 2], rel=1e-6)


def test_the_contested_rows_are_the_strongest_in_order_and_few():
    report, residual, departure = departures(*planted(), np.ones(ROWS))
    strongest = np.argsort(-residual * departure, kind="stable")[:8]
    assert [row.place.line - 2 for row in report.comparison.contested] == strongest.tolist()


def test_planted_outliers_are_named_with_their_lines_and_values():
    x, y = planted()
    contested = compared(text(x, y)).comparison.contested
    assert {row.place.line for row in contested[:2]} == {52, 122}
    for row in contested[:2]:
        assert row.target == y[row.place.line - 2]


def test_lines_are_those_of_the_file_though_records_span_lines_and_rows_are_left_out():
    x, y = planted()
    x_cells = ["" if row == 10 else value for row, value in enumerate(x.tolist())]
    notes = [f'"two\nlines {row}"' for row in range(ROWS)]
    rows = zip(y.tolist(), x_cells, notes, strict=True)
    table = "\n".join(["y,x,note", *(",".join(map(str, row)) for row in rows), ""])
    contested = compared(table, exclude=frozenset({"note"})).comparison.contested
    assert {row.place.line for row in contested[:2]} == {2 + 2 * 50, 2 + 2 * 120}


def test_lines_are_those_of_the_file_though_rows_are_held_out():
    x, y = planted()
    report = compared(text(x, y), holdout=0.1, seed=0)
    for row in report.comparison.contested:
        assert row.target == y[row.place.line - 2]


def test_predictions_are_of_the_model_written_and_of_the_other_in_this_order():
    x, y = planted()
    first = compared(text(x, y)).comparison.contested[0]
    swapped = compared(text(x, y), loss="mse").comparison.contested[0]
    assert (first.place.line, first.pull) == (swapped.place.line, swapped.pull)
    assert first.predictions == swapped.predictions[::-1]
    fit = compared(text(x, y)).fit
    assert first.predictions[0] == pytest.approx(fit.intercept + fit.effects[0].value * x[first.place.line - 2])


def verdict(*arguments, **options):
    return compared(text(*arguments), **options).comparison.verdict


def test_the_verdict_counts_the_few_rows_that_pull():
    found = verdict(*planted())
    assert (found.rows, found.few, found.quantile, found.holdout) == (ROWS, 2, 0.5, None)
    assert found.few_decide


def test_the_few_are_one_in_a_hundred_and_one_at_least():
    x, y = planted()
    assert (verdict(x[:60], y[:60]).few, verdict(x[:149], y[:149]).few, verdict(x[:151], y[:151]).few) == (1, 1, 2)


def test_the_share_of_the_few_is_that_of_the_rows_that_pull_most():
    report, residual, departure = departures(*planted(), np.ones(ROWS))
    pulls = np.sort(np.maximum(residual * departure, 0))
    assert report.comparison.verdict.pull == pytest.approx(pulls[-2:].sum() / pulls.sum(), rel=1e-6)


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_fits_that_agree_are_called_so_whichever_is_written(loss):
    # Most rows lie on a line and the others above and below it alike, so both fits are that line.
    x = np.repeat(np.arange(10.0), 5)
    comparison = compared(text(x, 3 * x + np.tile([0.0, 0.0, 0.0, 1.0, -1.0], 10)), loss=loss).comparison
    assert comparison.verdict == Agreement()
    assert comparison.contested == ()


def test_few_rows_may_decide_between_fits_that_hardly_differ():
    random = np.random.default_rng(2)
    x = random.uniform(size=20_000)
    y = x + 1e-3 * random.normal(size=len(x))
    moved = np.argsort(x)[:20]
    y[moved] += np.tile([100.0, -98.0], 10)
    found = verdict(x, y)
    assert found.few_decide
    assert found.few == 200
    assert found.pull > 0.8


def test_the_gap_is_the_mean_difference_of_the_predictions():
    report, _, departure = departures(*planted(), np.ones(ROWS))
    assert report.comparison.verdict.gap == pytest.approx(np.abs(departure).mean() / report.fit.train.model.mae)


def test_a_holdout_judges_fits_however_little_they_differ():
    x, y = data(lambda rng: rng.normal(size=ROWS))
    found = verdict(np.tile(x, 20), np.tile(y, 20) + 1e-3 * np.arange(20 * ROWS) % 7, holdout=0.2)
    low, high = found.holdout.interval
    assert found.gap < 0.05
    assert low < found.holdout.value < high


def test_perfect_fits_agree_though_their_rounding_differs():
    x, y = data(lambda _: np.zeros(ROWS))
    comparison = compared(text(x, y + 0.1)).comparison
    assert comparison.verdict == BothPerfect()
    assert comparison.contested == ()


def test_a_row_far_out_in_a_feature_is_named():
    x, y = planted()
    assert compared(text(x, y)).comparison.far is None
    x[50] = 60.0
    far = compared(text(x, y)).comparison.far
    assert (far.position, far.column) == ("data.csv:52", "x")
    assert far.deviations == pytest.approx((60.0 - x.mean()) / x.std())


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("solver", [Textbook(epochs=3), Auto(0.0, Limits(most_exchanges=0, second_searches=0))])
def test_fits_that_ended_early_are_not_compared(solver, loss):
    # Beside targets so far off, the search takes all others for tied, and no exchange makes up for it.
    x, y = data(lambda rng: rng.normal(size=ROWS))
    y[np.arange(ROWS) % 10 < 8] += np.tile([1e17, -1e17], ROWS * 2 // 5)
    settings = TrainSettings(ColumnChoice("y"), FitSettings(loss, solver=solver), compare=True)
    assert train(held(text(x, y)), settings).report.comparison.verdict == Unproved(solver.name)


@pytest.mark.parametrize("rows", [ROWS, 60])
def test_where_no_few_rows_pull_the_fits_apart_they_do_not_decide(rows):
    x, y = data(lambda rng: rng.exponential(size=ROWS))  # every row above the line pulls a little
    found = verdict(x[:rows], y[:rows])
    assert 0 < found.pull < 0.25
    assert not found.few_decide


def test_a_holdout_is_what_the_verdict_judges_by():
    report = compared(text(*planted()), holdout=0.2)
    difference = report.comparison.verdict.holdout
    assert difference.interval[0] < difference.value < difference.interval[1]
    exact = report.comparison.other.holdout.model.mae - report.fit.holdout.model.mae
    assert difference.value == pytest.approx(exact)


def test_chance_is_called_chance():
    rng = np.random.default_rng(3)
    groups = np.repeat([0.0, 1.0], ROWS)
    target = groups + rng.normal(size=2 * ROWS)
    verdicts = [verdict(groups, target, holdout=0.5, seed=seed) for seed in range(20)]
    assert sum(low <= 0 <= high for low, high in (each.holdout.interval for each in verdicts)) >= 0.8 * len(verdicts)


def test_one_row_held_out_tells_nothing():
    assert verdict(*planted(), holdout=1 / ROWS).holdout.interval is None


def test_a_quantile_fit_is_of_another_question_and_is_not_judged_by_the_mae_of_a_holdout():
    found = verdict(*planted(), quantile=0.9, holdout=0.2)
    assert (found.quantile, found.holdout) == (0.9, None)


@pytest.mark.parametrize("scale", [1e150, 1e-170])
def test_the_pull_neither_overflows_nor_vanishes(scale):
    x, y = planted()
    contested = compared(text(x, scale * y)).comparison.contested
    assert {row.place.line for row in contested[:2]} == {52, 122}
    assert all(np.isfinite(row.pull) for row in contested)


def test_least_squares_is_better_where_it_is():
    rng = np.random.default_rng(3)
    groups = np.repeat([0.0, 1.0], 4 * ROWS)
    table = text(groups, groups + rng.normal(size=8 * ROWS))
    found = [compared(table, holdout=0.95, seed=seed).comparison.verdict for seed in range(6)]
    assert any(each.holdout.interval[1] < 0 for each in found)
