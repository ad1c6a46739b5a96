"""Whether a vertex is the only optimum of an MAE or pinball fit.

If every multiplier of the basis is strictly inside its box, the loss rises along every direction, and the optimum is
unique even when more rows are tied. A multiplier at a side of the box marks an edge along which the basis rows do not
resist; it is flat unless a tied row that it moves to its other side does. A flat edge holds further optima.
"""

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.prepare.precision import DoubleDouble
from mae_cli.solvers.prepare.whitening import is_weighted
from mae_cli.solvers.proof.vertex_proof import VertexProof

# Multipliers this near to a side of their box are at it where a quantile such as 0.1 is what was typed, not its float.
_AT_A_SIDE = 1e-12
# What is that near in twice the digits is there.
_NOTHING = 1e-20
# Rates of change in twice the digits below this share of what they are the sum of are zero.
_STILL = 2.0**-80


def is_unique(proof: VertexProof) -> bool | None:
    """True, False, or None when combinations of edges or the rounding of the quantile leave it open."""
    rows = proof.vertex.problem.rows
    if len(proof.sums.tied.rows) + len(proof.multipliers) == rows.shape[0]:
        return True  # the vertex passes through all rows: other coefficients of independent columns miss some of them
    if proof.worst is not None:
        # Of a perfect fit that is not looked at any closer, other coefficients miss a row by more than rounding.
        return True if proof.is_perfect_enough and not is_weighted(rows) else None
    loose = np.flatnonzero(proof.outside + proof.doubts >= -_AT_A_SIDE)
    if not len(loose):
        return True
    if not proof.are_ties_exact:
        return None
    flat = np.array([_is_flat(proof, int(place)) for place in loose])
    if not flat.any():
        return True if len(loose) == 1 else None
    at_a_side = np.abs(proof.outside[loose]) <= np.minimum(proof.doubts[loose], _NOTHING)
    return False if (flat & at_a_side).any() else None


def _is_flat(proof: VertexProof, place: int) -> bool:
    """Whether no tied row moves to its other side when the basis row at this place goes to the side of its μ."""
    tied = proof.sums.tied
    rates = _rates(proof, place, tied.rows)
    return not (tied.sides * rates > 0).any()


def _rates(proof: VertexProof, place: int, rows: Positions) -> FloatArray:
    """How fast residuals of the rows fall along the edge that frees a row of the basis, (t,); 0 below rounding."""
    basis, problem = proof.vertex.basis, proof.vertex.problem
    freed = np.zeros(len(basis.positions))
    freed[place] = -1.0 if proof.multipliers[place] > 0 else 1.0
    direction, off = basis.solve(DoubleDouble.of(freed))
    others = problem.rows.take(rows)
    rates = basis.columns.product(others.design, direction).high
    sizes = problem.standard.product_numbers(problem.standard.shifted(others), direction.high)
    reach = problem.standard.product_numbers(problem.standard.shifted(others), np.ones(len(direction.high)))
    return np.where(np.abs(rates) > _STILL * sizes + 4 * off * reach, rates, 0.0)
