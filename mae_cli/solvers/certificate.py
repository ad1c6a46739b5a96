"""Bounds: how far the loss of given coefficients can be from the optimum, recomputed from the rows as read.

A bound becomes a certificate by what was asked for. For the MSE, with Q an orthonormal basis of √ω·X, the gap is
‖Qᵀ√ω·r‖² / Σω; for MAE and pinball see `mae_cli.solvers.dual`.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import DataError
from mae_cli.linear import Coefficients
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.sums import Sums, sum_blocks
from mae_cli.solvers.problem import Problem, mean_magnitude
from mae_cli.solvers.solution import Certificate, History, Status
from mae_cli.solvers.standardise import Standardisation

EPSILON = float(np.finfo(float).eps)
_LEAST = float(np.finfo(float).smallest_subnormal)
# An MSE gap of this share means ‖Qᵀr‖ ≤ 1e-12·‖r‖: the residual is orthogonal to the columns as far as they allow.
_ORTHOGONAL = 1e-24


@dataclass(frozen=True)
class Bound:
    """A loss with its proved gap, as means over the rows in the user's units.

    Attributes:
        loss: mean loss.
        gap: loss − lower bound, ≥ 0.
        rounding: the loss that rounding alone can make of a perfect fit.
    """

    loss: float
    gap: float
    rounding: float

    @property
    def is_rounding(self) -> bool:
        """Whether the gap is no more than rounding makes: the fit is optimal."""
        return self.gap <= self.rounding + _ORTHOGONAL * self.loss

    def certificate(self, tolerance: float | None, *, unique: bool | None) -> Certificate:
        """The certificate; `optimal` when the gap is rounding, `tolerance` when it is within the one asked for."""
        if self.is_rounding:
            status = Status.OPTIMAL
        elif tolerance is not None and self.gap <= tolerance * self.loss + self.rounding:
            status = Status.TOLERANCE
        else:
            status = Status.LIMIT
        relative_gap = None if self.loss <= self.rounding else self.gap / self.loss
        # No loss is below zero, whatever the rounding of a gap that is the whole loss.
        return Certificate(status, self.loss, max(self.loss - self.gap, 0.0), relative_gap, unique)


@dataclass(frozen=True, eq=False)
class BoundedFit:
    """Coefficients with the bound of their loss and the way to them."""

    point: Coefficients
    bound: Bound
    history: History


def rounding_of(rows: Rows, point: Coefficients) -> float:
    """The mean |r| that rounding alone can make of a perfect fit; near zero floats are multiples of the least one."""
    return 8 * (EPSILON * mean_magnitude(rows, point) + _LEAST)


def bound_squared(problem: Problem, point: Coefficients) -> Bound:
    """The bound of an MSE fit: ‖R⁻ᵀ Σωrz‖² / n / Σω, as RᵀR = Σωzzᵀ / n.

    Raises:
        DataError: the mean square overflows.
    """
    sums = sum_blocks(problem.rows, partial(_squared_sums, standard=problem.standard, point=point))
    slope = problem.whitening.gradient(sums.gradient)
    gap = float(slope @ slope) / problem.rows.shape[0]
    with np.errstate(over="ignore"):
        rounding = np.float64(rounding_of(problem.rows, point)) ** 2
    loss, gap = (problem.standard.to_user_squared(each / sums.weight) for each in (sums.loss, gap))
    if not np.isfinite(loss):
        raise DataError(
            "the squares of the residuals exceed floating point; rescale the target (the MAE needs no squares)"
        )
    return Bound(loss, gap, float(rounding))


@dataclass(frozen=True, eq=False)
class _SquaredSums(Sums):
    """Sums over rows: ω, ωr², and the gradient Σωrz."""

    weight: float
    loss: float
    gradient: FloatArray


def _squared_sums(block: Block, standard: Standardisation, point: Coefficients) -> _SquaredSums:
    residual = point.residual(block) / standard.target_scale
    return _SquaredSums(
        weight=float(block.weight_values.sum()),
        loss=float(block.weighted(residual**2).sum()),
        gradient=standard.pull(standard.shifted(block), block.weighted(residual)),
    )
