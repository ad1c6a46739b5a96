"""Products in batches are products, whatever the shape and the layout."""

import numpy as np
import pytest

from mae_cli.rows.products import matrix_product, product, transpose_product


@pytest.mark.parametrize("shape", [(0, 3), (5, 0), (1, 1), (7, 3), (2731, 3), (8193, 1), (10_000, 39), (300, 60)])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_products_are_those_of_the_definition(shape, layout):
    random = np.random.default_rng(5)
    matrix = random.standard_normal((shape[0], 2 * shape[1]))[:, ::2]
    if layout != "strided":
        matrix = np.array(matrix, order=layout)
    wide, tall = random.standard_normal(shape[1]), random.standard_normal(shape[0])
    square = random.standard_normal((shape[1], shape[1]))
    np.testing.assert_allclose(product(matrix, wide), np.dot(matrix, wide), atol=1e-12)
    np.testing.assert_allclose(transpose_product(matrix, tall), np.dot(tall, matrix), atol=1e-11)
    found = matrix_product(matrix, square)
    np.testing.assert_allclose(found, np.dot(matrix, square), atol=1e-12)
    assert found.flags.c_contiguous
