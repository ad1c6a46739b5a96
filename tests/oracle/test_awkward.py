"""The problems are what their names say, and the same in every run."""

import numpy as np
import pytest

from oracle.awkward import KINDS, problem
from oracle.claims import CONSTANT, all_terms, design
from oracle.exact import Table

DEPENDENT = ("complement", "twins", "affine", "dummies", "sum", "constant-column", "text-twins")


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_numbers_that_floats_hold(kind):
    for seed in range(20):
        one, again = problem(seed, kind=kind), problem(seed, kind=kind)
        assert kind in one.tags
        assert str(one) == str(again)
        assert one.numbers.tobytes() == again.numbers.tobytes()
        assert one.y.tobytes() == again.y.tobytes()
        assert one.texts == again.texts
        for values in (one.numbers, one.y, one.weights):
            assert values is None or np.isfinite(values).all()
        assert one.weights is None or one.weights.any()
        assert one.loss == "mae" or one.quantile == 0.5
        assert len(one.numbers) == len(one.y) > 0


def test_kinds_and_sizes_differ():
    problems = [problem(3), problem(3, "mid"), problem(3, kind="ties"), problem(4)]
    assert len({each.y.tobytes() for each in problems}) == 4
    assert all(len(each.y) >= 40 for each in (problem(seed, "mid") for seed in range(20)) if "wide" not in each.tags)


@pytest.mark.parametrize("kind", DEPENDENT)
def test_dependent_columns_are_exactly_dependent_until_they_are_scaled_or_moved(kind):
    rounding = {"column-offsets", "column-scales", "outliers-in-x", "no-intercept"}
    some = [each for each in (problem(seed, kind=kind) for seed in range(40)) if not rounding & set(each.tags)]
    assert len(some) > 4
    for each in some:
        constants = each.numbers.shape[1] + len(each.texts) - len(each.columns)  # left out of a frame
        terms = [CONSTANT, *(term for term in all_terms(each) if term != CONSTANT)]
        assert len(Table.of(design(each, terms), each.y).independent) < len(terms) + constants


def test_a_frame_holds_the_texts():
    posed = problem(0, kind="many-levels")
    assert list(posed.X.columns) == list(posed.columns)
    assert tuple(posed.X["t0"]) == posed.texts[0]
