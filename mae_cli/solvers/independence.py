"""Which vectors are independent of those before them: rows for a basis, columns for the rank."""

from collections.abc import Callable

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.products import row_lengths

# A row counts as independent of the chosen ones when this share of its length is left.
INDEPENDENCE = 1e-5
# So many candidates at a time are freed of what the rows chosen before them span.
_CANDIDATES = 256


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
        """Whether nothing can be added."""
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
    rest, _ = span.split(vectors)
    added: list[int] = []
    for place in np.flatnonzero(row_lengths(rest) > enough).tolist():
        left, _ = span.split(rest[place])
        remaining = float(np.linalg.norm(left))
        if remaining > enough[place] and not span.is_full:
            span.add(left / remaining)
            added.append(place)
    return added


def independent_columns(factor: FloatArray, lengths: FloatArray, noise: FloatArray) -> Positions:
    """Indices of the columns of a factor (k, p), k ≤ p, that are independent of those before them.

    Columns are taken in units of their `lengths`; column j is dependent when its distance from the span of the kept
    ones is at most noiseⱼ + Σ|βₖ| noiseₖ, where β are its coefficients on the kept columns and the noise of a column
    is p times its rounding.
    """
    span = Span(len(factor))
    inverse = np.zeros((len(factor), len(factor)))  # unit columns · inverse = basis
    kept: list[int] = []
    for column in np.flatnonzero(lengths).tolist():
        if span.is_full:
            break
        rest, along = span.split(factor[:, column] / lengths[column])
        rank, distance = span.rank, float(np.linalg.norm(rest))
        shares = inverse[:rank, :rank] @ along
        if distance > noise[column] + float(np.abs(shares) @ noise[kept]):
            span.add(rest / distance)
            inverse[:rank, rank], inverse[rank, rank] = -shares / distance, 1 / distance
            kept.append(column)
    return np.array(kept, dtype=np.intp)
