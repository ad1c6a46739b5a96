"""Problems of every awkward kind, and a dual check that trusts nothing but the data."""

from dataclasses import dataclass

import numpy as np
import pytest

from mae_cli.losses import loss_named
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve

EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Regression:
    """Rows to fit: X (n, p), y (n,), weights (n,) or None."""

    X: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None = None
    intercept: bool = True

    @property
    def rows(self) -> MemoryRows:
        return MemoryRows.of(Design(self.X), self.y, self.weights)

    @property
    def matrix(self) -> np.ndarray:
        """X with a column of ones in front if there is an intercept."""
        return np.column_stack([np.ones(len(self.y)), self.X]) if self.intercept else self.X

    @property
    def weight_values(self) -> np.ndarray:
        return np.ones(len(self.y)) if self.weights is None else self.weights

    def solve(self, loss="mae", quantile=0.5, settings=None):
        return solve(self.rows, loss_named(loss, quantile), settings or Auto(), intercept=self.intercept)

    def residual(self, solution) -> np.ndarray:
        return self.y - (self.X @ solution.coefficients + solution.intercept)

    def rounding(self, solution) -> float:
        """8ε · mean(|y| + |b| + Σ|x·w|): the loss that rounding alone can make."""
        sizes = np.abs(self.y) + abs(solution.intercept) + np.abs(self.X) @ np.abs(solution.coefficients)
        return float(8 * EPSILON * (self.weight_values @ sizes) / self.weight_values.sum())


def mean_loss(regression: Regression, residual: np.ndarray, loss: str, quantile: float) -> float:
    values = residual**2 if loss == "mse" else np.abs(residual)
    if quantile != 0.5:
        values = 0.5 * np.abs(residual) + (quantile - 0.5) * residual
    return float(regression.weight_values @ values / regression.weight_values.sum())


def assert_proved_from_the_data(regression: Regression, solution, quantile: float = 0.5) -> None:
    """The certificate of an optimal MAE or pinball fit, recomputed: a feasible dual point whose value is the loss."""
    tilt = 2 * quantile - 1
    residual = regression.residual(solution)
    if solution.certificate.relative_gap is None:
        assert mean_loss(regression, residual, "mae", quantile) <= 2 * regression.rounding(solution)
        assert solution.certificate.status == "optimal"
        return  # a perfect fit needs no dual point: no loss is below zero
    assert solution.dual is not None
    multipliers = np.sign(residual)
    multipliers[solution.dual.rows] = solution.dual.values
    assert np.abs(multipliers).max(initial=0.0) <= 1.0
    kept = [j for j in range(regression.matrix.shape[1]) if j - regression.intercept not in solution.aliased]
    columns, weights = regression.matrix[:, kept], regression.weight_values
    # Centred columns have no offset to cancel; with an intercept centring changes nothing in the constraint.
    if regression.intercept:
        columns = np.column_stack([columns[:, 0], columns[:, 1:] - columns[:, 1:].mean(axis=0)])
    balance = (weights * (multipliers + tilt)) @ columns
    assert np.all(np.abs(balance) <= 1e-9 * (weights @ np.abs(columns)))
    factor = 1.0 if quantile == 0.5 else 0.5
    loss = mean_loss(regression, residual, "mae", quantile)
    gap = factor * float(weights @ (np.abs(residual) - multipliers * residual)) / weights.sum()
    certificate = solution.certificate
    assert certificate.status == "optimal"
    assert gap <= regression.rounding(solution)
    assert certificate.loss == pytest.approx(loss, rel=1e-13, abs=regression.rounding(solution))
    assert certificate.lower_bound == pytest.approx(loss - gap, rel=1e-13, abs=regression.rounding(solution))
