"""Quantiles between solved ones: each has the fit that it has alone, from one pass more."""

from dataclasses import replace

import numpy as np
import pytest
from support.families import Base, a_base

from mae_cli.losses import Pinball
from mae_cli.rows.blocks import BLOCK_ROWS, CountedRows, PassCounter
from mae_cli.rows.design import Design
from mae_cli.rows.scratch import Scratch
from mae_cli.solvers import between
from mae_cli.solvers import solve as solving
from mae_cli.solvers.between import Between, solve_between, solved_first
from mae_cli.solvers.limits import Limits
from mae_cli.solvers.neighbourhood import nearest, solve_in
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.proof.vertex_proof import prove
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve_together

# A sample of a few rows is enough for the ways of many.
MANY = Limits(dense_size=0, smallest_sample=200)
QUANTILES = [0.3, 0.34, 0.38, 0.41, 0.45, 0.5]


@pytest.fixture
def settled(monkeypatch):
    """The quantiles that were solved as neighbours, and how many were to be."""
    told = []

    def between(parts):
        proofs = solve_between(parts)
        told.extend(None if proof is None else proof.vertex.view.quantile for part in proofs for proof in part)
        return proofs

    monkeypatch.setattr(solving, "solve_between", between)
    return told


def solved(base: Base, quantiles, *, limits=MANY, block_rows=BLOCK_ROWS, rows=None, **settings):
    """The fits of quantiles together, and the passes over the rows."""
    counter = PassCounter()
    counted = CountedRows(base.rows(block_rows) if rows is None else rows, counter)
    prepared = Prepared(counted, intercept=base.intercept, limits=limits)
    losses = [Pinball(quantile) for quantile in quantiles]
    return solve_together(prepared, losses, Auto(**settings, limits=limits)), counter


def skewed(random, rows=3_000, columns=3, **options) -> Base:
    """Rows whose quantiles have other slopes each."""
    base = a_base(random, rows, columns, **options)
    return replace(base, y=base.y + np.exp(0.5 * base.y / np.std(base.y)) + base.design.numeric[:, 0] ** 2)


def part_of(base: Base, quantiles, limits=MANY) -> Between:
    fits = solved(base, [quantiles[0], quantiles[-1]], limits=limits)[0]
    problems = [replace(fits[0].problem, loss=Pinball(quantile)) for quantile in quantiles[1:-1]]
    return Between(fits[0].proof, fits[1].proof, problems)


def points(fits) -> list:
    return [(fit.solution.intercept, fit.solution.coefficients.tolist()) for fit in fits]


# ---------------------------------------------------------------- which are solved first


def test_the_first_and_the_last_are_solved_first():
    assert solved_first([0.5]) == [0]
    assert solved_first([0.4, 0.6]) == [0, 1]
    assert solved_first(QUANTILES) == [0, 5]


def test_quantiles_that_are_few_or_far_from_each_other_are_all_solved_first():
    assert solved_first([0.1, 0.5, 0.9]) == [0, 1, 2]
    assert solved_first([0.45, 0.46, 0.47, 0.48]) == [0, 1, 2, 3]
    assert solved_first([0.25, 0.25, 0.75]) == [0, 1, 2]


def test_many_quantiles_leave_more_between_than_they_solve_first():
    quantiles = [(place + 1) / 100 for place in range(99)]
    first = solved_first(quantiles)
    gaps = np.diff([quantiles[place] for place in first])
    assert len(first) < 20
    assert gaps.max() <= 0.25
    # Planes of the outer quantiles vary more.
    assert gaps[:3].max() < gaps.max() > gaps[-3:].max()


# ---------------------------------------------------------------- as each alone


@pytest.mark.parametrize("kind", [{}, {"weights": True}, {"intercept": False}], ids=str)
def test_quantiles_between_have_the_fits_that_they_have_alone(kind, random, settled):
    base = skewed(random, **kind)
    fits, _ = solved(base, QUANTILES)
    assert settled == QUANTILES[1:-1]
    for quantile, fit in zip(QUANTILES, fits, strict=True):
        ((alone,), _) = solved(base, [quantile])
        assert fit.solution.certificate.status == "optimal"
        assert fit.solution.certificate.unique == alone.solution.certificate.unique
        assert points([fit]) == points([alone])
        assert fit.solution.certificate.loss == pytest.approx(alone.solution.certificate.loss, rel=1e-13)
        assert fit.solution.certificate.lower_bound <= alone.solution.certificate.loss


def test_levels_are_columns_like_others(random, settled):
    codes = random.integers(0, 4, 3_000).astype(np.int32)
    base = skewed(random, codes=codes, levels=3)
    fits, _ = solved(base, QUANTILES)
    assert settled == QUANTILES[1:-1]
    assert points(fits) == [points(solved(base, [quantile])[0])[0] for quantile in QUANTILES]


def test_of_tied_rows_the_loss_is_that_of_each_alone(random):
    base = a_base(random, 3_000, 3)
    base = replace(base, design=Design(np.round(base.design.numeric)), y=np.round(base.y))
    for quantile, fit in zip(QUANTILES, solved(base, QUANTILES)[0], strict=True):
        ((alone,), _) = solved(base, [quantile])
        assert fit.solution.certificate.status == "optimal"
        assert fit.solution.certificate.loss == pytest.approx(alone.solution.certificate.loss, rel=1e-12)


def test_all_between_cost_one_pass(random, settled):
    base = skewed(random)
    _, ends = solved(base, [QUANTILES[0], QUANTILES[-1]])
    _, all_of_them = solved(base, QUANTILES)
    assert len(settled) == 4
    assert all_of_them.passes == ends.passes + 1


@pytest.mark.parametrize("quantile", [0.3, 0.38, 0.5])
def test_the_same_quantile_may_be_asked_for_again(quantile, random):
    base = skewed(random)
    asked = sorted([*QUANTILES, quantile, quantile])
    found = dict(zip(QUANTILES, points(solved(base, QUANTILES)[0]), strict=True))
    assert points(solved(base, asked)[0]) == [found[each] for each in asked]


@pytest.mark.filterwarnings("error")
def test_rows_of_zeros_are_on_the_side_of_their_targets(random, settled):
    base = skewed(random, intercept=False)
    X = base.design.numeric.copy()
    X[np.arange(3_000) % 50 > 0] = 0.0
    base = replace(base, design=Design(X))
    fits, _ = solved(base, QUANTILES)
    assert settled == QUANTILES[1:-1]
    assert points(fits) == [points(solved(base, [quantile])[0])[0] for quantile in QUANTILES]


def test_one_quantile_asked_for_many_times_is_one_fit(random):
    base = skewed(random)
    (expected,) = points(solved(base, [0.4])[0])
    assert points(solved(base, [0.4] * 6)[0]) == [expected] * 6


@pytest.mark.parametrize("block_rows", [97, 1_000])
def test_where_blocks_end_changes_no_coefficient(block_rows, random, settled):
    base = skewed(random)
    expected = points(solved(base, QUANTILES)[0])
    assert points(solved(base, QUANTILES, block_rows=block_rows)[0]) == expected
    assert None not in settled


def test_rows_on_a_file_have_the_same_bits(random, settled):
    base = skewed(random)
    with Scratch() as scratch:
        rows = scratch.collect(base.rows(500).blocks)
        fits, _ = solved(base, QUANTILES, rows=rows)
    expected, _ = solved(base, QUANTILES, block_rows=500)
    assert points(fits) == points(expected)
    assert [fit.solution.certificate for fit in fits] == [fit.solution.certificate for fit in expected]
    assert None not in settled


# ---------------------------------------------------------------- proofs


@pytest.mark.parametrize("weights", [False, True])
def test_the_proof_says_what_all_rows_say(weights, random):
    base = skewed(random, weights=weights)
    ((*proofs,),) = solve_between([part_of(base, QUANTILES)])
    for found in proofs:
        (expected,) = prove([found.vertex])
        assert found.worst is None
        assert found.sums.weight == pytest.approx(expected.sums.weight, rel=1e-14)
        assert found.sums.mass == pytest.approx(expected.sums.mass, rel=1e-12)
        assert found.sums.gradient == pytest.approx(expected.sums.gradient, abs=1e-11 * expected.sums.mass)
        assert found.multipliers == pytest.approx(expected.multipliers, abs=1e-9)
        assert found.numbers >= 0.9 * expected.with_measured_numbers().numbers
        assert found.bound.loss == pytest.approx(expected.bound.loss, rel=1e-13)
        assert found.bound.lower_bound <= expected.bound.loss
        assert found.bound.is_optimal
        # Roundings of the combined sums are counted, too.
        assert found.sums.blocks > expected.sums.blocks


@pytest.fixture
def hoods(monkeypatch):
    """The neighbourhoods that were searched."""
    found = []
    monkeypatch.setattr(between, "solve_in", lambda some, *others: [found.extend(some), solve_in(some, *others)])
    return found


def test_the_rows_that_are_not_gathered_are_summed_for_each_quantile(random, hoods):
    base = skewed(random, weights=True)
    part = part_of(base, QUANTILES)
    solve_between([part])
    outside, near, problem = hoods[0]._outside, hoods[0]._block.positions, part.below.vertex.problem  # noqa: SLF001
    others = problem.rows.take(np.setdiff1d(np.arange(3_000), near))
    block, point = problem.standard(others), part.below.vertex.view.point
    Z, residual = block.design.dense(), block.target - block.design.product(point)
    sizes = np.abs(block.target) + np.abs(Z) @ np.abs(point)
    for number, quantile in enumerate(QUANTILES[1:-1]):
        pulls = block.weight_values * np.where(residual > 0, quantile, quantile - 1)
        assert outside.weight[number] == pytest.approx(base.weights.sum(), rel=1e-13)
        assert outside.outside_weight[number] == pytest.approx(block.weight_values.sum(), rel=1e-13)
        assert outside.mass[number] == pytest.approx(np.abs(pulls).sum(), rel=1e-13)
        assert outside.dual[number] == pytest.approx(pulls @ residual, rel=1e-13)
        assert outside.gradient[number] == pytest.approx(pulls @ Z, abs=1e-13 * np.abs(pulls).sum())
        # What rounding can do is that of as many additions as there are.
        assert outside.numbers[number] >= (1 - 1e-13) * (np.abs(pulls) @ sizes)
        assert outside.added[number] >= 3_000 * outside.mass[number]
    assert outside.blocks > 1


def test_a_point_beyond_an_end_of_the_path_is_as_far_as_from_that_end(random, hoods):
    part = part_of(skewed(random), QUANTILES)
    solve_between([part])
    length = np.linalg.norm(part.below.vertex.problem.dense_whitening.whitened(part.path))
    ways = part.path * np.array([-1.0, 0.0, 0.5, 1.0, 3.0])[:, np.newaxis]
    found = hoods[0]._from_path(ways)  # noqa: SLF001
    assert found == pytest.approx(length * np.array([1.0, 0.0, 0.0, 0.0, 2.0]), abs=1e-12 * length)


@pytest.mark.parametrize("width", [0.001, 0.01, 0.1])
def test_whatever_a_narrow_band_settles_is_right(width, random):
    base = skewed(random)
    part = part_of(base, QUANTILES)
    (expected,) = solve_between([part])
    narrow = replace(part.below.vertex.problem, limits=replace(MANY, band_width=width, fewest_rows=0))
    below = replace(part.below, vertex=replace(part.below.vertex, problem=narrow))
    (found,) = solve_between([replace(part, below=below)])
    for one, other in zip(found, expected, strict=True):
        assert one is None or one.vertex.point.values.tolist() == other.vertex.point.values.tolist()
    assert width > 0.01 or None in found


def test_what_is_not_settled_is_solved_as_it_is_alone(random, settled):
    base = skewed(random)
    limits = replace(MANY, band_width=1e-6, fewest_rows=0)
    fits, _ = solved(base, QUANTILES, limits=limits)
    assert None in settled
    assert points(fits) == [points(solved(base, [quantile])[0])[0] for quantile in QUANTILES]


def test_beside_nearly_dependent_columns_nothing_is_settled(random):
    base = skewed(random, columns=2)
    X = np.column_stack([base.design.numeric, base.design.numeric[:, 0] + 2.0**-24 * base.design.numeric[:, 1] ** 2])
    assert solve_between([part_of(replace(base, design=Design(X)), QUANTILES)]) == [[None] * 4]


def test_where_a_descent_may_be_enough_nothing_is_solved_between(random, settled):
    fits, _ = solved(skewed(random), QUANTILES, tolerance=1e-3)
    assert not settled
    assert {str(fit.solution.certificate.status) for fit in fits} <= {"tolerance", "optimal"}


def parts_of(base: Base, most_weights: float) -> list[Between]:
    part = part_of(base, QUANTILES)
    limits = replace(MANY, most_weights=int(most_weights * part.size))
    below = replace(part.below, vertex=replace(part.below.vertex, problem=replace(part.problems[0], limits=limits)))
    return [replace(part, below=below)] * 3


@pytest.mark.parametrize(("most", "passes"), [(3.1, 1), (2.1, 2), (1.1, 3), (0.9, 0)])
def test_rows_that_are_too_many_for_one_pass_are_gathered_by_several_or_not_at_all(most, passes, random):
    parts = parts_of(skewed(random), most)
    before = parts[0].below.vertex.problem.counter.passes
    proofs = solve_between(parts)
    assert parts[0].below.vertex.problem.counter.passes == before + passes
    assert [len(each) for each in proofs] == [4, 4, 4]
    assert all((each is not None) == bool(passes) for part in proofs for each in part)


def test_nothing_to_solve_costs_no_pass():
    assert solve_between([]) == []


def test_rows_within_the_margin_of_a_plane_are_near_it(random, monkeypatch):
    """However narrow the band is: what side they are on may be rounding."""
    part, seen = part_of(skewed(random), QUANTILES), []

    def noting(residual, leverage, width):
        seen.append(residual)
        return nearest(residual, leverage, width)

    monkeypatch.setattr(between, "nearest", noting)
    monkeypatch.setattr(between, "MARGIN", 1e-3)
    solve_between([part])
    (wide,), seen[:] = seen, []
    monkeypatch.setattr(between, "MARGIN", 0.0)
    solve_between([part])
    assert wide == pytest.approx(seen[0] - 1e-3 * max(each.vertex.view.reach for each in (part.below, part.above)))
