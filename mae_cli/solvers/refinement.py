"""Coefficients to the last digit: iterative refinement with residuals of twice the digits.

Both refinements work on the columns as read (scaled by powers of two, which is exact), not on centred ones, whose
rounding an ill-conditioned design multiplies. The factorisation, of standardised columns, only steers the corrections.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.linear import Coefficients
from mae_cli.rows.blocks import Block
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.double_double import DoubleDouble, matrix_product, transpose_product
from mae_cli.solvers.standardise import Standardisation
from mae_cli.solvers.whitening import Whitening

AnyWhitening = Whitening | AbsorbedWhitening

_MOST_CORRECTIONS = 40
# Corrections below this share of the solution are beyond the last digit of a float.
_CONVERGED = 1e-24
_EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class _Scaled:
    """The kept columns as read, each times a power of two, and how a standardised correction acts on them.

    Standard columns are z = x̃ − shift̃·1, so X̃·w = Z·v with v₀ = w₀ + Σ shift̃ⱼwⱼ and vⱼ = wⱼ otherwise.
    """

    matrix: FloatArray
    target: FloatArray
    shift: FloatArray

    @staticmethod
    def of(block: Block, standard: Standardisation, whitening: AnyWhitening) -> "_Scaled":
        """The kept columns of a block, with a column of ones for the intercept."""
        first = int(standard.intercept)
        columns = whitening.columns
        matrix = np.ones((len(block.target), columns))
        matrix[:, first:] = block.design.dense()
        numeric = slice(first, first + len(standard.scale))
        matrix[:, numeric] /= standard.scale
        shift = np.zeros(columns)
        shift[numeric] = standard.shift / standard.scale
        return _Scaled(matrix[:, whitening.kept], block.target / standard.target_scale, shift[whitening.kept])

    def unshifted(self, standard_correction: FloatArray) -> FloatArray:
        """A correction of standard coefficients as one of the coefficients of the columns as read."""
        correction = standard_correction.copy()
        if self.shift.any():
            correction[0] -= self.shift @ standard_correction
        return correction

    def shifted_gradient(self, gradient: DoubleDouble) -> FloatArray:
        """A gradient by the columns as read as one by standard columns: gⱼ − shift̃ⱼ·g₀."""
        if not self.shift.any():
            return gradient.high
        first = DoubleDouble(np.full(len(self.shift), gradient.high[0]), np.full(len(self.shift), gradient.low[0]))
        return (gradient - first.times(self.shift)).high


def refine_least_squares(block: Block, standard: Standardisation, whitening: AnyWhitening) -> Coefficients:
    """The least-squares fit in the user's units, refined to the last digits.

    Solves the augmented system  r + Xw = y, XᵀΩr = 0  for residuals and coefficients together, with the QR
    factorisation of √Ω·Z (Björck, 1967): unlike corrections by the normal equations these converge as long as the
    condition number is below 1/ε, not only its square.
    """
    scaled = _Scaled.of(block, standard, whitening)
    root = np.sqrt(block.weight_values)
    orthonormal, factor = np.linalg.qr(root[:, np.newaxis] * standard(block).design.dense()[:, whitening.kept])
    target = DoubleDouble.of(scaled.target)
    coefficients = DoubleDouble.of(np.zeros(len(whitening.kept)))
    residual = DoubleDouble.of(np.zeros(len(root)))
    previous = np.inf
    for _ in range(_MOST_CORRECTIONS):
        misfit = (target - residual - matrix_product(scaled.matrix, coefficients)).high * root
        gradient = transpose_product(scaled.matrix, residual.times(block.weight_values))
        pull = np.linalg.solve(factor.T, -scaled.shifted_gradient(gradient))
        along = misfit @ orthonormal
        correction = np.linalg.solve(factor, along - pull)
        size = _relative_size(correction, coefficients)
        if size >= previous:
            break
        coefficients = coefficients + DoubleDouble.of(scaled.unshifted(correction))
        residual = residual + DoubleDouble.of((misfit + orthonormal @ (pull - along)) / root)
        previous = size
        if size <= _CONVERGED:
            break
    everything = np.zeros(whitening.columns)
    everything[whitening.kept] = coefficients.high
    return _user_units(everything, standard)


def _relative_size(correction: FloatArray, solution: DoubleDouble) -> float:
    scale = float(np.abs(solution.high).max(initial=0.0))
    size = float(np.abs(correction).max(initial=0.0))
    return size / scale if scale > 0 else float(size > 0)


def _user_units(scaled: FloatArray, standard: Standardisation) -> Coefficients:
    # What is left of an exact zero after refinement is the rounding of twice the digits.
    largest = np.abs(scaled).max(initial=0.0)
    everything = np.where(np.abs(scaled) > _EPSILON**2 * largest, scaled, 0.0)
    first = int(standard.intercept)
    coefficients = everything[first:]
    numeric = slice(len(standard.scale))
    # One power of two at a time could overflow where both together do not.
    powers = np.frexp(standard.target_scale)[1] - np.frexp(standard.scale)[1]
    coefficients[numeric] = np.ldexp(coefficients[numeric], powers)
    coefficients[numeric.stop :] *= standard.target_scale
    return Coefficients(float(everything[0]) * standard.target_scale if first else 0.0, coefficients)
