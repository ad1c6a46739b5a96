"""Small bands of problems that are solved in step: each operation is a product of stacked matrices for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.solvers.search.exchange import SMALLEST_RATE

# Of the rows ahead so many are put in order first; hardly ever is one behind them reached.
_FIRST_ROWS = 16
# Newton's method smooths the signs of the nearest rows, so many for each column in one step after the other.
_SMOOTHED_ROWS_PER_COLUMN = (8, 4, 3, 2)
# In larger bands so many times as many are smoothed before.
_NARROWING = 4
# Every direction has this share of the mean curvature, lest few rows leave one without any.
_LEAST_CURVATURE = 1e-3


@dataclass(frozen=True, eq=False)
class Stack:
    """Minimise Σω|r − v·d| − c·d for m bands of b rows; rows of zeros fill up those that have fewer.

    Attributes:
        matrix: (m, b, k) whitened rows v times their weights.
        lengths: (m, b) of these.
        residual: (m, b) at d = 0, times the weights.
        linear: (m, k) the linear terms c.
    """

    matrix: FloatArray
    lengths: FloatArray
    residual: FloatArray
    linear: FloatArray

    @staticmethod
    def of(matrix: FloatArray, residual: FloatArray, linear: FloatArray) -> "Stack":
        """Bands of rows that are still to be measured."""
        return Stack(matrix, np.sqrt(np.einsum("mrk,mrk->mr", matrix, matrix)), residual, linear)

    @staticmethod
    def joined(stacks: Sequence["Stack"]) -> "Stack":
        """The bands of all stacks, filled up to as many rows."""
        if len(stacks) == 1:
            return stacks[0]
        rows = max(each.residual.shape[1] for each in stacks)
        return Stack(
            matrix=np.concatenate([_filled(each.matrix, rows) for each in stacks]),
            lengths=np.concatenate([_filled(each.lengths, rows) for each in stacks]),
            residual=np.concatenate([_filled(each.residual, rows) for each in stacks]),
            linear=np.concatenate([each.linear for each in stacks]),
        )

    @cached_property
    def shortness(self) -> FloatArray:
        """(m, b) one over the length of each row; 0 for rows of zeros, which are never met."""
        return _quotients(np.ones(self.lengths.shape), self.lengths, 0.0)

    @property
    def distance(self) -> FloatArray:
        """(m, b) how far the point must move before a sign can change; infinite for rows of zeros."""
        return _quotients(np.abs(self.residual), self.lengths, np.inf)

    def rates(self, steps: FloatArray) -> FloatArray:
        """(m, b) how far a step (m, k) of each band moves its predictions."""
        return np.asarray((self.matrix @ steps[:, :, np.newaxis])[:, :, 0])

    def pull(self, signs: FloatArray) -> FloatArray:
        """(m, k) c + Σω·signs·v: the way that the objective falls fastest."""
        return np.asarray(self.linear + (signs[:, np.newaxis, :] @ self.matrix)[:, 0, :])

    def moved(self, steps: FloatArray) -> "Stack":
        """The same bands, each seen from the point d = its step, (m, k)."""
        return replace(self, residual=self.residual - self.rates(steps))

    def take(self, numbers: Positions | BoolArray) -> "Stack":
        return Stack(self.matrix[numbers], self.lengths[numbers], self.residual[numbers], self.linear[numbers])

    def rows(self, places: Positions) -> FloatArray:
        """(m, s, k) some rows of each band."""
        return self.matrix[np.arange(len(places))[:, np.newaxis], places]

    def narrowed(self, count: int) -> tuple["Stack", Positions]:
        """The nearest rows of each band, and which they are, (m, count); all others act through their signs alone."""
        places = self._nearest(count)
        signs = np.sign(self.residual)
        np.put_along_axis(signs, places, 0.0, axis=1)
        lengths, residual = (np.take_along_axis(each, places, axis=1) for each in (self.lengths, self.residual))
        return Stack(self.rows(places), lengths, residual, self.pull(signs)), places

    def newton_steps(self) -> FloatArray:
        """(m, k) steps to near the optimum of each band: Newton's method on a loss that is smooth around zero.

        Where |r| ≤ δ‖v‖ the sign of r is taken to be r / (δ‖v‖), in bands that become narrower. The line search is
        exact, on the loss itself: no step goes up.
        """
        steps, here, (_, rows, columns) = np.zeros(self.linear.shape), self, self.matrix.shape
        counts = [each * columns for each in _SMOOTHED_ROWS_PER_COLUMN]
        while _NARROWING * counts[0] < rows:
            counts.insert(0, _NARROWING * counts[0])
        for count in counts:
            way = here._newton_way(min(count, rows))
            rates = here.rates(way)
            # Residuals of exactly zero, as a step may leave, have no sign, but grow either way.
            grown = (np.abs(rates) * (here.residual == 0)).sum(axis=1)
            gain = (here.pull(np.sign(here.residual)) * way).sum(axis=1) - grown
            length = stops(here.residual, rates, self.shortness, 0.5 * np.maximum(gain, 0.0))[1]
            length = np.where((gain > 0) & np.isfinite(length), length, 0.0)[:, np.newaxis]
            steps = steps + length * way
            here = replace(here, residual=here.residual - length * rates)
        return steps

    def _newton_way(self, count: int) -> FloatArray:
        """(m, k) H⁻¹∇, smoothed over so many rows."""
        near = self._nearest(count)
        widest = np.take_along_axis(self.distance, near, axis=1).max(axis=1, keepdims=True)
        widths = np.where(np.isfinite(widest), widest, 0.0) * self.lengths
        signs = np.clip(_quotients(self.residual, widths, np.sign(self.residual)), -1.0, 1.0)
        rows, columns = self.rows(near), self.matrix.shape[2]
        slopes = _quotients(np.ones(near.shape), np.take_along_axis(widths, near, axis=1), 0.0)
        curvature = rows.transpose(0, 2, 1) @ (rows * slopes[:, :, np.newaxis])
        least = _LEAST_CURVATURE * np.trace(curvature, axis1=1, axis2=2) / columns
        curvature += np.where(least > 0, least, 1.0)[:, np.newaxis, np.newaxis] * np.eye(columns)
        return np.asarray(np.linalg.solve(curvature, self.pull(signs)[:, :, np.newaxis])[:, :, 0])

    def _nearest(self, count: int) -> Positions:
        return np.argpartition(self.distance, count - 1, axis=1)[:, :count]


def stops(
    residual: FloatArray, rates: FloatArray, shortness: FloatArray, enough: FloatArray
) -> tuple[Positions, FloatArray]:
    """The row at which the slopes passed add up to enough, (m,), and the way to there: infinite where they never do.

    Residuals (m, b) fall at the rates of their rows.
    """
    speeds = np.abs(rates)
    # A row that hardly moves, beside the fastest one, depends on the other rows of the basis.
    relative = speeds * shortness
    ahead = (residual * rates > 0) & (relative > SMALLEST_RATE * relative.max(axis=1, keepdims=True))
    breakpoints = np.divide(residual, rates, out=np.full(rates.shape, np.inf), where=ahead)
    first = min(_FIRST_ROWS, breakpoints.shape[1])
    rows, length = _reached(np.argpartition(breakpoints, first - 1, axis=1)[:, :first], breakpoints, speeds, enough)
    further = np.flatnonzero(np.isinf(length))
    if len(further) and first < breakpoints.shape[1]:
        every = np.tile(np.arange(breakpoints.shape[1]), (len(further), 1))
        rows[further], length[further] = _reached(every, breakpoints[further], speeds[further], enough[further])
    return rows, length


def _reached(
    rows: Positions, breakpoints: FloatArray, slopes: FloatArray, enough: FloatArray
) -> tuple[Positions, FloatArray]:
    """The same among some rows (m, s)."""
    lengths = np.take_along_axis(breakpoints, rows, axis=1)
    order = np.argsort(lengths, axis=1, kind="stable")
    rows, lengths = np.take_along_axis(rows, order, axis=1), np.take_along_axis(lengths, order, axis=1)
    is_enough = np.cumsum(np.take_along_axis(slopes, rows, axis=1), axis=1) >= enough[:, np.newaxis]
    every, place = np.arange(len(rows)), is_enough.argmax(axis=1)
    return rows[every, place], np.where(is_enough[every, place], lengths[every, place], np.inf)


def _filled(array: FloatArray, rows: int) -> FloatArray:
    """The array with zeros behind its rows, the second axis."""
    missing = rows - array.shape[1]
    return np.pad(array, [(0, 0), (0, missing), (0, 0)][: array.ndim]) if missing else array


def _quotients(values: FloatArray, divisors: FloatArray, otherwise: FloatArray | float) -> FloatArray:
    """The quotients where there is something to divide by."""
    result = np.broadcast_to(np.asarray(otherwise, dtype=np.float64), values.shape).copy()
    return np.divide(values, divisors, out=result, where=divisors > 0)
