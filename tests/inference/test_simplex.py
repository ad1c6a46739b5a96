"""Small linear programs: where they end, and that nothing is called proved that is not."""

import numpy as np
import pytest

from mae_cli.inference.simplex import Limits, farthest

ENOUGH = 100_000


def limits(*rows):
    """Of rows of rates with the room behind them."""
    table = np.array(rows, dtype=float)
    return Limits.of(table[:, :-1], table[:, -1])


def test_the_largest_gain_is_at_a_corner():
    """Dantzig's wood and steel: 3x + 5y with x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18."""
    found = farthest(limits([1, 0, 4], [0, 2, 12], [3, 2, 18]), np.array([3.0, 5.0]), ENOUGH)
    assert found.is_proved
    assert found.lengths == pytest.approx([2.0, 6.0], rel=1e-15)


def test_ties_lead_to_no_circle():
    """Beale's program, in which the steepest gain and the first of tied rows come back to where they were."""
    rates = np.array([[0.25, -60, -0.04, 9], [0.5, -90, -0.02, 3], [0, 0, 1, 0]])
    found = farthest(Limits(rates, np.array([0.0, 0.0, 1.0])), np.array([0.75, -150.0, 0.02, -6.0]), ENOUGH)
    assert found.is_proved
    assert found.lengths == pytest.approx([0.04, 0.0, 1.0, 0.0], rel=1e-12)


def test_where_all_ways_are_closed_the_start_is_proved():
    found = farthest(limits([1, 1, 0]), np.array([1.0, 2.0]), ENOUGH)
    assert found.is_proved
    assert found.lengths.tolist() == [0.0, 0.0]


def test_where_no_length_gains_the_start_is_proved():
    found = farthest(limits([1, 1, 1]), np.array([-1.0, 0.0]), ENOUGH)
    assert found.is_proved
    assert found.lengths.tolist() == [0.0, 0.0]


def test_what_nothing_stops_is_not_proved():
    found = farthest(limits([-1, 1, 1]), np.array([1.0, 0.0]), ENOUGH)
    assert not found.is_proved


def test_a_walk_that_gains_nothing_is_not_proved(monkeypatch):
    """As the price of the limit at its end is negative."""
    places = iter([0, None])
    monkeypatch.setattr("mae_cli.inference.simplex._Walk.steepest", lambda _: next(places))
    found = farthest(limits([1, 1]), np.array([-1.0]), ENOUGH)
    assert found.lengths.tolist() == [1.0]
    assert not found.is_proved


def test_a_walk_beyond_a_limit_is_as_good_as_none(monkeypatch):
    monkeypatch.setattr("mae_cli.inference.simplex._Walk.first_limit", lambda *_: 1)
    found = farthest(limits([1, 1], [1, 2]), np.array([1.0]), ENOUGH)
    assert found.lengths.tolist() == [0.0]
    assert not found.is_proved


def test_a_walk_that_is_cut_short_is_within_the_limits_and_not_proved():
    rows = limits(*([*row, 1.0] for row in np.eye(6)))
    found = farthest(rows, np.ones(6), most_work=rows.rates.size + 30)
    assert not found.is_proved
    assert rows.admit(found.lengths)
    assert 0 < found.lengths.sum() < 6


def test_lengths_beyond_a_limit_are_not_admitted():
    rows = limits([1, 1, 1])
    assert rows.admit(np.array([0.5, 0.5]))
    assert not rows.admit(np.array([0.5, 0.6]))
    assert not rows.admit(np.array([-0.5, 0.6]))


@pytest.mark.parametrize("seed", range(20))
def test_no_lengths_at_random_gain_more(seed):
    generator = np.random.default_rng(seed)
    rates, room = generator.integers(-2, 3, (12, 4)), generator.integers(0, 4, 12)
    box = np.column_stack([np.eye(4), np.full(4, 3.0)])
    rows = limits(*np.column_stack([rates, room])[rates.any(axis=1)], *box)
    gains = generator.standard_normal(4)
    found = farthest(rows, gains, ENOUGH)
    others = generator.uniform(0, 3, (2000, 4)) * generator.uniform(0, 1, (2000, 1))
    within = others[(others @ rows.rates.T <= rows.room).all(axis=1)]
    assert found.is_proved
    assert rows.admit(found.lengths)
    assert (within @ gains).max(initial=0.0) <= found.lengths @ gains + 1e-12
