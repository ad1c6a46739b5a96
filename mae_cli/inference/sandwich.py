"""Covariances of coefficients by the sandwich H⁻¹·M·H⁻¹: H is how the gradient changes, M how much it varies.

For a quantile τ, H = Σωf·xx′ with f the density of a row's target at its line (`density`), and M = τ(1 − τ)·Σω·xx′. A
whole number ω counts as so many rows; other weights are those of a sample, and M has ω². For least squares H = Σω·xx′
and M = Σω·(r / (1 − leverage))²·xx′ (HC3; MacKinnon and White, 1985). A row of leverage 1 is fitted whatever its target
is: its residual says nothing, and coefficients that depend on its target have no standard error.
"""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.density import Density
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.sums import Sums, sum_blocks

# Nobody has repeated rows more often.
_MOST_ROWS = 2.0**53
# A row whose leverage comes so near to 1 is fitted whatever its target is.
_WHOLE_LEVERAGE = 1e-10
# Less of a coefficient's variance than this, which rounding explains, does not come from a row.
_LEAST_SHARE = 1e-12


@dataclass(frozen=True, eq=False)
class Bread(Sums):
    """Sums over rows, in coordinates.

    Attributes:
        hessian: H, (k, k).
        scores: Σω·xx′, (k, k).
        sampled_scores: Σω²·xx′, (k, k).
        weight: Σω.
        count: of rows.
        uncounted: rows without a density, because neighbouring lines cross there.
        broken: the sum of |ω − its nearest whole number|.
    """

    hessian: FloatArray
    scores: FloatArray
    sampled_scores: FloatArray
    weight: float
    count: int
    uncounted: int
    broken: float

    @property
    def are_repetitions(self) -> bool:
        """Whether the weights are whole numbers that rows can be counted by, each as good as so many rows."""
        return self.broken == 0 and self.count <= self.weight <= _MOST_ROWS

    @property
    def meat(self) -> FloatArray:
        """M without τ(1 − τ), (k, k)."""
        return self.scores if self.are_repetitions else self.sampled_scores

    @property
    def size(self) -> float:
        """The number of rows that the fit stands on: n, or Σω of repetitions."""
        return self.weight if self.are_repetitions else float(self.count)

    @cached_property
    def inverse(self) -> FloatArray:
        """H⁻¹, (k, k).

        Raises:
            LinAlgError: H has none.
        """
        inverse = np.linalg.inv(self.hessian)
        if not np.isfinite(inverse).all() or not (np.diag(inverse) > 0).all():
            raise np.linalg.LinAlgError("the density is zero in too many rows")
        return np.asarray(0.5 * (inverse + inverse.T))

    @cached_property
    def covariance(self) -> FloatArray:
        """H⁻¹·M·H⁻¹ without τ(1 − τ), (k, k)."""
        return np.asarray(self.inverse @ self.meat @ self.inverse)


def bread(rows: Rows, coordinates: Coordinates, density: Density) -> Bread:
    """The sums of all rows, by one pass."""
    return sum_blocks(rows, partial(_bread, coordinates=coordinates, density=density))


def _bread(block: Block, coordinates: Coordinates, density: Density) -> Bread:
    design, weights = coordinates.design(block), coordinates.weights(block)
    densities = density(block, design)
    scores = coordinates.gram(design, None if block.weights is None else weights)
    return Bread(
        hessian=coordinates.gram(design, weights * densities),
        scores=scores,
        sampled_scores=scores if block.weights is None else coordinates.gram(design, weights**2),
        weight=float(weights.sum()),
        count=len(weights),
        uncounted=int(np.count_nonzero(densities == 0)),
        broken=float(np.abs(weights - np.rint(weights)).sum()),
    )


def carriers(rows: Rows) -> FloatArray:
    """The number of rows, (p,), in which each indicator column is 1; of all rows for numbers. One pass."""
    return sum_blocks(rows, _carriers)


def _carriers(block: Block) -> FloatArray:
    counts = np.full(block.design.shape[1], float(len(block.target)))
    for codes, offset, count in block.design.categories():
        counts[offset : offset + count] = np.bincount(codes, minlength=count + 1)[1:]
    return counts


@dataclass(frozen=True, eq=False)
class SquaredScores(Sums):
    """Sums over the rows of a least-squares fit.

    Attributes:
        meat: M, (k, k), without rows of leverage 1.
        whole: Σω·xx′, (k, k), of these.
    """

    meat: FloatArray
    whole: FloatArray


def squared_errors(rows: Rows, coordinates: Coordinates, sums: Bread, point: FloatArray) -> FloatArray:
    """HC3 standard errors of a least-squares fit at standard coefficients (p,), by one pass.

    NaN for a coefficient that depends on the target of a row of leverage 1.
    """
    inverse = np.asarray(np.linalg.inv(sums.scores), dtype=np.float64)
    found = sum_blocks(rows, partial(_squared_scores, coordinates=coordinates, sums=sums, inverse=inverse, point=point))
    variance, of_whole = (coordinates.variances(inverse @ each @ inverse) for each in (found.meat, found.whole))
    depends = of_whole > _LEAST_SHARE * coordinates.variances(inverse)
    return np.where(depends, np.nan, np.sqrt(variance))


def _squared_scores(
    block: Block, coordinates: Coordinates, sums: Bread, inverse: FloatArray, point: FloatArray
) -> SquaredScores:
    standard = coordinates.standard
    residual = standard.residual(standard.shifted(block), point)
    matrix = coordinates.matrix(block)
    weights = coordinates.weights(block)
    leverage = np.einsum("ij,ij->i", matrix @ inverse, matrix) * (1.0 if sums.are_repetitions else weights)
    freed = 1 - leverage
    is_whole = freed <= _WHOLE_LEVERAGE
    scaled = np.divide(residual, freed, out=np.zeros(len(freed)), where=~is_whole)
    counted = weights if sums.are_repetitions else weights**2
    whole = matrix[is_whole]
    return SquaredScores(
        meat=(matrix * (counted * scaled**2)[:, np.newaxis]).T @ matrix,
        whole=(whole * weights[is_whole, np.newaxis]).T @ whole,
    )
