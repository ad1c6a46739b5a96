"""Whitened rows written out, and bases of them: an inverse with rank-one updates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.prepare.band import Start
from mae_cli.solvers.prepare.independence import INDEPENDENCE, independent_rows, row_lengths


@dataclass(frozen=True, eq=False)
class DenseRows:
    """Rows written out; see `BandRows`.

    Attributes:
        matrix: (b, k).
        leverage: (b,).
    """

    matrix: FloatArray
    leverage: FloatArray

    @staticmethod
    def of(matrix: FloatArray) -> "DenseRows":
        return DenseRows(matrix, row_lengths(matrix))

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape[0], self.matrix.shape[1]

    def product(self, step: FloatArray) -> FloatArray:
        return np.asarray(self.matrix @ step)

    def transpose_product(self, vector: FloatArray) -> FloatArray:
        return np.asarray(vector @ self.matrix)

    def take(self, places: Positions) -> "DenseRows":
        return DenseRows(self.matrix[places], self.leverage[places])

    def joined(self, others: Sequence["DenseRows"]) -> "DenseRows":
        every = (self, *others)
        return DenseRows(
            np.concatenate([rows.matrix for rows in every]), np.concatenate([rows.leverage for rows in every])
        )

    def needed(self, _: FloatArray) -> Positions:
        return np.zeros(0, dtype=np.intp)

    def nearest_basis(self, order: Positions) -> Positions | None:
        size = self.matrix.shape[1]
        first = order[:size]
        if len(first) == size and _well_separated(self.matrix[first]):
            return first
        rows = independent_rows(self.matrix.__getitem__, size, order)
        return rows if len(rows) == size else None

    def solve(self, basis: Positions, values: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.solve(self.matrix[basis], values[basis]), dtype=np.float64)

    def basis(self, start: Start) -> "DenseBasis":
        if start.weights is None:
            return DenseBasis(self.matrix, start.residual, self.leverage, start.linear, start.basis)
        scaled, weights = self.matrix * start.weights[:, np.newaxis], start.weights
        return DenseBasis(scaled, start.residual * weights, self.leverage * weights, start.linear, start.basis)


class DenseBasis:
    """A basis of dense rows: its edges V_B⁻ᵀ, and the pull c + Σ sgn(rᵢ)vᵢ. See `Basis`.

    The tableau V·V_B⁻¹ is never written out: an exchange needs one column and one row of it.

    Args:
        matrix: (b, k) rows scaled by their weights.
        target: (b,) residuals at d = 0, scaled likewise.
        lengths: (b,) of the rows.
        linear: (k,) the linear term.
        places: (k,) the rows of the basis.
    """

    def __init__(
        self, matrix: FloatArray, target: FloatArray, lengths: FloatArray, linear: FloatArray, places: Positions
    ) -> None:
        self._matrix, self._target, self._linear = matrix, target, linear
        self.places = places.copy()
        self.shortness = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        self._edges = np.zeros((0, 0))
        self._update = np.empty((len(places), len(places)))  # new memory for each would cost more than the numbers
        self._pull, self._signs = linear, np.zeros(len(target))

    def refresh(self) -> FloatArray:
        inverse = np.linalg.inv(self._matrix[self.places])
        self._edges = np.ascontiguousarray(inverse.T, dtype=np.float64)
        residual: FloatArray = self._target - self._matrix @ (self._target[self.places] @ self._edges)
        residual[self.places] = 0.0
        self._signs = np.sign(residual)
        self._pull = self._linear + self._signs @ self._matrix
        return residual

    def multipliers(self, signs: FloatArray) -> FloatArray:
        turned = (signs != self._signs).nonzero()[0]
        self._pull = self._pull + (signs[turned] - self._signs[turned]) @ self._matrix[turned]
        self._signs = signs
        return np.asarray(-(self._edges @ self._pull))

    def rates(self, leaving: int) -> tuple[FloatArray, int]:
        return self._matrix @ self._edges[leaving], int(self.places[leaving])

    def replace(self, leaving: int, entering: int) -> None:
        """A row gives its place to another: a rank-one update of the edges."""
        self.places[leaving] = entering
        shares = self._edges @ self._matrix[entering]
        edge = self._edges[leaving] / shares[leaving]
        shares[leaving] -= 1.0
        self._edges -= np.multiply.outer(shares, edge, out=self._update)

    def step(self) -> FloatArray:
        """The vertex as a step from d = 0: V_B⁻¹·r_B."""
        return np.asarray(np.linalg.solve(self._matrix[self.places], self._target[self.places]), dtype=np.float64)


def _well_separated(rows: FloatArray) -> bool:
    """Whether (k, k) rows are independent, by one QR factorisation: faster than row by row."""
    diagonal = np.abs(np.diag(np.linalg.qr(rows.T, mode="r")))
    lengths = row_lengths(rows)
    return bool((diagonal > INDEPENDENCE * lengths).all() and (lengths > 0).all())
