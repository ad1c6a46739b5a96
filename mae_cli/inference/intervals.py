"""Intervals of the coefficients of a fit: by which method, and when there are none."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.errors import Fault, SettingsError
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.density import equal_density
from mae_cli.inference.distributions import student_quantile
from mae_cli.inference.estimates import (
    ROWS_OF_A_LEVEL,
    Estimated,
    Estimates,
    cautions_of,
    estimates_of_equal_spread,
    estimates_of_least_squares,
)
from mae_cli.inference.rank import CoefficientTest, RankTests
from mae_cli.inference.sandwich import Bread, bread, carriers
from mae_cli.inference.values import Caution, Interval, Intervals, IntervalSettings, Method, Unavailable
from mae_cli.losses import Squared
from mae_cli.rows.factors import ExponentialFactors, Factors
from mae_cli.rows.threads import one_thread
from mae_cli.solvers.family import Member
from mae_cli.solvers.solution import Certificate, Status

# Rank tests of so many coefficients (of a few rows, weighed by how much more work many rows are) take about 0.3 s, as
# long as a command takes to start.
_RANK_WORK = 16.0
_RANK_ROWS = 25_000
# Where standard errors may mislead, rank tests may take so many times as long.
_CAREFUL = 3.0
_MISLEADING = frozenset({Caution.FEW_BEYOND, Caution.CROSSING, Caution.FEW_VALUES, Caution.TIES})
# No spread of replicates shows so small a share of a loss. Where a plane nearly fits all rows, floats leave it in the
# dark, and to see more takes each replicate as long as a fit of its own.
_REPLICATE_GAP = 1e-7
_FEW_REPLICATES = 50


def find_intervals(fitted: Estimated, settings: IntervalSettings) -> Intervals:
    """Intervals of the coefficients.

    Raises:
        SettingsError: the method does not go with the loss or with clusters.
    """
    _require_method(fitted, settings)
    reason = fitted.unavailable
    if reason is None:
        with one_thread():
            method = _method(fitted, settings)
            with suppress(np.linalg.LinAlgError):
                return _found(fitted, settings, method)
        reason = Unavailable.NO_RANK_TESTS if method is Method.RANK else Unavailable.NO_DENSITY
    absent = Intervals.none(reason, settings.level, fitted.columns)
    clusters = fitted.clusters
    return absent if clusters is None else replace(absent, cluster=clusters.name, clusters=clusters.count)


def _require_method(fitted: Estimated, settings: IntervalSettings) -> None:
    if isinstance(fitted.fit.problem.loss, Squared) and settings.method in {Method.RANK, Method.BOOTSTRAP}:
        what = f'"{settings.method}" intervals need the loss "mae"'
        raise SettingsError(Fault("intervals-need-mae", what, remedy='use "sandwich" with "mse"'))
    if fitted.clusters is not None:
        require_clustered(settings)


def require_clustered(settings: IntervalSettings) -> None:
    """Refuse a method that takes all rows to be independent.

    Raises:
        SettingsError: it does.
    """
    if settings.method is Method.RANK:
        what, remedy = "rank tests do not allow for clusters", 'use "sandwich" or "bootstrap"'
        raise SettingsError(Fault("rank-tests-with-clusters", what, remedy=remedy))


def _found(fitted: Estimated, settings: IntervalSettings, method: Method) -> Intervals:
    if isinstance(fitted.fit.problem.loss, Squared):
        return _symmetric(fitted, settings, estimates_of_least_squares(fitted), Method.SANDWICH)
    if method is Method.BOOTSTRAP:
        return _bootstrapped(fitted, settings)
    if method is Method.SANDWICH:
        return _symmetric(fitted, settings, fitted.estimates, Method.SANDWICH)
    try:
        estimates = fitted.estimates
    except np.linalg.LinAlgError:
        estimates = estimates_of_equal_spread(fitted)
    return _by_rank(fitted, settings, estimates)


def _method(fitted: Estimated, settings: IntervalSettings) -> Method:
    """The one that was asked for, else rank tests where they are quick, or not slow where standard errors mislead."""
    if settings.method is not None or isinstance(fitted.fit.problem.loss, Squared) or fitted.clusters is not None:
        return settings.method or Method.SANDWICH
    count, size = fitted.rows.shape[0], len(fitted.fit.problem.whitening.kept)
    work = size * (1 + count * size / _RANK_ROWS) / _RANK_WORK
    is_worth_it = work <= 1 or (work <= _CAREFUL and _errors_mislead(fitted))
    return Method.RANK if is_worth_it else Method.SANDWICH


def _errors_mislead(fitted: Estimated) -> bool:
    try:
        return not _MISLEADING.isdisjoint(fitted.estimates.cautions)
    except np.linalg.LinAlgError:
        return True


def _critical(fitted: Estimated, level: float, sums: Bread) -> float:
    """T of n − p degrees of freedom; of clusters one less than there are."""
    degrees = sums.size - len(fitted.fit.problem.whitening.kept)
    if fitted.clusters is not None:
        degrees = min(degrees, fitted.clusters.count - 1)
    return student_quantile(0.5 + level / 2, max(degrees, 1))


def _symmetric(fitted: Estimated, settings: IntervalSettings, estimates: Estimates, method: Method) -> Intervals:
    """The estimate ± t standard errors."""
    critical = _critical(fitted, settings.level, estimates.sums)
    values = _values(fitted)
    intervals = [
        Unavailable.LEVERAGE
        if np.isnan(error)
        else Interval(float(value - critical * error), float(value + critical * error), float(error))
        for value, error in zip(values, estimates.errors, strict=True)
    ]
    return _intervals(fitted, settings, estimates, method, intervals)


def _values(fitted: Estimated) -> FloatArray:
    """The coefficients, the intercept first if there is one."""
    point, first = fitted.fit.solution.point, int(fitted.fit.problem.standard.intercept)
    return np.concatenate([[point.intercept] * first, point.values])


def _by_rank(fitted: Estimated, settings: IntervalSettings, estimates: Estimates) -> Intervals:
    """By rank tests."""
    quantile, sums, coordinates = fitted.quantile, estimates.sums, estimates.coordinates
    kept = coordinates.whitening.kept.tolist()
    spread = quantile * (1 - quantile)
    if np.isnan(estimates.errors).all():
        spread *= _usual_distance(fitted) ** 2
    tested = [CoefficientTest.of(place, sums, coordinates, fitted.point, spread) for place in kept]
    critical = _critical(fitted, settings.level, sums)
    found = RankTests(fitted.rows, coordinates, quantile, critical, fitted.solve_beside).invert(tested)
    intervals, values = [Interval(-np.inf, np.inf, None)] * coordinates.whitening.columns, _values(fitted)
    for place, each, ends in zip(kept, tested, found, strict=True):
        if ends is None:
            raise np.linalg.LinAlgError("a fit on the way was not proved to be optimal")
        error = float(estimates.errors[place])
        low, high = (each.unrounded(end.outer, float(values[place])) for end in ends)
        intervals[place] = Interval(low, high, None if np.isnan(error) else error)
    return _intervals(fitted, settings, estimates, Method.RANK, intervals)


def _usual_distance(fitted: Estimated) -> float:
    """The mean loss in standard units: about what 1/f is, where no density is to be had."""
    return fitted.fit.solution.certificate.loss / fitted.fit.problem.standard.target_scale


@dataclass(frozen=True, eq=False)
class Replicates:
    """Refits under exponential weights.

    Attributes:
        values: (replicates, p) their coefficients, the intercept first if there is one.
        unproved: how many of them are not proved to be optimal.
    """

    values: FloatArray
    unproved: int


def replicated(fitted: Estimated, settings: IntervalSettings) -> Replicates:
    """The replicates of a bootstrap."""
    first = int(fitted.fit.problem.standard.intercept)
    members = [
        Member(fitted.quantile, factors=_factors(fitted, settings.seed, replicate), tolerance=_REPLICATE_GAP)
        for replicate in range(settings.replicates)
    ]
    solutions = fitted.solve_beside(members)
    values = np.array([[*[each.intercept] * first, *each.coefficients] for each in solutions])
    return Replicates(values, sum(not _is_proved(each.certificate) for each in solutions))


def _is_proved(certificate: Certificate) -> bool:
    gap = certificate.relative_gap
    return certificate.status is Status.OPTIMAL or (gap is not None and gap <= _REPLICATE_GAP)


def _factors(fitted: Estimated, seed: int, replicate: int) -> Factors:
    draws = ExponentialFactors(seed, replicate)
    return draws if fitted.clusters is None else fitted.clusters.factors(draws)


def _bootstrapped(fitted: Estimated, settings: IntervalSettings) -> Intervals:
    """The estimate ± t standard deviations of the replicates."""
    coordinates = Coordinates.of(fitted.fit.problem, fitted.unit)
    sums = bread(fitted.rows, coordinates, equal_density)
    replicates = replicated(fitted, settings)
    told = {Caution.FEW_REPLICATES: settings.replicates < _FEW_REPLICATES, Caution.UNPROVED: replicates.unproved > 0}
    cautions = *cautions_of(fitted, sums), *(caution for caution, holds in told.items() if holds)
    estimates = Estimates(replicates.values.std(axis=0, ddof=1), sums, coordinates, cautions)
    found = _symmetric(fitted, settings, estimates, Method.BOOTSTRAP)
    return replace(found, replicates=settings.replicates, unproved=replicates.unproved)


def _intervals(
    fitted: Estimated,
    settings: IntervalSettings,
    estimates: Estimates,
    method: Method,
    intervals: Sequence[Interval | Unavailable],
) -> Intervals:
    """Without those of columns that were left out, and of rare levels."""
    first, whitening = int(fitted.fit.problem.standard.intercept), estimates.coordinates.whitening
    told = list(intervals)
    for place in np.flatnonzero(carriers(fitted.rows) < ROWS_OF_A_LEVEL).tolist():
        told[first + place] = Unavailable.RARE_LEVEL
    for place in whitening.aliased.tolist():
        told[place] = Unavailable.LEFT_OUT
    intercept = told[0] if first else None
    return Intervals(
        method=method,
        level=settings.level,
        intercept=intercept if isinstance(intercept, Interval) else None,
        coefficients=tuple(told[first:]),
        cautions=estimates.cautions,
        robust=method is not Method.RANK or not np.isnan(estimates.errors).all(),
        rows=estimates.sums.size,
        cluster=None if fitted.clusters is None else fitted.clusters.name,
        clusters=None if fitted.clusters is None else fitted.clusters.count,
    )
