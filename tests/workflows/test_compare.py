"""MAE against MSE: which rows pull the fits apart, and the sentence about it."""

import re

import numpy as np
import pytest
from support.tables import held

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


def test_the_verdict_names_the_few_rows_that_pull():
    verdict = compared(text(*planted())).comparison.verdict
    assert verdict.startswith("2 rows (1")
    assert " of what pulls the two apart. " in verdict


def test_one_row_that_pulls_is_named_in_the_singular():
    x, y = planted()
    verdict = compared(text(x[:60], y[:60])).comparison.verdict
    assert verdict.startswith("One row makes up ")


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_fits_that_agree_are_called_so_whichever_is_written(loss):
    # Most rows lie on a line and the others above and below it alike, so both fits are that line.
    x = np.repeat(np.arange(10.0), 5)
    comparison = compared(text(x, 3 * x + np.tile([0.0, 0.0, 0.0, 1.0, -1.0], 10)), loss=loss).comparison
    assert comparison.verdict.startswith("The two fits agree: their predictions differ by 0")
    assert comparison.contested == ()


def test_perfect_fits_agree_though_their_rounding_differs():
    x, y = data(lambda _: np.zeros(ROWS))
    comparison = compared(text(x, y + 0.1)).comparison
    assert comparison.verdict.startswith("Both losses can be brought to zero on these rows")
    assert comparison.contested == ()


def test_without_a_holdout_neither_fit_is_called_better():
    verdict = compared(text(*planted())).comparison.verdict
    assert verdict.endswith(
        "On the rows it was fitted to each fit wins by its own loss; hold rows out with --holdout to learn which "
        "one predicts better."
    )


def test_a_row_far_out_in_a_feature_is_called_so():
    x, y = planted()
    x[50] = 60.0
    verdict = compared(text(x, y)).comparison.verdict
    assert " data.csv:52 is " in verdict
    assert verdict.endswith(" standard deviations from the mean of 'x'; check such rows before trusting either fit.")


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize(
    ("solver", "remedy"),
    [
        (Textbook(epochs=3), "use --solver auto"),
        (Auto(0.0, Limits(most_exchanges=0, second_searches=0)), "a larger --tolerance accepts it"),
    ],
)
def test_fits_that_ended_early_are_not_compared_and_the_remedy_is_another_than_what_was_done(solver, remedy, loss):
    # Beside targets so far off, the search takes all others for tied, and no exchange makes up for it.
    x, y = data(lambda rng: rng.normal(size=ROWS))
    y[np.arange(ROWS) % 10 < 8] += np.tile([1e17, -1e17], ROWS * 2 // 5)
    settings = TrainSettings(ColumnChoice("y"), FitSettings(loss, solver=solver), compare=True)
    verdict = train(held(text(x, y)), settings).report.comparison.verdict
    assert verdict == f"A fit that did not reach its optimum cannot be compared; {remedy}."


@pytest.mark.parametrize(
    ("rows", "opening"),
    [
        (ROWS, "No small group of rows decides: the strongest 2 rows (1%) make up "),
        (60, "No single row decides: the "),
    ],
)
def test_where_no_few_rows_pull_the_fits_apart_the_verdict_says_so(rows, opening):
    x, y = data(lambda rng: rng.exponential(size=ROWS))  # every row above the line pulls a little
    verdict = compared(text(x[:rows], y[:rows])).comparison.verdict
    assert verdict.startswith(opening)
    share = float(re.search(r"make(?:s)? up ([\d.]+)% of what pulls the two apart\. ", verdict)[1])
    assert 0 < share < 25


def test_a_holdout_is_what_the_verdict_judges_by():
    comparison = compared(text(*planted()), holdout=0.2).comparison
    better = re.search(
        r"On the holdout the MAE fit is better by ([\d.]+) \(95% interval ([\d.]+) to ([\d.]+)\)", comparison.verdict
    )
    difference, low, high = map(float, better.groups())
    report = compared(text(*planted()), holdout=0.2)
    exact = report.comparison.other.holdout.model.mae - report.fit.holdout.model.mae
    assert low < difference < high
    assert difference == pytest.approx(exact, rel=0.05)


def test_chance_is_called_chance():
    rng = np.random.default_rng(3)
    groups = np.repeat([0.0, 1.0], ROWS)
    noise = text(groups, groups + rng.normal(size=2 * ROWS))
    verdicts = [compared(noise, holdout=0.5, seed=seed).comparison.verdict for seed in range(20)]
    judged = [each for each in verdicts if not each.startswith("The two fits agree")]
    assert sum("The holdout cannot tell them apart" in each for each in judged) >= 0.8 * len(judged) > 0


def test_one_row_held_out_tells_nothing():
    verdict = compared(text(*planted()), holdout=1 / ROWS).comparison.verdict
    assert "A single row held out cannot tell which one predicts better." in verdict


def test_a_quantile_fit_is_not_called_the_mae_fit():
    verdict = compared(text(*planted()), quantile=0.9).comparison.verdict
    assert "MAE" not in verdict
    assert "0.9-quantile" in verdict


@pytest.mark.parametrize("scale", [1e150, 1e-170])
def test_the_pull_neither_overflows_nor_vanishes(scale):
    x, y = planted()
    contested = compared(text(x, scale * y)).comparison.contested
    assert {row.place.line for row in contested[:2]} == {52, 122}
    assert all(np.isfinite(row.pull) for row in contested)


def test_least_squares_is_called_better_where_it_is():
    rng = np.random.default_rng(3)
    groups = np.repeat([0.0, 1.0], 4 * ROWS)
    table = text(groups, groups + rng.normal(size=8 * ROWS))
    reports = [compared(table, holdout=0.95, seed=seed) for seed in range(6)]
    for report in reports:
        difference = report.comparison.other.holdout.model.mae - report.fit.holdout.model.mae
        if "On the holdout least squares, even by the MAE, is better by " in report.comparison.verdict:
            assert difference < 0
    assert any("least squares, even by the MAE, is better by " in each.comparison.verdict for each in reports)
