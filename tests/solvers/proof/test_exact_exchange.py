"""Exchanges end at the exact optimum from wherever they start, and when they may not, with an honest bound."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.levels import LEVELS, a_regression
from support.standard import a_basis, a_problem, prepare_sampled
from support.vertices import ExactVertex, exact_loss, optimum_of

from mae_cli.losses import loss_named
from mae_cli.solvers.absolute import Searches, minimise_absolute
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.proof.exact_exchange import prove_bases, prove_basis, settle, settle_from
from mae_cli.solvers.proof.vertex_proof import Vertex
from mae_cli.solvers.search.exchange import Optimum, Outcome


def some_problem(random, quantile=0.5):
    """Few rows: small integers with many ties, numbers with large outliers, weights of many decades, offsets."""
    rows, columns = int(random.integers(6, 30)), int(random.integers(1, 4))
    kind = random.integers(0, 4)
    X = random.standard_normal((rows, columns))
    y, weights = random.standard_cauchy(rows), None
    if kind == 0:
        X, y = random.integers(-2, 3, (rows, columns)), random.integers(-2, 3, rows)
    elif kind == 1:
        y[: rows // 3] *= 1e9
    elif kind == 2:
        weights = 10.0 ** random.integers(-5, 6, rows)
    else:
        X, y = np.round(X) + 1e6, np.round(y) - 1e7
    return a_problem(X, y, weights, quantile=quantile, intercept=bool(random.integers(0, 2)), block_rows=7)


@settings(max_examples=70)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.25, 0.7, 0.01]))
def test_from_any_basis_exchanges_end_at_the_exact_optimum(seed, quantile):
    random = np.random.default_rng(seed)
    problem = some_problem(random, quantile)
    count, columns = problem.rows.shape[0], len(problem.whitening.kept)
    settled = settle(problem, a_basis(problem, random.permutation(count)), 0.0)
    # Never more exchanges than there are vertices, and in such small problems far fewer.
    assert settled.exchanges <= min(4 * count, comb(count, columns))
    bound, proof = settled.bound, settled.proof
    vertex = ExactVertex(problem, proof.vertex.basis.positions)
    unit = Fraction(problem.standard.target_scale) / sum(vertex.weights) * (2 if quantile == 0.5 else 1)
    optimum = optimum_of(problem, proof.vertex.point)
    assert vertex.pinball(vertex.residuals) * unit == optimum
    assert bound.is_optimal or bound.is_perfect
    assert Fraction(bound.lower_bound) <= optimum
    assert bound.loss == pytest.approx(float(exact_loss(problem, proof.vertex.point)), rel=1e-10, abs=1e-300)


def test_ties_do_not_make_exchanges_go_in_circles():
    """All targets but one are zero: nearly all exchanges are of length zero."""
    random = np.random.default_rng(3)
    X = np.ascontiguousarray(random.integers(-1, 2, (200, 5)), float)
    y = np.zeros(200)
    y[17] = 1e3
    problem = a_problem(X, y, quantile=0.25)
    for _ in range(5):
        settled = settle(problem, a_basis(problem, random.permutation(200)), 0.0)
        assert settled.bound.loss == pytest.approx(0.25 * 1e3 / 200, rel=1e-12)
        assert settled.exchanges <= 100


def test_a_flat_edge_of_a_quantile_is_not_gone_to_and_fro():
    limits = Limits(most_exchanges=50)
    X, y = np.array([[1.0], [-1.0]]), np.array([-3.0, 1.0])
    problem = a_problem(X, y, quantile=0.3, intercept=False, limits=limits)
    assert settle(problem, np.array([0]), 0.0).exchanges <= 1


def a_long_way(tolerance, random, *, quantile=0.5, **limits):
    X = random.standard_normal((300, 6))
    y = X.sum(axis=1) + 100 * random.standard_normal(300)
    problem = a_problem(X, y, quantile=quantile, limits=Limits(**limits))
    farthest = np.argsort(-np.abs(X).sum(axis=1))
    return problem, settle(problem, a_basis(problem, farthest), tolerance)


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_when_the_budget_ends_exchanges_the_bound_is_honest(budget, random):
    problem, settled = a_long_way(0.0, random, most_exchanges=budget)
    optimum = optimum_of(problem, settled.proof.vertex.point)
    assert settled.exchanges == budget
    assert not settled.bound.is_optimal
    assert Fraction(settled.bound.lower_bound) <= optimum
    assert settled.bound.loss == pytest.approx(float(exact_loss(problem, settled.proof.vertex.point)), rel=1e-12)
    assert settled.bound.loss > float(optimum)


def test_large_problems_may_make_a_few_exchanges(random):
    assert a_long_way(0.0, random, most_work=0, fewest_exchanges=4)[1].exchanges == 4


def test_more_exchanges_bring_the_loss_down_and_the_bound_up():
    for seed in range(2):
        bounds = [
            a_long_way(0.0, np.random.default_rng(seed), quantile=0.3, most_exchanges=budget)[1].bound
            for budget in range(10)
        ]
        losses, lower = [each.loss for each in bounds], [each.lower_bound for each in bounds]
        assert losses == sorted(losses, reverse=True)
        # The bound of another vertex is lowered by what the loss of this one can be off by.
        assert all(after >= before * (1 - 1e-9) for before, after in pairwise(lower))
        assert losses[-1] < losses[0]


def test_exchanges_that_take_long_end_within_the_tolerance():
    full, near, at_once = (
        a_long_way(tolerance, np.random.default_rng(4), fewest_exchanges=2)[1] for tolerance in (0.0, 0.5, 1.0)
    )
    assert full.bound.is_optimal
    assert 2 < near.exchanges < full.exchanges
    assert near.bound.gap <= 0.5 * near.bound.loss
    assert at_once.exchanges == 2


def test_a_small_loss_of_large_numbers_is_proved_with_all_digits(random):
    x = random.uniform(0, 1, 60)
    problem = a_problem(x[:, np.newaxis], 1e3 * x + 1e-8 * random.standard_normal(60))
    settled = settle(problem, a_basis(problem, random.permutation(60)), 0.0)
    optimum = optimum_of(problem)
    assert settled.bound.is_optimal
    assert Fraction(settled.bound.lower_bound) <= optimum
    assert settled.bound.lower_bound >= float(optimum) * (1 - 1e-9)


def test_the_better_of_two_intercepts_is_written():
    for seed in range(12):
        random = np.random.default_rng(seed)
        X = random.standard_normal((30, 2)) + 1e12
        problem = a_problem(X, X @ [1.0, 2.5] + 1e-3 * random.standard_normal(30))
        settled = settle(problem, a_basis(problem, np.arange(30)), 0.0)
        vertex = settled.proof.vertex
        alone = vertex.basis.columns.to_user(vertex.plane.coefficients)
        assert exact_loss(problem, vertex.point) <= exact_loss(problem, alone)
        assert settled.bound.loss == pytest.approx(float(exact_loss(problem, vertex.point)), rel=1e-12)


def test_rows_that_are_all_there_several_times_do_not_stop_the_way(random):
    rows = random.standard_normal((12, 3))
    X, y = np.repeat(rows, 4, axis=0), np.repeat(random.standard_normal(12), 4)
    problem = a_problem(X, y)
    settled = settle(problem, a_basis(problem, random.permutation(48)), 0.0)
    assert settled.bound.is_optimal
    assert settled.bound.loss == pytest.approx(float(optimum_of(problem)), rel=1e-12)


def test_a_dependent_basis_is_none(random):
    problem = a_problem(random.integers(-1, 2, (20, 2)) * 1.0, random.standard_normal(20), intercept=False)
    assert settle(problem, np.array([3, 3]), 1e-9) is None


def problems_over_the_same_rows(random):
    X = random.standard_normal((60, 3))
    problem = a_problem(X, X.sum(axis=1) + random.standard_t(2, 60), block_rows=25)
    return [replace(problem, loss=loss_named("mae", quantile)) for quantile in (0.5, 0.2, 0.9)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_dependent_rows_have_no_proof_and_leave_the_others_of_the_same_call_theirs(place, random):
    problems = problems_over_the_same_rows(random)
    bases = [a_basis(problems[0], random.permutation(60)) for _ in problems]
    bases[place] = np.append(bases[place][:-1], bases[place][0])
    counter = problems[0].counter
    before = counter.passes
    proofs = prove_bases(problems, bases)
    assert counter.passes == before + 1
    assert prove_basis(problems[place], bases[place]) is None
    for number, (problem, basis, proof) in enumerate(zip(problems, bases, proofs, strict=True)):
        assert (proof is None) == (number == place)
        if proof is not None:
            assert proof.vertex.problem is problem
            assert proof.vertex.basis.positions.tolist() == basis.tolist()
            alone = prove_basis(problem, basis)
            assert proof.multipliers.tolist() == alone.multipliers.tolist()
            assert proof.bound.loss == pytest.approx(alone.bound.loss, rel=1e-13)
            assert proof.bound.lower_bound == pytest.approx(alone.bound.lower_bound, rel=1e-12)


def test_where_all_rows_are_dependent_no_pass_is_made(random):
    problems = problems_over_the_same_rows(random)
    before = problems[0].counter.passes
    assert prove_bases(problems, [np.array([3, 3, 4, 5])] * 3) == [None, None, None]
    assert problems[0].counter.passes == before


def test_only_the_proofs_that_floats_blur_are_made_again_in_twice_the_digits(random):
    """Rows near a plane but for one: its residuals are tiny, and those of a plane through that one are not."""
    x = random.uniform(0, 1, 40)
    y = 1e3 * x + 1e-8 * random.standard_normal(40)
    y[7] = 1e6
    # The row that is off counts for nothing beside the others.
    problem = a_problem(x[:, np.newaxis], y, np.where(np.arange(40) == 7, 1e-18, 1.0))
    bases = [np.array([3, 11]), np.array([3, 7]), np.array([20, 30])]
    proofs = prove_bases([problem] * 3, bases)
    assert [proof.vertex.view.is_thorough for proof in proofs] == [True, False, True]
    for proof, basis in zip(proofs, bases, strict=True):
        assert proof.vertex.basis.positions.tolist() == basis.tolist()
        assert not proof.is_blurred
        assert proof.bound.loss == pytest.approx(float(exact_loss(problem, proof.vertex.point)), rel=1e-9)
    asked = prove_bases([problem] * 3, bases, is_thorough=True)
    assert all(proof.vertex.view.is_thorough for proof in asked)
    assert [one.bound == other.bound for one, other in zip(asked, proofs, strict=True)] == [True, False, True]


def test_slopes_that_are_rounded_coarsely_are_not_looked_at_in_floats_first(random):
    """A slope of about 3e-320 has a few digits only."""
    x = 1e300 * random.uniform(1, 2, 30)
    problem = a_problem(x[:, np.newaxis], 1e-20 * random.standard_normal(30))
    basis = a_basis(problem, random.permutation(30))
    before = problem.counter.passes
    proof = prove_basis(problem, basis)
    assert problem.counter.passes == before + 1
    assert Vertex.of(problem, basis, is_thorough=False).is_rounded_coarsely
    assert proof.vertex.view.is_thorough
    assert proof.bound.loss == pytest.approx(float(exact_loss(problem, proof.vertex.point)), rel=1e-12)


def test_a_first_proof_is_not_made_again(random):
    problem = problems_over_the_same_rows(random)[0]
    basis = settle(problem, a_basis(problem, random.permutation(60)), 0.0).proof.vertex.basis.positions
    first = prove_basis(problem, basis)
    before = problem.counter.passes
    settled = settle(problem, basis, 0.0, first)
    assert settled.proof is first
    assert settled.bound == first.bound
    assert settled.exchanges == 0
    assert problem.counter.passes == before


def test_exchanges_go_on_from_a_first_proof_as_from_one_of_their_own(random):
    for problem in problems_over_the_same_rows(random):
        basis = a_basis(problem, random.permutation(60))
        first, counter = prove_basis(problem, basis), problem.counter
        passes = []
        for proved in (None, first):
            before = counter.passes
            settled = settle(problem, basis, 0.0, proved)
            passes.append(counter.passes - before)
            assert settled.bound.is_optimal
            assert settled.exchanges >= 1
            assert settled.bound.loss == pytest.approx(
                float(optimum_of(problem, settled.proof.vertex.point)), rel=1e-12
            )
        assert passes[1] == passes[0] - 1


def test_a_small_loss_of_numbers_far_away_is_written_with_the_better_intercept(random):
    moves = random.integers(0, 40, (40, 2))
    problem = a_problem(2.0**50 + moves, moves @ [1 / 3, -1 / 3] + 1e-3 * random.standard_normal(40))
    settled = settle(problem, a_basis(problem, np.arange(40)), 0.0)
    vertex = settled.proof.vertex
    rounded_alone = exact_loss(problem, vertex.basis.columns.to_user(vertex.plane.coefficients))
    assert settled.bound.loss <= float(rounded_alone)
    assert settled.bound.is_optimal
    assert Fraction(settled.bound.lower_bound) <= optimum_of(problem)


def search_in(problem_and_sample):
    problem, sample = problem_and_sample
    searches = Searches([problem], tell=lambda _: None, bound=lambda *_: None, prove=lambda *_: [], sample=sample)
    (found,) = minimise_absolute(searches)
    return found.optimum


def sampled(random):
    X = random.standard_normal((80, 3))
    made = a_problem(X, X.sum(axis=1) + random.standard_t(2, 80))
    return prepare_sampled(made.rows, made.loss, 80, intercept=True)


def test_the_basis_of_a_search_is_taken_as_it_is(random):
    pair = sampled(random)
    optimum = search_in(pair)
    assert settle_from(pair[0], optimum, 0.0, None).proof.vertex.basis.positions.tolist() == optimum.basis.tolist()


def test_the_first_proof_of_the_basis_of_a_search_is_taken_as_it_is(random):
    problem, sample = sampled(random)
    optimum = search_in((problem, sample))
    first = prove_basis(problem, optimum.basis)
    assert settle_from(problem, optimum, 0.0, first).proof is first


def test_a_search_without_a_basis_is_completed_by_the_nearest_independent_rows(random):
    problem, sample = sampled(random)
    optimum = search_in((problem, sample))
    cut_off = replace(optimum, basis=np.arange(0))
    # At the optimum the nearest rows are its own.
    found = settle_from(problem, cut_off, 0.0, None)
    assert found.exchanges == 0
    assert sorted(found.proof.vertex.basis.positions.tolist()) == sorted(optimum.basis.tolist())
    nowhere = Optimum(Outcome.LIMIT, np.arange(0), np.zeros(4), 0, ())
    assert settle_from(problem, nowhere, 0.0, None).bound.is_optimal


def test_many_rows_without_a_basis_are_not_completed(random):
    problem, sample = sampled(random)
    optimum = replace(search_in((problem, sample)), basis=np.arange(2))
    problem = replace(problem, limits=Limits(dense_size=0))
    assert settle_from(problem, optimum, 0.0, None) is None


def test_levels_without_a_basis_are_not_completed(random):
    regression = a_regression(random, 120, 9)
    problem = a_problem(regression.design, regression.y, limits=LEVELS)
    assert isinstance(problem.whitening, AbsorbedWhitening)
    problem = replace(problem, limits=USUAL)
    assert settle_from(problem, Optimum(Outcome.LIMIT, np.arange(0), np.zeros(15), 0, ()), 0.0, None) is None


@pytest.mark.parametrize("quantile", [0.5, 0.1])
def test_exchanges_among_levels_end_at_the_optimum(quantile, random):
    for rounded in (False, True):
        regression = a_regression(random, 120, 9, rounded=rounded)
        problem = a_problem(regression.design, regression.y, quantile=quantile, limits=LEVELS)
        settled = settle(problem, a_basis(problem, random.permutation(120)), 0.0)
        assert settled.bound.is_optimal
        assert settled.exchanges >= 3
        assert settled.bound.loss == pytest.approx(float(optimum_of(problem, settled.proof.vertex.point)), rel=1e-12)
