"""A design with its indicators as codes does what the matrix it stands for does."""

import numpy as np
import pytest

from mae_cli.rows.design import Design, column_ranges

LEVELS = (3, 1, 7)


def a_design(random, rows=200, columns=3, levels=LEVELS):
    codes = tuple(random.integers(0, count + 1, rows).astype(np.int32) for count in levels)
    return Design(random.standard_normal((rows, columns)), codes, levels)


@pytest.fixture(params=["numbers and levels", "numbers", "levels", "absent levels", "no rows"])
def design(request, random):
    return {
        "numbers and levels": lambda: a_design(random),
        "numbers": lambda: a_design(random, levels=()),
        "levels": lambda: a_design(random, columns=0),
        "absent levels": lambda: a_design(random, rows=2),
        "no rows": lambda: a_design(random, rows=0),
    }[request.param]()


@pytest.fixture(params=[False, True], ids=["no weights", "weights"])
def weights(request, design, random):
    return random.uniform(0.1, 3.0, design.shape[0]) if request.param else None


def weight_values(design, weights):
    return np.ones(design.shape[0]) if weights is None else weights


def test_products_are_those_of_the_matrix(design, random):
    coefficients, vector = random.standard_normal(design.shape[1]), random.standard_normal(design.shape[0])
    assert design.product(coefficients) == pytest.approx(design.dense() @ coefficients, abs=1e-12)
    assert design.transpose_product(vector) == pytest.approx(design.dense().T @ vector, abs=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
def test_products_of_more_numbers_than_the_caches_hold_are_those_of_the_matrix(order, random):
    design = Design(np.asarray(random.standard_normal((1_500, 1_400)), order=order))
    coefficients, vector = random.standard_normal(1_400), random.standard_normal(1_500)
    assert design.product(coefficients) == pytest.approx(design.numeric @ coefficients, abs=1e-11)
    assert design.transpose_product(vector) == pytest.approx(vector @ design.numeric, abs=1e-11)


def test_several_products_at_once_are_those_of_each(design, random):
    coefficients, vectors = random.standard_normal((3, design.shape[1])), random.standard_normal((3, design.shape[0]))
    assert design.product(coefficients) == pytest.approx(coefficients @ design.dense().T, abs=1e-12)
    assert design.transpose_product(vectors) == pytest.approx(vectors @ design.dense(), abs=1e-12)


def test_the_gram_matrix_is_that_of_the_matrix(design, weights):
    matrix = design.dense()
    gram = design.gram(weights)
    assert gram == pytest.approx(matrix.T @ (weight_values(design, weights)[:, np.newaxis] * matrix), abs=1e-11)
    assert (gram == gram.T).all()


def test_level_totals_add_up_the_rows_of_every_level(design, weights, random):
    codes = random.integers(0, 5, design.shape[0]).astype(np.int32)
    totals = design.level_totals(codes, 5, weights)
    weighted = weight_values(design, weights)[:, np.newaxis] * design.dense()
    assert totals == pytest.approx(np.array([weighted[codes == code].sum(axis=0) for code in range(6)]), abs=1e-12)


def test_taken_rows_are_those_of_the_matrix(design):
    assert (design.take(slice(1, None, 2)).dense() == design.dense()[1::2]).all()


def test_absolute_values_keep_the_indicators(design):
    assert (design.absolute().dense() == np.abs(design.dense())).all()


@pytest.mark.parametrize("rows", [63, 64, 10_000, 40_001])
def test_extremes_are_those_of_all_rows_however_many_stretches_they_make(rows):
    values = np.random.default_rng(rows).standard_normal((rows, 30))
    values[-1], values[rows // 2] = 9.0, -9.0
    lowest, highest = column_ranges(values)
    assert (lowest == -9.0).all()
    assert (highest == 9.0).all()
