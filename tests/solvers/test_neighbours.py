"""One pass at a solved vertex proves the vertices of its neighbours, or says that it cannot."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.families import Base, a_base, far_members, folded, near_members

from mae_cli.rows.blocks import CountedRows, PassCounter
from mae_cli.rows.design import Design
from mae_cli.rows.factors import ExponentialFactors, FactoredRows, GivenFactors
from mae_cli.solvers import neighbours
from mae_cli.solvers.family import Member, _neighbour
from mae_cli.solvers.limits import USUAL, Limits
from mae_cli.solvers.neighbourhood import Neighbour, Neighbourhood, Outside, nearest
from mae_cli.solvers.neighbours import _band, solve_neighbours
from mae_cli.solvers.prepare.precision import sums_rounding
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.proof.vertex_proof import prove
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve_together


@pytest.fixture
def bands(monkeypatch):
    """The shares and widths of the bands that were gathered."""
    told = []

    def band(*arguments):
        told.append(_band(*arguments))
        return told[-1]

    monkeypatch.setattr("mae_cli.solvers.neighbours._band", band)
    return told


def solved(base: Base, quantile=0.5, block_rows=512, limits=USUAL):
    """The proof of the fit of a quantile, and the counter of the passes over its rows."""
    counter = PassCounter()
    prepared = Prepared(CountedRows(base.rows(block_rows), counter), intercept=base.intercept, limits=limits)
    (fit,) = solve_together(prepared, [Member(quantile).loss], Auto())
    return fit.proof, counter


def limited(proof, **limits):
    """The proof of the same vertex, whose neighbours are solved with other limits."""
    problem = replace(proof.vertex.problem, limits=Limits(**limits))
    return replace(proof, vertex=replace(proof.vertex, problem=problem))


def beside(proof, members) -> list[Neighbour]:
    problem = proof.vertex.problem
    return [_neighbour(problem, problem.whitening, member) for member in members]


def weighted(proof, factors) -> Neighbour:
    """The neighbour with other weights."""
    problem = proof.vertex.problem
    return Neighbour(replace(problem, rows=FactoredRows(problem.rows, factors)), factors)


def coefficients(proofs) -> list:
    return [
        None if each is None else (each.vertex.point.intercept, each.vertex.point.values.tolist()) for each in proofs
    ]


def test_nobody_has_no_proof_and_costs_no_pass(random):
    proof, counter = solved(a_base(random, 200, 2))
    before = counter.passes
    assert solve_neighbours(proof, []) == []
    assert counter.passes == before


@pytest.mark.parametrize(("rows", "is_all"), [(300, True), (4_000, False)], ids=["all rows", "a part"])
@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_the_proof_of_a_neighbour_says_what_all_its_rows_say(quantile, rows, is_all, random, bands):
    base = a_base(random, rows, 3)
    proof, _ = solved(base, quantile)
    members = near_members(rows, 3, (quantile,))
    found = solve_neighbours(proof, beside(proof, members))
    assert np.isinf(bands[0][1]) == is_all
    assert all(found)
    for member, each in zip(members, found, strict=True):
        assert each.worst is None
        (expected,) = prove([each.vertex])
        assert each.sums.weight == pytest.approx(base.weights_of(member).sum(), rel=1e-14)
        assert each.sums.mass == pytest.approx(expected.sums.mass, rel=1e-12)
        assert each.sums.gradient == pytest.approx(expected.sums.gradient, abs=1e-11 * expected.sums.mass)
        assert each.multipliers == pytest.approx(expected.multipliers, abs=1e-9)
        assert each.bound.loss == pytest.approx(expected.bound.loss, rel=1e-13)
        assert each.bound.lower_bound <= expected.bound.loss
        assert each.bound.is_optimal


def test_all_neighbours_are_one_pass(random):
    proof, counter = solved(a_base(random, 4_000, 2))
    for count in (1, 3, 60):
        before = counter.passes
        solve_neighbours(proof, [weighted(proof, ExponentialFactors(0, each)) for each in range(count)])
        assert counter.passes == before + 1


def test_weights_that_are_too_many_for_one_pass_are_gathered_by_several(random):
    proof, counter = solved(a_base(random, 4_000, 2))
    some = beside(proof, near_members(4_000, 2))
    expected = coefficients(solve_neighbours(proof, some))
    before = counter.passes
    assert coefficients(solve_neighbours(limited(proof, most_weights=1_000), some)) == expected
    assert 1 < counter.passes - before <= len(some)


@pytest.mark.parametrize(("name", "value"), [("searched_weights", 1), ("batch", 1), ("batch", 3), ("most_of_all", 0.0)])
def test_how_many_are_looked_at_together_changes_no_coefficient(name, value, random):
    proof, _ = solved(a_base(random, 4_000, 2))
    some = beside(proof, near_members(4_000, 2))
    expected = coefficients(solve_neighbours(proof, some))
    assert None not in expected
    assert coefficients(solve_neighbours(limited(proof, **{name: value}), some)) == expected


@pytest.mark.parametrize("width", [0.1, 0.4, 1.0])
def test_whatever_a_narrow_band_settles_is_right(width, random):
    base = a_base(random, 4_000, 2)
    proof, _ = solved(base)
    some = beside(proof, near_members(4_000, 2) + far_members(4_000, 2))
    expected = coefficients(solve_neighbours(limited(proof, most_of_all=0.0), some))
    found = coefficients(solve_neighbours(limited(proof, band_width=width / 100), some))
    assert None in found
    settled = [(one, other) for one, other in zip(found, expected, strict=True) if one is not None]
    assert [one for one, _ in settled] == [other for _, other in settled]


def test_a_neighbour_beyond_the_band_is_not_settled(random):
    proof, _ = solved(a_base(random, 4_000, 2))
    near, far = beside(proof, [Member(0.5, ExponentialFactors(0, 0)), Member(given={0: 512.0})])
    found = solve_neighbours(proof, [far, near])
    assert found[0] is None
    assert found[1] is not None


def test_given_coefficients_are_those_of_the_point(random):
    proof, _ = solved(a_base(random, 300, 3))
    members = [Member(given={0: 0.0}), Member(given={1: 2.25}), Member(0.5, folded(300, 0), {2: 3.0, 0: 1.5})]
    for member, found in zip(members, solve_neighbours(proof, beside(proof, members)), strict=True):
        for column, value in member.given.items():
            assert found.vertex.point.values[column] == value


def test_factors_that_leave_fewer_rows_than_columns_are_not_settled(random):
    proof, _ = solved(a_base(random, 60, 3))
    for count in (0, 1, 3):
        few = weighted(proof, GivenFactors((np.arange(60) < count).astype(float)))
        assert solve_neighbours(proof, [few]) == [None]


def test_beside_nearly_dependent_columns_nobody_is_settled(random):
    base = a_base(random, 300, 2)
    X = np.column_stack([base.design.numeric, base.design.numeric[:, 0] + 2.0**-24 * base.design.numeric[:, 1] ** 2])
    proof, counter = solved(Base(Design(X), base.y))
    before = counter.passes
    some = [weighted(proof, ExponentialFactors(0, each)) for each in range(2)]
    assert solve_neighbours(proof, some) == [None, None]
    assert counter.passes == before


def test_beside_an_absorbed_column_nobody_is_settled(random):
    codes = random.permutation(np.arange(600) % 61).astype(np.int32)
    proof, _ = solved(a_base(random, 600, 1, codes=codes, levels=60), limits=Limits(dense_size=0))
    assert solve_neighbours(proof, [weighted(proof, ExponentialFactors(0, 0))]) == [None]


@pytest.mark.parametrize("seed", range(20))
def test_the_sums_outside_of_a_band_at_another_vertex_are_off_by_no_more_than_their_rounding(seed):
    random = np.random.default_rng(seed)
    proof, _ = solved(a_base(random, 400, 3))
    view = proof.vertex.view
    there = replace(view, point=view.point + random.standard_normal(len(view.point)))
    gradient = 1e3 * random.standard_normal(len(view.point))
    sizes = [np.array([size]) for size in (400.0, 400.0, 50.0, 200.0, 100.0)]
    outside = Outside(*sizes, gradient[np.newaxis], np.array([400 * 200.0]), 1, 1)
    sums = outside.at(0, there, view)
    steps = [Fraction(a) - Fraction(b) for a, b in zip(there.point.tolist(), view.point.tolist(), strict=True)]
    exact = 50 - sum(Fraction(g) * step for g, step in zip(gradient.tolist(), steps, strict=True))
    off = abs(Fraction(sums.dual) - exact)
    assert 0 < off <= Fraction(sums.rounding)


@pytest.mark.parametrize("lengths", [(0.0, np.inf), (np.inf, 0.0)])
def test_a_neighbour_is_settled_only_if_its_coefficients_stay_near_as_they_are_written(lengths, random, monkeypatch):
    """Both ways are asked: to the vertex itself, and to where rounding its coefficients puts it."""
    proof, _ = solved(a_base(random, 4_000, 2))
    answers = iter(lengths)
    monkeypatch.setattr(Neighbourhood, "_from_path", lambda _, ways: np.full(len(ways), next(answers)))
    assert solve_neighbours(proof, [weighted(proof, ExponentialFactors(0, 0))]) == [None]


@pytest.mark.parametrize("piece", [7, 64, 2_048])
def test_the_gradient_is_off_by_no_more_than_adding_up_its_pieces(piece, random, monkeypatch):
    """The proof takes off what the pieces can be off by, which is less than what whole blocks could be."""
    monkeypatch.setattr("mae_cli.solvers.neighbours._PIECE_ROWS", piece)
    hoods = []
    solve_in = neighbours.solve_in
    monkeypatch.setattr(neighbours, "solve_in", lambda some, *others: [hoods.extend(some), solve_in(some, *others)])
    proof, _ = solved(a_base(random, 3_000, 2), block_rows=1_500)
    factors = ExponentialFactors(0, 0)
    assert all(solve_neighbours(proof, [weighted(proof, factors)]))
    outside, near, standard = hoods[0]._outside, hoods[0]._block.positions, proof.vertex.problem.standard  # noqa: SLF001
    others = np.setdiff1d(np.arange(3_000), near)
    block = standard(proof.vertex.problem.rows.take(others))
    slopes = factors(others) * 0.5 * np.sign(block.residual(proof.vertex.view.point))
    for column, found in zip(block.design.dense().T, outside.gradient[0], strict=True):
        exact = sum(Fraction(a) * Fraction(b) for a, b in zip(slopes.tolist(), column.tolist(), strict=True))
        assert abs(Fraction(found) - exact) <= Fraction(outside.rounding(0))
    assert outside.rounding(0) < sums_rounding(3_000) * outside.mass[0]
    # So many roundings are made at most, and of numbers of such a size.
    sizes = np.abs(block.target) + np.abs(block.design.dense()) @ np.abs(proof.vertex.view.point)
    assert outside.numbers[0] == pytest.approx(np.abs(slopes) @ sizes, rel=1e-12)
    assert outside.added[0] == pytest.approx(min(piece, 1_500) * outside.mass[0], rel=1e-12)
    assert outside.pieces == 2 * -(-1_500 // piece)


@pytest.mark.parametrize("place", [0, -1])
def test_a_block_with_a_row_right_outside_of_the_band_settles_nothing(place, random, monkeypatch):
    proof, _ = solved(a_base(random, 2_000, 2))
    some = [weighted(proof, ExponentialFactors(1, number)) for number in range(3)]
    assert None not in solve_neighbours(proof, some)

    def beside_a_row(solved_proof, path, members, gathered):
        gathered[place] = replace(gathered[place], width=0.0)
        return Neighbourhood(solved_proof, path, members, gathered)

    monkeypatch.setattr(neighbours, "Neighbourhood", beside_a_row)
    assert solve_neighbours(proof, some) == [None] * 3


def test_the_width_of_a_band_goes_to_the_next_row():
    residual, leverage = np.array([0.0, 1.0, 3.0, -1.0, 8.0, 5.0]), np.array([1.0, 1.0, 1.0, 1.0, 2.0, 0.0])
    near, width = nearest(residual, leverage, 1.5)
    assert near.tolist() == [0, 1, 3]
    assert width == 3.0  # a row of zeros never changes its sign
    assert nearest(residual, leverage, np.inf)[1] == np.inf
