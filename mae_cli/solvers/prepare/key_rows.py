"""The k rows of a vertex with an absorbed column: its coefficients, its multipliers and its edges."""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.design import Design
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.key_basis import KeyBasis, checked_inverse
from mae_cli.solvers.prepare.level_rows import LevelPoint


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
        return KeyRows(KeyBasis.of(whitening.level_rows(design), checked_inverse), whitening)

    def solve(self, values: FloatArray) -> FloatArray:
        """The standard coefficients (p,) with x·w = values, (k,)."""
        return self.whitening.standard(self.basis.solve(values))

    def multipliers(self, gradient: FloatArray) -> FloatArray:
        """ν, (k,), with Σνz = −gradient, (p,), by the standard columns."""
        split = self.whitening.split
        parts = LevelPoint(np.append(0.0, gradient[split.levels]), gradient[split.others] @ self.whitening.inverse)
        return self._placed(*self.basis.multipliers(np.zeros(len(self.basis.rows.groups)), parts))

    def sensitivity(self, errors: FloatArray) -> FloatArray:
        """How far errors of a gradient, at most (p,), can move each of the multipliers, (k,)."""
        split, basis = self.whitening.split, self.basis
        levels = np.append(0.0, errors[split.levels])
        keyed = np.abs(basis.rows.take(basis.keys[1:]).dense()) if len(levels) > 1 else np.zeros((0, len(split.others)))
        others = (errors[split.others] + levels[1:] @ keyed) @ np.abs(self.whitening.inverse)
        working = 2 * others @ np.abs(basis.inverse)
        return self._placed(levels + np.bincount(basis.rows.groups[basis.working], working, len(levels)), working)

    def _placed(self, keys: FloatArray, working: FloatArray) -> FloatArray:
        """Values of the keys of groups 0, …, g and of the working rows, in the order of the rows."""
        values = np.empty(len(self.basis.rows.groups))
        values[self.basis.places] = np.concatenate([keys[1:], working])
        return values
