"""Fits with a column of many levels: the proof, and the answer of the dense solver."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.levels import LevelRegression, a_determined_regression, a_regression
from support.regressions import Regression, assert_proved_from_the_data

from mae_cli.losses import Absolute
from mae_cli.rows.design import Design
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve


@pytest.fixture(autouse=True)
def absorbed(monkeypatch):
    """Absorb a column however few the levels and the rows, and make sure that it is."""
    made = []

    def counted(self, *arguments, **options):
        original(self, *arguments, **options)
        made.append(self)

    original = AbsorbedWhitening.__init__
    monkeypatch.setattr(AbsorbedWhitening, "__init__", counted)
    absorb(monkeypatch)
    yield
    assert made


def absorb(monkeypatch):
    monkeypatch.setattr("mae_cli.solvers.absorbing._MANY_LEVELS", 2)
    monkeypatch.setattr("mae_cli.solvers.band._DENSE_SIZE", 0)


def dense_solution(regression, quantile=0.5):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.solvers.absorbing._MANY_LEVELS", 10**9)
        return regression.solve(quantile)


def assert_proved(regression, solution, quantile=0.5) -> None:
    dense = Regression(regression.design.dense(), regression.y, regression.weights, regression.intercept)
    assert_proved_from_the_data(dense, solution, quantile)


@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
@pytest.mark.parametrize("quantile", [0.5, 0.05, 0.8])
@pytest.mark.parametrize("options", [{}, {"weights": True}, {"rare": True}, {"rounded": True}, {"intercept": False}])
def test_the_answer_is_that_of_the_dense_solver_with_a_proof(kind, quantile, options, random):
    regression = kind(random, **options)
    solution, dense = regression.solve(quantile, block_rows=250), dense_solution(regression, quantile)
    assert_proved(regression, solution, quantile)
    assert solution.certificate.loss == pytest.approx(dense.certificate.loss, rel=1e-12)
    assert solution.aliased == dense.aliased
    # Either may leave it open where edges could only be flat together.
    assert len({solution.certificate.unique, dense.certificate.unique} - {None}) <= 1
    if dense.certificate.unique:
        assert solution.coefficients == pytest.approx(dense.coefficients, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.1, 0.9]), st.integers(1, 200), st.booleans())
def test_awkward_levels_are_fitted_with_a_proof(seed, quantile, rows, intercept):
    random = np.random.default_rng(seed)
    counts = tuple(int(random.integers(1, 25)) for _ in range(int(random.integers(1, 4))))
    codes = tuple(np.minimum(random.geometric(0.3, rows) - 1, count).astype(np.int32) for count in counts)
    numeric = random.integers(-2, 3, (rows, int(random.integers(0, 3)))).astype(float)
    y = np.round(random.standard_t(2, rows) * 2) / int(random.integers(1, 3))
    regression = LevelRegression(Design(numeric, codes, counts), y, None, intercept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.solvers.absorbing._MANY_LEVELS", 1)
        solution = regression.solve(quantile, block_rows=64)
    assert_proved(regression, solution, quantile)


def test_a_level_with_one_row_is_fitted_exactly(random):
    regression = a_regression(random, rows=300, levels=40)
    codes = regression.design.codes[1].copy()
    codes[codes == 17] = 0
    codes[5] = 17
    design = Design(regression.design.numeric, (regression.design.codes[0], codes), (3, 40))
    solution = LevelRegression(design, regression.y).solve()
    assert solution.point.predict(design)[5] == pytest.approx(regression.y[5], rel=1e-12)
    assert 5 in solution.dual.rows


def test_a_sample_that_misses_levels_does_not_change_the_answer(random, monkeypatch):
    monkeypatch.setattr("mae_cli.solvers.many_levels._SAMPLE_ROWS_PER_COLUMN", 3)
    regression = a_regression(random, rows=3000, levels=40, rare=True)
    solution = regression.solve(block_rows=500)
    assert_proved(regression, solution)
    assert solution.certificate.loss == pytest.approx(dense_solution(regression).certificate.loss, rel=1e-12)


def test_a_band_that_is_too_narrow_is_widened(random, monkeypatch):
    monkeypatch.setattr("mae_cli.solvers.many_levels._BAND_ROWS_PER_COLUMN", 0)
    regression = a_determined_regression(random)
    assert_proved(regression, regression.solve())


def test_a_rerun_gives_the_same_bits(random):
    regression = a_determined_regression(random, rounded=True)
    first, second = regression.solve(), regression.solve()
    assert (first.coefficients == second.coefficients).all()
    assert first.certificate == second.certificate


def test_a_perfect_fit_is_found(random):
    regression = a_regression(random)
    y = regression.design.product(random.standard_normal(35)) + 2.0
    solution = LevelRegression(regression.design, y).solve()
    assert solution.certificate.status == "optimal"
    assert solution.certificate.relative_gap is None


@pytest.mark.parametrize("kind", [a_regression, a_determined_regression])
def test_a_tolerance_within_reach_of_the_steps_inside_ends_there(kind, random):
    regression = kind(random, rows=2_000)
    exact = regression.solve()
    early, at_zero = (
        solve(regression.rows(), Absolute(), Auto(tolerance=tolerance), intercept=True) for tolerance in (1e-2, 0.0)
    )
    assert early.certificate.status == "tolerance"
    # The steps inside are the same; what is saved are the passes that look for a vertex and prove it.
    assert early.history.iterations <= exact.history.iterations
    assert early.history.passes < exact.history.passes
    assert 0 < early.certificate.relative_gap <= 1e-2
    assert early.certificate.lower_bound <= exact.certificate.loss <= early.certificate.loss
    assert at_zero.certificate == exact.certificate
    assert at_zero.certificate.status == "optimal"
