"""An interior-point method: near the optimum of a problem with many levels in one to two dozen steps.

Minimise Σω(|r| + tilt·r) for r = y − xw. With a = 1 + tilt and b = 1 − tilt the dual is to maximise Σωνy subject to
Σωνx = 0 and −b ≤ ν ≤ a, and at the optimum r = r⁺ − r⁻ with r⁺, r⁻ ≥ 0, r⁺·(a − ν) = 0 and r⁻·(b + ν) = 0. Newton's
steps go to the point where these products are a small target instead, by Mehrotra's predictor and corrector (Portnoy
and Koenker, 1997). They start from a point that meets all other conditions, and keep to them. The matrix of a step is
Σωφxxᵀ with φ = 1/(r⁺/(a − ν) + r⁻/(b + ν)): with an absorbed column it is counted, and only as large as the other
columns are few.
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
        residual: (m,) there.
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
    """Changes of the coefficients (p,), and of ν, r⁺ and r⁻ (n,)."""

    point: FloatArray
    rate: FloatArray
    dual: FloatArray
    above: FloatArray
    below: FloatArray


class _State:
    """The primal and dual point: coefficients, residual r = r⁺ − r⁻ and ν of every row."""

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
        """The duality gap, Σω(r⁺·(a − ν) + r⁻·(b + ν))."""
        return self._gap_after(0.0, 0.0, None)

    def step(self) -> bool:
        """One predictor and corrector; False when there is hardly a way to go."""
        upper, lower = 1 + self.tilt - self._dual, 1 - self.tilt + self._dual
        system = _System.of(self.block, self.whitening, 1 / (self._above / upper + self._below / lower))
        guess = self._direction(system, upper, lower, np.zeros(1), np.zeros(1))
        gap = self.gap
        share = self._gap_after(*self._lengths(guess, upper, lower), guess) / gap
        target = share**3 * gap / (2 * float(self.block.weight_values.sum()))
        found = self._direction(
            system, upper, lower, target + guess.dual * guess.above, target - guess.dual * guess.below
        )
        primal, dual = self._lengths(found, upper, lower)
        self.point = self.point + primal * found.point
        self.residual = self.residual - primal * found.rate
        self._above += primal * found.above
        self._below += primal * found.below
        self._dual += dual * found.dual
        return min(primal, dual) > _SHORTEST_STEP

    def _direction(
        self, system: "_System", upper: FloatArray, lower: FloatArray, above: FloatArray, below: FloatArray
    ) -> _Direction:
        """The direction towards r⁺·(a − ν) = `above` and r⁻·(b + ν) = `below`."""
        excess = self.residual - above / upper + below / lower
        point = system.solve(self._dual + system.curvature * excess)
        rate = self.block.design.product(point)
        dual = system.curvature * (excess - rate)
        return _Direction(
            point=point,
            rate=rate,
            dual=dual,
            above=(above + self._above * dual) / upper - self._above,
            below=(below - self._below * dual) / lower - self._below,
        )

    def _lengths(self, direction: _Direction, upper: FloatArray, lower: FloatArray) -> tuple[float, float]:
        """How far the primal and the dual point can go."""
        primal = min(_way(self._above, direction.above), _way(self._below, direction.below))
        dual = min(_way(upper, -direction.dual), _way(lower, direction.dual))
        return primal, dual

    def _gap_after(self, primal: float, dual: float, direction: _Direction | None) -> float:
        above, below, nu = self._above, self._below, self._dual
        if direction is not None:
            above, below = above + primal * direction.above, below + primal * direction.below
            nu = nu + dual * direction.dual
        return float(self.block.weighted(above * (1 + self.tilt - nu) + below * (1 - self.tilt + nu)).sum())


@dataclass(frozen=True, eq=False)
class _System:
    """The linear system Σωφxxᵀ·d = Σωvx for the coefficients of the kept columns."""

    block: Block
    whitening: AbsorbedWhitening
    curvature: FloatArray
    sums: LevelSums

    @staticmethod
    def of(block: Block, whitening: AbsorbedWhitening, curvature: FloatArray) -> "_System":
        sums = LevelSums.of(block.design, whitening.split, block.weighted(curvature))
        return _System(block, whitening, curvature, sums)

    def solve(self, vector: FloatArray) -> FloatArray:
        """The solution d, (p,)."""
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
