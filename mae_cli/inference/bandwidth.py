"""How far from a quantile its neighbours are fitted, to see how dense the residuals are: h, for n rows.

Where τ − h or τ + h leaves (0, 1), h is halved until neither does.
"""

from mae_cli.inference.distributions import normal_density, normal_quantile

# Whatever the level of the intervals is.
_HALL_SHEATHER_LEVEL = 0.95


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
