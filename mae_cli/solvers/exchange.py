"""The vertex search: from independent rows to an optimal vertex, by exchanges along edges, of many problems in step.

A vertex is the point where k independent rows (the basis B) have residual zero; the columns of V_B⁻¹ are its edges.
The multipliers are λ_B = −(V_B⁻ᵀ)(c + Σ_{i∉B} sgn(rᵢ)vᵢ), for rows and residuals scaled by their weights. If all
|λⱼ| ≤ 1 the vertex is optimal and λ is its dual point. Otherwise the edge that frees the row with the largest |λⱼ| goes
down; an exact line search along it stops where another row's residual reaches zero, and that row takes the place
(Barrodale and Roberts, 1973).

Small problems of one shape are searched in step: one NumPy call then makes an exchange in each of them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.quantiles import first_reaching
from mae_cli.solvers.band import Band
from mae_cli.solvers.bases import Bases, Start, dropped

# |λ| may pass 1 by the rounding of a sum of a few thousand signs before an exchange is worth making.
MULTIPLIER_SLACK = 1e-11
# Rank-one updates of the edges lose digits slowly; they are computed anew after so many exchanges, or as many as
# there are columns: an inverse then costs no more than the updates.
_REFRESH = 60
# A row moves along an edge when its rate is more than this share of the largest, both relative to leverage.
_SMALLEST_RATE = 1e-10


class Outcome(Enum):
    """How a search ended."""

    OPTIMAL = "no edge goes down"
    UNBOUNDED = "an edge goes down for ever: rows are missing from the band"
    LIMIT = "the exchanges ran out"


@dataclass(frozen=True, eq=False)
class Optimum:
    """An optimal vertex of a problem, or the point where its search ended.

    Attributes:
        outcome: `Outcome.OPTIMAL` when the vertex is optimal for every row of the problem.
        basis: (k,) rows of the problem with residual zero; none when there are too few independent ones.
        step: (k,) from the origin of the problem to the vertex.
        iterations: descent steps and exchanges.
        losses: the objective over all rows of the problem at the start and after each step or round.
    """

    outcome: Outcome
    basis: Positions
    step: FloatArray
    iterations: int
    losses: tuple[float, ...]

    @staticmethod
    def nowhere(outcome: Outcome, step: FloatArray, iterations: int, losses: tuple[float, ...] = ()) -> "Optimum":
        """The end of a search without a basis."""
        return Optimum(outcome, np.zeros(0, dtype=np.intp), step, iterations, losses)


def search(bands: Sequence[Band], most_exchanges: int) -> list[Optimum]:
    """Walk in each band from the independent rows nearest to zero to an optimal vertex of it.

    The residuals of a band must be in general position (no more than k of them zero at one point); ties are broken by
    a perturbation before. Bands of one kind walk in step.
    """
    found: dict[int, Optimum] = {}
    walking: dict[Hashable, list[tuple[int, Start]]] = {}
    for number, band in enumerate(bands):
        columns = band.shape[1]
        basis = band.rows.nearest_basis(np.argsort(band.distance, kind="stable")) if columns else None
        if basis is None:
            outcome = Outcome.UNBOUNDED if columns else Outcome.OPTIMAL
            found[number] = Optimum.nowhere(outcome, np.zeros(columns), 0)
        else:
            start = Start(basis, band.weights, band.residual, band.linear)
            walking.setdefault(band.rows.kind, []).append((number, start))
    for group in walking.values():
        numbers, starts = zip(*group, strict=True)
        walks = _Walks(bands[numbers[0]].rows.bases([bands[number].rows for number in numbers], starts), most_exchanges)
        found.update(zip(numbers, walks.run(), strict=True))
    return [found[number] for number in range(len(bands))]


class _Walks:
    """Searches in step: those that have ended drop out."""

    def __init__(self, bases: Bases, most_exchanges: int) -> None:
        self.bases = bases
        self._most = most_exchanges
        self._ends: dict[int, Optimum] = {}
        count = len(bases.places)
        self._numbers = np.arange(count)
        self._exchanges = 0
        self._is_fresh = np.ones(count, dtype=bool)
        self._residual = np.zeros(bases.shortness.shape)
        self._refresh(np.ones(count, dtype=bool))

    def run(self) -> list[Optimum]:
        """Exchange rows until no edge goes down."""
        while len(self._numbers):
            multipliers = self.bases.multipliers(np.sign(self._residual))
            each, leaving = np.arange(len(multipliers)), np.abs(multipliers).argmax(axis=1)
            worst = multipliers[each, leaving]
            is_optimal = np.abs(worst) <= 1 + MULTIPLIER_SLACK
            if is_optimal.any():
                self._end(is_optimal & self._is_fresh, Outcome.OPTIMAL, is_optimal & ~self._is_fresh)
            elif self._exchanges == self._most:
                self._end(~is_optimal, Outcome.LIMIT)
            else:
                self._exchange(leaving, worst)
        return [self._ends[number] for number in range(len(self._ends))]

    def _exchange(self, leaving: Positions, multipliers: FloatArray) -> None:
        """Free the basis rows at these places and follow their edges down to the rows that take the places."""
        each = np.arange(len(leaving))
        # The freed row's residual takes the sign of its multiplier, which is where the loss falls.
        towards = np.sign(multipliers)
        rates, freed = self.bases.rates(leaving)
        rates = rates * -towards[:, np.newaxis]
        entering, lengths = _line_search(self._residual, rates, self.bases.shortness, 0.5 * (np.abs(multipliers) - 1))
        is_endless = entering < 0
        if is_endless.any():
            self._end(is_endless, Outcome.UNBOUNDED)
            return
        self._residual -= lengths[:, np.newaxis] * rates
        self.bases.replace(leaving, entering)
        self._residual[each[:, np.newaxis], self.bases.places] = 0.0
        self._residual[each, freed] = lengths * towards
        self._exchanges += 1
        self._is_fresh[:] = False
        if self._exchanges % max(_REFRESH, self.bases.places.shape[1]) == 0:
            self._refresh(~self._is_fresh)

    def _refresh(self, which: BoolArray) -> None:
        """What updates say must hold when computed anew."""
        places = np.flatnonzero(which)
        self._residual[places], is_dependent = self.bases.refresh(places)
        self._is_fresh[places] = True
        if is_dependent.any():  # but for rounding: more rows are needed
            dependent = np.zeros(len(which), dtype=bool)
            dependent[places[is_dependent]] = True
            self._end(dependent, Outcome.UNBOUNDED)

    def _end(self, which: BoolArray, outcome: Outcome, stale: BoolArray | None = None) -> None:
        """Some searches are over; those that are `stale` are computed anew before they are."""
        if stale is not None and stale.any():
            self._refresh(stale)
            return
        for place in np.flatnonzero(which)[::-1].tolist():
            self._ends[int(self._numbers[place])] = self._optimum(place, outcome)
            self._numbers, self._residual, self._is_fresh = (
                dropped(array, place) for array in (self._numbers, self._residual, self._is_fresh)
            )
            self.bases.drop(place)

    def _optimum(self, place: int, outcome: Outcome) -> Optimum:
        basis = self.bases.places[place].copy()
        if outcome is not Outcome.UNBOUNDED:
            try:
                return Optimum(outcome, basis, self.bases.step(place), self._exchanges, ())
            except np.linalg.LinAlgError:
                pass
        return Optimum.nowhere(Outcome.UNBOUNDED, np.zeros(len(basis)), self._exchanges)


def _line_search(
    residual: FloatArray, rates: FloatArray, shortness: FloatArray, enough: FloatArray
) -> tuple[Positions, FloatArray]:
    """The rows (a,) at which the slopes passed add up to enough, −1 where they never do; and the ways to there, (a,).

    Everything else is (a, m): a residual falls at the rate of its row.
    """
    speeds = np.abs(rates)
    # A row that hardly moves, beside the fastest one, depends on the other rows of the basis.
    relative = speeds * shortness
    ahead = (residual * rates > 0) & (relative > _SMALLEST_RATE * relative.max(axis=1, keepdims=True))
    entering, lengths = np.full(len(residual), -1), np.zeros(len(residual))
    for each, is_ahead in enumerate(ahead):
        places = is_ahead.nonzero()[0]
        slopes = speeds[each][places]
        breakpoints = np.abs(residual[each][places]) / slopes
        place = first_reaching(breakpoints, slopes, float(enough[each]))
        if place is not None:
            entering[each], lengths[each] = places[place], breakpoints[place]
    return entering, lengths
