"""How much rounding can do: the allowances that proofs take off.

Residuals are computed in standard units, from which offsets are taken out: that of a row is off by at most
κ·u·(|y| + Σ|z·β|), where u = 2⁻⁵³ and κ is `products_rounding`. No allowance is measured on a sample of the rows.
"""

import math

from mae_cli.rows.blocks import BLOCK_ROWS

# Half of the distance from 1 to the next float.
UNIT = 2.0**-53
# The distance itself.
EPSILON = 2.0**-52
# What is summed up in twice the digits rounds by this share of its numbers: less is what is left of an exact zero.
EXACT_ROUNDING = 2.0**-98
# Smaller whole numbers are exact.
LARGEST_WHOLE = 2.0**53
# The fewest rows that a block of wide rows has.
_SHORT_BLOCK = 256


def products_rounding(columns: int) -> float:
    """The κ of a residual over p columns.

    Errors of a sum of p products behave like a random walk: 4√p rather than p (Higham and Mary, 2019), and a few more
    for the shifts of a column and of the target.
    """
    return min(columns, 4 * math.sqrt(columns)) + 4


def sums_rounding(count: int) -> float:
    """What a sum over so many rows can be off by, as a share of the sum of the sizes of its terms.

    Within a block it may be made term by term, and the blocks are added up one by one.
    """
    return UNIT * (min(count, BLOCK_ROWS) + count // _SHORT_BLOCK + 2)


def pairwise_rounding(blocks: int) -> float:
    """The same for sums that NumPy makes by pairs within each of so many blocks."""
    return UNIT * (20 + blocks)
