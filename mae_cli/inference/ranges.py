"""How far coefficients can go at the same loss, where the optimum of an MAE or quantile fit is not unique.

All optimal coefficients form a polytope, whose vertices are optimal vertices of the fit. From one to the next leads an
edge along which the loss does not rise: that of a basis row whose multiplier is at a side of its box. All of them are
visited, each proved to be optimal, and every coefficient is the least and the largest at one of them.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.proof.exact_exchange import exchanged, prove_basis
from mae_cli.solvers.proof.vertex_proof import VertexProof
from mae_cli.solvers.solve import Fit

_MOST_VERTICES = 200
# Multipliers this near to a side of their box are at it.
_AT_A_SIDE = 1e-12
_NOBODY: Positions = np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Ranges:
    """Of the coefficients over all optimal fits.

    Attributes:
        low, high: (1 + p,) the ends, those of the intercept first.
        is_complete: whether all vertices were visited; if not, coefficients can go further.
    """

    low: FloatArray
    high: FloatArray
    is_complete: bool


def ranges_of(fit: Fit) -> Ranges | None:
    """The ranges of a fit whose optimum is proved not to be unique; None for any other."""
    is_free = fit.solution.certificate.unique is False and fit.proof is not None and fit.proof.worst is None
    return optimal_ranges(fit.proof) if is_free and fit.proof is not None else None


def optimal_ranges(proof: VertexProof) -> Ranges:
    """The ranges from one optimal vertex on."""
    waiting, seen = deque([proof]), {_key(proof.vertex.basis.positions)}
    low = high = _values(proof.vertex.point)
    is_complete = True
    while waiting:
        here = waiting.popleft()
        low, high = np.minimum(low, _values(here.vertex.point)), np.maximum(high, _values(here.vertex.point))
        for place in np.flatnonzero(here.outside + here.doubts >= -_AT_A_SIDE).tolist():
            following = exchanged(here, place, _NOBODY)
            if following is None or _key(following) in seen:
                is_complete &= following is not None
                continue
            if len(seen) == _MOST_VERTICES:
                return Ranges(low, high, is_complete=False)
            seen.add(_key(following))
            there = prove_basis(proof.vertex.problem, following)
            if there is not None and there.worst is None:
                waiting.append(there)
    return Ranges(low, high, is_complete)


def _key(basis: Positions) -> tuple[int, ...]:
    return tuple(np.sort(basis).tolist())


def _values(point: Coefficients) -> FloatArray:
    return np.concatenate([[point.intercept], point.values])
