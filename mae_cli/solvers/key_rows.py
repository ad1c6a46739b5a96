"""The k rows of a vertex with an absorbed column: its coefficients, its multipliers and its edges."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.design import Design
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.key_basis import KeyBasis


@dataclass(frozen=True, eq=False)
class KeyRows:
    """Independent standard rows x, as many as there are kept columns.

    Attributes:
        basis: of all these rows.
        whitening: of their columns.
    """

    basis: KeyBasis
    whitening: AbsorbedWhitening

    @staticmethod
    def of(design: Design, whitening: AbsorbedWhitening) -> "KeyRows":
        """The rows of a standard design.

        Raises:
            LinAlgError: they are dependent.
        """
        return KeyRows(KeyBasis.of(whitening.level_rows(design)), whitening)

    def solve(self, values: FloatArray) -> FloatArray:
        """The standard coefficients (p,) with x·w = values, (k,)."""
        return self.whitening.standard(self.basis.solve(values))

    def multipliers(self, gradient: FloatArray) -> FloatArray:
        """ν, (k,), with Σνv = −gradient, which is by whitened coordinates."""
        rows = len(self.basis.rows.groups)
        keys, working = self.basis.multipliers(np.zeros(rows), self.whitening.level_gradient(gradient))
        multipliers = np.empty(rows)
        multipliers[self.basis.places] = np.concatenate([keys[1:], working])
        return multipliers

    def pull(self, multipliers: FloatArray) -> FloatArray:
        """Σνv, (k,)."""
        return self.whitening.whitened_gradient(self.basis.rows.transpose_product(multipliers))

    def edge_rates(self, edges: Positions, design: Design) -> FloatArray:
        """How fast predictions of the rows of a standard design change along the edges that free these rows, (m, e)."""
        others, freed = self.whitening.level_rows(design), np.zeros(len(self.basis.rows.groups))
        rates = np.empty((design.shape[0], len(edges)))
        for column, edge in enumerate(edges):
            freed[edge] = 1.0
            rates[:, column] = others.product(self.basis.solve(freed))
            freed[edge] = 0.0
        return rates
