"""Problems over the same rows of a band that differ by their weights or linear terms, solved in step.

Newton steps by products with all rows lead to near the optimum of each problem. What is left is a search in the few
rows around there, as every other row acts through its sign alone; rows that it passes join them, until there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.solvers.prepare.band import relative_distance
from mae_cli.solvers.prepare.dense_rows import DenseRows
from mae_cli.solvers.search.exchange import Optimum, Outcome
from mae_cli.solvers.search.stack import Stack
from mae_cli.solvers.search.walks import Ends, search_in_step

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
# Where a search passes more rows than it looked at, the next one begins at its end; after so many times rows only join.
_MOST_MOVES = 4


@dataclass(frozen=True, eq=False)
class SharedBand:
    """Minimise Σωf|r − v·d| − c·d over the same rows v for m problems, all seen from the same point.

    Attributes:
        rows: v, (b, k).
        weights: (m, b) ωf of each problem; 0 leaves a row out.
        residual: (b,) at d = 0.
        linear: (m, k) the linear terms c.
        jitter: (b,) what is added to the residuals to break ties.
        starts: (m, k) where the way to each optimum begins.
    """

    rows: DenseRows
    weights: FloatArray
    residual: FloatArray
    linear: FloatArray
    jitter: FloatArray
    starts: FloatArray

    def newton_steps(self) -> FloatArray:
        """(m, k) steps d ← d + H⁻¹∇, where gradients ∇ change by H = Σωvvᵀ/δ over the rows with |r| ≤ δ."""
        steps, sizes = self.starts, np.abs(self.residual - self.starts.mean(axis=0) @ self.rows.matrix.T)
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


# Near the largest numbers a step may overflow: it then leads nowhere, and no proof is found at its end.
@np.errstate(over="ignore", invalid="ignore")
def minimise_together(bands: Sequence[SharedBand]) -> list[list[Optimum]]:
    """The optima of the problems of each band: all bands have as many columns, and are searched in step.

    The step leads to near an optimum only where the outcome is another one.
    """
    columns = bands[0].linear.shape[1]
    if not columns:
        return [[Optimum.nowhere(Outcome.OPTIMAL, each, 0) for each in band.linear] for band in bands]
    searches = [_Searches(band) for band in bands]
    for _ in range(_MOST_ROUNDS):
        going = [each for each in searches if len(each.going)]
        if not going:
            break
        stacks = [each.stack() for each in going]
        stack = Stack.joined(stacks)
        ends = _searched_around(stack, stack.newton_steps(), _EXCHANGES_PER_COLUMN * columns)
        stops = np.cumsum([len(each.linear) for each in stacks])
        for each, stop, part in zip(going, stops, stacks, strict=True):
            each.settle(ends.take(slice(stop - len(part.linear), stop)))
    return [each.optima for each in searches]


class _Searches:
    """The problems of a shared band, each seen from a point of its own, and the rows that it is searched in.

    Attributes:
        optima: of all problems.
        going: the numbers of those that are still searched.
    """

    def __init__(self, shared: SharedBand) -> None:
        (count, columns), starts = shared.rows.shape, shared.newton_steps() if len(shared.residual) else shared.starts
        self._shared, self._starts, self._moves = shared, starts.copy(), 0
        self._residual = shared.residual + shared.jitter - shared.rates(starts)
        self._distance = np.where(shared.weights > 0, relative_distance(self._residual, shared.rows.leverage), np.inf)
        self._count = max(_BAND_ROWS_PER_COLUMN * columns, _SMALLEST_BAND)
        self._inside = _nearest(self._distance, np.full(len(starts), self._count))
        self._rows = np.zeros((0, 0), dtype=np.intp)
        self.optima = [Optimum.nowhere(Outcome.LIMIT, start, 0) for start in starts]
        self.going = np.arange(len(starts) if count >= columns else 0)

    @property
    def _some(self) -> slice | Positions:
        """The problems that are going; no copy of what belongs to all."""
        return slice(None) if len(self.going) == len(self._starts) else self.going

    def stack(self) -> Stack:
        """Each problem narrowed to the rows inside: all others act through their present signs."""
        shared, inside, residual = self._shared, self._inside[self._some], self._residual[self._some]
        weights = shared.weights[self._some]
        pulls = np.where(inside, 0.0, weights * np.sign(residual))
        self._rows, is_row = _listed(inside, shared.rows.shape[1])
        scale = np.where(is_row, np.take_along_axis(weights, self._rows, axis=1), 0.0)
        return Stack.of(
            matrix=shared.rows.matrix[self._rows] * scale[:, :, np.newaxis],
            residual=np.take_along_axis(residual, self._rows, axis=1) * scale,
            linear=shared.linear[self._some] + pulls @ shared.rows.matrix,
        )

    def settle(self, ends: Ends) -> None:
        """Note the optima among the ends of searches; the problems that other rows have joined go on."""
        some, numbers = self._some, self.going
        before, is_open = self._residual[some], ends.is_optimal[:, np.newaxis] & ~self._inside[some]
        passed = is_open & (before * (before - self._shared.rates(ends.steps)) < 0) & (self._shared.weights[some] > 0)
        is_joined = np.asarray(passed.any(axis=1))
        for place in np.flatnonzero(ends.is_optimal & ~is_joined):
            number, exchanges = numbers[place], int(ends.exchanges[place])
            basis, step = self._rows[place, ends.basis[place]], self._starts[number] + ends.steps[place]
            self.optima[number] = Optimum(Outcome.OPTIMAL, basis, step, exchanges, ())
        is_far = passed.sum(axis=1) > self._inside[some].sum(axis=1)
        self._inside[some] |= passed
        if self._moves < _MOST_MOVES and is_far.any():
            self._move(numbers[is_far], ends.steps[is_far])
        unbounded = np.flatnonzero(ends.is_unbounded)
        is_joined[unbounded] = self._widen(numbers[unbounded])
        self.going = numbers[is_joined]

    def _move(self, numbers: Positions, steps: FloatArray) -> None:
        """See problems from the ends of their searches, and search around there: their optima are far from before."""
        shared, self._moves = self._shared, self._moves + 1
        self._starts[numbers] += steps
        self._residual[numbers] -= shared.rates(steps)
        distance = relative_distance(self._residual[numbers], shared.rows.leverage)
        self._distance[numbers] = np.where(shared.weights[numbers] > 0, distance, np.inf)
        self._inside[numbers] = _nearest(self._distance[numbers], np.full(len(numbers), self._count))

    def _widen(self, numbers: Positions) -> BoolArray:
        """Let more of the nearest rows join; whether there are more."""
        before = self._inside[numbers].sum(axis=1)
        self._inside[numbers] = _nearest(self._distance[numbers], _WIDENING * before)
        return np.asarray(self._inside[numbers].sum(axis=1) > before)


def _searched_around(stack: Stack, starts: FloatArray, most_exchanges: int) -> Ends:
    """The ends of searches in the rows around some points, and from there in all rows where they passed others."""
    here, count = stack.moved(starts), _FEW_ROWS_PER_COLUMN * stack.matrix.shape[2]
    few, places = here.narrowed(min(count, here.matrix.shape[1]))
    ends = replace(found := search_in_step(few, most_exchanges), basis=np.take_along_axis(places, found.basis, axis=1))
    passed = here.residual * here.moved(ends.steps).residual < 0
    np.put_along_axis(passed, places, values=False, axis=1)
    again = np.flatnonzero(~ends.is_optimal | passed.any(axis=1))
    if len(again):
        steps = np.where(ends.is_optimal[again, np.newaxis], ends.steps[again], 0.0)
        more = search_in_step(here.take(again).moved(steps), most_exchanges)
        more = replace(more, steps=steps + more.steps, exchanges=ends.exchanges[again] + more.exchanges)
        ends = ends.replaced(again, more)
    return replace(ends, steps=starts + ends.steps)


def _nearest(distance: FloatArray, counts: Positions) -> BoolArray:
    """Which rows are about so many of the nearest of each problem; never one whose distance is infinite."""
    inside = np.isfinite(distance)
    for count in np.unique(counts[counts < distance.shape[1]]):
        numbers = np.flatnonzero(counts == count)
        limit = np.partition(distance[numbers], count, axis=1)[:, count]
        inside[numbers] &= distance[numbers] <= limit[:, np.newaxis]
    return inside


def _listed(inside: BoolArray, fewest: int) -> tuple[Positions, BoolArray]:
    """(m, b) the rows inside of each problem, one after the other, and whether it has so many; b is not too small."""
    counts = inside.sum(axis=1)
    is_row = np.arange(counts.max(initial=fewest)) < counts[:, np.newaxis]
    rows = np.zeros(is_row.shape, dtype=np.intp)
    rows[is_row] = inside.nonzero()[1]
    return rows, is_row
