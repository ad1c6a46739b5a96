"""Screened rows give what all rows at once give, in a number of passes that their number does not change."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.regressions import Regression, assert_proved_from_the_data

from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve


@contextmanager
def screened_from(sample):
    """Samples of about so many rows, however few there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mae_cli.solvers.band._DENSE_SIZE", 0)
        patch.setattr("mae_cli.solvers.absolute._SMALLEST_SAMPLE", sample)
        patch.setattr("mae_cli.solvers.absolute._SAMPLE_ROWS_PER_COLUMN", 5)
        yield


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
    with screened_from(100):
        screened = regression.solve(quantile=quantile)
    assert_proved_from_the_data(regression, screened, quantile)
    assert screened.aliased == directly.aliased
    rounding = regression.rounding(directly)
    for name in ("loss", "lower_bound"):
        found, expected = (getattr(each.certificate, name) for each in (screened, directly))
        assert found == pytest.approx(expected, rel=1e-12, abs=rounding)


@pytest.mark.parametrize("kind", KINDS)
def test_the_passes_are_few_and_do_not_grow_with_the_rows(kind, random):
    passes = []
    with screened_from(1000):
        for rows in (10_000, 30_000, 90_000):
            X, y = random_rows(kind, random, rows)
            solution = Regression(X, y).solve()
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
    with screened_from(500):
        solution = solve(MemoryRows.of(Design(X, (codes,), (3,)), y), Absolute(), Auto())
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
    with screened_from(40):
        solution = solve(regression.rows, loss, Auto(), intercept=False)
    assert solution.certificate.status == "optimal"


def test_a_rerun_of_many_rows_gives_the_same_bits(random):
    X = random.standard_normal((50_000, 20))
    regression = Regression(X, X[:, 0] + random.standard_t(2, 50_000))
    first, second = regression.solve(), regression.solve()
    assert (first.coefficients == second.coefficients).all()
    assert first.certificate == second.certificate
    assert first.history == second.history
