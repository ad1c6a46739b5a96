"""The coordinates in which sums over the rows are taken, and the way from there to coefficients in the user's units."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.problem import AnyWhitening, Problem
from mae_cli.solvers.prepare.standardise import Standardisation


@dataclass(frozen=True, eq=False)
class Coordinates:
    """The k columns kept, made orthonormal where that is possible, so that sums of products lose no digits.

    Attributes:
        standard: the units.
        whitening: of the standard columns.
        unit: the weight, as the user gave it, of a row of weight 1.
    """

    standard: Standardisation
    whitening: AnyWhitening
    unit: float = 1.0

    @staticmethod
    def of(problem: Problem, unit: float) -> "Coordinates":
        """Those of a problem."""
        return Coordinates(problem.standard, problem.whitening, unit)

    @property
    def size(self) -> int:
        """The number of columns kept, k."""
        return len(self.whitening.kept)

    def design(self, block: Block) -> Design:
        """The rows of a block as read, (b, k); with an absorbed column all p, whose indicators stay codes."""
        design = self.standard(block).design
        if isinstance(self.whitening, AbsorbedWhitening):
            return design
        return Design(self.whitening.rows(design.dense()))

    def matrix(self, block: Block) -> FloatArray:
        """The rows of a block as read, (b, k), written out."""
        matrix = self.design(block).dense()
        return matrix[:, self.whitening.kept] if isinstance(self.whitening, AbsorbedWhitening) else matrix

    def weights(self, block: Block) -> FloatArray:
        """ω as the user gave them, (b,)."""
        return block.weight_values * self.unit

    def gram(self, design: Design, weights: FloatArray | None) -> FloatArray:
        """Σωvv′, (k, k), for rows of `design`; ω is 1 when None."""
        gram = design.gram(weights)
        if isinstance(self.whitening, AbsorbedWhitening):
            gram = gram[np.ix_(self.whitening.kept, self.whitening.kept)]
        return gram

    def of_standard(self, point: FloatArray) -> FloatArray:
        """The vector whose product with a row of `design` is z·point, for standard coefficients (p,)."""
        if isinstance(self.whitening, AbsorbedWhitening):
            return point
        return np.asarray(np.linalg.solve(self.whitening.inverse_factor, point[self.whitening.kept]), dtype=np.float64)

    @cached_property
    def functionals(self) -> FloatArray:
        """(m, k): what each coefficient as written, the intercept first if there is one, is of these coordinates."""
        whitening = self.whitening
        mapped = np.asarray(
            user_functionals(self.standard, whitening.columns)[:, whitening.kept] @ self.standard_functionals
        )
        mapped[whitening.aliased] = np.nan
        return mapped

    def variances(self, covariance: FloatArray) -> FloatArray:
        """Those of the coefficients as written, (m,), for a covariance in these coordinates, (k, k)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(np.einsum("ij,jk,ik->i", self.functionals, covariance, self.functionals))

    @property
    def standard_functionals(self) -> FloatArray:
        """(k, k): what each standard coefficient that is kept is of these coordinates."""
        if isinstance(self.whitening, AbsorbedWhitening):
            return np.eye(self.size)
        return self.whitening.inverse_factor


def user_functionals(standard: Standardisation, columns: int) -> FloatArray:
    """(p, p): each coefficient as written as a linear function of the standard ones."""
    first, numeric = int(standard.intercept), len(standard.scale)
    scales = np.full(columns, standard.target_scale)
    with np.errstate(over="ignore"):
        scales[first : first + numeric] /= standard.scale
        functionals = np.diag(scales)
        if first:
            functionals[0, 1 : 1 + numeric] = -standard.shift / standard.scale * standard.target_scale
    return functionals
