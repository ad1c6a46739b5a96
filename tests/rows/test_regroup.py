"""Blocks of a size that passes like."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.rows.blocks import BLOCK_ROWS, Block
from mae_cli.rows.design import Design
from mae_cli.rows.regroup import grouped, rows_per_block


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
