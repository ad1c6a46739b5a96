"""Families tell the truth about every member; and the oracle about families."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mae_cli.solvers import neighbours
from oracle import family as family_module
from oracle.awkward import Problem, problem
from oracle.exact import Pinball, Table, least_absolute
from oracle.family import One, family, family_verdicts, faults_of, problem_of, with_rounded_target
from oracle.honest import honest_claim
from oracle.truth import table_of
from oracle.verdict import Kind

X0, X1 = ("x0", None), ("x1", None)
FAMILIES = 60
BATCH = 20


def families(seeds):
    return [(seed, family(problem(seed), seed)) for seed in seeds]


def of_first(posed, **changes):
    """A family of one member, beside the problem itself."""
    one = replace(One(posed.quantile), **changes)
    return family_module.Family(posed, (One(posed.quantile), one), "members", None)


@pytest.fixture
def posed(random) -> Problem:
    X = random.standard_normal((40, 2))
    return Problem(X, X @ [1.0, -2.0] + 3 + random.standard_t(2, 40), weights=random.random(40))


# ---------------------------------------------------------------- the library


def faults_in(seeds):
    return [
        f"seed {seed}, {each.member}: {fault}"
        for seed, posed in families(seeds)
        for each in family_verdicts(posed)
        for fault in each.faults
    ]


@pytest.mark.parametrize("first", range(0, FAMILIES, BATCH))
def test_families_tell_the_truth_about_each_of_their_members(first):
    assert faults_in(range(first, first + BATCH)) == []


def test_a_loss_that_is_zero_in_floats_alone_is_not_said_to_be_zero():
    assert faults_in([90891]) == []


# ---------------------------------------------------------------- what is drawn


def test_a_seed_gives_the_same_family():
    for (seed, one), (_, again) in zip(families(range(40)), families(range(40)), strict=True):
        assert 4 <= len(one.members) <= 6
        assert str(one) == str(again)
        assert list(map(str, one.members)) == list(map(str, again.members))
        assert one.problem.loss == "mae"
        for member in one.members:
            used = problem_of(one.problem, member).weights
            assert used is None or used.any(), f"seed {seed}"


def test_families_mix_quantiles_factors_and_given_coefficients():
    drawn = [posed for _, posed in families(range(150))]
    others = [posed for posed in drawn if posed.way != "between"]
    members = [one for posed in drawn for one in posed.members]
    assert {tag for one in members for tag in one.tags} == {"exponential", "whole", "folds", "fold", "same"}
    assert {posed.way for posed in drawn} == {"members", "refit", "quantiles", "between"}
    assert {posed.band is None for posed in drawn} == {True, False}
    assert {bool(value) for one in members for value in one.given.values()} == {True, False}
    assert {one.quantile for one in others[0].members} <= {others[0].problem.quantile, 0.5, *family_module.QUANTILES}


# ---------------------------------------------------------------- the exact problems


def test_weights_are_rounded_products():
    weights, factors = np.array([3e300, 0.1e300, 0.0]), np.array([0.1, 3.0, 7.0])
    products = problem_of(Problem(np.zeros((3, 0)), np.zeros(3), weights=weights), One(0.5, factors)).weights
    unit = 2.0 ** np.ceil(np.log2(3e300))
    assert products.tolist() == [3e300 / unit * 0.1, 0.1e300 / unit * 3.0, 0.0]


def test_given_coefficients_are_taken_off_the_target_exactly(posed):
    given = problem_of(posed, One(0.5, given={X1: 0.1}))
    table = table_of(given, [X0])
    target = [Fraction(int(value)) * Fraction(2) ** table.target_exponent for value in table.target]
    pairs = zip(posed.y.tolist(), posed.numbers[:, 1].tolist(), strict=True)
    assert target == [Fraction(y) - Fraction(0.1) * Fraction(x) for y, x in pairs]
    rounded = with_rounded_target(given)
    assert rounded.y.tolist() == (posed.y - posed.numbers[:, 1] * 0.1).tolist()
    assert rounded.given == {X1: 0.0}


def test_a_column_that_is_left_out_is_as_if_it_was_not_there(posed):
    given = table_of(problem_of(posed, One(0.3, given={X1: 0.0})), [X0])
    without = Table.of(posed.numbers[:, :1], posed.y, posed.weights)
    optima = [least_absolute(table, Pinball(Fraction(0.3))).optimum for table in (given, without)]
    assert optima[0] == optima[1]


def test_nothing_is_false_about_true_claims_of_members():
    for seed, posed in families(range(25)):
        for one in posed.members:
            member = problem_of(posed.problem, one)
            claim = honest_claim(member)
            if claim is not None:
                assert faults_of(member, claim, "beside") == (), f"seed {seed}, {one}"


# ---------------------------------------------------------------- untruths


def test_the_claim_of_another_member_is_not_true(posed, random):
    factors = random.integers(0, 4, 40).astype(float)
    one, other = problem_of(posed, One(0.5, factors)), problem_of(posed, One(0.5, factors[::-1].copy()))
    assert faults_of(one, honest_claim(one), "beside") == ()
    assert Kind.LOSS in {fault.kind for fault in faults_of(one, honest_claim(other), "beside")}


def test_a_given_coefficient_stays_as_it_is(posed):
    member = problem_of(posed, One(0.5, given={X1: 0.25}))
    claim = honest_claim(member)
    moved = replace(claim, coefficients=claim.coefficients | {X1: 0.25 + 1e-16, X0: 0.0})
    for how in ("alone", "beside"):
        assert Kind.GIVEN not in {fault.kind for fault in faults_of(member, claim, how)}
        changed = replace(moved, coefficients=moved.coefficients | {X1: 0.25 + 1e-15})
        assert [fault.kind for fault in faults_of(member, changed, how)] == [Kind.GIVEN]


def test_a_claim_is_about_the_target_that_was_solved_for(random):
    x = np.round(random.standard_normal((30, 1)), 3)
    member = problem_of(Problem(x, 1e3 + np.round(random.standard_normal(30), 3)), One(0.5, given={X0: 1e-3 / 3}))
    exact, rounded = honest_claim(member), honest_claim(with_rounded_target(member))
    assert exact.lower_bound != rounded.lower_bound
    rounded = replace(rounded, coefficients=rounded.coefficients | member.given)
    assert faults_of(member, exact, "beside") == ()
    assert faults_of(member, rounded, "alone") == ()
    above = max(exact, rounded, key=lambda claim: claim.lower_bound)
    assert faults_of(member, above, "alone" if above is exact else "beside") != ()


# ---------------------------------------------------------------- how they are solved


def test_how_a_member_was_solved_is_told(posed, random):
    factors = random.exponential(size=40)
    whole = of_first(posed, factors=factors, function=lambda records: factors[records])
    assert [each.how for each in family_verdicts(whole)] == ["plain", "beside"]
    assert [each.how for each in family_verdicts(replace(whole, band=0.3))][1] in {"in a band", "alone"}


def test_an_exception_is_a_fault_of_the_family(posed, monkeypatch):
    def failing(*_, **__):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(neighbours, "_band", failing)
    (verdict,) = family_verdicts(of_first(posed, given={X0: 0.0}))
    assert verdict.claim is None
    assert list(map(str, verdict.faults)) == ["exception: ZeroDivisionError: by nothing"]


def test_lies_about_members_are_found(posed, monkeypatch, random):
    factors = random.integers(1, 4, 40).astype(float)
    lying = family_module.solver._of_proof  # noqa: SLF001

    def raised(proof, settings):
        solution = lying(proof, settings)
        certificate = replace(solution.certificate, lower_bound=solution.certificate.loss * 1.5)
        return replace(solution, certificate=certificate)

    monkeypatch.setattr(family_module.solver, "_of_proof", raised)
    plain, beside = family_verdicts(of_first(posed, factors=factors, function=lambda records: factors[records]))
    assert plain.faults == ()
    assert beside.how != "alone"
    assert Kind.BOUND in {fault.kind for fault in beside.faults}
