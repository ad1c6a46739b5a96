"""The vertex search with an absorbed column: the walk of `mae_cli.solvers.vertex` without its tableau.

Along a walk only the inverse of the working rows is kept; multipliers and rates are products with the rows, whose
indicators are never written out. An exchange thus costs a few passes over the rows of the band, whatever the number
of levels.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.quantiles import first_reaching
from mae_cli.solvers.absorbed import LevelPoint, LevelRows
from mae_cli.solvers.band import relative_distance
from mae_cli.solvers.key_basis import KeyBasis
from mae_cli.solvers.vertex import MULTIPLIER_SLACK, REFRESH, Outcome, moves


@dataclass(frozen=True, eq=False)
class LevelBand:
    """Minimise Σωᵢ|rᵢ − xᵢ·d| − c·d; see `Band`, whose rows are here not scaled by their weights.

    Attributes:
        rows: m of them, x.
        weights: (m,) ω.
        leverage: (m,) about how far a residual moves when the point moves by one.
        residual: (m,) at d = 0.
        linear: c.
        jitter: (m,) in units of the residual.
    """

    rows: LevelRows
    weights: FloatArray
    leverage: FloatArray
    residual: FloatArray
    linear: LevelPoint
    jitter: FloatArray

    @cached_property
    def distance(self) -> FloatArray:
        """|r| / leverage, (m,)."""
        return relative_distance(self.residual, self.leverage)

    def moved(self, step: LevelPoint) -> "LevelBand":
        """The same problem seen from the point d = `step`."""
        return replace(self, residual=self.residual - self.rows.product(step))

    def perturbed(self) -> "LevelBand":
        """The same problem with ties broken."""
        return replace(self, residual=self.residual + self.jitter)


@dataclass(frozen=True, eq=False)
class KeyVertex:
    """The end of a search: its outcome, basis (None when no independent rows were found), residuals and exchanges."""

    outcome: Outcome
    basis: KeyBasis | None
    residual: FloatArray
    exchanges: int


def search(band: LevelBand, most_exchanges: int) -> KeyVertex:
    """Walk from the rows nearest to zero to an optimal vertex of the band, which must be in general position."""
    try:
        basis = KeyBasis.nearest(band.rows, np.argsort(band.distance, kind="stable"))
        if basis is None:
            return KeyVertex(Outcome.UNBOUNDED, None, band.residual, 0)
        walk = _Walk(band, basis)
        outcome = walk.run(most_exchanges)
    except np.linalg.LinAlgError:  # the rows are dependent but for rounding: more of them are needed
        return KeyVertex(Outcome.UNBOUNDED, None, band.residual, 0)
    return KeyVertex(outcome, walk.basis, walk.residual, walk.exchanges)


class _Walk:
    """The state of a search: basis and residuals."""

    def __init__(self, band: LevelBand, basis: KeyBasis) -> None:
        self.band = band
        self.basis = basis
        self.exchanges = 0
        self._refresh()

    def run(self, most_exchanges: int) -> Outcome:
        """Exchange rows until no edge goes down."""
        while True:
            multipliers = self._multipliers()
            worst = int(np.abs(multipliers).argmax())
            if abs(multipliers[worst]) <= 1 + MULTIPLIER_SLACK:
                if self._is_fresh:
                    return Outcome.OPTIMAL
                self._refresh()  # what updates say must hold when computed anew
            elif self.exchanges == most_exchanges:
                return Outcome.LIMIT
            elif not self._exchange(worst, float(multipliers[worst])):
                return Outcome.UNBOUNDED

    def _refresh(self) -> None:
        self.basis.refresh()
        step = self.basis.solve(self.band.residual)
        self.residual = self.band.residual - self.band.rows.product(step)
        self.residual[self.basis.places] = 0.0
        self._is_fresh = True

    def _multipliers(self) -> FloatArray:
        """The λ = ν/ω of the keys of groups 0, …, g (0 for group 0, which has none), then of the working rows."""
        keys, working = self.basis.multipliers(self.band.weights * np.sign(self.residual), self.band.linear)
        places = np.concatenate([self.basis.keys, self.basis.working])
        return np.asarray(np.concatenate([keys, working]) / self.band.weights[places], dtype=np.float64)

    def _exchange(self, which: int, multiplier: float) -> bool:
        """Free the row of a multiplier and follow its edge down; False if nothing stops the way."""
        working = which - len(self.basis.keys)
        place = working if working >= 0 else self.basis.freeing(which)
        if place is None:
            leaving, edge = int(self.basis.keys[which]), self.basis.edge_of_key(which)
        else:
            leaving, edge = int(self.basis.working[place]), self.basis.edge_of_working(place)
        entering = self._follow(edge, leaving, multiplier)
        if entering is None:
            return False
        if place is None:
            self.basis.replace_key(which, entering)
        else:
            self.basis.replace_working(place, entering)
        self.exchanges += 1
        self._is_fresh = False
        if self.exchanges % REFRESH == 0:
            self._refresh()
        return True

    def _follow(self, edge: FloatArray, leaving: int, multiplier: float) -> int | None:
        """Go down the edge to its end; the row whose residual becomes zero there, None if nothing stops the way."""
        # The freed row's residual takes the sign of its multiplier, which is where the loss falls.
        towards = 1.0 if multiplier > 0 else -1.0
        rate = edge * -towards
        ahead = np.flatnonzero((self.residual * rate > 0) & moves(rate, self.band.leverage))
        breakpoints = self.residual[ahead] / rate[ahead]
        slopes = np.abs(rate[ahead]) * self.band.weights[ahead]
        place = first_reaching(breakpoints, slopes, 0.5 * (abs(multiplier) - 1) * self.band.weights[leaving])
        if place is None:
            return None
        length = float(breakpoints[place])
        self.residual -= length * rate
        self.residual[self.basis.places] = 0.0
        self.residual[leaving] = length * towards
        entering = int(ahead[place])
        self.residual[entering] = 0.0
        return entering
