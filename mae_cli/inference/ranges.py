"""How far coefficients can go at the same loss, where the optimum of an MAE or quantile fit is not unique.

Each end of each coefficient is a linear program over the optimal face. An end that was found counts as proved where
prices show that the coefficient cannot go further; of any other it is known only that the coefficient can go there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import BoolArray, FloatArray
from mae_cli.inference.optimal_face import OptimalFace, optimal_face
from mae_cli.inference.simplex import farthest
from mae_cli.inference.values import OptimalRange
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.proof.vertex_proof import VertexProof
from mae_cli.solvers.solve import Fit

# How many numbers the programs may change in all: a second or two.
_MOST_WORK = 400_000_000


@dataclass(frozen=True, eq=False)
class Ranges:
    """Of the coefficients over all optimal fits.

    Attributes:
        low, high: (1 + p,) values that they can have, those of the intercept first.
        are_proved: (1 + p,) whether they can be neither less nor more.
    """

    low: FloatArray
    high: FloatArray
    are_proved: BoolArray

    def __getitem__(self, place: int) -> OptimalRange:
        return OptimalRange(float(self.low[place]), float(self.high[place]), bool(self.are_proved[place]))


def ranges_of(fit: Fit) -> Ranges | None:
    """The ranges of a fit whose optimum is proved not to be unique; None for any other."""
    is_free = fit.solution.certificate.unique is False and fit.proof is not None and fit.proof.worst is None
    return optimal_ranges(fit.proof) if is_free and fit.proof is not None else None


def optimal_ranges(proof: VertexProof) -> Ranges:
    """The ranges from one optimal vertex on.

    Raises:
        DataError: a coefficient is larger than floating point can hold.
    """
    face = optimal_face(proof)
    moving = face.rates.any(axis=1)
    low = high = start = _values(proof.vertex.point)
    are_proved = np.full(len(start), face.is_whole)
    for place, lengths, is_proved in _ends(face):
        there = np.where(moving, _values(face.at(lengths)), start)
        low, high = np.minimum(low, there), np.maximum(high, there)
        are_proved[place] &= is_proved
    return Ranges(low, high, are_proved)


def _ends(face: OptimalFace) -> Iterator[tuple[int, FloatArray, bool]]:
    """Which coefficient, the lengths at one of its ends, and whether that is proved to be its end."""
    left, rates = _MOST_WORK, face.rates
    for place in np.flatnonzero(rates.any(axis=1)).tolist():
        for side in (-1.0, 1.0):
            if left <= 0:
                yield place, np.zeros(len(face.edges)), False
                continue
            found = farthest(face.limits, side * rates[place], left)
            left -= found.work
            yield place, found.lengths, found.is_proved


def _values(point: Coefficients) -> FloatArray:
    return np.concatenate([[point.intercept], point.values])
