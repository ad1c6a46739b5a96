"""Quantiles found in passes are those of all values together."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mae_cli.rows.blocks import CountedRows, MemoryRows, PassCounter
from mae_cli.rows.design import Design
from mae_cli.rows.quantiles import quantiles_of, target_quantiles, weighted_quantile

LEVELS = (0.01, 0.1, 0.25, 0.5, 0.7, 0.75, 0.9, 0.99)


def rows_of(values, weights=None, block_rows=100):
    return MemoryRows.of(Design(np.zeros((len(values), 0))), values, weights, block_rows)


def found(values, weights=None, levels=LEVELS, sample_rows=50, block_rows=100):
    return target_quantiles(rows_of(values, weights, block_rows), levels, sample_rows)


def expected(values, weights=None, levels=LEVELS):
    weights = np.ones(len(values)) if weights is None else weights
    return tuple(weighted_quantile(values, weights, level) for level in levels)


RANDOM = np.random.default_rng(7)
VALUES = {
    "normal": RANDOM.normal(size=5000),
    "heavy tails": RANDOM.standard_cauchy(5000) ** 3,
    "ties": RANDOM.integers(0, 5, 5000).astype(float),
    "one value": np.full(1000, 3.0),
    "two values": np.repeat([0.0, 1.0], 500),
    "mostly zero": np.where(RANDOM.uniform(size=5000) < 0.9, 0.0, RANDOM.normal(size=5000)),
    "sorted": np.arange(1000.0),
    "falling": -np.arange(1000.0),
    "infinite": np.append(RANDOM.normal(size=1000), [np.inf] * 50),
    "huge": RANDOM.uniform(-1, 1, 1000) * 1.7e308,
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("sample_rows", [1, 10, 100, 10_000])
def test_quantiles_are_those_of_the_whole(name, sample_rows):
    values = VALUES[name]
    assert found(values, sample_rows=sample_rows) == expected(values)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("kind", ["counts", "decades", "few"])
def test_weighted_quantiles_are_those_of_the_whole(name, kind):
    values, random = VALUES[name], np.random.default_rng(1)
    weights = {
        "counts": random.integers(0, 4, len(values)).astype(float),
        "decades": 2.0 ** random.integers(-20, 20, len(values)),
        "few": (random.uniform(size=len(values)) < 0.01).astype(float),
    }[kind]
    assert found(values, weights) == expected(values, weights)


@pytest.mark.parametrize("stride", [2, 3, 10, 50])
@pytest.mark.parametrize("sampled", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("spread", [0.0, 5.0])
def test_a_sample_that_is_misled_by_a_period_changes_nothing(stride, sampled, spread):
    """Every row that the sample takes is far from what the others are, above, below or in their midst."""
    values = spread * np.random.default_rng(3).uniform(-1, 1, 3000) + 0.5
    values[::stride] = 100.0 * sampled
    assert found(values, sample_rows=3000 // stride) == expected(values)


@pytest.mark.parametrize("level", [0.25, 0.5, 0.75])
def test_a_quantile_met_exactly_is_the_middle_of_two_values_though_the_sample_sees_one(level):
    values = np.where(np.arange(4000) % 4 < 4 * level, 0.0, 1.0)
    assert found(values, levels=(level,), sample_rows=1000) == (0.5,)
    assert found(1.0 - values, levels=(1 - level,), sample_rows=1000) == (0.5,)


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3)), min_size=1, max_size=80),
    st.sampled_from([0.1, 0.25, 0.5, 0.6, 0.9]),
    st.integers(1, 30),
    st.integers(1, 40),
)
@example([(0, 1), (1, 1), (0, 1), (1, 1)], 0.5, 2, 4)
def test_small_tables_of_ties_are_no_exception(cells, level, sample_rows, block_rows):
    values, weights = np.array(cells, dtype=float).T
    if weights.any():
        result = found(values, weights, (level,), sample_rows, block_rows)
        assert result == expected(values, weights, (level,))


@pytest.mark.parametrize("block_rows", [1, 7, 333, 5000])
def test_the_blocks_do_not_matter(block_rows):
    values = VALUES["heavy tails"][:1000]
    assert found(values, block_rows=block_rows) == expected(values)


def test_rows_of_no_weight_do_not_count():
    values, weights = np.append(np.arange(1000.0), np.full(5000, 1e9)), np.append(np.ones(1000), np.zeros(5000))
    assert found(values, weights) == expected(values[:1000])


def test_each_row_of_values_has_its_own_level():
    values = VALUES["normal"]
    both = quantiles_of(rows_of(values), lambda block: np.stack([block.target, -block.target]), (0.5, 0.9))
    assert both == (weighted_quantile(values, np.ones(5000), 0.5), weighted_quantile(-values, np.ones(5000), 0.9))


def test_two_passes_are_enough_for_a_fair_sample_and_one_for_few_rows():
    for name, count in (("normal", 2), ("ties", 2), ("heavy tails", 2)):
        counter = PassCounter()
        target_quantiles(CountedRows(rows_of(VALUES[name]), counter), LEVELS, 500)
        assert counter.passes == count
    counter = PassCounter()
    target_quantiles(CountedRows(rows_of(VALUES["normal"][:500]), counter), LEVELS, 500)
    assert counter.passes == 1


def test_the_worst_sample_costs_no_more_than_two_passes_more():
    values = np.random.default_rng(3).uniform(-1, 1, 3000)
    values[::10] = 100.0
    counter = PassCounter()
    target_quantiles(CountedRows(rows_of(values), counter), (0.5, 0.1), 300)
    assert counter.passes <= 4
