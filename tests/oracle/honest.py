"""A claim that is true, made from the exact optimum: what a solver without a fault would say."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.claims import CONSTANT, Claim, Term
from oracle.exact import Pinball, Squares, least_absolute, least_squares, loss_of, rounded
from oracle.truth import table_of

if TYPE_CHECKING:
    from oracle.awkward import Problem


def honest_claim(problem: Problem) -> Claim | None:
    """The optimal coefficients rounded to floats, with their exact loss, a bound and a gap rounded outwards.

    The last of each text's levels is its baseline. None when a coefficient is beyond the largest float.
    """
    terms = _terms(problem)
    used = [term for term in terms if term not in problem.given and (term != CONSTANT or problem.intercept)]
    table = table_of(problem, used)
    part = table.take(table.independent)
    kept = [used[j] for j in table.independent]
    if problem.loss == "mse":
        loss, solved, unique = Squares(), least_squares(part), True
        optimum = solved.loss
    else:
        loss = Pinball(Fraction(problem.quantile))
        solved = least_absolute(part, loss)
        optimum, unique = solved.optimum, solved.changes is None
    values = rounded(solved.coefficients)
    if values is None:
        return None
    written = loss_of(part, loss, values)
    return Claim(
        dict.fromkeys(terms, 0.0) | problem.given | dict(zip(kept, values, strict=True)),
        frozenset(used) - frozenset(kept),
        "optimal",
        float(written),
        _down(optimum),
        None if written == 0 else -_down((optimum - written) / written),
        unique,
    )


def _terms(problem: Problem) -> list[Term]:
    terms: list[Term] = [CONSTANT]
    for name, cells in problem.columns.items():
        levels = sorted(set(cells))[:-1] if isinstance(cells, list) else [None]
        terms += [(name, level) for level in levels]
    return terms


def _down(value: Fraction) -> float:
    """The largest float that is not above a number."""
    nearest = float(value)
    return nearest if Fraction(nearest) <= value else math.nextafter(nearest, -math.inf)
