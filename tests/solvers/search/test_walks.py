"""Searches in step: each ends where the same search alone does."""

import numpy as np
import pytest
from support.bands import a_band

from mae_cli.solvers.search.exchange import Outcome, search
from mae_cli.solvers.search.stack import Stack
from mae_cli.solvers.search.walks import _inverses, search_in_step

MANY = 1_000


def a_stack(random, bands=12, rows=60, columns=4, *, linear=0.4) -> Stack:
    matrix = random.standard_normal((bands, rows, columns))
    pulls = random.uniform(-1, 1, (bands, rows))
    return Stack.of(matrix, random.standard_cauchy((bands, rows)), linear * np.einsum("mr,mrk->mk", pulls, matrix))


def measured(stack: Stack) -> Stack:
    return Stack.of(stack.matrix, stack.residual, stack.linear)


def alone(stack: Stack, number: int):
    return search(a_band(stack.matrix[number], stack.residual[number], stack.linear[number]), MANY)


def assert_as_alone(stack: Stack, ends) -> None:
    for number in range(len(stack.matrix)):
        expected = alone(stack, number)
        assert ends.is_optimal[number] == (expected.outcome is Outcome.OPTIMAL)
        if ends.is_optimal[number]:
            assert sorted(ends.basis[number]) == sorted(expected.basis)
            assert ends.steps[number] == pytest.approx(expected.step, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("columns", [1, 2, 7])
def test_every_search_ends_where_it_does_alone(columns, random):
    stack = a_stack(random, columns=columns)
    assert_as_alone(stack, search_in_step(stack, MANY))


def test_many_exchanges_lose_no_digits(random):
    stack = a_stack(random, bands=4, rows=900, columns=30)
    ends = search_in_step(stack, MANY)
    assert (ends.exchanges > 60).all()
    assert_as_alone(stack, ends)


def test_a_search_that_nothing_bounds_ends_no_other_one(random):
    stack = a_stack(random)
    stack.linear[[2, 7]] = 1e6
    ends = search_in_step(stack, MANY)
    assert np.flatnonzero(~ends.is_optimal).tolist() == [2, 7]
    assert (ends.exchanges[[2, 7]] < MANY).all()
    assert_as_alone(stack, ends)


def test_rows_of_zeros_fill_up_a_band(random):
    stack = a_stack(random)
    stack.matrix[3, 20:], stack.residual[3, 20:] = 0.0, 0.0
    stack = measured(stack)
    ends = search_in_step(stack, MANY)
    assert (ends.basis[3] < 20).all()
    assert_as_alone(stack, ends)


def test_a_band_of_too_few_independent_rows_has_no_optimum(random):
    stack = a_stack(random)
    stack.matrix[0, 3:] = 0.0
    stack.matrix[1, :, 2] = stack.matrix[1, :, 0]
    stack = measured(stack)
    ends = search_in_step(stack, MANY)
    assert np.flatnonzero(~ends.is_optimal).tolist() == [0, 1]
    assert_as_alone(stack, ends)


def test_dependent_rows_nearest_to_zero_are_passed_over(random):
    stack = a_stack(random)
    stack.matrix[:, 1] = 2 * stack.matrix[:, 0]
    stack.residual[:, 0], stack.residual[:, 1] = 1e-6, -3e-6
    stack = measured(stack)
    assert_as_alone(stack, search_in_step(stack, MANY))


def test_a_search_ends_when_its_exchanges_run_out(random):
    stack = a_stack(random, rows=300, columns=8, linear=0.9)
    ends = search_in_step(stack, 2)
    assert not ends.is_optimal.any()
    assert (ends.exchanges == 2).all()


def test_without_an_inverse_there_is_no_number(random):
    matrices = random.standard_normal((3, 2, 2))
    matrices[1] = 0.0
    inverses = _inverses(matrices)
    assert np.isnan(inverses[1]).all()
    assert inverses[[0, 2]] == pytest.approx(np.linalg.inv(matrices[[0, 2]]))
