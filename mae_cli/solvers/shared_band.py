"""Problems over the same rows of a band that differ by their weights or linear terms, solved in step.

Newton steps by products with all rows lead to near the optimum of each problem. What is left is a search in the few
rows around there, as every other row acts through its sign alone; rows that it passes join them, until there are none.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.solvers.band import relative_distance
from mae_cli.solvers.dense_rows import DenseRows
from mae_cli.solvers.exchange import Optimum, Outcome
from mae_cli.solvers.stack import Stack
from mae_cli.solvers.walks import Ends, search_in_step

# The curvature at a point is that of so many rows around it.
_CURVATURE_SHARE = 0.25
_NEWTON_STEPS = 2
# After these the optimum is hardly ever beyond so many rows for each column, and after those of the stack so many.
_BAND_ROWS_PER_COLUMN, _SMALLEST_BAND = 24, 40
_FEW_ROWS_PER_COLUMN = 6
_EXCHANGES_PER_COLUMN = 16
# Rows that do not bound a problem become so many times as many.
_WIDENING = 4
_MOST_ROUNDS = 100


@dataclass(frozen=True, eq=False)
class SharedBand:
    """Minimise Σωf|r − v·d| − c·d over the same rows v for m problems, all seen from the same point.

    Attributes:
        rows: v, (b, k).
        weights: (m, b) ωf of each problem; 0 leaves a row out.
        residual: (b,) at d = 0.
        linear: (m, k) the linear terms c.
        jitter: (b,) what is added to the residuals to break ties.
    """

    rows: DenseRows
    weights: FloatArray
    residual: FloatArray
    linear: FloatArray
    jitter: FloatArray

    def minimised(self) -> list[Optimum]:
        """The optima; the step leads to near them only where the outcome is another one."""
        rows, columns = self.rows.shape
        if rows < columns or not columns:
            outcome = Outcome.UNBOUNDED if columns else Outcome.OPTIMAL
            return [Optimum.nowhere(outcome, step, 0) for step in np.zeros(self.linear.shape)]
        return _Searches(self, self._newton_steps()).optima()

    def _newton_steps(self) -> FloatArray:
        """(m, k) steps d ← d + H⁻¹g, where gradients g change by H = Σωvvᵀ/δ over the rows with |r| ≤ δ."""
        steps, sizes = np.zeros(self.linear.shape), np.abs(self.residual)
        half = float(np.quantile(sizes, _CURVATURE_SHARE))
        near = self.rows.matrix[sizes <= half]
        weights = self.weights[:, sizes <= half].mean(axis=0)
        try:
            inverse = half * np.linalg.inv((near * weights[:, np.newaxis]).T @ near)
        except np.linalg.LinAlgError:
            return steps
        for _ in range(_NEWTON_STEPS):
            signs = np.sign(self.residual - self.rates(steps))
            steps = steps + (self.linear + (self.weights * signs) @ self.rows.matrix) @ inverse
        return steps

    def rates(self, steps: FloatArray) -> FloatArray:
        """(m, b) how far each of the steps moves the predictions."""
        return np.asarray(steps @ self.rows.matrix.T)


class _Searches:
    """The problems of a shared band, each seen from a point of its own, and the rows that it is searched in."""

    def __init__(self, shared: SharedBand, starts: FloatArray) -> None:
        self._shared, self._starts = shared, starts
        self._residual = shared.residual + shared.jitter - shared.rates(starts)
        self._distance = np.where(shared.weights > 0, relative_distance(self._residual, shared.rows.leverage), np.inf)
        size = max(_BAND_ROWS_PER_COLUMN * shared.rows.shape[1], _SMALLEST_BAND)
        self._inside = _nearest(self._distance, np.full(len(starts), size))
        self._optima = [Optimum.nowhere(Outcome.LIMIT, start, 0) for start in starts]

    def optima(self) -> list[Optimum]:
        """Search, and let rows join, until nothing is left to do."""
        going = np.arange(len(self._starts))
        for _ in range(_MOST_ROUNDS):
            if len(going):
                going = self._advanced(going)
        return self._optima

    def _advanced(self, numbers: Positions) -> Positions:
        """Search some problems; those of them that other rows have joined."""
        some = slice(None) if len(numbers) == len(self._starts) else numbers
        rows, ends = self._searched(some)
        after = self._residual[some] - self._shared.rates(ends.steps)
        passed = (self._residual[some] * after < 0) & (self._shared.weights[some] > 0) & ~self._inside[some]
        passed &= ends.is_optimal[:, np.newaxis]
        is_joined = np.asarray(passed.any(axis=1))
        for place in np.flatnonzero(ends.is_optimal & ~is_joined):
            number, step = numbers[place], self._starts[numbers[place]] + ends.steps[place]
            basis = rows[place, ends.basis[place]]
            self._optima[number] = Optimum(Outcome.OPTIMAL, basis, step, int(ends.exchanges[place]), ())
        self._inside[some] |= passed
        unbounded = np.flatnonzero(~ends.is_optimal & (ends.exchanges < self._most_exchanges))
        is_joined[unbounded] = self._widen(numbers[unbounded])
        return numbers[is_joined]

    def _searched(self, some: slice | Positions) -> tuple[Positions, Ends]:
        """The rows inside of some problems, and where the searches in them ended."""
        shared, inside, weights, residual = (
            self._shared,
            self._inside[some],
            self._shared.weights[some],
            self._residual[some],
        )
        pulls = np.where(inside, 0.0, weights * np.sign(residual))
        rows, is_row = _listed(inside, shared.rows.shape[1])
        scale = np.where(is_row, np.take_along_axis(weights, rows, axis=1), 0.0)
        stack = Stack(
            matrix=shared.rows.matrix[rows] * scale[:, :, np.newaxis],
            residual=np.take_along_axis(residual, rows, axis=1) * scale,
            linear=shared.linear[some] + pulls @ shared.rows.matrix,
        )
        return rows, _searched_around(stack, stack.newton_steps(), self._most_exchanges)

    def _widen(self, numbers: Positions) -> BoolArray:
        """Let more of the nearest rows join; whether there are more."""
        before = self._inside[numbers].sum(axis=1)
        self._inside[numbers] = _nearest(self._distance[numbers], _WIDENING * before)
        return np.asarray(self._inside[numbers].sum(axis=1) > before)

    @property
    def _most_exchanges(self) -> int:
        return _EXCHANGES_PER_COLUMN * self._shared.rows.shape[1]


def _searched_around(stack: Stack, starts: FloatArray, most_exchanges: int) -> Ends:
    """The ends of searches in the rows around some points, and from there in all rows where they passed others."""
    here, count = stack.moved(starts), _FEW_ROWS_PER_COLUMN * stack.matrix.shape[2]
    few, places = here.narrowed(min(count, here.matrix.shape[1]))
    ends = search_in_step(few, most_exchanges)
    ends = Ends(np.take_along_axis(places, ends.basis, axis=1), ends.steps, ends.is_optimal, ends.exchanges)
    passed = here.residual * here.moved(ends.steps).residual < 0
    np.put_along_axis(passed, places, values=False, axis=1)
    again = np.flatnonzero(~ends.is_optimal | passed.any(axis=1))
    if len(again):
        steps = np.where(ends.is_optimal[again, np.newaxis], ends.steps[again], 0.0)
        more = search_in_step(here.take(again).moved(steps), most_exchanges)
        exchanges = ends.exchanges[again] + more.exchanges
        ends.put(again, Ends(more.basis, steps + more.steps, more.is_optimal, exchanges))
    return Ends(ends.basis, starts + ends.steps, ends.is_optimal, ends.exchanges)


def _nearest(distance: FloatArray, counts: Positions) -> BoolArray:
    """Which rows are about so many of the nearest of each problem; never one whose distance is infinite."""
    inside = np.isfinite(distance)
    for count in np.unique(counts[counts < distance.shape[1]]):
        numbers = np.flatnonzero(counts == count)
        limit = np.partition(distance[numbers], count, axis=1)[:, count]
        inside[numbers] &= distance[numbers] <= limit[:, np.newaxis]
    return inside


def _listed(inside: BoolArray, fewest: int) -> tuple[Positions, BoolArray]:
    """(m, r) the rows inside of each problem, one after the other, and whether it has so many; r is not too small."""
    counts = inside.sum(axis=1)
    is_row = np.arange(counts.max(initial=fewest)) < counts[:, np.newaxis]
    rows = np.zeros(is_row.shape, dtype=np.intp)
    rows[is_row] = inside.nonzero()[1]
    return rows, is_row
