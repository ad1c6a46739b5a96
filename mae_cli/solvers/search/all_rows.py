"""All rows of fits as problems to be screened: the passes that pick bands, prove vertices and look for wrong signs.

A pass takes the rows as they are, once for all problems. Only those near zero are brought into whitened coordinates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.blocks import Block
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.band import Band, BandRows, Check, Narrowed, SignedRows
from mae_cli.solvers.prepare.problem import Problem
from mae_cli.solvers.prepare.standardise import Standardisation
from mae_cli.solvers.prepare.ties import TieBreaking
from mae_cli.solvers.prepare.visit import visit
from mae_cli.solvers.search.nearness import DenseNearness, LevelNearness, NearestOfLevels, Nearness
from mae_cli.solvers.search.screening import Round

Prove = Callable[[Sequence[int], Sequence[Positions]], Sequence[float | None]]
"""The objectives Σω(|r| + tilt·r) of those problems that the vertices of some rows are proved to solve, else None."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """A problem over all rows as it is seen from near its optimum.

    Attributes:
        problem: to be solved.
        origin: (k,) the whitened point where d = 0.
        distance: of a sample of the rows at the origin, from which the width of a band is read.
        unusual: ‖v‖ beyond which a row is looked at whatever its residual, rows not scaled by their weights.
        ties: how wide ties are.
        steps: that were taken to get there.
    """

    problem: Problem
    origin: FloatArray
    distance: FloatArray
    unusual: float
    ties: TieBreaking
    steps: int

    @property
    def standard_point(self) -> FloatArray:
        """(p,) standard coefficients of the origin."""
        return self.problem.standard_point(self.origin)

    def after(self, step: FloatArray) -> FloatArray:
        """(p,) standard coefficients after a step from the origin."""
        return self.problem.standard_point(self.origin + step)

    def nearness(self, count: int) -> Nearness:
        """Which rows are nearer than the sample says that `count` of all rows are."""
        share = count / self.problem.rows.shape[0]
        width = float(np.quantile(self.distance, share, method="higher")) if share < 1 else np.inf
        standard, whitening = self.problem.standard, self.problem.whitening
        if isinstance(whitening, AbsorbedWhitening):
            return LevelNearness(standard, whitening, width, self.unusual)
        return DenseNearness.within(width, self.unusual, standard, whitening)


class AllRows:
    """Problems over the same rows; what proves their vertices is kept.

    Args:
        outlooks: the problems.
        prove: tries to prove the vertices of some problems, given by their numbers: the objectives of those it can.
    """

    def __init__(self, outlooks: Sequence[Outlook], prove: Prove) -> None:
        self._outlooks = outlooks
        self.proved = prove

    @property
    def shapes(self) -> Sequence[tuple[int, int]]:
        return [(each.problem.rows.shape[0], len(each.origin)) for each in self._outlooks]

    def narrowed(self, numbers: Sequence[int], counts: Sequence[int]) -> list[Narrowed]:
        """One pass: the rows nearer than a sample says that so many of all rows are, and the pull of the others."""
        some = [self._outlooks[number] for number in numbers]
        picks = [_Pick.of(outlook, count) for outlook, count in zip(some, counts, strict=True)]
        answers = visit([each.problem.rows for each in some], some[0].problem.standard, picks)
        return [
            self._with_every_level(number, *_assembled(self._outlooks[number], parts))
            for number, parts in zip(numbers, answers, strict=True)
        ]

    def widened(self, number: int, narrowed: Narrowed, rows: SignedRows) -> Narrowed:
        """The rows join the band, and pull no longer."""
        outlook, block = self._outlooks[number], self._outlooks[number].problem.rows.take(rows.rows)
        standard = outlook.problem.standard
        joining = Band(
            rows=outlook.problem.whitening.band_rows(standard(block).design),
            weights=block.weights,
            residual=standard.residual(standard.shifted(block), outlook.standard_point),
            linear=np.zeros(len(outlook.origin)),
            jitter=outlook.ties.jitter(block.positions),
        )
        band = narrowed.band.joined([joining])
        members = np.concatenate([narrowed.members, rows.rows])
        return replace(narrowed, members=members, band=replace(band, linear=band.linear - joining.pull(rows.signs)))

    def checked(self, numbers: Sequence[int], rounds: Sequence[Round]) -> list[Check]:
        """One pass: wrong signs, and the objective."""
        some = [self._outlooks[number] for number in numbers]
        looks = [_Turned.of(outlook, each) for outlook, each in zip(some, rounds, strict=True)]
        answers = visit([each.problem.rows for each in some], some[0].problem.standard, looks)
        return [
            Check(SignedRows.joined(wrong for wrong, _ in parts).without(each.narrowed.members), _sum(parts))
            for each, parts in zip(rounds, answers, strict=True)
        ]

    def _with_every_level(self, number: int, narrowed: Narrowed, nearest: NearestOfLevels | None) -> Narrowed:
        """The same, with a row of every level of an absorbed column, or there would be no basis."""
        if nearest is None:
            return narrowed
        missing = np.setdiff1d(nearest.present, narrowed.members)
        if not len(missing):
            return narrowed
        outlook, block = self._outlooks[number], self._outlooks[number].problem.rows.take(missing)
        standard = outlook.problem.standard
        origin = outlook.standard_point
        signs = np.sign(standard.residual(standard.shifted(block), origin))
        return self.widened(number, narrowed, SignedRows(missing, signs))


def _sum(parts: Sequence[tuple[SignedRows, float]]) -> float:
    return float(sum(objective for _, objective in parts))


@dataclass(frozen=True, eq=False)
class _Picked:
    """The band's rows of a block, and the pull of the others.

    Attributes:
        positions: (b,) of the band's rows.
        rows: whitened.
        weights: (b,) ω; None when all are 1.
        residual: (b,) in standard units.
        pull: Σω(sgn(r) + tilt)z of the others, (p,); of the band's rows only Σω·tilt·z.
        objective: Σω(|r| + tilt·r) of all.
        nearest: of each level of an absorbed column.
    """

    positions: Positions
    rows: BandRows
    weights: FloatArray | None
    residual: FloatArray
    pull: FloatArray
    objective: float
    nearest: NearestOfLevels | None


@dataclass(frozen=True, eq=False)
class _Pick:
    """Picks the band of a problem."""

    points: FloatArray
    standard: Standardisation
    nearness: Nearness
    tilt: float

    @staticmethod
    def of(outlook: Outlook, count: int) -> "_Pick":
        points = outlook.standard_point[np.newaxis]
        problem = outlook.problem
        return _Pick(points, problem.standard, outlook.nearness(count), problem.absolute_loss.tilt)

    def __call__(self, block: Block, shifted: Block, residuals: FloatArray) -> _Picked:
        (residual,) = residuals
        sizes = np.abs(residual)
        near = self.nearness(block, shifted, sizes)
        signs = np.sign(residual)
        signs[near.places] = 0.0
        return _Picked(
            positions=block.positions[near.places],
            rows=near.rows,
            weights=None if block.weights is None else block.weights[near.places],
            residual=residual[near.places],
            pull=self.standard.pull(shifted, block.weighted(signs + self.tilt if self.tilt else signs)),
            objective=_objective(block, residual, sizes, self.tilt),
            nearest=near.nearest,
        )


def _assembled(outlook: Outlook, parts: Sequence[_Picked]) -> tuple[Narrowed, NearestOfLevels | None]:
    """The band of all blocks, and the nearest row of each level."""
    members = np.concatenate([part.positions for part in parts])
    band = Band(
        rows=parts[0].rows.joined([part.rows for part in parts[1:]]),
        weights=None if parts[0].weights is None else np.concatenate([part.weights for part in parts]),
        residual=np.concatenate([part.residual for part in parts]),
        linear=outlook.problem.whitening.gradient(np.sum([part.pull for part in parts], axis=0)),
        jitter=outlook.ties.jitter(members),
    )
    nearest = [part.nearest for part in parts if part.nearest is not None]
    narrowed = Narrowed(members, band, float(sum(part.objective for part in parts)))
    return narrowed, reduce(NearestOfLevels.nearer, nearest) if nearest else None


@dataclass(frozen=True, eq=False)
class _Turned:
    """Looks for the rows whose sign turns on the way from one point to another; their sign before it.

    The other point is where the vertex is while ties are broken.
    """

    points: FloatArray
    ties: TieBreaking
    tilt: float

    @staticmethod
    def of(outlook: Outlook, reached: Round) -> "_Turned":
        points = np.stack([outlook.standard_point, outlook.after(reached.perturbed_step)])
        return _Turned(points, outlook.ties, outlook.problem.absolute_loss.tilt)

    def __call__(self, block: Block, _: Block, residuals: FloatArray) -> tuple[SignedRows, float]:
        assumed, residual = residuals
        # Signs, not residuals: beside an outlier of 1e200 the product of two ordinary residuals is zero.
        signs, sizes = np.sign(assumed), np.abs(residual)
        objective = _objective(block, residual, sizes, self.tilt)
        # Tied rows are on the side to which the breaking of ties puts them, in the band and outside of it alike.
        tied = (sizes <= self.ties.width).nonzero()[0]
        residual[tied] += self.ties.jitter(block.positions[tied])
        wrong = (signs * residual < 0).nonzero()[0]
        return SignedRows(block.positions[wrong], signs[wrong]), objective


def _objective(block: Block, residual: FloatArray, sizes: FloatArray, tilt: float) -> float:
    """Σω(|r| + tilt·r)."""
    return float(block.weighted(sizes + tilt * residual if tilt else sizes).sum())
