"""Independent rows and columns against the rank of matrices whose dependence is known."""

import numpy as np
import pytest

from mae_cli.solvers.independence import Span, independent_columns, independent_rows

REPEATED = np.array([[1.0, 0, 0], [2, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 3]])


@pytest.mark.parametrize(
    ("matrix", "order", "chosen"),
    [
        (REPEATED, [0, 1, 2, 3, 4], [0, 2, 4]),
        (REPEATED, [4, 3, 2, 1, 0], [4, 3, 2]),
        (REPEATED[:4], [0, 1, 2, 3], [0, 2]),
        (np.zeros((2, 3)), [0, 1], []),
    ],
)
def test_rows_that_depend_on_those_before_them_are_passed_over(matrix, order, chosen):
    assert independent_rows(matrix.__getitem__, 3, np.array(order)).tolist() == chosen


def test_rows_are_looked_at_beyond_the_first_hundreds(random):
    plane = random.standard_normal((600, 2)) @ random.standard_normal((2, 3))
    plane[500] = [1.0, 2.0, -9.0]
    assert independent_rows(plane.__getitem__, 3, np.arange(600)).tolist() == [0, 1, 500]


def test_what_is_left_is_orthogonal_to_the_span_though_the_vectors_are_nearly_parallel(random):
    vectors = np.ones((20, 30)) + 1e-9 * random.standard_normal((20, 30))
    span = Span(30)
    units = []
    for vector in vectors:
        rest, _ = span.split(vector)
        units.append(rest / np.linalg.norm(rest))
        span.add(units[-1])
    assert np.array(units) @ np.array(units).T == pytest.approx(np.eye(20), abs=1e-13)


def test_a_vector_is_its_coordinates_and_what_is_left(random):
    span, basis = Span(5), np.linalg.qr(random.standard_normal((5, 3)))[0].T
    for unit in basis:
        span.add(unit)
    vectors = random.standard_normal((4, 5))
    rest, coordinates = span.split(vectors)
    assert rest + coordinates @ basis == pytest.approx(vectors)
    assert rest @ basis.T == pytest.approx(np.zeros((4, 3)), abs=1e-15)


@pytest.mark.parametrize(("noise", "kept"), [(1e-12, [0, 2, 3]), (1e-2, [0, 3])])
def test_columns_closer_to_the_span_than_their_rounding_are_left_out(random, noise, kept):
    factor = np.triu(random.standard_normal((5, 5))) + 3 * np.eye(5)
    factor[:, 1] = 2 * factor[:, 0]
    factor[:, 2] = factor[:, 0] + 1e-4 * factor[:, 2]
    factor[:, 4] = 0.0
    lengths = np.linalg.norm(factor, axis=0)
    assert independent_columns(factor, lengths, np.full(5, noise)).tolist() == kept
