"""Screened rows give what all rows at once give, in a number of passes that their number does not change.

What the passes say is what the whole problem says, written out as one dense band.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.levels import LEVELS, LevelRegression, a_regression
from support.outlooks import a_problem, of_quantiles, seen_from
from support.regressions import Regression, assert_proved_from_the_data
from support.together import assert_as_alone

from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.band import SignedRows
from mae_cli.solvers.search.all_rows import AllRows
from mae_cli.solvers.search.screening import Round
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve


def screened_from(sample) -> Limits:
    """Samples of about so many rows, however few there are."""
    return Limits(dense_size=0, smallest_sample=sample, sample_rows_per_column=5)


def random_rows(kind, random, rows):
    """X (rows, 5), y (rows,)."""
    X = random.standard_normal((rows, 5))
    if kind == "tied":
        X = random.integers(-2, 3, (rows, 5)).astype(float)
        return X, np.round(X @ [1, 0, 2, -1, 0.5]) + random.integers(-3, 4, rows)
    if kind == "rare level":
        X[:, 4] = 0.0
        X[random.choice(rows, 4, replace=False), 4] = 1.0
    if kind == "heavy tails":
        X = random.standard_cauchy((rows, 5))
    if kind == "offsets and scales":
        X = X * 10.0 ** np.array([-6, -3, 0, 3, 6]) + [1.0, 30.0, 1e9, 0.0, -1e8]
    return X, X[:, 0] - X[:, 1] + random.standard_t(1.5, rows)


KINDS = ["normal", "tied", "rare level", "heavy tails", "offsets and scales"]


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(KINDS),
    rows=st.sampled_from([300, 1000, 3000]),
    quantile=st.sampled_from([0.5, 0.5, 0.1, 0.95]),
    weighted=st.booleans(),
    intercept=st.booleans(),
)
def test_screened_rows_have_the_loss_and_the_proof_of_all_rows_at_once(seed, kind, rows, quantile, weighted, intercept):
    random = np.random.default_rng(seed)
    X, y = random_rows(kind, random, rows)
    regression = Regression(X, y, random.uniform(0.2, 3, rows) if weighted else None, intercept)
    directly = regression.solve(quantile=quantile)
    screened = regression.solve(quantile=quantile, limits=screened_from(100))
    assert_proved_from_the_data(regression, screened, quantile)
    assert screened.aliased == directly.aliased
    rounding = regression.rounding(directly)
    for name in ("loss", "lower_bound"):
        found, expected = (getattr(each.certificate, name) for each in (screened, directly))
        assert found == pytest.approx(expected, rel=1e-12, abs=rounding)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(KINDS),
    rows=st.sampled_from([300, 1000, 3000]),
    weighted=st.booleans(),
    intercept=st.booleans(),
)
def test_quantiles_screened_together_have_the_answers_of_each_alone(seed, kind, rows, weighted, intercept):
    random = np.random.default_rng(seed)
    X, y = random_rows(kind, random, rows)
    regression = Regression(X, y, random.uniform(0.2, 3, rows) if weighted else None, intercept)
    losses = [Pinball(quantile) for quantile in (0.1, 0.5, 0.95)] + [Absolute()]
    # Numbers far from zero leave fewer digits to sums of residuals.
    assert_as_alone(regression.rows, losses, intercept=intercept, rounding=1e-12, limits=screened_from(100))


@pytest.mark.parametrize("kind", KINDS)
def test_the_passes_are_few_and_do_not_grow_with_the_rows(kind, random):
    passes = []
    for rows in (10_000, 30_000, 90_000):
        X, y = random_rows(kind, random, rows)
        solution = Regression(X, y).solve(limits=screened_from(1000))
        assert solution.certificate.status == "optimal"
        passes.append(solution.history.passes)
    assert max(passes) <= 7
    assert passes[-1] <= passes[0] + 1


def test_rare_levels_that_no_sample_has_need_no_wider_band(random):
    rows = 60_000
    codes = random.integers(0, 3, rows).astype(np.int32)
    codes[random.choice(rows, 6, replace=False)] = 3
    X = random.standard_normal((rows, 2))
    y = X[:, 0] + codes + random.standard_t(2, rows)
    table = MemoryRows.of(Design(X, (codes,), (3,)), y)
    solution = solve(table, Absolute(), Auto(limits=screened_from(500)))
    assert solution.certificate.status == "optimal"
    assert solution.history.passes <= 7
    rare = y[codes == 3] - solution.intercept - X[codes == 3] @ solution.coefficients[:2]
    assert np.sort(rare)[2] <= solution.coefficients[4] <= np.sort(rare)[3]


@pytest.mark.parametrize("loss", [Absolute(), Pinball(0.9)])
def test_rows_that_are_all_zero_are_no_reason_to_give_up(loss, random):
    X = np.zeros((400, 2))
    X[[17, 230, 301], 0] = 1.0
    X[[5, 111], 1] = 2.0
    regression = Regression(X, random.integers(0, 3, 400).astype(float), None, intercept=False)
    solution = solve(regression.rows, loss, Auto(limits=screened_from(40)), intercept=False)
    assert solution.certificate.status == "optimal"


def test_a_rerun_of_many_rows_gives_the_same_bits(random):
    X = random.standard_normal((50_000, 20))
    regression = Regression(X, X[:, 0] + random.standard_t(2, 50_000))
    first, second = regression.solve(), regression.solve()
    assert (first.coefficients == second.coefficients).all()
    assert first.certificate == second.certificate
    assert first.history == second.history


def never(numbers, _):
    return [None] * len(numbers)


@pytest.fixture(params=["numbers", "weighted numbers", "levels", "weighted levels"])
def problem(request, random):
    """Of 1,500 rows in blocks of 256."""
    weighted, absorbed = "weighted" in request.param, "levels" in request.param
    if absorbed:
        regression = a_regression(random, 1_500, 20, weights=weighted)
    else:
        X = random.standard_normal((1_500, 4)) * [1.0, 10.0, 0.1, 1.0] + [0.0, 1e4, 0.0, 0.0]
        weights = random.uniform(0.2, 3.0, 1_500) if weighted else None
        regression = LevelRegression(Design(X), X @ [1, -1, 2, 0] + random.standard_t(2, 1_500), weights)
    problem = a_problem(regression, limits=LEVELS if absorbed else USUAL)
    assert isinstance(problem.whitening, AbsorbedWhitening) == absorbed
    return problem


@pytest.fixture
def seen(problem, random):
    """Three quantiles of it, each from a point of its own near its optimum."""
    origins = [
        problem.whitening.from_standard(problem.standard.of_user(solution_of(each).point)[0])
        + 0.02 * random.standard_normal(len(problem.whitening.kept))
        if isinstance(problem.whitening, AbsorbedWhitening)
        else 0.02 * random.standard_normal(len(problem.whitening.kept))
        for each in of_quantiles(problem, (0.1, 0.5, 0.8))
    ]
    return [seen_from(each, at) for each, at in zip(of_quantiles(problem, (0.1, 0.5, 0.8)), origins, strict=True)]


def solution_of(problem):
    return solve(problem.rows, problem.loss, Auto(limits=problem.limits), intercept=problem.standard.intercept)


def rows_of(seen):
    return AllRows([each.outlook for each in seen], never)


def assert_narrowed_to(narrowed, each, members) -> None:
    """The rows of the band are these, and what is left of the problem pulls."""
    signs = np.sign(each.whole.residual)
    signs[members] = 0.0
    order = np.argsort(narrowed.members)
    assert narrowed.members[order].tolist() == sorted(members)
    band, pulls = narrowed.band, (each.weights * signs) @ each.whole.rows.matrix
    assert band.linear == pytest.approx(each.whole.linear + pulls, rel=1e-9, abs=1e-7)
    assert band.residual == pytest.approx(each.whole.residual[narrowed.members], abs=1e-11)
    assert band.jitter.tolist() == each.whole.jitter[narrowed.members].tolist()
    assert (band.weights is None) == (each.whole.weights is None)
    assert band.weighted(np.ones(len(members))).tolist() == each.weights[narrowed.members].tolist()
    step = np.linspace(-1, 1, len(band.linear))
    assert band.rows.product(step) == pytest.approx((each.whole.rows.matrix @ step)[narrowed.members], abs=1e-10)
    assert band.rows.leverage == pytest.approx(each.leverage[narrowed.members])
    assert narrowed.objective == pytest.approx(each.objective(np.zeros(len(step))))


def test_a_band_is_the_rows_near_the_point_and_the_others_pull(seen):
    for number, each in enumerate(seen):
        (narrowed,) = rows_of(seen).narrowed([number], [150])
        width = np.quantile(each.outlook.distance, 0.1, method="higher")
        near = set(np.flatnonzero(each.outlook.distance <= width).tolist())
        members = narrowed.members.tolist()
        assert len(set(members)) == len(members)
        is_usual = each.leverage <= each.outlook.unusual
        assert {row for row in near if is_usual[row]} <= set(members)
        # Of levels also rare rows, and the nearest of each.
        assert set(members) <= near or isinstance(each.outlook.problem.whitening, AbsorbedWhitening)
        assert_narrowed_to(narrowed, each, members)


@pytest.mark.parametrize("problem", ["levels", "weighted levels"], indirect=True)
def test_the_nearest_row_of_every_level_is_in_the_band(seen):
    each = seen[0]
    whitening = each.outlook.problem.whitening
    (narrowed,) = AllRows([replace(each.outlook, unusual=np.inf)], never).narrowed([0], [1])
    groups = each.outlook.problem.rows.take(np.arange(1_500)).design.codes[whitening.split.place]
    nearest = {
        min(np.flatnonzero(groups == group).tolist(), key=each.outlook.distance.__getitem__) for group in range(1, 21)
    }
    assert nearest <= set(narrowed.members.tolist())
    assert len(narrowed.members) <= 22
    assert_narrowed_to(narrowed, each, narrowed.members.tolist())


def test_a_band_of_as_many_rows_as_there_are_is_all_of_them(seen):
    for each, narrowed in zip(seen, rows_of(seen).narrowed([0, 1, 2], [1_500] * 3), strict=True):
        assert_narrowed_to(narrowed, each, list(range(1_500)))


def test_rows_that_join_a_band_pull_no_longer(seen, random):
    rows = rows_of(seen)
    for number, each in enumerate(seen):
        (narrowed,) = rows.narrowed([number], [150])
        joining = random.permutation(np.setdiff1d(np.arange(1_500), narrowed.members))[:20]
        widened = rows.widened(number, narrowed, SignedRows(joining, np.sign(each.whole.residual[joining])))
        assert_narrowed_to(widened, each, [*narrowed.members.tolist(), *joining.tolist()])


def test_a_check_finds_every_sign_that_turned_outside_of_the_band(seen, random):
    rows = rows_of(seen)
    for number, each in enumerate(seen):
        (narrowed,) = rows.narrowed([number], [150])
        step = 0.3 * random.standard_normal(len(narrowed.band.linear))
        (check,) = rows.checked([number], [replace(Round.first(150, narrowed), step=step)])
        expected = each.whole.check(narrowed.members, step)
        assert len(expected.wrong.rows)
        assert check.wrong.rows.tolist() == expected.wrong.rows.tolist()
        assert check.wrong.signs.tolist() == expected.wrong.signs.tolist()
        assert check.objective == pytest.approx(each.objective(step))


def test_a_tied_row_outside_of_the_band_is_wrong_where_breaking_ties_puts_it_on_the_other_side(random):
    """Half of the rows are on one plane, and a vertex of them is found in a band that holds few."""
    X = random.integers(-4, 5, (1_500, 3)).astype(float)
    is_tied = random.random(1_500) < 0.5
    y = np.where(is_tied, X @ [1.0, -2.0, 3.0], X @ [1.0, -2.0, 3.0] + random.standard_cauchy(1_500))
    problem = a_problem(LevelRegression(Design(X), y, None))
    each = seen_from(problem, problem.whitening.whitened(problem.standard.of_user(solution_of(problem).point)[0]) + 0.3)
    rows = AllRows([each.outlook], never)
    (narrowed,) = rows.narrowed([0], [150])
    inside = np.flatnonzero(is_tied[narrowed.members])
    basis = narrowed.band.rows.nearest_basis(inside)
    step = narrowed.band.rows.solve(basis, narrowed.band.residual)
    members = narrowed.members[basis]
    (check,) = rows.checked([0], [replace(Round.first(150, narrowed), step=step, basis=members)])
    # The residuals of the moved targets from the plane through those of the basis.
    whole, jitter = each.whole, each.outlook.ties.jitter(np.arange(1_500))
    moved = (whole.residual + jitter) - whole.rows.product(whole.rows.solve(members, whole.residual + jitter))
    wrong = np.flatnonzero(np.sign(whole.residual) * moved < 0)
    wrong = np.setdiff1d(wrong, narrowed.members)
    assert 20 < is_tied[wrong].sum() < is_tied.sum() - 20
    assert check.wrong.rows.tolist() == wrong.tolist()


def test_all_problems_share_the_pass_that_picks_their_bands_and_the_one_that_checks_them(seen, random):
    rows, counter = rows_of(seen), seen[0].outlook.problem.counter
    before = counter.passes
    narrowed = rows.narrowed([0, 1, 2], [150, 300, 75])
    assert counter.passes == before + 1
    step = 0.3 * random.standard_normal(len(narrowed[0].band.linear))
    rounds = [replace(Round.first(150, each), step=step) for each in narrowed]
    checks = rows.checked([0, 1, 2], rounds)
    assert counter.passes == before + 2
    for number, count in enumerate((150, 300, 75)):
        (alone,) = rows.narrowed([number], [count])
        assert narrowed[number].members.tolist() == alone.members.tolist()
        assert narrowed[number].band.linear == pytest.approx(alone.band.linear, rel=1e-9, abs=1e-9)
        (check,) = rows.checked([number], [rounds[number]])
        assert checks[number].wrong.rows.tolist() == check.wrong.rows.tolist()
        assert checks[number].objective == pytest.approx(check.objective, rel=1e-12)
    # Some of the problems, in any order.
    some = rows.checked([2, 0], [rounds[2], rounds[0]])
    assert [each.wrong.rows.tolist() for each in some] == [checks[place].wrong.rows.tolist() for place in (2, 0)]


def test_an_outlook_tells_the_standard_coefficients_of_points_near_its_origin(seen, random):
    for each in seen:
        step, design = random.standard_normal(len(each.outlook.origin)), each.outlook.problem.standard_rows
        block = design.take(np.arange(1_500))
        at, after = block.residual(each.outlook.standard_point), block.residual(each.outlook.after(step))
        assert at == pytest.approx(each.whole.residual, abs=1e-10)
        assert after == pytest.approx(each.whole.moved(step).residual, abs=1e-10)


def test_what_proves_vertices_is_asked_as_it_is(seen):
    asked = []

    def prove(numbers, bases):
        asked.append((numbers, bases))
        return [1.0, None]

    rows, bases = AllRows([each.outlook for each in seen], prove), [np.arange(3), np.arange(4)]
    assert rows.proved([2, 0], bases) == [1.0, None]
    assert asked == [([2, 0], bases)]
    assert rows.shapes == [(1_500, len(each.outlook.origin)) for each in seen]
