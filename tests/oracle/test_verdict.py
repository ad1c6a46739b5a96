"""Nothing is found in a claim that is true, and every untruth by its name."""

import math
from dataclasses import replace

import numpy as np
import pytest

import mae_cli
from oracle import verdict as verdict_module
from oracle.awkward import KINDS, Problem, problem
from oracle.claims import CONSTANT, Claim
from oracle.honest import honest_claim
from oracle.truth import Truths
from oracle.verdict import Fault, Kind, independent_part, judge, verdicts

X0, X1 = ("x0", None), ("x1", None)


def kinds_of(posed, claim):
    return [fault.kind for fault in judge(Truths(posed), claim)]


@pytest.fixture
def posed(random) -> Problem:
    X = random.standard_normal((15, 2))
    return Problem(X, X @ [1.0, -2.0] + 3 + random.standard_t(2, 15))


@pytest.fixture
def claim(posed) -> Claim:
    return honest_claim(posed)


@pytest.fixture
def perfect() -> Problem:
    x = np.arange(6.0)[:, None]
    return Problem(x, 0.1 * x[:, 0] + 0.7)


# ---------------------------------------------------------------- true claims


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_false_about_a_true_claim(kind):
    for seed in range(10):
        posed = problem(seed, kind=kind)
        claim = honest_claim(posed)
        if claim is not None:
            # Exactly independent columns that rounding would not tell apart may be kept.
            assert judge(Truths(posed), claim) == (), f"seed {seed}: {posed}"


def test_a_claim_that_promises_less_is_true(posed, claim):
    assert kinds_of(posed, replace(claim, lower_bound=0.0, relative_gap=1.0, unique=None, status="limit")) == []


def test_a_perfect_fit_to_rounding_has_no_gap(perfect):
    claim = honest_claim(perfect)
    coefficients = {CONSTANT: 0.7 + 1e-16, X0: 0.1}
    nearly = replace(claim, coefficients=coefficients, loss=0.0, lower_bound=0.0, relative_gap=None)
    assert kinds_of(perfect, nearly) == []


# ---------------------------------------------------------------- untrue ones


def test_a_loss_that_floats_could_make_smaller_is_not_optimal(posed, claim):
    moved = replace(claim, coefficients=claim.coefficients | {X0: claim.coefficients[X0] + 1e-6})
    assert kinds_of(posed, moved)[0] == Kind.OPTIMAL
    assert Kind.OPTIMAL not in kinds_of(posed, replace(moved, status="limit"))


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("quantile", [0.5, 0.1])
def test_a_bound_just_above_the_optimum_is_found(loss, quantile, posed):
    posed = replace(posed, loss=loss, quantile=0.5 if loss == "mse" else quantile)
    claim = honest_claim(posed)
    above = math.nextafter(claim.lower_bound, math.inf)
    assert kinds_of(posed, claim) == []
    assert kinds_of(posed, replace(claim, lower_bound=above)) == [Kind.BOUND]


def test_a_gap_that_is_too_small_is_found(posed, claim):
    coefficients = claim.coefficients | {CONSTANT: claim.coefficients[CONSTANT] + 0.5}
    trial = verdict_module.Trial(Truths(posed), replace(claim, coefficients=coefficients, status="limit"))
    loss, gap = trial.written, (trial.written - trial.truth.optimum) / trial.written
    said = replace(trial.claim, loss=float(loss), relative_gap=float(gap))
    assert gap > 1e-3
    assert kinds_of(posed, said) == []
    assert kinds_of(posed, replace(said, relative_gap=float(gap) * (1 - 1e-12))) == [Kind.GAP]


@pytest.mark.parametrize("factor", [1 + 3e-12, 1 - 3e-12, 2.0])
def test_a_loss_that_is_not_that_of_the_coefficients_is_found(factor, posed, claim):
    assert kinds_of(posed, replace(claim, loss=claim.loss * factor)) == [Kind.LOSS]


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_what_is_not_perfect_is_found_whatever_the_offsets(offset, perfect, random):
    noisy = replace(perfect, numbers=perfect.numbers + offset, y=np.arange(6.0) + 1e-12 * random.standard_normal(6))
    claim = replace(honest_claim(noisy), relative_gap=None)
    assert Kind.PERFECT in kinds_of(noisy, claim)


def test_uniqueness_said_wrongly_is_found(posed, claim):
    assert claim.unique is True
    assert kinds_of(posed, replace(claim, unique=False)) == [Kind.SAID_NOT_UNIQUE]
    flat = Problem(np.zeros((4, 0)), np.array([1.0, 2.0, 4.0, 9.0]))
    assert honest_claim(flat).unique is False
    assert kinds_of(flat, replace(honest_claim(flat), unique=True)) == [Kind.SAID_UNIQUE]


def test_either_answer_is_right_where_the_decimal_and_the_float_of_a_quantile_differ():
    ten = Problem(np.zeros((10, 0)), np.arange(10.0), quantile=0.1)
    claim = honest_claim(ten)
    assert [kinds_of(ten, replace(claim, unique=said)) for said in (True, False, None)] == [[], [], []]


def test_columns_that_depend_on_others_are_not_to_be_kept(posed, claim):
    twins = replace(posed, numbers=np.column_stack([posed.numbers, 2 * posed.numbers[:, 1]]))
    kept = replace(claim, coefficients=claim.coefficients | {("x2", None): 0.0})
    assert kinds_of(twins, kept) == [Kind.DEPENDENT]
    assert kinds_of(twins, replace(kept, left_out=frozenset({("x2", None)}))) == []


def test_columns_that_do_not_depend_on_others_are_not_to_be_left_out(posed):
    one = replace(posed, numbers=posed.numbers[:, :1])
    claim = honest_claim(one)
    without = replace(claim, coefficients=claim.coefficients | {X1: 0.0}, left_out=frozenset({X1}))
    assert kinds_of(posed, without) == [Kind.LEFT_OUT]
    rounding = np.column_stack([posed.numbers[:, 0], posed.numbers[:, 0] + 1e-16 * posed.numbers[:, 1]])
    assert kinds_of(replace(posed, numbers=rounding), without) == []


def test_the_independent_part_is_a_root_mean_square():
    posed = Problem(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 5.0], [1.0, 9.0]]), np.zeros(4))
    part, rounding = independent_part(posed, [CONSTANT, X0], X1)
    assert part == pytest.approx(math.sqrt(8 / 4))
    assert 0 < rounding < 1e-13


def test_months_in_fifteen_digits_depend_on_the_number_of_the_row():
    months = np.arange(24.0)
    time = np.array([float(f"{1949 + month / 12:.15g}") for month in months])
    part, rounding = independent_part(Problem(np.column_stack([months, time]), months), [CONSTANT, X0], X1)
    assert 0 < part < rounding


def test_terms_that_are_missing_and_numbers_out_of_range_are_found(posed, claim):
    coefficients = {term: value for term, value in claim.coefficients.items() if term != X1}
    assert kinds_of(posed, replace(claim, coefficients=coefficients)) == [Kind.TERMS]
    assert kinds_of(posed, replace(claim, lower_bound=math.inf)) == [Kind.NUMBER]
    assert kinds_of(posed, replace(claim, coefficients=claim.coefficients | {X0: math.nan})) == [Kind.NUMBER]
    assert kinds_of(posed, replace(claim, lower_bound=-1e-300)) == [Kind.NUMBER]
    assert kinds_of(posed, replace(claim, lower_bound=0.0, relative_gap=1.5)) == [Kind.NUMBER]


def test_levels_but_for_one_of_each_text_are_terms():
    posed = Problem(np.zeros((4, 0)), np.arange(4.0), texts=(("a", "b", "b", "c"),))
    claim = honest_claim(posed)
    coefficients = {term: value for term, value in claim.coefficients.items() if term != ("t0", "a")}
    assert kinds_of(posed, claim) == []
    assert kinds_of(posed, replace(claim, coefficients=coefficients)) == [Kind.TERMS]


# ---------------------------------------------------------------- fits


def test_lies_of_both_solvers_are_found(posed, monkeypatch):
    fit = mae_cli.fit

    def lying(*data, **options):
        result = fit(*data, **options)
        raised = result.certificate.loss * 1.5
        return replace(result, certificate=replace(result.certificate, lower_bound=raised))

    monkeypatch.setattr(mae_cli, "fit", lying)
    assert [Kind.BOUND in {fault.kind for fault in each.faults} for each in verdicts(posed)] == [True, True]


def test_an_exception_is_a_fault(posed, monkeypatch):
    def failing(*_, **__):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(mae_cli, "fit", failing)
    for each in verdicts(posed):
        assert each.claim is None
        assert not each.gave_up
        assert [str(fault) for fault in each.faults] == ["exception: ZeroDivisionError: by nothing"]


def test_only_the_exact_solver_gives_up(posed):
    exact, textbook = verdicts(posed, epochs=1)
    assert textbook.claim.status == "limit"
    assert not textbook.gave_up
    assert not exact.gave_up
    assert replace(exact, claim=replace(exact.claim, status="limit")).gave_up


def test_a_fault_shows_its_figures():
    assert str(Fault(Kind.GAP, {"gap": 0.25}, "x0")) == "gap understated: gap 0.25: x0"
