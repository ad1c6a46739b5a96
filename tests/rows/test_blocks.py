"""Rows in memory and in a scratch file: the same blocks, whatever is asked of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.rows.blocks import (
    BLOCK_ROWS,
    Block,
    CountedRows,
    MemoryRows,
    PassCounter,
    TransformedRows,
    grouped,
    in_memory,
    join,
    rows_per_block,
    whole,
)
from mae_cli.rows.design import Design
from mae_cli.rows.scratch import Scratch


def blocks(counts, weighted=True, recorded=True, seed=0):
    """Blocks of so many rows of two numbers and two categorical columns; row after row, as reading has it."""
    rng = np.random.default_rng(seed)
    made, first = [], 0
    for count in counts:
        codes = (rng.integers(0, 3, count).astype(np.int32), rng.integers(0, 5, count).astype(np.int32))
        made.append(
            Block(
                Design(rng.normal(size=(count, 2)), codes, (2, 4)),
                rng.normal(size=count),
                rng.uniform(size=count) if weighted else None,
                np.arange(count),
                np.arange(first, first + 2 * count, 2) if recorded else None,
            )
        )
        first += 2 * count
    return made


def bits(block):
    arrays = [block.design.dense(), block.target, block.weight_values, block.record_numbers, block.positions]
    return [array.tolist() for array in arrays], block.weights is None


def itself(block):
    return block


def negated(block):
    return Block(block.design, -block.target, block.weights, block.positions, block.records)


def every_third(block):
    return block.part(np.flatnonzero(block.positions % 3 == 0))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("recorded", [False, True])
def test_blocks_come_back_as_they_were_numbered_through(place, weighted, recorded):
    given_blocks = blocks([3, 5, 1], weighted, recorded)
    rows = place.collect(iter(given_blocks))
    assert rows.shape == (9, 8)
    start = 0
    for block, original in zip(rows.map(itself), given_blocks, strict=True):
        count = len(original.target)
        assert block.positions.tolist() == list(range(start, start + count))
        numbered = Block(original.design, original.target, original.weights, block.positions, original.records)
        assert bits(block) == bits(numbered)
        assert block.design.numeric.tobytes() == original.design.numeric.tobytes()
        start += count


def test_empty_blocks_are_left_out_but_for_one(place):
    assert [len(block.target) for block in place.collect(blocks([0, 2, 0, 3, 0])).map(itself)][-2:] == [2, 3]
    empty = place.collect(blocks([0, 0]))
    assert empty.shape == (0, 8)
    assert len(whole(empty).target) == 0
    assert len(empty.take(np.zeros(0, dtype=np.intp)).target) == 0


@given(data=st.data(), counts=st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_rows_are_taken_in_the_order_asked_for_as_often_as_asked_for(data, counts):
    wanted = np.array(data.draw(st.lists(st.integers(0, sum(counts) - 1), max_size=12)), dtype=np.intp)
    with Scratch() as scratch:
        for rows in (MemoryRows.collect(blocks(counts)), scratch.collect(blocks(counts))):
            assert bits(rows.take(wanted)) == bits(whole(rows).part(wanted))
            assert rows.take(wanted).positions.tolist() == wanted.tolist()


@pytest.mark.parametrize("wanted", [[0, 1, 2], [8, 0, 4], [4, 4]])
def test_taken_rows_lie_one_after_the_other_wherever_they_live(place, wanted):
    """The order in memory is the same, as the bits of a product depend on it."""
    assert place.collect(blocks([3, 5, 1])).take(np.array(wanted)).design.numeric.flags.c_contiguous


@pytest.mark.parametrize("wanted", [[0, 1, 2], [8, 0, 1], [4, 4]])
def test_columns_that_are_contiguous_stay_so(wanted):
    columns = np.asfortranarray(np.arange(18.0).reshape(9, 2))
    for rows in (
        MemoryRows.of(Design(columns), np.zeros(9), block_rows=4),
        MemoryRows.of(Design(columns), np.zeros(9)),
    ):
        taken = rows.take(np.array(wanted)).design.numeric
        assert taken.flags.f_contiguous
        assert taken.tolist() == columns[wanted].tolist()
    assert whole(MemoryRows.of(Design(columns), np.zeros(9), block_rows=4)).design.numeric.flags.f_contiguous


def test_records_that_are_the_positions_share_their_array():
    first, second = (
        Block(Design(np.ones((2, 1))), np.ones(2), None, rows, rows) for rows in (np.arange(2), np.arange(3, 5))
    )
    same, other = MemoryRows.collect([first, second]).blocks
    assert same.records is same.positions
    assert (other.records.tolist(), other.positions.tolist()) == ([3, 4], [2, 3])


def test_rows_that_are_kept_are_in_the_same_place_and_numbered_anew(place):
    rows = place.collect(blocks([3, 5, 1]))
    kept = rows.kept(every_third)
    assert type(kept) is type(rows)
    assert whole(kept).positions.tolist() == [0, 1, 2]
    assert whole(kept).records.tolist() == [0, 6, 12]
    assert kept.shape == (3, 8)


def test_several_passes_may_be_under_way_at_once(place):
    rows = place.collect(blocks([3, 5, 1]))
    for block, other in zip(rows.map(itself), rows.map(negated), strict=True):
        assert (block.target == -other.target).all()
        rows.take(np.array([8, 0]))


def test_transformed_rows_are_transformed_in_every_visit(place):
    rows = place.collect(blocks([3, 5, 1]))
    transformed = TransformedRows(rows, negated)
    assert transformed.shape == rows.shape
    assert (whole(transformed).target == -whole(rows).target).all()
    assert (transformed.take(np.array([5, 2])).target == -rows.take(np.array([5, 2])).target).all()
    assert bits(whole(in_memory(transformed))) == bits(whole(transformed))


def test_passes_are_counted_and_takes_are_none():
    counter = PassCounter()
    rows = CountedRows(MemoryRows.collect(blocks([3, 2])), counter)
    list(rows.map(itself))
    rows.take(np.array([1]))
    assert (counter.passes, rows.shape) == (1, (5, 8))


def test_views_of_a_matrix_are_not_copied():
    matrix = np.zeros((10, 2))
    rows = MemoryRows.of(Design(matrix), np.zeros(10), block_rows=4)
    assert [len(block.target) for block in rows.map(itself)] == [4, 4, 2]
    assert all(np.shares_memory(block.design.numeric, matrix) for block in rows.map(itself))


def test_one_block_is_joined_without_a_copy():
    (block,) = blocks([3])
    assert join([block]) is block


def test_a_block_knows_the_places_of_rows_that_it_holds():
    block = whole(MemoryRows.collect(blocks([9]))).part(slice(3, 7))
    places, which = block.places(np.array([0, 3, 5, 6, 8]))
    assert (places.tolist(), which) == ([0, 2, 3], slice(1, 4))


def block(start, count, columns=1):
    rows = np.arange(start, start + count)
    return Block(Design(np.repeat(rows[:, np.newaxis], columns, axis=1).astype(float)), rows * 2.0, None, rows, rows)


@given(st.lists(st.integers(0, 300), max_size=12))
def test_the_rows_are_the_same_in_order_and_no_block_is_too_long(counts):
    starts = np.cumsum([0, *counts])
    found = list(grouped((block(int(start), count) for start, count in zip(starts, counts, strict=False)), 100))
    assert [row for each in found for row in each.records.tolist()] == list(range(sum(counts)))
    assert [value for each in found for value in each.target.tolist()] == [2.0 * row for row in range(sum(counts))]
    assert all(len(each.target) <= 100 for each in found)
    assert sum(len(each.target) < 25 for each in found) <= 1 + sum(count % 100 < 25 and count >= 25 for count in counts)


def test_neighbours_with_few_rows_become_one_block():
    found = list(grouped(block(10 * index, 10) for index in range(1000)))
    assert min(len(each.target) for each in found[:-1]) * 4 >= BLOCK_ROWS


def test_wide_rows_make_blocks_of_fewer_rows():
    assert rows_per_block(1) == BLOCK_ROWS
    assert rows_per_block(1000) == (1 << 21) // 1000
    assert rows_per_block(10**9) == 256
    assert max(len(each.target) for each in grouped([block(0, 5000, columns=1000)])) == (1 << 21) // 1000


def test_no_blocks_are_none():
    assert list(grouped([])) == []
