"""The vertex search: from independent rows to an optimal vertex, by exchanges along edges.

A vertex is the point where k independent rows (the basis B) have residual zero; the columns of V_B⁻¹ are its edges.
The multipliers are λ_B = −(V_B⁻ᵀ)(c + Σ_{i∉B} sgn(rᵢ)vᵢ), for rows and residuals scaled by their weights. If all
|λⱼ| ≤ 1 the vertex is optimal and λ is its dual point. Otherwise the edge that frees the row with the largest |λⱼ| goes
down; an exact line search along it stops where another row's residual reaches zero, and that row takes the place
(Barrodale and Roberts, 1973).
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.quantiles import first_reaching
from mae_cli.solvers.prepare.band import Band, Basis, Start

# |λ| may pass 1 by the rounding of a sum of a few thousand signs before an exchange is worth making.
MULTIPLIER_SLACK = 1e-11
# Rank-one updates of the edges lose digits slowly; they are computed anew after so many exchanges, or as many as
# there are columns: an inverse then costs no more than the updates.
REFRESH = 60
# A row moves along an edge when its rate is more than this share of the largest, both relative to leverage.
SMALLEST_RATE = 1e-10


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


def search(band: Band, most_exchanges: int) -> Optimum:
    """Walk from the independent rows nearest to zero to an optimal vertex of the band.

    The band's residuals must be in general position (no more than k of them zero at one point); ties are broken by a
    perturbation before.
    """
    columns = band.shape[1]
    if not columns:
        return Optimum.nowhere(Outcome.OPTIMAL, np.zeros(0), 0)
    basis = band.rows.nearest_basis(np.argsort(band.distance, kind="stable"))
    if basis is not None:
        try:
            start = Start(basis, band.weights, band.residual, band.linear)
            return _Walk(band.rows.basis(start)).run(most_exchanges)
        except np.linalg.LinAlgError:  # the rows are dependent but for rounding: more of them are needed
            pass
    return Optimum.nowhere(Outcome.UNBOUNDED, np.zeros(columns), 0)


class _Walk:
    """The state of a search: the basis, and the residuals of all rows at its vertex."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        self._exchanges = 0
        self._refresh()

    def run(self, most_exchanges: int) -> Optimum:
        """Exchange rows until no edge goes down."""
        while True:
            multipliers = self._basis.multipliers(np.sign(self._residual))
            leaving = int(np.abs(multipliers).argmax())
            worst = float(multipliers[leaving])
            if abs(worst) <= 1 + MULTIPLIER_SLACK:
                if self._is_fresh:
                    return self._ended(Outcome.OPTIMAL)
                self._refresh()  # what updates say must hold when computed anew
            elif self._exchanges == most_exchanges:
                return self._ended(Outcome.LIMIT)
            elif not self._exchange(leaving, worst):
                return Optimum.nowhere(Outcome.UNBOUNDED, np.zeros(len(multipliers)), self._exchanges)

    def _exchange(self, leaving: int, multiplier: float) -> bool:
        """Free the row at this place of the basis and follow its edge down; False if nothing stops the way."""
        # The freed row's residual takes the sign of its multiplier, which is where the loss falls.
        towards = 1.0 if multiplier > 0 else -1.0
        rates, freed = self._basis.rates(leaving)
        rates = rates * -towards
        stop = _line_search(self._residual, rates, self._basis.shortness, 0.5 * (abs(multiplier) - 1))
        if stop is None:
            return False
        entering, length = stop
        self._residual -= length * rates
        self._basis.replace(leaving, entering)
        self._residual[self._basis.places] = 0.0
        self._residual[freed] = length * towards
        self._exchanges += 1
        self._is_fresh = False
        if self._exchanges % max(REFRESH, len(self._basis.places)) == 0:
            self._refresh()
        return True

    def _refresh(self) -> None:
        self._residual = self._basis.refresh()
        self._is_fresh = True

    def _ended(self, outcome: Outcome) -> Optimum:
        return Optimum(outcome, self._basis.places.copy(), self._basis.step(), self._exchanges, ())


def _line_search(
    residual: FloatArray, rates: FloatArray, shortness: FloatArray, enough: float
) -> tuple[int, float] | None:
    """The row at which the slopes passed add up to enough, and the way to there; None where they never do.

    Everything else is (b,): a residual falls at the rate of its row.
    """
    speeds = np.abs(rates)
    # A row that hardly moves, beside the fastest one, depends on the other rows of the basis.
    relative = speeds * shortness
    ahead = ((residual * rates > 0) & (relative > SMALLEST_RATE * relative.max())).nonzero()[0]
    slopes = speeds[ahead]
    breakpoints = np.abs(residual[ahead]) / slopes
    place = first_reaching(breakpoints, slopes, enough)
    return None if place is None else (int(ahead[place]), float(breakpoints[place]))
