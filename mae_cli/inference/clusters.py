"""Rows that are not independent: clusters of them, and the covariance that allows for it.

V = H⁻¹·A·H⁻¹ with A = Σ over clusters of s·s′, s = Σωx(τ − 1[r ≤ 0]) over the rows of one, and H = Σω·1[|r| < δ]·xx′/2δ
with δ = median|r − median r|·(Φ⁻¹(τ + h) − Φ⁻¹(τ − h)) (Parente and Santos Silva, 2016). For least squares s = Σωxr and
H = Σω·xx′, times g/(g − 1)·(n − 1)/(n − p) for g clusters (Liang and Zeger, 1986).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.inference.bandwidth import hall_sheather
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.distributions import normal_quantile
from mae_cli.inference.sandwich import Bread
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.factors import Factors
from mae_cli.rows.quantiles import quantiles_of
from mae_cli.rows.sums import sum_blocks


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


def quantile_covariance(
    rows: Rows, residuals: Residuals, clusters: Clusters, quantile: float, size: float
) -> FloatArray:
    """V, (k, k), of an MAE or pinball fit to `size` rows, by a few passes.

    The bandwidth is that of as many independent rows as these are worth: rows given five times are worth those given
    once, rows that do not depend on each other their number.

    Raises:
        LinAlgError: too few rows lie near the fit, or so many on it that there is no telling how dense they are.
    """
    scores = _scores_of(rows, residuals, clusters, quantile)
    bandwidth = hall_sheather(quantile, size / scores.design_effect)
    middle = quantiles_of(rows, partial(_signed, residuals=residuals), (0.5,))[0]
    spread = quantiles_of(rows, partial(residuals.distances, middle=middle), (0.5,))[0]
    width = spread * (normal_quantile(quantile + bandwidth) - normal_quantile(quantile - bandwidth))
    if not width > 0:
        raise np.linalg.LinAlgError("half of the rows lie exactly on the fit, or in one other plane")
    inverse = np.linalg.inv(sum_blocks(rows, partial(residuals.near, width=width)))
    return np.asarray(inverse @ scores.meat @ inverse)


def squared_covariance(rows: Rows, residuals: Residuals, clusters: Clusters, sums: Bread) -> FloatArray:
    """V, (k, k), of a least-squares fit, by one pass."""
    inverse = np.linalg.inv(sums.scores)
    count, columns = clusters.count, residuals.coordinates.size
    correction = count / (count - 1) * (sums.size - 1) / (sums.size - columns)
    return np.asarray(correction * (inverse @ _scores_of(rows, residuals, clusters, None).meat @ inverse))


def _signed(block: Block, residuals: Residuals) -> FloatArray:
    return residuals(block)[np.newaxis]


@dataclass(frozen=True, eq=False)
class _Scores:
    """The scores s of the fit.

    Attributes:
        clusters: (g, k) of each cluster.
        alone: Σ|s|² over the rows.
    """

    clusters: FloatArray
    alone: float

    @property
    def meat(self) -> FloatArray:
        """A, (k, k)."""
        return np.asarray(self.clusters.T @ self.clusters)

    @property
    def design_effect(self) -> float:
        """How many times as much the sums vary as those of independent rows, 1 at least (Kish, 1965)."""
        return max(1.0, float(np.sum(self.clusters**2)) / self.alone)


def _scores_of(rows: Rows, residuals: Residuals, clusters: Clusters, quantile: float | None) -> _Scores:
    """By one pass; of least squares without a quantile."""
    total, alone = np.zeros((clusters.count, residuals.coordinates.size)), 0.0
    scores = partial(_scores, residuals=residuals, clusters=clusters, quantile=quantile)
    for found, sums, squares in rows.map(scores):
        total[found] += sums
        alone += squares
    return _Scores(total, alone)


def _scores(
    block: Block, residuals: Residuals, clusters: Clusters, quantile: float | None
) -> tuple[Positions, FloatArray, float]:
    """The clusters of a block, the sum of the scores of each, and Σ|s|² over its rows."""
    slopes = residuals(block) if quantile is None else residuals.slopes(block, quantile)
    weighted = slopes * residuals.coordinates.weights(block)
    matrix = residuals.coordinates.matrix(block) * weighted[:, np.newaxis]
    found, places = np.unique(clusters.codes[block.record_numbers], return_inverse=True)
    sums = [np.bincount(places, column, len(found)) for column in matrix.T]
    return found, np.stack(sums, axis=1), float(np.sum(matrix**2))
