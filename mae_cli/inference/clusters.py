"""Rows that are not independent: clusters of them, and the covariance that allows for it.

V = H⁻¹·A·H⁻¹ with A = Σ over clusters of s·s′, s = Σωx(τ − 1[r ≤ 0]) over the rows of one, and H = Σω·1[|r| < δ]·xx′/2δ
with δ = median|r − median r|·(Φ⁻¹(τ + h) − Φ⁻¹(τ − h)) (Parente and Santos Silva, 2016). For least squares s = Σωxr and
H = Σω·xx′, times g/(g − 1)·(n − 1)/(n − p) for g clusters (Liang and Zeger, 1986). Coefficients at two quantiles of the
same rows covary by H⁻¹·Σss̃′·H̃⁻¹, s and s̃ the sums of a cluster at either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.density import hall_sheather
from mae_cli.inference.distributions import normal_quantile
from mae_cli.inference.sandwich import Bread
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.factors import Factors
from mae_cli.rows.quantiles import quantiles_of
from mae_cli.rows.sums import Sums, sum_blocks

# How the loss of each row of a block falls as its prediction rises, (b,).
Slopes = Callable[[Block], FloatArray]

# So many sums of clusters (128 MiB) are kept at once.
_MOST_SUMS = 2**24


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which cluster each record is in.

    Attributes:
        name: of the column that says so.
        codes: (n,) by the number of the record: 0, 1, ….
        count: of clusters.
    """

    name: str
    codes: Positions
    count: int

    def factors(self, draws: Factors) -> Factors:
        """One draw for each cluster."""
        return ClusterFactors(draws(np.arange(self.count)), self.codes)


@dataclass(frozen=True, eq=False)
class ClusterFactors:
    """Factors on the weights of rows, the same for all rows of a cluster.

    Attributes:
        values: (g,) of the clusters.
        codes: (n,) which cluster each record is in.
    """

    values: FloatArray
    codes: Positions

    def __call__(self, records: Positions) -> FloatArray:
        """The factors of the records with these numbers, (b,)."""
        return np.asarray(self.values[self.codes[records]])


@dataclass(frozen=True, eq=False)
class Residuals:
    """The residuals of a fit.

    Attributes:
        coordinates: of the rows.
        point: standard coefficients (p,).
        zeros: the rows, in order, whose residuals are 0 but for rounding.
    """

    coordinates: Coordinates
    point: FloatArray
    zeros: Positions

    def __call__(self, block: Block) -> FloatArray:
        """Of a block, (b,)."""
        standard = self.coordinates.standard
        residual = standard.residual(standard.shifted(block), self.point)
        residual[block.places(self.zeros)[0]] = 0.0
        return residual

    def distances(self, block: Block, middle: float) -> FloatArray:
        """|r − middle|, (1, b)."""
        return np.abs(self(block) - middle)[np.newaxis]

    def slopes(self, block: Block, quantile: float) -> FloatArray:
        """τ − 1[r ≤ 0], (b,)."""
        return np.where(self(block) > 0, quantile, quantile - 1)

    def near(self, block: Block, width: float) -> FloatArray:
        """Σω·1[|r| < width]·xx′ / 2·width of a block, (k, k)."""
        weights = self.coordinates.weights(block) * (np.abs(self(block)) < width) / (2 * width)
        return self.coordinates.gram(self.coordinates.design(block), weights)


@dataclass(frozen=True, eq=False)
class ClusteredSandwich:
    """What the covariance of a fit is made of.

    Attributes:
        inverse: H⁻¹, (k, k).
        meat: A, (k, k).
    """

    inverse: FloatArray
    meat: FloatArray

    @property
    def covariance(self) -> FloatArray:
        """V, (k, k)."""
        return np.asarray(self.inverse @ self.meat @ self.inverse)


def quantile_sandwich(
    rows: Rows, residuals: Residuals, clusters: Clusters, quantile: float, size: float
) -> ClusteredSandwich:
    """The sandwich of an MAE or pinball fit to `size` rows, by a few passes.

    The bandwidth is that of as many independent rows as these are worth: rows given five times are worth those given
    once, rows that do not depend on each other their number.

    Raises:
        LinAlgError: too few rows lie near the fit, or so many on it that there is no telling how dense they are.
    """
    scores = _scores_of(rows, residuals.coordinates, clusters, [partial(residuals.slopes, quantile=quantile)])
    bandwidth = hall_sheather(quantile, size / scores.design_effect)
    middle = quantiles_of(rows, partial(_signed, residuals=residuals), (0.5,))[0]
    spread = quantiles_of(rows, partial(residuals.distances, middle=middle), (0.5,))[0]
    width = spread * (normal_quantile(quantile + bandwidth) - normal_quantile(quantile - bandwidth))
    if not width > 0:
        raise np.linalg.LinAlgError("half of the rows lie exactly on the fit, or in one other plane")
    inverse = np.linalg.inv(sum_blocks(rows, partial(residuals.near, width=width)))
    return ClusteredSandwich(np.asarray(inverse, dtype=np.float64), scores.meat)


def joint_meat(rows: Rows, fits: Sequence[Residuals], clusters: Clusters, quantiles: Sequence[float]) -> FloatArray:
    """Σ over clusters of s·s′, (mk, mk), where s has the sums of the scores of all fits, one fit after the other."""
    slopes = [partial(each.slopes, quantile=quantile) for each, quantile in zip(fits, quantiles, strict=True)]
    return _scores_of(rows, fits[0].coordinates, clusters, slopes).meat


def squared_covariance(rows: Rows, residuals: Residuals, clusters: Clusters, sums: Bread) -> FloatArray:
    """V, (k, k), of a least-squares fit, by one pass."""
    inverse = np.linalg.inv(sums.scores)
    count, columns = clusters.count, residuals.coordinates.size
    correction = count / (count - 1) * (sums.size - 1) / (sums.size - columns)
    meat = _scores_of(rows, residuals.coordinates, clusters, [residuals]).meat
    return np.asarray(correction * (inverse @ meat @ inverse))


def _signed(block: Block, residuals: Residuals) -> FloatArray:
    return residuals(block)[np.newaxis]


@dataclass(frozen=True, eq=False)
class _Scores(Sums):
    """Of the scores s.

    Attributes:
        meat: A, Σ over clusters of s·s′.
        alone: Σ|s|² over the rows.
    """

    meat: FloatArray
    alone: float

    @property
    def design_effect(self) -> float:
        """How many times as much the sums vary as those of independent rows, 1 at least (Kish, 1965)."""
        return max(1.0, float(np.trace(self.meat)) / self.alone)


def _scores_of(rows: Rows, coordinates: Coordinates, clusters: Clusters, slopes: Sequence[Slopes]) -> _Scores:
    """By one pass, or several where the sums of all clusters would take too much memory."""
    step = max(1, _MOST_SUMS // (len(slopes) * coordinates.size))
    parts = [range(start, min(start + step, clusters.count)) for start in range(0, clusters.count, step)]
    return reduce(add, (_scores_of_part(rows, coordinates, clusters, slopes, part) for part in parts))


def _scores_of_part(
    rows: Rows, coordinates: Coordinates, clusters: Clusters, slopes: Sequence[Slopes], part: range
) -> _Scores:
    """Of the clusters with these codes."""
    total, alone = np.zeros((len(part), len(slopes) * coordinates.size)), 0.0
    sums_of = partial(_cluster_sums, coordinates=coordinates, clusters=clusters, slopes=slopes, part=part)
    for found, sums, squares in rows.map(sums_of):
        total[found - part.start] += sums
        alone += squares
    return _Scores(total.T @ total, alone)


def _cluster_sums(
    block: Block, coordinates: Coordinates, clusters: Clusters, slopes: Sequence[Slopes], part: range
) -> tuple[Positions, FloatArray, float]:
    """The clusters of a block that are in the part, the sums of the scores of each, and Σ|s|² over its rows."""
    codes = clusters.codes[block.record_numbers]
    inside = np.flatnonzero((codes >= part.start) & (codes < part.stop))
    weights, matrix = coordinates.weights(block), coordinates.matrix(block)[inside]
    scores = np.concatenate([matrix * (each(block) * weights)[inside, np.newaxis] for each in slopes], axis=1)
    found, places = np.unique(codes[inside], return_inverse=True)
    sums = [np.bincount(places, column, len(found)) for column in scores.T]
    return found, np.stack(sums, axis=1), float(np.sum(scores**2))
