"""Products in batches are products, whatever the shape and the layout."""

import numpy as np
import pytest

from mae_cli.data.products import matrix_product, product, transpose_product


@pytest.mark.parametrize("shape", [(0, 3), (5, 0), (1, 1), (7, 3), (2731, 3), (8193, 1), (10_000, 39), (300, 60)])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_products_are_those_of_the_definition(shape, layout):
    random = np.random.default_rng(5)
    matrix = random.standard_normal((shape[0], 2 * shape[1]))[:, ::2]
    if layout != "strided":
        matrix = np.array(matrix, order=layout)
    wide, tall = random.standard_normal(shape[1]), random.standard_normal(shape[0])
    square = random.standard_normal((shape[1], shape[1]))
    assert product(matrix, wide) == pytest.approx(np.dot(matrix, wide), abs=1e-12)
    assert transpose_product(matrix, tall) == pytest.approx(np.dot(tall, matrix), abs=1e-11)
    found = matrix_product(matrix, square)
    assert found == pytest.approx(np.dot(matrix, square), abs=1e-12)
    assert found.flags.c_contiguous
