"""Products of a tall matrix, on one thread whatever the BLAS.

A BLAS hands every product of more than some ten thousand numbers to its threads. One pass over blocks of rows is bound
by memory and gains nothing from that; on a machine that is busy with other work it then waits for the slowest thread
at every block, and was seen to take twenty times as long. Products are therefore made in batches that are too small
for threads; a wide matrix beyond the caches `einsum` streams better than any BLAS.
"""

import numpy as np

from mae_cli.arrays import FloatArray

_FEW_COLUMNS = 40
# A matrix of so many numbers (16 MB) is in the caches of a processor.
_CACHED_SIZE = 2_000_000
# A BLAS keeps products of up to so many numbers on one thread.
_BATCH_SIZE = 8_192


def product(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """X·w, (n,), for X (n, p)."""
    rows, columns = matrix.shape
    batch = _batch_rows(matrix)
    if not batch:
        return np.asarray(np.einsum("ij,j->i", matrix, vector))
    result, whole = np.empty(rows), rows // batch * batch
    np.matmul(matrix[:whole].reshape(-1, batch, columns), vector, out=result[:whole].reshape(-1, batch))
    np.matmul(matrix[whole:], vector, out=result[whole:])
    return result


def transpose_product(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Xᵀ·v, (p,), for X (n, p)."""
    rows, columns = matrix.shape
    batch = _batch_rows(matrix)
    if not batch:
        return np.asarray(np.einsum("ij,i->j", matrix, vector))
    whole = rows // batch * batch
    parts = np.matmul(vector[:whole].reshape(-1, 1, batch), matrix[:whole].reshape(-1, batch, columns))
    total: FloatArray = parts.sum(axis=(0, 1)) + vector[whole:] @ matrix[whole:]
    return total


def matrix_product(matrix: FloatArray, factor: FloatArray) -> FloatArray:
    """X·F, (n, k), row after row in memory, for X (n, p) and F (p, k)."""
    rows, columns = matrix.shape
    batch = _batch_rows(matrix)
    if not batch:
        return np.asarray(np.matmul(matrix, factor, order="C"))
    result, whole = np.empty((rows, factor.shape[1])), rows // batch * batch
    parts = result[:whole].reshape(-1, batch, factor.shape[1])
    np.matmul(matrix[:whole].reshape(-1, batch, columns), factor, out=parts)
    np.matmul(matrix[whole:], factor, out=result[whole:])
    return result


def row_lengths(matrix: FloatArray) -> FloatArray:
    """‖x‖ of every row, (n,), for X (n, p)."""
    lengths: FloatArray = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    return lengths


def _batch_rows(matrix: FloatArray) -> int:
    """Rows of a batch, a power of two; 0 when batches are no use."""
    columns = matrix.shape[1]
    is_worth_it = columns < _FEW_COLUMNS or matrix.size <= _CACHED_SIZE
    if not (columns and is_worth_it and matrix.flags.c_contiguous):
        return 0
    return int(2 ** ((_BATCH_SIZE // columns).bit_length() - 1))
