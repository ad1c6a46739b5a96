"""Products with shifted columns in twice the digits, against rational numbers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.exact import rational
from support.levels import codes_of
from support.standard import a_problem, block_of, dot, rows_of, targets_of, transposed, values_of

from mae_cli.errors import DataError
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.prepare.precise_columns import PreciseColumns, without_rest
from mae_cli.solvers.prepare.precision import DoubleDouble

OFFSETS = np.array([0.0, 1e12, -1e12, 1.7e9])
# Less than the last of twice the digits: 2⁻¹⁰⁶ is 1.2e-32.
DIGITS = Fraction(1, 10**29)


@pytest.fixture(params=[True, False], ids=["intercept", "no intercept"])
def intercept(request):
    return request.param


@pytest.fixture(params=[1e-12, 1.0, 1e12])
def scale(request):
    return request.param


@pytest.fixture
def problem(random, intercept, scale):
    numeric = OFFSETS + scale * random.standard_normal((60, 4)) * np.array([1.0, 1.0, 7.0, 0.1])
    numeric[40] = 0.1  # less a shift, it needs more than the digits of a float
    design = Design(np.asfortranarray(numeric), (codes_of(random, 60, 3), codes_of(random, 60, 5)), (3, 5))
    target = np.append(1e12 + scale * random.standard_normal(59), 0.1)
    return a_problem(design, target, intercept=intercept, block_rows=23)


def some_coefficients(random, count) -> DoubleDouble:
    high = random.standard_normal(count) * 10.0 ** random.integers(-4, 5, count)
    high[[1, -2]] = 0.0
    return DoubleDouble(high, high * 2.0**-54 * random.uniform(-1, 1, count))


def test_a_column_far_from_zero_is_shifted_only_with_an_intercept(problem, intercept, scale):
    assert bool(problem.standard.shift.any()) == (intercept and scale < 1e12)
    assert bool(problem.standard.target_shift) == intercept


def test_products_residuals_and_targets_have_thirty_digits(problem, random):
    columns, block = PreciseColumns(problem.standard), block_of(problem)
    rows, targets = rows_of(problem.standard, block.design), targets_of(problem.standard, block)
    coefficients = some_coefficients(random, len(rows[0]))
    exact = values_of(coefficients)
    products, residuals = columns.product(block.design, coefficients), columns.residual(block, coefficients)
    found = zip(values_of(products), values_of(residuals), values_of(columns.target(block)), strict=True)
    for row, target, (product, residual, shifted) in zip(rows, targets, found, strict=True):
        size = abs(target) + dot(map(abs, row), map(abs, exact))
        assert shifted == target
        assert abs(product - dot(row, exact)) <= DIGITS * size
        assert abs(residual - (target - dot(row, exact))) <= DIGITS * size


def test_transposed_products_have_thirty_digits(problem, random):
    columns, block = PreciseColumns(problem.standard), block_of(problem)
    values = some_coefficients(random, len(block.target))
    exact = values_of(values)
    found = values_of(columns.transpose_product(block.design, values))
    for column, total in zip(transposed(rows_of(problem.standard, block.design)), found, strict=True):
        assert abs(total - dot(column, exact)) <= DIGITS * dot(map(abs, column), map(abs, exact))


def test_products_of_many_columns_are_made_in_batches(random):
    problem = a_problem(1e12 + random.standard_normal((30, 11)), random.standard_normal(30))
    columns, design = PreciseColumns(problem.standard), block_of(problem).design
    coefficients, values = some_coefficients(random, 12), some_coefficients(random, 30)
    together = columns.product(design, coefficients), columns.transpose_product(design, values)
    columns = replace(columns, batch_size=90)
    apart = columns.product(design, coefficients), columns.transpose_product(design, values)
    for one, other in zip(together, apart, strict=True):
        for a, b in zip(values_of(one), values_of(other), strict=True):
            assert abs(a - b) <= DIGITS * 10**6


def test_the_way_to_standard_units_and_back_gives_the_same_function(problem, random):
    columns, count = PreciseColumns(problem.standard), problem.rows.shape[1]
    point = Coefficients(
        float(random.standard_normal()) * problem.standard.intercept, random.standard_normal(count) * 1e-3
    )
    back = columns.to_user(columns.of_user(point))
    assert back.values.tolist() == point.values.tolist()
    # Twice the digits hold the intercept unless products with shifts are 1e16 times larger.
    assert back.intercept == pytest.approx(point.intercept, rel=1e-14, abs=0)


def test_the_function_in_standard_units_is_exact(problem, random, intercept):
    standard, block = problem.standard, block_of(problem)
    point = Coefficients(1e6 / 3 * intercept, random.standard_normal(problem.rows.shape[1]))
    coefficients = values_of(PreciseColumns(standard).of_user(point))
    scale, shift = Fraction(standard.target_scale), Fraction(standard.target_shift)
    pairs = zip(block.design.dense(), rows_of(standard, block.design), strict=True)
    for row, standard_row in list(pairs)[:10]:
        predicted = Fraction(point.intercept) + dot(rational(row), rational(point.values))
        size = abs(predicted) + abs(shift) + dot(map(abs, rational(row)), map(abs, rational(point.values)))
        assert abs(dot(standard_row, coefficients) * scale + shift - predicted) <= DIGITS * size


def test_every_coefficient_is_rounded_once(problem, random, intercept):
    standard = problem.standard
    coefficients = some_coefficients(random, problem.rows.shape[1] + intercept)
    found = PreciseColumns(standard).to_user(coefficients)
    exact = values_of(coefficients)[intercept:]
    numeric = len(standard.scale)
    scales = [*rational(standard.scale), *[Fraction(1)] * (len(exact) - numeric)]
    slopes = [value * Fraction(standard.target_scale) / scale for value, scale in zip(exact, scales, strict=True)]
    # Slopes are powers of two times the high parts, which are the nearest floats.
    assert found.values.tolist() == [float(slope) for slope in slopes]
    if not intercept:
        assert found.intercept == 0.0
        return
    moved = dot(rational(standard.shift), slopes[:numeric])
    constant = values_of(coefficients)[0] * Fraction(standard.target_scale)
    assert found.intercept == float(Fraction(standard.target_shift) + constant - moved)


def test_what_refinement_leaves_of_a_zero_is_cleared():
    refined = DoubleDouble.of(np.array([0.0, 1e-31, 1e-29, 1.0]))
    still_moving = np.array([0.0, 1e-31, 1e-29, 1e-31])
    assert without_rest(refined, still_moving).high.tolist() == [0.0, 0.0, 1e-29, 1.0]


def test_a_tiny_coefficient_that_is_settled_is_kept():
    refined, settled = DoubleDouble.of(np.array([1e-199, 1.0])), np.array([1e-215, 1e-32])
    assert without_rest(refined, settled).high.tolist() == [1e-199, 1.0]


@pytest.mark.parametrize(("target", "coefficient"), [(1e300, 1e10), (1.0, 1e305)])
def test_a_coefficient_beyond_floating_point_is_refused(target, coefficient, random):
    problem = a_problem(random.standard_normal((20, 1)) * 1e-5, target * random.standard_normal(20))
    with pytest.raises(DataError) as caught:
        PreciseColumns(problem.standard).to_user(DoubleDouble.of(np.array([0.0, coefficient])))
    assert caught.value.fault.code == "coefficient-overflow"
    assert caught.value.fault.remedy == "rescale the target or the columns"


def test_an_intercept_beyond_floating_point_is_refused(random):
    problem = a_problem(1e12 + random.standard_normal((20, 1)), 1e298 * random.standard_normal(20))
    with pytest.raises(DataError) as caught:
        PreciseColumns(problem.standard).to_user(DoubleDouble.of(np.array([0.0, 1.0])))
    assert caught.value.fault.code == "coefficient-overflow"


def test_a_product_with_zeros_is_zero(problem):
    columns, design = PreciseColumns(problem.standard), block_of(problem).design
    coefficients = DoubleDouble.of(np.zeros(problem.rows.shape[1] + int(problem.standard.intercept)))
    assert not columns.product(design, coefficients).high.any()
