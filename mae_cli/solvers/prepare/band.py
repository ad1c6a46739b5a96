"""The problem that a search works on: minimise Σωᵢ|rᵢ − vᵢ·d| − c·d over d, for some rows v.

The rows are whitened; r are residuals at the point where d = 0. The linear term c holds the tilt of a quantile and
the pull of rows that are not in the problem because the sign of their residual is taken as known (a *band* of rows
around zero then remains).

Tied data puts more rows through one point than the problem has columns, and exchanges between such rows can go in
circles. The search therefore works on residuals that differ from the true ones by a random `jitter`, which is wider
than the rounding of a row and narrower than a typical residual.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.sampling import scattered

_TYPICAL_SAMPLE = 500


def is_small(shape: tuple[int, int], dense_size: int) -> bool:
    """Whether rows of a shape (n, p) are best solved as one dense problem: those of so many numbers are."""
    count, columns = shape
    return count * columns <= dense_size


@dataclass(frozen=True, eq=False)
class Start:
    """Where a search begins.

    Attributes:
        basis: k independent rows, as their kind of rows has them.
        weights: (b,) of all rows; None when all are 1.
        residual: (b,) at d = 0.
        linear: (k,) the linear term.
    """

    basis: Any
    weights: FloatArray | None
    residual: FloatArray
    linear: FloatArray


class Basis(Protocol):
    """k independent rows of a problem, and what follows from them; residuals and rows are scaled by the weights."""

    @property
    def places(self) -> Positions:
        """(k,) the rows."""
        ...

    @property
    def shortness(self) -> FloatArray:
        """(b,) one over the length of each row; 0 for rows of zeros, which are never met."""
        ...

    def refresh(self) -> FloatArray:
        """Compute everything from the rows of the basis alone: the residuals (b,).

        Raises:
            LinAlgError: the rows are dependent.
        """
        ...

    def multipliers(self, signs: FloatArray) -> FloatArray:
        """λ, (k,), for signs (b,) of the residuals that are 0 in the basis."""
        ...

    def rates(self, leaving: int) -> tuple[FloatArray, int]:
        """How fast predictions grow along the edge that frees a row, (b,), 1 in it; and which row it is."""
        ...

    def replace(self, leaving: int, entering: int) -> None:
        """The row freed last gives its place to another."""
        ...

    def step(self) -> FloatArray:
        """(k,) from d = 0 to the vertex.

        Raises:
            LinAlgError: the rows are dependent.
        """
        ...


class BandRows(Protocol):
    """Whitened rows v, (b, k), whatever they are kept as."""

    @property
    def shape(self) -> tuple[int, int]:
        """(b, k)."""
        ...

    @property
    def leverage(self) -> FloatArray:
        """‖v‖, or about that, (b,): how far a residual can move when the point moves by one."""
        ...

    def product(self, step: FloatArray) -> FloatArray:
        """v·step, (b,)."""
        ...

    def transpose_product(self, vector: FloatArray) -> FloatArray:
        """Σ vector·v, (k,)."""
        ...

    def take(self, places: Positions) -> Self:
        """The rows at these places."""
        ...

    def joined(self, others: Sequence[Self]) -> Self:
        """These rows and others behind them."""
        ...

    def needed(self, distance: FloatArray) -> Positions:
        """The rows without which none of these is a basis, or hardly one, given their distances (b,)."""
        ...

    def nearest_basis(self, order: Positions) -> Any:
        """The first k independent rows in this order; None when there are fewer."""
        ...

    def solve(self, basis: Positions, values: FloatArray) -> FloatArray:
        """The step (k,) after which independent rows have these of the values (b,)."""
        ...

    def basis(self, start: Start) -> Basis:
        """Where a search begins, with what it needs."""
        ...


@dataclass(frozen=True, eq=False)
class Band:
    """Rows of a problem, seen from the point d = 0.

    Attributes:
        rows: v, (b, k).
        weights: (b,) ω; None when all are 1.
        residual: (b,) r.
        linear: (k,) the linear term c.
        jitter: (b,) what is added to the residuals to break ties.
    """

    rows: BandRows
    weights: FloatArray | None
    residual: FloatArray
    linear: FloatArray
    jitter: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.shape

    @cached_property
    def distance(self) -> FloatArray:
        """|r| / ‖v‖, (b,): how far the point must move before the sign of the residual can change."""
        return relative_distance(self.residual, self.rows.leverage)

    @cached_property
    def size(self) -> float:
        """Σω|r|."""
        return float(self.weighted(np.abs(self.residual)).sum())

    def weighted(self, values: FloatArray) -> FloatArray:
        return values if self.weights is None else self.weights * values

    def pull(self, signs: FloatArray) -> FloatArray:
        """The sum c + Σω·signs·v, (k,): the way that the objective falls fastest."""
        pull: FloatArray = self.linear + self.rows.transpose_product(self.weighted(signs))
        return pull

    def moved(self, step: FloatArray) -> "Band":
        """The same problem seen from the point d = `step`."""
        return replace(self, residual=self.residual - self.rows.product(step)) if step.any() else self

    def perturbed(self) -> "Band":
        """The same problem with ties broken."""
        return replace(self, residual=self.residual + self.jitter)

    def take(self, places: Positions) -> "Band":
        """Only these rows; the linear term stays."""
        weights = None if self.weights is None else self.weights[places]
        return Band(self.rows.take(places), weights, self.residual[places], self.linear, self.jitter[places])

    def joined(self, others: Sequence["Band"]) -> "Band":
        """These rows and those of others behind them; the linear term stays."""
        every = (self, *others)
        return Band(
            rows=self.rows.joined([band.rows for band in others]),
            weights=None if self.weights is None else np.concatenate([band.weighted(np.ones(1)) for band in every]),
            residual=np.concatenate([band.residual for band in every]),
            linear=self.linear,
            jitter=np.concatenate([band.jitter for band in every]),
        )

    def narrowed(self, count: int) -> "Narrowed":
        """The `count` rows with the smallest distance; every other row acts through its present sign alone."""
        if count >= len(self.residual):
            return self._narrowed_to(np.arange(len(self.residual)))
        nearest = np.argpartition(self.distance, count)[:count]
        return self._narrowed_to(np.union1d(nearest, self.rows.needed(self.distance)))

    def widened(self, narrowed: "Narrowed", rows: "SignedRows") -> "Narrowed":
        """The rows join the narrowed problem."""
        return self._narrowed_to(np.sort(np.concatenate([narrowed.members, rows.rows]), kind="stable"))

    def _narrowed_to(self, members: Positions) -> "Narrowed":
        signs = np.sign(self.residual)
        signs[members] = 0.0
        return Narrowed(members, replace(self.take(members), linear=self.pull(signs)), self.size)

    def check(self, members: Positions, step: FloatArray) -> "Check":
        """Look at all rows after a `step` that was found with the `members` alone."""
        residual, signs = self.residual - self.rows.product(step), np.sign(self.residual)
        outside = np.ones(len(residual), dtype=bool)
        outside[members] = False
        wrong = np.flatnonzero(outside & (signs * residual < 0))
        objective = float(self.weighted(np.abs(residual)).sum() - self.linear @ step)
        return Check(SignedRows(wrong, signs[wrong]), objective)


@dataclass(frozen=True, eq=False)
class Narrowed:
    """A problem narrowed to some of its rows, all other signs taken as known.

    Attributes:
        members: (b,) positions of the rows.
        band: the rows; the others act through its linear term.
        objective: of the whole problem at d = 0.
    """

    members: Positions
    band: Band
    objective: float


@dataclass(frozen=True, eq=False)
class SignedRows:
    """Rows and the signs that their residuals were taken to have.

    Attributes:
        rows: (t,) positions.
        signs: (t,) ±1.
    """

    rows: Positions
    signs: FloatArray

    @staticmethod
    def joined(parts: Iterable["SignedRows"]) -> "SignedRows":
        rows, signs = zip(*((part.rows, part.signs) for part in parts), strict=True)
        return SignedRows(np.concatenate(rows), np.concatenate(signs))

    def without(self, rows: Positions) -> "SignedRows":
        """Those that are not among `rows`, which are many."""
        ordered = np.append(np.sort(rows, kind="stable"), -1)  # never found
        others = ordered[np.searchsorted(ordered[:-1], self.rows)] != self.rows
        return SignedRows(self.rows[others], self.signs[others])


@dataclass(frozen=True, eq=False)
class Check:
    """Result of checking a step against every row.

    Attributes:
        wrong: rows outside of the band whose sign was taken as known and is not, with that sign.
        objective: over all rows at the step.
    """

    wrong: SignedRows
    objective: float


def relative_distance(residual: FloatArray, leverage: FloatArray) -> FloatArray:
    """|r| / ‖v‖, infinite for a row of zeros: it never changes its sign, whatever its residual."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(leverage > 0, np.abs(residual) / leverage, np.inf)


def typical_size(residual: FloatArray) -> float:
    """About the median of |r|, from a sample: no outlier can move it. The mean when more than half are zero."""
    sizes = np.abs(residual[scattered(len(residual), _TYPICAL_SAMPLE)])
    if not len(sizes):
        return 0.0
    middle = float(np.partition(sizes, len(sizes) // 2)[len(sizes) // 2])
    return middle or float(np.abs(residual).mean())
