"""Members of a family with rows of their own: a penalty, two observations more."""

from fractions import Fraction

import numpy as np
import pytest
from oracle.exact import Pinball, Table, least_absolute
from support.families import Base, a_base, assert_as_own_fits, folded, penalty

from mae_cli.errors import DataError
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.factors import ExponentialFactors, GivenFactors
from mae_cli.solvers import family
from mae_cli.solvers.family import Member, solve_family
from mae_cli.solvers.settings import Auto


def observed(random, rows, columns, weights=None) -> Block:
    return Block(
        Design(random.standard_normal((rows, columns))), random.standard_normal(rows), weights, np.arange(rows)
    )


def members_with_extra_rows(random, rows, columns) -> list[Member]:
    two, heavy = observed(random, 2, columns), observed(random, 3, columns, np.array([5.0, 0.5, 2.0]))
    return [
        Member(),
        Member(extra=two),
        Member(0.25, extra=heavy),
        Member(extra=penalty(columns, {0: 3.0, columns - 1: 1.5})),
        Member(0.5, ExponentialFactors(3, 0), extra=two),
        Member(0.5, ExponentialFactors(3, 1)),
        Member(0.5, folded(rows, 2), {0: 1.0}, heavy),
        Member(0.25, None, {columns - 1: columns + 0.0}, two),
    ]


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weights", [True, False])
@pytest.mark.parametrize("rows", [60, 3_000])
def test_members_with_extra_rows_are_as_fits_of_their_own(rows, weights, intercept, random):
    base = a_base(random, rows, 3, weights=weights, intercept=intercept)
    members = members_with_extra_rows(random, rows, 3)
    assert_as_own_fits(base, members, base.solve(members))


def test_a_few_extra_rows_need_no_fit_of_their_own(random, monkeypatch):
    base = a_base(random, 3_000, 3)
    monkeypatch.setattr(family, "_solve_alone", None)
    base.solve(members_with_extra_rows(random, 3_000, 3))


def test_what_is_given_is_taken_off_extra_rows_of_members_that_are_fitted_alone_too(random):
    base = a_base(random, 5_000, 2)
    members = [Member(given={0: 4096.0}, extra=observed(random, 2, 2, np.array([1e4, 2e4])))]
    assert_as_own_fits(base, members, base.solve(members))


def test_losses_on_the_way_to_the_shared_fit_are_means_over_the_shared_rows(random):
    base = a_base(random, 100, 2)
    alone, beside = base.solve([Member()])[0], base.solve([Member(), Member(extra=observed(random, 5, 2))])[0]
    assert len(alone.history.loss) > 1
    assert beside.history.loss[0] == pytest.approx(alone.history.loss[0], rel=1e-3)


def test_extra_rows_far_from_all_others_are_fitted_alone_and_right(random):
    base = a_base(random, 200, 2)
    far = Block(Design(np.array([[1e9, 0.0], [0.0, 1e-9]])), np.array([1e12, -3.0]), None, np.arange(2))
    members = [Member(), Member(extra=far), Member(0.5, folded(200, 1), extra=far)]
    assert_as_own_fits(base, members, base.solve(members))


def test_rows_that_tell_two_equal_columns_apart_are_used(random):
    x = random.standard_normal(100)
    base = Base(Design(np.column_stack([x, x])), 3 * x + random.standard_normal(100))
    apart = Block(Design(np.array([[0.0, 1.0], [0.0, 1.0]])), np.array([2.0, 2.0]), None, np.arange(2))
    plain, told = base.solve([Member(), Member(extra=apart)])
    assert plain.aliased == (1,)
    assert told.aliased == ()
    assert_as_own_fits(base, [Member(extra=apart)], [told])


def test_a_penalty_has_the_optimum_of_exact_arithmetic(random):
    X = np.column_stack([np.ones(40), random.integers(-5, 6, (40, 2))]).astype(float)
    y = X @ [1.0, 2.0, -1.0] + random.integers(-9, 10, 40)
    base = Base(Design(X), y, intercept=False)
    for size in (0.5, 4.0, 64.0, 4096.0):
        member = Member(extra=penalty(3, {1: size, 2: size}))
        (found,) = base.solve([member])
        design, target = base.rows_of(member)
        table = Table.of(design.dense(), target, base.weights_of(member))
        loss = Pinball(Fraction(1, 2))
        best = least_absolute(table, loss).optimum
        assert float(base.exact_loss(member, found)) == pytest.approx(float(best), rel=1e-14, abs=0)
    assert np.abs(found.coefficients[1:]).max() < 1e-12  # a penalty that large leaves the median alone


def test_the_dual_point_numbers_the_extra_rows_behind_the_shared_ones(random):
    base = a_base(random, 500, 2)
    extras = [observed(random, 4, 2) for _ in range(3)]
    for member, found in zip(extras, base.solve([Member(extra=extra) for extra in extras]), strict=True):
        design, target = base.rows_of(Member(extra=member))
        residual = target - found.intercept - design.product(found.coefficients)
        dual = np.sign(residual)
        dual[found.dual.rows] = found.dual.values
        assert np.abs(dual).max() <= 1
        assert np.abs(dual @ np.column_stack([np.ones(504), design.dense()])).max() < 1e-10
        assert dual @ target / 504 == pytest.approx(2 * found.certificate.loss / 2, rel=1e-12)


@pytest.mark.parametrize("block_rows", [64, 1_000])
def test_blocks_change_no_bit(block_rows, random):
    base = a_base(random, 1_000, 3)
    members = members_with_extra_rows(random, 1_000, 3)
    for one, other in zip(base.solve(members), base.solve(members, block_rows), strict=True):
        assert one.coefficients.tolist() == other.coefficients.tolist()
        assert one.intercept == other.intercept


def test_extra_rows_alone_are_no_refit(random):
    base = a_base(random, 50, 2)
    with pytest.raises(DataError) as caught:
        solve_family(
            base.rows(), [Member(0.5, GivenFactors(np.zeros(50)), extra=observed(random, 2, 2))], Auto(), intercept=True
        )
    assert caught.value.fault.code == "refit-without-rows"
