"""Every member of a family is solved as a fit of its own would be, wherever the rows live."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.awkward import problem
from oracle.exact import Pinball, Table, least_absolute
from oracle.family import family as family_of
from oracle.family import family_verdicts
from support.families import (
    Base,
    a_base,
    assert_as_own_fit,
    assert_as_own_fits,
    far_members,
    folded,
    near_members,
    on_a_grid,
    repeated,
)

from mae_cli.errors import DataError
from mae_cli.rows.blocks import CountedRows, MemoryRows, PassCounter
from mae_cli.rows.design import Design
from mae_cli.rows.factors import ExponentialFactors, GivenFactors
from mae_cli.solvers import family
from mae_cli.solvers.family import Member, _solve_alone, solve_family
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.settings import Auto

QUANTILES = (0.01, 0.25, 0.5, 0.9, 0.99)
MANY_ROWS = 80_000


@pytest.fixture
def alone(monkeypatch):
    """The members that were solved alone."""
    members = []

    def told(rows, member, *arguments, **options):
        members.append(member)
        return _solve_alone(rows, member, *arguments, **options)

    monkeypatch.setattr(family, "_solve_alone", told)
    return members


def members_of(base: Base, quantiles=(0.5, 0.9)) -> list[Member]:
    return near_members(*base.shape, quantiles) + far_members(*base.shape, quantiles)


# ---------------------------------------------------------------- as fits of their own


@pytest.mark.parametrize(
    ("rows", "columns", "weights", "intercept"),
    [(60, 2, False, True), (60, 2, True, False), (400, 3, False, False), (400, 3, True, True)],
)
def test_members_over_few_rows_are_as_fits_of_their_own(rows, columns, weights, intercept, random):
    base = a_base(random, rows, columns, weights=weights, intercept=intercept)
    members = members_of(base)
    assert_as_own_fits(base, members, base.solve(members))


def test_members_of_all_quantiles_are_as_fits_of_their_own(random):
    base = a_base(random, 300, 2)
    members = members_of(base, QUANTILES)
    assert_as_own_fits(base, members, base.solve(members))


def test_members_with_levels_are_as_fits_of_their_own(random):
    base = a_base(random, 250, 2, codes=random.integers(0, 4, 250).astype(np.int32), levels=3)
    members = [*members_of(base), Member(given={2: 0.0}), Member(0.25, folded(250, 1), {3: 2.0, 0: 1.0})]
    assert_as_own_fits(base, members, base.solve(members))


def test_members_over_tied_whole_numbers_are_as_fits_of_their_own(random):
    X, y = random.integers(-3, 4, (300, 3)).astype(float), random.integers(-4, 5, 300).astype(float)
    base = Base(Design(X), y + X @ [1.0, 2.0, 3.0])
    members = [*near_members(300, 3), *far_members(300, 3)]
    assert_as_own_fits(base, members, base.solve(members))


@pytest.mark.parametrize("apart", [2.0**-10, 2.0**-16])
def test_members_with_nearly_dependent_columns_are_as_fits_of_their_own(apart, random):
    base = a_base(random, 100, 3)
    X = base.design.numeric.copy()
    X[:, 1] = X[:, 0] + apart * np.round(4 * X[:, 1])
    base = Base(Design(X), base.y)
    members = members_of(base)
    assert_as_own_fits(base, members, base.solve(members))


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_a_column_that_was_left_out_takes_the_place_of_a_given_one_that_it_depends_on(column, random):
    base = a_base(random, 200, 3)
    X = np.column_stack([base.design.numeric, base.design.numeric @ [1.0, -1.0, 0.0]])
    base = Base(Design(X), base.y)
    members = [Member(), Member(0.5, ExponentialFactors(1, 0)), Member(given={column: 0.0}), Member(given={column: 1})]
    solutions = base.solve(members)
    assert_as_own_fits(base, members, solutions)
    assert [solution.aliased for solution in solutions[:2]] == [(3,), (3,)]
    assert [solution.aliased for solution in solutions[2:]] == [(3,) if column == 2 else ()] * 2


@pytest.mark.parametrize("shift", [0.0, 1024.0])
def test_a_given_intercept_is_taken_off_the_target(shift, random):
    base = a_base(random, 300, 2)
    x, z = (base.design.numeric + shift).T
    (found,) = Base(Design(np.column_stack([x, z])), base.y).solve([Member(given={0: 1.0}, given_intercept=1.5)])
    (expected,) = Base(Design(z[:, np.newaxis]), base.y - 1.5 - x, intercept=False).solve([Member()])
    assert found.intercept == 1.5
    assert found.coefficients == pytest.approx([1.0, expected.coefficients[0]], rel=1e-12)
    assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-12)


@pytest.mark.parametrize("size", [2.0**-30, 2.0**30])
def test_members_with_columns_far_from_zero_are_as_fits_of_their_own(size, random):
    base = a_base(random, 300, 2)
    base = Base(Design((base.design.numeric + 1024.0) * [1.0, size]), base.y + 4096.0)
    members = [*near_members(300, 2)[:5], Member(given={0: 1.0}), Member(0.25, folded(300, 2), {1: 0.0})]
    assert_as_own_fits(base, members, base.solve(members))


def test_the_rounding_of_a_large_intercept_is_part_of_the_loss(random, alone):
    base = a_base(random, 2_000, 2)
    base = Base(base.design, base.y + 2.0**26)
    members = [Member(quantile, ExponentialFactors(1, 1)) for quantile in (0.25, 0.5, 0.9)]
    assert_as_own_fits(base, members, base.solve(members))
    assert len(alone) < len(members)


def test_members_with_an_absorbed_column_go_alone_and_are_as_fits_of_their_own(random, alone):
    base = a_base(random, 1_000, 2, codes=random.permutation(np.arange(1_000) % 61).astype(np.int32), levels=60)
    members = [
        Member(),
        Member(0.5, ExponentialFactors(1, 0)),
        Member(0.5, folded(1_000, 0)),
        Member(given={0: 0.0}),
        Member(given={5: 2.0}),
    ]
    solutions = base.solve(members, limits=Limits(dense_size=0))
    assert alone == members[1:]
    assert_as_own_fits(base, members, solutions)


def test_members_over_many_rows_are_settled_by_a_part_of_the_rows(random, alone):
    base = a_base(random, MANY_ROWS, 8)
    members = [*near_members(MANY_ROWS, 8), Member(0.05), Member(0.05, ExponentialFactors(1, 4))]
    solutions = base.solve(members)
    assert not alone
    for member, found in zip(members, solutions, strict=True):
        expected = base.own_fit(member)
        assert found.certificate.unique
        assert expected.certificate.unique
        assert found.coefficients == pytest.approx(expected.coefficients, rel=0, abs=1e-30)
        assert found.intercept == expected.intercept
        assert found.certificate.status == expected.certificate.status == "optimal"
        assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-13, abs=0)
        assert 0 <= found.certificate.relative_gap <= 1e-9


def test_members_over_hundreds_of_rows_are_not_solved_alone(random, alone):
    base = a_base(random, 2_000, 3)
    members = near_members(2_000, 3)
    assert_as_own_fits(base, members, base.solve(members))
    assert not alone


# ---------------------------------------------------------------- far from the fit of their quantile


def test_members_that_a_band_cannot_settle_are_solved_alone(random, alone):
    base = a_base(random, 5_000, 2)
    few = GivenFactors((np.arange(5_000) < 9).astype(float))
    near, far = Member(0.5, ExponentialFactors(1, 0)), Member(given={0: 4096.0})
    assert_as_own_fits(base, [far, near], base.solve([far, near]))
    assert alone == [far]
    assert_as_own_fit(base, Member(0.5, few), *base.solve([Member(0.5, few)]))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_factors_that_leave_too_few_rows_for_the_columns_are_as_a_fit_of_these(count, random):
    base = a_base(random, 50, 3)
    member = Member(0.5, GivenFactors((np.arange(50) < count).astype(float)))
    (found,) = base.solve([member])
    expected = base.own_fit(member)
    assert found.aliased == expected.aliased == (0, 1, 2)[count - 1 :]
    assert found.coefficients == pytest.approx(expected.coefficients, rel=0, abs=1e-30)
    assert found.certificate == expected.certificate


def test_factors_that_leave_out_a_level_leave_out_its_column(random):
    codes = random.permutation(np.arange(200) % 4).astype(np.int32)
    base = a_base(random, 200, 2, codes=codes, levels=3)
    member = Member(0.5, GivenFactors((codes != 2).astype(float)))
    (found,) = base.solve([member])
    assert found.aliased == (3,)
    assert_as_own_fit(base, member, found)


@pytest.mark.parametrize("beside", [[], [Member(), Member(0.5, ExponentialFactors(0, 0))]], ids=["alone", "beside"])
def test_factors_that_leave_no_row_are_refused(beside, random):
    base = a_base(random, 40, 2)
    with pytest.raises(DataError) as caught:
        base.solve([*beside, Member(0.5, GivenFactors(np.zeros(40)))])
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == ("refit-without-rows", None, None)


def test_a_perfect_fit_has_perfect_members(random):
    X = on_a_grid(random.standard_normal((200, 2)))
    base = Base(Design(X), X @ [2.0, -1.0])
    solutions = base.solve([Member(), Member(0.5, ExponentialFactors(0, 0)), Member(0.9, folded(200, 1))])
    for solution in solutions:
        assert solution.coefficients == pytest.approx([2.0, -1.0], abs=1e-15)
        assert solution.certificate.status == "optimal"
        assert solution.certificate.relative_gap is None


def test_a_family_of_plain_quantiles_is_as_their_fits(random):
    base = a_base(random, 300, 3)
    members = [Member(quantile) for quantile in (0.9, 0.1, 0.5, 0.9)]
    assert_as_own_fits(base, members, base.solve(members))


def test_a_family_of_nobody_has_no_solution(random):
    assert a_base(random, 20, 2).solve([]) == []


# ---------------------------------------------------------------- proofs, to the last digit


def test_no_bound_is_above_the_least_loss_even_where_the_target_would_be_shifted_by_rounding(random):
    base = a_base(random, 40, 3, weights=True)
    for member, found in zip(members := exact_members(40), base.solve(members), strict=True):
        vertex = least_absolute(shifted_table(base, member), Pinball(Fraction(member.quantile)))
        assert found.certificate.status == "optimal"
        assert Fraction(found.certificate.lower_bound) <= vertex.optimum
        assert found.certificate.loss == pytest.approx(float(vertex.optimum), rel=1e-12, abs=0)
        assert vertex.changes is None
        assert found.certificate.unique
        fitted = [found.intercept, *np.delete(found.coefficients, [*member.given])]
        assert fitted == pytest.approx([*map(float, vertex.coefficients)], rel=1e-12, abs=1e-14)
        assert found.coefficients[[*member.given]].tolist() == [*member.given.values()]


def exact_members(rows: int) -> list[Member]:
    kinds = [(None, {}), (ExponentialFactors(5, 1), {}), (repeated(rows, 2), {}), (folded(rows, 4), {})]
    kinds += [(None, {0: 1.003}), (None, {1: 0.1, 2: -1 / 3}), (ExponentialFactors(5, 2), {2: 3.3}), (None, {1: 777.7})]
    return [Member(quantile, *kind) for quantile in (0.5, 0.125) for kind in kinds]


def shifted_table(base: Base, member: Member) -> Table:
    """The problem of a member with an intercept, its target shifted without rounding."""
    table = Table.of(np.column_stack([np.ones(len(base.y)), base.matrix]), base.y, base.weights_of(member))
    coefficients = [0.0] + [member.given.get(column, 0.0) for column in range(base.shape[1])]
    target, exponent = table.residuals(coefficients)
    fitted = table.take([0] + [1 + column for column in range(base.shape[1]) if column not in member.given])
    return Table(fitted.columns, fitted.column_exponents, target, exponent, table.weights)


# ---------------------------------------------------------------- wherever the rows live


def outcomes(rows, members) -> list[tuple]:
    """All that is told of the members, to the last bit."""
    solutions = solve_family(rows, members, Auto())
    return [(each.coefficients.tobytes(), each.intercept, each.certificate, each.aliased) for each in solutions]


def test_members_have_the_same_bits_in_memory_and_on_the_scratch_file(random, scratch):
    base = a_base(random, 900, 2, weights=True, codes=random.integers(0, 4, 900).astype(np.int32), levels=3)
    memory = base.rows(block_rows=250)
    members = members_of(base)
    assert outcomes(scratch.collect(memory.blocks), members) == outcomes(memory, members)


def test_members_have_the_same_bits_in_memory_and_on_dask(random, cluster):
    from mae_cli.distributed.rows import DaskRows, resident

    base = a_base(random, 900, 2, weights=True)
    memory = base.rows(block_rows=150)
    groups = [memory.blocks[:1], memory.blocks[1:4], memory.blocks[4:]]
    remote = DaskRows.of(cluster, [cluster.client.submit(resident, [*group], pure=False) for group in groups])
    members = [*members_of(base, (0.5,)), *map(Member, (0.4, 0.42, 0.44, 0.46, 0.48))]
    assert outcomes(remote, members) == outcomes(memory, members)


def test_factors_follow_the_records_of_rows_not_their_places(random):
    base = a_base(random, 500, 2)
    used = np.flatnonzero(random.random(500) < 0.7)
    part = Base(base.design.take(used), base.y[used])
    rows = MemoryRows.of(part.design, part.y, records=used)
    factors = [ExponentialFactors(3, 0), folded(500, 2), repeated(500, 1)]
    found = solve_family(rows, [Member(0.5, each) for each in factors], Auto())
    assert_as_own_fits(part, [Member(0.5, GivenFactors(each(used))) for each in factors], found)


@pytest.mark.parametrize("block_rows", [7, 100, 799])
def test_coefficients_do_not_depend_on_the_size_of_blocks(block_rows, random):
    base = a_base(random, 800, 2)
    members = members_of(base)
    for found, expected in zip(base.solve(members, block_rows), base.solve(members), strict=True):
        assert found.coefficients == pytest.approx(expected.coefficients, rel=0, abs=1e-30)
        assert found.intercept == expected.intercept
        assert found.certificate.unique == expected.certificate.unique
        assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-13, abs=0)


# ---------------------------------------------------------------- passes, and company


def test_passes_over_many_rows_do_not_grow_with_the_members(random, alone):
    rows = a_base(random, MANY_ROWS, 8).rows()
    counts = []
    for members in (1, 50):
        counter = PassCounter()
        # A multiplier within rounding of a side of its box costs a pass of its own; none of these has one.
        some = [Member(0.5, ExponentialFactors(1, replicate)) for replicate in range(members)]
        solve_family(CountedRows(rows, counter), some, Auto())
        counts.append(counter.passes)
    assert not alone
    assert counts[0] == counts[1] <= 6


COMPANY = a_base(np.random.default_rng(8), 150, 2)
EVERYBODY = [*members_of(COMPANY, (0.25, 0.5)), Member(0.25), Member(0.9, ExponentialFactors(2, 2))]
EXPECTED = {}


@settings(max_examples=20)
@given(st.lists(st.integers(0, len(EVERYBODY) - 1), min_size=1, max_size=6))
def test_no_coefficient_depends_on_the_order_of_members_or_on_who_else_is_there(numbers):
    if not EXPECTED:
        EXPECTED.update(enumerate(COMPANY.solve(EVERYBODY)))
    for number, found in zip(numbers, COMPANY.solve([EVERYBODY[number] for number in numbers]), strict=True):
        assert found.certificate.unique == EXPECTED[number].certificate.unique
        assert found.certificate.status == EXPECTED[number].certificate.status
        if found.certificate.unique:
            assert found.coefficients.tobytes() == EXPECTED[number].coefficients.tobytes()
            assert found.intercept == EXPECTED[number].intercept


# ---------------------------------------------------------------- defects


def test_rows_that_are_left_out_make_no_optimum_unique():
    X, y = np.ones((8, 1)), np.array([0.0, 2.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0])
    base = Base(Design(X), y, intercept=False)
    member = Member(0.5, GivenFactors(np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])))
    assert base.own_fit(member).certificate.unique is False  # any median of 0 and 2
    (found,) = base.solve([member])
    assert not found.certificate.unique


CONSTANT = {
    "ones": (30, np.ones(30)),
    "one row": (1, np.array([0.5])),
    "all but one of many rows": (20_001, (np.arange(20_001) != 1).astype(float)),
}


@pytest.mark.parametrize(("rows", "values"), CONSTANT.values(), ids=CONSTANT)
def test_factors_that_are_all_alike_change_no_coefficient(rows, values, random):
    base = a_base(random, rows, 1)
    member = Member(0.5, GivenFactors(values))
    assert_as_own_fit(base, member, *base.solve([member]))


def test_members_without_any_column_are_as_fits_of_their_own():
    base = Base(Design(np.zeros((30, 1))), np.arange(30.0), intercept=False)
    member = Member(0.5, ExponentialFactors(0, 0))
    (found,) = base.solve([member])
    assert found.aliased == (0,)
    assert found.certificate.loss == pytest.approx(base.own_fit(member).certificate.loss, rel=1e-13)


def test_rows_of_zeros_make_no_warning():
    X = np.random.default_rng(0).integers(0, 2, (30, 2)).astype(float)
    base = Base(Design(X), np.random.default_rng(1).standard_normal(30), intercept=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        base.solve([Member(0.5, ExponentialFactors(0, 0))])


@pytest.mark.parametrize("seed", [945268, 964010])
def test_members_near_the_largest_numbers_make_no_warning(seed):
    for verdict in family_verdicts(family_of(problem(seed), seed)):
        assert verdict.claim is not None
        assert verdict.warnings == ()
        assert verdict.faults == ()


def test_a_coefficient_of_zero_is_zero_to_twice_the_digits_at_a_vertex_of_many_tied_rows():
    random = np.random.default_rng(1_896)
    random.integers(6, 14)
    base = Base(Design(random.integers(-2, 3, (10, 2)).astype(float)), random.integers(-3, 4, 10).astype(float))
    member = Member(0.5, ExponentialFactors(1_896, 0))
    expected = base.own_fit(member)
    assert expected.certificate.unique
    assert expected.coefficients[1] == 0
    (found,) = base.solve([member])
    assert found.coefficients == pytest.approx(expected.coefficients, rel=0, abs=1e-30)
