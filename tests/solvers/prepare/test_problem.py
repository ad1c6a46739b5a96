"""Rows made ready for several fits: what is made once, and what is not kept."""

from dataclasses import replace

import numpy as np
import pytest

from mae_cli.losses import Absolute, Pinball
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.prepare.problem import Prepared


def prepared(random, **limits):
    X = random.standard_normal((3000, 4))
    rows = MemoryRows.of(Design(X), X.sum(axis=1) + random.standard_normal(3000))
    return Prepared(CountedRows(rows), intercept=True, limits=replace(USUAL, **limits))


@pytest.mark.parametrize("size", [500, 3000])
def test_a_sample_and_its_whitening_are_made_once(random, size):
    rows = prepared(random)
    (first,), sample = rows.sampled([Absolute()], size)
    (second,), again = rows.sampled([Pinball(0.2)], size)
    assert again is sample
    assert second.whitening is first.whitening
    assert second.standard_rows is first.standard_rows
    assert rows.sampled([Absolute()], 400)[1].design.shape[0] != sample.design.shape[0]


def test_a_large_sample_is_not_kept_and_made_the_same_again(random):
    rows = prepared(random, cached_size=100)
    samples = [rows.sampled([Absolute()], 500)[1] for _ in range(2)]
    assert samples[0] is not samples[1]
    assert np.array_equal(samples[0].design.numeric, samples[1].design.numeric)
