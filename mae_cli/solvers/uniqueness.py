"""Whether a vertex is the only optimum of an MAE or pinball fit.

If every multiplier of the basis is strictly inside [−1, 1], the loss rises along every direction, and the optimum is
unique even when more rows touch zero. A multiplier of ±1 marks an edge along which the basis rows do not resist;
it is flat unless another row with a residual of zero does. A flat edge holds further optima.
"""

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.dual import BOX_ROUNDING, VertexFit
from mae_cli.solvers.key_rows import KeyRows
from mae_cli.solvers.problem import Problem, magnitude

_ROUNDING = 16 * float(np.finfo(float).eps)
# Rates of change along an edge, of rows of length about √k, round like this.
_RATE_ROUNDING = 1e-9
_EXACTLY_ONE = 1e-12


def is_unique(problem: Problem, vertex: VertexFit, multipliers: FloatArray) -> bool | None:
    """True, False, or None when only combinations of edges could still be flat; `multipliers` are λ_B, (k,)."""
    loose = np.flatnonzero(np.abs(multipliers) >= 1 - BOX_ROUNDING)
    if not len(loose):
        return True
    zero, signs = _other_zeros(problem, vertex)
    rates = _edge_rates(problem, vertex.basis, loose, zero) * -np.sign(multipliers[loose])
    # A zero residual that moves along r = −t·u stays on the side of its sign when −s·u ≥ 0, and costs nothing.
    resistance = signs[:, np.newaxis] * rates
    flat = (resistance <= _RATE_ROUNDING).all(axis=0)
    if not flat.any():
        return True if len(loose) == 1 else None
    # An edge that rises by less than rounding could be flat; only one whose multiplier is ±1 is called so.
    return False if (np.abs(multipliers[loose[flat]]) >= 1 - _EXACTLY_ONE).any() else None


def _other_zeros(problem: Problem, vertex: VertexFit) -> tuple[Positions, FloatArray]:
    """The rows outside of the basis whose residual is zero to rounding, and their signs."""
    block = problem.rows.take(vertex.touching.rows)
    zero = np.abs(vertex.point.residual(block)) <= _ROUNDING * magnitude(block, vertex.point)
    return vertex.touching.rows[zero], vertex.touching.signs[zero]


def _edge_rates(problem: Problem, basis: Positions, edges: Positions, rows: Positions) -> FloatArray:
    """How fast the predictions of the rows change along the edges that free some rows of the basis, (m, e)."""
    designs = [problem.standard(problem.rows.take(each)).design for each in (basis, rows)]
    if isinstance(problem.whitening, AbsorbedWhitening):
        return KeyRows.of(designs[0], problem.whitening).edge_rates(edges, designs[1])
    vertex, others = (problem.whitening.rows(design.dense()) for design in designs)
    rates: FloatArray = others @ np.linalg.inv(vertex)[:, edges]
    return rates
