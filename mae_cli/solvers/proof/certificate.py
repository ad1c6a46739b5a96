"""Bounds: how far the loss of given coefficients can be from the optimum, recomputed from the rows as read.

A bound becomes a certificate by what was asked for. For the MSE see `mae_cli.solvers.least_squares`, for MAE
and pinball `mae_cli.solvers.proof.vertex_proof` and `mae_cli.solvers.proof.dual_anywhere`.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.prepare.precision import EPSILON
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.solution import Certificate, History, Status

_LEAST = float(np.finfo(float).smallest_subnormal)
# How many times the typical size a row can count for.
_MOST_TYPICAL = 1e6
# The largest gap, as a share of the loss, that is called optimal.
OPTIMAL_GAP = 1e-12


@dataclass(frozen=True)
class Bound:
    """A loss and a lower bound of every loss over the columns kept, as means over the rows in the user's units.

    Attributes:
        loss: mean loss of the coefficients as they are written.
        lower_bound: no coefficients of these columns have a smaller mean loss; what rounding can do to the sums it
            comes from is taken off. At least 0, as no loss is smaller.
        is_optimal: whether the solution, before its coefficients were rounded to floats, is proved to have a gap of at
            most `OPTIMAL_GAP`, or a loss that is no more than the rounding of the spread of the data.
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

    @property
    def relative_gap(self) -> float:
        """The gap as a share of the loss, rounded up."""
        exact = 1 - Fraction(self.lower_bound) / Fraction(self.loss)
        rounded = float(exact)
        return max(math.nextafter(rounded, 1.0) if Fraction(rounded) < exact else rounded, 0.0)

    def certificate(self, tolerance: float | None, *, unique: bool | None) -> Certificate:
        """The certificate; `tolerance` when the gap is proved to be within the one asked for."""
        if self.is_optimal or self.is_perfect:
            status = Status.OPTIMAL
        elif tolerance is not None and self.gap <= tolerance * self.loss:
            status = Status.TOLERANCE
        else:
            status = Status.LIMIT
        relative_gap = None if self.is_perfect else self.relative_gap
        return Certificate(status, self.loss, self.lower_bound, relative_gap, unique)


@dataclass(frozen=True, eq=False)
class BoundedFit:
    """Coefficients with the bound of their loss and the way to them."""

    point: Coefficients
    bound: Bound
    history: History


def absolute_bound(problem: Problem, point: Coefficients, totals: "Totals") -> Bound:
    """The bound of an MAE or pinball fit from sums over its rows."""
    loss = mean_loss(problem, totals.loss, totals.weight)
    lower_bound = mean_loss(problem, totals.lower_bound, totals.weight)
    is_proved = totals.gap <= OPTIMAL_GAP * totals.loss
    return Bound(
        loss=loss,
        # Rounded down, so that it is no larger than what is proved.
        lower_bound=max(math.nextafter(lower_bound, -math.inf), 0.0),
        is_optimal=is_proved or totals.is_solution_perfect,
        is_perfect=is_negligible(problem, point, loss),
    )


def mean_loss(problem: Problem, total: float, weight: float) -> float:
    """Σωρ in standard units as the mean loss in the user's."""
    return total * (problem.absolute_loss.factor / weight) * problem.standard.target_scale


@dataclass(frozen=True)
class Totals:
    """Sums over rows in standard units, of the pinball loss.

    Attributes:
        weight: Σω.
        loss: Σωρ(r) of the coefficients as they are written.
        lower_bound: of Σωρ.
        gap: proved for the solution before its coefficients were rounded.
        is_solution_perfect: whether the loss of that is no more than the rounding of the spread of the data.
    """

    weight: float
    loss: float
    lower_bound: float
    gap: float
    is_solution_perfect: bool = False


def is_negligible(problem: Problem, point: Coefficients, loss: float) -> bool:
    """Whether a mean |r| is no more than the rounding of the spread of the data; a pass decides where it may be."""
    standard, sizes = problem.standard, np.abs(point.values)
    with np.errstate(over="ignore"):
        sizes[: len(standard.scale)] *= standard.farthest
        largest = standard.target_scale + float(sizes.sum())
    return loss <= 8 * (EPSILON * largest + _LEAST) and loss <= negligible_loss(problem, point)


def negligible_loss(problem: Problem, point: Coefficients) -> float:
    """The mean |r| up to which a fit is perfect: 8ε·Σω(|y − mid y| + Σ|x − mid x||w|) / Σω.

    The middles take the offsets of the columns and of the target out; without an intercept they are 0. A row counts
    for at most 1e6 times the typical (geometric mean) size: one of 1e20 that a column of its own fits exactly must not
    make the residuals of all others look like rounding. Two passes.
    """
    spread = partial(_spread, standard=problem.standard, point=point)
    _, _, counted, logarithm = sum_blocks(problem.rows, partial(spread, most=np.inf))
    # Without a positive size there is no limit.
    most = _MOST_TYPICAL * float(np.exp(logarithm / counted)) if counted else np.inf
    weight, total, _, _ = sum_blocks(problem.rows, partial(spread, most=most))
    return 8 * (EPSILON * total / weight + _LEAST)


def _spread(
    block: Block, standard: Standardisation, point: Coefficients, most: float
) -> tuple[float, float, float, float]:
    """Σω, and Σω·size of |y − mid y| + Σ|x − mid x||w|; of the rows of a positive size Σω and Σω·log(size)."""
    design = block.design
    centred = Design(np.abs(design.numeric - standard.middle), design.codes, design.level_counts)
    # Sums of sizes stay finite: those of a few rows may overflow where their predictions do not.
    largest = min(most, float(np.finfo(float).max) / (2 * max(1.0, standard.weight)))
    with np.errstate(over="ignore"):
        sizes = np.abs(block.target - standard.target_shift) + centred.product(np.abs(point.values))
    sizes = np.minimum(sizes, largest)
    some = sizes > 0
    logarithms = np.log(sizes, out=np.zeros(len(sizes)), where=some)
    counted, logarithm = float(block.weight_values[some].sum()), float(block.weighted(logarithms).sum())
    return block.total_weight, float(block.weighted(sizes).sum()), counted, logarithm
