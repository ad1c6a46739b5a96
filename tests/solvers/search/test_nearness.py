"""Which rows are near: those within the width of a band, wherever a single value makes a row long."""

from dataclasses import replace

import numpy as np
import pytest
from support.levels import LEVELS, LevelRegression, a_regression
from support.outlooks import a_problem

from mae_cli.losses import Absolute
from mae_cli.rows.blocks import CountedRows, MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.band import relative_distance
from mae_cli.solvers.prepare.problem import prepare
from mae_cli.solvers.search.nearness import DenseNearness, LevelNearness, NearestOfLevels

ROWS = 2_000


def plain(random):
    return Design(random.standard_normal((ROWS, 3)))


def far_from_zero(random):
    return Design(random.standard_normal((ROWS, 3)) * [1e-3, 1.0, 1e3] + [5.0, 1e6, 0.0])


def heavy_tails(random):
    return Design(random.standard_t(1.2, (ROWS, 3)))


def a_rare_number(random):
    X = random.standard_normal((ROWS, 3))
    X[:, 1] = 0.0
    X[random.choice(ROWS, 5, replace=False), 1] = 1.0
    return Design(X)


def a_rare_level(random):
    codes = random.integers(0, 3, ROWS).astype(np.int32)
    codes[random.choice(ROWS, 5, replace=False)] = 3
    return Design(random.standard_normal((ROWS, 2)), (codes,), (3,))


DESIGNS = [plain, far_from_zero, heavy_tails, a_rare_number, a_rare_level]


@pytest.fixture(params=DESIGNS)
def problem(request, random):
    return a_problem(LevelRegression(request.param(random), random.standard_normal(ROWS)))


def lengths_of(problem):
    return problem.whitening.band_rows(whole(problem.standard_rows).design).leverage


def near_rows(problem, nearness, sizes):
    block = whole(problem.rows)
    return nearness(block, problem.standard.shifted(block), sizes)


@pytest.mark.parametrize("width", [0.01, 0.1, 1.0])
def test_rows_of_usual_length_are_near_within_the_width(width, problem, random):
    lengths, sizes = lengths_of(problem), np.abs(random.standard_cauchy(ROWS))
    usual = 1.5 * float(np.median(lengths))
    near = near_rows(problem, DenseNearness.within(width, usual, problem.standard, problem.whitening), sizes)
    within = sizes / lengths <= width
    assert set(near.places) <= set(np.flatnonzero(within))
    assert set(np.flatnonzero(within & (lengths <= usual))) <= set(near.places)
    assert (np.diff(near.places) > 0).all()
    matrix = problem.whitening.rows(whole(problem.standard_rows).design.dense())
    assert near.rows.matrix == pytest.approx(matrix[near.places], abs=1e-12)
    assert near.rows.leverage == pytest.approx(lengths[near.places])
    assert near.nearest is None


@pytest.mark.parametrize("kind", [heavy_tails, a_rare_number, a_rare_level])
def test_rows_that_a_single_value_makes_long_are_near_although_their_residuals_are_large(kind, random):
    problem = a_problem(LevelRegression(kind(random), random.standard_normal(ROWS)))
    lengths, width = lengths_of(problem), 0.1
    usual = 1.5 * float(np.median(lengths))
    # All residuals are too large for rows of the usual length, and half as large as would do for the longest.
    longest = np.argsort(lengths)[-5:]
    sizes = np.full(ROWS, 1.01 * width * usual)
    sizes[longest] = 0.5 * width * lengths[longest]
    near = near_rows(problem, DenseNearness.within(width, usual, problem.standard, problem.whitening), sizes)
    assert sizes[longest].min() > width * usual
    assert set(longest) <= set(near.places)
    assert set(near.places) <= set(np.flatnonzero(sizes / lengths <= width))


def test_all_rows_are_near_within_an_infinite_width(problem):
    usual = 1.5 * float(np.median(lengths_of(problem)))
    nearness = DenseNearness.within(np.inf, usual, problem.standard, problem.whitening)
    near = near_rows(problem, nearness, np.full(ROWS, 1e300))
    assert near.places.tolist() == list(range(ROWS))


def test_rows_that_are_not_all_zero_are_near_where_most_are(random):
    """The usual length is zero, and with an infinite width it says nothing of how near a row must be."""
    X = np.zeros((ROWS, 2))
    X[[17, 230, 301], 0], X[[5, 111], 1] = 1.0, 2.0
    rows = MemoryRows.of(Design(X), random.standard_normal(ROWS))
    problem = prepare(CountedRows(rows), Absolute(), intercept=False)
    nearness = DenseNearness.within(np.inf, 0.0, problem.standard, problem.whitening)
    near = near_rows(problem, nearness, np.ones(ROWS))
    assert {5, 17, 111, 230, 301} <= set(near.places)


@pytest.fixture
def absorbed(random):
    return a_problem(a_regression(random, ROWS, 40, rare=True), limits=LEVELS)


def groups_of(problem):
    block = whole(problem.rows)
    return problem.whitening.level_rows(problem.standard(block).design).groups


@pytest.mark.parametrize("unseen", [5.0, np.inf])
def test_rows_of_levels_are_near_within_the_width_or_where_their_level_is_rare(unseen, absorbed, random):
    lengths, sizes = lengths_of(absorbed), np.abs(random.standard_cauchy(ROWS))
    near = near_rows(absorbed, LevelNearness(absorbed.standard, absorbed.whitening, 0.02, unseen), sizes)
    expected = np.flatnonzero((sizes / lengths <= 0.02) | (lengths >= unseen))
    assert near.places.tolist() == expected.tolist()
    assert (lengths[expected] >= unseen).any() == (unseen < np.inf)
    step = random.standard_normal(len(absorbed.whitening.kept))
    matrix = absorbed.whitening.rows(whole(absorbed.standard_rows).design.dense())
    assert near.rows.product(step) == pytest.approx((matrix @ step)[near.places], abs=1e-9)


def test_the_nearest_row_of_each_level_is_told_by_its_position(absorbed, random):
    nearness = LevelNearness(absorbed.standard, absorbed.whitening, 0.0, np.inf)
    groups, sizes = groups_of(absorbed), np.abs(random.standard_cauchy(ROWS))
    distance = relative_distance(sizes, lengths_of(absorbed))
    block = whole(absorbed.rows)
    moved = replace(block, positions=block.positions + 1_000_000)
    nearest = nearness(moved, absorbed.standard.shifted(moved), sizes).nearest
    assert len(nearest.positions) == 41
    for group in range(1, 41):
        rows = np.flatnonzero(groups == group)
        assert nearest.positions[group] == 1_000_000 + rows[distance[rows].argmin()]
        assert nearest.distance[group] == pytest.approx(distance[rows].min())


def test_the_nearest_rows_of_blocks_are_those_of_all_rows(absorbed, random):
    nearness = LevelNearness(absorbed.standard, absorbed.whitening, 0.0, np.inf)
    block, sizes = whole(absorbed.rows), np.abs(random.standard_cauchy(ROWS))
    expected = nearness(block, absorbed.standard.shifted(block), sizes).nearest
    # A short block has rows of few levels.
    parts = []
    for places in np.split(np.arange(ROWS), [20, 900]):
        part = block.part(places)
        parts.append(nearness(part, absorbed.standard.shifted(part), sizes[places]).nearest)
    assert (parts[0].positions == -1).any()
    assert np.isinf(parts[0].distance[parts[0].positions == -1]).all()
    nearest = parts[0].nearer(parts[1]).nearer(parts[2])
    assert nearest.positions.tolist() == expected.positions.tolist()
    assert nearest.distance == pytest.approx(expected.distance)
    assert nearest.present.tolist() == expected.positions[expected.positions >= 0].tolist()


def test_of_rows_as_near_the_first_is_taken():
    first = NearestOfLevels(np.array([np.inf, 1.0, 2.0]), np.array([-1, 3, 4]))
    second = NearestOfLevels(np.array([np.inf, 1.0, 1.5]), np.array([-1, 7, 8]))
    nearest = first.nearer(second)
    assert nearest.positions.tolist() == [-1, 3, 8]
    assert nearest.present.tolist() == [3, 8]
