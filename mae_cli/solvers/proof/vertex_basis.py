"""The k independent rows of a vertex: coefficients, multipliers and edges in standard units, then to the last digit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, join, join_designs
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening, KeyRows
from mae_cli.solvers.prepare.key_basis import checked_inverse
from mae_cli.solvers.prepare.precise_columns import PreciseColumns, without_rest
from mae_cli.solvers.prepare.precision import EPSILON, EXACT_ROUNDING, DoubleDouble
from mae_cli.solvers.prepare.problem import Problem

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
    """Rows with an inverse of their own; see `IndependentRows`.

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
        solution = np.zeros(self.columns)
        solution[self.kept] = self.inverse @ values
        return solution

    def multipliers(self, gradient: FloatArray) -> FloatArray:
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

    def solve_plainly(self, values: FloatArray) -> FloatArray:
        """Standard coefficients (p,) with z·β = values, (k,), in floats.

        Refined once: rows that depend on these then see no more than rounding.
        """
        solution = self.rows.solve(values)
        return solution + self.rows.solve(values - self.standard.product(solution))

    def solve(self, values: DoubleDouble) -> tuple[DoubleDouble, float]:
        """Standard coefficients (p,) with z·β = values, (k,), in twice the digits, and what they can be off by."""
        solution, off = _solved([self], values)
        return solution[0], float(off[0])

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


@dataclass(frozen=True, eq=False)
class Plane:
    """The linear function through the targets of the rows of a basis.

    Attributes:
        coefficients: (p,) standard ones, in twice the digits.
        off: what these can be off by.
        rest: (k,) what is left of the residuals of the rows beyond the rounding of twice the digits.
    """

    coefficients: DoubleDouble
    off: float
    rest: FloatArray


def planes_through(bases: Sequence[VertexBasis]) -> list[Plane]:
    """The planes through bases in the same standard units."""
    shape = bases[0].standard.shape[1]
    given = DoubleDouble.of(np.stack([np.zeros(shape) if each.given is None else each.given for each in bases]))
    solution, off = _solved(bases, _residuals(bases, given))
    coefficients = solution + given
    left = rests(bases, coefficients, off)
    return [Plane(coefficients[number], float(off[number]), rest) for number, rest in enumerate(left)]


def rests(bases: Sequence[VertexBasis], coefficients: DoubleDouble, off: FloatArray) -> list[FloatArray]:
    """What planes (m, p) leave of the residuals of the rows of each basis.

    Nothing is left where the coefficients are `off`, (m,), by no more than the rounding of twice the digits.
    """
    sizes = np.abs(coefficients.high)
    left = [np.zeros(len(basis.positions)) for basis in bases]
    numbers = np.flatnonzero(off > _CONVERGED * sizes.max(axis=1, initial=0.0)).tolist()
    some = [bases[number] for number in numbers]
    residuals = _split(_residuals(some, coefficients[numbers]).high, some) if some else []
    for number, basis, residual in zip(numbers, some, residuals, strict=True):
        standard = basis.columns.standard
        rounding = EXACT_ROUNDING * standard.numbers(standard.shifted(basis.block), sizes[number])
        left[number] = np.where(np.abs(residual) <= rounding, 0.0, residual)
    return left


def _residuals(bases: Sequence[VertexBasis], coefficients: DoubleDouble) -> DoubleDouble:
    """The standard residuals of the rows of all bases, one after the other, at the (m, p) coefficients of each."""
    block = join([basis.block for basis in bases])
    return bases[0].columns.residual(block, _of_rows(coefficients, bases))


def _of_rows(coefficients: DoubleDouble, bases: Sequence[VertexBasis]) -> DoubleDouble:
    """(p, Σk) those of the basis that each row belongs to; (p,) where there is one basis alone."""
    return coefficients[0] if len(bases) == 1 else coefficients[_owners(bases)].transposed()


def _owners(bases: Sequence[VertexBasis]) -> Positions:
    return np.repeat(np.arange(len(bases)), [len(basis.positions) for basis in bases])


def _split(values: FloatArray, bases: Sequence[VertexBasis]) -> list[FloatArray]:
    """Those of the rows of each basis."""
    return np.split(values, np.cumsum([len(basis.positions) for basis in bases])[:-1])


def _solved(bases: Sequence[VertexBasis], values: DoubleDouble) -> tuple[DoubleDouble, FloatArray]:
    """Standard coefficients (m, p) with z·β = values, (Σk,), in the rows of each basis, refined.

    Corrections are made until they no longer shrink; the last one tells what coefficients can be off by, (m,).
    """
    shape = len(bases), bases[0].standard.shape[1]
    solution, last, previous = DoubleDouble.of(np.zeros(shape)), np.zeros(shape), np.full(len(bases), np.inf)
    owners, design = _owners(bases), join_designs([basis.block.design for basis in bases])
    going, left = np.arange(len(bases)), values
    for _ in range(bases[0].most_corrections):
        some = [bases[number] for number in going.tolist()]
        correction = np.stack([each.rows.solve(part) for each, part in zip(some, _split(left.high, some), strict=True)])
        last[going], sizes = correction, _relative_sizes(correction, solution.high[going])
        is_better = sizes < previous[going]
        better = going[is_better]
        following = solution[better] + DoubleDouble.of(correction[is_better])
        solution.high[better], solution.low[better], previous[going] = following.high, following.low, sizes
        going = going[is_better & (sizes > _CONVERGED)]
        if not len(going):
            break
        rows = np.flatnonzero(np.isin(owners, going))
        some = [bases[number] for number in going.tolist()]
        left = values[rows] - bases[0].columns.product(design.take(rows), _of_rows(solution[going], some))
    return without_rest(solution, last), np.abs(last).max(axis=1, initial=0.0)


def _relative_sizes(corrections: FloatArray, solutions: FloatArray) -> FloatArray:
    scales, sizes = (np.abs(each).max(axis=1, initial=0.0) for each in (solutions, corrections))
    return np.asarray(np.divide(sizes, scales, out=(sizes > 0).astype(np.float64), where=scales > 0))
