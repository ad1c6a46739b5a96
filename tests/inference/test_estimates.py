"""When standard errors, and intervals that stand on them, mislead, and when there can be none."""

import numpy as np
import pytest
from support.inference import Case, noisy

from mae_cli.inference.values import Caution, Method, Unavailable


def test_weights_that_are_no_whole_numbers_are_those_of_a_sample():
    X, y = noisy(200)
    generator = np.random.default_rng(0)
    assert Caution.SAMPLED_WEIGHTS in Case(X, y, weights=generator.uniform(0.5, 2, 200)).intervals().cautions
    whole = generator.integers(1, 4, 200).astype(float)
    assert Case(X, y, weights=whole).intervals().cautions == (Caution.REPEATED_ROWS,)
    assert not Case(X, y).intervals().cautions


@pytest.mark.parametrize(("step", "is_told"), [(0.1, False), (1.0, False), (3.0, True)])
def test_targets_of_few_values_are_a_caution(step, is_told):
    X, y = noisy(400)
    found = Case(X, np.round(y / step) * step).intervals(method=Method.SANDWICH)
    assert (Caution.FEW_VALUES in found.cautions) == is_told


def test_few_rows_far_apart_are_no_targets_of_few_values():
    x = np.arange(60.0)
    y = 10 * x + np.random.default_rng(0).standard_normal(60)
    assert Caution.FEW_VALUES not in Case(x[:, np.newaxis], y).intervals(method=Method.SANDWICH).cautions


def test_two_rows_for_each_coefficient_are_enough():
    assert Case(*noisy(6)).intervals().absent is not Unavailable.FEW_ROWS


def test_more_than_two_thousand_coefficients_are_too_many():
    y = np.random.default_rng(0).standard_normal(4500)
    codes = (np.arange(4500) % 2001).astype(np.int32)
    assert Case(np.zeros((4500, 0)), y, levels=(codes, 2000)).intervals().absent is Unavailable.MANY_COEFFICIENTS


def test_twenty_rows_beyond_the_plane_for_each_coefficient_are_no_caution():
    found = [Case(*noisy(count)).intervals(method=Method.SANDWICH).cautions for count in (119, 120)]
    assert [Caution.FEW_BEYOND in each for each in found] == [True, False]


@pytest.mark.parametrize(("tied", "is_told"), [(2, False), (6, True)])
def test_more_than_two_in_a_hundred_rows_on_the_plane_are_a_caution(tied, is_told):
    y = np.linspace(-1.0, 1.0, 101)
    y[np.abs(np.arange(101) - 50) <= tied // 2] = 0.0
    found = Case(np.zeros((101, 0)), y).intervals(method=Method.SANDWICH)
    assert (Caution.TIES in found.cautions) == is_told


def test_lines_that_cross_in_most_rows_say_nothing_of_the_density():
    x = np.repeat([0.0, 1.0, 2.0], [60, 20, 20])
    y = x * np.random.default_rng(0).standard_normal(100)
    assert Case(x[:, np.newaxis], y).intervals(method=Method.SANDWICH).absent is Unavailable.NO_DENSITY
    few = np.arange(100) >= 30
    assert Case(x[few, np.newaxis], y[few]).intervals(method=Method.SANDWICH).absent is None
