"""Vertices of an MAE or pinball fit in rational numbers: what sums and proofs of one must agree with."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from oracle.exact import Pinball, Table, least_absolute, loss_of
from support.exact import rational, solved, with_ones
from support.standard import block_of, dot, kept_rows, targets_of, transposed

from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.ties import chance


@dataclass(frozen=True, eq=False)
class ExactVertex:
    """The plane through independent rows of a problem, in standard units."""

    problem: Problem
    positions: np.ndarray

    @cached_property
    def rows(self) -> list[list[Fraction]]:
        """(n, k) kept standard columns."""
        return kept_rows(self.problem, np.arange(self.problem.rows.shape[0]))

    @cached_property
    def weights(self) -> list[Fraction]:
        return rational(block_of(self.problem).weight_values)

    @cached_property
    def targets(self) -> list[Fraction]:
        return targets_of(self.problem.standard, block_of(self.problem))

    @property
    def quantile(self) -> Fraction:
        return Fraction(self.problem.absolute_loss.quantile)

    def _through(self, values) -> list[Fraction]:
        """The residuals (n,) of the plane through these values of the basis rows."""
        plane = solved([[*self.rows[i], values[i]] for i in self.positions.tolist()])
        return [value - dot(row, plane) for row, value in zip(self.rows, values, strict=True)]

    @cached_property
    def residuals(self) -> list[Fraction]:
        return self._through(self.targets)

    @cached_property
    def tied(self) -> list[int]:
        """Rows outside of the basis with a residual of zero."""
        basis = set(self.positions.tolist())
        return [i for i, residual in enumerate(self.residuals) if not residual and i not in basis]

    @cached_property
    def sides(self) -> list[int]:
        """(n,) ±1, of tied rows that of the perturbation, 0 in the basis."""
        perturbed = self._through(rational(chance(np.arange(len(self.rows)))))
        sides = [_sign(residual) or _sign(moved) for residual, moved in zip(self.residuals, perturbed, strict=True)]
        for place in self.positions.tolist():
            sides[place] = 0
        return sides

    @cached_property
    def pulls(self) -> list[Fraction]:
        """(n,) ωμ by the sides, 0 in the basis."""
        slopes = {1: self.quantile, -1: self.quantile - 1, 0: Fraction(0)}
        return [weight * slopes[side] for weight, side in zip(self.weights, self.sides, strict=True)]

    @cached_property
    def gradient(self) -> list[Fraction]:
        """Σωμz over the rows outside of the basis, (k,)."""
        return [dot(column, self.pulls) for column in transposed(self.rows)]

    @cached_property
    def multipliers(self) -> list[Fraction]:
        """(k,) μ of the basis rows."""
        basis = self.positions.tolist()
        columns = transposed([self.rows[i] for i in basis])
        pulls = solved([[*column, -value] for column, value in zip(columns, self.gradient, strict=True)])
        return [pull / self.weights[i] for pull, i in zip(pulls, basis, strict=True)]

    @property
    def outside(self) -> list[Fraction]:
        """(k,) how far μ is outside of its box, as a share of the side that it leaves."""
        tau = self.quantile
        return [max((mu - tau) / tau, (-mu - (1 - tau)) / (1 - tau)) for mu in self.multipliers]

    def pinball(self, residuals) -> Fraction:
        """Σωρ(r)."""
        tau = self.quantile
        return sum(w * max(tau * r, (tau - 1) * r) for w, r in zip(self.weights, residuals, strict=True))


def _sign(value) -> int:
    return (value > 0) - (value < 0)


def table_of(problem: Problem) -> Table:
    """The kept columns as read, with one of ones if there is an intercept."""
    block = block_of(problem)
    matrix = block.design.dense()
    everything = with_ones(matrix) if problem.standard.intercept else matrix
    return Table.of(everything, block.target, block.weights).take(problem.whitening.kept.tolist())


def oracle_loss(problem: Problem) -> Pinball:
    return Pinball(Fraction(problem.absolute_loss.quantile))


def optimum_of(problem: Problem, near: Coefficients | None = None) -> Fraction:
    """The least mean loss over the columns kept."""
    guess = None if near is None else written(problem, near)
    return least_absolute(table_of(problem), oracle_loss(problem), guess).optimum


def exact_loss(problem: Problem, point: Coefficients) -> Fraction:
    """The mean loss of coefficients as they are written."""
    return loss_of(table_of(problem), oracle_loss(problem), written(problem, point))


def written(problem: Problem, point: Coefficients) -> list[float]:
    """Coefficients of the columns kept."""
    everything = [point.intercept] * problem.standard.intercept + point.values.tolist()
    return [everything[column] for column in problem.whitening.kept.tolist()]
