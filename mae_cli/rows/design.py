"""The design matrix X = [numeric columns | indicator columns], with the indicators kept as codes.

A categorical column with k levels beside its baseline stands for k columns of zeros and ones, but is kept as
one integer a row: product and transposed product are a gather and a `bincount`, the Gram matrix a count.
The intercept is no column of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mae_cli.arrays import BoolArray, CodeArray, FloatArray, Positions
from mae_cli.rows.threads import threads_for

_FOLDED = 64
# So many numbers (2 MB) are in the cache of one core.
_STRETCH = 262_144
# So many numbers (16 MB) are in the caches of a processor.
_CACHED_SIZE = 2_000_000


@dataclass(frozen=True, eq=False)
class Design:
    """n rows of a design matrix with p = q + Σ level_counts columns.

    Attributes:
        numeric: (n, q) values.
        codes: for each categorical column (n,) codes; 0 is the baseline (a row of zeros),
            code k ≥ 1 is the indicator of `levels[k]`.
        level_counts: for each categorical column the number of its indicator columns (levels less the baseline).
    """

    numeric: FloatArray
    codes: tuple[CodeArray, ...] = ()
    level_counts: tuple[int, ...] = ()

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(n, p): rows and columns of the matrix it stands for."""
        return self.numeric.shape[0], self.numeric.shape[1] + sum(self.level_counts)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """For each categorical column the index of its first indicator."""
        starts = np.cumsum([self.numeric.shape[1], *self.level_counts])
        return tuple(int(start) for start in starts[:-1])

    @property
    def _is_streamed(self) -> bool:
        """Whether the numbers are beyond the caches: `einsum` then reads them up to twice as fast as a BLAS."""
        return self.numeric.size > _CACHED_SIZE and self.numeric.flags.c_contiguous

    def take(self, rows: slice | Sequence[int] | BoolArray | Positions) -> "Design":
        """The rows chosen by a slice (a view), a mask or indices (copies), in that order; stored as they are here."""
        return Design(_taken(self.numeric, rows), tuple(codes[rows] for codes in self.codes), self.level_counts)

    def dense(self) -> FloatArray:
        """The (n, p) matrix with its indicator columns written out, for small numbers of rows; not to be changed."""
        if not self.codes:
            return self.numeric
        matrix = np.zeros(self.shape)
        matrix[:, : self.numeric.shape[1]] = self.numeric
        for codes, offset in zip(self.codes, self.offsets, strict=True):
            rows = np.flatnonzero(codes)
            matrix[rows, codes[rows] + (offset - 1)] = 1.0
        return matrix

    def without(self, place: int) -> "Design":
        """The columns that are left without the categorical column at this place."""
        return Design(
            self.numeric,
            self.codes[:place] + self.codes[place + 1 :],
            self.level_counts[:place] + self.level_counts[place + 1 :],
        )

    def absolute(self) -> "Design":
        """|X|."""
        return Design(np.abs(self.numeric), self.codes, self.level_counts)

    def squared(self) -> "Design":
        """The square of every number."""
        return Design(self.numeric**2, self.codes, self.level_counts)

    def product(self, coefficients: FloatArray) -> FloatArray:
        """X·w, (…, n), for coefficients w, (…, p)."""
        first = coefficients[..., : self.numeric.shape[1]]
        if first.ndim == 1 and self._is_streamed:
            result = np.asarray(np.einsum("ij,j->i", self.numeric, first))
        else:
            result = np.asarray(self.numeric @ first if first.ndim == 1 else first @ self.numeric.T)
        for codes, offset, count in self.categories():
            levels = coefficients[..., offset : offset + count]
            result += np.concatenate([np.zeros((*levels.shape[:-1], 1)), levels], axis=-1).take(codes, axis=-1)
        return result

    def transpose_product(self, vector: FloatArray) -> FloatArray:
        """Xᵀ·v, (…, p), for vectors v, (…, n)."""
        is_streamed = vector.ndim == 1 and self._is_streamed
        parts = [np.einsum("ij,i->j", self.numeric, vector) if is_streamed else vector @ self.numeric]
        for codes, _, count in self.categories():
            sums = [np.bincount(codes, weights=each, minlength=count + 1)[1:] for each in np.atleast_2d(vector)]
            parts.append(np.array(sums, dtype=np.float64).reshape(*vector.shape[:-1], count))
        return np.concatenate(parts, axis=-1)

    def gram(self, weights: FloatArray | None = None) -> FloatArray:
        """XᵀΩX, (p, p), with weights ω ≥ 0 (ones when None): indicators are counted, never multiplied."""
        first = self.numeric.shape[1]
        scaled = self.numeric if weights is None else self.numeric * np.sqrt(weights)[:, np.newaxis]
        gram = np.zeros((self.shape[1], self.shape[1]))
        with threads_for(scaled.size * first):
            gram[:first, :first] = scaled.T @ scaled
        for place, (codes, offset, count) in enumerate(self.categories()):
            earlier = Design(self.numeric, self.codes[:place], self.level_counts[:place])
            totals = earlier.level_totals(codes, count, weights)[1:]
            level = slice(offset, offset + count)
            gram[level, :offset], gram[:offset, level] = totals, totals.T
            np.fill_diagonal(gram[level, level], _counts(codes, count, weights)[1:])
        return gram

    def level_totals(self, codes: CodeArray, count: int, weights: FloatArray | None = None) -> FloatArray:
        """Σωx over the rows of each code 0, …, count of a categorical column, (count + 1, p)."""
        totals = np.empty((count + 1, self.shape[1]))
        for column in range(self.numeric.shape[1]):
            values = self.numeric[:, column]
            totals[:, column] = np.bincount(codes, values if weights is None else weights * values, count + 1)
        for others, offset, levels in self.categories():
            pairs = codes.astype(np.intp) * (levels + 1) + others
            table = _counts(pairs, (count + 1) * (levels + 1) - 1, weights).reshape(count + 1, levels + 1)
            totals[:, offset : offset + levels] = table[:, 1:]
        return totals

    def categories(self) -> list[tuple[CodeArray, int, int]]:
        """For each categorical column its codes, its first indicator and the number of these."""
        return list(zip(self.codes, self.offsets, self.level_counts, strict=True))


def _taken(matrix: FloatArray, rows: slice | Sequence[int] | BoolArray | Positions) -> FloatArray:
    """Rows of a matrix; where its columns are contiguous they stay so, as the bits of a product depend on that."""
    if isinstance(rows, slice) or not is_column_major(matrix):
        return matrix[rows]
    chosen = np.asarray(rows)
    return np.take(matrix.T, np.flatnonzero(chosen) if chosen.dtype == bool else chosen, axis=1).T


def is_column_major(matrix: FloatArray) -> bool:
    """Whether the columns of a matrix are contiguous and its rows are not; it may be a view of some rows."""
    return not matrix.flags.c_contiguous and (matrix.flags.f_contiguous or matrix.strides[0] < matrix.strides[1])


def _counts(codes: NDArray[np.integer], largest: int, weights: FloatArray | None) -> NDArray[np.number]:
    """Total weight of the rows with each code 0, …, largest."""
    return np.bincount(codes, weights, largest + 1)


def column_ranges(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minimum and maximum of every column, (q,) each.

    Rows that lie one after the other in memory are first folded together: comparing few long rows is ten times
    faster than many short ones. Both are taken of a stretch of them while it is in the cache.
    """
    rows, columns = values.shape
    length = rows // _FOLDED
    if not (values.flags.c_contiguous and length and columns):
        return values.min(axis=0), values.max(axis=0)
    folded = values[: length * _FOLDED].reshape(length, _FOLDED * columns)
    step = max(1, _STRETCH // folded.shape[1])
    stretches = [folded[start : start + step] for start in range(0, length, step)]
    rest = values[length * _FOLDED :]
    pairs = [(each.min(axis=0), each.max(axis=0)) for each in stretches]
    lowest, highest = (np.concatenate(ends).reshape(-1, columns) for ends in zip(*pairs, strict=True))
    return np.concatenate([lowest, rest]).min(axis=0), np.concatenate([highest, rest]).max(axis=0)
