"""Problems over the same rows of a band that differ by their weights: looked at together, by products of matrices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.band import Band, Check, Narrowed, SignedRows, relative_distance
from mae_cli.solvers.dense_rows import DenseRows
from mae_cli.solvers.exchange import Optimum
from mae_cli.solvers.screening import Round, screen, solve_bands

# The curvature at a point is that of so many rows around it.
_CURVATURE_SHARE = 0.25
# After so many Newton steps a band of so many rows for each column hardly ever has to be widened.
_BAND_ROWS_PER_COLUMN = 24
_NEWTON_STEPS = 2


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
        """The optima: a Newton step, and screening from its end."""
        steps = self._newton_steps()
        moved = self.residual + self.jitter - _predicted(steps, self.rows.matrix)
        count = min(len(self.residual), _BAND_ROWS_PER_COLUMN * self.rows.shape[1])
        problems = _Moved(self, moved)
        optima = screen(problems, [count] * len(steps), solve_bands)
        return [replace(optimum, step=step + optimum.step) for step, optimum in zip(steps, optima, strict=True)]

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
            signs = np.sign(self.residual - _predicted(steps, self.rows.matrix))
            steps = steps + (self.linear + (self.weights * signs) @ self.rows.matrix) @ inverse
        return steps


def _predicted(steps: FloatArray, matrix: FloatArray) -> FloatArray:
    """(m, b) how far each of the steps moves the predictions."""
    return np.asarray(steps @ matrix.T)


@dataclass(frozen=True, eq=False)
class _Moved:
    """The problems of a shared band, each seen from a point of its own, as problems to be screened.

    Attributes:
        shared: the band.
        residuals: (m, b) there, ties broken.
    """

    shared: SharedBand
    residuals: FloatArray

    @property
    def shapes(self) -> Sequence[tuple[int, int]]:
        """(rows, columns) of each."""
        return [self.shared.rows.shape] * len(self.residuals)

    def narrowed(self, numbers: Sequence[int], counts: Sequence[int]) -> list[Narrowed]:
        """The rows with the smallest distance."""
        distance = relative_distance(_some(self.residuals, numbers), self.shared.rows.leverage)
        distance[_some(self.shared.weights, numbers) == 0] = np.inf
        members = [_nearest(row, count) for row, count in zip(distance, counts, strict=True)]
        return self._narrowed_to(numbers, members)

    def widened(self, number: int, narrowed: Narrowed, rows: SignedRows) -> Narrowed:
        """The rows join the narrowed problem."""
        return self._narrowed_to([number], [np.sort(np.concatenate([narrowed.members, rows.rows]))])[0]

    def proved(self, numbers: Sequence[int], _: Sequence[Positions]) -> Sequence[float | None]:
        """A check is cheaper than any proof."""
        return [None] * len(numbers)

    def checked(self, numbers: Sequence[int], rounds: Sequence[Round]) -> list[Check]:
        """Look at all rows."""
        steps = np.stack([each.step for each in rounds])
        before, weights = _some(self.residuals, numbers), _some(self.shared.weights, numbers)
        after = before - _predicted(steps, self.shared.rows.matrix)
        wrong = (before * after < 0) & (weights > 0)
        objectives = (weights * np.abs(after)).sum(axis=1) - (self.shared.linear[numbers] * steps).sum(axis=1)
        checks = []
        for place, each in enumerate(rounds):
            wrong[place, each.narrowed.members] = False
            rows = np.flatnonzero(wrong[place])
            checks.append(Check(SignedRows(rows, np.sign(before[place, rows])), float(objectives[place])))
        return checks

    def _narrowed_to(self, numbers: Sequence[int], members: Sequence[Positions]) -> list[Narrowed]:
        shared = self.shared
        residuals = _some(self.residuals, numbers)
        pulls = _some(shared.weights, numbers) * np.sign(residuals)
        objectives = (pulls * residuals).sum(axis=1)
        for pull, rows in zip(pulls, members, strict=True):
            pull[rows] = 0.0
        linear = shared.linear[numbers] + pulls @ shared.rows.matrix
        return [
            Narrowed(rows, self._band(number, rows, linear[place]), float(objectives[place]))
            for place, (number, rows) in enumerate(zip(numbers, members, strict=True))
        ]

    def _band(self, number: int, rows: Positions, linear: FloatArray) -> Band:
        weights, residual = self.shared.weights[number, rows], self.residuals[number, rows]
        return Band(self.shared.rows.take(rows), weights, residual, linear, np.zeros(len(rows)))


def _some(array: FloatArray, numbers: Sequence[int]) -> FloatArray:
    """The rows of some problems; no copy of those of all."""
    return array if len(numbers) == len(array) else array[list(numbers)]


def _nearest(distance: FloatArray, count: int) -> Positions:
    """About so many rows with the smallest distance, in order; never one whose distance is infinite."""
    rows = np.arange(len(distance)) if count >= len(distance) else np.sort(np.argpartition(distance, count)[:count])
    return rows[np.isfinite(distance[rows])]
