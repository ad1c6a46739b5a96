"""Coefficients at the same loss, where the optimum is not unique."""

import csv

import numpy as np
import pytest
from support.inference import FOLDER, Case

from mae_cli.inference.ranges import optimal_ranges, ranges_of


def cars():
    with (FOLDER / "auto.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    matrix = [[float(row[name]) for name in ("weight", "length", "foreign")] for row in rows]
    return Case(np.array(matrix), np.array([float(row["price"]) for row in rows]))


def test_the_range_is_the_published_one():
    found = ranges_of(cars().fit)
    assert found.is_complete
    assert (found.low[3], found.high[3]) == pytest.approx((3377.77099, 3421.87786), rel=1e-8)
    assert found.low[:3] == pytest.approx(found.high[:3], rel=1e-12)


def test_a_unique_optimum_has_no_range():
    generator = np.random.default_rng(0)
    assert ranges_of(Case(generator.standard_normal((50, 2)), generator.standard_normal(50)).fit) is None


def test_the_median_of_an_even_number_is_anything_between_the_middle_two():
    case = Case(np.zeros((4, 0)), np.array([1.0, 2.0, 5.0, 9.0]))
    found = ranges_of(case.fit)
    assert (found.low.tolist(), found.high.tolist()) == ([2.0], [5.0])


def test_two_groups_of_even_numbers_vary_each_on_its_own():
    """All four corners are optimal; the difference can be as small as 3 − 6 and as large as 8 − 2."""
    x = np.repeat([0.0, 1.0], 4)[:, np.newaxis]
    case = Case(x, np.array([1.0, 2.0, 6.0, 9.0, 0.0, 3.0, 8.0, 9.0]))
    found = ranges_of(case.fit)
    assert found.is_complete
    assert (found.low[0], found.high[0]) == (2.0, 6.0)
    assert (found.low[1], found.high[1]) == (-3.0, 6.0)


@pytest.mark.parametrize("seed", range(5))
def test_every_corner_has_the_same_loss(seed):
    generator = np.random.default_rng(seed)
    X = generator.integers(0, 3, (24, 2)).astype(float)
    y = generator.integers(0, 6, 24).astype(float)
    case = Case(X, y)
    if case.fit.solution.certificate.unique is not False:
        pytest.skip("these have a unique optimum")
    found = optimal_ranges(case.fit.proof)
    loss = np.abs(y - case.fit.solution.point.predict(case.rows.blocks[0].design)).mean()
    middle = 0.5 * (found.low + found.high)
    assert (found.low <= found.high).all()
    assert np.abs(y - middle[0] - X @ middle[1:]).mean() >= loss - 1e-12


def test_of_too_many_corners_it_is_said_that_coefficients_can_go_further():
    levels = np.repeat(np.eye(8)[:, 1:], 2, axis=0)
    found = ranges_of(Case(levels, np.tile([0.0, 1.0], 8)).fit)
    assert not found.is_complete
    assert (found.low[0], found.high[0]) == (0.0, 1.0)
