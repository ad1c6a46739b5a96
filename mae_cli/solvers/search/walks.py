"""The vertex search of `mae_cli.solvers.search.exchange` in many small bands, step by step at the same time.

Each step makes one exchange in every band that is still going, and costs a few products of stacked matrices.
"""

from dataclasses import dataclass, fields

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.solvers.prepare.independence import INDEPENDENCE, independent_rows
from mae_cli.solvers.search.exchange import MULTIPLIER_SLACK, REFRESH
from mae_cli.solvers.search.stack import Stack, stops

# Bands whose search has ended are dropped from the stack when no more than this share is still going.
_STILL_GOING = 0.8


@dataclass(frozen=True, eq=False)
class Ends:
    """Where searches ended.

    Attributes:
        basis: (m, k) rows of each band.
        steps: (m, k) to its vertex.
        is_optimal: (m,) whether no edge goes down from there.
        is_unbounded: (m,) whether an edge goes down for ever, or there is no basis: rows are missing from the band.
        exchanges: (m,) made.
    """

    basis: Positions
    steps: FloatArray
    is_optimal: BoolArray
    is_unbounded: BoolArray
    exchanges: Positions

    def take(self, numbers: Positions | BoolArray | slice) -> "Ends":
        return Ends(*(getattr(self, field.name)[numbers] for field in fields(self)))

    def replaced(self, numbers: Positions, others: "Ends") -> "Ends":
        """The same with other ends of some searches, which went on."""
        ends = self.take(np.arange(len(self.exchanges)))
        for field in fields(self):
            getattr(ends, field.name)[numbers] = getattr(others, field.name)
        return ends


def search_in_step(stack: Stack, most_exchanges: int) -> Ends:
    """Walk from the independent rows nearest to zero to an optimal vertex of each band."""
    walk = _Walk(stack, *_nearest_bases(stack))
    while walk.is_going.any():
        walk.advance(most_exchanges)
    return walk.ends


def _nearest_bases(stack: Stack) -> tuple[Positions, BoolArray]:
    """(m, k) the first independent rows of each band in the order of their distance, and whether there are enough."""
    order, size = np.argsort(stack.distance, axis=1, kind="stable"), stack.matrix.shape[2]
    basis = order[:, :size]
    diagonals = np.diagonal(np.linalg.qr(stack.rows(basis).transpose(0, 2, 1), mode="r"), axis1=1, axis2=2)
    lengths = np.take_along_axis(stack.lengths, basis, axis=1)
    is_basis = ((np.abs(diagonals) > INDEPENDENCE * lengths) & (lengths > 0)).all(axis=1)
    for number in np.flatnonzero(~is_basis):
        chosen = independent_rows(stack.matrix[number].__getitem__, size, order[number])
        is_basis[number] = len(chosen) == size
        basis[number, : len(chosen)] = chosen
    return basis, is_basis


class _Walk:
    """The searches that are still going, and some that ended: their bases, and the residuals at their vertices.

    Attributes:
        is_going: which of them are.
        ends: of all searches, as far as they are known.
    """

    def __init__(self, stack: Stack, basis: Positions, has_basis: BoolArray) -> None:
        (count, size), is_going = basis.shape, has_basis.copy()
        nothing = np.zeros(count, dtype=np.intp)
        self.ends = Ends(basis, np.zeros((count, size)), np.zeros(count, dtype=bool), ~has_basis, nothing)
        self._stack, self._places, self.is_going = stack, basis.copy(), is_going
        self._shortness, self._residual = stack.shortness, np.zeros(stack.residual.shape)
        self._edges, self._steps = np.zeros((count, size, size)), np.zeros((count, size))
        self._numbers, self._exchanges = np.arange(count), np.zeros(count, dtype=np.intp)
        self._is_fresh = np.zeros(count, dtype=bool)
        self._refresh(np.flatnonzero(is_going))

    def advance(self, most_exchanges: int) -> None:
        """One exchange in every band from whose vertex an edge goes down."""
        multipliers = -(self._edges @ self._stack.pull(np.sign(self._residual))[:, :, np.newaxis])[:, :, 0]
        every, leaving = np.arange(len(multipliers)), np.abs(multipliers).argmax(axis=1)
        worst = multipliers[every, leaving]
        is_good = np.abs(worst) <= 1 + MULTIPLIER_SLACK
        is_down = np.abs(worst) > 1 + MULTIPLIER_SLACK
        moving = self.is_going & is_down & (self._exchanges < most_exchanges)
        unstopped = self._exchange(moving, leaving, worst) if moving.any() else moving
        # Without a number dependent rows are hidden in the basis.
        is_lost = unstopped | (self.is_going & ~is_good & ~is_down)
        self._end(self.is_going & is_good & self._is_fresh, is_lost, self.is_going & is_down & ~moving)
        # What updates say must hold when computed anew; they lose digits slowly.
        is_late = moving & (self._exchanges % max(REFRESH, self._edges.shape[1]) == 0)
        self._refresh(np.flatnonzero(self.is_going & (is_good | is_late)))
        if self.is_going.sum() <= _STILL_GOING * len(every):
            self._drop_ended()

    def _exchange(self, moving: BoolArray, leaving: Positions, multipliers: FloatArray) -> BoolArray:
        """Free a row of each moving basis and follow its edge down to the next one; those that nothing stops."""
        # The freed row's residual takes the sign of its multiplier, which is where the loss falls.
        towards, every = np.where(moving, np.sign(multipliers), 0.0), np.arange(len(leaving))
        rates = self._stack.rates(self._edges[every, leaving]) * -towards[:, np.newaxis]
        entering, length = stops(self._residual, rates, self._shortness, 0.5 * (np.abs(multipliers) - 1))
        unstopped = moving & np.isinf(length)
        moving = moving & ~unstopped
        length = np.where(moving, length, 0.0)
        freed = self._places[every, leaving]
        self._residual -= length[:, np.newaxis] * rates
        self._replace(moving, leaving, entering)
        np.put_along_axis(self._residual, self._places, 0.0, axis=1)
        self._residual[every[moving], freed[moving]] = (length * towards)[moving]
        self._exchanges += moving
        self._is_fresh &= ~moving
        return unstopped

    def _replace(self, moving: BoolArray, leaving: Positions, entering: Positions) -> None:
        """Rank-one updates of the edges."""
        every = np.arange(len(leaving))
        shares = (self._edges @ self._stack.matrix[every, entering][:, :, np.newaxis])[:, :, 0]
        edge = self._edges[every, leaving] * (moving / np.where(moving, shares[every, leaving], 1.0))[:, np.newaxis]
        shares[every, leaving] -= 1.0
        self._edges -= shares[:, :, np.newaxis] * edge[:, np.newaxis, :]
        self._places[every[moving], leaving[moving]] = entering[moving]

    def _refresh(self, numbers: Positions) -> None:
        """Compute everything from the rows of these bases alone."""
        if not len(numbers):
            return
        some, places = self._stack.take(numbers), self._places[numbers]
        edges = _inverses(some.rows(places)).transpose(0, 2, 1)
        steps = (np.take_along_axis(some.residual, places, axis=1)[:, np.newaxis, :] @ edges)[:, 0, :]
        residual = some.residual - some.rates(steps)
        np.put_along_axis(residual, places, 0.0, axis=1)
        self._edges[numbers], self._residual[numbers] = edges, residual
        self._steps[numbers], self._is_fresh[numbers] = steps, True

    def _end(self, optimal: BoolArray, unbounded: BoolArray, late: BoolArray) -> None:
        """The searches that end at optimal vertices, for want of rows, or because the exchanges ran out."""
        all_here = Ends(self._places, self._steps, optimal, unbounded, self._exchanges)
        ended = optimal | unbounded | late
        if ended.any():
            self.ends = self.ends.replaced(self._numbers[ended], all_here.take(ended))
        self.is_going &= ~ended

    def _drop_ended(self) -> None:
        going = self.is_going
        self._stack = self._stack.take(going)
        for name in ("_places", "_shortness", "_residual", "_edges", "_steps", "_numbers", "_exchanges", "_is_fresh"):
            setattr(self, name, getattr(self, name)[going])
        self.is_going = going[going]


def _inverses(matrices: FloatArray) -> FloatArray:
    """The inverse of each, (m, k, k); not a number where there is none."""
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full(matrices.shape, np.nan)
        return np.concatenate([_inverses(matrix[np.newaxis]) for matrix in matrices])
