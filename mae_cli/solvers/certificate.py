"""Bounds: how far the loss of given coefficients can be from the optimum, recomputed from the rows as read.

A bound becomes a certificate by what was asked for. For the MSE see `mae_cli.solvers.squared_bound`, for MAE and
pinball `mae_cli.solvers.dual`.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.linear import Coefficients
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.design import Design
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.problem import Problem, mean_magnitude
from mae_cli.solvers.solution import Certificate, History, Status
from mae_cli.solvers.standardise import Standardisation

EPSILON = float(np.finfo(float).eps)
_LEAST = float(np.finfo(float).smallest_subnormal)
# The largest gap, as a share of the loss, that is called optimal.
OPTIMAL_GAP = 1e-12


@dataclass(frozen=True)
class Bound:
    """A loss and a lower bound of every loss over the columns kept, as means over the rows in the user's units.

    Attributes:
        loss: mean loss of the coefficients as they are written.
        lower_bound: no coefficients of these columns have a smaller mean loss; what rounding can do to the sums it
            comes from is taken off.
        is_optimal: whether a gap of at most `OPTIMAL_GAP` is proved for the solution before its coefficients were
            rounded to floats.
        is_perfect: whether the loss is no more than the rounding of the spread of the data.
    """

    loss: float
    lower_bound: float
    is_optimal: bool
    is_perfect: bool

    @property
    def gap(self) -> float:
        """The loss less the lower bound, ≥ 0."""
        return max(self.loss - self.lower_bound, 0.0)

    def certificate(self, tolerance: float | None, *, unique: bool | None) -> Certificate:
        """The certificate; `tolerance` when the gap is proved to be within the one asked for."""
        if self.is_optimal or self.is_perfect:
            status = Status.OPTIMAL
        elif tolerance is not None and self.gap <= tolerance * self.loss:
            status = Status.TOLERANCE
        else:
            status = Status.LIMIT
        relative_gap = None if self.is_perfect else self.gap / self.loss
        # No loss is below zero, whatever the bound.
        return Certificate(status, self.loss, max(self.lower_bound, 0.0), relative_gap, unique)


@dataclass(frozen=True, eq=False)
class BoundedFit:
    """Coefficients with the bound of their loss and the way to them."""

    point: Coefficients
    bound: Bound
    history: History


def negligible_loss(problem: Problem, point: Coefficients) -> float:
    """The mean |r| up to which a fit is perfect: 8ε·Σω(|y − mid y| + Σ|x − mid x||w|) / Σω, by one pass.

    The middles take the offsets of the columns and of the target out; without an intercept they are 0.
    """
    sizes = sum_blocks(problem.rows, partial(_spread, standard=problem.standard, point=point))
    return 8 * (EPSILON * sizes.total / sizes.weight + _LEAST)


@dataclass(frozen=True, eq=False)
class _Spread(Sums):
    """Σω, and Σω(|y − mid y| + Σ|x − mid x||w|) over rows."""

    weight: float
    total: float


def _spread(block: Block, standard: Standardisation, point: Coefficients) -> _Spread:
    design = block.design
    centred = Design(np.abs(design.numeric - standard.middle), design.codes, design.level_counts)
    with np.errstate(over="ignore"):
        sizes = np.abs(block.target - standard.target_shift) + centred.product(np.abs(point.values))
        total = float(block.weighted(sizes).sum())
    return _Spread(block.total_weight, min(total, 0.5 * float(np.finfo(float).max)))


def rounding_of(rows: Rows, point: Coefficients) -> float:
    """The mean |r| that rounding alone can make of a perfect fit; near zero floats are multiples of the least one."""
    return 8 * (EPSILON * mean_magnitude(rows, point) + _LEAST)
