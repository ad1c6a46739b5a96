"""The proof of a vertex: its multipliers, what rounding can do to them, and the bound, against rational numbers."""

from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from oracle.exact import least_absolute
from support.exact import rational
from support.problems import an_outlier, far_away, levels, plain, tied, weights_of_many_decades
from support.regressions import assert_dual_point
from support.standard import a_basis, a_problem, block_of, dot, kept_rows, rows_of, targets_of, values_of
from support.vertices import ExactVertex, exact_loss, optimum_of, oracle_loss, table_of, written

from mae_cli.losses import loss_named
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.prepare.precision import UNIT
from mae_cli.solvers.proof.exact_exchange import settle
from mae_cli.solvers.proof.vertex_proof import Vertex, VertexProof, prove


def nearly_dependent(random, **options):
    x, noise = random.standard_normal((2, 60))
    X = np.column_stack([x, x + 1e-6 * noise])
    return a_problem(X, x + random.standard_normal(60), **options)


def many_rows(random, **options):
    X = random.standard_normal((400, 2))
    return a_problem(X, X.sum(axis=1) + random.standard_t(2, 400), block_rows=150, **options)


KINDS = [plain, tied, far_away, weights_of_many_decades, an_outlier, nearly_dependent, many_rows, levels]


def seeded():
    return np.random.default_rng(11)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request):
    return request.param


@pytest.fixture(params=["any vertex", "the optimal one"])
def start(request):
    """Where the proof is made."""

    def positions(problem):
        basis = a_basis(problem, seeded().permutation(problem.rows.shape[0]))
        if request.param == "any vertex":
            return basis
        return settle(problem, basis, 0.0).proof.vertex.basis.positions

    return positions


@pytest.mark.parametrize("quantile", [0.5, 0.2])
@pytest.mark.parametrize(("thorough", "sums_in_floats"), [(False, "enough"), (True, "enough"), (False, "too rough")])
def test_multipliers_are_off_by_no_more_than_their_doubts(kind, start, quantile, thorough, sums_in_floats, monkeypatch):
    problem = kind(seeded(), quantile=quantile)
    positions = start(problem)
    if sums_in_floats == "too rough":
        monkeypatch.setattr("mae_cli.solvers.proof.vertex_proof.sums_rounding", lambda _: 1.0)
    before = problem.counter.passes
    proof = Vertex.of(problem, positions, is_thorough=thorough).prove()
    if sums_in_floats == "too rough" or kind is plain:  # the constraint is summed up by a pass only where it must be
        assert problem.counter.passes - before == (2 if sums_in_floats == "too rough" else 1)
    exact = ExactVertex(problem, positions)
    found = values_of(proof.precise_multipliers)
    for one, other, error in zip(found, exact.multipliers, proof.errors.tolist(), strict=True):
        assert abs(one - other) <= error
    for one, other, doubt in zip(proof.outside.tolist(), exact.outside, proof.doubts.tolist(), strict=True):
        # `outside` is itself a float.
        assert abs(Fraction(one) - other) <= doubt + 2.0**-51 * (1 + abs(one))
    largest = float(max(map(abs, exact.multipliers)))
    assert proof.errors.max() <= (1e-20 if sums_in_floats == "too rough" else 1e-6) * (1 + largest)
    # A μ exactly at a side of its box is as far inside as outside, whatever the digits.
    assert proof.is_settled or 0 in exact.outside
    certain = [place for place, value in enumerate(exact.outside) if value > 0]
    assert (proof.worst is None) == (not certain)
    if certain:
        assert exact.outside[proof.worst] >= max(exact.outside) * (1 - Fraction(1, 10**12))


@pytest.mark.parametrize("quantile", [0.5, 0.05])
def test_the_bound_is_never_above_the_optimum_and_the_loss_is_that_of_the_coefficients(kind, start, quantile):
    problem = kind(seeded(), quantile=quantile)
    positions = start(problem)
    for thorough in (False, True):
        proof = Vertex.of(problem, positions, is_thorough=thorough).prove()
        bound, point = proof.bound, proof.vertex.point
        optimum = optimum_of(problem, point)
        assert Fraction(bound.lower_bound) <= optimum
        loss = float(exact_loss(problem, point))
        unit = problem.standard.target_scale / problem.standard.weight
        assert bound.loss == pytest.approx(loss, rel=1e-13, abs=0 if thorough else 2 * unit * proof.rounding)
        if proof.worst is None and thorough:
            assert bound.is_optimal
            assert bound.lower_bound >= float(optimum) * (1 - 1e-12)
            assert float(optimum) <= loss
        if proof.worst is not None:
            assert not bound.is_optimal


def test_the_bound_holds_even_where_coefficients_are_rounded_and_residuals_are_tiny():
    random = seeded()
    x = random.uniform(0, 1, 40)
    problem = a_problem(x[:, np.newaxis], 1e9 + x + 1e-6 * random.standard_normal(40))
    basis = settle(problem, a_basis(problem, np.arange(40)), 0.0).proof.vertex.basis.positions
    for thorough in (False, True):
        proof = Vertex.of(problem, basis, is_thorough=thorough).prove()
        assert Fraction(proof.bound.lower_bound) <= optimum_of(problem)
        if thorough:
            assert proof.bound.loss == pytest.approx(float(exact_loss(problem, proof.vertex.point)), rel=1e-12)
        assert proof.bound.lower_bound >= (1 - 1e-9 if thorough else 0.0) * float(optimum_of(problem))


def test_residuals_in_floats_blur_a_small_loss_of_large_numbers():
    random = seeded()
    x = random.uniform(0, 1, 40)
    sizes = {1.0: False, 1e-6: True}
    for size, is_blurred in sizes.items():
        problem = a_problem(x[:, np.newaxis], 1e3 * x + size * random.standard_normal(40))
        basis = settle(problem, a_basis(problem, np.arange(40)), 0.0).proof.vertex.basis.positions
        quick = Vertex.of(problem, basis, is_thorough=False).prove()
        assert quick.is_blurred == is_blurred
        assert not Vertex.of(problem, basis, is_thorough=True).prove().is_blurred
        assert quick.rounding >= Vertex.of(problem, basis, is_thorough=True).prove().rounding


def test_measured_numbers_are_those_of_the_rows_not_of_the_largest():
    random = seeded()
    x = np.append(random.uniform(0, 1e-4, 59), 1.0)
    problem = a_problem(x[:, np.newaxis], x + 1e-6 * random.standard_normal(60))
    basis = a_basis(problem, np.arange(60))
    proof = Vertex.of(problem, basis, is_thorough=False).prove()
    measured = proof.with_measured_numbers()
    exact, block = ExactVertex(problem, basis), block_of(problem)
    point = [abs(value) for value in rational(proof.vertex.view.point)]
    rows, targets = rows_of(problem.standard, block.design), targets_of(problem.standard, block)
    sizes = [abs(y) + dot(map(abs, row), point) for row, y in zip(rows, targets, strict=True)]
    pulls = [abs(pull) or Fraction(1, 2) for pull in exact.pulls]
    assert measured.numbers == pytest.approx(float(dot(pulls, sizes)), rel=1e-12)
    assert measured.numbers < 0.1 * proof.numbers
    assert measured.bound.lower_bound >= proof.bound.lower_bound
    assert measured.sums is proof.sums


@pytest.mark.parametrize("seed", range(8))
def test_an_intercept_that_makes_up_for_rounded_slopes_never_costs_much(seed):
    random = np.random.default_rng(seed)
    gains = []
    for offset in (0.0, 1e9, 1e13):
        X = random.standard_normal((40, 2)) + offset
        problem = a_problem(X, X @ [1.0, 2.5] + 1e-3 * random.standard_normal(40))
        vertex = Vertex.of(problem, a_basis(problem, random.permutation(40)), is_thorough=True)
        other = vertex.written_as(vertex.rounded_best())
        assert other.point.values.tolist() == vertex.point.values.tolist()
        before, after = exact_loss(problem, vertex.point), exact_loss(problem, other.point)
        assert after <= before * (1 + Fraction(1, 10**12))
        assert other.prove().bound.loss == pytest.approx(float(after), rel=1e-12)
        gains.append(float(before / after))
    assert gains[0] == pytest.approx(1.0)


def test_an_intercept_makes_up_for_the_rounding_of_slopes():
    """Slopes near ±1/3 are off by 2⁻⁵⁵, so at 2⁵⁰ predictions are off by 1/32; a small intercept can make up for it."""
    random = np.random.default_rng(5)
    moves = random.uniform(0, 40, (40, 2))
    problem = a_problem(
        2.0**50 + np.round(moves), np.round(moves) @ [1 / 3, -1 / 3] + 1e-9 * random.standard_normal(40)
    )
    vertex = Vertex.of(problem, a_basis(problem, np.arange(40)), is_thorough=True)
    other = vertex.written_as(vertex.rounded_best())
    before, after = (exact_loss(problem, each.point) for each in (vertex, other))
    assert after < before / 1_000


@pytest.mark.parametrize("quantile", [0.5, 0.1])
def test_the_dual_point_is_one(kind, quantile):
    problem = kind(seeded(), quantile=quantile)
    basis = a_basis(problem, seeded().permutation(problem.rows.shape[0]))
    proof = settle(problem, basis, 0.0).proof
    dual = proof.dual
    if kind is far_away:  # of an offset of 1e11 the coefficients as they are written lose a share of the loss
        assert proof.bound.relative_gap > 1e-9
        return
    assert dual.rows[: len(basis)].tolist() == proof.vertex.basis.positions.tolist()
    assert len(set(dual.rows.tolist())) == len(dual.rows)
    assert_dual_point(table_of(problem), oracle_loss(problem), written(problem, proof.vertex.point), dual)


def test_a_dual_point_never_leaves_its_box(kind):
    problem = kind(seeded())
    proof = Vertex.of(problem, a_basis(problem, seeded().permutation(problem.rows.shape[0])), is_thorough=False).prove()
    assert proof.worst is not None
    assert np.abs(proof.dual.values).max() == 1.0


def test_no_row_has_larger_numbers_than_its_reach():
    problem = a_problem(np.arange(5.0)[:, np.newaxis] - 2, np.array([0.0, 0.0, 0.9, -0.9, 0.0]))
    view = Vertex.of(problem, np.array([0, 1]), is_thorough=False).view
    assert view.reach >= view.standard.numbers(block_of(problem), view.point).max() > 0.8


def test_multipliers_at_a_side_of_their_box_are_beyond_doubt():
    """Integers that put μ exactly at a side: floats leave open whether it is outside, twice the digits do not."""
    x = np.array([0.0, 0.0, 1.0, 1.0])
    problem = a_problem(x[:, np.newaxis], np.array([0.0, 1.0, 5.0, 7.0]))
    proof = Vertex.of(problem, np.array([0, 2]), is_thorough=False).prove()
    assert sorted(np.abs(proof.multipliers).tolist()) == [0.5, 0.5]
    assert proof.worst is None
    assert (proof.outside == 0.0).all()
    assert (proof.doubts < UNIT**1.5).all()
    assert proof.bound.is_optimal


@pytest.mark.parametrize("quantile", [0.01, 0.1, 0.3, 1e-6])
def test_a_multiplier_exactly_at_the_side_of_a_quantile_is_not_outside(quantile):
    """Of rows z and −z the multipliers are the same: τ − 1 for both, however τ is rounded."""
    problem = a_problem(np.array([[1.0], [-1.0]]), np.array([-3.0, 1.0]), quantile=quantile, intercept=False)
    for place in (0, 1):
        positions = np.array([place])
        assert ExactVertex(problem, positions).outside == [0]
        proof = Vertex.of(problem, positions, is_thorough=False).prove()
        assert (np.abs(proof.outside) <= proof.doubts).all()


def test_perfect_fits_of_many_numbers_are_perfect_enough():
    random = seeded()
    for count, is_enough in ((60, False), (6_000, True)):
        X = random.integers(-9, 10, (count, 2)).astype(float)
        problem = a_problem(X, X @ [1.0, 3.0] + 2.0)
        proof = Vertex.of(problem, a_basis(problem, np.arange(count)), is_thorough=False).prove()
        assert proof.bound.is_perfect
        assert proof.is_perfect_enough == is_enough
        assert proof.is_blurred == (not is_enough)
        assert not Vertex.of(problem, proof.vertex.basis.positions, is_thorough=True).prove().is_blurred


def test_the_oracle_ends_where_the_exchanges_do():
    problem = plain(seeded())
    proof = settle(problem, a_basis(problem, np.arange(60)), 0.0).proof
    vertex = least_absolute(table_of(problem), oracle_loss(problem))
    assert sorted(vertex.tableau.at) == sorted(proof.vertex.basis.positions.tolist())


def vertices_of(kind, *, thorough) -> list[Vertex]:
    """Different vertices of problems of different losses over the same rows."""
    problem = kind(seeded())
    problems = [replace(problem, loss=loss_named("mae", quantile)) for quantile in (0.5, 0.2, 0.9, 0.5)]
    orders = [np.random.default_rng(seed).permutation(problem.rows.shape[0]) for seed in range(len(problems))]
    bases = [a_basis(problem, order) for order in orders]
    return [Vertex.of(each, basis, is_thorough=thorough) for each, basis in zip(problems, bases, strict=True)]


def numbers_of(proof: VertexProof) -> dict[str, object]:
    """All that a proof says, to be compared to the last bit."""
    found: dict[str, object] = {"bound": proof.bound, "rounding": proof.rounding, "numbers": proof.numbers}
    for field in fields(proof.sums):
        value = getattr(proof.sums, field.name)
        if field.name in ("tied", "blurred"):
            found[field.name] = (value.rows.tolist(), value.sides.tolist())
        else:
            found[field.name] = np.asarray(value).tolist()
    multipliers = proof.precise_multipliers
    for name, array in (("high", multipliers.high), ("low", multipliers.low), ("errors", proof.errors)):
        found[name] = array.tolist()
    return found


def test_vertices_proved_in_one_pass_have_the_same_proofs_as_one_at_a_time_in_twice_the_digits(kind):
    vertices = vertices_of(kind, thorough=True)
    for vertex, proof in zip(vertices, prove(vertices), strict=True):
        assert proof.vertex is vertex
        assert numbers_of(proof) == numbers_of(vertex.prove())


def test_vertices_proved_in_one_pass_in_floats_differ_from_one_at_a_time_by_no_more_than_rounding(kind):
    vertices = vertices_of(kind, thorough=False)
    rounded = {"bound", "loss", "dual", "rounding"}
    for vertex, proof in zip(vertices, prove(vertices), strict=True):
        alone = vertex.prove()
        assert proof.vertex is vertex
        together, apart = numbers_of(proof), numbers_of(alone)
        assert {name for name in apart if together[name] != apart[name]} <= rounded
        assert proof.sums.loss == pytest.approx(alone.sums.loss, rel=0, abs=alone.rounding)
        assert proof.sums.dual == pytest.approx(alone.sums.dual, rel=0, abs=alone.rounding)
        assert proof.rounding == pytest.approx(alone.rounding, rel=1e-3)
        assert Fraction(proof.bound.lower_bound) <= optimum_of(vertex.problem, vertex.point)


def test_several_vertices_take_one_pass_where_floats_are_enough():
    vertices = vertices_of(plain, thorough=False)
    counter = vertices[0].problem.counter
    before = counter.passes
    prove(vertices)
    assert counter.passes == before + 1


@pytest.mark.parametrize("thorough", [False, True])
def test_what_is_left_of_the_basis_residuals_counts_with_the_weights_of_their_rows(thorough):
    problem = replace(weights_of_many_decades(seeded()), limits=Limits(most_corrections=1))
    positions = a_basis(problem, seeded().permutation(60))
    assert positions.tolist() != sorted(positions.tolist())
    vertex = Vertex.of(problem, positions, is_thorough=thorough)
    proof = vertex.prove()
    rows, block = kept_rows(problem, positions), problem.rows.take(positions)
    plane = values_of(vertex.plane.coefficients[problem.whitening.kept])
    residuals = [y - dot(row, plane) for row, y in zip(rows, targets_of(problem.standard, block), strict=True)]
    left = float(dot(rational(block.weights), map(abs, residuals)))
    exact = replace(vertex, view=replace(vertex.view, basis_residual=np.zeros(len(positions))))
    # As much again as the subtraction rounds.
    off = 4 * UNIT * proof.rounding
    assert left > 100 * off
    assert proof.rounding - replace(proof, vertex=exact).rounding == pytest.approx(left, rel=1e-9, abs=off)


@pytest.mark.parametrize("quantile", [0.5, 0.2])
def test_what_is_left_in_the_rows_of_a_basis_is_taken_off_a_bound_in_whole(quantile, random):
    """Where μ is far outside of its box the bound is scaled, but not what these rows are off by."""
    problem = plain(random, quantile=quantile, intercept=False)
    proof = Vertex.of(problem, a_basis(problem, np.arange(60)), is_thorough=True).prove()
    assert float(proof.outside.max()) > 1
    view = proof.vertex.view
    off = 1e-4 * np.abs(random.standard_normal(len(view.basis)))
    moved = replace(proof, vertex=replace(proof.vertex, view=replace(view, basis_residual=off)))
    lowered = proof.bound.lower_bound - moved.bound.lower_bound
    whole = float(off.sum()) / proof.sums.weight * problem.standard.target_scale * problem.absolute_loss.factor
    assert lowered == pytest.approx(whole, rel=1e-6)
