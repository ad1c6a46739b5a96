"""Screening: the exact optimum of many rows from a few of them (after Portnoy and Koenker, 1997).

At a point near the optimum the sign of almost every residual is already right. Only a band of rows around zero is
kept as a problem of its own; the others act through the sum of their signed rows. When the band is solved, every
sign that was taken as known is checked against the data, the rows where it was wrong join the band, and it is
solved again, until none is wrong: then the optimum of the band is the optimum of all rows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, Self, TypeVar

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.band import Band, Check, Narrowed, SignedRows
from mae_cli.solvers.descent import Descent, descend
from mae_cli.solvers.vertex import Outcome, search

# Exchanges are cheap on a few rows for each column, and the descent ends well within such a band.
_BAND_ROWS_PER_COLUMN = 4
_SMALLEST_BAND = 40
_NARROWING = 8
DESCENT_STEPS = 12
EXCHANGES_PER_COLUMN = 16
# An unbounded band grows by this factor.
_WIDENING = 4
_MOST_ROUNDS = 100


def _ignore(objective: float) -> None:
    """Nobody asks for the objective."""


class Part(Protocol):
    """A problem of few rows, whatever it keeps them in."""

    def moved(self, step: FloatArray) -> Self:
        """The same problem seen from the point d = `step`."""
        ...


P = TypeVar("P", bound=Part)


class Screenable(Protocol[P]):
    """A problem Σ|rᵢ − vᵢ·d| − c·d over many rows that can be narrowed to a part of them."""

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        ...

    def narrowed(self, count: int) -> Narrowed[P]:
        """The problem of about `count` rows whose residual changes its sign first."""
        ...

    def widened(self, narrowed: Narrowed[P], rows: SignedRows) -> Narrowed[P]:
        """The same with more rows, which were taken to have these signs."""
        ...

    def check(self, members: Positions, step: FloatArray) -> Check:
        """What all rows say to a step found with the `members` alone."""
        ...


@dataclass(frozen=True, eq=False)
class Optimum:
    """An optimal vertex of a problem, or the point where its search ended.

    Attributes:
        outcome: `Outcome.OPTIMAL` when the vertex is optimal for every row of the problem.
        basis: (k,) rows of the problem with residual zero.
        step: (k,) from the origin of the problem to the vertex.
        iterations: descent steps and exchanges.
        losses: the objective over all rows of the problem at the start and after each step or round.
    """

    outcome: Outcome
    basis: Positions
    step: FloatArray
    iterations: int
    losses: tuple[float, ...]


def minimise(band: Band) -> Optimum:
    """The exact minimiser of Σ|r − v·d| − c·d over the rows of `band`: descend, narrow, search a vertex, check."""
    return finish(descend(band, DESCENT_STEPS))


def finish(descent: Descent) -> Optimum:
    """The optimum from the end of a descent on."""
    band = descent.band
    if descent.unbounded:
        return stopped(descent)
    loosened = band.perturbed()
    # Where most rows are tied, no few of them make a bounded problem: all are descended on anew, at the scale of ties.
    found = screen(loosened, _inner(band.shape), partial(_solve, outer=math.inf))
    if found.outcome is Outcome.UNBOUNDED:
        return replace(found, step=descent.step)
    step = np.linalg.solve(band.matrix[found.basis], band.residual[found.basis]).astype(np.float64, copy=False)
    losses = (*descent.losses, *(loss + descent.offset for loss in found.losses[1:]))
    return Optimum(
        outcome=found.outcome,
        basis=found.basis,
        step=descent.step + step,
        iterations=len(descent.losses) - 1 + found.iterations,
        losses=losses,
    )


def screen(
    problem: Screenable[P], count: int, solve: Callable[[P], Optimum], tell: Callable[[float], None] = _ignore
) -> Optimum:
    """The optimum of all rows of `problem` from bands of at first about `count` of them, each solved by `solve`.

    `tell` is told the objective over all rows after every round.
    """
    rows, columns = problem.shape
    narrowed = problem.narrowed(count)
    step, losses, iterations = np.zeros(columns), [narrowed.objective], 0
    check = None
    for _ in range(_MOST_ROUNDS):
        found = solve(narrowed.band.moved(step))
        iterations += found.iterations
        if found.outcome is Outcome.UNBOUNDED:
            if count >= rows:
                return replace(found, step=step + found.step)
            count = min(_WIDENING * max(count, 1), rows)
            narrowed = problem.narrowed(count)
            continue
        step = step + found.step
        check = problem.check(narrowed.members, step)
        losses.append(check.objective)
        tell(check.objective)
        if not len(check.wrong.rows):
            break
        narrowed = problem.widened(narrowed, check.wrong)
    outcome = found.outcome if check is not None and not len(check.wrong.rows) else Outcome.LIMIT
    return Optimum(outcome, narrowed.members[found.basis], step, iterations, tuple(losses))


def _inner(shape: tuple[int, int]) -> int:
    """How many rows the next band has."""
    rows, columns = shape
    return min(max(_BAND_ROWS_PER_COLUMN * columns, _SMALLEST_BAND, rows // _NARROWING), rows)


def stopped(descent: Descent) -> Optimum:
    """The end of a descent after which no vertex is searched."""
    nowhere = np.zeros(0, dtype=np.intp)
    outcome = Outcome.UNBOUNDED if descent.unbounded else Outcome.LIMIT
    return Optimum(outcome, nowhere, descent.step, len(descent.losses) - 1, descent.losses)


def _solve(band: Band, outer: float) -> Optimum:
    """The optimum of a band out of `outer` rows: by descent and a band of this one where that is worth it."""
    rows, columns = band.shape
    # A band that had to be widened to most of the rows around it is searched as it is, or narrowing would not end.
    if rows <= 2 * max(_BAND_ROWS_PER_COLUMN * columns, _SMALLEST_BAND) or 2 * rows > outer:
        vertex = search(band, EXCHANGES_PER_COLUMN * columns)
        return Optimum(vertex.outcome, vertex.basis, vertex.step, vertex.exchanges, ())
    descent = descend(band, DESCENT_STEPS)
    if descent.unbounded:
        return stopped(descent)
    found = screen(descent.band, _inner(band.shape), partial(_solve, outer=rows))
    return replace(found, step=descent.step + found.step, iterations=found.iterations + len(descent.losses) - 1)
