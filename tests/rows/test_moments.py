"""Means and deviations against NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.rows.blocks import CountedRows, MemoryRows, PassCounter
from mae_cli.rows.design import Design
from mae_cli.rows.moments import column_moments

RANDOM = np.random.default_rng(4)
CODES = RANDOM.integers(0, 4, 500).astype(np.int32)
DESIGN = Design(RANDOM.normal(size=(500, 3)) * [1, 1e6, 1e-6] + [0, 1e3, 5], (CODES,), (3,))


def moments(design, weights=None, block_rows=64):
    return column_moments(MemoryRows.of(design, np.zeros(design.shape[0]), weights, block_rows))


@pytest.mark.parametrize("block_rows", [1, 64, 500])
def test_moments_are_those_of_the_written_out_matrix(block_rows):
    found, dense = moments(DESIGN, block_rows=block_rows), DESIGN.dense()
    assert found.mean == pytest.approx(dense.mean(axis=0), rel=1e-13)
    assert found.deviation == pytest.approx(dense.std(axis=0), rel=1e-12)


def test_whole_weights_are_repeated_rows():
    counts = RANDOM.integers(0, 4, 500)
    found, dense = moments(DESIGN, counts.astype(float)), np.repeat(DESIGN.dense(), counts, axis=0)
    assert found.mean == pytest.approx(dense.mean(axis=0), rel=1e-13)
    assert found.deviation == pytest.approx(dense.std(axis=0), rel=1e-12)


@given(st.floats(-1e300, 1e300), st.integers(1, 50), st.floats(0.1, 10))
def test_a_constant_column_deviates_by_exactly_zero(value, count, weight):
    found = moments(Design(np.full((count, 1), value)), np.linspace(weight, 1, count), block_rows=7)
    assert (found.mean.tolist(), found.deviation.tolist()) == ([value], [0.0])


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_deviations_neither_overflow_nor_vanish(scale):
    values = np.array([[1.0], [2.0], [4.0]])
    found = moments(Design(values * scale), block_rows=2)
    assert found.deviation == pytest.approx(values.std(axis=0) * scale, rel=1e-14)
    assert found.mean == pytest.approx(values.mean(axis=0) * scale, rel=1e-14)


def test_an_offset_costs_no_digits():
    values = np.random.default_rng(0).normal(size=(10_000, 1))
    assert moments(Design(values + 2.0**30)).deviation == pytest.approx((values + 2.0**30).std(axis=0), rel=1e-10)


def test_two_passes_are_enough():
    counter = PassCounter()
    column_moments(CountedRows(MemoryRows.of(DESIGN, np.zeros(500), None, 64), counter))
    assert counter.passes == 2
