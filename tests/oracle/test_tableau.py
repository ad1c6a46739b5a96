"""Exchanges without fractions: what they say of dependence and of cones."""

from itertools import product

import numpy as np
import pytest

from oracle.tableau import Tableau, independent_rows, ray


def objects(rows, width):
    return np.array(rows, dtype=object).reshape(-1, width)


def test_an_exchange_writes_every_quantity_in_terms_of_the_new_one():
    # x = 2a + b + 1, y = a − b: with x in the place of a, y = ½x − ¾·2b … = (x − 3b − 1) / 2.
    tableau = Tableau.of(objects([[2, 1], [1, -1]], 2), objects([[1], [0]], 1)).exchange(0, 0)
    assert tableau.denominator == 2
    assert tableau.entries[1].tolist() == [1, -3, -1]
    assert tableau.entries[0].tolist() == [2, 0, 0]
    assert tableau.at == (0, None)


def test_the_denominator_stays_positive():
    tableau = Tableau.of(objects([[-3]], 1), objects([[6]], 1)).exchange(0, 0)
    assert tableau.denominator == 3
    assert tableau.entries.tolist() == [[3, 0]]


@pytest.mark.parametrize(
    ("rows", "independent"),
    [
        ([[0, 0], [1, 2], [2, 4], [1, 3]], [1, 3]),
        ([[1, 1], [1, 1]], [0]),
        ([[10**30, 1], [10**30 + 1, 1]], [0, 1]),
        ([[0, 0]], []),
    ],
)
def test_rows_are_independent_of_those_before_them(rows, independent):
    assert independent_rows(objects(rows, 2), 2) == independent


def test_a_cone_has_a_ray_exactly_when_small_integers_find_one(random):
    # Rays of cones with entries −1, 0 and 1 in three dimensions can be chosen with entries up to 4.
    trials = [v for v in product(range(5), repeat=3) if any(v)]
    for _ in range(200):
        cone = random.integers(-1, 2, (int(random.integers(0, 6)), 3)).astype(object)
        found = ray(cone)
        exists = any((cone @ np.array(v, dtype=object) >= 0).all() for v in trials)
        assert (found is not None) == exists
        if found is not None:
            assert min(found) >= 0
            assert any(found)
            assert (cone @ np.array(found, dtype=object) >= 0).all()
