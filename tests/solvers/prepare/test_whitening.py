"""Whitened columns are orthonormal; dependent ones are found by one rule, whatever offsets and scales do."""

import numpy as np
import pytest
from support.regressions import Regression

from mae_cli.losses import Absolute, Squared
from mae_cli.rows.blocks import CountedRows, MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.problem import prepare
from mae_cli.solvers.prepare.whitening import triangular_factor


def whitened(regression: Regression, loss=Absolute()):
    problem = prepare(CountedRows(regression.rows), loss, intercept=regression.intercept)
    block = whole(problem.standard_rows)
    scale = block.weight_values if loss == Absolute() else np.sqrt(block.weight_values)
    return problem, problem.whitening.rows(block.design.dense()) * scale[:, np.newaxis]


@pytest.mark.parametrize("loss", [Absolute(), Squared()], ids=["absolute", "squared"])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("power", [1, 40])
def test_whitened_rows_have_a_unit_gram_matrix(loss, weights, power, random):
    X = random.standard_normal((500, 5)) * 2.0 ** np.linspace(-power, power, 5) + 3
    regression = Regression(X, random.standard_normal(500), random.uniform(0.5, 4, 500) if weights else None)
    _, rows = whitened(regression, loss)
    assert rows.T @ rows / 500 == pytest.approx(np.eye(6), abs=1e-12)


def test_nearly_dependent_columns_go_by_the_rows_themselves_and_stay_orthonormal(random):
    X = random.standard_normal((300, 3))
    X[:, 2] = X[:, 0] + 1e-9 * X[:, 2]
    problem, rows = whitened(Regression(X, random.standard_normal(300)))
    assert len(problem.aliased) == 0
    assert rows.T @ rows / 300 == pytest.approx(np.eye(4), abs=1e-5)


@pytest.mark.parametrize(
    ("offset", "independent_part", "aliased"),
    [
        (0.0, 1e-12, ()),
        (0.0, 1e-17, (1,)),
        (1e9, 1e-3, ()),
        # Both columns round at 1e-7: a difference of that size is no information.
        (1e9, 1e-8, (1,)),
    ],
)
def test_dependence_is_judged_by_the_rounding_of_the_columns_as_read(offset, independent_part, aliased, random):
    first, second = random.standard_normal((2, 400))
    X = np.column_stack([first + offset, 2 * (first + offset) + independent_part * second])
    problem, _ = whitened(Regression(X, random.standard_normal(400)))
    assert problem.aliased == aliased


def test_the_first_of_dependent_columns_are_kept(random):
    X = random.standard_normal((100, 3))
    X = np.column_stack([X, X.sum(axis=1), random.standard_normal(100), np.full(100, 2.5)])
    problem, _ = whitened(Regression(X, random.standard_normal(100)))
    assert problem.aliased == (3, 5)


def test_a_constant_column_is_kept_when_there_is_no_intercept(random):
    problem, _ = whitened(Regression(np.full((50, 1), 0.1), random.standard_normal(50), None, intercept=False))
    assert problem.aliased == ()


def test_indicators_of_all_levels_depend_on_the_intercept():
    codes = (np.arange(60) % 3).astype(np.int32) + 1
    rows = MemoryRows.of(Design(np.zeros((60, 0)), (codes,), (3,)), np.arange(60.0))
    assert prepare(CountedRows(rows), Absolute(), intercept=True).aliased == (2,)
    assert prepare(CountedRows(rows), Absolute(), intercept=False).aliased == ()


def test_the_own_share_of_a_column_is_what_least_squares_on_all_others_leaves(random):
    matrix = random.standard_normal((200, 4))
    matrix[:, 2] = matrix[:, 0] - matrix[:, 3] + 1e-3 * random.standard_normal(200)
    problem, _ = whitened(Regression(matrix, random.standard_normal(200)))
    shares = problem.whitening.own_shares(intercept=True)
    for place in range(4):
        others = np.column_stack([np.ones(200), np.delete(matrix, place, axis=1)])
        left = matrix[:, place] - others @ np.linalg.lstsq(others, matrix[:, place], rcond=None)[0]
        assert shares[1 + place] == pytest.approx(left.std() / matrix[:, place].std(), rel=1e-6)


def test_many_blocks_give_the_factor_of_one(random):
    X = random.standard_normal((1000, 4))
    X[:, 3] = X[:, 0] * (1 + 1e-10) + 1e-10 * X[:, 1]  # forces the way by QR
    y = random.standard_normal(1000)
    one = prepare(CountedRows(MemoryRows.of(Design(X), y)), Absolute(), intercept=True).whitening
    many = prepare(CountedRows(MemoryRows.of(Design(X), y, block_rows=64)), Absolute(), intercept=True).whitening
    assert (many.kept == one.kept).all()
    # Rows of R are determined up to their sign.
    assert np.abs(many.inverse_factor) == pytest.approx(np.abs(one.inverse_factor), rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("block_rows", [1000, 64])
def test_the_factor_is_triangular_whatever_the_number_of_blocks(block_rows, random):
    X = random.standard_normal((1000, 4))
    rows = MemoryRows.of(Design(X), np.zeros(1000), block_rows=block_rows)
    factor = triangular_factor(rows, lambda block: block.design.dense(), 4)
    assert factor.shape == (4, 4)
    assert (np.tril(factor, -1) == 0).all()
    assert factor.T @ factor == pytest.approx(X.T @ X)
