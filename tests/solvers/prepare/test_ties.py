"""Ties are broken by position alone, evenly, and by less than any residual that a search looks at."""

import numpy as np
import pytest

from mae_cli.solvers.prepare.ties import TieBreaking, chance


def test_the_chance_of_a_row_depends_on_its_position_alone(random):
    everything = chance(np.arange(10_000))
    for rows in (np.array([7_777]), np.array([5, 3, 3, 9_999]), random.permutation(10_000), np.arange(0)):
        assert chance(rows).tolist() == everything[rows].tolist()
    assert chance(np.arange(100, dtype=np.int32)).tolist() == everything[:100].tolist()


def test_chances_are_those_of_the_generator_that_is_named():
    """splitmix64 from a seed of 0 begins with these numbers; the upper 53 bits become a number in [−1, 1)."""
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert chance(np.arange(3)).tolist() == [(number >> 11) * 2.0**-52 - 1.0 for number in published]


@pytest.mark.parametrize("first", [0, 10**6, 2**40])
def test_chances_are_spread_evenly_without_repeats(first):
    values = chance(np.arange(first, first + 100_000))
    assert len(np.unique(values)) == len(values)
    assert values.min() >= -1.0
    assert values.max() < 1.0
    counts = np.histogram(values, 20, (-1.0, 1.0))[0]
    # Each count is binomial with a deviation of 69.
    assert np.abs(counts - 5_000).max() < 5 * 69
    # Neighbours have nothing to do with each other, nor has a row with those a power of two away.
    for distance in (1, 2, 16, 1024):
        assert abs(np.corrcoef(values[distance:], values[:-distance])[0, 1]) < 5 / np.sqrt(len(values))


@pytest.mark.parametrize("unit", [1e-200, 1.0, 1e200])
def test_the_width_is_small_beside_residuals_and_goes_with_the_unit(unit, random):
    residual, target = random.standard_cauchy(1_000), 1_000 + random.standard_normal(1_000)
    ties, scaled = TieBreaking.of(residual, target), TieBreaking.of(residual * unit, target * unit)
    assert scaled.width == pytest.approx(ties.width * unit, rel=1e-12)
    assert TieBreaking.of(1_000 * residual, target).width > 10 * ties.width
    assert 0 < ties.width < 1e-6 * np.median(np.abs(residual)) + 1e-9 * np.median(np.abs(target))


def test_perfect_rows_are_still_moved():
    assert TieBreaking.of(np.zeros(5), np.ones(5)).width > 0
    assert TieBreaking.of(np.zeros(5), np.zeros(5)).width > 0


def test_rows_are_moved_by_their_chance_and_the_width_alone(random):
    positions = random.permutation(np.arange(100, 150))
    moved = TieBreaking(1e-9).jitter(positions)
    assert moved == pytest.approx(1e-9 * chance(positions), rel=1e-12, abs=0)
    assert TieBreaking(3e-9).jitter(positions) == pytest.approx(3 * moved, rel=1e-12, abs=0)
    # Whichever rows are asked for with it, a row is moved the same way.
    assert TieBreaking(1e-9).jitter(positions[::3]).tolist() == moved[::3].tolist()
