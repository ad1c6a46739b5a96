"""Rows written out, and bases of them, of many problems in step: an inverse each, with rank-one updates."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray, Positions
from mae_cli.rows.products import product, row_lengths, transpose_product
from mae_cli.solvers.bases import Start, dropped
from mae_cli.solvers.independence import INDEPENDENCE, independent_rows

# NumPy multiplies many matrices of up to so many numbers faster in one call than one after the other.
_SMALL_MATRIX = 8_192


def nearest_independent(matrix: FloatArray, order: Positions) -> Positions | None:
    """The first k independent rows of a matrix (m, k) in this order; None if it has a lower rank."""
    size = matrix.shape[1]
    first = order[:size]
    if len(first) == size and _well_separated(matrix[first]):
        return first
    rows = independent_rows(matrix.__getitem__, size, order)
    return rows if len(rows) == size else None


def _well_separated(rows: FloatArray) -> bool:
    """Whether (k, k) rows are independent, by one QR factorisation: faster than row by row."""
    diagonal = np.abs(np.diag(np.linalg.qr(rows.T, mode="r")))
    lengths = row_lengths(rows)
    return bool((diagonal > INDEPENDENCE * lengths).all() and (lengths > 0).all())


@dataclass(frozen=True, eq=False)
class DenseRows:
    """Rows written out.

    Attributes:
        matrix: (m, k).
        leverage: (m,).
    """

    matrix: FloatArray
    leverage: FloatArray

    @staticmethod
    def of(matrix: FloatArray) -> "DenseRows":
        """The rows of a matrix."""
        return DenseRows(matrix, row_lengths(matrix))

    @property
    def shape(self) -> tuple[int, int]:
        """(m, k)."""
        return self.matrix.shape[0], self.matrix.shape[1]

    def product(self, step: FloatArray) -> FloatArray:
        """v·step, (m,)."""
        return product(self.matrix, step)

    def transpose_product(self, vector: FloatArray) -> FloatArray:
        """Σ vector·v, (k,)."""
        return transpose_product(self.matrix, vector)

    def take(self, places: Positions) -> "DenseRows":
        """The rows at these places."""
        return DenseRows(self.matrix[places], self.leverage[places])

    def joined(self, others: Sequence["DenseRows"]) -> "DenseRows":
        """These rows and others behind them."""
        every = (self, *others)
        return DenseRows(
            np.concatenate([rows.matrix for rows in every]), np.concatenate([rows.leverage for rows in every])
        )

    @property
    def kind(self) -> Hashable:
        """Problems of as many columns."""
        return self.shape[1]

    def needed(self, _: FloatArray) -> Positions:
        """None in particular."""
        return np.zeros(0, dtype=np.intp)

    def nearest_basis(self, order: Positions) -> Positions | None:
        """The first k independent rows in this order; None when there are fewer."""
        return nearest_independent(self.matrix, order)

    def solve(self, basis: Positions, values: FloatArray) -> FloatArray:
        """The step (k,) after which independent rows have these of the values (m,)."""
        return np.asarray(np.linalg.solve(self.matrix[basis], values[basis]), dtype=np.float64)

    def bases(self, every: Sequence["DenseRows"], starts: Sequence[Start]) -> "DenseBases":
        """Those of several problems."""
        scaled = [_scaled(rows, start) for rows, start in zip(every, starts, strict=True)]
        matrices, targets, leverages = zip(*scaled, strict=True)
        length = max(map(len, targets))
        return DenseBases(
            matrix=_stack(matrices, length),
            target=_stack(targets, length),
            shortness=_stack([_inverted(leverage) for leverage in leverages], length),
            linear=np.stack([start.linear for start in starts]),
            places=np.stack([start.basis for start in starts]),
        )


def _scaled(rows: DenseRows, start: Start) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows, residuals and leverages, multiplied by the weights."""
    if start.weights is None:
        return rows.matrix, start.residual, rows.leverage
    return rows.matrix * start.weights[:, np.newaxis], start.residual * start.weights, rows.leverage * start.weights


@dataclass(eq=False)
class DenseBases:
    """The state of a searches: their bases, edges V_B⁻ᵀ, and pulls u = c + Σ sgn(rᵢ)vᵢ.

    The tableau V·V_B⁻¹ is never written out: an exchange needs one column and one row of it.

    Attributes:
        matrix: (a, m, k) rows scaled by their weights, and rows of zeros behind them.
        target: (a, m) residuals at d = 0, scaled likewise.
        shortness: (a, m) one over the lengths of the rows, 0 for rows of zeros.
        linear: (a, k).
        places: (a, k) the rows of each basis.
    """

    matrix: FloatArray
    target: FloatArray
    shortness: FloatArray
    linear: FloatArray
    places: Positions

    def __post_init__(self) -> None:
        count, _, columns = self.matrix.shape
        self._edges = np.zeros((count, columns, columns))
        self._update = np.empty(self._edges.shape)  # new memory for each would cost more than the numbers
        self._pull = self.linear.copy()
        self._signs = np.zeros(self.target.shape)

    def refresh(self, which: Positions) -> tuple[FloatArray, BoolArray]:
        """Compute everything of some from their rows alone: their residuals (…, m), and which are dependent."""
        rows = which[:, np.newaxis]
        basis = self.matrix[rows, self.places[which]]
        inverse, is_dependent = _inverses(basis)
        self._edges[which] = np.ascontiguousarray(inverse.swapaxes(1, 2))
        steps = np.matmul(self.target[rows, self.places[which]][:, np.newaxis, :], self._edges[which])[:, 0]
        residual = self.target[which] - _products(self.matrix[which], steps)
        residual[np.arange(len(which))[:, np.newaxis], self.places[which]] = 0.0
        signs = np.sign(residual)
        self._signs[which] = signs
        for each, sign in zip(which.tolist(), signs, strict=True):
            self._pull[each] = self.linear[each] + transpose_product(self.matrix[each], sign)
        return residual, is_dependent

    def multipliers(self, signs: FloatArray) -> FloatArray:
        """λ, (a, k)."""
        problems, rows = (signs != self._signs).nonzero()
        if len(problems):
            changes = signs[problems, rows] - self._signs[problems, rows]
            turned = changes[:, np.newaxis] * self.matrix[problems, rows]
            starts = np.concatenate([[0], np.flatnonzero(problems[1:] != problems[:-1]) + 1])
            self._pull[problems[starts]] += np.add.reduceat(turned, starts, axis=0)
            self._signs = signs
        return -_products(self._edges, self._pull)

    def rates(self, leaving: Positions) -> tuple[FloatArray, Positions]:
        """How fast predictions grow along the edges that free a row each, (a, m); and which rows these are."""
        each = np.arange(len(leaving))
        return _products(self.matrix, self._edges[each, leaving]), self.places[each, leaving]

    def replace(self, leaving: Positions, entering: Positions) -> None:
        """Rows give their places to others: a rank-one update of the edges."""
        each = np.arange(len(leaving))
        self.places[each, leaving] = entering
        shares = _products(self._edges, self.matrix[each, entering])
        edges = self._edges[each, leaving] / shares[each, leaving][:, np.newaxis]
        shares[each, leaving] -= 1.0
        update = np.multiply(shares[:, :, np.newaxis], edges[:, np.newaxis, :], out=self._update)
        self._edges -= update

    def step(self, which: int) -> FloatArray:
        """The vertex of one as a step from d = 0: V_B⁻¹·r_B."""
        basis = self.places[which]
        return np.asarray(np.linalg.solve(self.matrix[which][basis], self.target[which][basis]), np.float64)

    def drop(self, place: int) -> None:
        """One leaves; the last one takes its place."""
        for name in ("matrix", "target", "shortness", "linear", "places", "_edges", "_update", "_pull", "_signs"):
            setattr(self, name, dropped(getattr(self, name), place))


def _stack(arrays: Sequence[FloatArray], length: int) -> FloatArray:
    """Arrays one beside the other, with zeros behind those that are shorter; a single one is not copied."""
    if len(arrays) == 1:
        return arrays[0][np.newaxis]
    stack = np.zeros((len(arrays), length, *arrays[0].shape[1:]))
    for place, array in enumerate(arrays):
        stack[place, : len(array)] = array
    return stack


def _products(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """M·v of each, (a, m), for matrices (a, m, k) and vectors (a, k)."""
    if len(matrices) == 1:
        return product(matrices[0], vectors[0])[np.newaxis]
    if matrices[0].size <= _SMALL_MATRIX:
        return np.asarray(np.matmul(matrices, vectors[:, :, np.newaxis])[:, :, 0])
    return np.stack([product(matrix, vector) for matrix, vector in zip(matrices, vectors, strict=True)])


def _inverted(lengths: FloatArray) -> FloatArray:
    return np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)


def _inverses(matrices: FloatArray) -> tuple[FloatArray, BoolArray]:
    """The inverses of matrices (a, k, k), and which of these are singular."""
    try:
        return np.asarray(np.linalg.inv(matrices), dtype=np.float64), np.zeros(len(matrices), dtype=bool)
    except np.linalg.LinAlgError:
        is_singular = np.array([not _is_regular(matrix) for matrix in matrices])
        inverses = np.zeros_like(matrices)
        inverses[~is_singular] = np.linalg.inv(matrices[~is_singular])
        return inverses, is_singular


def _is_regular(matrix: FloatArray) -> bool:
    try:
        np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
