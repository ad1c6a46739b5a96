"""An interior-point method: near the optimum of a problem with many levels in one to two dozen steps.

Minimise Σω(|r| + tilt·r) for r = y − z·β. The dual is to maximise Σω2μy subject to Σωμz = 0 and tilt − 1 ≤ 2μ ≤
tilt + 1. With r = r⁺ − r⁻ for r⁺, r⁻ ≥ 0, and the ways up and down that are left to 2μ, up = 1 + tilt − 2μ and
down = 1 − tilt + 2μ, the products r⁺·up and r⁻·down are zero at the optimum. Newton's steps go to the point where they
are a small target instead, by Mehrotra's predictor and corrector (Portnoy and Koenker, 1997). They start from a point
that meets all other conditions, and keep to them. The matrix of a step is Σωφzzᵀ with φ = 1/(r⁺/up + r⁻/down): with an
absorbed column it is counted, and only as large as the other columns are few.
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.rows.blocks import Block
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.absorbing import LevelSums
from mae_cli.solvers.prepare.band import typical_size

_MOST_STEPS = 50
# The vertex search is the cheaper way from a gap of this share of the loss on.
_SMALL_GAP = 3e-6
# A step ends this share of the way to the boundary.
_TO_BOUNDARY = 0.9995
_SHORTEST_STEP = 1e-6
# Keeps the Newton system regular where rounding alone tells its columns apart.
_RIDGE = 1e-14


@dataclass(frozen=True, eq=False)
class Interior:
    """Where the steps ended.

    Attributes:
        point: (p,) standard coefficients.
        residual: (b,) there.
        steps: number of Newton steps.
    """

    point: FloatArray
    residual: FloatArray
    steps: int


def descend_inside(block: Block, whitening: AbsorbedWhitening, tilt: float) -> Interior:
    """From zero to near the minimiser of Σω(|r| + tilt·r) over the rows of a block in standard units."""
    state = _State(block, whitening, tilt)
    steps = 0
    while steps < _MOST_STEPS and state.gap > _SMALL_GAP * state.loss and state.step():
        steps += 1
    return Interior(state.point, state.residual, steps)


@dataclass(frozen=True, eq=False)
class _Direction:
    """Changes of the coefficients (p,), of predictions, and of 2μ, r⁺ and r⁻ (b,)."""

    point: FloatArray
    rate: FloatArray
    dual: FloatArray
    above: FloatArray
    below: FloatArray


class _State:
    """The primal and dual point: coefficients, residual r = r⁺ − r⁻ and 2μ of every row."""

    def __init__(self, block: Block, whitening: AbsorbedWhitening, tilt: float) -> None:
        self.block, self.whitening, self.tilt = block, whitening, tilt
        self.point = np.zeros(whitening.columns)
        self.residual = block.target
        self._dual = np.zeros(len(block.target))
        margin = typical_size(block.target)
        self._above = np.maximum(self.residual, 0.0) + margin
        self._below = np.maximum(-self.residual, 0.0) + margin

    @property
    def loss(self) -> float:
        """Σω(|r| + tilt·r)."""
        return float(self.block.weighted(np.abs(self.residual) + self.tilt * self.residual).sum())

    @property
    def gap(self) -> float:
        """The duality gap, Σω(r⁺·up + r⁻·down)."""
        return self._gap_after(0.0, 0.0, None)

    def step(self) -> bool:
        """One predictor and corrector; False when there is hardly a way to go."""
        up, down = 1 + self.tilt - self._dual, 1 - self.tilt + self._dual
        system = _System.of(self.block, self.whitening, 1 / (self._above / up + self._below / down))
        guess = self._direction(system, up, down, np.zeros(1), np.zeros(1))
        gap = self.gap
        share = self._gap_after(*self._lengths(guess, up, down), guess) / gap
        target = share**3 * gap / (2 * float(self.block.weight_values.sum()))
        found = self._direction(system, up, down, target + guess.dual * guess.above, target - guess.dual * guess.below)
        primal, dual = self._lengths(found, up, down)
        self.point = self.point + primal * found.point
        self.residual = self.residual - primal * found.rate
        self._above += primal * found.above
        self._below += primal * found.below
        self._dual += dual * found.dual
        return min(primal, dual) > _SHORTEST_STEP

    def _direction(
        self, system: "_System", up: FloatArray, down: FloatArray, above: FloatArray, below: FloatArray
    ) -> _Direction:
        """The direction towards r⁺·up = `above` and r⁻·down = `below`."""
        excess = self.residual - above / up + below / down
        point = system.solve(self._dual + system.curvature * excess)
        rate = self.block.design.product(point)
        dual = system.curvature * (excess - rate)
        return _Direction(
            point=point,
            rate=rate,
            dual=dual,
            above=(above + self._above * dual) / up - self._above,
            below=(below - self._below * dual) / down - self._below,
        )

    def _lengths(self, direction: _Direction, up: FloatArray, down: FloatArray) -> tuple[float, float]:
        """How far the primal and the dual point can go."""
        primal = min(_way(self._above, direction.above), _way(self._below, direction.below))
        dual = min(_way(up, -direction.dual), _way(down, direction.dual))
        return primal, dual

    def _gap_after(self, primal: float, dual: float, direction: _Direction | None) -> float:
        above, below, changed = self._above, self._below, self._dual
        if direction is not None:
            above, below = above + primal * direction.above, below + primal * direction.below
            changed = changed + dual * direction.dual
        up, down = 1 + self.tilt - changed, 1 - self.tilt + changed
        return float(self.block.weighted(above * up + below * down).sum())


@dataclass(frozen=True, eq=False)
class _System:
    """The linear system Σωφzzᵀ·change = Σω·vector·z for the coefficients of the kept columns."""

    block: Block
    whitening: AbsorbedWhitening
    curvature: FloatArray
    sums: LevelSums

    @staticmethod
    def of(block: Block, whitening: AbsorbedWhitening, curvature: FloatArray) -> "_System":
        sums = LevelSums.of(block.design, whitening.split, block.weighted(curvature))
        return _System(block, whitening, curvature, sums)

    def solve(self, vector: FloatArray) -> FloatArray:
        """The change of the coefficients, (p,)."""
        split, sums = self.whitening.split, self.sums
        right = self.block.design.transpose_product(self.block.weighted(vector))
        levels = np.divide(
            right[split.levels], sums.weight[1:], out=np.zeros(sums.weight.size - 1), where=sums.weight[1:] > 0
        )
        others = _solve(sums.within, np.diag(sums.gram), right[split.others] - levels @ sums.totals[1:])
        solution = np.zeros(self.whitening.columns)
        solution[split.others] = others
        solution[split.levels] = levels - sums.means @ others
        return solution


def _way(values: FloatArray, changes: FloatArray) -> float:
    """The length in (0, 1] of a step that keeps positive values positive."""
    falling = changes < 0
    return min(1.0, _TO_BOUNDARY * float((values[falling] / -changes[falling]).min(initial=np.inf)))


def _solve(matrix: FloatArray, sizes: FloatArray, values: FloatArray) -> FloatArray:
    """The solution of a nearly singular symmetric system whose diagonal was of these `sizes` before cancellation."""
    scale = 1.0 / np.sqrt(np.where(sizes > 0, sizes, 1.0))
    scaled = matrix * np.multiply.outer(scale, scale)
    scaled[np.diag_indices_from(scaled)] += _RIDGE * max(1, len(scaled))
    solution: FloatArray = scale * np.linalg.solve(scaled, scale * values)
    return solution
