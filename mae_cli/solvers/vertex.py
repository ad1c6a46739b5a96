"""The vertex search: from an independent set of rows to an optimal one, by exchanges along edges.

A vertex is the point where k independent rows (the basis B) have residual zero; the columns of V_B⁻¹ are its edges.
The multipliers are λ_B = −(V_B⁻ᵀ)(c + Σ_{i∉B} sgn(rᵢ)vᵢ). If all |λⱼ| ≤ 1 the vertex is optimal and λ is its
dual point. Otherwise the edge that frees the row with the largest |λⱼ| goes down; an exact line search along it stops
where another row's residual reaches zero, and that row takes the place (Barrodale and Roberts, 1973).
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.quantiles import first_reaching
from mae_cli.rows.products import product, row_lengths, transpose_product
from mae_cli.solvers.band import Band
from mae_cli.solvers.independence import INDEPENDENCE, independent_rows

# |λ| may pass 1 by the rounding of a sum of a few thousand signs before an exchange is worth making.
MULTIPLIER_SLACK = 1e-11
# Rank-one updates of the edges lose digits slowly; they are computed anew after so many exchanges, or as many as
# there are columns: an inverse then costs no more than the updates.
REFRESH = 60
# A row moves along an edge when its rate is more than this share of the largest, both relative to leverage.
_SMALLEST_RATE = 1e-10
# A vertex multiplies the rounding of its rows, but hardly by more than this.
_AMPLIFIED = 100.0


class Outcome(Enum):
    """How a vertex search ended."""

    OPTIMAL = "no edge goes down"
    UNBOUNDED = "an edge goes down for ever: rows are missing from the band"
    LIMIT = "the exchanges ran out"


@dataclass(frozen=True, eq=False)
class Vertex:
    """The end of a vertex search.

    Attributes:
        outcome: how it ended.
        basis: (k,) rows of the band with residual zero.
        step: (k,) from the band's origin to the vertex.
        exchanges: number of basis rows exchanged.
    """

    outcome: Outcome
    basis: Positions
    step: FloatArray
    exchanges: int


def _nearest_basis(band: Band) -> Positions:
    """The k independent rows nearest to zero; fewer if the band has a lower rank."""
    order = np.argsort(band.distance, kind="stable")
    size = len(band.linear)
    first = order[:size]
    if len(first) == size and _well_separated(band.matrix[first]):
        return first
    return independent_rows(band.matrix.__getitem__, size, order)


def _well_separated(rows: FloatArray) -> bool:
    """Whether (k, k) rows are independent, by one QR factorisation: faster than row by row."""
    diagonal = np.abs(np.diag(np.linalg.qr(rows.T, mode="r")))
    lengths = row_lengths(rows)
    return bool((diagonal > INDEPENDENCE * lengths).all() and (lengths > 0).all())


def search(band: Band, most_exchanges: int) -> Vertex:
    """Walk from the rows nearest to zero to an optimal vertex of the band.

    The band's residuals must be in general position (no more than k of them zero at one point); ties are broken
    by a perturbation before.
    """
    if not len(band.linear):
        return Vertex(Outcome.OPTIMAL, np.zeros(0, dtype=np.intp), np.zeros(0), 0)
    basis = _nearest_basis(band)
    if len(basis) < band.matrix.shape[1]:
        return Vertex(Outcome.UNBOUNDED, basis, np.zeros(len(band.linear)), 0)
    try:
        return _walk(band, basis, most_exchanges)
    except np.linalg.LinAlgError:  # the rows are dependent but for rounding: more of them are needed
        return Vertex(Outcome.UNBOUNDED, basis[:0], np.zeros(len(band.linear)), 0)


def through_all(band: Band) -> Vertex | None:
    """The vertex of the rows nearest to zero if it fits all rows, but for what breaking ties would make of them."""
    basis = _nearest_basis(band)
    if len(basis) < band.matrix.shape[1]:
        return None
    try:
        step = np.linalg.solve(band.matrix[basis], band.residual[basis]).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return None
    left = float(np.abs(band.moved(step).residual).sum())
    fits = left <= _AMPLIFIED * float(np.abs(band.jitter).sum())
    return Vertex(Outcome.OPTIMAL, basis, step, 0) if fits else None


def _walk(band: Band, basis: Positions, most_exchanges: int) -> Vertex:
    state = _Basis(band, basis)
    outcome = Outcome.LIMIT
    for _ in range(most_exchanges):
        multipliers = state.multipliers()
        leaving = int(np.abs(multipliers).argmax())
        if abs(multipliers[leaving]) <= 1 + MULTIPLIER_SLACK:
            if state.is_fresh:
                outcome = Outcome.OPTIMAL
                break
            state.refresh()  # what updates say must hold when computed anew
            continue
        if not state.exchange(leaving, float(multipliers[leaving])):
            outcome = Outcome.UNBOUNDED
            break
    return Vertex(outcome, state.basis, state.step(), state.exchanges)


class _Basis:
    """The state of the search: the basis, its edges V_B⁻ᵀ, residuals, signs, and the pull u = c + Σ sgn(rᵢ)vᵢ.

    The tableau V·V_B⁻¹ is never written out: an exchange needs one column and one row of it.
    """

    _pull: FloatArray
    _signs: FloatArray

    def __init__(self, band: Band, basis: Positions) -> None:
        self.band = band
        self.basis = basis.copy()
        self.exchanges = 0
        self.refresh()

    def multipliers(self) -> FloatArray:
        """λ_B, (k,)."""
        return -product(self._edges, self._pull)

    def step(self) -> FloatArray:
        """The vertex as a step from the band's origin: V_B⁻¹·r_B."""
        return np.asarray(np.linalg.solve(self.band.matrix[self.basis], self.band.residual[self.basis]), np.float64)

    def exchange(self, leaving: int, multiplier: float) -> bool:
        """Free the basis row at place `leaving` and follow its edge down; False if nothing stops the way."""
        # The freed row's residual takes the sign of its multiplier, which is where the loss falls.
        towards = 1.0 if multiplier > 0 else -1.0
        rate = product(self.band.matrix, self._edges[leaving] * -towards)
        ahead = ((self._residual * rate > 0) & moves(rate, self.band.leverage)).nonzero()[0]
        speeds = rate[ahead]
        breakpoints = self._residual[ahead] / speeds
        place = first_reaching(breakpoints, np.abs(speeds), 0.5 * (abs(multiplier) - 1))
        if place is None:
            return False
        entering, length = int(ahead[place]), float(breakpoints[place])
        self._residual -= length * rate
        self._residual[self.basis[leaving]] = length * towards
        self._replace(leaving, entering)
        return True

    def _replace(self, leaving: int, entering: int) -> None:
        self.basis[leaving] = entering
        self.exchanges += 1
        if self.exchanges % max(REFRESH, len(self.basis)) == 0:
            self.refresh()
            return
        self.is_fresh = False
        row = product(self._edges, self.band.matrix[entering])
        edge = self._edges[leaving] / row[leaving]
        row[leaving] -= 1.0
        self._edges -= np.multiply.outer(row, edge)
        self._residual[self.basis] = 0.0
        signs = np.sign(self._residual)
        changed = (signs != self._signs).nonzero()[0]
        self._pull += (signs[changed] - self._signs[changed]) @ self.band.matrix[changed]
        self._signs = signs

    def refresh(self) -> None:
        """Compute everything from the basis alone."""
        self.is_fresh = True
        matrix = self.band.matrix
        self._edges = np.ascontiguousarray(np.linalg.inv(matrix[self.basis]).T, dtype=np.float64)
        self._residual = self.band.residual - product(matrix, self.band.residual[self.basis] @ self._edges)
        self._residual[self.basis] = 0.0
        self._signs = np.sign(self._residual)
        self._pull = self.band.linear + transpose_product(matrix, self._signs)


def moves(rate: FloatArray, leverage: FloatArray) -> BoolArray:
    """Whether a rate along an edge is more than rounding: a row that does not move depends on the other rows, (m,)."""
    speed = np.abs(rate)
    fastest = float(np.divide(speed, leverage, out=np.zeros_like(speed), where=leverage > 0).max())
    return speed > _SMALLEST_RATE * fastest * leverage
