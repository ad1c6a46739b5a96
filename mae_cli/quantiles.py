"""Weighted quantiles by selection: no sort of all values."""

import numpy as np

from mae_cli.arrays import FloatArray

# Below this many values one sort is faster than narrowing the range first.
SORT_SIZE = 1_500
_PIVOTS = 1_024
# Portions of the smallest values grow by this factor, from so many on that sorting them costs next to nothing.
_FIRST_PORTION = 512
_GROWTH = 8
# The bracket reaches so many standard deviations of the sample's rank to either side, so that it rarely misses.
_BRACKET_WIDTH = 3.0


def weighted_quantile(values: FloatArray, weights: FloatArray, quantile: float) -> float:
    """The smallest value v with Σ(weights of values ≤ v) ≥ quantile · Σ weights.

    When that sum meets the quantile exactly, every point up to the next value minimises the pinball loss;
    the middle is taken, so that the median of an even number of values is the usual one.
    """
    used = weights > 0
    values, weights = values[used], weights[used]
    mass = quantile * float(weights.sum())
    rounding = len(values) * np.finfo(float).eps * mass
    lower = select(values, weights, mass - rounding)
    reached = float(weights[values <= lower].sum())
    above = values[values > lower]
    if above.size and abs(reached - mass) <= rounding:
        upper = float(above.min())
        return lower + 0.5 * (upper - lower) if np.isfinite(upper - lower) else 0.5 * lower + 0.5 * upper
    return lower


def select(values: FloatArray, weights: FloatArray, mass: float) -> float:
    """The smallest value v with Σ(weights of values ≤ v) ≥ mass, for weights > 0; the largest value if there is none.

    A sorted sample brackets v, one pass keeps what lies in the bracket, and a sort of the few that are left ends it
    (after Floyd and Rivest, 1975). The sample is taken at a fixed stride, so a rerun gives the same bits.
    """
    while values.size > SORT_SIZE:
        low, high = _bracket(values, weights, mass)
        below, above = values < low, values > high
        # A product with a mask is several times faster than a sum over what the mask picks.
        mass_below, mass_above = float(weights @ below), float(weights @ above)
        if mass <= mass_below and below.any():
            kept = below
        elif mass > float(weights.sum()) - mass_above and above.any():
            kept, mass = above, mass - (float(weights.sum()) - mass_above)
        else:
            kept, mass = ~(below | above), mass - mass_below
        if kept.all():  # a bracket of equal values
            break
        values, weights = values[kept], weights[kept]
    order = np.argsort(values, kind="stable")
    position = int(np.searchsorted(np.cumsum(weights[order]), mass))
    return float(values[order[min(position, values.size - 1)]])


def first_reaching(values: FloatArray, weights: FloatArray, total: float) -> int | None:
    """The place of the smallest value v with Σ(weights of values ≤ v) ≥ total; None when all of them are too few.

    For a total that a small share of the values is likely to reach: only the smallest values are sorted, in portions
    that grow until one is enough.
    """
    count = _FIRST_PORTION
    while 2 * count < len(values):
        portion = np.sort(np.argpartition(values, count)[:count])  # in order, so that the first of equal values counts
        place = _place_reaching(values[portion], weights[portion], total)
        if place is not None:
            return int(portion[place])
        count *= _GROWTH
    return _place_reaching(values, weights, total)


def _place_reaching(values: FloatArray, weights: FloatArray, total: float) -> int | None:
    order = values.argsort(kind="stable")
    reached = int(weights[order].cumsum().searchsorted(total))
    return int(order[reached]) if reached < len(order) else None


def _bracket(values: FloatArray, weights: FloatArray, mass: float) -> tuple[float, float]:
    """Two values that are likely to enclose the selected one, from a sample."""
    stride = values.size // _PIVOTS
    sample, sample_weights = values[::stride], weights[::stride]
    order = np.argsort(sample, kind="stable")
    cumulative = np.cumsum(sample_weights[order])
    position = int(np.searchsorted(cumulative, mass / float(weights.sum()) * cumulative[-1]))
    margin = int(0.5 * _BRACKET_WIDTH * np.sqrt(order.size))
    low, high = max(position - margin, 0), min(position + margin, order.size - 1)
    return float(sample[order[low]]), float(sample[order[high]])
