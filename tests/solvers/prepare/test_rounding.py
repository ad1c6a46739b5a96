"""Allowances for rounding are at least what rounding does, and not absurdly more."""

from fractions import Fraction

import numpy as np
import pytest
from support.exact import rational

from mae_cli.rows.blocks import BLOCK_ROWS
from mae_cli.solvers.prepare.rounding import UNIT, pairwise_rounding, products_rounding, sums_rounding


def test_the_unit_is_half_of_the_distance_to_the_next_float():
    assert np.nextafter(1.0, 2.0) - 1.0 == 2 * UNIT


@pytest.mark.parametrize("columns", [1, 2, 7, 40, 300])
def test_residuals_are_off_by_less_than_the_allowance(columns, random):
    for _ in range(20):
        row = random.standard_normal(columns) * 10.0 ** random.integers(-3, 4, columns)
        point = random.standard_normal(columns)
        target = float(row @ point) * (1 + 1e-14 * random.standard_normal())
        exact = Fraction(target) - sum(a * b for a, b in zip(rational(row), rational(point), strict=True))
        size = abs(target) + float(np.abs(row) @ np.abs(point))
        in_order = target - sum((row * point).tolist())
        for found in (target - float(row @ point), in_order):
            assert abs(Fraction(found) - exact) <= products_rounding(columns) * UNIT * size


def test_the_allowance_of_products_grows_like_a_root():
    assert [products_rounding(columns) for columns in (0, 1, 16, 100, 10_000)] == [4, 5, 20, 44, 404]


@pytest.mark.parametrize("count", [1, 100, BLOCK_ROWS, 2 * BLOCK_ROWS + 3])
def test_sums_term_by_term_within_blocks_are_off_by_less_than_the_allowance(count, random):
    values = random.uniform(-1, 1, count) * 10.0 ** random.integers(-8, 1, count)
    # As bad as it can be: each term is rounded away from a sum that stays next to a power of two.
    values[0] = 1.0
    values[1:] = np.where(random.uniform(size=count - 1) < 0.5, values[1:], 1.01 * UNIT)
    blocks = [values[start : start + BLOCK_ROWS] for start in range(0, count, BLOCK_ROWS)]
    exact, size = sum(rational(values)), sum(map(abs, rational(values)))
    term_by_term = sum(float(np.cumsum(block)[-1]) for block in blocks)
    assert abs(Fraction(term_by_term) - exact) <= sums_rounding(count) * size
    by_pairs = sum(float(block.sum()) for block in blocks)
    assert abs(Fraction(by_pairs) - exact) <= pairwise_rounding(len(blocks)) * size


def test_a_long_sum_reaches_a_good_part_of_the_allowance():
    """So the allowance could not be a hundred times smaller."""
    values = np.full(BLOCK_ROWS, 1.01 * UNIT)
    values[0] = 1.0
    error = abs(Fraction(float(np.cumsum(values)[-1])) - sum(rational(values)))
    assert 0.9 * sums_rounding(BLOCK_ROWS) <= error <= sums_rounding(BLOCK_ROWS)


def test_short_blocks_are_counted():
    count = 100 * BLOCK_ROWS
    assert sums_rounding(count) >= UNIT * (BLOCK_ROWS + count / 256)
    assert pairwise_rounding(1_000) >= 1_000 * UNIT
