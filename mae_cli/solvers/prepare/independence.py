"""Which vectors are independent of those before them: rows for a basis, columns for the rank."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions

# A row counts as independent of the chosen ones when this share of its length is left.
INDEPENDENCE = 1e-5
# So many candidates at a time are freed of what the rows chosen before them span.
_CANDIDATES = 256
# A column this many times its allowance away from the others is independent, whatever the rounding of a factorisation.
CLEARLY = 100.0
# A column that keeps this share of a distance at which it was found independent still is.
_STILL_FAR = 0.1


def row_lengths(matrix: FloatArray) -> FloatArray:
    """The length of every row, (n,), of a matrix (n, p)."""
    lengths: FloatArray = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    return lengths


class Span:
    """What vectors of one size span: an orthonormal basis that grows vector by vector.

    Attributes:
        rank: how many vectors the basis has.
    """

    def __init__(self, size: int) -> None:
        self.rank = 0
        self._basis = np.zeros((size, size))

    @property
    def is_full(self) -> bool:
        return self.rank == len(self._basis)

    def split(self, vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The part of vectors (…, size) outside of the span, (…, size), and the coordinates of the rest, (…, rank).

        Gram-Schmidt with reorthogonalisation: twice is enough (Parlett, 1998, §6.9).
        """
        basis = self._basis[: self.rank]
        coordinates = vectors @ basis.T
        rest = vectors - coordinates @ basis
        correction = rest @ basis.T
        return rest - correction @ basis, coordinates + correction

    def add(self, unit: FloatArray) -> None:
        """A unit vector (size,) outside of the span joins the basis."""
        self._basis[self.rank] = unit
        self.rank += 1


def independent_rows(rows: Callable[[Positions], FloatArray], size: int, order: Positions) -> Positions:
    """The first independent rows in this order, at most `size`, which is their length; `rows` gives some of them."""
    span = Span(size)
    chosen: list[int] = []
    for start in range(0, len(order), _CANDIDATES):
        candidates = order[start : start + _CANDIDATES]
        chosen.extend(candidates[_extending(span, rows(candidates))].tolist())
        if span.is_full:
            break
    return np.array(chosen, dtype=np.intp)


def _extending(span: Span, vectors: FloatArray) -> list[int]:
    """Add the vectors that are independent of the ones before them; their places."""
    enough = INDEPENDENCE * row_lengths(vectors)
    rest, added, start = span.split(vectors)[0], [], 0
    while not span.is_full:
        independent = (row_lengths(rest[start:]) > enough[start:]).nonzero()[0]
        if not len(independent):
            break
        place = start + int(independent[0])
        start = place + 1
        left = span.split(rest[place])[0]  # what rounding has brought back is taken out
        remaining = float(np.linalg.norm(left))
        if remaining > enough[place]:
            unit = left / remaining
            span.add(unit)
            added.append(place)
            rest[start:] -= np.multiply.outer(rest[start:] @ unit, unit)
    return added


@dataclass(frozen=True, eq=False)
class Doubt:
    """A column so close to the span of the ones kept before it that rounding may be all that is between them.

    Attributes:
        column: its place.
        along: (rank,) its coordinates in the basis that the kept columns before it make.
        shares: (rank,) about its coefficients on these columns, all in units of their lengths.
        distance: from their span.
        allowance: the distance up to which it depends on them.
    """

    column: int
    along: FloatArray
    shares: FloatArray
    distance: float
    allowance: float


@dataclass(frozen=True, eq=False)
class Walk:
    """The columns of a factor, judged one after the other.

    Attributes:
        kept: (k,) the independent ones.
        triangle: (k, k) upper triangular: kept columns in units of their lengths = an orthonormal basis · triangle.
        lengths: (p,) of the columns.
        doubts: columns that are left out for now.
    """

    kept: Positions
    triangle: FloatArray
    lengths: FloatArray
    doubts: tuple[Doubt, ...]


def walk(factor: FloatArray, lengths: FloatArray, noise: FloatArray, independent: Mapping[int, float]) -> Walk:
    """Judge the columns of a factor (k, p) in their order.

    Columns known to be `independent` at some distance from the kept ones are kept, unless others that have been kept
    since leave next to nothing of that distance.

    Column j, in units of its length, depends on the kept ones before it when its distance from their span is at most
    noiseⱼ + Σ|βₖ|·noiseₖ, where β are its coefficients on them. Up to `CLEARLY` times that it is in doubt. Columns
    of length 0, and all once the span is full, are left out without a doubt.
    """
    span = Span(len(factor))
    triangle = np.zeros((len(factor), len(factor)))
    inverse = np.zeros_like(triangle)  # of the triangle; near enough for what rounding allows
    kept: list[int] = []
    doubts: list[Doubt] = []
    for column in np.flatnonzero(lengths).tolist():
        if span.is_full:
            break
        rest, along = span.split(factor[:, column] / lengths[column])
        rank, distance = span.rank, float(np.linalg.norm(rest))
        shares = inverse[:rank, :rank] @ along
        allowance = float(noise[column] + np.abs(shares) @ noise[kept])
        if distance > CLEARLY * allowance or distance > _STILL_FAR * independent.get(column, np.inf):
            span.add(rest / distance)
            triangle[:rank, rank], triangle[rank, rank] = along, distance
            inverse[:rank, rank], inverse[rank, rank] = -shares / distance, 1 / distance
            kept.append(column)
        else:
            doubts.append(Doubt(column, along, shares, distance, allowance))
    rank = span.rank
    return Walk(np.array(kept, dtype=np.intp), triangle[:rank, :rank], lengths, tuple(doubts))
