"""Least squares and rank in rational arithmetic: what floats stand for, to the last digit."""

from fractions import Fraction

import numpy as np


def rational(values) -> list[Fraction]:
    return [Fraction(float(value)) for value in values]


def least_squares(matrix, target, weights=None) -> list[Fraction]:
    """The coefficients that minimise Σω(y − Xw)² for independent columns, from the normal equations."""
    rows = [rational(row) for row in matrix]
    y = rational(target)
    omega = rational(weights) if weights is not None else [Fraction(1)] * len(y)
    count = len(rows[0])
    system = [
        [sum(w * row[j] * row[k] for w, row in zip(omega, rows, strict=True)) for k in range(count)]
        + [sum(w * row[j] * value for w, row, value in zip(omega, rows, y, strict=True))]
        for j in range(count)
    ]
    return solved(system)


def solved(system: list[list[Fraction]]) -> list[Fraction]:
    """The solution of k independent equations, each k factors and the value behind them; by Gauss and Jordan."""
    count = len(system)
    for j in range(count):
        pivot = next(i for i in range(j, count) if system[i][j])
        system[j], system[pivot] = system[pivot], system[j]
        system[j] = [value / system[j][j] for value in system[j]]
        for i in range(count):
            if i != j and system[i][j]:
                share = system[i][j]
                system[i] = [a - share * b for a, b in zip(system[i], system[j], strict=True)]
    return [row[-1] for row in system]


def mean_square(matrix, target, coefficients, weights=None) -> Fraction:
    """Σω(y − Xw)² / Σω of coefficients that are floats or fractions."""
    omega = rational(weights) if weights is not None else [Fraction(1)] * len(target)
    point = [Fraction(each) for each in coefficients]
    total = sum(
        w * (y - sum(a * b for a, b in zip(rational(row), point, strict=True))) ** 2
        for w, row, y in zip(omega, matrix, rational(target), strict=True)
    )
    return total / sum(omega)


def with_ones(X) -> np.ndarray:
    return np.column_stack([np.ones(len(X)), X])


def digits(found, expected) -> float:
    """How many digits of the worst coefficient are right, 17 when all are."""
    errors = [abs(Fraction(float(a)) - Fraction(b)) / abs(Fraction(b)) for a, b in zip(found, expected, strict=True)]
    return 17.0 if not any(errors) else float(-np.log10(float(max(errors))))
