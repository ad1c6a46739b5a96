"""Coefficients to the last digit: iterative refinement with residuals of twice the digits.

Refinement works on the columns as read (scaled by powers of two, which is exact), not on centred ones, whose rounding
an ill-conditioned design multiplies. The factorisation, of standardised columns, only steers the corrections.
"""

from collections.abc import Callable

import numpy as np

from mae_cli.arrays import FloatArray
from mae_cli.linear import Coefficients
from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.solvers.absorbed import AbsorbedWhitening
from mae_cli.solvers.double_double import DoubleDouble, design_product
from mae_cli.solvers.key_rows import KeyRows
from mae_cli.solvers.standardise import Standardisation
from mae_cli.solvers.whitening import Whitening

AnyWhitening = Whitening | AbsorbedWhitening

_MOST_CORRECTIONS = 40
# Corrections below this share of the solution are beyond the last digit of a float.
_CONVERGED = 1e-24
_EPSILON = float(np.finfo(float).eps)


def solve_vertex(basis: Block, standard: Standardisation, whitening: AnyWhitening) -> Coefficients:
    """The plane through k independent rows, in the user's units.

    Solves X_B·w = y_B by an inverse of the standardised rows, refined until the corrections vanish.

    Raises:
        LinAlgError: the rows are dependent.
    """
    design, shift = _as_read(basis.design, standard)
    solve = _steering(standard(basis).design, whitening)
    solution = DoubleDouble.of(np.zeros(whitening.columns))
    target = residual = DoubleDouble.of(basis.target / standard.target_scale)
    previous = np.inf
    for _ in range(_MOST_CORRECTIONS):
        correction = solve(residual.high)
        size = _relative_size(correction, solution)
        if size >= previous:
            break
        if standard.intercept:
            correction[0] -= shift @ correction
        solution = solution + DoubleDouble.of(correction)
        previous = size
        if size <= _CONVERGED:
            break
        residual = target - design_product(design, solution)
    return _user_units(solution.high, standard)


def _as_read(design: Design, standard: Standardisation) -> tuple[Design, FloatArray]:
    """The columns as read, each times a power of two, with those of the standard design; and their shift (p,)."""
    numeric = design.numeric / standard.scale
    shift = np.zeros(design.shape[1])
    shift[: len(standard.scale)] = standard.shift / standard.scale
    if standard.intercept:
        numeric = np.column_stack([np.ones(len(numeric)), numeric])
        shift = np.concatenate(([0.0], shift))
    return Design(numeric, design.codes, design.level_counts), shift


def _steering(design: Design, whitening: AnyWhitening) -> Callable[[FloatArray], FloatArray]:
    """What turns residuals of the standard rows of a vertex into corrections of the standard coefficients (p,)."""
    if isinstance(whitening, AbsorbedWhitening):
        return KeyRows.of(design, whitening).solve
    inverse = np.zeros((whitening.columns, len(whitening.kept)))
    inverse[whitening.kept] = np.linalg.inv(design.dense()[:, whitening.kept])
    return lambda residual: np.asarray(inverse @ residual, dtype=np.float64)


def _relative_size(correction: FloatArray, solution: DoubleDouble) -> float:
    scale = float(np.abs(solution.high).max(initial=0.0))
    size = float(np.abs(correction).max(initial=0.0))
    return size / scale if scale > 0 else float(size > 0)


def _user_units(scaled: FloatArray, standard: Standardisation) -> Coefficients:
    # What is left of an exact zero after refinement is the rounding of twice the digits.
    largest = np.abs(scaled).max(initial=0.0)
    everything = np.where(np.abs(scaled) > _EPSILON**2 * largest, scaled, 0.0)
    first = int(standard.intercept)
    coefficients = everything[first:]
    numeric = slice(len(standard.scale))
    # One power of two at a time could overflow where both together do not.
    powers = np.frexp(standard.target_scale)[1] - np.frexp(standard.scale)[1]
    coefficients[numeric] = np.ldexp(coefficients[numeric], powers)
    coefficients[numeric.stop :] *= standard.target_scale
    return Coefficients(float(everything[0]) * standard.target_scale if first else 0.0, coefficients)
