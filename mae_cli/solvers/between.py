"""Quantiles between solved ones, by one pass: the plane of one lies near the path from the one below to the one above.

The pass gathers for each two solved quantiles the rows that lie between their planes, or near one of them. All others
are on the same side of every plane between, so that two sums, of those above and of those below, serve all quantiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.progress import Refits
from mae_cli.rows.blocks import Block
from mae_cli.rows.sampling import scattered
from mae_cli.solvers.neighbourhood import (
    MARGIN,
    SAMPLE_ROWS,
    Gathered,
    Neighbour,
    Neighbourhood,
    Outside,
    Sided,
    band_share,
    nearest,
    solve_in,
)
from mae_cli.solvers.prepare.band import relative_distance
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.visit import visit
from mae_cli.solvers.prepare.whitening import GRAM_CONDITION, Whitening
from mae_cli.solvers.proof.vertex_proof import VertexProof

# Two solved quantiles are so far apart at most, and of what a quantile's own variance, 4τ(1 − τ), leaves this share.
_FARTHEST, _FARTHEST_SHARE = 0.25, 0.5
# A pass pays for so many quantiles between two solved ones.
_FEWEST = 3
# The sums of the rows above and below are multiplied by the slopes of a quantile and added: so many roundings more.
_COMBINED = 4


def solved_first(quantiles: Sequence[float]) -> list[int]:
    """Which of some quantiles in ascending order to solve before those between them."""
    chosen, last = [0], len(quantiles) - 1
    while chosen[-1] < last:
        place = chosen[-1]
        near = [each for each in range(place, last + 1) if _are_near(quantiles[place], quantiles[each])]
        chosen.append(near[-1] if near[-1] - place > _FEWEST else place + 1)
    return chosen


def _are_near(low: float, high: float) -> bool:
    return high - low <= min(_FARTHEST, _FARTHEST_SHARE * _variance(low, high))


def _variance(low: float, high: float) -> float:
    """4τ(1 − τ), 1 at the median, of the quantile that is farther out."""
    return 4 * min(low * (1 - low), high * (1 - high))


@dataclass(frozen=True, eq=False)
class Between:
    """Problems over the same rows between two solved ones.

    Attributes:
        below: the proof of the lower quantile.
        above: that of the higher one.
        problems: of quantiles between.
    """

    below: VertexProof
    above: VertexProof
    problems: Sequence[Problem]

    @property
    def quantiles(self) -> tuple[float, float]:
        """The two solved ones."""
        return self.below.vertex.view.quantile, self.above.vertex.view.quantile

    @property
    def path(self) -> FloatArray:
        """(p,) what standard coefficients the higher one adds to those of the lower one."""
        return self.above.vertex.view.point - self.below.vertex.view.point

    def neighbours(self) -> list[Neighbour]:
        low, high = self.quantiles
        apart = high - low or 1.0
        return [
            Neighbour(problem, None, along=(problem.absolute_loss.quantile - low) / apart) for problem in self.problems
        ]

    @property
    def share(self) -> float:
        """The share of the rows that are near one of the solved planes: no other one varies by more.

        Between two quantiles a plane varies as a Brownian bridge does, at most by √(high − low)/2.
        """
        low, high = self.quantiles
        return min(1.0, band_share(self.below.vertex.problem, np.sqrt((high - low) / _variance(low, high))))

    @property
    def size(self) -> float:
        """About how many weights its problems have in the band."""
        low, high = self.quantiles
        return len(self.problems) * (high - low + self.share) * self.below.vertex.problem.rows.shape[0]

    def width(self, sample: Block, leverage: FloatArray) -> float:
        """How far from the path a plane may be."""
        standard = self.below.vertex.problem.standard
        shifted, points = standard.shifted(sample), [each.vertex.view.point for each in (self.below, self.above)]
        distances = [relative_distance(standard.residual(shifted, point), leverage) for point in points]
        return min(float(np.quantile(distance, self.share, method="higher")) for distance in distances)


def solve_between(parts: Sequence[Between]) -> list[list[VertexProof | None]]:
    """The proofs of the problems of each part; None for those that one pass cannot settle."""
    proofs: list[list[VertexProof | None]] = [[None] * len(part.problems) for part in parts]
    if not parts:
        return proofs
    base = parts[0].below.vertex.problem
    if not isinstance(base.whitening, Whitening) or base.whitening.condition > GRAM_CONDITION:
        return proofs
    for batch in _batches(parts, base.limits.most_weights):
        for number, found in zip(batch, _settled([parts[each] for each in batch]), strict=True):
            proofs[number] = found
    return proofs


def _batches(parts: Sequence[Between], most: float) -> list[list[int]]:
    """Which parts go together in a pass, so that no more weights are gathered than `most`; larger ones in none."""
    batches: list[list[int]] = []
    left = 0.0
    for number, part in enumerate(parts):
        if part.size <= most:
            if part.size > left:
                batches.append([])
                left = most
            batches[-1].append(number)
            left -= part.size
    return batches


def _settled(parts: Sequence[Between]) -> list[list[VertexProof | None]]:
    """The same by one pass."""
    base = parts[0].below.vertex.problem
    views = [each.vertex.view for part in parts for each in (part.below, part.above)]
    sample = base.rows.take(scattered(base.rows.shape[0], SAMPLE_ROWS))
    leverage = base.dense_whitening.band_rows(base.standard(sample).design).leverage
    look = _Gather(
        points=np.stack([view.point for view in views]),
        standard=base.standard,
        whitening=base.dense_whitening,
        quantiles=tuple(np.array([problem.absolute_loss.quantile for problem in part.problems]) for part in parts),
        widths=tuple(part.width(sample, leverage) for part in parts),
        margin=MARGIN * max(view.reach for view in views),
    )
    (answers,) = visit([base.rows], base.standard, [look])
    hoods = [
        Neighbourhood(part.below, part.path, part.neighbours(), gathered)
        for part, gathered in zip(parts, zip(*answers, strict=True), strict=True)
    ]
    solve_in(hoods, base.limits, Refits())
    return [hood.proofs for hood in hoods]


@dataclass(frozen=True, eq=False)
class _Gather:
    """Gathers the rows between two solved vertices, or near one of them, (2s, p) at a time, for each of the quantiles.

    None of the others changes its sign while a plane is no farther than the width from those between the two.
    """

    points: FloatArray
    standard: Standardisation
    whitening: Whitening
    quantiles: tuple[FloatArray, ...]
    widths: tuple[float, ...]
    margin: float

    def __call__(self, block: Block, shifted: Block, residuals: FloatArray) -> list[Gathered]:
        leverage = self.whitening.band_rows(self.standard(block).design).leverage
        return [
            self._gathered(block, shifted, residuals[2 * place : 2 * place + 2], leverage, place)
            for place in range(len(self.widths))
        ]

    def _gathered(
        self, block: Block, shifted: Block, residuals: FloatArray, leverage: FloatArray, place: int
    ) -> Gathered:
        from_zero = np.stack([residuals.min(axis=0), -residuals.max(axis=0)])  # of rows above, and of those below
        near, width = nearest(from_zero.max(axis=0) - self.margin, leverage, self.widths[place])
        sides = np.where(from_zero[0] > 0, 1.0, -1.0)
        sides[near] = 0.0
        slopes = block.weighted(np.stack([np.maximum(sides, 0.0), np.minimum(sides, 0.0)]))
        numbers = self.standard.numbers(shifted, self.points[2 * place])
        sums = Sided(self.standard, [(slice(None), shifted)], residuals[0], sides, numbers).sums(slopes)
        quantiles, outside_weight = self.quantiles[place], np.abs(slopes).sum(axis=1).sum()
        weight, weight_outside = (np.full(len(quantiles), each) for each in (block.total_weight, outside_weight))
        dual, mass, numbers, gradient, added = (_combined(quantiles, each) for each in sums)
        added += _COMBINED * mass
        outside = Outside(weight, weight_outside, dual, mass, numbers, gradient, added, 1 + _COMBINED, 1)
        return Gathered(block.part(near), residuals[0, near], block.weight_values[np.newaxis, near], outside, width)


def _combined(quantiles: FloatArray, sums: FloatArray) -> FloatArray:
    """(m, …) sums with the slopes of each quantile from those of the rows above and below, (2, …), with slopes ±1."""
    up = quantiles.reshape(-1, *(1 for _ in sums.shape[1:]))
    return np.asarray(up * sums[0] + (1 - up) * sums[1])
