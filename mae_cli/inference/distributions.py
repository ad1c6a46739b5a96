"""Quantiles and tails of the normal, t, F, χ² and beta distributions.

Student's t, F and beta come from the regularised incomplete beta function by its continued fraction, χ² from the
incomplete gamma function (Lentz, 1976; Press and others, 2007, sections 6.2 and 6.4). Accurate to about 1e-13.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_ENOUGH = 1e-16
_MOST_TERMS = 10_000
# So many steps of Newton's method from the normal quantile lead this near to that of t, but for few degrees of freedom.
_NEWTON_STEPS = 3
_NEAR = 1e-13


def normal_quantile(probability: float) -> float:
    """Φ⁻¹(p)."""
    return _NORMAL.inv_cdf(probability)


def normal_density(value: float) -> float:
    """φ(z)."""
    return _NORMAL.pdf(value)


def student_tail(value: float, degrees: float) -> float:
    """P(T > t) for t ≥ 0 with so many degrees of freedom."""
    return 0.5 * _beta(degrees / (degrees + value * value), degrees / 2, 0.5)


def student_quantile(probability: float, degrees: float) -> float:
    """The t with P(T ≤ t) = p, for p ≥ ½, by bisection between bounds that Newton's method is nearly at."""
    tail = 1 - probability
    if tail >= 0.5:
        return 0.0
    low, high = _student_bounds(tail, degrees)
    while True:
        middle = 0.5 * (low + high)
        if middle in {low, high}:
            return middle
        low, high = (middle, high) if student_tail(middle, degrees) > tail else (low, middle)


def _student_bounds(tail: float, degrees: float) -> tuple[float, float]:
    """Values between which the quantile lies: near to each other where a few steps lead there."""
    value = normal_quantile(1 - tail)
    for _ in range(_NEWTON_STEPS):
        value += (student_tail(max(value, 0.0), degrees) - tail) / _student_density(value, degrees)
    low, high = value * (1 - _NEAR), value * (1 + _NEAR)
    if 0 < low < high < math.inf and student_tail(low, degrees) > tail >= student_tail(high, degrees):
        return low, high
    low, high = 0.0, 1.0
    while student_tail(high, degrees) > tail:
        low, high = high, 2 * high
    return low, high


def _student_density(value: float, degrees: float) -> float:
    half = 0.5 * (degrees + 1)
    scale = math.lgamma(half) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    return math.exp(scale - half * math.log1p(value * value / degrees))


def f_tail(value: float, first: float, second: float) -> float:
    """P(F > f) with degrees of freedom of the numerator and the denominator."""
    return _beta(second / (second + first * value), second / 2, first / 2) if value > 0 else 1.0


def chi_squared_tail(value: float, degrees: float) -> float:
    """P(χ² > x)."""
    if value <= 0:
        return 1.0
    shape, x = degrees / 2, value / 2
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:  # the series converges fast below the mean
        term = total = 1 / shape
        index = shape
        while term > _ENOUGH * total:
            index += 1
            term *= x / index
            total += term
        return 1 - front * total
    return front / _fraction(lambda i: -i * (i - shape), lambda i: x + 2 * i + 1 - shape)


def beta_quantile(probability: float, first: float, second: float) -> float:
    """The x with P(B ≤ x) = p of the beta distribution with these two shapes, by bisection."""
    low, high = 0.0, 1.0
    while True:
        middle = 0.5 * (low + high)
        if middle in {low, high}:
            return middle
        low, high = (middle, high) if _beta(middle, first, second) < probability else (low, middle)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function Iₓ(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)

    def numerator(index: int) -> float:
        m, is_odd = divmod(index, 2)
        if is_odd:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))

    return math.exp(logarithm) / a / _fraction(numerator, lambda _: 1.0)


def _fraction(numerator: Callable[[int], float], denominator: Callable[[int], float]) -> float:
    """d₀ + n₁/(d₁ + n₂/(d₂ + …)), by the method of Lentz."""
    value = denominator(0) or _TINY
    above, below = value, 0.0
    for index in range(1, _MOST_TERMS):
        below = 1 / (denominator(index) + numerator(index) * below or _TINY)
        above = denominator(index) + numerator(index) / above or _TINY
        change = above * below
        value *= change
        if abs(change - 1) < _ENOUGH:
            break
    return value
