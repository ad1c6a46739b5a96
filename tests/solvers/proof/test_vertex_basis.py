"""The rows of a vertex: planes, multipliers and what errors do to them, against rational numbers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.exact import rational, solved
from support.levels import LEVELS, a_determined_regression, a_regression
from support.standard import a_basis, a_problem, block_of, dot, kept_rows, targets_of, transposed, values_of

from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening, KeyRows
from mae_cli.solvers.prepare.precision import DoubleDouble
from mae_cli.solvers.proof.vertex_basis import InvertedRows, VertexBasis, planes_through, rests


def plain(random):
    X = random.standard_normal((60, 5))
    return a_problem(X, X.sum(axis=1) + random.standard_t(2, 60))


def far_away(random):
    X = random.standard_normal((60, 4)) + np.array([1e9, 0.0, -1e12, 5.0])
    return a_problem(X, 1e10 + random.standard_t(2, 60), random.uniform(0.1, 3.0, 60))


def nearly_dependent(random):
    x, noise = random.standard_normal((2, 60))
    X = np.column_stack([x, x + 1e-6 * noise, 1e9 * random.standard_normal(60)])
    return a_problem(X, x + random.standard_normal(60), np.full(60, 1e-9))


def rows_of_very_different_sizes(random):
    X = random.standard_normal((60, 4)) * 10.0 ** random.integers(-9, 10, (60, 1))
    return a_problem(X, X.sum(axis=1) + random.standard_normal(60), intercept=False)


def weights_of_many_decades(random):
    X = random.standard_normal((60, 4))
    return a_problem(X, X.sum(axis=1) + random.standard_normal(60), 10.0 ** random.uniform(-9, 9, 60))


def a_column_left_out(random):
    X = random.standard_normal((60, 3))
    return a_problem(np.column_stack([X[:, :2], X[:, 0] + X[:, 1], X[:, 2]]), random.standard_normal(60))


def many_levels(random):
    regression = a_regression(random, 120, 9, weights=True)
    return a_problem(regression.design, regression.y, regression.weights, limits=LEVELS)


def levels_that_tell_another(random):
    regression = a_determined_regression(random, 120, 9)
    return a_problem(regression.design, regression.y, intercept=False, limits=LEVELS)


DENSE = [plain, far_away, nearly_dependent, rows_of_very_different_sizes, weights_of_many_decades, a_column_left_out]
ABSORBED = [many_levels, levels_that_tell_another]


@pytest.fixture(params=DENSE + ABSORBED, ids=lambda kind: kind.__name__)
def problem(request, random):
    problem = request.param(random)
    assert isinstance(problem.whitening, AbsorbedWhitening) == (request.param in ABSORBED)
    return problem


@pytest.fixture
def basis(problem, random):
    basis = VertexBasis.of(problem, a_basis(problem, random.permutation(problem.rows.shape[0])))
    assert isinstance(basis.rows, KeyRows if isinstance(problem.whitening, AbsorbedWhitening) else InvertedRows)
    return basis


def plane_of(basis):
    (plane,) = planes_through([basis])
    return plane


def rest_of(basis, coefficients, off):
    (rest,) = rests([basis], coefficients[np.newaxis], np.array([off]))
    return rest


def inverse_of(rows) -> list[list[Fraction]]:
    """The exact inverse of independent rows."""
    count = len(rows)
    units = [[Fraction(int(i == j)) for i in range(count)] for j in range(count)]
    return transposed([solved([[*row, unit[i]] for i, row in enumerate(rows)]) for unit in units])


def condition_of(rows, inverse) -> Fraction:
    """How much larger than errors of the rows' products those of the solution can be."""
    return max(dot(map(abs, one), [max(map(abs, row)) for row in rows]) for one in inverse)


def test_the_plane_passes_through_the_rows_to_thirty_digits(problem, basis):
    rows, targets = kept_rows(problem, basis.positions), targets_of(problem.standard, basis.block)
    inverse = inverse_of(rows)
    exact = [dot(row, targets) for row in inverse]
    plane = plane_of(basis)
    found = values_of(plane.coefficients[problem.whitening.kept])
    largest = max(map(abs, exact))
    for one, other in zip(found, exact, strict=True):
        assert abs(one - other) <= Fraction(1, 10**30) * condition_of(rows, inverse) * largest
    assert plane.off <= 1e-25 * float(largest)
    assert not plane.coefficients.high[problem.whitening.aliased].any()


def test_the_multipliers_balance_a_gradient(problem, basis, random):
    rows, weights = kept_rows(problem, basis.positions), rational(basis.weights)
    inverse = inverse_of(rows)
    gradient = np.zeros(basis.standard.shape[1])
    gradient[problem.whitening.kept] = random.standard_normal(len(rows)) * float(max(weights))
    largest = max(map(abs, rational(gradient)))
    needed = [-value for value in rational(gradient[problem.whitening.kept])]
    exact = [dot(column, needed) / weight for column, weight in zip(transposed(inverse), weights, strict=True)]
    multipliers, left = basis.multipliers(DoubleDouble.of(gradient))
    # Sums of such sizes are rounded to twice the digits.
    size = largest + sum(abs(value) * weight for value, weight in zip(exact, weights, strict=True))
    moved = [sum(map(abs, column)) / weight for column, weight in zip(transposed(inverse), weights, strict=True)]
    for one, other, most in zip(values_of(multipliers), exact, moved, strict=True):
        assert abs(one - other) <= Fraction(2) ** -98 * most * size
    assert np.abs(left).max() <= 2.0**-98 * float(size) * len(rows)


def test_what_is_left_of_the_gradient_says_how_far_off_multipliers_are_that_are_not_refined(basis, random):
    gradient = DoubleDouble.of(random.standard_normal(basis.standard.shape[1]) * basis.weights.max())
    exact = values_of(basis.multipliers(gradient)[0])
    for count in (1, 2):
        multipliers, left = replace(basis, most_corrections=count).multipliers(gradient)
        most = basis.rows.sensitivity(np.abs(left)) / basis.weights
        off = [abs(one - other) for one, other in zip(values_of(multipliers), exact, strict=True)]
        assert all(one <= limit * (1 + 1e-9) + 1e-24 for one, limit in zip(off, most.tolist(), strict=True))


def test_floats_solve_with_the_digits_of_a_float(problem, basis, random):
    rows = kept_rows(problem, basis.positions)
    inverse, values = inverse_of(rows), random.standard_normal(len(rows))
    condition = float(condition_of(rows, inverse))
    exact = np.array([float(dot(row, rational(values))) for row in inverse])
    assert basis.rows.solve(values)[problem.whitening.kept] == pytest.approx(
        exact, rel=0, abs=1e-14 * condition * np.abs(exact).max()
    )
    gradient = np.zeros(basis.standard.shape[1])
    gradient[problem.whitening.kept] = values
    exact = np.array([-float(dot(column, rational(values))) for column in transposed(inverse)])
    condition = float(condition_of(transposed(rows), transposed(inverse)))
    assert basis.rows.multipliers(gradient) == pytest.approx(exact, rel=0, abs=1e-14 * condition * np.abs(exact).max())


def test_errors_of_a_gradient_move_no_multiplier_by_more_than_the_sensitivity(problem, basis, random):
    inverse = inverse_of(kept_rows(problem, basis.positions))
    kept = problem.whitening.kept
    for place in [None, *range(len(kept))]:  # of all columns, then of one alone
        errors = np.zeros(basis.standard.shape[1])
        errors[kept if place is None else kept[place]] = random.uniform(0.5, 2.0)
        exact = rational(errors[kept])
        # The worst errors have the signs of the inverse: Σ|error|·|inverse|.
        worst = np.array([float(dot(map(abs, column), exact)) for column in transposed(inverse)])
        found = basis.rows.sensitivity(errors)
        assert (found >= worst * (1 - 1e-6)).all()
        # A bound that is far too large would leave every multiplier in doubt.
        if place is None or isinstance(basis.rows, InvertedRows):
            assert (found <= (2 + 1e-6 if isinstance(basis.rows, InvertedRows) else 2_000) * worst).all()


def test_a_doubled_row_makes_no_basis(random):
    problem = plain(random)
    with pytest.raises(np.linalg.LinAlgError):
        VertexBasis.of(problem, np.array([0, 1, 2, 3, 4, 0]))


def test_rows_beyond_what_floats_can_scale_make_no_basis():
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(np.linalg.LinAlgError):
        InvertedRows.of(Design(np.array([[1e-320]])), np.arange(1))


def test_long_rows_do_not_mislead_the_choice_of_pivots():
    rows = InvertedRows.of(Design(np.array([[1.0, 1e20], [1.0, 1.0]])), np.arange(2))
    assert rows.solve(np.array([1e20, 2.0])) == pytest.approx([1.0, 1.0], rel=1e-14)


def test_rows_without_one_of_a_level_make_no_basis(random):
    problem = many_levels(random)
    positions = a_basis(problem, np.arange(120))
    codes = block_of(problem).design.codes[1]
    without = np.flatnonzero(codes != 4)
    same = codes[positions] == 4
    positions[same] = np.setdiff1d(without, positions)[: same.sum()]
    with pytest.raises(np.linalg.LinAlgError):
        VertexBasis.of(problem, positions)


def test_the_rows_keep_their_order(problem, basis, random):
    positions = random.permutation(basis.positions)
    again = VertexBasis.of(problem, positions)
    assert again.positions.tolist() == positions.tolist()
    block = block_of(problem)
    assert again.weights.tolist() == block.weight_values[positions].tolist()
    expected = plane_of(basis).coefficients.high
    assert plane_of(again).coefficients.high == pytest.approx(expected, rel=1e-15, abs=1e-25)


def test_of_a_solved_plane_little_is_left_in_the_rows(problem, basis):
    plane, standard = plane_of(basis), problem.standard
    rest = plane.rest
    numbers = standard.numbers(standard.shifted(basis.block), np.abs(plane.coefficients.high))
    assert (np.abs(rest) <= 2.0**-92 * numbers).all()
    # What is there is more than the rounding of twice the digits.
    assert (np.abs(rest[rest != 0]) > 2.0**-98 * numbers[rest != 0]).all()


def test_of_a_plane_that_converged_nothing_is_left_and_nothing_is_computed(basis):
    plane, coefficients = plane_of(basis), plane_of(basis).coefficients
    scale = float(np.abs(coefficients.high).max(initial=0.0))
    if plane.off <= 1e-31 * scale:
        assert (np.abs(rest_of(basis, coefficients, 1.0)) <= 2.0**-92 * (1.0 + len(coefficients.high) * scale)).all()
    assert not rest_of(basis, coefficients, 0.0).any()


def test_of_another_plane_the_residuals_are_left_in_the_order_of_the_rows(problem, basis, random):
    kept = problem.whitening.kept
    moved = np.zeros(basis.standard.shape[1])
    moved[kept] = plane_of(basis).coefficients.high[kept] + 2.0**-30 * random.standard_normal(len(kept))
    plane = DoubleDouble.of(moved)
    rows, targets = kept_rows(problem, basis.positions), targets_of(problem.standard, basis.block)
    exact = [float(y - dot(row, rational(moved[kept]))) for row, y in zip(rows, targets, strict=True)]
    rest, standard = rest_of(basis, plane, 1.0), problem.standard
    numbers = standard.numbers(standard.shifted(basis.block), np.abs(plane.high))
    assert (np.abs(rest - exact) <= 2.0**-52 * np.abs(exact) + 2.0**-92 * numbers).all()
    order = random.permutation(len(rest))
    again = VertexBasis.of(problem, basis.positions[order])
    assert rest_of(again, plane, 1.0).tolist() == rest[order].tolist()


@pytest.mark.parametrize("corrections", [1, 2, 40])
def test_planes_through_several_bases_are_those_through_each(corrections, problem, random):
    problem = replace(problem, limits=replace(problem.limits, most_corrections=corrections))
    count, kept = problem.rows.shape[0], problem.whitening.kept
    bases = [VertexBasis.of(problem, a_basis(problem, random.permutation(count))) for _ in range(4)]
    given = np.zeros(bases[0].standard.shape[1])
    given[kept] = random.standard_normal(len(kept))
    bases[2] = replace(bases[2], given=given)
    for basis, plane in zip(bases, planes_through(bases), strict=True):
        alone = plane_of(basis)
        size = np.abs(alone.coefficients.high).max()
        apart = (plane.coefficients - alone.coefficients).high
        assert np.abs(apart).max() <= 2.0**-96 * size + 4 * max(plane.off, alone.off)
        assert plane.off == pytest.approx(alone.off, rel=1e-6, abs=1e-30 * size)
        if corrections < 2:
            assert alone.rest.any()
            assert plane.rest == pytest.approx(alone.rest, rel=1e-6, abs=1e-28)


@pytest.mark.parametrize("seed", range(5))
def test_a_perfect_plane_of_few_digits_is_found_exactly(seed):
    X = np.random.default_rng(seed).integers(-8, 9, (30, 4)).astype(float)
    problem = a_problem(X, X @ [1.0, 0.0, -3.0, 0.5] + 2.0)
    basis = VertexBasis.of(problem, a_basis(problem, np.arange(30)))
    plane = plane_of(basis).coefficients
    assert plane.high[2] == 0.0
    found = basis.columns.to_user(plane)
    assert found.values.tolist() == [1.0, 0.0, -3.0, 0.5]
    assert found.intercept == 2.0
