"""Whether several quantiles have the same slopes: if so, only the level of the target moves, not its spread.

The coefficients of the quantiles s and t have the covariance H_s⁻¹·M·H_t⁻¹. For independent rows M is
(min(s, t) − st)·Σω·xx′, and Wald's statistic of the q differences of neighbouring slopes, over q, is compared with F of
q and n·m − (p − 1)(m − 1) degrees of freedom for m quantiles of p coefficients (Koenker and Bassett, 1982). In clusters
M is made of the sums of both scores over each (`clusters`; Parente and Santos Silva, 2016). A covariance that so few
sums tell makes the statistic too large: of g clusters (g − q)/(g − 1) times it is compared with F of q and g − q
(Hotelling, 1931), which for one difference is what its t interval does.
"""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.inference.clusters import joint_meat
from mae_cli.inference.distributions import f_tail
from mae_cli.inference.estimates import Estimated, Estimates, residuals_of
from mae_cli.inference.values import SlopesTest, Unavailable

# The covariance of more differences takes too much memory.
_MOST_DIFFERENCES = 2_000


def equal_slopes(fits: Sequence[Estimated]) -> SlopesTest | Unavailable:
    """The test over fits of the same rows, in the order of their quantiles, or why there is none."""
    reason = next((each.unavailable for each in fits if each.unavailable is not None), None) or _unavailable(fits)
    if reason is not None:
        return reason
    with suppress(np.linalg.LinAlgError):
        return _test(fits, [each.estimates for each in fits])
    return Unavailable.NO_DENSITY


def _unavailable(fits: Sequence[Estimated]) -> Unavailable | None:
    """Why the differences cannot be tested."""
    differences = (len(fits) - 1) * (len(fits[0].fit.problem.whitening.kept) - _first(fits[0]))
    if not differences:
        return Unavailable.NO_SLOPES
    if fits[0].clusters is not None and differences >= fits[0].clusters.count:
        return Unavailable.FEW_CLUSTERS
    return Unavailable.MANY_COEFFICIENTS if differences > _MOST_DIFFERENCES else None


def _test(fits: Sequence[Estimated], estimates: Sequence[Estimates]) -> SlopesTest:
    slopes = np.stack([_slopes(fit, each) for fit, each in zip(fits, estimates, strict=True)])
    quantiles, columns = slopes.shape
    differences = np.diff(slopes, axis=0).ravel()
    contrasts = np.kron(np.diff(np.eye(quantiles), axis=0), np.eye(columns))
    covariance = contrasts @ _covariance(fits, estimates) @ contrasts.T
    wald = float(differences @ np.linalg.solve(covariance, differences))
    count, clusters = len(differences), fits[0].clusters
    if clusters is None:
        statistic, degrees = wald / count, estimates[0].sums.size * quantiles - count
    else:
        degrees = float(clusters.count - count)
        statistic = wald / count * degrees / (clusters.count - 1)
    return SlopesTest(statistic, count, degrees, f_tail(statistic, count, degrees))


def _slopes(fit: Estimated, estimates: Estimates) -> FloatArray:
    """(q,) in standard units, in which the test is the same."""
    return fit.point[estimates.coordinates.whitening.kept][_first(fit) :]


def _first(fit: Estimated) -> int:
    return int(fit.fit.problem.standard.intercept)


def _covariance(fits: Sequence[Estimated], estimates: Sequence[Estimates]) -> FloatArray:
    """(mq, mq) of all slopes, one quantile after the other."""
    functionals = estimates[0].coordinates.standard_functionals[_first(fits[0]) :]
    halves = np.stack([functionals @ each.inverse for each in estimates])
    quantiles, columns, size = halves.shape
    meat = _meat(fits, estimates).reshape(quantiles, size, quantiles, size)
    blocks = np.einsum("sqi,sitj,trj->sqtr", halves, meat, halves, optimize=True)
    return np.asarray(blocks.reshape(quantiles * columns, quantiles * columns))


def _meat(fits: Sequence[Estimated], estimates: Sequence[Estimates]) -> FloatArray:
    """M of every pair of quantiles, (mk, mk)."""
    quantiles = [fit.quantile for fit in fits]
    if fits[0].clusters is None:
        together = np.minimum.outer(quantiles, quantiles) - np.multiply.outer(quantiles, quantiles)
        return np.kron(together, estimates[0].sums.meat)
    residuals = [residuals_of(fit, each.coordinates) for fit, each in zip(fits, estimates, strict=True)]
    return joint_meat(fits[0].rows, residuals, fits[0].clusters, quantiles)
