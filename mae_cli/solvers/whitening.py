"""Whitening: the triangular factor that makes the columns of a design matrix orthonormal, and their rank.

With the rows scaled by the weights (ω for MAE, √ω for MSE) and n rows, RᵀR = XᵀX / n, so the rows v = x·R⁻¹ have
mean square length p. Columns that depend on those before them are left out. One rule decides: a column whose part
independent of the earlier ones is below what the rounding of the columns as read can produce adds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.products import matrix_product
from mae_cli.rows.sums import sum_blocks
from mae_cli.solvers.independence import independent_columns
from mae_cli.solvers.standardise import Standardisation

_EPSILON = float(np.finfo(float).eps)
# Up to this condition number (of unit columns) the Gram matrix loses at most half of the digits; a descent,
# which only needs the factor as a preconditioner, is none the worse for that. Beyond it rows are factored directly.
_GRAM_CONDITION = 1e5

RowScale = Callable[[Block], FloatArray | None]


@dataclass(frozen=True, eq=False)
class Whitening:
    """The whitening transformation of standard columns.

    Attributes:
        kept: indices of the independent standard columns (the column of ones is 0 if there is one).
        aliased: indices of those left out.
        inverse_factor: (k, k) upper triangular R⁻¹ over the kept columns.
        columns: number of standard columns, kept or not.
    """

    kept: Positions
    aliased: Positions
    inverse_factor: FloatArray
    columns: int

    def rows(self, matrix: FloatArray) -> FloatArray:
        """V = X·R⁻¹ for a dense (m, columns) matrix of standard rows, row after row in memory."""
        return matrix_product(self._select(matrix), self.inverse_factor)

    def to_standard(self, point: FloatArray) -> FloatArray:
        """Standard coefficients (columns,) of a whitened point (k,); zero for the columns left out."""
        standard = np.zeros(self.columns)
        standard[self.kept] = self.inverse_factor @ point
        return standard

    def gradient(self, standard_gradient: FloatArray) -> FloatArray:
        """R⁻ᵀ·g: a gradient by standard coefficients as one by whitened coordinates."""
        whitened: FloatArray = standard_gradient[self.kept] @ self.inverse_factor
        return whitened

    def length(self, errors: FloatArray) -> float:
        """The most that ‖R⁻ᵀ·g‖ can be for a gradient g that is no larger than `errors`, (p,)."""
        return float(np.linalg.norm(errors[self.kept] @ np.abs(self.inverse_factor)))

    def _select(self, matrix: FloatArray) -> FloatArray:
        return matrix if not len(self.aliased) else matrix[:, self.kept]


def absolute_scale(block: Block) -> FloatArray | None:
    """Row scale ω of the MAE and pinball losses; None when all weights are 1."""
    return block.weights


def squared_scale(block: Block) -> FloatArray | None:
    """Row scale √ω of the MSE; None when all weights are 1."""
    return None if block.weights is None else np.sqrt(block.weights)


def whiten(rows: Rows, standard: Standardisation, row_scale: RowScale) -> Whitening:
    """Factor the standardised `rows` (n, p), scaled by `row_scale`: by the Gram matrix if that is safe, else by QR."""
    count, columns = rows.shape
    gram = sum_blocks(rows, partial(_gram, row_scale=row_scale)) / count
    return _from_gram(gram, standard) or _from_factor(
        triangular_factor(rows, partial(_scaled, row_scale=row_scale), columns), standard, count
    )


def whiten_sample(sample: Block, standard: Standardisation, row_scale: RowScale) -> Whitening | None:
    """Factor a sample of the standardised rows; None unless its columns, and so those of all, are independent."""
    return _from_gram(_gram(sample, row_scale) / len(sample.target), standard)


def _from_gram(gram: FloatArray, standard: Standardisation) -> Whitening | None:
    lengths = np.sqrt(np.diag(gram))
    inverse = safe_inverse_factor(gram, lengths, rounding(standard, lengths))
    everything = np.arange(len(gram))
    return None if inverse is None else Whitening(everything, everything[:0], inverse, len(gram))


def _scaled(block: Block, row_scale: RowScale) -> FloatArray:
    matrix, scale = block.design.dense(), row_scale(block)
    return matrix if scale is None else matrix * scale[:, np.newaxis]


def _gram(block: Block, row_scale: RowScale) -> FloatArray:
    scale = row_scale(block)
    return block.design.gram(None if scale is None else scale**2)


def safe_inverse_factor(gram: FloatArray, lengths: FloatArray, noise: FloatArray) -> FloatArray | None:
    """R⁻¹ of the Cholesky factor RᵀR = gram, or None unless the columns are independent beyond any doubt.

    `noise` is the rounding of columns of these `lengths`, relative to them.
    """
    if not (lengths > 0).all() or noise.max(initial=0.0) * len(gram) * _GRAM_CONDITION > 1:
        return None
    try:
        factor = np.linalg.cholesky(gram / np.outer(lengths, lengths)).T
    except np.linalg.LinAlgError:
        return None
    inverse = np.linalg.inv(factor)
    if np.linalg.norm(inverse) > _GRAM_CONDITION:
        return None
    triangular: FloatArray = np.triu(inverse) / lengths[:, np.newaxis]
    return triangular


def triangular_factor(rows: Rows, dense: Callable[[Block], FloatArray], columns: int) -> FloatArray:
    """R of the QR factorisation of the dense rows of all blocks, folded in order (Golub and Van Loan, 2013, §5.2).

    R has as many `columns` as the dense rows, and no more rows than columns.
    """

    def fold(factor: FloatArray, matrix: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.qr(np.concatenate([factor, matrix]), mode="r"))

    return reduce(fold, rows.map(dense), np.zeros((0, columns)))


def _from_factor(factor: FloatArray, standard: Standardisation, count: int) -> Whitening:
    """The whitening over the independent columns of a triangular factor of n rows."""
    factor = factor / np.sqrt(count)
    lengths = np.linalg.norm(factor, axis=0)
    kept = independent_columns(factor, lengths, len(lengths) * rounding(standard, lengths))
    aliased = np.setdiff1d(np.arange(factor.shape[1]), kept)
    reduced = np.linalg.qr(factor[:, kept], mode="r")
    return Whitening(kept, aliased, np.triu(np.linalg.inv(reduced)), factor.shape[1])


def rounding(standard: Standardisation, lengths: FloatArray) -> FloatArray:
    """ε·max|x| / (root mean square of the column): the rounding of a column as read, relative to its length."""
    noise = np.full(len(lengths), _EPSILON)
    first = int(standard.intercept)
    numeric = slice(first, first + len(standard.scale))
    with np.errstate(divide="ignore", invalid="ignore"):
        noise[numeric] *= standard.largest / standard.scale / lengths[numeric]
    return np.where(lengths > 0, np.maximum(noise, _EPSILON), np.inf)
