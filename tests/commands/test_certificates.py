"""What the command says of a proof: a tolerance that was met, and what rounding costs."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def written(table):
    """Write columns into a file; gives its name."""

    def write(**columns):
        rows = zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True)
        return table("\n".join([",".join(columns), *(",".join(map(repr, row)) for row in rows), ""])).name

    return write


@pytest.fixture
def normal(written):
    random = np.random.default_rng(8)
    X = random.standard_normal((2_000, 20))
    y = X @ random.standard_normal(20) + random.standard_normal(2_000)
    return written(y=y, **{f"x{j}": X[:, j] for j in range(20)})


def test_a_tolerance_of_the_exact_solver_ends_it_early(normal, mae_train, one_object):
    exact, early, at_zero = (
        mae_train(normal, "-t", "y", "--json", *options)
        for options in ((), ("--tolerance", "1e-2"), ("--tolerance", "0"))
    )
    assert (exact.exit_code, early.exit_code, at_zero.exit_code) == (0, 0, 0)
    exact, early, at_zero = (one_object(each.stdout) for each in (exact, early, at_zero))
    assert early["certificate"]["status"] == "tolerance"
    assert early["history"]["iterations"] < exact["history"]["iterations"]
    assert 0 < early["certificate"]["relative_gap"] <= 1e-2
    assert exact["certificate"]["status"] == at_zero["certificate"]["status"] == "optimal"
    assert at_zero["certificate"] == exact["certificate"]


@pytest.mark.parametrize(
    ("options", "absent", "note"),
    [
        (("--tolerance", "1e-2"), "not-optimal", "No intervals: the fit is not proved to be optimal."),
        (("--solver", "textbook", "--epochs", "5"), None, None),
        (("--intervals", "none"), None, None),
    ],
)
def test_fits_that_are_not_optimal_have_no_intervals(mae_train, normal, one_object, options, absent, note):
    report = one_object(mae_train(normal, "-t", "y", *options, "--json").stdout)
    assert (report["intervals"] or {"absent": None})["absent"] == absent
    assert {each["interval"] for each in report["coefficients"]} == {None}
    assert {each["standard_error"] for each in report["coefficients"]} == {None}
    text = mae_train(normal, "-t", "y", *options).stdout
    assert "% interval" not in text
    assert ("No intervals" in text) == (note is not None)
    assert note is None or note in text


@pytest.fixture
def seconds(written):
    """Seconds since 1970, told but for 1e-5 by a column: floats hold 2e-7 of them."""
    random = np.random.default_rng(3)
    x = np.round(random.uniform(0, 100, 200), 3)
    return written(y=1.7e9 + x + 1e-5 * random.standard_normal(200), x=x)


NOTE = "rounding the coefficients to floating-point numbers costs up to "


def test_what_rounding_the_coefficients_costs_is_told(seconds, mae_train, one_object):
    done = mae_train(seconds, "-t", "y", "--json")
    assert done.exit_code == 0
    assert done.stderr.startswith(f"mae-train: note: {NOTE}")
    assert done.stderr.count("\n") == 1
    certificate = one_object(done.stdout)["certificate"]
    assert certificate["status"] == "optimal"
    assert 1e-9 < certificate["relative_gap"] < 1
    share = done.stderr.split(NOTE)[1].split()[0]
    assert float(share.removesuffix("%")) / 100 == pytest.approx(certificate["relative_gap"], rel=0.1)


def test_nothing_is_told_where_rounding_costs_nothing(normal, written, mae_train):
    assert NOTE not in mae_train(normal, "-t", "y").stderr
    near = np.arange(50.0)
    assert NOTE not in mae_train(written(y=near + near % 3, x=near), "-t", "y").stderr


def test_a_quiet_run_has_no_notes(seconds, mae_train):
    assert NOTE not in mae_train(seconds, "-t", "y", "-q").stderr


@pytest.mark.parametrize(
    ("options", "metric"),
    [((), "mae"), (("--quantile", "0.75"), "pinball"), (("--loss", "mse"), "mse")],
)
def test_the_training_loss_is_that_of_the_coefficients_where_predictions_in_floats_blur_it(
    options, metric, written, mae_train, one_object
):
    random = np.random.default_rng(5)
    x = 1e14 + np.round(random.uniform(0, 100, 60))
    y = np.round(x - 1e14 + random.standard_normal(60), 3)
    report = one_object(mae_train(written(y=y, x=x), "-t", "y", *options, "--json").stdout)
    model = json.loads(Path("model.json").read_text(encoding="utf-8"))
    intercept, slope = map(Fraction, (model["intercept"], model["terms"][0]["coefficient"]))
    residuals = [Fraction(b) - intercept - slope * Fraction(a) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    losses = {
        "mae": sum(map(abs, residuals)) / 60,
        "pinball": sum(max(r * 3 / 4, -r / 4) for r in residuals) / 60,
        "mse": sum(r * r for r in residuals) / 60,
    }
    assert report["train"][metric] == pytest.approx(float(losses[metric]), rel=1e-12)
    assert report["train"][metric] >= report["certificate"]["lower_bound"]


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_the_textbook_far_from_the_optimum_of_large_numbers_proves_nothing(loss, seconds, mae_train, one_object):
    textbook = (seconds, "-t", "y", "--json", "--loss", loss, "--solver", "textbook", "--epochs", "2")
    done = mae_train(*textbook)
    assert done.exit_code == 0
    certificate = one_object(done.stdout)["certificate"]
    assert certificate["status"] == "limit"
    assert certificate["unique"] is None
    assert certificate["relative_gap"] > 0.1
    assert NOTE not in done.stderr
    asked = mae_train(*textbook, "--tolerance", "1e-9")
    assert asked.exit_code == 3
    assert one_object(asked.stdout)["certificate"]["status"] == "limit"
