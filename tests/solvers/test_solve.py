"""The solvers as a whole: exact answers, proofs recomputed from the data, and the invariances of a linear fit."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.levels import a_determined_regression, a_regression
from support.regressions import Regression, assert_proved_from_the_data, mean_loss, multipliers_of
from support.together import assert_as_alone, solve_all

from mae_cli import fit
from mae_cli.errors import DataError
from mae_cli.losses import Absolute, Pinball, Squared
from mae_cli.progress import ProgressListener
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers import closer
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.absorbing import absorbable
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.proof import exact_exchange
from mae_cli.solvers.settings import Auto, Textbook
from mae_cli.solvers.solve import solve, solve_together

REFERENCE = Path(__file__).parents[1] / "reference"
NIST = json.loads((REFERENCE / "nist" / "certified.json").read_text())["datasets"]
QUANTILES = st.sampled_from([0.5, 0.5, 0.1, 0.75, 0.99])


def table(file: str, target: str, features: list[str], *, intercept: bool = True) -> Regression:
    frame = pd.read_csv(REFERENCE / file)
    return Regression(frame[features].to_numpy(float), frame[target].to_numpy(float), None, intercept)


def stackloss() -> Regression:
    return table("stackloss.csv", "STACKLOSS", ["AIRFLOW", "WATERTEMP", "ACIDCONC"])


def engel() -> Regression:
    return table("engel.csv", "foodexp", ["income"])


def exact(*values: str) -> list[float]:
    return [float(Fraction(value)) for value in values]


EXACT_MEDIANS_AND_QUANTILES = [
    # Problem, quantile, intercept and coefficients, Σ loss, unique: exact, from rational arithmetic with a dual check.
    (stackloss, 0.5, exact("-13693/345", "287/345", "66/115", "-7/115"), 14518 / 345, True),
    (stackloss, 0.25, exact("-36", "1/2", "1", "0"), 16.625, True),
    (stackloss, 0.75, exact("-3143/58", "101/116", "57/58", "0"), 16.2521551724137931, True),
    (engel, 0.5, [81.4822474169362, 0.560180551209419], 17559.9326476257, True),
    (engel, 0.1, [110.141574205, 0.401765759303], 3869.93216099, True),
    (engel, 0.9, [67.3508720801, 0.686299480372], 3391.98371103, True),
]


@pytest.mark.parametrize(("problem", "quantile", "expected", "total", "unique"), EXACT_MEDIANS_AND_QUANTILES)
def test_small_known_problems_are_solved_to_the_digits_given(problem, quantile, expected, total, unique):
    regression = problem()
    solution = regression.solve(quantile=quantile)
    # The engel quantiles are known to twelve digits only.
    digits = 1e-11 if problem is engel and quantile != 0.5 else 1e-12
    assert [solution.intercept, *solution.coefficients] == pytest.approx(expected, rel=digits, abs=1e-12)
    assert solution.certificate.loss * len(regression.y) == pytest.approx(total, rel=digits)
    assert solution.certificate.unique is unique
    assert_proved_from_the_data(regression, solution, quantile)


def test_least_absolute_deviations_on_longley_has_all_digits():
    regression = table("nist/Longley.csv", "y", [f"x{i}" for i in range(1, 7)])
    solution = regression.solve()
    # The plane through the seven rows of the optimal basis, solved in rational arithmetic.
    expected = [-7.39706120748066, -0.052376017399561, -2.24220095174676, -1.16763206419399, -0.0684938991129471]
    assert solution.intercept == pytest.approx(-4356709.39552104, rel=1e-12)
    assert solution.coefficients == pytest.approx([*expected, 2282.560346444826], rel=1e-12)
    assert_proved_from_the_data(regression, solution)


def test_a_fit_through_the_origin_is_exact():
    regression = table("nist/NoInt1.csv", "y", ["x"], intercept=False)
    solution = regression.solve()
    assert solution.coefficients == pytest.approx([27 / 13], rel=1e-14)
    assert solution.intercept == 0.0
    assert solution.certificate.loss * len(regression.y) == pytest.approx(420 / 13, rel=1e-13)
    assert_proved_from_the_data(regression, solution)


def test_an_optimum_that_is_not_unique_says_so():
    regression = table("nist/Wampler3.csv", "y", ["x", "x2", "x3", "x4", "x5"])
    solution = regression.solve()
    assert solution.certificate.loss * len(regression.y) == pytest.approx(32451558 / 833, rel=1e-13)
    assert solution.certificate.unique is False
    assert_proved_from_the_data(regression, solution)


@pytest.mark.parametrize("name", sorted(NIST))
def test_least_squares_agrees_with_the_exact_solution_of_the_file_to_twelve_digits(name):
    frame = pd.read_csv(REFERENCE / "nist" / f"{name}.csv")
    intercept = name not in {"NoInt1", "NoInt2"}
    regression = Regression(frame.drop(columns="y").to_numpy(float), frame["y"].to_numpy(float), None, intercept)
    solution = regression.solve("mse")
    found = [solution.intercept, *solution.coefficients] if intercept else list(solution.coefficients)
    expected = [float(text) for text in NIST[name]["exact_coef_of_float64_design_40d"]]
    assert found == pytest.approx(expected, rel=1e-12, abs=0)
    assert solution.certificate.status == "optimal"
    assert solution.certificate.unique is True


def awkward(kind: str, random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    if kind == "binary":
        return random.integers(0, 2, (rows, columns)).astype(float)
    if kind == "integers":
        return random.integers(-3, 4, (rows, columns)).astype(float)
    if kind == "heavy tails":
        return random.standard_t(1, (rows, columns))
    if kind == "rare":
        return (random.random((rows, columns)) < 0.03).astype(float)
    X = random.standard_normal((rows, columns))
    if kind == "dependent":
        X[:, -1] = X[:, 0] if columns > 1 else 1.0
    if kind == "badly scaled":
        X = np.exp(2 * X) * 10.0 ** random.integers(-6, 7, columns)
    return X


def awkward_target(kind: str, random: np.random.Generator, X: np.ndarray) -> np.ndarray:
    exact_fit = X @ random.integers(-2, 3, X.shape[1])
    if kind == "binary":
        return random.integers(0, 2, len(X)).astype(float)
    if kind == "rounded":
        return np.round(exact_fit + random.standard_normal(len(X)))
    if kind == "perfect":
        return exact_fit + 1.0
    if kind == "mostly perfect":
        return np.where(random.random(len(X)) < 0.3, exact_fit + random.standard_cauchy(len(X)), exact_fit)
    if kind == "constant":
        return np.full(len(X), 7.25)
    return exact_fit + random.standard_t(1.5, len(X))


@st.composite
def regressions(draw, rows=st.integers(1, 120)):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns = draw(st.integers(1, 8))
    count = draw(rows)
    kinds = ["normal", "binary", "integers", "heavy tails", "rare", "dependent", "badly scaled"]
    X = awkward(draw(st.sampled_from(kinds)), random, count, columns)
    targets = ["heavy tails", "binary", "rounded", "perfect", "mostly perfect", "constant"]
    y = awkward_target(draw(st.sampled_from(targets)), random, X)
    weights = random.integers(1, 4, count).astype(float) if draw(st.booleans()) else None
    return Regression(X, y, weights, draw(st.booleans()))


@settings(max_examples=300, deadline=None)
@given(regression=regressions(), quantile=QUANTILES)
def test_every_fit_of_awkward_data_is_optimal_with_a_proof_that_the_data_confirm(regression, quantile):
    assert_proved_from_the_data(regression, regression.solve(quantile=quantile), quantile)


@settings(max_examples=100, deadline=None)
@given(regression=regressions())
def test_least_squares_leaves_a_residual_orthogonal_to_every_column(regression):
    solution = regression.solve("mse")
    residual, columns = regression.residual(solution), regression.matrix
    weights = regression.weight_values
    # The residual carries the rounding of the numbers it is made of, and so does its product with a column.
    noise = 64 * regression.rounding(solution) * np.sqrt(len(residual))
    assert solution.certificate.status == "optimal"
    assert np.all(
        np.abs((weights * residual) @ columns) <= noise * np.linalg.norm(weights[:, None] * columns, axis=0) + 1e-300
    )


@settings(max_examples=60, deadline=None)
@given(regression=regressions(), data=st.data())
def test_no_other_coefficients_have_a_smaller_loss_than_the_lower_bound(regression, data):
    quantile = data.draw(QUANTILES)
    solution = regression.solve(quantile=quantile)
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    for size in (1e-6, 1e-2, 1.0):
        moved = regression.residual(solution) - regression.matrix @ (
            size * random.standard_normal(regression.matrix.shape[1])
        )
        assert mean_loss(regression, moved, "mae", quantile) >= solution.certificate.lower_bound * (1 - 1e-12)


@pytest.fixture
def heavy(random) -> Regression:
    X = random.standard_normal((400, 4))
    return Regression(X, X @ [1.0, -2.0, 0.5, 3.0] + random.standard_t(1.5, 400))


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_the_order_of_rows_and_columns_does_not_matter(loss, heavy, random):
    plain = heavy.solve(loss)
    rows, columns = random.permutation(400), random.permutation(4)
    shuffled = Regression(heavy.X[np.ix_(rows, columns)], heavy.y[rows]).solve(loss)
    assert shuffled.coefficients == pytest.approx(plain.coefficients[columns], rel=1e-13)
    assert shuffled.certificate.loss == pytest.approx(plain.certificate.loss, rel=1e-14)


@pytest.mark.parametrize("power", [60, -60])
@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_scales_of_powers_of_two_change_no_bit_of_the_fit(loss, power, heavy):
    plain = heavy.solve(loss)
    up, down = 2.0**power, 2.0**-power
    scaled = Regression(heavy.X * up, heavy.y * down).solve(loss)
    assert (scaled.coefficients == plain.coefficients * (down / up)).all()
    assert scaled.intercept == plain.intercept * down
    assert scaled.certificate.loss == plain.certificate.loss * (down if loss == "mae" else down**2)


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_offsets_of_a_billion_move_the_intercept_only(loss, heavy):
    plain = heavy.solve(loss)
    shifted_x, shifted_y = heavy.X + 1e9, heavy.y + 1e9
    # The shift itself rounds the data; the fit to compare with is that of the rounded data, moved back exactly.
    back = Regression(shifted_x - 1e9, shifted_y - 1e9).solve(loss)
    moved = Regression(shifted_x, shifted_y).solve(loss)
    assert moved.coefficients == pytest.approx(back.coefficients, rel=1e-11)
    assert moved.coefficients == pytest.approx(plain.coefficients, rel=1e-5)
    assert moved.certificate.status == "optimal"


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_a_column_of_a_billion_plus_or_minus_one_is_not_constant(loss, random):
    sign = random.choice([-1.0, 1.0], 300)
    regression = Regression((1e9 + sign)[:, np.newaxis], 5 * sign + random.standard_normal(300) * 0.1)
    solution = regression.solve(loss)
    assert solution.aliased == ()
    assert solution.coefficients[0] == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_weights_are_repetitions(loss, heavy, random):
    times = random.integers(0, 4, 400)
    used = times > 0
    weighted = Regression(heavy.X[used], heavy.y[used], times[used].astype(float)).solve(loss)
    repeated = Regression(np.repeat(heavy.X, times, axis=0), np.repeat(heavy.y, times)).solve(loss)
    assert weighted.coefficients == pytest.approx(repeated.coefficients, rel=1e-12)
    assert weighted.certificate.loss == pytest.approx(repeated.certificate.loss, rel=1e-13)


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_dependent_and_constant_columns_are_left_out_and_change_nothing(loss, heavy):
    X = np.column_stack([heavy.X, heavy.X @ [1, 1, 0, 2.0], np.full(400, 0.1), heavy.X[:, 0] * 3])
    solution = Regression(X, heavy.y).solve(loss)
    assert solution.aliased == (4, 5, 6)
    assert solution.coefficients[4:].tolist() == [0.0, 0.0, 0.0]
    assert solution.certificate.loss == pytest.approx(heavy.solve(loss).certificate.loss, rel=1e-13)


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("rows", [1, 2, 4, 5])
def test_as_many_coefficients_as_rows_fit_perfectly(loss, rows, heavy):
    regression = Regression(heavy.X[:rows], heavy.y[:rows])
    solution = regression.solve(loss)
    assert len(solution.aliased) == 5 - rows
    assert np.abs(regression.residual(solution)).max() <= 8 * regression.rounding(solution)
    assert solution.certificate.status == "optimal"
    assert solution.certificate.relative_gap is None


@pytest.mark.parametrize("quantile", [0.5, 0.2])
@pytest.mark.parametrize("rows", [50, 4_000])
def test_a_perfect_fit_has_no_dual_point_but_one_that_balances(rows, quantile, random):
    """Of many rows the best of all perfect fits is not looked for, and the μ of another may lie outside of its box."""
    X = random.standard_normal((rows, 4))
    regression = Regression(X, 1 + X @ [1.0, 2.0, 3.0, 4.0])
    solution = regression.solve(quantile=quantile)
    assert solution.certificate.relative_gap is None
    if solution.dual is not None:
        pulls = multipliers_of(np.sign(regression.residual(solution)), solution.dual) + 2 * quantile - 1
        assert np.abs(pulls @ regression.matrix).max() <= 1e-12 * rows


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_a_constant_target_is_its_own_prediction(loss, heavy):
    solution = Regression(heavy.X, np.full(400, 1e9 / 3)).solve(loss)
    assert solution.intercept == 1e9 / 3
    assert solution.coefficients.tolist() == [0.0] * 4
    assert solution.certificate.loss == 0.0
    assert solution.certificate.unique is True


def test_a_huge_outlier_does_not_take_digits_from_the_other_rows(heavy):
    y = heavy.y.copy()
    y[0] = 1e15
    plain, moved = Regression(heavy.X[1:], heavy.y[1:]).solve(), Regression(heavy.X, y).solve()
    assert moved.certificate.status == "optimal"
    assert moved.coefficients == pytest.approx(plain.coefficients, abs=0.2)


def test_targets_near_the_ends_of_the_floats_have_the_same_fit(heavy):
    plain = heavy.solve()
    assert Regression(heavy.X, heavy.y * 2.0**1008).solve().coefficients == pytest.approx(
        plain.coefficients * 2.0**1008, rel=1e-13
    )
    subnormal = Regression(heavy.X, heavy.y * 1e-310).solve()
    assert subnormal.coefficients == pytest.approx(plain.coefficients * 1e-310, rel=1e-5)


def test_a_mean_square_beyond_the_floats_is_refused(heavy):
    with pytest.raises(DataError) as caught:
        Regression(heavy.X, heavy.y * 1e300).solve("mse")
    assert caught.value.fault.code == "squares-overflow"


def test_a_range_beyond_the_floats_is_refused():
    regression = Regression(np.array([[1.7e308], [1.7e308], [-1.7e308]]), np.array([1.0, 2.0, 3.0]))
    with pytest.raises(DataError) as caught:
        regression.solve()
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("range-overflow", "rescale it")


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_many_rows_have_the_same_proof_as_few(quantile, random):
    X = random.standard_normal((60_000, 12)) * np.logspace(-3, 6, 12) + 1e3
    regression = Regression(X, X @ (1 / np.logspace(-3, 6, 12)) + random.standard_t(1.5, 60_000))
    solution = regression.solve(quantile=quantile)
    assert_proved_from_the_data(regression, solution, quantile)


def test_many_tied_rows_with_rare_columns_are_proved_too(random):
    X = (random.random((80_000, 10)) < np.logspace(-3.5, -0.3, 10)).astype(float)
    regression = Regression(X, random.integers(0, 5, 80_000).astype(float))
    assert_proved_from_the_data(regression, regression.solve())


def test_a_rerun_gives_the_same_bits(heavy):
    first, second = heavy.solve(), heavy.solve()
    assert (first.coefficients == second.coefficients).all()
    assert first.certificate == second.certificate
    assert first.history == second.history


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("solver", [Auto(), Textbook(epochs=20)], ids=["auto", "textbook"])
def test_the_history_starts_at_the_start_and_ends_at_the_certified_loss(loss, solver, heavy):
    solution = heavy.solve(loss, settings=solver)
    assert solution.history.loss[-1] == solution.certificate.loss
    assert solution.history.loss[0] > solution.certificate.loss
    assert solution.history.iterations > 0
    assert solution.history.passes >= 3


def test_a_tolerance_of_zero_is_met_by_rounding(heavy):
    assert heavy.solve(settings=Auto(tolerance=0.0)).certificate.status == "optimal"


@pytest.fixture
def watched(random):
    """A listener of the fit of many rows, and the solution."""
    listener = mock.create_autospec(ProgressListener, instance=True)
    regression = Regression(random.standard_normal((60_000, 11)), random.standard_normal(60_000))
    return listener, solve(regression.rows, Absolute(), Auto(), listener=listener)


def test_a_watch_is_told_passes_and_gap(watched):
    listener, solution = watched
    assert [call.args for call in listener.passing.mock_calls] == [(i + 1,) for i in range(solution.history.passes)]
    listener.proved.assert_called_once_with(solution.certificate.relative_gap)


def test_a_watch_is_told_losses(watched):
    listener, solution = watched
    assert_told(listener, solution)


def test_a_watch_is_told_the_losses_of_rounds_whose_vertex_is_not_proved(random, monkeypatch):
    monkeypatch.setattr(
        "mae_cli.solvers.proof.exact_exchange.prove_bases", lambda problems, _, **__: [None] * len(problems)
    )
    listener = mock.create_autospec(ProgressListener, instance=True)
    regression = Regression(random.standard_normal((60_000, 11)), random.standard_normal(60_000))
    assert_told(listener, solve(regression.rows, Absolute(), Auto(), listener=listener))


def assert_told(listener, solution) -> None:
    assert listener.reached.mock_calls
    steps, losses = zip(*(call.args for call in listener.reached.mock_calls), strict=True)
    assert steps == tuple(range(len(solution.history.loss)))
    assert losses[0] == solution.history.loss[0]
    assert losses[-1] == pytest.approx(solution.certificate.loss, rel=1e-6)


@pytest.mark.parametrize("loss", [Absolute(), Pinball(0.9)])
def test_the_history_of_many_rows_starts_at_the_start_too(loss, random):
    X = random.standard_normal((60_000, 11))
    solution = solve(MemoryRows.of(Design(X), X[:, 0] + random.standard_t(2, 60_000)), loss, Auto())
    assert solution.history.loss[-1] == solution.certificate.loss
    assert solution.history.loss[0] > solution.certificate.loss


COURSES = {"few": 400, "many": 60_000}
SOLVERS = {
    "exact": (Absolute(), Auto()),
    "quantile": (Pinball(0.9), Auto()),
    "tolerance": (Pinball(0.9), Auto(tolerance=1e-2)),
    "squares": (Squared(), Auto()),
    "textbook": (Absolute(), Textbook(epochs=7)),
}


@pytest.mark.parametrize("rows", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize(("loss", "solver"), SOLVERS.values(), ids=SOLVERS)
def test_every_loss_has_the_pass_that_made_it_known(loss, solver, rows, random):
    X = random.standard_normal((rows, 5))
    history = solve(MemoryRows.of(Design(X), X[:, 0] + random.standard_t(2, rows)), loss, solver).history
    assert len(history.at_pass) == len(history.loss) > 2
    assert history.at_pass[0] >= 2  # one measures the rows
    assert all(later > earlier for earlier, later in pairwise(history.at_pass))
    assert history.at_pass[-1] == history.passes


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("tolerance", [0.0, 1e-2])
def test_no_loss_on_the_way_is_below_the_bound_and_the_search_goes_down(quantile, tolerance, random):
    X = random.standard_normal((300, 5))
    rows = MemoryRows.of(Design(X), X[:, 0] + random.standard_normal(300))
    solution = solve(rows, Pinball(quantile), Auto(tolerance=tolerance))
    assert min(solution.history.loss) >= solution.certificate.lower_bound
    assert all(later <= earlier * (1 + 1e-12) for earlier, later in pairwise(solution.history.loss))


def test_a_tolerance_met_on_a_sample_counts_the_steps_that_led_there(random):
    X = random.standard_normal((70_000, 10))
    rows = MemoryRows.of(Design(X), X[:, 0] + random.standard_t(2, 70_000))
    solution = solve(rows, Absolute(), Auto(tolerance=1e-2))
    assert solution.certificate.status == "tolerance"
    assert solution.history.iterations > 0


LOSSES = [*map(Pinball, (0.1, 0.25, 0.5, 0.75, 0.95)), Absolute()]


def rows_to_share(random, rows, columns, *, tied=False, weighted=False):
    X = random.standard_normal((rows, columns))
    y = X[:, 0] + random.standard_t(2, rows)
    weights = random.uniform(0.2, 3.0, rows) if weighted else None
    return MemoryRows.of(Design(np.round(X) if tied else X), np.round(y) if tied else y, weights)


# Beyond 600,000 numbers a sample is solved first.
@pytest.mark.parametrize("shape", [(400, 4), (70_000, 10)], ids=["few rows", "many rows"])
@pytest.mark.parametrize("kind", [{}, {"weighted": True}, {"tied": True}], ids=["plain", "weighted", "tied"])
def test_quantiles_solved_together_have_the_answers_of_each_alone(shape, kind, random):
    assert_as_alone(rows_to_share(random, *shape, **kind), LOSSES[::2])


@pytest.mark.parametrize("shape", [(400, 4), (70_000, 10)], ids=["few rows", "many rows"])
def test_the_mean_absolute_error_and_the_median_share_rows(shape, random):
    assert_as_alone(rows_to_share(random, *shape), [Absolute(), Pinball(0.5), Pinball(0.1), Absolute()])


@pytest.mark.parametrize("shape", [(400, 4), (70_000, 10)], ids=["few rows", "many rows"])
def test_quantiles_solved_together_have_the_answers_of_each_alone_through_the_origin(shape, random):
    assert_as_alone(rows_to_share(random, *shape), LOSSES[::2], intercept=False)


@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
@pytest.mark.parametrize("options", [{}, {"weights": True}, {"rounded": True}, {"rare": True}], ids=str)
def test_quantiles_with_a_column_of_many_levels_solved_together_have_the_answers_of_each_alone(kind, options, random):
    rows = kind(random, 15_000, 60, **options).rows()
    assert absorbable(rows, USUAL) is not None
    assert_as_alone(rows, LOSSES[::2])


@settings(max_examples=60, deadline=None)
@given(regression=regressions())
def test_quantiles_of_awkward_data_solved_together_have_the_answers_of_each_alone(regression):
    assert_as_alone(regression.rows, LOSSES[::2], intercept=regression.intercept, rounding=1e-12)


@pytest.mark.parametrize("rows", [400, 70_000])
def test_the_order_of_the_quantiles_does_not_matter(rows, random):
    shared = rows_to_share(random, rows, 10)
    forth, back = (solve_all(shared, losses, Auto()) for losses in (LOSSES, LOSSES[::-1]))
    for first, second in zip(forth, back[::-1], strict=True):
        assert first.coefficients.tobytes() == second.coefficients.tobytes()
        assert first.certificate == second.certificate


def test_quantiles_of_many_rows_share_their_passes(random):
    rows = rows_to_share(random, 70_000, 10)
    together = solve_all(rows, LOSSES, Auto())
    alone = [solve(rows, loss, Auto()) for loss in LOSSES]
    assert max(solution.history.passes for solution in together) <= max(each.history.passes for each in alone) + 1


@pytest.mark.parametrize("rows", [4_000, 70_000])
@pytest.mark.parametrize("tolerance", [1e-1, 1e-2, 1e-3, 1e-4])
def test_each_quantile_stops_within_the_tolerance(rows, tolerance, random):
    shared = rows_to_share(random, rows, 10)
    early = solve_all(shared, LOSSES, Auto(tolerance=tolerance))
    for solution, loss in zip(early, LOSSES, strict=True):
        exact = solve(shared, loss, Auto()).certificate.loss
        certificate = solution.certificate
        assert certificate.status in {"tolerance", "optimal"}
        assert certificate.relative_gap <= tolerance
        assert certificate.lower_bound <= exact * (1 + 1e-12)
        assert exact * (1 - 1e-12) <= certificate.loss <= exact * (1 + tolerance)
    assert tolerance < 1e-1 or {solution.certificate.status for solution in early} == {"tolerance"}


@pytest.mark.parametrize(
    ("losses", "solver"),
    [([Squared(), Squared()], Auto()), (LOSSES[:3], Textbook(epochs=5)), ([Absolute(), Squared()], Textbook(epochs=5))],
    ids=["squares", "textbook quantiles", "textbook"],
)
def test_losses_that_share_nothing_are_solved_one_after_the_other(losses, solver, random):
    rows = rows_to_share(random, 400, 4)
    for found, loss in zip(solve_all(rows, losses, solver), losses, strict=True):
        expected = solve(rows, loss, solver)
        assert found.coefficients.tobytes() == expected.coefficients.tobytes()
        assert found.certificate == expected.certificate
        assert found.history.loss == expected.history.loss


def test_a_watch_is_told_the_largest_gap_of_all_quantiles(random):
    listener = mock.create_autospec(ProgressListener, instance=True)
    found = solve_all(rows_to_share(random, 400, 4), LOSSES, Auto(tolerance=1e-2), listener=listener)
    listener.proved.assert_called_once_with(max(solution.certificate.relative_gap for solution in found))


@pytest.mark.parametrize("seed", [2, 8, 45])
def test_ties_that_a_small_weight_carries_far_in_the_search_are_still_proved(seed):
    random = np.random.default_rng(seed)
    X = random.integers(0, 2, (700, 6)).astype(float)
    y = np.round(X @ random.normal(size=6) / 2 * 5)
    weights = 10.0 ** random.uniform(-5, 0, 700)
    assert fit(X, y, quantile=0.99, sample_weight=weights).certificate.status == "optimal"


def test_a_further_fit_of_rows_made_ready_counts_its_own_passes_only(random):
    X = random.standard_normal((70_000, 10))
    prepared = Prepared(CountedRows(MemoryRows.of(Design(X), X[:, 0] + random.standard_t(2, 70_000))), intercept=True)
    first, second = (solve_together(prepared, [Absolute()], Auto())[0].solution for _ in range(2))
    assert second.history.passes == first.history.passes - 1  # the rows are measured once
    assert second.history.at_pass == tuple(each - 1 for each in first.history.at_pass)
    assert prepared.rows.counter.passes == first.history.passes + second.history.passes


def test_a_proof_is_tried_once_before_all_signs_are_right(random, monkeypatch):
    tried, prove_bases = [], exact_exchange.prove_bases

    def never(problems, _, *, is_thorough):  # noqa: ARG001
        tried.append(len(problems))
        return [None] * len(problems)

    def prove_basis(problem, basis, *, is_thorough=False):
        """After the search, as ever."""
        return prove_bases([problem], [basis], is_thorough=is_thorough)[0]

    monkeypatch.setattr(exact_exchange, "prove_bases", never)
    monkeypatch.setattr(exact_exchange, "prove_basis", prove_basis)
    monkeypatch.setattr(closer, "prove_basis", prove_basis)
    X = random.standard_normal((70_000, 10))
    narrow = Auto(limits=Limits(sample_band_width=0.1))  # residuals beyond it change signs
    solution = solve(MemoryRows.of(Design(X), X[:, 0] + random.standard_t(2, 70_000)), Absolute(), narrow)
    assert solution.certificate.status == "optimal"
    assert len(solution.history.loss) > 2
    assert sum(tried) == 1
