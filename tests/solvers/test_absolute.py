"""The exact fit: vertices through all rows, samples, and columns of many levels with the answer of the dense solver."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.levels import LEVELS, LevelRegression, a_determined_regression, a_regression
from support.outlooks import a_problem
from support.regressions import Regression, assert_proved_from_the_data
from support.standard import prepare_sampled
from support.together import assert_as_alone

from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.absolute import Searches, minimise_absolute, sample_size
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.search.descent import descend
from mae_cli.solvers.search.exchange import Outcome
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve


@pytest.fixture
def absorbed(monkeypatch):
    """Make sure that a column is absorbed."""
    made = []

    def counted(self, *arguments, **options):
        original(self, *arguments, **options)
        made.append(self)

    original = AbsorbedWhitening.__init__
    monkeypatch.setattr(AbsorbedWhitening, "__init__", counted)
    yield
    assert made


def dense_solution(regression, quantile=0.5):
    return regression.solve(quantile, limits=replace(LEVELS, many_levels=10**9))


def assert_proved(regression, solution, quantile=0.5) -> None:
    dense = Regression(regression.design.dense(), regression.y, regression.weights, regression.intercept)
    assert_proved_from_the_data(dense, solution, quantile)


@pytest.mark.usefixtures("absorbed")
@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
@pytest.mark.parametrize("quantile", [0.5, 0.05, 0.8])
@pytest.mark.parametrize("options", [{}, {"weights": True}, {"rare": True}, {"rounded": True}, {"intercept": False}])
def test_the_answer_is_that_of_the_dense_solver_with_a_proof(kind, quantile, options, random):
    regression = kind(random, **options)
    solution = regression.solve(quantile, block_rows=250, limits=LEVELS)
    dense = dense_solution(regression, quantile)
    assert_proved(regression, solution, quantile)
    assert solution.certificate.loss == pytest.approx(dense.certificate.loss, rel=1e-12)
    assert solution.aliased == dense.aliased
    # Either may leave it open where edges could only be flat together.
    assert len({solution.certificate.unique, dense.certificate.unique} - {None}) <= 1
    if dense.certificate.unique:
        assert solution.coefficients == pytest.approx(dense.coefficients, abs=1e-9)


@pytest.mark.usefixtures("absorbed")
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.1, 0.9]), st.integers(1, 200), st.booleans())
def test_awkward_levels_are_fitted_with_a_proof(seed, quantile, rows, intercept):
    random = np.random.default_rng(seed)
    counts = tuple(int(random.integers(1, 25)) for _ in range(int(random.integers(1, 4))))
    codes = tuple(np.minimum(random.geometric(0.3, rows) - 1, count).astype(np.int32) for count in counts)
    numeric = random.integers(-2, 3, (rows, int(random.integers(0, 3)))).astype(float)
    y = np.round(random.standard_t(2, rows) * 2) / int(random.integers(1, 3))
    regression = LevelRegression(Design(numeric, codes, counts), y, None, intercept)
    solution = regression.solve(quantile, block_rows=64, limits=replace(LEVELS, many_levels=1))
    assert_proved(regression, solution, quantile)


@pytest.mark.usefixtures("absorbed")
def test_a_level_with_one_row_is_fitted_exactly(random):
    regression = a_regression(random, rows=300, levels=40)
    codes = regression.design.codes[1].copy()
    codes[codes == 17] = 0
    codes[5] = 17
    design = Design(regression.design.numeric, (regression.design.codes[0], codes), (3, 40))
    solution = LevelRegression(design, regression.y).solve(limits=LEVELS)
    assert solution.point.predict(design)[5] == pytest.approx(regression.y[5], rel=1e-12)
    assert 5 in solution.dual.rows


@pytest.mark.usefixtures("absorbed")
def test_a_sample_that_misses_levels_does_not_change_the_answer(random):
    regression = a_regression(random, rows=3000, levels=40, rare=True)
    solution = regression.solve(block_rows=500, limits=replace(LEVELS, level_sample_rows_per_column=3))
    assert_proved(regression, solution)
    assert solution.certificate.loss == pytest.approx(dense_solution(regression).certificate.loss, rel=1e-12)


@pytest.mark.usefixtures("absorbed")
def test_a_band_that_is_too_narrow_is_widened(random):
    regression = a_determined_regression(random)
    assert_proved(regression, regression.solve(limits=replace(LEVELS, level_band_rows_per_column=0)))


@pytest.mark.usefixtures("absorbed")
def test_a_rerun_gives_the_same_bits(random):
    regression = a_determined_regression(random, rounded=True)
    first, second = regression.solve(limits=LEVELS), regression.solve(limits=LEVELS)
    assert (first.coefficients == second.coefficients).all()
    assert first.certificate == second.certificate


@pytest.mark.usefixtures("absorbed")
def test_a_perfect_fit_is_found(random):
    regression = a_regression(random)
    y = regression.design.product(random.standard_normal(35)) + 2.0
    solution = LevelRegression(regression.design, y).solve(limits=LEVELS)
    assert solution.certificate.status == "optimal"
    assert solution.certificate.relative_gap is None


@pytest.mark.usefixtures("absorbed")
@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
def test_a_tolerance_within_reach_of_the_steps_inside_ends_there(kind, random):
    regression = kind(random, rows=2_000)
    exact = regression.solve(limits=LEVELS)
    early, at_zero = (
        solve(regression.rows(), Absolute(), Auto(tolerance, LEVELS), intercept=True) for tolerance in (1e-2, 0.0)
    )
    assert early.certificate.status == "tolerance"
    # The steps inside are the same; what is saved are the passes that look for a vertex and prove it.
    assert early.history.iterations <= exact.history.iterations
    assert early.history.passes < exact.history.passes
    assert 0 < early.certificate.relative_gap <= 1e-2
    assert early.certificate.lower_bound <= exact.certificate.loss <= early.certificate.loss
    assert at_zero.certificate == exact.certificate
    assert at_zero.certificate.status == "optimal"


@pytest.fixture
def descended(monkeypatch):
    """The bands that were descended on, and the ends."""
    found = []

    def told(band, steps):
        found.append((band, descend(band, steps)))
        return found[-1][1]

    monkeypatch.setattr("mae_cli.solvers.absolute.descend", told)
    return found


def perfect_rows(random):
    X = random.standard_normal((50, 3))
    return X, X @ [1.0, -2.0, 0.5], random.uniform(0.5, 2.0, 50)


def found_in(X, y, weights=None, losses=(Absolute(),), limits=USUAL):
    """The ends of searches, and their problem."""
    counted = CountedRows(MemoryRows.of(Design(X), y, weights))
    size = sample_size(X.shape, limits)
    problem, sample = prepare_sampled(counted, losses[0], size, intercept=True, limits=limits)
    problems = [replace(problem, loss=loss) for loss in losses]
    searches = Searches(problems, lambda *_: None, lambda *_: None, lambda numbers, _: [None] * len(numbers), sample)
    return minimise_absolute(searches), problem


def test_a_vertex_through_all_rows_is_found(random):
    (found,), problem = found_in(*perfect_rows(random))
    point = problem.in_user_units(found.optimum.step)
    assert found.optimum.outcome is Outcome.OPTIMAL
    assert [point.intercept, *point.values] == pytest.approx([0.0, 1.0, -2.0, 0.5], rel=1e-12, abs=1e-12)
    assert len(found.optimum.basis) == 4
    assert found.optimum.losses[-1] == pytest.approx(0.0, abs=1e-8)


def test_a_row_off_the_plane_by_more_than_ties_is_left_out_of_the_basis(random):
    X, y, weights = perfect_rows(random)
    y[17] += 1e-3
    (found,), problem = found_in(X, y, weights)
    assert found.optimum.outcome is Outcome.OPTIMAL
    assert 17 not in found.optimum.basis
    assert found.optimum.losses[-1] * problem.standard.target_scale == pytest.approx(1e-3 * weights[17], rel=1e-4)


def test_each_descent_on_a_sample_begins_where_the_one_before_it_ended(descended, random):
    limits = Limits(dense_size=0, smallest_sample=500, sample_rows_per_column=5)
    X = random.standard_normal((5_000, 4))
    losses = [Pinball(0.25), Pinball(0.26), Pinball(0.8)]
    found, problem = found_in(X, 3 + X[:, 0] + random.standard_cauchy(5_000), None, losses, limits)
    for (band, _), (_, before) in zip(descended[1:], descended[:-1], strict=True):
        assert band.residual == pytest.approx(before.band.residual, rel=1e-12, abs=1e-15)
    steps = [len(end.losses) - 1 for _, end in descended]
    assert steps[1] < steps[0]
    # The linear term is that of each quantile.
    for (band, _), loss in zip(descended, losses, strict=True):
        assert band.linear == pytest.approx(loss.tilt * band.rows.transpose_product(np.ones(band.shape[0])))
    for each, loss in zip(found, losses, strict=True):
        assert each.optimum.outcome is Outcome.OPTIMAL
        exact = solve(problem.rows, loss, Auto(limits=limits))
        point = problem.in_user_units(each.optimum.step)
        assert [point.intercept, *point.values] == pytest.approx([exact.intercept, *exact.coefficients], abs=1e-9)


@pytest.mark.parametrize(
    ("shape", "size"), [((1_000, 600), 1_000), ((10**6, 1), 10_000), ((3_000, 1_000), 3_000), ((10**9, 8), 2 * 10**6)]
)
def test_a_sample_has_all_of_few_rows_and_few_of_many(shape, size):
    assert sample_size(shape, USUAL) == pytest.approx(size, abs=1)


def test_rows_without_an_absorbed_column_are_refused_by_the_search_with_levels(random):
    problem = a_problem(LevelRegression(Design(random.standard_normal((50, 2))), random.standard_normal(50)))
    searches = Searches([problem], lambda *_: None, lambda *_: None, lambda *_: [])
    with pytest.raises(TypeError, match="no column of many levels is absorbed"):
        minimise_absolute(searches)


@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
@pytest.mark.parametrize("options", [{}, {"weights": True}, {"rare": True}, {"intercept": False}], ids=str)
@pytest.mark.usefixtures("absorbed")
def test_quantiles_with_levels_solved_together_have_the_answers_of_each_alone(kind, options, random):
    regression = kind(random, **options)
    losses = [Pinball(0.05), Absolute(), Pinball(0.8)]
    assert_as_alone(regression.rows(block_rows=250), losses, intercept=regression.intercept, limits=LEVELS)
