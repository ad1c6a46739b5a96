"""Small bands in step: each is treated as it would be alone."""

import numpy as np
import pytest
from support.bands import a_band, objective

from mae_cli.solvers.search.descent import descend
from mae_cli.solvers.search.exchange import _line_search
from mae_cli.solvers.search.stack import Stack, stops


def a_stack(random, bands=5, rows=80, columns=3, share=0.8) -> Stack:
    """Bands of which this share of the rows are no rows of zeros."""
    is_row = random.random((bands, rows)) < share
    matrix = random.standard_normal((bands, rows, columns)) * is_row[:, :, np.newaxis]
    residual = random.standard_cauchy((bands, rows)) * is_row
    linear = 0.4 * np.einsum("mr,mrk->mk", random.uniform(-1, 1, (bands, rows)), matrix)
    return Stack.of(matrix, residual, linear)


def bands_of(stack: Stack):
    return [a_band(*each) for each in zip(stack.matrix, stack.residual, stack.linear, strict=True)]


def test_newton_steps_go_down_and_end_near_the_optimum(random):
    stack = a_stack(random, rows=400)
    for band, step in zip(bands_of(stack), stack.newton_steps(), strict=True):
        best = objective(band, descend(band, 200).step)
        at_start = objective(band, np.zeros(len(step)))
        assert objective(band, step) - best < 1e-2 * (at_start - best)


@pytest.mark.parametrize("rows", [3, 4, 9])
def test_newton_steps_of_hardly_any_rows_do_not_go_up(rows, random):
    for share in (0.0, 0.3, 1.0):
        stack = a_stack(random, rows=rows, share=share)
        for band, step in zip(bands_of(stack), stack.newton_steps(), strict=True):
            assert objective(band, step) <= objective(band, np.zeros(3)) * (1 + 1e-12) + 1e-12


def test_newton_steps_without_curvature_in_one_direction_are_finite(random):
    stack = a_stack(random)
    stack.matrix[:, :, 1] = 0.0
    stack = Stack.of(stack.matrix, stack.residual, stack.linear)
    assert np.isfinite(stack.newton_steps()).all()


def test_a_narrowed_band_has_the_nearest_rows_and_the_pull_of_the_others(random):
    stack = a_stack(random, share=1.0)
    few, places = stack.narrowed(10)
    for number, band in enumerate(bands_of(stack)):
        nearest = np.argsort(band.distance)[:10]
        assert sorted(places[number]) == sorted(nearest)
        assert few.matrix[number] == pytest.approx(stack.matrix[number, places[number]])
        assert few.linear[number] == pytest.approx(band.narrowed(10).band.linear)


def test_rows_of_zeros_are_the_farthest(random):
    stack = a_stack(random, share=0.5)
    assert (np.isinf(stack.distance) == (stack.lengths == 0)).all()
    assert (stack.shortness[stack.lengths == 0] == 0).all()


@pytest.mark.parametrize("enough", [0.0, 1.0, 20.0, 60.0, 1e9])
def test_the_line_search_stops_where_it_does_alone(enough, random):
    stack = a_stack(random, bands=20)
    rates = stack.rates(random.standard_normal((20, 3)))
    rows, lengths = stops(stack.residual, rates, stack.shortness, np.full(20, enough))
    for number in range(20):
        expected = _line_search(stack.residual[number], rates[number], stack.shortness[number], enough)
        if expected is None:
            assert np.isinf(lengths[number])
        else:
            assert (rows[number], lengths[number]) == expected


def test_the_line_search_of_residuals_that_do_not_move_never_stops(random):
    stack = a_stack(random)
    rows, lengths = stops(stack.residual, np.zeros((5, 80)), stack.shortness, np.ones(5))
    assert np.isinf(lengths).all()
    assert (rows < 80).all()


def test_stacks_of_different_sizes_are_filled_up_with_rows_of_zeros(random):
    large, small = a_stack(random, bands=2), a_stack(random, bands=3, rows=50)
    both = Stack.joined([large, small])
    assert both.matrix.shape == (5, 80, 3)
    assert np.isinf(both.distance[2:, 50:]).all()
    assert (both.matrix[2:, :50] == small.matrix).all()
    steps = np.concatenate([large.newton_steps(), small.newton_steps()])
    assert both.newton_steps() == pytest.approx(steps, rel=1e-9, abs=1e-9)
