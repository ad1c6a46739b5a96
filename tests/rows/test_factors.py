"""Factors belong to the records of rows: the same wherever a row lives, and other ones for each seed and replicate."""

import pickle
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.rows.blocks import MemoryRows, whole
from mae_cli.rows.design import Design
from mae_cli.rows.factors import ExponentialFactors, FactoredRows, GivenFactors, multiplied
from mae_cli.rows.scratch import Scratch

FACTORS = ExponentialFactors(seed=11, replicate=3)
FIRST = FACTORS(np.arange(5_000))


def total(block):
    return block.total_weight, block.weight_values.tolist()


@pytest.fixture
def rows(random):
    """Rows in blocks, every third record left out before."""
    records = np.flatnonzero(np.arange(150) % 3)
    X = random.standard_normal((100, 2))
    return MemoryRows.of(Design(X), X @ [1.0, 2.0], random.uniform(0.5, 2, 100), 30, records)


# ---------------------------------------------------------------- draws from the exponential distribution


@given(st.lists(st.integers(0, len(FIRST) - 1), max_size=60))
def test_a_record_has_the_same_factor_in_any_order_and_company(records):
    records = np.array(records, dtype=np.intp)
    assert FACTORS(records).tolist() == FIRST[records].tolist()


@given(st.integers(0, len(FIRST)), st.integers(0, len(FIRST)))
def test_a_record_has_the_same_factor_however_rows_are_parted(one, other):
    start, stop = sorted([one, other])
    assert FACTORS(np.arange(start, stop)).tolist() == FIRST[start:stop].tolist()


@given(st.integers(0, 2**40), st.integers(1, 2**20), st.integers(1, 40))
def test_a_record_has_the_same_factor_however_sparse_the_records_are(start, step, count):
    records = start + step * np.arange(count)
    each = [FACTORS(record[np.newaxis])[0] for record in records]
    assert FACTORS(records).tolist() == each
    assert FACTORS(records[::-1]).tolist() == each[::-1]


@pytest.mark.parametrize("count", [255, 256, 257, 1_000])
def test_records_as_sparse_as_can_be_drawn_together_have_the_factors_of_each_alone(count):
    records = np.linspace(0, 256 * count, count).astype(np.intp)
    assert FACTORS(records).tolist() == [FACTORS(record[np.newaxis])[0] for record in records]


def test_no_record_has_no_factor():
    assert FACTORS(np.zeros(0, dtype=np.intp)).tolist() == []


def test_repeated_records_have_the_same_factor():
    assert FACTORS(np.array([7, 7, 3, 7])).tolist() == FIRST[[7, 7, 3, 7]].tolist()


def test_factors_are_draws_from_the_exponential_distribution():
    factors = ExponentialFactors(0, 0)(np.arange(200_000))
    assert factors.min() > 0
    assert factors.mean() == pytest.approx(1.0, abs=0.01)
    assert factors.var() == pytest.approx(1.0, abs=0.02)
    for share in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert np.mean(factors <= -np.log1p(-share)) == pytest.approx(share, abs=0.005)


def test_factors_of_neighbouring_records_are_uncorrelated():
    factors = ExponentialFactors(0, 0)(np.arange(100_000))
    for apart in (1, 2, 15, 16, 17, 32):
        assert abs(np.corrcoef(factors[apart:], factors[:-apart])[0, 1]) < 0.015


def test_seeds_and_replicates_have_factors_of_their_own():
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2**62, 0), (0, 2**40)]
    draws = [ExponentialFactors(*pair)(np.arange(20_000)) for pair in pairs]
    for one, other in combinations(draws, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_factors_are_the_same_in_every_run():
    expected = [1.8716099159859623, 0.03535448298396707, 1.3023131336905562, 0.011610476094697009]
    assert ExponentialFactors(0, 0)(np.arange(4)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("factors", [FACTORS, GivenFactors(FIRST)], ids=["drawn", "given"])
def test_factors_can_be_pickled(factors):
    records = np.array([4, 900, 17])
    assert pickle.loads(pickle.dumps(factors))(records).tolist() == factors(records).tolist()


def test_drawn_factors_are_small_to_send():
    assert len(pickle.dumps(FACTORS)) < 200


def test_given_factors_are_those_of_the_records():
    assert GivenFactors(np.array([0.5, 0.0, 2.0]))(np.array([2, 0, 2, 1])).tolist() == [2.0, 0.5, 2.0, 0.0]


def test_factors_of_records_far_apart_need_no_room_for_those_between():
    records = np.array([3, 2**50])
    assert FACTORS(records)[0] == FIRST[3]
    assert FACTORS(records[1:])[0] == FACTORS(records)[1]


@pytest.mark.parametrize("records", [[0, 2, 1], [5, 5, 7], [40, 42, 41, 43]], ids=str)
def test_records_that_are_no_stretch_but_as_long_as_one_have_factors_of_their_own(records):
    assert FACTORS(np.array(records)).tolist() == FIRST[records].tolist()


# ---------------------------------------------------------------- on the weights of rows


def test_a_block_without_factors_stays_as_it_is(rows):
    assert multiplied(rows.blocks[0], None) is rows.blocks[0]


@pytest.mark.parametrize("weighted", [True, False])
def test_factors_multiply_the_weights_of_their_records_and_nothing_else(weighted, rows):
    block = rows.blocks[1]
    if not weighted:
        block = MemoryRows.of(block.design, block.target, records=block.records).blocks[0]
    found = multiplied(block, FACTORS)
    assert found.weights.tolist() == (block.weight_values * FIRST[block.records]).tolist()
    assert found.target is block.target
    assert found.design is block.design
    assert found.record_numbers.tolist() == block.record_numbers.tolist()
    assert found.positions.tolist() == block.positions.tolist()


def test_rows_of_which_all_are_there_count_their_places_as_records():
    block = MemoryRows.of(Design(np.zeros((6, 1))), np.zeros(6), block_rows=4).blocks[1]
    assert multiplied(block, FACTORS).weights.tolist() == FIRST[4:6].tolist()


def test_rows_with_factors_are_the_rows_with_weights_multiplied(rows):
    factored = FactoredRows(rows, FACTORS)
    everything = whole(rows)
    weights = everything.weights * FIRST[everything.records]
    expected = MemoryRows.of(everything.design, everything.target, weights, 30, everything.records)
    assert factored.shape == expected.shape
    assert list(factored.map(total)) == list(expected.map(total))
    positions = np.array([99, 0, 31, 31])
    taken, other = factored.take(positions), expected.take(positions)
    assert taken.weights.tolist() == other.weights.tolist()
    assert taken.target.tolist() == other.target.tolist()
    assert taken.positions.tolist() == other.positions.tolist()


def test_what_is_mapped_over_rows_with_factors_goes_to_where_the_rows_are(rows):
    class Away:
        shape = rows.shape

        @staticmethod
        def map(function):
            return rows.map(pickle.loads(pickle.dumps(function)))

    here, there = (FactoredRows(each, FACTORS) for each in (rows, Away()))
    assert list(there.map(total)) == list(here.map(total))
    assert list(pickle.loads(pickle.dumps(here)).map(total)) == list(here.map(total))


def test_the_scratch_file_keeps_the_records_that_factors_belong_to(rows):
    with Scratch() as scratch:
        kept = FactoredRows(scratch.collect(rows.blocks), FACTORS)
        assert list(kept.map(total)) == list(FactoredRows(rows, FACTORS).map(total))
