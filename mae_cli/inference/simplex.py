"""Small linear programs: the lengths t ≥ 0 with A t ≤ b and the largest gain g·t, where b ≥ 0.

The simplex method (Dantzig, 1951) walks from t = 0 on. Ties are broken by an infinitesimal growth of b, by chance, so
that it cannot go in circles (Charnes, 1952). Where it ends is computed anew from A and b, and so are the prices λ ≥ 0
with λA ≥ g, which prove by g·t ≤ λA t ≤ λb that no lengths gain more (duality; Gale, Kuhn and Tucker, 1951).
"""

from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.prepare.ties import chance

# Differences below this share of what was subtracted are zero, and so are lengths below this share of the largest.
_NOTHING = 1e-11
# Lengths to two limits that differ by no more than this share are the same.
_SAME = 1e-12
# A limit whose rate is no more than this share of its largest does not stop the way.
_FLAT = 1e-9


@dataclass(frozen=True, eq=False)
class Limits:
    """A t ≤ b.

    Attributes:
        rates: (m, d) A, the largest |rate| of each row 1.
        room: (m,) b ≥ 0.
    """

    rates: FloatArray
    room: FloatArray

    @staticmethod
    def of(rates: FloatArray, room: FloatArray) -> "Limits":
        """Rows of any size but zero."""
        sizes = np.abs(rates).max(axis=1, initial=0.0)
        return Limits(rates / sizes[:, np.newaxis], room / sizes)

    def admit(self, lengths: FloatArray) -> bool:
        """Whether lengths (d,) are within the limits, but for rounding."""
        off = _NOTHING * np.abs(lengths).max(initial=0.0)
        return bool((lengths >= -off).all() and (self.rates @ lengths <= self.room + off).all())


@dataclass(frozen=True, eq=False)
class Farthest:
    """Where a walk ended.

    Attributes:
        lengths: (d,) within the limits.
        is_proved: whether no others gain more.
        work: how many numbers were changed on the way.
    """

    lengths: FloatArray
    is_proved: bool
    work: int


def farthest(limits: Limits, gains: FloatArray, most_work: int) -> Farthest:
    """The lengths with the largest gain; gains (d,) are not all zero. About so much work ends the walk early."""
    scaled = gains / np.abs(gains).max()
    walk = _Walk.from_zero(limits, scaled)
    place = walk.steepest()
    while place is not None and walk.work < most_work:
        row = walk.first_limit(place)
        if row is None:
            break
        walk.exchange(row, place)
        place = walk.steepest()
    return _checked(limits, scaled, walk)


@dataclass(eq=False)
class _Walk:
    """The program in terms of the quantities that are zero where the walk is.

    Quantities 0 to d − 1 are the lengths, those from d on what is left of the room of each limit.

    Attributes:
        table: (m + 1, d + 2) how fast others fall per unit of those at zero, what they are, how they grow with b; and
            in the last row the gains.
        zero: (d,) the quantities at zero.
        others: (m,) those of the rows of the table.
        work: numbers changed so far.
    """

    table: FloatArray
    zero: Positions
    others: Positions
    work: int

    @staticmethod
    def from_zero(limits: Limits, gains: FloatArray) -> "_Walk":
        (count, edges), rows = limits.rates.shape, np.arange(len(limits.room))
        table = np.zeros((count + 1, edges + 2))
        table[:-1, :edges], table[:-1, edges], table[:-1, edges + 1] = limits.rates, limits.room, 2 + chance(rows)
        table[-1, :edges] = gains
        return _Walk(table, np.arange(edges), edges + rows, table.size)

    def steepest(self) -> int | None:
        """The place of the quantity at zero that gains most; None where none gains."""
        gains = self.table[-1, :-2]
        place = int(gains.argmax())
        return place if gains[place] > _NOTHING else None

    def first_limit(self, place: int) -> int | None:
        """The row that is the first to fall to zero when a quantity grows; None if none does."""
        rates = self.table[:-1, place]
        ahead = np.flatnonzero(rates > _FLAT)
        if not len(ahead):
            return None
        lengths = np.maximum(self.table[ahead, -2], 0.0) / rates[ahead]
        ahead = ahead[lengths <= lengths.min() * (1 + _SAME)]
        return int(ahead[(self.table[ahead, -1] / rates[ahead]).argmin()])

    def exchange(self, row: int, place: int) -> None:
        """Let a quantity grow until that of a row is zero."""
        column = self.table[:, place].copy()
        own = self.table[row] / column[row]
        own[place] = 1 / column[row]
        column[row] = 0.0
        changed = np.flatnonzero(column)
        before = self.table[changed]
        before[:, place] = 0.0
        change = np.outer(column[changed], own)
        after = before - change
        after[np.abs(after) <= _NOTHING * (np.abs(before) + np.abs(change))] = 0.0
        self.table[changed], self.table[row] = after, own
        self.zero[place], self.others[row] = self.others[row], self.zero[place]
        self.work += after.size


def _checked(limits: Limits, gains: FloatArray, walk: _Walk) -> Farthest:
    """The end of a walk from the limits themselves, and whether prices prove it; the start if it is beyond a limit."""
    edges, lengths = len(gains), np.zeros(len(gains))
    moved, tight = walk.others[walk.others < edges], walk.zero[walk.zero >= edges] - edges
    rates = limits.rates[tight]
    try:
        lengths[moved] = _solved(rates[:, moved], limits.room[tight])
        prices = _solved(rates[:, moved].T, gains[moved])
    except np.linalg.LinAlgError:
        return Farthest(np.zeros(edges), is_proved=False, work=walk.work)
    if not limits.admit(lengths):
        return Farthest(np.zeros(edges), is_proved=False, work=walk.work)
    lengths[lengths <= _NOTHING * lengths.max(initial=0.0)] = 0.0
    off = _NOTHING * (1 + np.abs(prices).max(initial=0.0))
    is_proved = (prices >= -off).all() and (gains - prices @ rates <= off).all()
    return Farthest(lengths, bool(is_proved), walk.work)


def _solved(matrix: FloatArray, values: FloatArray) -> FloatArray:
    """The solution of a square system, refined once."""
    solution = np.linalg.solve(matrix, values)
    return np.asarray(solution + np.linalg.solve(matrix, values - matrix @ solution))
