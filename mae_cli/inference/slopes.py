"""Whether several quantiles have the same slopes: if so, only the level of the target moves, not its spread.

The coefficients of the quantiles s and t have the covariance (min(s, t) − st)·H_s⁻¹·M·H_t⁻¹. Wald's statistic of the
differences of neighbouring slopes, over their number, is compared with F of as many degrees of freedom, and
n·m − (p − 1)(m − 1) for m quantiles of p coefficients (Koenker and Bassett, 1982).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.inference.distributions import f_tail
from mae_cli.inference.intervals import Estimated, Estimates
from mae_cli.inference.values import SlopesTest


@dataclass(frozen=True, eq=False)
class _Slopes:
    """Of one quantile: the slopes (q,), and what their covariance is made of."""

    quantile: float
    values: FloatArray
    half: FloatArray


def equal_slopes(fits: Sequence[Estimated], estimates: Sequence[Estimates]) -> SlopesTest | None:
    """The test over fits of the same rows, in the order of their quantiles; None where there is no slope to compare.

    Raises:
        LinAlgError: the differences are not determined.
    """
    slopes = [_slopes(fit, each) for fit, each in zip(fits, estimates, strict=True)]
    count, quantiles = len(slopes[0].values), len(slopes)
    if not count or quantiles < 2:
        return None
    difference = np.diff([each.values for each in slopes], axis=0).ravel()
    contrasts = np.kron(np.diff(np.eye(quantiles), axis=0), np.eye(count))
    covariance = contrasts @ _covariance(slopes, estimates[0].sums.meat) @ contrasts.T
    restrictions = len(difference)
    statistic = float(difference @ np.linalg.solve(covariance, difference)) / restrictions
    degrees = estimates[0].sums.size * quantiles - restrictions
    return SlopesTest(statistic, restrictions, degrees, f_tail(statistic, restrictions, degrees))


def _slopes(fit: Estimated, estimates: Estimates) -> _Slopes:
    """In standard units, in which the test is the same."""
    coordinates, first = estimates.coordinates, int(fit.fit.problem.standard.intercept)
    functionals = coordinates.standard_functionals[first:]
    values = fit.point[coordinates.whitening.kept][first:]
    return _Slopes(fit.quantile, values, functionals @ estimates.sums.inverse)


def _covariance(slopes: Sequence[_Slopes], meat: FloatArray) -> FloatArray:
    """(mq, mq) of all slopes, one quantile after the other."""
    blocks = [
        [(min(s.quantile, t.quantile) - s.quantile * t.quantile) * (s.half @ meat @ t.half.T) for t in slopes]
        for s in slopes
    ]
    return np.block(blocks)
