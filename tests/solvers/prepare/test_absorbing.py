"""A whitening with an absorbed column whitens like the dense one and leaves out the same columns."""

import numpy as np
import pytest
from support.levels import LEVELS, LevelRegression, a_determined_regression, a_regression

from mae_cli.losses import Absolute, Squared
from mae_cli.rows.blocks import CountedRows, whole
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.problem import prepare
from mae_cli.solvers.prepare.whitening import Whitening


def whitened_rows(problem):
    block = whole(problem.standard_rows)
    scale = block.weight_values if problem.loss == Absolute() else np.sqrt(block.weight_values)
    return problem.whitening.rows(block.design.dense()) * scale[:, np.newaxis]


KINDS = [a_regression, a_determined_regression]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", [Absolute(), Squared()], ids=["absolute", "squared"])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_whitened_rows_have_a_unit_gram_matrix(kind, loss, weights, intercept, random):
    regression = kind(random, weights=weights, intercept=intercept, rare=True)
    problem = prepare(CountedRows(regression.rows(128)), loss, intercept=intercept, limits=LEVELS)
    assert isinstance(problem.whitening, AbsorbedWhitening)
    rows = whitened_rows(problem)
    assert rows.T @ rows / len(rows) == pytest.approx(np.eye(len(problem.whitening.kept)), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [False, True], ids=["levels last", "levels first"])
@pytest.mark.parametrize("intercept", [False, True])
def test_the_columns_left_out_are_those_of_the_dense_rule(kind, first, intercept, random):
    regression = kind(random, intercept=intercept)
    if first:
        design = regression.design
        turned = Design(design.numeric, design.codes[::-1], design.level_counts[::-1])
        regression = LevelRegression(turned, regression.y, None, intercept)
    dense = prepare(CountedRows(regression.rows()), Absolute(), intercept=intercept)
    absorbed = prepare(CountedRows(regression.rows()), Absolute(), intercept=intercept, limits=LEVELS)
    assert isinstance(dense.whitening, Whitening)
    assert isinstance(absorbed.whitening, AbsorbedWhitening)
    assert absorbed.aliased == dense.aliased
    assert len(absorbed.aliased) == (0 if kind is a_regression else 4)


def test_levels_without_rows_are_left_out(random):
    regression = a_regression(random)
    some = regression.design.codes[1] != 7
    regression = LevelRegression(regression.design.take(some), regression.y[some])
    assert prepare(CountedRows(regression.rows()), Absolute(), intercept=True, limits=LEVELS).aliased == (2 + 3 + 6,)


@pytest.mark.parametrize("kind", KINDS)
def test_points_and_gradients_keep_their_meaning_in_every_coordinates(kind, random):
    regression = kind(random)
    problem = prepare(CountedRows(regression.rows()), Absolute(), intercept=True, limits=LEVELS)
    whitening, block = problem.whitening, whole(problem.standard_rows)
    point = random.standard_normal(len(whitening.kept))
    predicted = whitening.rows(block.design.dense()) @ point
    rows = whitening.level_rows(block.design)
    assert block.design.product(whitening.to_standard(point)) == pytest.approx(predicted, abs=1e-10)
    assert rows.product(whitening.parts(point)) == pytest.approx(predicted, abs=1e-10)
    assert whitening.whitened(whitening.parts(point)) == pytest.approx(point)
    assert whitening.from_standard(whitening.to_standard(point)) == pytest.approx(point, abs=1e-10)
    vector = random.standard_normal(len(predicted))
    gradient = whitening.gradient(block.design.transpose_product(vector))
    assert gradient == pytest.approx(vector @ whitening.rows(block.design.dense()), abs=1e-9)
    assert whitening.whitened_gradient(rows.transpose_product(vector)) == pytest.approx(gradient, abs=1e-9)
    assert whitening.whitened_gradient(whitening.level_gradient(gradient)) == pytest.approx(gradient, abs=1e-9)


def test_a_search_keeps_every_level_and_its_points_keep_their_predictions(random):
    regression = a_determined_regression(random)
    problem = prepare(CountedRows(regression.rows()), Absolute(), intercept=True, limits=LEVELS)
    search, design = problem.whitening.search, whole(problem.standard_rows).design
    assert len(search.split.levels) == 30
    assert len(search.kept) == len(problem.whitening.kept)
    standard = search.to_standard(random.standard_normal(len(search.kept)))
    same = problem.whitening.to_standard(problem.whitening.from_standard(standard))
    assert design.product(same) == pytest.approx(design.product(standard), abs=1e-9)


def test_the_cheap_leverage_is_that_of_columns_with_nothing_in_common():
    codes = np.repeat(np.arange(4, dtype=np.int32), [50, 30, 15, 5])
    regression = LevelRegression(Design(np.zeros((100, 0)), (codes,), (3,)), np.arange(100.0))
    problem = prepare(CountedRows(regression.rows()), Absolute(), intercept=True, limits=LEVELS)
    leverage = problem.whitening.leverage(whole(problem.standard_rows).design)
    # The column of ones, and the indicator of the row's level: √(1 + n / rows of the level).
    assert leverage[[0, 50, 80, 95]] == pytest.approx(np.sqrt([1, 1 + 100 / 30, 1 + 100 / 15, 1 + 100 / 5]))
