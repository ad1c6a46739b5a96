"""The k independent rows of a vertex: coefficients, multipliers and edges in standard units, then to the last digit."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.linear import Coefficients
from mae_cli.rows.design import Design
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.double_double import DoubleDouble
from mae_cli.solvers.exact_rows import ExactRows, standard_gradient
from mae_cli.solvers.key_rows import KeyRows
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.standardise import Standardisation

_EPSILON = float(np.finfo(float).eps)
_MOST_CORRECTIONS = 40
# Corrections below this share of the solution are beyond the last digit of twice the digits.
_CONVERGED = 1e-31
# What is left of an exact zero: the rounding of twice the digits.
_REST = 2.0**-98


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
class DenseRows:
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
    def of(design: Design, kept: Positions) -> "DenseRows":
        """The rows of a standard design.

        Raises:
            LinAlgError: they are dependent.
        """
        matrix = design.dense()[:, kept]
        # Rows of very different sizes would mislead the choice of pivots.
        sizes = np.ldexp(1.0, -np.frexp(np.abs(matrix).max(axis=1, initial=0.0))[1])
        inverse = np.linalg.inv(matrix * sizes[:, np.newaxis]) * sizes
        if not np.isfinite(inverse).all():
            raise np.linalg.LinAlgError("the rows are dependent but for rounding")
        return DenseRows(inverse, kept, design.shape[1])

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
        """|errors|·|inverse|."""
        moved: FloatArray = errors[self.kept] @ np.abs(self.inverse)
        return moved


@dataclass(frozen=True, eq=False)
class VertexBasis:
    """The rows of a vertex.

    Attributes:
        positions: (k,) which rows these are.
        weights: (k,) ω.
        standard: the same rows in standard units.
        rows: to solve with, to the digits of a float.
        exact: the rows as read.
    """

    positions: Positions
    weights: FloatArray
    standard: Design
    rows: IndependentRows
    exact: ExactRows

    @staticmethod
    def of(problem: Problem, positions: Positions) -> "VertexBasis":
        """The rows at these positions.

        Raises:
            LinAlgError: they are dependent.
        """
        block = problem.rows.take(positions)
        design = problem.standard(block).design
        whitening = problem.whitening
        rows: IndependentRows = (
            KeyRows.of(design, whitening)
            if isinstance(whitening, AbsorbedWhitening)
            else DenseRows.of(design, whitening.kept)
        )
        return VertexBasis(positions, block.weight_values, design, rows, ExactRows.of(block, problem.standard))

    def plane(self, values: DoubleDouble) -> "Plane":
        """The linear function with these values (k,) in the rows, refined until the corrections no longer shrink."""
        solution, left, previous = DoubleDouble.of(np.zeros(len(self.exact.shift))), values, np.inf
        for _ in range(_MOST_CORRECTIONS):
            correction = self.rows.solve(left.high)
            size = _relative_size(correction, solution)
            if not size < previous:
                break
            solution, previous = solution + DoubleDouble.of(self.exact.as_read(correction)), size
            if size <= _CONVERGED:
                break
            left = values - self.exact.product(solution)
        return Plane(_without_rest(solution), self.exact.shift)

    def multipliers(self, gradient: DoubleDouble) -> tuple[FloatArray, float]:
        """μ, (k,), with Σωμx̃ = −gradient, (p,), by the columns as read; and how far off the last correction was."""
        solution, left, previous = DoubleDouble.of(np.zeros(len(self.weights))), gradient, np.inf
        for _ in range(_MOST_CORRECTIONS):
            correction = self.rows.multipliers(standard_gradient(left, self.exact.shift))
            size = float(np.abs(correction / self.weights).max(initial=0.0))
            if not size < previous:
                break
            solution, previous = solution + DoubleDouble.of(correction), size
            if size <= _EPSILON**2:
                break
            left = gradient + self.exact.gradient(solution.high) + self.exact.gradient(solution.low)
        return solution.high / self.weights, previous


@dataclass(frozen=True, eq=False)
class Plane:
    """A linear function in twice the digits.

    Attributes:
        solution: (p,) coefficients of the columns as read, each times a power of two.
        shift: (p,) of the standard columns from these.
    """

    solution: DoubleDouble
    shift: FloatArray

    def in_standard_units(self, standard: Standardisation) -> DoubleDouble:
        """(p,) coefficients of the standard columns, of a function that predicts targets as read."""
        if not standard.intercept:
            return self.solution
        target_shift = standard.target_shift / standard.target_scale
        moved = self.solution.times(self.shift).sum_rows() - DoubleDouble.of(np.asarray(target_shift))
        first = self.solution[0] + moved
        high, low = self.solution.high.copy(), self.solution.low.copy()
        size = abs(high[0]) + float(np.abs(self.shift) @ np.abs(high)) + abs(target_shift)
        high[0], low[0] = (first.high, first.low) if abs(first.high) > _REST * size else (0.0, 0.0)
        return DoubleDouble(high, low)

    def in_user_units(self, standard: Standardisation) -> Coefficients:
        """The function with coefficients rounded to floats."""
        return standard.scaled_to_user(self.solution.high)


def _without_rest(solution: DoubleDouble) -> DoubleDouble:
    """The solution without what refinement leaves of an exact zero: the rounding of twice the digits."""
    sizes = np.abs(solution.high)
    is_rest = sizes <= _REST * sizes.max(initial=0.0)
    return DoubleDouble(np.where(is_rest, 0.0, solution.high), np.where(is_rest, 0.0, solution.low))


def _relative_size(correction: FloatArray, solution: DoubleDouble) -> float:
    scale = float(np.abs(solution.high).max(initial=0.0))
    size = float(np.abs(correction).max(initial=0.0))
    return size / scale if scale > 0 else float(size > 0)
