"""Weighted quantiles: of values by selection, of a value per row in few passes and bounded memory.

Neither sorts all values. Of rows, a sample brackets the quantiles and a pass keeps what lies within the brackets (after
Floyd and Rivest, 1975, for data that are read in passes).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block, Rows

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


_SAMPLE_ROWS = 65_536
# The bracket reaches so many standard deviations of the sample's rank to either side, so that it rarely misses.
_SAMPLE_BRACKET_WIDTH = 4.0
_EPSILON = float(np.finfo(float).eps)

Values = Callable[[Block], FloatArray]


def quantiles_of(
    rows: Rows, values: Values, levels: Sequence[float], sample_rows: int = _SAMPLE_ROWS
) -> tuple[float, ...]:
    """The weighted quantile of each of k rows of values, as `mae_cli.rows.quantiles.weighted_quantile` defines it.

    Args:
        rows: n of them, whose weights count.
        values: the (k, b) values of a block.
        levels: (k,) which quantile of each.
        sample_rows: up to so many rows are looked at as a whole; of more, a sample of at least half as many brackets
            the quantile.
    """
    count = rows.shape[0]
    stride = max(1, count // sample_rows)
    samples, weights, totals = zip(*rows.map(partial(_sample, values=values, stride=stride)), strict=True)
    sample, weight = np.concatenate(samples, axis=1), np.concatenate(weights)
    if stride == 1:
        return tuple(weighted_quantile(row, weight, level) for row, level in zip(sample, levels, strict=True))
    total = sum(totals)
    sought = [
        _Sought(level * total, count * _EPSILON * level * total, *_sample_bracket(row, weight, level))
        for row, level in zip(sample, levels, strict=True)
    ]
    found: dict[int, float] = {}
    while len(found) < len(sought):
        looked = list(rows.map(partial(_look, values=values, sought=sought)))
        for place, each in enumerate(sought):
            found_or_next = each.quantile(_joined([parts[place] for parts in looked]))
            if isinstance(found_or_next, _Sought):
                sought[place] = found_or_next
            else:
                found[place] = found_or_next
    return tuple(found[place] for place in range(len(sought)))


def target_quantiles(rows: Rows, levels: Sequence[float], sample_rows: int = _SAMPLE_ROWS) -> tuple[float, ...]:
    """Weighted quantiles of the target, found as `quantiles_of` does."""
    return quantiles_of(rows, partial(_targets, times=len(levels)), levels, sample_rows)


@dataclass(frozen=True, eq=False)
class _Around:
    """Values around a quantile.

    Attributes:
        below: Σω of those below the bracket.
        above: the least one above it.
        inside: those in it; the many that may be equal to one of its ends are one.
        weights: of those inside.
    """

    below: float
    above: float
    inside: FloatArray
    weights: FloatArray


@dataclass(frozen=True, eq=False)
class _Sought:
    """The smallest value v with Σ(ω of the values ≤ v) ≥ mass, thought to lie between low and high.

    When that sum meets the mass to rounding, the middle between v and the next value is taken.
    """

    mass: float
    rounding: float
    low: float
    high: float

    def look(self, values: FloatArray, block: Block) -> _Around:
        """What the values of some rows of positive weight say."""
        below, above = values < self.low, values > self.high
        low = values == self.low
        high = (values == self.high) & ~low  # both ends may be one value, which counts once
        strictly = np.flatnonzero(~(below | above | low | high))
        return _Around(
            below=float(block.total(below)),
            above=float(values.min(where=above, initial=np.inf)),
            inside=np.concatenate([[self.low], values[strictly], [self.high]]),
            weights=np.concatenate([[block.total(low)], block.weight_values[strictly], [block.total(high)]]),
        )

    def quantile(self, around: _Around) -> "float | _Sought":
        """The value; or, when it is not in the bracket, where it must be."""
        used = around.weights > 0
        values, weights = around.inside[used], around.weights[used]
        if around.below >= self.mass - self.rounding and around.below > 0:
            return _Sought(self.mass, self.rounding, -np.inf, self.low)
        order = np.argsort(values, kind="stable")
        values, reached = values[order], around.below + np.cumsum(weights[order])
        place = int(np.searchsorted(reached, self.mass - self.rounding))
        if place == len(values):
            if np.isfinite(around.above):
                return _Sought(self.mass, self.rounding, self.high, np.inf)
            place -= 1  # rounding alone keeps the last value from the whole mass
        value = float(values[place])
        last = int(np.searchsorted(values, value, side="right")) - 1
        following = float(values[last + 1]) if last + 1 < len(values) else around.above
        if abs(float(reached[last]) - self.mass) > self.rounding or not np.isfinite(following):
            return value
        return value + 0.5 * (following - value) if np.isfinite(following - value) else 0.5 * value + 0.5 * following


def _sample_bracket(sample: FloatArray, weights: FloatArray, level: float) -> tuple[float, float]:
    """Two values that are likely to enclose a quantile."""
    used = weights > 0
    sample, weights = sample[used], weights[used]
    if not len(sample):
        return -np.inf, np.inf
    order = np.argsort(sample, kind="stable")
    share = np.cumsum(weights[order])
    share /= share[-1]
    # A sample of unequal weights is worth fewer rows (Kish, 1965).
    worth = float(weights.sum()) ** 2 / float(weights @ weights)
    margin = _SAMPLE_BRACKET_WIDTH * np.sqrt(level * (1 - level) / worth) + 1 / worth
    low, high = np.searchsorted(share, [level - margin, level + margin])
    return (
        float(sample[order[low]]) if level > margin else -np.inf,
        float(sample[order[high]]) if high < len(order) else np.inf,
    )


def _joined(parts: Sequence[_Around]) -> _Around:
    return _Around(
        sum(part.below for part in parts),
        min(part.above for part in parts),
        np.concatenate([part.inside for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _targets(block: Block, times: int) -> FloatArray:
    return np.broadcast_to(block.target, (times, len(block.target)))


def _sample(block: Block, values: Values, stride: int) -> tuple[FloatArray, FloatArray, float]:
    """Every `stride`-th of the values (k, ·) and of the weights, and Σω of the block."""
    # Rows are counted through all blocks, so that the sample does not depend on where these end.
    first = -int(block.positions[0]) % stride if len(block.positions) else 0
    # Copies: a view would keep the whole block in memory.
    return values(block)[:, first::stride].copy(), block.weight_values[first::stride].copy(), block.total_weight


def _look(block: Block, values: Values, sought: Sequence[_Sought]) -> list[_Around]:
    if block.weights is not None:
        block = block.part(np.flatnonzero(block.weights > 0))
    return [each.look(row, block) for row, each in zip(values(block), sought, strict=True)]
