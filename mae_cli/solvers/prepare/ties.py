"""Ties are broken by chance: the search for a vertex moves every target a little, the same way in every run.

The chance of a row depends on its position alone, so that whatever rows a search looks at, and the exact exchanges that
end it, break the same tie the same way.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.prepare.band import typical_size

_SHARE = 1e-9
_FLOOR = 1e-10
# The constants of the splitmix64 generator (Steele, Lea and Flood, 2014), a good mix of all bits of a counter.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIXES = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


def chance(positions: Positions) -> FloatArray:
    """A number in [−1, 1) for each row, (b,), as if at random."""
    mixed = (positions.astype(np.uint64) + np.uint64(1)) * _STEP
    for shift, factor in _MIXES:
        mixed = (mixed ^ (mixed >> shift)) * factor
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0


@dataclass(frozen=True)
class TieBreaking:
    """How far targets are moved, in their units: all rows alike, as by the perturbation of the exchanges that follow.

    Attributes:
        width: a small share of the typical residual that a descent leaves, and of the typical target.
    """

    width: float

    @staticmethod
    def of(residual: FloatArray, target: FloatArray) -> "TieBreaking":
        """The width for rows with such targets in which a descent leaves such residuals."""
        width = _SHARE * typical_size(residual) + _FLOOR * typical_size(target)
        return TieBreaking(width or _FLOOR)

    def finer(self, residual: FloatArray) -> "TieBreaking":
        """The width among residuals that may be no more than these ties."""
        return TieBreaking(_SHARE * max(typical_size(residual), self.width))

    def jitter(self, positions: Positions) -> FloatArray:
        """(b,) what is added to the residuals of the rows at these positions."""
        return self.width * chance(positions)
