"""Sums over blocks, of numbers and of several of them at once."""

import numpy as np
import pytest

from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.rows.sums import sum_blocks


@pytest.fixture
def rows():
    """Rows in three blocks."""
    return MemoryRows.of(Design(np.zeros((5, 0))), np.array([1.0, 2.0, 4.0, 8.0, 16.0]), None, 2)


def test_numbers_are_added_up_over_the_blocks(rows):
    assert sum_blocks(rows, lambda block: float(block.target.sum())) == 31.0


def test_tuples_are_added_up_item_by_item(rows):
    count, total, ends = sum_blocks(rows, lambda block: (1, float(block.target.sum()), block.target[[0, -1]]))
    assert (count, total, ends.tolist()) == (3, 31.0, [21.0, 26.0])
