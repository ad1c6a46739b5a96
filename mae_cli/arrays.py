"""The kinds of arrays that everything is computed with; their shapes are told where they are used."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
CodeArray = NDArray[np.int32]
"""Codes of the levels of a categorical column: 0 is the baseline."""
Positions = NDArray[np.intp]
"""Places of rows or columns, from 0 on."""
