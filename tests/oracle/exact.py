"""Weighted linear regression of few rows in exact arithmetic: losses, optima, independence and uniqueness.

A column is a column of integers times a power of two, and so is the target; the weights count relative to each other.
The loss is Σω·ρ(r)/Σω with ρ(r) = |r| at the median, ½|r| + (τ − ½)r at another quantile, r² for least squares.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, cmp_to_key

import numpy as np

from oracle.tableau import Tableau, independent_rows, ray

MOST_EXCHANGES = 5000
TWO = Fraction(2)


def integers(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Integers and an exponent e with values = integers · 2ᵉ exactly."""
    fractions, exponents = np.frexp(np.asarray(values, dtype=float))
    nonzero = fractions != 0
    if not nonzero.any():
        return np.array([0] * len(fractions), dtype=object), 0
    lowest = int(exponents[nonzero].min())
    digits = np.ldexp(fractions, 53).astype(np.int64).tolist()
    shifts = (np.where(nonzero, exponents, lowest) - lowest).tolist()
    wholes = [digit << shift for digit, shift in zip(digits, shifts, strict=True)]
    common = min((whole & -whole).bit_length() - 1 for whole in wholes if whole)
    return np.array([whole >> common for whole in wholes], dtype=object), lowest - 53 + common


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of positive weight in integers.

    Attributes:
        columns: (n, k) integers.
        column_exponents: each column is its integers times 2 to this power.
        target: (n,) integers.
        target_exponent: likewise.
        weights: (n,) positive integers, relative to each other.
    """

    columns: np.ndarray
    column_exponents: tuple[int, ...]
    target: np.ndarray
    target_exponent: int
    weights: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None) -> Table:
        """Of floats: columns (n, k), among them one of ones where there is an intercept; target and weights (n,)."""
        if weights is not None:
            used = np.asarray(weights) > 0
            columns, target, weights = columns[used], target[used], weights[used]
        scaled = [integers(column) for column in columns.T]
        matrix = np.empty(columns.shape, dtype=object)
        for j, (column, _) in enumerate(scaled):
            matrix[:, j] = column
        heights, exponent = integers(target)
        relative = np.array([1] * len(target), dtype=object) if weights is None else integers(weights)[0]
        return cls(matrix, tuple(e for _, e in scaled), heights, exponent, relative)

    @property
    def shape(self) -> tuple[int, int]:
        return self.columns.shape

    def take(self, columns: list[int]) -> Table:
        """With these columns only."""
        exponents = tuple(self.column_exponents[j] for j in columns)
        return Table(self.columns[:, columns], exponents, self.target, self.target_exponent, self.weights)

    def with_given(self, coefficients: list[float]) -> Table:
        """Without the last columns, which have these coefficients: the target is what they leave of it, exactly."""
        fitted = self.shape[1] - len(coefficients)
        target, exponent = self.take(list(range(fitted, self.shape[1]))).residuals(coefficients)
        others = self.take(list(range(fitted)))
        return Table(others.columns, others.column_exponents, target, exponent, self.weights)

    def without_column(self, column: int) -> Table:
        """The regression of a column on all the others."""
        others = self.take([j for j in range(self.shape[1]) if j != column])
        own = self.columns[:, column], self.column_exponents[column]
        return Table(others.columns, others.column_exponents, *own, self.weights)

    @cached_property
    def independent(self) -> list[int]:
        """The columns that are no combination of earlier ones."""
        return independent_rows(self.columns.T, min(self.shape))

    def residuals(self, coefficients: list[float]) -> tuple[np.ndarray, int]:
        """The residuals of coefficients (k,) as integers and an exponent."""
        terms = [integers(np.array([value])) for value in coefficients]
        parts = [(self.target, 1, self.target_exponent)]
        for j, ((factor,), exponent) in enumerate(terms):
            if factor:
                parts.append((self.columns[:, j], -factor, exponent + self.column_exponents[j]))
        lowest = min(exponent for _, _, exponent in parts)
        return sum(column * (factor << (exponent - lowest)) for column, factor, exponent in parts), lowest

    def mean(self, values: np.ndarray) -> Fraction:
        """Σω·values/Σω of integers."""
        return Fraction(int(self.weights @ values), int(self.weights.sum()))


@dataclass(frozen=True)
class Pinball:
    """ρ(r) = ½|r| + (τ − ½)r, or |r| where τ = ½."""

    quantile: Fraction

    @property
    def tilt(self) -> Fraction:
        """2τ − 1, so that ρ(r) = factor · (|r| + tilt · r)."""
        return 2 * self.quantile - 1

    @property
    def factor(self) -> Fraction:
        return Fraction(1, 2) if self.tilt else Fraction(1)

    def mean(self, table: Table, residuals: np.ndarray, exponent: int) -> Fraction:
        """The mean loss of residuals that are integers times a power of two."""
        tilt = self.tilt
        values = abs(residuals) * tilt.denominator + residuals * tilt.numerator
        return self.factor * table.mean(values) / tilt.denominator * TWO**exponent


@dataclass(frozen=True)
class Squares:
    """ρ(r) = r²."""

    def mean(self, table: Table, residuals: np.ndarray, exponent: int) -> Fraction:
        """The mean loss of residuals that are integers times a power of two."""
        return table.mean(residuals * residuals) * TWO ** (2 * exponent)


def loss_of(table: Table, loss: Pinball | Squares, coefficients: list[float]) -> Fraction:
    """The exact mean loss of float coefficients."""
    return loss.mean(table, *table.residuals(coefficients))


def rounded(coefficients: list[Fraction]) -> list[float] | None:
    """Each to the nearest float; None when one is beyond the largest."""
    try:
        return [float(value) for value in coefficients]
    except OverflowError:
        return None


# ---------------------------------------------------------------- least squares


@dataclass(frozen=True)
class LeastSquares:
    """The least mean square over independent columns, its coefficients, and the loss of each row's residual."""

    loss: Fraction
    coefficients: list[Fraction]
    residuals: list[Fraction]


def least_squares(table: Table) -> LeastSquares:
    """The solution of the normal equations AᵀΩA β = AᵀΩy; the columns must be independent."""
    columns = table.shape[1]
    weighted = table.columns * table.weights[:, None]
    equations = weighted.T @ table.columns
    unknowns = np.eye(columns, dtype=int).astype(object)
    constants = np.concatenate([-(weighted.T @ table.target), np.array([0] * columns, dtype=object)])
    tableau = Tableau.of(np.concatenate([equations, unknowns]), constants[:, None])
    for equation in range(columns):
        tableau = _brought_in(tableau, equation)
    numerators, denominator = tableau.constants[columns:, 0], tableau.denominator
    residuals = table.target * denominator - (table.columns @ numerators if columns else 0)
    unit = TWO**table.target_exponent / denominator
    return LeastSquares(
        table.mean(residuals * residuals) * unit**2,
        _in_users_units(table, numerators, denominator),
        [int(value) * unit for value in residuals],
    )


def _brought_in(tableau: Tableau, row: int) -> Tableau:
    grown = tableau.bring_in(row)
    assert grown is not None, "the columns are dependent"
    return grown


def _in_users_units(table: Table, numerators: np.ndarray, denominator: int) -> list[Fraction]:
    exponents = (table.target_exponent - exponent for exponent in table.column_exponents)
    pairs = zip(numerators, exponents, strict=True)
    return [Fraction(int(numerator), denominator) * TWO**exponent for numerator, exponent in pairs]


# ---------------------------------------------------------------- MAE and pinball


@dataclass(frozen=True, eq=False)
class Vertex:
    """Coefficients that fit as many rows exactly as there are columns, and the signs of the other residuals.

    The quantities of the tableau are the n residuals, as functions of those of the vertex's rows, and the k negative
    coefficients. Its second constant is the residual of a random target, times an infinitesimal number: it gives a sign
    to residuals that are zero by accident, so that no step of the walk is one of length zero that leads back.
    """

    table: Table
    loss: Pinball
    tableau: Tableau

    @cached_property
    def signs(self) -> np.ndarray:
        """(n,) ±1, and 0 in the vertex's own rows."""
        constants = self.tableau.constants[: self.table.shape[0]].tolist()
        return np.array([_sign(true) or _sign(shifted) for true, shifted in constants], dtype=object)

    @cached_property
    def pulls(self) -> np.ndarray:
        """(n,) integers ω(λ + tilt) · D · (tilt's denominator) of the rows off the vertex, 0 in its own."""
        tilt = self.loss.tilt
        pulls = self.table.weights * (self.signs * tilt.denominator + tilt.numerator)
        pulls[list(self.tableau.at)] = 0
        return pulls

    @cached_property
    def multipliers(self) -> list[tuple[int, int]]:
        """λ of the vertex's rows as (numerator, positive denominator): what balances the pulls of all others."""
        table, tilt = self.table, self.loss.tilt
        pull = self.pulls @ self.tableau.factors[: table.shape[0]]
        weights = [table.weights[row] * self.tableau.denominator for row in self.tableau.at]
        return [
            (-total - tilt.numerator * weight, tilt.denominator * weight)
            for total, weight in zip(pull, weights, strict=True)
        ]

    @cached_property
    def steepest(self) -> int | None:
        """The position whose |λ| exceeds 1 by most, in units of loss; None at the optimum."""
        excess = [abs(numerator) - denominator for numerator, denominator in self.multipliers]
        worst = max(range(len(excess)), key=excess.__getitem__, default=None)
        return None if worst is None or excess[worst] <= 0 else worst

    def step(self) -> Vertex:
        """The best vertex along the steepest edge."""
        position = self.steepest
        numerator, denominator = self.multipliers[position]
        slope, double = denominator - abs(numerator), 2 * self.loss.tilt.denominator
        moves = self.tableau.factors[:, position] * _sign(numerator)
        for row in self._crossings(moves):
            slope += double * self.table.weights[row] * abs(moves[row])
            if slope >= 0:
                return Vertex(self.table, self.loss, self.tableau.exchange(row, position))
        raise AssertionError("a loss without a minimum")

    def _crossings(self, moves: np.ndarray) -> list[int]:
        """The rows whose residual falls to zero when all change by `moves`, in the order in which they do."""
        signs, constants = self.signs, self.tableau.constants
        rows = [row for row in range(len(signs)) if signs[row] * moves[row] < 0]

        def earlier(one: int, other: int) -> int:
            for kind in (0, 1):
                difference = signs[one] * constants[one, kind] * abs(moves[other])
                difference -= signs[other] * constants[other, kind] * abs(moves[one])
                if difference:
                    return _sign(difference)
            return 0

        return sorted(rows, key=cmp_to_key(earlier))

    @cached_property
    def optimum(self) -> Fraction:
        """The loss here, which must equal the value of the dual point λ: Xᵀω(λ + tilt) = 0, |λ| ≤ 1."""
        table, tableau, tilt = self.table, self.tableau, self.loss.tilt
        rows = table.shape[0]
        dual = self.pulls * tableau.denominator
        for row, (numerator, denominator) in zip(tableau.at, self.multipliers, strict=True):
            assert abs(numerator) <= denominator
            dual[row] = numerator + tilt.numerator * table.weights[row] * tableau.denominator
        assert not any(dual @ table.columns), "the dual point does not balance"
        residuals = tableau.constants[:rows, 0]
        primal = table.weights @ (abs(residuals) * tilt.denominator + residuals * tilt.numerator)
        assert dual @ table.target == primal, "the dual value is not the loss"
        return self.loss.mean(table, residuals, table.target_exponent) / tableau.denominator

    @property
    def coefficients(self) -> list[Fraction]:
        """(k,) in the user's units."""
        numerators = -self.tableau.constants[self.table.shape[0] :, 0]
        return _in_users_units(self.table, numerators, self.tableau.denominator)

    @cached_property
    def changes(self) -> list[Fraction] | None:
        """How the n predictions of another optimum differ from these; None when there is no other.

        Along a direction with ±δⱼ at the vertex's rows the loss grows by Σ ω(|u| − λu) over the rows with residual
        zero: it stays the same only if δⱼ has the sign of a λⱼ = ±1, and u that of the λ of every other such row.
        """
        table, tableau = self.table, self.tableau
        rows = table.shape[0]
        loose = [(q, _sign(top)) for q, (top, bottom) in enumerate(self.multipliers) if abs(top) == bottom]
        if not loose:
            return None
        edges = np.column_stack([tableau.factors[:rows, q] * sign for q, sign in loose])
        zero = [row for row in range(rows) if not tableau.constants[row, 0] and row not in tableau.at]
        lengths = ray(edges[zero] * self.signs[zero][:, None])
        if lengths is None:
            return None
        moves = edges @ np.array(lengths, dtype=object)
        residuals = tableau.constants[:rows, 0]
        ends = [Fraction(-residuals[i], moves[i]) for i in range(rows) if residuals[i] * moves[i] < 0]
        unit = min(ends) * TWO**table.target_exponent / tableau.denominator
        return [int(move) * unit for move in moves]


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def least_absolute(table: Table, loss: Pinball, near: list[float] | None = None) -> Vertex:
    """An optimal vertex over independent columns, by exchanges (Barrodale and Roberts, 1973) from rows `near` a guess.

    The exactness of its end is asserted; the guess only shortens the way.
    """
    rows, columns = table.shape
    shifts = random.Random(rows * 1009 + columns)
    constants = np.array([[0, 0]] * (rows + columns), dtype=object).reshape(-1, 2)
    constants[:rows, 0] = table.target
    constants[:rows, 1] = [shifts.getrandbits(48) - (1 << 47) for _ in range(rows)]
    # A negative coefficient −βⱼ is the residual of a target of zero and a row of the unit matrix.
    quantities = np.concatenate([-table.columns, -np.eye(columns, dtype=int).astype(object)])
    vertex = Vertex(table, loss, _start(Tableau.of(quantities, constants), _nearest(table, near), columns))
    for _ in range(MOST_EXCHANGES):
        if vertex.steepest is None:
            assert vertex.optimum >= 0
            return vertex
        vertex = vertex.step()
    raise AssertionError("too many exchanges")


def _nearest(table: Table, near: list[float] | None) -> list[int]:
    """The rows in the order of their distance from a guess."""
    rows = table.shape[0]
    if near is None or not np.isfinite(near).all():
        return list(range(rows))
    sizes = abs(table.residuals(near)[0])
    return sorted(range(rows), key=sizes.__getitem__)


def _start(tableau: Tableau, order: list[int], columns: int) -> Tableau:
    """At the vertex of the first independent rows in an order."""
    found = 0
    for row in order:
        if found == columns:
            break
        grown = tableau.bring_in(row)
        if grown is not None:
            tableau, found = grown, found + 1
    assert found == columns, "the columns are dependent"
    return tableau
