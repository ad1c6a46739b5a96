"""Row weights matter only relative to each other."""

import numpy as np

from mae_cli.arrays import FloatArray


def relative_weights(weights: FloatArray, largest: float) -> FloatArray:
    """The weights (n,) divided by the power of two that brings the largest between ½ and 1.

    That is exact but for weights below 1e-308 of the largest, and afterwards no sum of weights can overflow or vanish.
    """
    exponent = int(np.frexp(largest)[1])
    scaled: FloatArray = np.ldexp(weights, -exponent)
    return scaled
