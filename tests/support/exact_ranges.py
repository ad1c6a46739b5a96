"""The ranges of coefficients over all optimal fits of a small table of whole numbers, exactly, from all vertices."""

from fractions import Fraction
from itertools import combinations

import numpy as np


def exact_ranges(columns, target, weights=None, quantile=Fraction(1, 2)) -> list[tuple[Fraction, Fraction]]:
    """The least and the largest of each coefficient of independent columns (n, k), whole numbers throughout.

    The optimal coefficients are a polytope, each of whose corners fits k independent rows exactly (Cramer's rule).
    """
    columns, target = columns.astype(np.int64), target.astype(np.int64)
    weights = np.ones(len(target), dtype=np.int64) if weights is None else weights.astype(np.int64)
    rows = np.array(list(combinations(range(len(target)), columns.shape[1])))
    divisors = _determinants(columns[rows])
    rows, divisors = rows[divisors != 0], divisors[divisors != 0]
    dividends = np.stack([_with(columns, target, place, rows) for place in range(columns.shape[1])], axis=1)
    residuals = (target * divisors[:, np.newaxis] - dividends @ columns.T) * np.sign(divisors)[:, np.newaxis]
    above, below = quantile.numerator, quantile.denominator - quantile.numerator
    totals = np.where(residuals > 0, above * residuals, -below * residuals) @ weights
    losses = [Fraction(int(total), abs(int(by))) for total, by in zip(totals, divisors, strict=True)]
    least = min(losses)
    corners = [
        [Fraction(int(each), int(by)) for each in dividend]
        for loss, dividend, by in zip(losses, dividends, divisors, strict=True)
        if loss == least
    ]
    return [(min(values), max(values)) for values in zip(*corners, strict=True)]


def _with(columns, target, place, rows):
    changed = columns.copy()
    changed[:, place] = target
    return _determinants(changed[rows])


def _determinants(matrices):
    """Of small whole numbers, which floats give to less than a half."""
    return np.rint(np.linalg.det(matrices)).astype(np.int64)
