"""The proof of a vertex of an MAE or pinball fit: its dual point, and the bound that follows.

At a vertex μ is τ or τ − 1 by the side of a row, except in the k rows of its basis, where the constraint Σωμz = 0 is
solved for it. If these μ lie in their box [τ − 1, τ] the vertex is optimal: no linear function of the columns kept has
a smaller loss than Σωμr. What rounding can do to them is bounded. Where that leaves open whether they are in the box,
the constraint is summed up in twice the digits; where it blurs the loss, the residuals are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial, reduce
from operator import add

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.design import Design
from mae_cli.rows.linear import Coefficients
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.prepare.precision import (
    EXACT_ROUNDING,
    LARGEST_WHOLE,
    UNIT,
    DoubleDouble,
    pairwise_rounding,
    products_rounding,
    sums_rounding,
)
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.rank import whole_numbers
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.ties import chance
from mae_cli.solvers.prepare.visit import visit
from mae_cli.solvers.prepare.whitening import is_weighted
from mae_cli.solvers.proof.certificate import OPTIMAL_GAP, Bound, Totals, absolute_bound, is_negligible, mean_loss
from mae_cli.solvers.proof.vertex_basis import Plane, VertexBasis, planes_through
from mae_cli.solvers.proof.vertex_sums import VertexSums, VertexView
from mae_cli.solvers.solution import DualPoint

# Residuals are computed in twice the digits where floats blur the loss by this share.
_BLURRED = 1e-11
_FEW_NUMBERS = 10_000


@dataclass(frozen=True, eq=False)
class Vertex:
    """A vertex and how the rows are seen from it.

    Attributes:
        problem: to be solved.
        basis: its rows.
        plane: through them.
        point: the same, rounded to the coefficients that are written.
        view: of all rows.
    """

    problem: Problem
    basis: VertexBasis
    plane: Plane
    point: Coefficients
    view: VertexView

    @staticmethod
    def of(problem: Problem, positions: Positions, *, is_thorough: bool) -> "Vertex":
        """The vertex through independent rows.

        Raises:
            LinAlgError: they are dependent.
            DataError: a coefficient is larger than floating point can hold.
        """
        return vertices_through([problem], [VertexBasis.of(problem, positions)], is_thorough=is_thorough)[0]

    def rounded_best(self) -> Coefficients:
        """The coefficients as they are written, or with the intercept that makes up best for how they were rounded.

        That is one of the floats next to the intercept that fits the other coefficients as they are written: where the
        loss is steeper on one side, rounding to the nearest is not the best. One pass.
        """
        standard, plane = self.problem.standard, self.plane.coefficients
        fitting = standard.with_fitting_intercept(self.point, plane.high, Fraction(float(plane.low[0])))
        intercepts = [np.nextafter(fitting.intercept, side) for side in (-np.inf, np.inf)]
        points = [self.point, fitting, *(replace(fitting, intercept=float(each)) for each in intercepts)]
        differences = np.array([_difference(standard, plane, point)[0][0] for point in points])
        losses = sum_blocks(self.problem.rows, partial(self.view.losses, offsets=differences))
        best = 0
        for place in range(1, len(points)):
            # Less than this is rounding, which must not decide.
            if losses[place] < losses[best] * (1 - OPTIMAL_GAP):
                best = place
        return points[best]

    def written_as(self, point: Coefficients) -> "Vertex":
        """The same vertex with other roundings of its coefficients."""
        return _written(self.problem, self.basis, self.plane, point, is_thorough=True)

    @property
    def is_rounded_coarsely(self) -> bool:
        """Whether rounding the slopes moves residuals by more than the rounding of their products: tiny ones do."""
        first = int(self.problem.standard.intercept)
        moved, sizes = np.abs(self.view.written[first:]), np.abs(self.plane.coefficients.high[first:])
        return bool((moved > 2 * UNIT * sizes).any())

    def prove(self) -> "VertexProof":
        """The proof, by one pass or a few."""
        return prove([self])[0]

    def proof(self, sums: VertexSums, numbers: float | None = None, added_up: float | None = None) -> "VertexProof":
        """The proof, with the constraint in twice the digits if floats leave open whether μ is in its box.

        Its `numbers` are the largest that there can be when they were not measured, and what adding up can do to a sum
        of standard numbers is that of whole blocks when it is not known to be less.
        """
        count, columns = self.problem.rows.shape
        nu = self.basis.rows.multipliers(sums.gradient)
        nu += self.basis.rows.multipliers(sums.gradient + self.basis.standard.transpose_product(nu))
        left = np.abs(sums.gradient + self.basis.standard.transpose_product(nu))
        if added_up is None:
            added_up = (sums_rounding(count) + UNIT * sums.blocks) * sums.mass
        errors = left + (added_up + columns * UNIT * float(np.abs(nu).sum())) * self.problem.standard.widest
        if numbers is None:
            numbers = self.view.reach * (sums.mass + float(self.basis.weights.sum()))
        proof = VertexProof(self, sums, DoubleDouble.of(nu / self.basis.weights), self._errors(errors), numbers)
        return proof if proof.is_settled else self._proved_exactly(sums, numbers)

    def _proved_exactly(self, sums: VertexSums, numbers: float) -> "VertexProof":
        gradient = DoubleDouble.of(sums.gradient) if self._sums_are_exact else self._precise_gradient()
        multipliers, left = self.basis.multipliers(gradient)
        mass = sums.mass + float(np.abs(self.basis.weights * multipliers.high).sum())
        errors = self._errors(np.abs(left) + EXACT_ROUNDING * mass * self.problem.standard.widest)
        return VertexProof(self, sums, multipliers, errors, numbers)

    def _precise_gradient(self) -> DoubleDouble:
        """Σωμz over the rows outside of the basis, in twice the digits, by one pass."""
        return sum_blocks(self.problem.rows, self.view.constraint).gradient(self.view.quantile)

    @property
    def _sums_are_exact(self) -> bool:
        """Whether floats add up Σ±½z without rounding: whole numbers without weights, found by a cheap pass."""
        rows, standard = self.problem.rows, self.problem.standard
        # Middles of whole numbers are halves, so the terms are multiples of a quarter of 1/scale.
        if self.view.quantile != 0.5 or is_weighted(rows):
            return False
        longest = 4 * rows.shape[0] * float(standard.scale.max(initial=1.0))
        basis = self.basis.block.design.numeric
        might_be = longest <= LARGEST_WHOLE and bool((np.rint(basis) == basis).all())
        return might_be and bool(whole_numbers(rows, standard).all())

    def _errors(self, gradient: FloatArray) -> FloatArray:
        """What errors of the gradient Σωμz, at most (p,), do to μ in the basis, (k,)."""
        return self.basis.rows.sensitivity(gradient) / self.basis.weights


@dataclass(frozen=True, eq=False)
class VertexProof:
    """What is proved of a vertex.

    Attributes:
        vertex: of which.
        sums: over the rows.
        precise_multipliers: (k,) μ in the basis, in twice the digits.
        errors: (k,) what these can be off by.
        numbers: Σω|slope|·(|y| + Σ|z·β|) over all rows, or more: what the losses are the sum of.
    """

    vertex: Vertex
    sums: VertexSums
    precise_multipliers: DoubleDouble
    errors: FloatArray
    numbers: float

    def with_measured_numbers(self) -> "VertexProof":
        """The same with the `numbers` of the rows themselves, by one pass, not of the largest that a row can have."""
        return replace(self, numbers=sum_blocks(self.vertex.problem.rows, self.vertex.view.numbers))

    @property
    def multipliers(self) -> FloatArray:
        """(k,) μ in the basis."""
        return self.precise_multipliers.high

    @cached_property
    def outside(self) -> FloatArray:
        """(k,) how far μ is outside of its box, as a share of the side of the box that it leaves; negative inside."""
        quantile = self.vertex.view.quantile
        high, low = self.precise_multipliers.high, self.precise_multipliers.low
        other = 1 - quantile
        rest = (1 - other) - quantile  # what rounding leaves out of 1 − τ
        above, below = ((high - quantile) + low) / quantile, ((-high - other) - (low + rest)) / other
        return np.maximum(above, below)

    @cached_property
    def doubts(self) -> FloatArray:
        """(k,) what `outside` can be off by."""
        quantile = self.vertex.view.quantile
        return self.errors / np.where(self.multipliers > 0, quantile, 1 - quantile)

    @property
    def is_settled(self) -> bool:
        """Whether it is beyond doubt that all μ are in the box, or that one is not."""
        return bool((self.outside + self.doubts <= 0).all() or (self.outside > self.doubts).any())

    @cached_property
    def worst(self) -> int | None:
        """The row of the basis whose μ is farthest out of its box; None if none is for certain."""
        if not (self.outside > self.doubts).any():
            return None
        return int(np.where(self.outside > self.doubts, self.outside, -np.inf).argmax())

    @cached_property
    def bound(self) -> Bound:
        """The bound in the user's units.

        μ outside of the box are scaled towards 0 until they are in it: that keeps the constraint.
        """
        sums = self.sums
        kept = 1 / (1 + max(float((self.outside + self.doubts).max(initial=0.0)), 0.0))
        totals = Totals(
            weight=sums.weight,
            loss=sums.loss,
            # What is left in the rows of the basis counts with their μ before it was scaled.
            lower_bound=kept * (sums.dual - self.rounding) - (1 - kept) * self.left,
            gap=kept * sums.gap + (1 - kept) * sums.loss,
            is_solution_perfect=self.is_solution_perfect,
        )
        return absolute_bound(self.vertex.problem, self.vertex.point, totals)

    @cached_property
    def left(self) -> float:
        """Σω|r| over the basis, which twice the digits leave."""
        basis = self.vertex.basis
        return float(basis.weights[np.argsort(basis.positions)] @ np.abs(self.vertex.view.basis_residual))

    @cached_property
    def rounding(self) -> float:
        """What rounding can do to the loss and the dual value together."""
        view, sums = self.vertex.view, self.sums
        added_up = pairwise_rounding(sums.blocks) * sums.loss
        precise = UNIT * sums.loss + EXACT_ROUNDING * self.numbers
        residuals = precise if view.is_thorough else _rounding(self.numbers, len(view.point))
        return 2 * (added_up + residuals) + self.left + sums.rounding

    @property
    def is_blurred(self) -> bool:
        """Whether residuals in floats leave too much of the loss, or of the gap, in the dark."""
        sums = self.sums
        is_blurred = self.rounding > _BLURRED * sums.loss or sums.gap > OPTIMAL_GAP * sums.loss
        return is_blurred and not self.vertex.view.is_thorough and not self.is_perfect_enough

    def is_known_within(self, tolerance: float) -> bool:
        """Whether residuals in floats leave no more of the loss and the gap in the dark than that."""
        # Of a loss that is zero in floats they know nothing.
        return not self.is_blurred or self.bound.gap < tolerance * self.bound.loss

    @cached_property
    def are_ties_exact(self) -> bool:
        """Whether all rows that count as tied are, as far as twice the digits can tell."""
        view = self.vertex.view
        return view.is_thorough or bool(view.are_zero(self.vertex.problem.rows.take(self.sums.tied.rows)).all())

    @property
    def is_sharp(self) -> bool:
        """Whether a proof from residuals in twice the digits would say no more; of many rows, ties may be near ones."""
        return not self.is_blurred and (self._are_many or self.are_ties_exact)

    @cached_property
    def is_solution_perfect(self) -> bool:
        """Whether the loss of the vertex is no more than the rounding of the spread of the data."""
        problem = self.vertex.problem
        loss = mean_loss(problem, self.sums.dual + self.sums.gap, self.sums.weight)
        return is_negligible(problem, self.vertex.point, loss)

    @property
    def is_perfect_enough(self) -> bool:
        """Whether the solution is perfect and rows are too many to look for the best of all perfect ones."""
        return self._are_many and self.is_solution_perfect

    @property
    def _are_many(self) -> bool:
        count, columns = self.vertex.problem.rows.shape
        return count * columns > _FEW_NUMBERS

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to be looked for: it is optimal, or perfect enough."""
        return self.worst is None or self.is_perfect_enough

    @property
    def dual(self) -> DualPoint:
        """The dual point λ = 2μ − (2τ − 1) in the rows where it is not, or not beyond rounding, the residual's sign."""
        tilt = 2 * self.vertex.view.quantile - 1
        blurred, basis = self.sums.blurred, self.vertex.basis.positions
        solved = np.clip(2 * self.multipliers - tilt, -1.0, 1.0)
        return DualPoint(np.concatenate([basis, blurred.rows]), np.concatenate([solved, blurred.sides]))


def vertices_through(problems: Sequence[Problem], bases: Sequence[VertexBasis], *, is_thorough: bool) -> list[Vertex]:
    """The vertices through bases of problems in the same standard units.

    Raises:
        DataError: a coefficient is larger than floating point can hold.
    """
    if not bases:
        return []
    vertices = []
    for problem, basis, plane in zip(problems, bases, planes_through(bases), strict=True):
        point = basis.columns.to_user(plane.coefficients)
        vertices.append(_written(problem, basis, plane, point, is_thorough=is_thorough))
    return vertices


def _written(problem: Problem, basis: VertexBasis, plane: Plane, point: Coefficients, *, is_thorough: bool) -> Vertex:
    """The plane through a basis when it is written as `point`."""
    standard, first, order = problem.standard, int(problem.standard.intercept), np.argsort(basis.positions)
    difference, rounded = _difference(standard, plane.coefficients, point)
    rounded[:first] = plane.coefficients.high[:first]
    reach = standard.widest * (1.0 + _reach(basis.standard, rounded))
    moved = float(np.abs(difference[:first]).sum())
    view = VertexView(
        standard=standard,
        quantile=problem.absolute_loss.quantile,
        point=rounded,
        written=difference,
        exact=plane.coefficients,
        off=plane.off,
        perturbed=basis.solve_plainly(chance(basis.positions)),
        basis=basis.positions[order],
        basis_residual=plane.rest[order],
        reach=reach,
        blur=2 * moved + _rounding(reach + _size_as_read(standard, point), len(rounded)),
        is_thorough=is_thorough,
    )
    return Vertex(problem, basis, plane, point, view)


def prove(vertices: Sequence[Vertex]) -> "list[VertexProof]":
    """The proofs of vertices of problems over the same rows: one pass, and more where floats leave something open."""
    rows = [vertex.problem.rows for vertex in vertices]
    answers = visit(rows, vertices[0].problem.standard, [vertex.view for vertex in vertices])
    return [vertex.proof(reduce(add, sums)) for vertex, sums in zip(vertices, answers, strict=True)]


def _difference(standard: Standardisation, plane: DoubleDouble, point: Coefficients) -> tuple[FloatArray, FloatArray]:
    """What standard coefficients (p,) the written ones add to those of the plane; and the written ones, in floats."""
    written, rest = standard.of_user(point)
    difference = (written - plane.high) - plane.low
    difference[: int(standard.intercept)] += rest
    return difference, written


def _rounding(numbers: float, columns: int) -> float:
    """What rounding can do to a residual that is the sum of such numbers."""
    return products_rounding(columns) * UNIT * numbers


def _reach(design: Design, point: FloatArray) -> float:
    """The most that Σ|z·β| can be in a row when no number is above 1: it has one level of a column."""
    sizes = np.abs(point)
    levels = sum(float(sizes[first : first + count].max(initial=0.0)) for _, first, count in design.categories())
    return float(sizes[: design.numeric.shape[1]].sum()) + levels


def _size_as_read(standard: Standardisation, point: Coefficients) -> float:
    """The most that |y| + |w₀| + Σ|x·w| can be in a row as read, in standard units."""
    sizes = np.abs(point.values) / standard.target_scale
    with np.errstate(over="ignore"):
        sizes[: len(standard.scale)] *= standard.largest
        largest = abs(standard.target_shift / standard.target_scale) + abs(point.intercept / standard.target_scale)
        return 1.0 + largest + float(sizes.sum())
