"""Arithmetic with twice the digits, against rational numbers; allowances are what rounding does, or little more."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.exact import rational

from mae_cli.rows.blocks import BLOCK_ROWS
from mae_cli.solvers.prepare.precision import (
    UNIT,
    DoubleDouble,
    level_sums,
    pairwise_rounding,
    products_rounding,
    sums_rounding,
    two_product,
    two_sum,
)

numbers = st.floats(-1e100, 1e100, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-100)


def exact(value: DoubleDouble) -> list[Fraction]:
    return [Fraction(high) + Fraction(low) for high, low in zip(value.high.ravel(), value.low.ravel(), strict=True)]


@given(numbers, numbers)
def test_a_sum_and_its_error_are_exact(first, second):
    total, error = two_sum(np.array([first]), np.array([second]))
    assert Fraction(total[0]) + Fraction(error[0]) == Fraction(first) + Fraction(second)


@given(numbers, numbers)
def test_a_product_and_its_error_are_exact(first, second):
    product, error = two_product(np.array([first]), np.array([second]))
    assert Fraction(product[0]) + Fraction(error[0]) == Fraction(first) * Fraction(second)


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (50, 8)])
def test_sums_of_products_have_thirty_digits_even_when_they_cancel(shape):
    random = np.random.default_rng(3)
    matrix = random.standard_normal(shape) * 10.0 ** random.integers(-5, 6, shape)
    vector = random.standard_normal(shape[1])
    found = exact(DoubleDouble.of(vector[:, np.newaxis]).times(matrix.T).sum_rows())
    for row, value in zip(matrix, found, strict=True):
        terms = [Fraction(a) * Fraction(b) for a, b in zip(row, vector, strict=True)]
        assert abs(value - sum(terms)) <= Fraction(1e-30) * sum(map(abs, terms))


def test_a_sum_of_numbers_that_cancel_keeps_the_small_one():
    values = DoubleDouble.of(np.array([1e16, 1.0, -1e16, 1e-16]))
    assert exact(values.sum_rows()) == [Fraction(1.0) + Fraction(1e-16)]


def test_the_sum_of_no_rows_is_zero():
    assert DoubleDouble.of(np.zeros((0, 3))).sum_rows().high.tolist() == [0.0, 0.0, 0.0]


def test_differences_keep_what_plain_floats_lose():
    first = DoubleDouble(np.array([1.0]), np.array([1e-20]))
    assert exact(first - DoubleDouble.of(np.array([1.0]))) == [Fraction(1e-20)]


@pytest.mark.parametrize("seed", range(20))
def test_sums_by_level_have_thirty_digits_even_when_they_cancel(seed):
    random = np.random.default_rng(seed)
    codes = random.integers(0, 4, 500).astype(np.int32)
    high = random.standard_normal(500) * 10.0 ** random.integers(-8, 9, 500)
    high[250:] = -high[:250] * (1 + 1e-12 * random.standard_normal(250))
    codes[250:] = codes[:250]
    values = DoubleDouble(high, high * 1e-17 * random.uniform(-1, 1, 500))
    found = exact(level_sums(codes, values, 5))
    for level in range(6):
        terms = exact(values[codes == level])
        assert abs(found[level] - sum(terms)) <= Fraction(1e-30) * sum(map(abs, exact(values)))


def test_sums_by_level_do_not_depend_on_the_order_of_the_rows():
    random = np.random.default_rng(5)
    codes, high = random.integers(0, 4, 300).astype(np.int32), random.standard_normal(300)
    order = random.permutation(300)
    first = level_sums(codes, DoubleDouble.of(high), 3)
    second = level_sums(codes[order], DoubleDouble.of(high[order]), 3)
    assert first.high.tolist() == second.high.tolist()
    assert first.low == pytest.approx(second.low, rel=1e-12, abs=1e-30)


def test_a_square_and_a_ratio_keep_the_low_part():
    value = DoubleDouble(np.array([3.0]), np.array([1e-17]))
    assert abs(exact(value.square())[0] - exact(value)[0] ** 2) <= Fraction(1e-31)
    assert DoubleDouble(np.array(1.0), np.array(1e-20)).ratio(DoubleDouble.of(np.array(3.0))) == 1 / 3


# ---------------------------------------------------------------- what rounding can do


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
