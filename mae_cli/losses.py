"""The losses as functions of residuals: value, slope, and the exact line search of MAE and pinball.

They know r and never X: residuals are r = y − z with predictions z, and the slope is the derivative of the loss by z.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.quantiles import select


class Loss(Protocol):
    """A convex loss of residuals."""

    def values(self, residual: FloatArray) -> FloatArray:
        """The loss of every residual, (n,)."""
        ...

    def slope(self, residual: FloatArray) -> FloatArray:
        """A subgradient of the loss by the prediction, (n,)."""
        ...


@dataclass(frozen=True)
class Pinball:
    """ρ(r) = ½|r| + (τ − ½)·r, whose mean is smallest at the τ-quantile (Koenker and Bassett, 1978).

    The slope is −½ sgn(r) − (τ − ½), with sgn(0) = 0: one of the valid subgradients at the kink.
    """

    quantile: float

    @property
    def tilt(self) -> float:
        """2τ − 1: twice the loss is |r| + tilt·r."""
        return 2 * self.quantile - 1

    @property
    def factor(self) -> float:
        """1: the loss is ρ(r)."""
        return 1.0

    def values(self, residual: FloatArray) -> FloatArray:
        """½|r| + (τ − ½)·r."""
        return 0.5 * np.abs(residual) + 0.5 * self.tilt * residual

    def slope(self, residual: FloatArray) -> FloatArray:
        """−½ sgn(r) − (τ − ½)."""
        return -0.5 * np.sign(residual) - 0.5 * self.tilt


@dataclass(frozen=True)
class Absolute:
    """|r|, whose mean is the MAE. The slope is −sgn(r), with sgn(0) = 0, one of the valid values in [−1, 1]."""

    @property
    def quantile(self) -> float:
        """½: the loss is twice the pinball loss of the median."""
        return 0.5

    @property
    def tilt(self) -> float:
        """0: the loss is |r| + tilt·r."""
        return 0.0

    @property
    def factor(self) -> float:
        """2: the loss is 2ρ(r), twice the pinball loss of the median."""
        return 2.0

    def values(self, residual: FloatArray) -> FloatArray:
        """|r|."""
        return np.abs(residual)

    def slope(self, residual: FloatArray) -> FloatArray:
        """−sgn(r)."""
        return -np.sign(residual)


@dataclass(frozen=True)
class Squared:
    """r², whose mean is the MSE. The slope is −2r."""

    def values(self, residual: FloatArray) -> FloatArray:
        """r²."""
        return residual**2

    def slope(self, residual: FloatArray) -> FloatArray:
        """−2r."""
        return -2.0 * residual


def breakpoint_step(residual: FloatArray, rate: FloatArray, weights: FloatArray, gain: float) -> float:
    """The exact line search: the t that minimises Σᵢ ηᵢ·|rᵢ/sᵢ − t| − t·gain over rows with ηᵢ > 0, ηᵢ = `weights`.

    With ηᵢ = ωᵢ|sᵢ| the sum is Σω|r − t·s|, for residuals r and the speed s at which they fall along a direction. Its
    slope in t rises by 2ηᵢ at the breakpoint rᵢ/sᵢ, from −Ση − gain; it passes zero where the weights up to there reach
    (Ση + gain)/2. Returns 0.0 when no row moves, ±inf when the sum falls for ever.
    """
    moving = weights > 0
    if not moving.all():
        residual, rate, weights = residual[moving], rate[moving], weights[moving]
    if not weights.size:
        return 0.0
    total = float(weights.sum())
    if abs(gain) > total:
        return math.copysign(math.inf, gain)
    return select(residual / rate, weights, 0.5 * (total + gain))


def loss_named(name: str, quantile: float = 0.5) -> Absolute | Pinball | Squared:
    """The loss that `--loss` and `--quantile` ask for."""
    if name == "mse":
        return Squared()
    return Absolute() if quantile == 0.5 else Pinball(quantile)
