"""How wide ties are: closer to zero than this, residuals are told apart by chance."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.solvers.band import Band, typical_size

Numbers = TypeVar("Numbers", float, FloatArray)

_SHARE = 1e-9
_FLOOR = 1e-11
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Ties:
    """A share of the typical residual that a descent leaves, but wider than a row's rounding.

    Both are in units of the target and are scaled by ω like the rows: a row of little weight is moved no farther.

    Attributes:
        typical: the part that is the same for all rows.
        rounding: the share of a row's numbers, such as |y| + ‖v‖·‖point‖.
    """

    typical: float
    rounding: float

    @staticmethod
    def of(residual: FloatArray, target: FloatArray, tie_share: float) -> "Ties":
        """The width for rows with such targets in which a descent leaves such residuals; scaled by `tie_share`."""
        typical = _SHARE * typical_size(residual) + _FLOOR * typical_size(target)
        return Ties(tie_share * (typical or _FLOOR), min(tie_share * 10, 1.0) * _ROUNDING)

    def of_numbers(self, numbers: Numbers) -> Numbers:
        """The width for rows of weight 1 whose numbers have this size."""
        return self.typical + self.rounding * numbers

    def width(self, block: Block, rows: Band, point: FloatArray) -> FloatArray:
        """(m,) for the rows of a standard block, which as a band are `rows`, near the whitened `point`."""
        numbers = block.weighted(np.abs(block.target)) + rows.leverage * float(np.linalg.norm(point))
        return self.typical * block.weight_values + self.rounding * numbers
