"""Whitening: the triangular factor that makes the columns of a design matrix orthonormal, and their rank.

With n standard rows z scaled by ω for MAE, √ω for MSE, RᵀR = Σω²zzᵀ / n or Σωzzᵀ / n. Whitened rows v = z·R⁻¹, scaled
likewise, have mean square length k. Columns that depend on those before them are left out, by the rule of
`mae_cli.solvers.prepare.rank`; a well-conditioned Gram matrix proves at once that none does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial, reduce

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.design import Design
from mae_cli.rows.sums import sum_blocks
from mae_cli.rows.threads import threads_for
from mae_cli.solvers.prepare.dense_rows import DenseRows
from mae_cli.solvers.prepare.independence import CLEARLY
from mae_cli.solvers.prepare.precision import EPSILON
from mae_cli.solvers.prepare.rank import Factored, Noise, independent_columns, whole_numbers
from mae_cli.solvers.prepare.standardise import Standardisation

# Up to this condition number (of unit columns) the Gram matrix loses at most half of the digits; a descent,
# which only needs the factor as a preconditioner, is none the worse for that. Beyond it rows are factored directly.
GRAM_CONDITION = 1e5
# Weights of MAE and pinball below this share of the largest are raised to it for the whitening.
_SMALLEST_WEIGHT = 1e-6

RowScale = Callable[[Block], FloatArray | None]


@dataclass(frozen=True, eq=False)
class Whitening:
    """The whitening transformation of standard columns.

    Attributes:
        kept: indices of the independent standard columns (the column of ones is 0 if there is one).
        aliased: indices of those left out.
        inverse_factor: (k, k) upper triangular R⁻¹ over the kept columns.
        columns: number of standard columns, kept or not.
        lengths_of_all: (columns,) root mean squares of the standard columns, rows scaled by the weights; 0 for those
            left out.
    """

    kept: Positions
    aliased: Positions
    inverse_factor: FloatArray
    columns: int
    lengths_of_all: FloatArray

    @staticmethod
    def of(kept: Positions, inverse: FloatArray, kept_lengths: FloatArray, columns: int) -> "Whitening":
        """The whitening of the `kept` ones of so many columns by R⁻¹."""
        lengths = np.zeros(columns)
        lengths[kept] = kept_lengths
        return Whitening(kept, np.setdiff1d(np.arange(columns), kept), inverse, columns, lengths)

    @cached_property
    def condition(self) -> float:
        """‖R⁻¹‖ of columns of unit length: at least half of what rounding can be multiplied by."""
        return float(np.linalg.norm(self.inverse_factor * self.lengths_of_all[self.kept, np.newaxis]))

    def own_shares(self, *, intercept: bool) -> FloatArray:
        """(k,) which share of the spread of each kept column no linear function of all others tells.

        That of the column of ones, if there is an `intercept`, is 1.
        """
        distances = 1 / np.linalg.norm(self.inverse_factor, axis=1)
        factor = np.linalg.inv(self.inverse_factor)
        spreads = np.linalg.norm(factor[int(intercept) :], axis=0)
        return np.asarray(np.divide(distances, spreads, out=np.ones(len(distances)), where=spreads > 0))

    def rows(self, matrix: FloatArray) -> FloatArray:
        """V = z·R⁻¹ for a dense (b, columns) matrix of standard rows, row after row in memory."""
        selected = self._select(matrix)
        with threads_for(selected.size * len(self.kept)):
            return np.asarray(np.matmul(selected, self.inverse_factor, order="C"))

    def band_rows(self, design: Design) -> DenseRows:
        """V of the rows of a standard design."""
        return DenseRows.of(self.rows(design.dense()))

    def to_standard(self, point: FloatArray) -> FloatArray:
        """Standard coefficients (columns,) of a whitened point (k,); zero for the columns left out."""
        standard = np.zeros(self.columns)
        standard[self.kept] = self.inverse_factor @ point
        return standard

    def gradient(self, standard_gradient: FloatArray) -> FloatArray:
        """R⁻ᵀ·∇: a gradient by standard coefficients as one by whitened coordinates."""
        whitened: FloatArray = standard_gradient[self.kept] @ self.inverse_factor
        return whitened

    def length(self, errors: FloatArray) -> float:
        """The most that ‖R⁻ᵀ·∇‖ can be for a gradient ∇ that is no larger than `errors`, (p,)."""
        return float(np.linalg.norm(errors[self.kept] @ np.abs(self.inverse_factor)))

    def without(self, columns: Positions) -> "Whitening":
        """The whitening of the kept columns that are none of these."""
        fitted = np.flatnonzero(~np.isin(self.kept, columns))
        factor = np.linalg.inv(self.inverse_factor)[:, fitted]
        inverse = inverse_of(np.asarray(np.linalg.qr(factor, mode="r"), dtype=np.float64))
        return Whitening.of(self.kept[fitted], inverse, self.lengths_of_all[self.kept[fitted]], self.columns)

    def whitened(self, standard: FloatArray) -> FloatArray:
        """(…, k) R·w of standard coefficients (…, columns) that are 0 in the columns left out."""
        return np.asarray(np.linalg.solve(self.inverse_factor, standard[..., self.kept].T).T, dtype=np.float64)

    def _select(self, matrix: FloatArray) -> FloatArray:
        return matrix if not len(self.aliased) else matrix[:, self.kept]


def absolute_scale(block: Block) -> FloatArray | None:
    """Row scale ω of the MAE and pinball losses; None when all weights are 1."""
    return block.weights


def squared_scale(block: Block) -> FloatArray | None:
    """Row scale √ω of the MSE; None when all weights are 1."""
    return None if block.weights is None else np.sqrt(block.weights)


def whiten(rows: Rows, standard_rows: Rows, standard: Standardisation, row_scale: RowScale) -> Whitening:
    """Factor standardised rows (n, p), scaled by `row_scale`: by the Gram matrix if that is safe, else by QR.

    Which columns depend on others is judged by the `rows` as read where that is in doubt.
    """
    count, columns = standard_rows.shape
    if count >= columns:
        gram = sum_blocks(standard_rows, partial(_gram, row_scale=row_scale)) / count
        safe = _from_gram(gram, standard, count)
        if safe is not None:
            return safe
    factor = triangular_factor(standard_rows, _dense, columns) / np.sqrt(count)
    lengths = np.linalg.norm(factor, axis=0)
    noise = Noise.of(standard, (count, columns), whole_numbers(rows, standard)).relative(lengths)
    kept = independent_columns(rows, standard, Factored.without_levels(factor, lengths, noise))
    if is_weighted(rows):
        scaled = partial(_scaled, row_scale=preconditioning(rows, row_scale), kept=kept)
        reduced = triangular_factor(standard_rows, scaled, len(kept)) / np.sqrt(count)
    else:
        reduced = np.linalg.qr(factor[:, kept], mode="r")
    return Whitening.of(kept, inverse_of(reduced), np.linalg.norm(reduced, axis=0), columns)


def whiten_sample(sample: Block, standard: Standardisation, row_scale: RowScale) -> Whitening | None:
    """Factor a sample of the standardised rows; None unless its columns, and so those of all, are independent."""
    count, columns = sample.design.shape
    return _from_gram(_gram(sample, row_scale) / count, standard, count) if count >= columns else None


def is_weighted(rows: Rows) -> bool:
    """Whether the rows have weights."""
    return rows.take(np.arange(1)).weights is not None


def preconditioning(rows: Rows, row_scale: RowScale) -> RowScale:
    """A row scale for the whitening of independent columns.

    That of MAE and pinball only has to make the loss round: small weights are raised, lest independent columns look
    dependent by them. One pass finds the largest.
    """
    if row_scale is not absolute_scale:
        return row_scale
    return partial(_raised, least=_SMALLEST_WEIGHT * max(rows.map(_largest_weight)))


def _largest_weight(block: Block) -> float:
    return float(block.weight_values.max(initial=0.0))


def _raised(block: Block, least: float) -> FloatArray:
    return np.maximum(block.weight_values, least)


def _from_gram(gram: FloatArray, standard: Standardisation, count: int) -> Whitening | None:
    lengths = np.sqrt(np.diag(gram))
    noise = Noise.at_most(standard, (count, len(gram))).relative(lengths)
    inverse = safe_inverse_factor(gram, lengths, noise)
    return None if inverse is None else Whitening.of(np.arange(len(gram)), inverse, lengths, len(gram))


def _dense(block: Block) -> FloatArray:
    return block.design.dense()


def _scaled(block: Block, row_scale: RowScale, kept: Positions) -> FloatArray:
    matrix, scale = block.design.dense()[:, kept], row_scale(block)
    if scale is None:
        return matrix
    # Heavy rows first: then a factorisation by rows hardly rounds the light ones (Cox and Higham, 1998).
    order = np.argsort(-scale, kind="stable")
    return np.asarray(matrix[order] * scale[order, np.newaxis])


def _gram(block: Block, row_scale: RowScale) -> FloatArray:
    scale = row_scale(block)
    return block.design.gram(None if scale is None else scale**2)


def safe_inverse_factor(gram: FloatArray, lengths: FloatArray, noise: FloatArray) -> FloatArray | None:
    """R⁻¹ of the Cholesky factor RᵀR = gram, or None unless the columns are independent beyond any doubt.

    `noise` is what rounding can make of columns of these `lengths`, relative to them. With the inverse of columns of
    unit length, the distance of a column from those before it is 1/|R⁻¹ⱼⱼ|, and its coefficients are −R⁻¹ₖⱼ/R⁻¹ⱼⱼ.
    """
    if not (lengths > 0).all():
        return None
    try:
        factor = np.asarray(np.linalg.cholesky(gram / np.outer(lengths, lengths)).T, dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    inverse = np.triu(inverse_of(factor))
    if np.linalg.norm(inverse) > GRAM_CONDITION or (noise @ np.abs(inverse)).max(initial=0.0) * CLEARLY > 1:
        return None
    triangular: FloatArray = inverse / lengths[:, np.newaxis]
    return triangular


def inverse_of(factor: FloatArray) -> FloatArray:
    """R⁻¹ of an upper triangular factor (k, k) of independent columns.

    Weights over many decades can leave nothing but rounding on its diagonal; that is then taken for what it is.
    """
    lengths = np.linalg.norm(factor, axis=0)
    diagonal = np.diag(factor)
    least = EPSILON * np.where(lengths > 0, lengths, 1.0)
    enough = np.where(np.abs(diagonal) < least, least, diagonal)
    return np.triu(np.linalg.inv(factor + np.diag(enough - diagonal)))


def triangular_factor(rows: Rows, dense: Callable[[Block], FloatArray], columns: int) -> FloatArray:
    """R of the QR factorisation of the dense rows of all blocks, folded in order (Golub and Van Loan, 2013, §5.2).

    R has as many `columns` as the dense rows, and no more rows than columns.
    """

    def fold(factor: FloatArray, matrix: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.qr(np.concatenate([factor, matrix]), mode="r"))

    return reduce(fold, rows.map(dense), np.zeros((0, columns)))
