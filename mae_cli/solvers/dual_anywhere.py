"""The bound of an MAE or pinball point that is no vertex, as the textbook's descent leaves it.

Two dual points are tried, and the better bound counts. Near the optimum: sgn(r), but the constraint solved with
the least norm in a band of the smallest residuals, over several sizes of the band. Farther away: sgn(r) projected
in turn on the constraint and on the box |λ| ≤ 1 (von Neumann's alternating projections, 1933), ending on the
constraint; what is then left outside of the box is pulled in by scaling.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.linear import Coefficients
from mae_cli.rows.blocks import Block, Rows
from mae_cli.rows.sums import Range, Sums, sum_blocks
from mae_cli.solvers.band import Touching
from mae_cli.solvers.certificate import Bound
from mae_cli.solvers.dual import (
    DualSums,
    Signs,
    SolvedRows,
    gather,
    known_sums,
    mean_bound,
    meets_constraint,
    solved_gap,
)
from mae_cli.solvers.problem import Problem
from mae_cli.solvers.standardise import Standardisation

# The least-norm band holds at most so many numbers.
_LARGEST_BAND = 4_000_000
# A sample of so many rows says how wide that is.
_SAMPLE_ROWS = 10_000
# The projections settle within a few rounds; each costs a pass.
_PROJECTIONS = 8


def bound_anywhere(problem: Problem, point: Coefficients) -> Bound:
    """The better of the two bounds; `problem` is whitened by all rows."""
    columns = max(1, len(problem.whitening.kept))
    nearest = _nearest(problem.rows, point, max(_LARGEST_BAND // columns, columns))
    known = known_sums(problem, point, Signs(np.sort(nearest), Touching.none(), None))
    solved = gather(problem, point, nearest)
    most = len(nearest)
    sizes = [columns * 2**power for power in range(64) if columns * 2**power < most]
    gaps = [_band_gap(problem, known, solved, size) for size in (*sizes, most)]
    return mean_bound(problem, point, known, min(known.loss, _projected_gap(problem, point), *gaps))


def _nearest(rows: Rows, point: Coefficients, most: int) -> Positions:
    """The rows with the smallest residuals, smallest first: about `most` of them."""
    count, width = rows.shape[0], np.inf
    if most < count:
        sample = rows.take(np.arange(0, count, -(-count // _SAMPLE_ROWS)))
        width = float(np.quantile(np.abs(point.residual(sample)), most / count))
    near, sizes = map(np.concatenate, zip(*rows.map(partial(_within, point=point, width=width)), strict=True))
    return np.asarray(near[np.argsort(sizes, kind="stable")[: 2 * most]])


def _within(block: Block, point: Coefficients, width: float) -> tuple[Positions, FloatArray]:
    """The rows of a block with residuals up to `width`, and their sizes."""
    sizes = np.abs(point.residual(block))
    near = np.flatnonzero(sizes <= width)
    return block.positions[near], sizes[near]


def _band_gap(problem: Problem, known: DualSums, solved: SolvedRows, count: int) -> float:
    """The gap when only the first `count` of the solved rows are solved for and the rest take their signs."""
    tilt = problem.absolute_loss.tilt
    signs = np.sign(solved.residual[count:])
    pull = problem.whitening.gradient(known.pull)
    multipliers = solved.first(count).least_norm(pull + (signs + tilt) @ solved.matrix[count:])
    if multipliers is None:
        return known.loss
    return solved_gap(problem, known, pull, solved, np.concatenate([multipliers, signs + tilt]))


@dataclass(frozen=True, eq=False)
class _Projected(Sums):
    """Sums over a block, for ν = λ + tilt.

    Attributes:
        clipped_pull: the constraint Σωνz of λ clipped into its box, which the next projection corrects.
        pull: the constraint of λ as it is.
        weight: Σω.
        reach: range of ν.
        loss: Σω(|r| + tilt·r).
        value: Σωνr.
    """

    clipped_pull: FloatArray
    pull: FloatArray
    weight: float
    reach: Range
    loss: float
    value: float


def _projected_gap(problem: Problem, point: Coefficients) -> float:
    """The gap of the projected λ.

    A projection on the constraint subtracts ω·Zq from λ, where q = (ZᵀΩ²Z)⁻¹ Σω(λ + tilt)z. Only the q's are
    kept; every pass takes λ = sgn(r) through all of them again.
    """
    tilt = problem.absolute_loss.tilt
    corrections: tuple[FloatArray, ...] = ()
    for _ in range(_PROJECTIONS + 1):
        look = partial(_project, to_standard=problem.standard, point=point, tilt=tilt, corrections=corrections)
        sums = sum_blocks(problem.rows, look)
        whitened = problem.whitening.gradient(sums.clipped_pull) / problem.rows.shape[0]
        if len(corrections) < _PROJECTIONS:
            corrections = (*corrections, problem.whitening.to_standard(whitened))
    if not meets_constraint(problem.whitening.gradient(sums.pull), sums.weight):
        return sums.loss
    highest, lowest = float(sums.reach.highest), float(sums.reach.lowest)
    scale = min((tilt + 1) / max(highest, tilt + 1), (tilt - 1) / min(lowest, tilt - 1))
    return sums.loss - scale * sums.value


def _project(
    block: Block, to_standard: Standardisation, point: Coefficients, tilt: float, corrections: tuple[FloatArray, ...]
) -> _Projected:
    standard, residual = to_standard(block), point.residual(block)
    multipliers = np.sign(residual)
    for correction in corrections:
        multipliers = np.clip(multipliers, -1.0, 1.0) - standard.weighted(standard.design.product(correction))
    tilted = multipliers + tilt
    return _Projected(
        clipped_pull=standard.design.transpose_product(standard.weighted(np.clip(multipliers, -1.0, 1.0) + tilt)),
        pull=standard.design.transpose_product(standard.weighted(tilted)),
        weight=float(standard.weight_values.sum()),
        reach=Range(tilted.min(), tilted.max()),
        loss=float(standard.weighted(np.abs(residual) + tilt * residual).sum()),
        value=float(standard.weighted(tilted * residual).sum()),
    )
