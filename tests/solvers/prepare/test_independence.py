"""Independent rows and columns against the rank of matrices whose dependence is known."""

import numpy as np
import pytest

from mae_cli.solvers.prepare.independence import Span, independent_rows, walk

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


@pytest.mark.parametrize(("noise", "kept", "doubtful"), [(1e-12, [0, 2, 3], [1, 4]), (1e-3, [0, 3], [1, 2, 4])])
def test_columns_that_may_be_apart_by_rounding_only_are_in_doubt(random, noise, kept, doubtful):
    factor = np.triu(random.standard_normal((6, 6))) + 3 * np.eye(6)
    factor[:, 1] = 2 * factor[:, 0]
    factor[:, 2] = factor[:, 0] + 1e-4 * factor[:, 2]
    factor[:, 4] = factor[:, 3] - factor[:, 0]
    factor[:, 5] = 0.0
    lengths = np.linalg.norm(factor, axis=0)
    found = walk(factor, lengths, np.full(6, noise), {})
    assert found.kept.tolist() == kept
    assert [doubt.column for doubt in found.doubts] == doubtful
    basis = factor[:, kept] / lengths[kept] @ np.linalg.inv(found.triangle)
    assert basis.T @ basis == pytest.approx(np.eye(len(kept)), abs=1e-6)


def test_a_doubtful_column_has_its_coefficients_on_the_kept_ones_before_it_and_what_rounding_allows(random):
    factor = np.triu(random.standard_normal((4, 4))) + 3 * np.eye(4)
    factor[:, 2] = 2 * factor[:, 0] - factor[:, 1]
    lengths, noise = np.linalg.norm(factor, axis=0), np.array([1e-15, 2e-15, 3e-15, 4e-15])
    (doubt,) = walk(factor, lengths, noise, {}).doubts
    assert doubt.shares * lengths[2] / lengths[:2] == pytest.approx([2.0, -1.0])
    assert doubt.allowance == pytest.approx(3e-15 + np.abs(doubt.shares) @ noise[:2])


def test_a_column_known_to_be_independent_is_kept_and_those_after_it_are_judged_with_it():
    factor = np.array([[1.0, 1.0, 1.0], [0.0, 1e-14, 2e-14], [0.0, 0.0, 1e-20]])
    noise = np.full(3, 1e-15)
    assert walk(factor, np.ones(3), noise, {}).kept.tolist() == [0]
    again = walk(factor, np.ones(3), noise, {1: 1e-16})
    assert again.kept.tolist() == [0, 1]
    assert [(doubt.column, len(doubt.shares)) for doubt in again.doubts] == [(2, 2)]


def test_once_the_span_is_full_nothing_is_in_doubt(random):
    factor = random.standard_normal((3, 8))
    found = walk(factor, np.linalg.norm(factor, axis=0), np.full(8, 1e-15), {})
    assert found.kept.tolist() == [0, 1, 2]
    assert found.doubts == ()
