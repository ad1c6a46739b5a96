"""Problems to solve, and a check of proofs in exact arithmetic that trusts nothing but the data."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from oracle.exact import Pinball, Table, integers, loss_of

from mae_cli.losses import loss_named
from mae_cli.rows.blocks import MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solution import DualPoint
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

    def solve(self, loss="mae", quantile=0.5, settings=None, limits=USUAL):
        settings = settings or Auto(limits=limits)
        return solve(self.rows, loss_named(loss, quantile), settings, intercept=self.intercept)

    def residual(self, solution) -> np.ndarray:
        return self.y - (self.X @ solution.coefficients + solution.intercept)

    def rounding(self, solution) -> float:
        """What rounding alone can make of the mean absolute residual when floats evaluate it.

        A residual is p + 2 terms, each rounded when it is read or multiplied and when it is added; twice that for the
        coefficients, which were rounded likewise.
        """
        sizes = np.abs(self.y) + abs(solution.intercept) + np.abs(self.X) @ np.abs(solution.coefficients)
        share = 2 * (self.X.shape[1] + 3) * EPSILON
        return float(share * (self.weight_values @ sizes) / self.weight_values.sum())


def mean_loss(regression: Regression, residual: np.ndarray, loss: str, quantile: float) -> float:
    values = residual**2 if loss == "mse" else np.abs(residual)
    if quantile != 0.5:
        values = 0.5 * np.abs(residual) + (quantile - 0.5) * residual
    return float(regression.weight_values @ values / regression.weight_values.sum())


def assert_proved_from_the_data(regression: Regression, solution, quantile: float = 0.5) -> None:
    """The certificate of an optimal MAE or pinball fit: a gap of 1e-9 at most or a perfect fit, and what is said holds.

    All is evaluated in rational numbers from the data; a dual point, where there is one, must prove the gap by itself.
    """
    certificate = solution.certificate
    table, loss = Table.of(regression.matrix, regression.y, regression.weights), Pinball(Fraction(quantile))
    written = [solution.intercept] * regression.intercept + solution.coefficients.tolist()
    exact = loss_of(table, loss, written)
    found = float(exact)
    assert certificate.status == "optimal"
    if certificate.relative_gap is None:
        assert found <= regression.rounding(solution)
        return  # a perfect fit needs no dual point: no loss is below zero
    # Where the numbers lie far from zero, rounding the coefficients to floats can be all of a small loss.
    assert certificate.relative_gap <= 1e-9 or certificate.relative_gap * found <= regression.rounding(solution)
    assert certificate.loss == pytest.approx(found, rel=1e-12 + certificate.relative_gap, abs=0)
    assert Fraction(certificate.lower_bound) <= exact
    assert certificate.lower_bound == pytest.approx(found, rel=1e-12 + certificate.relative_gap, abs=0)
    if solution.dual is not None and certificate.relative_gap <= 1e-9:
        assert_dual_point(table, loss, written, solution.dual)


def multipliers_of(sides: np.ndarray, dual: DualPoint) -> np.ndarray:
    """λ in every row, by the signs of the residuals."""
    multipliers = sides.copy()
    multipliers[dual.rows] = dual.values
    return multipliers


def assert_dual_point(table: Table, loss: Pinball, written: list[float], dual: DualPoint) -> None:
    """|λ| ≤ 1, Σω(λ + 2τ − 1)x = 0 to 1e-13 of Σω|x|, and the gap Σω(|r| − λr) is at most 1e-9 of the loss."""
    residuals, _ = table.residuals(written)
    multipliers = multipliers_of(np.sign(residuals).astype(float), dual)
    assert np.abs(multipliers).max(initial=0.0) <= 1.0
    wholes, exponent = integers(multipliers)
    unit, tilt = Fraction(2) ** -exponent, loss.tilt  # λ = wholes / unit
    # (λ + tilt) in integers: over the product of both denominators.
    top, bottom = tilt.numerator * unit.numerator, tilt.denominator
    pulls = table.weights * (wholes * (bottom * unit.denominator) + top)
    sizes = (table.weights @ abs(table.columns)) * (bottom * unit.numerator)
    balance = abs(pulls @ table.columns)
    assert all(10**13 * off <= size for off, size in zip(balance, sizes, strict=True))
    gap = table.weights @ (abs(residuals) * unit.numerator - wholes * residuals * unit.denominator)
    total = table.weights @ (abs(residuals) * bottom + residuals * tilt.numerator)
    assert 10**9 * gap * bottom <= total * unit.numerator
