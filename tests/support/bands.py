"""Bands of rows written out, and what an optimal vertex of them is."""

from itertools import combinations

import numpy as np

from mae_cli.solvers.prepare.band import Band
from mae_cli.solvers.prepare.dense_rows import DenseRows
from mae_cli.solvers.prepare.ties import chance


def a_band(matrix: np.ndarray, residual: np.ndarray, linear=None, weights=None) -> Band:
    linear = np.zeros(matrix.shape[1]) if linear is None else linear
    jitter = 1e-12 * chance(np.arange(len(residual)))
    return Band(DenseRows.of(matrix), weights, residual, linear, jitter)


def a_bounded_band(random, rows=12, columns=3, *, weights=None, linear_size=0.5) -> Band:
    """A linear term inside the rows' reach keeps the problem bounded."""
    matrix = random.standard_normal((rows, columns))
    pulls = random.uniform(-1, 1, rows) if weights is None else weights * random.uniform(-1, 1, rows)
    return a_band(matrix, random.standard_cauchy(rows), linear_size * pulls @ matrix, weights)


def objective(band: Band, step: np.ndarray) -> float:
    sizes = np.abs(band.residual - band.rows.matrix @ step)
    return float((sizes if band.weights is None else band.weights * sizes).sum() - band.linear @ step)


def best_vertex(band: Band) -> float:
    """The smallest objective over the planes through any k independent rows: an optimum is among them."""
    best, matrix = np.inf, band.rows.matrix
    for rows in combinations(range(band.shape[0]), band.shape[1]):
        chosen = matrix[list(rows)]
        if abs(np.linalg.det(chosen)) > 1e-9:
            best = min(best, objective(band, np.linalg.solve(chosen, band.residual[list(rows)])))
    return best
