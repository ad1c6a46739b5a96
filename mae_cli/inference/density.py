"""How dense the targets of a row are at its line, f: how soon a line that moves leaves other rows on its other side.

- `NeighbourDensity`: from the fits at τ − h and τ + h (Hendricks and Koenker, 1992), the method called nid in R; it
  allows the spread to differ from row to row, and is the one that is used.
- `KernelDensity`: of residuals near zero (Powell, 1991).
- `hall_sheather`, `bofinger`: the bandwidth h, how far from a quantile its neighbours are fitted, for n rows. Where
  τ − h or τ + h leaves (0, 1), h is halved until neither does.
- `equal_density`: 1 for all rows; with `sparsity`, 1/f of all residuals together, it takes the spread to be the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.inference.coordinates import Coordinates
from mae_cli.inference.distributions import normal_density, normal_quantile
from mae_cli.losses import Absolute
from mae_cli.rows.blocks import Block, MemoryRows, Rows
from mae_cli.rows.design import Design
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve

_SAMPLE_ROWS = 10_000
# Where neighbouring lines are nearer to each other than this share of what is usual, they cross, but for rounding.
_CROSSING = 1e-10
# The interquartile range of a normal distribution, in standard deviations, as Powell rounds it.
_NORMAL_RANGE = 1.34
# Residuals below this share of the largest are zero.
_ZERO = 1e-11

# Of the bandwidth, whatever the level of the intervals is.
_HALL_SHEATHER_LEVEL = 0.95

Density = Callable[[Block, Design], FloatArray]


@dataclass(frozen=True, eq=False)
class NeighbourDensity:
    """f = 2h / (x′(β(τ + h) − β(τ − h)) − ε), 0 where lines cross.

    A row that alone has a level is fitted exactly at every quantile. Its density says nothing of other coefficients,
    but without one there would be no H⁻¹.

    Attributes:
        bandwidth: h.
        spread: the difference of the two fits in coordinates.
        least: ε.
        usual: the median of x′(β(τ + h) − β(τ − h)).
        rare: (p,) 1.0 for indicator columns of few rows, else 0.0.
    """

    bandwidth: float
    spread: FloatArray
    least: float
    usual: float
    rare: FloatArray

    @staticmethod
    def between(
        rows: Rows,
        coordinates: Coordinates,
        bandwidth: float,
        points: tuple[FloatArray, FloatArray],
        rare: FloatArray,
    ) -> "NeighbourDensity":
        """The density between the fits at τ − h and τ + h, in standard coefficients."""
        spread = coordinates.of_standard(points[1] - points[0])
        sample = coordinates.design(rows.take(scattered(rows.shape[0], _SAMPLE_ROWS)))
        usual = float(np.median(np.abs(sample.product(spread))))
        return NeighbourDensity(bandwidth, spread, _CROSSING * usual, usual, rare)

    def __call__(self, block: Block, design: Design) -> FloatArray:
        """Of the rows of a block, (b,)."""
        apart = design.product(self.spread) - self.least
        if self.rare.any():
            apart = np.where((apart <= 0) & (block.design.product(self.rare) > 0), self.usual, apart)
        return np.divide(2 * self.bandwidth, apart, out=np.zeros(len(apart)), where=apart > 0)


@dataclass(frozen=True, eq=False)
class KernelDensity:
    """f = φ(r / c) / c.

    Attributes:
        coordinates: in which rows are seen.
        point: standard coefficients (p,) from which residuals r are measured.
        width: c, in standard units.
    """

    coordinates: Coordinates
    point: FloatArray
    width: float

    @staticmethod
    def around(
        rows: Rows, coordinates: Coordinates, point: FloatArray, quantile: float, bandwidth: float
    ) -> "KernelDensity":
        """With c = (Φ⁻¹(τ + h) − Φ⁻¹(τ − h))·min(s, IQR / 1.34), s the standard deviation of the residuals."""
        residuals = _residuals(rows, coordinates, point)
        low, high = np.quantile(residuals, (0.25, 0.75))
        spread = min(float(residuals.std(ddof=1)), float(high - low) / _NORMAL_RANGE)
        width = normal_quantile(quantile + bandwidth) - normal_quantile(quantile - bandwidth)
        return KernelDensity(coordinates, point, width * spread)

    def __call__(self, block: Block, _: Design) -> FloatArray:
        """Of the rows of a block, (b,)."""
        standard = self.coordinates.standard
        scaled = standard.residual(standard.shifted(block), self.point) / self.width
        return np.asarray(np.exp(-0.5 * scaled**2) * (normal_density(0.0) / self.width))


def equal_density(_: Block, design: Design) -> FloatArray:
    """1: the same for all rows."""
    return np.ones(design.shape[0])


def sparsity(rows: Rows, coordinates: Coordinates, point: FloatArray, quantile: float) -> float:
    """1/f of all residuals, in standard units, by the slope of the h·n smallest ones, sorted (Koenker, 2005)."""
    residuals = _residuals(rows, coordinates, point)
    count, columns = len(residuals), coordinates.size
    sizes = np.abs(residuals)
    zeros = int(np.count_nonzero(sizes <= _ZERO * sizes.max(initial=0.0)))
    width = max(columns + 1, int(np.ceil(count * hall_sheather(quantile, count))))
    places = np.arange(zeros, min(width + zeros + 1, count))
    nearest = np.sort(residuals[np.argsort(sizes, kind="stable")[places]])
    shares = (places + 1.0) / (count - columns)
    fit = solve(MemoryRows.of(Design(shares[:, np.newaxis]), nearest), Absolute(), Auto())
    return float(fit.coefficients[0])


def _residuals(rows: Rows, coordinates: Coordinates, point: FloatArray) -> FloatArray:
    standard = coordinates.standard
    return np.concatenate([standard.residual(standard.shifted(block), point) for block in rows.map(_itself)])


def _itself(block: Block) -> Block:
    return block


def hall_sheather(quantile: float, count: float) -> float:
    """Return h = n^(−1/3)·z^(2/3)·[1.5·φ²/(2q² + 1)]^(1/3) with q = Φ⁻¹(τ), φ = φ(q), z = Φ⁻¹(0.975) (1988)."""
    normal = normal_quantile(quantile)
    level = normal_quantile(0.5 + _HALL_SHEATHER_LEVEL / 2)
    width = 1.5 * normal_density(normal) ** 2 / (2 * normal**2 + 1)
    return _inside(quantile, count ** (-1 / 3) * level ** (2 / 3) * width ** (1 / 3))


def bofinger(quantile: float, count: float) -> float:
    """Return h = n^(−1/5)·[4.5·φ⁴/(2q² + 1)²]^(1/5) with q = Φ⁻¹(τ), φ = φ(q) (1975)."""
    normal = normal_quantile(quantile)
    return _inside(quantile, (4.5 * normal_density(normal) ** 4 / (count * (2 * normal**2 + 1) ** 2)) ** (1 / 5))


def _inside(quantile: float, width: float) -> float:
    while quantile - width <= 0 or quantile + width >= 1:
        width /= 2
    return width
