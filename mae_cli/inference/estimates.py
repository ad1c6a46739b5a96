"""Standard errors of a solved problem, what they stand on, and what a reader should know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.inference import clusters as clustered
from mae_cli.inference.clusters import ClusteredSandwich, Clusters, Residuals
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.density import NeighbourDensity, equal_density, hall_sheather
from mae_cli.inference.sandwich import Bread, bread, carriers, squared_errors
from mae_cli.inference.values import Caution, Unavailable
from mae_cli.losses import loss_named
from mae_cli.progress import NO_PROGRESS, ProgressListener
from mae_cli.rows.blocks import RowStore
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.family import Member, solve_beside
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.prepare.whitening import is_weighted
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solution import Solution, Status
from mae_cli.solvers.solve import Fit, solve_together

# A level of fewer rows has no interval: one of them is fitted exactly, however the others are drawn.
ROWS_OF_A_LEVEL = 5
_MOST_COEFFICIENTS = 2_000
_ROWS_PER_COEFFICIENT = 2
_ROWS_BEYOND_PER_COEFFICIENT = 20
_CROSSING_SHARE = 0.05
_MOST_UNCOUNTED = 0.5
_TIED_SHARE = 0.02
_SAMPLED_TARGETS = 10_000
_FEW_CLUSTERS = 30


@dataclass(frozen=True, eq=False)
class Estimated:
    """A fit, and what its neighbours are made from.

    Attributes:
        rows: that were fitted.
        prepared: the same, made ready.
        fit: the solved problem.
        unit: the weight, as the user gave it, of a row of weight 1.
        clusters: of the rows; None when they are independent.
        listener: told how many of the neighbours are done.
    """

    rows: RowStore
    prepared: Prepared
    fit: Fit
    unit: float = 1.0
    clusters: Clusters | None = None
    listener: ProgressListener = NO_PROGRESS

    @property
    def quantile(self) -> float:
        """τ."""
        return self.fit.problem.absolute_loss.quantile

    @property
    def point(self) -> FloatArray:
        """(p,) the standard coefficients."""
        return self.fit.problem.standard.of_user(self.fit.solution.point)[0]

    def solve_beside(self, members: Sequence[Member]) -> list[Solution]:
        """Fits of the same quantile that differ otherwise."""
        return solve_beside(self.rows, self.fit, members, Auto(), self.listener)

    @property
    def unavailable(self) -> Unavailable | None:
        """Why there can be no intervals; None where there can."""
        size, certificate = len(self.fit.problem.whitening.kept), self.fit.solution.certificate
        if certificate.status is not Status.OPTIMAL:
            return Unavailable.NOT_OPTIMAL
        if self.rows.shape[0] < _ROWS_PER_COEFFICIENT * size:
            return Unavailable.FEW_ROWS
        if certificate.relative_gap is None:
            return Unavailable.PERFECT
        return Unavailable.MANY_COEFFICIENTS if size > _MOST_COEFFICIENTS else None

    @cached_property
    def estimates(self) -> "Estimates":
        """The sandwich of an MAE or pinball fit, found once.

        Raises:
            LinAlgError: there is no telling how dense the rows near the fit are.
        """
        return quantile_estimates(self)

    @property
    def has_few_clusters(self) -> bool:
        """Whether rows are in so few clusters that intervals may be too short."""
        return self.clusters is not None and self.clusters.count < _FEW_CLUSTERS

    @property
    def columns(self) -> int:
        """The number of design columns."""
        return self.fit.problem.rows.shape[1]


@dataclass(frozen=True, eq=False)
class Estimates:
    """Standard errors, the intercept first if there is one, and what they stand on."""

    errors: FloatArray
    sums: Bread
    coordinates: Coordinates
    cautions: tuple[Caution, ...]
    clustered: ClusteredSandwich | None = None

    @property
    def inverse(self) -> FloatArray:
        """H⁻¹ of the covariance, (k, k)."""
        return self.sums.inverse if self.clustered is None else self.clustered.inverse


def quantile_estimates(fitted: Estimated) -> Estimates:
    """The sandwich of an MAE or pinball fit, from the fits at τ − h and τ + h."""
    quantile, coordinates = fitted.quantile, Coordinates.of(fitted.fit.problem, fitted.unit)
    size = _size(fitted, coordinates)
    width = hall_sheather(quantile, size)
    losses = [loss_named("mae", each) for each in (quantile - width, quantile + width)]
    below, above = (
        fit.problem.standard.of_user(fit.solution.point)[0] for fit in solve_together(fitted.prepared, losses, Auto())
    )
    rare = (carriers(fitted.rows) < ROWS_OF_A_LEVEL).astype(np.float64)
    density = NeighbourDensity.between(fitted.rows, coordinates, width, (below, above), rare)
    sums = bread(fitted.rows, coordinates, density)
    if sums.uncounted > _MOST_UNCOUNTED * sums.count:
        raise np.linalg.LinAlgError("the lines of neighbouring quantiles cross in most rows")
    sandwich = None
    if fitted.clusters is not None:
        residuals = residuals_of(fitted, coordinates)
        sandwich = clustered.quantile_sandwich(fitted.rows, residuals, fitted.clusters, quantile, size)
    covariance = sums.covariance * (quantile * (1 - quantile)) if sandwich is None else sandwich.covariance
    errors = np.sqrt(coordinates.variances(covariance))
    return Estimates(errors, sums, coordinates, cautions_of(fitted, sums), sandwich)


def estimates_of_equal_spread(fitted: Estimated) -> Estimates:
    """Without a density: rank tests that take the spread to be the same in all rows, and no standard errors."""
    coordinates = Coordinates.of(fitted.fit.problem, fitted.unit)
    sums = bread(fitted.rows, coordinates, equal_density)
    return Estimates(np.full(coordinates.whitening.columns, np.nan), sums, coordinates, cautions_of(fitted, sums))


def _size(fitted: Estimated, coordinates: Coordinates) -> float:
    """The number of rows that a bandwidth is for."""
    if is_weighted(fitted.rows):
        return bread(fitted.rows, coordinates, equal_density).size
    return float(fitted.rows.shape[0])


def estimates_of_least_squares(fitted: Estimated) -> Estimates:
    """HC3 (MacKinnon and White, 1985), or by sums over clusters."""
    coordinates = Coordinates.of(fitted.fit.problem, fitted.unit)
    sums = bread(fitted.rows, coordinates, equal_density)
    if fitted.clusters is None:
        errors = squared_errors(fitted.rows, coordinates, sums, fitted.point)
    else:
        residuals = residuals_of(fitted, coordinates)
        covariance = clustered.squared_covariance(fitted.rows, residuals, fitted.clusters, sums)
        errors = np.sqrt(coordinates.variances(covariance))
    return Estimates(errors, sums, coordinates, _usual_cautions(fitted, sums))


def residuals_of(fitted: Estimated, coordinates: Coordinates) -> Residuals:
    """Of the fitted rows, 0 in those that the fit goes through."""
    proof = fitted.fit.proof
    zeros = np.zeros(0, dtype=np.intp)
    if proof is not None:
        zeros = np.sort(np.concatenate([proof.vertex.basis.positions, proof.sums.tied.rows]))
    return Residuals(coordinates, fitted.point, zeros)


def cautions_of(fitted: Estimated, sums: Bread) -> tuple[Caution, ...]:
    """What a reader of intervals of an MAE or pinball fit should know."""
    quantile, size = fitted.quantile, len(fitted.fit.problem.whitening.kept)
    proof = fitted.fit.proof
    tied = 0 if proof is None else len(proof.sums.tied.rows)
    told = {
        Caution.FEW_BEYOND: min(quantile, 1 - quantile) * sums.size < _ROWS_BEYOND_PER_COEFFICIENT * size,
        Caution.CROSSING: sums.uncounted > _CROSSING_SHARE * sums.count,
        Caution.TIES: tied > _TIED_SHARE * sums.count,
        Caution.FEW_VALUES: _has_few_values(fitted),
    }
    return *(caution for caution, holds in told.items() if holds), *_usual_cautions(fitted, sums)


def _usual_cautions(fitted: Estimated, sums: Bread) -> tuple[Caution, ...]:
    """Of weights and clusters, whatever the loss."""
    told = {
        Caution.REPEATED_ROWS: sums.are_repetitions and is_weighted(fitted.rows),
        Caution.SAMPLED_WEIGHTS: not sums.are_repetitions,
        Caution.FEW_CLUSTERS: fitted.has_few_clusters,
    }
    return tuple(caution for caution, holds in told.items() if holds)


def _has_few_values(fitted: Estimated) -> bool:
    """Whether targets lie on a grid that is wider than residuals usually are, by a sample of the rows."""
    sample = fitted.rows.take(scattered(fitted.rows.shape[0], _SAMPLED_TARGETS))
    values = np.unique(sample.target)
    if not 1 < len(values) <= len(sample.target) / 2:
        return False
    distance = np.abs(sample.target - fitted.fit.solution.point.predict(sample.design))
    return bool(np.median(np.diff(values)) > 2 * np.median(distance))
