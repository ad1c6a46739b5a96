"""Two models on the same rows: the difference of their mean losses, and the interval that chance leaves it.

With residuals r and s of the two and a loss ℓ, the difference is D = Σω(ℓ(r) − ℓ(s)) / Σω. The interval is that of
the paired bootstrap (Efron, 1979): rows are drawn with replacement, each with the losses of both models, and the
quantiles of D over many such resamples are taken; twice the share of those on the rarer side of 0 is the p-value.

Only sums over groups of rows are kept: row i belongs to group i mod 4093, and groups are resampled. Up to 4,093 rows
each is a group of its own, and this is the bootstrap itself. Beyond, the spread of the group sums stands for that of
the rows; it differs from it by about 1 % (1/√(2·4093)), less than the chance in the resamples. So one pass in constant
memory is enough, and where blocks end does not matter.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.losses import Loss
from mae_cli.results.scores import CONFIDENCE, Difference
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.coding import Coding
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import Sums, sum_blocks

# A prime, so that no period of the rows (hours, weekdays) falls in step with the groups.
_GROUPS = 4_093
_RESAMPLES = 2_000
# Of many comparisons each needs so many more to be told from chance.
_RESAMPLES_PER_COMPARISON = 50
_RESAMPLES_AT_ONCE = 100
_SEED = 0


@dataclass(frozen=True, eq=False)
class Predictor:
    """A model for rows that were read by a joint schema.

    Attributes:
        coding: of its columns.
        point: its coefficients.
    """

    coding: Coding
    point: Coefficients

    def losses(self, block: Block, loss: Loss) -> FloatArray:
        """ℓ(y − ŷ), (b,)."""
        return loss.values(self.point.residual(self.coding.known(block)))


@dataclass(frozen=True, eq=False)
class CodedPredictor:
    """A model for rows that are in its own coding."""

    point: Coefficients

    def losses(self, block: Block, loss: Loss) -> FloatArray:
        """ℓ(y − ŷ), (b,)."""
        return loss.values(self.point.residual(block))


AnyPredictor = Predictor | CodedPredictor


def paired_difference(
    rows: Rows, first: AnyPredictor, other: AnyPredictor, loss: Loss, comparisons: int = 1
) -> Difference:
    """Compare two models by their mean losses, weighted as the rows are (not all with 0).

    Args:
        rows: that both can score.
        first: the model that is larger by the difference.
        other: the one it is compared with.
        loss: ℓ.
        comparisons: how many there are, of which this is one; p-values of many have to be finer.
    """
    sums = sum_blocks(rows, partial(_group_sums, first=first, other=other, loss=loss, count=rows.shape[0]))
    used = sums.weight > 0
    excess, weight = sums.excess[used], sums.weight[used]
    value = float(excess.sum() / weight.sum())
    if len(weight) < 2:
        return Difference(value, None, None, None)
    tail = (1 - CONFIDENCE) / 2
    resampled = _resampled(excess, weight, max(_RESAMPLES, _RESAMPLES_PER_COMPARISON * comparisons))
    low, high = np.quantile(resampled, (tail, 1 - tail)).tolist()
    return Difference(value, (low, high), _p_value(resampled), _least_p_value(resampled))


def _p_value(resampled: FloatArray) -> float:
    """Never 0: one more resample might be on either side (Davison and Hinkley, 1997)."""
    rarer = min(np.count_nonzero(resampled <= 0), np.count_nonzero(resampled >= 0))
    return min(1.0, (1 + int(rarer)) * _least_p_value(resampled))


def _least_p_value(resampled: FloatArray) -> float:
    return 2 / (1 + len(resampled))


@dataclass(frozen=True, eq=False)
class _GroupSums(Sums):
    """Of each group of rows, divided by n so that no sum can overflow: Σω(ℓ(r) − ℓ(s)) and Σω."""

    excess: FloatArray
    weight: FloatArray


def _group_sums(block: Block, first: AnyPredictor, other: AnyPredictor, loss: Loss, count: int) -> _GroupSums:
    excess = (first.losses(block, loss) - other.losses(block, loss)) / count
    groups = block.positions % _GROUPS
    return _GroupSums(
        excess=_totals(groups, block.weighted(excess)),
        weight=_totals(groups, block.weight_values / count),
    )


def _totals(groups: Positions, values: FloatArray) -> FloatArray:
    """The sum of the values of each group."""
    return np.bincount(groups, values, _GROUPS).astype(np.float64, copy=False)


def _resampled(excess: FloatArray, weight: FloatArray, resamples: int) -> FloatArray:
    """D of every resample of the groups, the same in every run."""
    random = np.random.default_rng(_SEED)
    found = []
    for _ in range(-(-resamples // _RESAMPLES_AT_ONCE)):
        drawn = random.integers(0, len(weight), (_RESAMPLES_AT_ONCE, len(weight)), dtype=np.int32)
        found.append(excess[drawn].sum(axis=1) / weight[drawn].sum(axis=1))
    return np.concatenate(found)
