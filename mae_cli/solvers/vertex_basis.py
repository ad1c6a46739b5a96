"""The k independent rows of a vertex: coefficients, multipliers and edges in standard units, then to the last digit."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.double_double import DoubleDouble
from mae_cli.solvers.key_basis import checked_inverse
from mae_cli.solvers.key_rows import KeyRows
from mae_cli.solvers.precise_columns import PreciseColumns, without_rest
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.rounding import EPSILON, EXACT_ROUNDING

# Corrections below this share of the solution are beyond the last digit of twice the digits.
_CONVERGED = 1e-31


class IndependentRows(Protocol):
    """k independent standard rows z of p columns, of which k are kept."""

    def solve(self, values: FloatArray) -> FloatArray:
        """The standard coefficients (p,) with z·w = values, (k,)."""
        ...

    def multipliers(self, gradient: FloatArray) -> FloatArray:
        """ν, (k,), with Σνz = −gradient, (p,)."""
        ...

    def sensitivity(self, errors: FloatArray) -> FloatArray:
        """How far errors of a gradient, at most (p,), can move each of the multipliers, (k,)."""
        ...


@dataclass(frozen=True, eq=False)
class InvertedRows:
    """Rows with an inverse of their own.

    Attributes:
        inverse: (k, k) of the kept columns of the rows.
        kept: (k,) indices of these.
        columns: number of standard columns p.
    """

    inverse: FloatArray
    kept: Positions
    columns: int

    @staticmethod
    def of(design: Design, kept: Positions) -> "InvertedRows":
        """The rows of a standard design.

        Raises:
            LinAlgError: they are dependent.
        """
        matrix = design.dense()[:, kept]
        # Rows of very different sizes would mislead the choice of pivots.
        sizes = np.ldexp(1.0, -np.frexp(np.abs(matrix).max(axis=1, initial=0.0))[1])
        inverse = checked_inverse(matrix * sizes[:, np.newaxis]) * sizes
        return InvertedRows(inverse, kept, design.shape[1])

    def solve(self, values: FloatArray) -> FloatArray:
        """The standard coefficients (p,) with z·w = values, (k,)."""
        solution = np.zeros(self.columns)
        solution[self.kept] = self.inverse @ values
        return solution

    def multipliers(self, gradient: FloatArray) -> FloatArray:
        """ν, (k,), with Σνz = −gradient, (p,)."""
        multipliers: FloatArray = -(gradient[self.kept] @ self.inverse)
        return multipliers

    def sensitivity(self, errors: FloatArray) -> FloatArray:
        """2·|errors|·|inverse|: the inverse is checked to be good to half of itself."""
        moved: FloatArray = 2 * errors[self.kept] @ np.abs(self.inverse)
        return moved


@dataclass(frozen=True, eq=False)
class VertexBasis:
    """The rows of a vertex.

    Attributes:
        block: the rows as read.
        standard: the same rows in standard units.
        rows: to solve with, to the digits of a float.
        columns: their products in twice the digits.
        kept: (k,) indices of the columns that are kept.
        given: (p,) standard coefficients of columns that are not fitted; None when all are.
        most_corrections: of a solution, which are refined until they no longer shrink.
    """

    block: Block
    standard: Design
    rows: IndependentRows
    columns: PreciseColumns
    kept: Positions
    given: FloatArray | None
    most_corrections: int

    @staticmethod
    def of(problem: Problem, positions: Positions) -> "VertexBasis":
        """The rows at these positions.

        Raises:
            LinAlgError: they are dependent.
        """
        return VertexBasis.among(problem, problem.rows.take(positions))

    @staticmethod
    def among(problem: Problem, block: Block) -> "VertexBasis":
        """The rows of a block as read.

        Raises:
            LinAlgError: they are dependent.
        """
        design = problem.standard(block).design
        whitening = problem.whitening
        rows: IndependentRows = (
            KeyRows.of(design, whitening)
            if isinstance(whitening, AbsorbedWhitening)
            else InvertedRows.of(design, whitening.kept)
        )
        columns, most = PreciseColumns(problem.standard), problem.limits.most_corrections
        return VertexBasis(block, design, rows, columns, whitening.kept, problem.given, most)

    @property
    def positions(self) -> Positions:
        """(k,) which rows these are."""
        return self.block.positions

    @property
    def weights(self) -> FloatArray:
        """(k,) ω."""
        return self.block.weight_values

    def plane(self) -> tuple[DoubleDouble, float]:
        """The linear function through the targets of the rows, and what its coefficients can be off by."""
        if self.given is None:
            return self.solve(self.columns.target(self.block))
        given = DoubleDouble.of(self.given)
        plane, off = self.solve(self.columns.residual(self.block, given))
        return plane + given, off

    def rest(self, plane: DoubleDouble, off: float) -> FloatArray:
        """What is left of the residuals of the rows, (k,), beyond the rounding of twice the digits.

        Nothing is where the coefficients of the plane are `off` by no more than that.
        """
        if off <= _CONVERGED * float(np.abs(plane.high).max(initial=0.0)):
            return np.zeros(len(self.positions))
        residual = self.columns.residual(self.block, plane).high
        numbers = self.columns.standard.numbers(self.columns.standard.shifted(self.block), np.abs(plane.high))
        return np.where(np.abs(residual) <= EXACT_ROUNDING * numbers, 0.0, residual)

    def solve_plainly(self, values: FloatArray) -> FloatArray:
        """Standard coefficients (p,) with z·β = values, (k,), in floats.

        Refined once: rows that depend on these then see no more than rounding.
        """
        solution = self.rows.solve(values)
        return solution + self.rows.solve(values - self.standard.product(solution))

    def solve(self, values: DoubleDouble) -> tuple[DoubleDouble, float]:
        """Standard coefficients (p,) with z·β = values, (k,), refined until the corrections no longer shrink.

        The last correction tells what they can be off by.
        """
        solution, left, previous = DoubleDouble.of(np.zeros(self.standard.shape[1])), values, np.inf
        correction = solution.high
        for _ in range(self.most_corrections):
            correction = self.rows.solve(left.high)
            size = _relative_size(correction, solution)
            if not size < previous:
                break
            solution, previous = solution + DoubleDouble.of(correction), size
            if size <= _CONVERGED:
                break
            left = values - self.columns.product(self.block.design, solution)
        off = float(np.abs(correction).max(initial=0.0))
        return without_rest(solution, correction), off

    def multipliers(self, gradient: DoubleDouble) -> tuple[DoubleDouble, FloatArray]:
        """μ, (k,), with Σωμz = −gradient, (p,), refined; and what is left of the gradient, (p,)."""
        solution, left, previous = DoubleDouble.of(np.zeros(len(self.weights))), gradient, np.inf
        for _ in range(self.most_corrections):
            correction = self.rows.multipliers(left.high)
            # Heavy rows round what light ones are multiplied by, so corrections shrink as ν = ωμ, not at once as μ.
            size = float(np.abs(correction).max(initial=0.0))
            if not size < previous:
                break
            solution, previous = solution + DoubleDouble.of(correction), size
            left = gradient + self.columns.transpose_product(self.block.design, solution)
            if np.abs(correction / self.weights).max(initial=0.0) <= EPSILON**2:
                break
        kept = np.zeros(len(left.high))
        kept[self.kept] = left.high[self.kept]
        return solution.over(self.weights), kept


def _relative_size(correction: FloatArray, solution: DoubleDouble) -> float:
    scale = float(np.abs(solution.high).max(initial=0.0))
    size = float(np.abs(correction).max(initial=0.0))
    return size / scale if scale > 0 else float(size > 0)
