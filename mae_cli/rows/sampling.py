"""Rows for a sample, spread evenly but at no fixed distance: periodic data must not fool it."""

from functools import lru_cache

import numpy as np

from mae_cli.arrays import Positions

# Multiples of the golden ratio fill the unit interval most evenly (Kronecker's sequence).
_GOLDEN = 0.6180339887498949


@lru_cache(maxsize=128)
def scattered(count: int, size: int) -> Positions:
    """About `size` of so many rows, in order; all of them when there are no more. Not to be changed."""
    if size >= count:
        return np.arange(count)
    shares = np.mod(np.arange(1, size + 1) * _GOLDEN, 1.0)
    return np.unique((shares * count).astype(np.intp))
