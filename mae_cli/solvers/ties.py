"""How wide ties are: closer to zero than this, residuals are told apart by chance."""

from dataclasses import dataclass

import numpy as np

from mae_cli.data.design import FloatArray
from mae_cli.data.rows import Block
from mae_cli.solvers.band import Band, typical_size
from mae_cli.solvers.descent import Descent

_SHARE = 1e-9
_FLOOR = 1e-11
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Ties:
    """A share of the typical residual that a descent leaves, but wider than a row's rounding.

    Both are in units of the target and are scaled by ω like the rows: a row of little weight is moved no farther.

    Attributes:
        typical: the part that is the same for all rows.
        rounding: the share of a row's numbers, |y| + ‖v‖·‖point‖.
    """

    typical: float
    rounding: float

    @staticmethod
    def after(descent: Descent, block: Block, tie_share: float) -> "Ties":
        """The width for rows like those of a standard block, which were descended on; scaled by `tie_share`."""
        residual = descent.band.residual / block.weight_values
        typical = _SHARE * typical_size(residual) + _FLOOR * typical_size(block.target)
        return Ties(tie_share * (typical or _FLOOR), min(tie_share * 10, 1.0) * _ROUNDING)

    def width(self, block: Block, rows: Band, point: FloatArray) -> FloatArray:
        """(m,) for the rows of a standard block, which as a band are `rows`, near the whitened `point`."""
        numbers = block.weighted(np.abs(block.target)) + rows.leverage * float(np.linalg.norm(point))
        return self.typical * block.weight_values + self.rounding * numbers

    def widest(self, numbers: float) -> float:
        """For rows of weight 1 with such numbers."""
        return self.typical + self.rounding * numbers
