"""What rows say to a vertex, against rational numbers."""

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest
from support.exact import rational
from support.problems import far_away, levels, plain, tied, weights_of_many_decades
from support.standard import a_basis, a_problem, block_of, dot, kept_rows, rows_of, targets_of, values_of
from support.vertices import ExactVertex, exact_loss

from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.visit import visit
from mae_cli.solvers.proof.vertex_proof import Vertex
from mae_cli.solvers.proof.vertex_sums import VertexSums, pinball


def much_farther_away(random, **options):
    X = random.standard_normal((60, 2)) + np.array([1e11, -1e11])
    return a_problem(X, 1e11 + X[:, 0] + 1e-4 * random.standard_normal(60), **options)


KINDS = [plain, tied, far_away, weights_of_many_decades, levels]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


def seeded():
    return np.random.default_rng(11)


def both(problem, positions):
    """The vertex with residuals in floats, and with all in twice the digits."""
    return [Vertex.of(problem, positions, is_thorough=thorough) for thorough in (False, True)]


def sums_of(problem, view) -> VertexSums:
    """What all rows say to one view."""
    (answers,) = visit([problem.rows], problem.standard, [view])
    return reduce(add, answers)


@pytest.mark.parametrize("quantile", [0.5, 0.25, 1e-6, 0.999])
def test_sums_are_those_of_rational_numbers(kind, quantile):
    problem = kind(seeded(), quantile=quantile, block_rows=25)
    positions = a_basis(problem, seeded().permutation(60))
    exact = ExactVertex(problem, positions)
    size = float(sum(map(abs, exact.pulls)))
    for vertex in both(problem, positions):
        sums = sums_of(problem, vertex.view)
        assert sums.weight == pytest.approx(float(sum(exact.weights)), rel=1e-14)
        assert sums.mass == pytest.approx(size, rel=1e-13)
        loss = exact_loss(problem, vertex.point) * sum(exact.weights) / Fraction(problem.standard.target_scale)
        loss *= Fraction(1, 2) if quantile == 0.5 else 1
        off = vertex.view.reach * 1e-14 * sums.weight
        assert sums.loss == pytest.approx(float(loss), rel=1e-13, abs=0.0 if vertex.view.is_thorough else off)
        assert sums.dual == pytest.approx(float(dot(exact.pulls, exact.residuals)), rel=1e-12, abs=off)
        kept = problem.whitening.kept
        assert sums.gradient[kept] == pytest.approx(list(map(float, exact.gradient)), rel=0, abs=1e-14 * size)
        tied_weight = float(sum(exact.weights[row] for row in exact.tied))
        assert sums.gap <= (0.0 if vertex.view.is_thorough else 2.0**-48 * vertex.view.reach * tied_weight)
        assert sums.blocks == 3
        assert sums.tied.rows.tolist() == exact.tied
        assert sums.tied.sides.tolist() == [exact.sides[row] for row in exact.tied]


def test_there_are_ties_where_there_should_be():
    for kind in (tied, levels):
        problem = kind(seeded())
        assert len(ExactVertex(problem, a_basis(problem, seeded().permutation(60))).tied) >= 2


@pytest.mark.parametrize("quantile", [0.5, 1e-6, 0.3])
def test_the_constraint_has_thirty_digits(kind, quantile):
    problem = kind(seeded(), quantile=quantile, block_rows=25)
    positions = a_basis(problem, seeded().permutation(60))
    exact = ExactVertex(problem, positions)
    view = Vertex.of(problem, positions, is_thorough=False).view
    found = values_of(sum_blocks(problem.rows, view.constraint).gradient(quantile)[problem.whitening.kept])
    sizes = sum(map(abs, exact.pulls))
    for one, other in zip(found, exact.gradient, strict=True):
        assert abs(one - other) <= Fraction(1, 10**29) * max(sizes, sum(exact.weights) / 2)


def test_numbers_are_what_the_loss_is_the_sum_of(kind):
    problem = kind(seeded(), quantile=0.2)
    positions = a_basis(problem, seeded().permutation(60))
    view = Vertex.of(problem, positions, is_thorough=False).view
    exact, block = ExactVertex(problem, positions), block_of(problem)
    rows, targets = rows_of(problem.standard, block.design), targets_of(problem.standard, block)
    point = [abs(value) for value in rational(view.point)]
    sizes = [abs(y) + dot(map(abs, row), point) for row, y in zip(rows, targets, strict=True)]
    pulls = [abs(pull) or Fraction(0.8) * weight for pull, weight in zip(exact.pulls, exact.weights, strict=True)]
    assert sum_blocks(problem.rows, view.numbers) == pytest.approx(float(dot(pulls, sizes)), rel=1e-13)
    assert float(max(sizes)) <= view.reach * (1 + 1e-15)


@pytest.mark.parametrize("kind", [*KINDS, much_farther_away])
def test_rows_are_blurred_where_the_coefficients_as_they_are_written_leave_their_side_open(kind):
    problem = kind(seeded())
    positions = a_basis(problem, seeded().permutation(60))
    exact, block = ExactVertex(problem, positions), block_of(problem)
    for vertex in both(problem, positions):
        sums = sums_of(problem, vertex.view)
        blurred = sums.blurred.rows.tolist()
        assert not set(blurred) & set(positions.tolist())
        assert set(exact.tied) <= set(blurred)
        assert sums.blurred.sides.tolist() == [exact.sides[row] for row in blurred]
        predicted = [
            dot(rational(row), rational(vertex.point.values)) + Fraction(vertex.point.intercept)
            for row in block.design.dense()
        ]
        in_floats = np.sign(block.residual(vertex.point.values) - vertex.point.intercept)
        for row in set(range(60)) - set(blurred) - set(positions.tolist()):
            residual = Fraction(float(block.target[row])) - predicted[row]
            assert (residual > 0) - (residual < 0) == exact.sides[row] == in_floats[row]


@pytest.mark.parametrize("thorough", [False, True])
def test_basis_residuals_follow_the_sorted_positions_whatever_the_order_of_the_basis(kind, thorough):
    # Planes that are refined to the end leave nothing of most residuals.
    problem = replace(kind(seeded(), block_rows=25), limits=Limits(most_corrections=1))
    given = a_basis(problem, seeded().permutation(60))
    for positions in (given, given[::-1], np.roll(given, 1)):
        vertex = Vertex.of(problem, positions, is_thorough=thorough)
        view, ordered = vertex.view, np.sort(positions)
        assert view.basis.tolist() == ordered.tolist()
        plane = values_of(vertex.plane.coefficients[problem.whitening.kept])
        rows, targets = kept_rows(problem, ordered), targets_of(problem.standard, problem.rows.take(ordered))
        exact = [float(y - dot(row, plane)) for row, y in zip(rows, targets, strict=True)]
        assert any(exact)
        assert view.basis_residual == pytest.approx(exact, rel=1e-9, abs=1e-29 * view.reach)
        # Each block has its own part of them.
        seen = [view.seen(block) for block in problem.rows.map(lambda block: block)]
        found = np.concatenate([each.residual[each.basis] for each in seen])
        assert found.tolist() == view.basis_residual.tolist()


def test_views_in_one_pass_keep_their_residuals_to_themselves(kind):
    """Rows that floats leave open, and those of the basis, are put right in the residuals of the view alone."""
    problem = kind(seeded(), block_rows=25)
    bases = [a_basis(problem, seeded().permutation(60)), a_basis(problem, np.arange(60))]
    views = [vertex.view for positions in bases for vertex in both(problem, positions)]
    before = problem.counter.passes
    answers = visit([problem.rows] * (2 * len(views)), problem.standard, [*views, *reversed(views)])
    assert problem.counter.passes == before + 1
    together = [reduce(add, sums) for sums in answers]
    for sums, view in zip(together, [*views, *reversed(views)], strict=True):
        alone = sums_of(problem, view)
        for name in ("tied", "blurred"):
            assert getattr(sums, name).rows.tolist() == getattr(alone, name).rows.tolist()
            assert getattr(sums, name).sides.tolist() == getattr(alone, name).sides.tolist()
        assert sums.gradient.tolist() == alone.gradient.tolist()
        assert (sums.weight, sums.mass, sums.gap, sums.blocks) == (alone.weight, alone.mass, alone.gap, alone.blocks)
        off = 0.0 if view.is_thorough else 1e-14 * view.reach * sums.weight
        assert sums.loss == pytest.approx(alone.loss, rel=0, abs=off)
        assert sums.dual == pytest.approx(alone.dual, rel=0, abs=off)


def test_few_rows_are_blurred_of_usual_numbers():
    problem = plain(seeded())
    vertex = Vertex.of(problem, a_basis(problem, seeded().permutation(60)), is_thorough=False)
    assert len(sums_of(problem, vertex.view).blurred.rows) == 0


def test_how_rows_are_cut_into_blocks_changes_nothing_but_rounding(kind):
    positions = a_basis(kind(seeded()), seeded().permutation(60))
    for thorough in (False, True):
        found = []
        for block_rows in (60, 17, 1):
            problem = kind(seeded(), quantile=0.3, block_rows=block_rows)
            found.append(sums_of(problem, Vertex.of(problem, positions, is_thorough=thorough).view))
        for other in found[1:]:
            for name in ("tied", "blurred"):
                assert getattr(other, name).rows.tolist() == getattr(found[0], name).rows.tolist()
                assert getattr(other, name).sides.tolist() == getattr(found[0], name).sides.tolist()
            for name in ("weight", "loss", "dual", "mass"):
                assert getattr(other, name) == pytest.approx(getattr(found[0], name), rel=1e-13)
            assert other.gradient == pytest.approx(found[0].gradient, rel=0, abs=1e-14 * other.mass)
        assert [sums.blocks for sums in found] == [1, 4, 60]


def test_rows_that_floats_leave_open_are_tied_and_widen_the_gap():
    problem = tied(seeded())
    positions = a_basis(problem, seeded().permutation(60))
    exact = ExactVertex(problem, positions)
    assert sums_of(problem, Vertex.of(problem, positions, is_thorough=True).view).gap == 0.0
    view = Vertex.of(problem, positions, is_thorough=False).view
    sums = sums_of(problem, view)
    assert sums.tied.rows.tolist() == exact.tied
    assert sums.tied.sides.tolist() == [exact.sides[row] for row in exact.tied]
    weight = float(sum(exact.weights[row] for row in exact.tied))
    assert 2.0**-53 * weight <= sums.gap <= 2.0**-48 * view.reach * weight
    assert not view.seen(block_of(problem)).sides[positions].any()
    block = block_of(problem)
    heavy = a_problem(block.design, block.target, 4 * block.weights)
    heavy_view = Vertex.of(heavy, positions, is_thorough=False).view
    assert sums_of(heavy, heavy_view).gap == pytest.approx(4 * sums.gap, rel=1e-12, abs=0)


def test_a_row_next_to_the_plane_is_tied_in_floats_and_has_its_side_in_twice_the_digits():
    """Targets a unit in the last place off the plane through the basis rows."""
    x = np.arange(1.0, 31.0)[:, np.newaxis]
    y = x[:, 0] / 4
    y[10], y[20] = np.nextafter(y[10], 9.0), np.nextafter(y[20], 0.0)
    problem, block_rows = a_problem(x, y), block_of(a_problem(x, y))
    in_floats, thorough = both(problem, np.array([0, 29]))
    seen = thorough.view.seen(block_rows)
    assert (seen.sides[10], seen.sides[20]) == (1.0, -1.0)
    assert sorted({*range(30)} - {*seen.tied.tolist()}) == [0, 10, 20, 29]
    assert seen.residual[10] * problem.standard.target_scale == np.spacing(y[10])
    assert in_floats.view.seen(block_rows).tied.tolist() == [*range(1, 29)]
    assert sorted(np.flatnonzero(~in_floats.view.are_zero(block_rows))) == [10, 20]
    for vertex in (in_floats, thorough):
        assert {10, 20} <= set(sums_of(problem, vertex.view).blurred.rows.tolist())


def test_the_loss_is_that_of_the_intercept_that_is_written():
    """An intercept of 1e15 is a multiple of 1/8: as much as the residuals."""
    x = np.arange(20.0)
    problem = a_problem(x[:, np.newaxis], 1e15 + 3.3 * x)
    positions = np.array([1, 18])
    exact = ExactVertex(problem, positions)
    for vertex in both(problem, positions):
        sums = sums_of(problem, vertex.view)
        loss = sums.loss * 2 * problem.standard.target_scale / 20
        assert loss == pytest.approx(float(exact_loss(problem, vertex.point)), rel=1e-9)
        assert abs(sums.loss - float(exact.pinball(exact.residuals))) > 0.1 * sums.loss
        assert sums.dual == pytest.approx(float(dot(exact.pulls, exact.residuals)), rel=1e-9)


@pytest.mark.parametrize("quantile", [0.5, 0.1])
def test_the_pinball_loss_of_signs(quantile):
    assert pinball(np.array([2.0, 0.0, -2.0]), quantile) == pytest.approx([2 * quantile, 0.0, 2 * (1 - quantile)])
