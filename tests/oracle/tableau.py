"""Quantities as affine functions of a few of them, in integers.

Rows are quantities x₁, …, x_m and positions hold independent ones e₁, …, e_k:

    D · xᵢ = Σⱼ tᵢⱼ eⱼ + Σ cᵢ        (one constant cᵢ for each kind of constant)

An exchange writes every quantity with x_p in the place of e_q. All entries are minors of the first matrix, so that the
division by the old D leaves no remainder (Edmonds, 1967; Bareiss, 1968), and numbers grow no faster than determinants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Tableau:
    """m quantities as functions of k.

    Attributes:
        entries: (m, k + constants) integers: the factors, then the constants.
        denominator: D > 0.
        at: the quantity (row) that each position holds; None for one that is no row.
    """

    entries: np.ndarray
    denominator: int
    at: tuple[int | None, ...]

    @classmethod
    def of(cls, factors: np.ndarray, constants: np.ndarray) -> Tableau:
        """Of integer factors (m, k) and constants (m, kinds) of quantities that no position holds."""
        return cls(np.concatenate([factors, constants], axis=1).astype(object), 1, (None,) * factors.shape[1])

    @property
    def factors(self) -> np.ndarray:
        """(m, k) each divided by D."""
        return self.entries[:, : len(self.at)]

    @property
    def constants(self) -> np.ndarray:
        """(m, kinds): what the quantities are, times D, where those at the positions are zero."""
        return self.entries[:, len(self.at) :]

    def exchange(self, row: int, position: int) -> Tableau:
        """With the quantity of a row at a position where its factor is not zero."""
        old = self.entries
        pivot = old[row, position]
        column = old[:, position]
        entries = (old * pivot - np.multiply.outer(column, old[row])) // self.denominator
        entries[:, position] = column
        at = (*self.at[:position], row, *self.at[position + 1 :])
        return Tableau(entries, pivot, at) if pivot > 0 else Tableau(-entries, -pivot, at)

    def bring_in(self, row: int) -> Tableau | None:
        """With this row at the first free position that can hold it; None when none can."""
        free = (q for q, held in enumerate(self.at) if held is None and self.entries[row, q])
        position = next(free, None)
        return None if position is None else self.exchange(row, position)


def independent_rows(factors: np.ndarray, most: int) -> list[int]:
    """The first rows, at most so many, none of which is a combination of those before it."""
    tableau, found = Tableau.of(factors, np.zeros((len(factors), 0), dtype=object)), []
    for row in range(len(factors)):
        if len(found) == most:
            break
        grown = tableau.bring_in(row)
        if grown is not None:
            tableau, found = grown, [*found, row]
    return found


def ray(cone: np.ndarray) -> list[int] | None:
    """Some v ≥ 0, v ≠ 0 (k integers) with C v ≥ 0 for C (m, k); None when there is none.

    It maximises Σv under Σv ≤ 1 by the simplex method, with the rule that cannot cycle (Bland, 1977).
    """
    rows, size = cone.shape
    factors = np.concatenate([cone, np.eye(size, dtype=int), -np.ones((1, size), dtype=int)]).astype(object)
    constants = np.zeros((len(factors), 1), dtype=object)
    room = len(factors) - 1  # the quantity 1 − Σv
    constants[room] = 1
    tableau = Tableau(np.concatenate([factors, constants], axis=1), 1, tuple(range(rows, rows + size)))
    while True:
        values = tableau.constants[:, 0]
        if values[room] < tableau.denominator:
            return list(values[rows : rows + size])
        better = [q for q in range(size) if tableau.factors[room, q] < 0]
        if not better:
            return None
        position = min(better, key=lambda q: tableau.at[q])
        tableau = tableau.exchange(_first_at_zero(tableau, position), position)


def _first_at_zero(tableau: Tableau, position: int) -> int:
    """The row that falls to zero first when the quantity at a position grows; the first of several."""
    slopes, values = tableau.factors[:, position], tableau.constants[:, 0]
    first = None
    for row in range(len(slopes)):
        falling = slopes[row] < 0 and row not in tableau.at
        if falling and (first is None or values[row] * slopes[first] > values[first] * slopes[row]):
            first = row
    assert first is not None  # Σv ≤ 1 bounds it
    return first
