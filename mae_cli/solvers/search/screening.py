"""Screening: the exact optimum of many rows from a few of them (after Portnoy and Koenker, 1997).

At a point near the optimum the sign of almost every residual is already right. Only a band of rows around zero is
kept as a problem of its own; the others act through the sum of their signed rows. When the band is solved, every
sign that was taken as known is checked against the data, the rows where it was wrong join the band, and it is
solved again, until none is wrong: then the optimum of the band is the optimum of all rows.

A band of many rows is itself solved so, until there are only a few rows for each column (`minimise`). Everything here
is done for several problems at once, so that they share passes over their rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mae_cli.arrays import FloatArray, Positions
from mae_cli.solvers.prepare.band import Band, Check, Narrowed, SignedRows
from mae_cli.solvers.search.descent import Descent, descend
from mae_cli.solvers.search.exchange import Optimum, Outcome, search

# Exchanges are cheap on a few rows for each column, and the descent ends well within such a band. With one row fewer
# extreme quantiles take a third more of them.
_BAND_ROWS_PER_COLUMN = 5
_SMALLEST_BAND = 40
_NARROWING = 8
DESCENT_STEPS = 12
_EXCHANGES_PER_COLUMN = 100
# An unbounded band grows by this factor.
_WIDENING = 4
_MOST_ROUNDS = 100

Solve = Callable[[Sequence[Band], Sequence[float]], list[Optimum]]
"""The optima of some bands, each narrowed from a problem of so many rows."""


def _ignore(number: int, objective: float) -> None:
    """Nobody asks for the objective."""


class Screenable(Protocol):
    """Problems Σω|r − v·d| − c·d over many rows that can be narrowed to a part of them; each has a number."""

    @property
    def shapes(self) -> Sequence[tuple[int, int]]:
        """(rows, columns) of each."""
        ...

    def narrowed(self, numbers: Sequence[int], counts: Sequence[int]) -> list[Narrowed]:
        """The problems of about so many rows whose residual changes its sign first."""
        ...

    def widened(self, number: int, narrowed: Narrowed, rows: SignedRows) -> Narrowed:
        """One with more rows, which were taken to have these signs."""
        ...

    def proved(self, numbers: Sequence[int], bases: Sequence[Positions]) -> Sequence[float | None]:
        """The objectives of those that the vertices of these rows are proved to solve: no sign has to be checked."""
        ...

    def checked(self, numbers: Sequence[int], rounds: Sequence["Round"]) -> list[Check]:
        """Results of checking, against all rows, the steps that rounds found with their members alone."""
        ...


@dataclass(frozen=True, eq=False)
class Bands:
    """Bands as problems that can be narrowed further; see `Screenable`."""

    bands: Sequence[Band]

    @property
    def shapes(self) -> Sequence[tuple[int, int]]:
        return [band.shape for band in self.bands]

    def narrowed(self, numbers: Sequence[int], counts: Sequence[int]) -> list[Narrowed]:
        return [self.bands[number].narrowed(count) for number, count in zip(numbers, counts, strict=True)]

    def widened(self, number: int, narrowed: Narrowed, rows: SignedRows) -> Narrowed:
        return self.bands[number].widened(narrowed, rows)

    def proved(self, numbers: Sequence[int], _: Sequence[Positions]) -> Sequence[float | None]:
        """A check is cheaper than any proof."""
        return [None] * len(numbers)

    def checked(self, numbers: Sequence[int], rounds: Sequence["Round"]) -> list[Check]:
        return [
            self.bands[number].check(each.narrowed.members, each.step)
            for number, each in zip(numbers, rounds, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Round:
    """How far the screening of a problem has come.

    Attributes:
        count: about how many rows it was narrowed to.
        narrowed: the problem of these, and of rows that joined them.
        step: (k,) from the origin of the problem to where it is seen from.
        iterations: made so far.
        losses: the objective over all rows at the start and after each round.
        basis: (k,) rows of the problem at the last vertex.
        outcome: of the problem.
    """

    count: int
    narrowed: Narrowed
    step: FloatArray
    iterations: int
    losses: tuple[float, ...]
    basis: Positions
    outcome: Outcome = Outcome.LIMIT

    @staticmethod
    def first(count: int, narrowed: Narrowed) -> "Round":
        nothing = np.zeros(0, dtype=np.intp)
        return Round(count, narrowed, np.zeros(narrowed.band.shape[1]), 0, (narrowed.objective,), nothing)

    def after(self, found: Optimum) -> "Round":
        """At the optimum of the narrowed problem."""
        return replace(
            self,
            step=self.step + found.step,
            iterations=self.iterations + found.iterations,
            basis=self.narrowed.members[found.basis],
        )

    @property
    def perturbed_step(self) -> FloatArray:
        """(k,) to where the last vertex is while ties are broken; to the vertex where there is none."""
        if not len(self.basis):
            return self.step
        members, band = self.narrowed.members, self.narrowed.band
        order = np.argsort(members, kind="stable")
        places = order[np.searchsorted(members, self.basis, sorter=order)]
        return self.step + band.rows.solve(places, band.jitter)

    @property
    def optimum(self) -> Optimum:
        return Optimum(self.outcome, self.basis, self.step, self.iterations, self.losses)


def screen(
    problems: Screenable, counts: Sequence[int], solve: Solve, tell: Callable[[int, float], None] = _ignore
) -> list[Optimum]:
    """The optima of all rows of the `problems` from bands of at first about so many of them, solved by `solve`.

    `tell` is told the number of a problem and its objective at the start and after every round.
    """
    everything = range(len(counts))
    rounds = dict(enumerate(map(Round.first, counts, problems.narrowed(everything, counts))))
    for number, start in rounds.items():
        tell(number, start.narrowed.objective)
    going = list(everything)
    for _ in range(_MOST_ROUNDS):
        if not going:
            break
        bands = [rounds[number].narrowed.band.moved(rounds[number].step) for number in going]
        found = dict(zip(going, solve(bands, [problems.shapes[number][0] for number in going]), strict=True))
        unbounded = [number for number in going if found[number].outcome is Outcome.UNBOUNDED]
        bounded = [number for number in going if number not in unbounded]
        for number in going:
            rounds[number] = rounds[number].after(found[number])
        going = _widened_bands(problems, rounds, unbounded)
        going += _checked_bands(problems, rounds, bounded, tell)
    return [rounds[number].optimum for number in everything]


def _widened_bands(problems: Screenable, rounds: dict[int, Round], unbounded: Sequence[int]) -> list[int]:
    """Bands without enough rows get more; the problems that have more."""
    for number in unbounded:
        rounds[number] = replace(rounds[number], outcome=Outcome.UNBOUNDED)
    going = [number for number in unbounded if rounds[number].count < problems.shapes[number][0]]
    counts = [min(_WIDENING * max(rounds[number].count, 1), problems.shapes[number][0]) for number in going]
    for number, count, narrowed in zip(going, counts, problems.narrowed(going, counts) if going else [], strict=True):
        rounds[number] = replace(rounds[number], count=count, narrowed=narrowed, outcome=Outcome.LIMIT)
    return going


def _checked_bands(
    problems: Screenable, rounds: dict[int, Round], bounded: Sequence[int], tell: Callable[[int, float], None]
) -> list[int]:
    """Rows whose sign was wrong join their bands; the problems that have some."""
    objectives = dict(zip(bounded, problems.proved(bounded, [rounds[number].basis for number in bounded]), strict=True))
    doubtful = [number for number, objective in objectives.items() if objective is None]
    checks = problems.checked(doubtful, [rounds[number] for number in doubtful]) if doubtful else []
    wrong = {number: check.wrong for number, check in zip(doubtful, checks, strict=True) if len(check.wrong.rows)}
    objectives.update((number, check.objective) for number, check in zip(doubtful, checks, strict=True))
    for number, objective in objectives.items():
        now = rounds[number]
        if number in wrong:
            now = replace(now, narrowed=problems.widened(number, now.narrowed, wrong[number]))
        else:
            now = replace(now, outcome=Outcome.OPTIMAL)
        if objective is not None:
            tell(number, objective)
            now = replace(now, losses=(*now.losses, objective))
        rounds[number] = now
    return list(wrong)


def minimise(bands: Sequence[Band], _: Sequence[float] = ()) -> list[Optimum]:
    """The exact minimisers of Σω|r − v·d| − c·d over the rows of each band: descend, narrow, search a vertex, check."""
    return finish([descend(band, DESCENT_STEPS) for band in bands])


def finish(descents: Sequence[Descent]) -> list[Optimum]:
    """The optima from the ends of descents on, ties broken on the way."""
    ends = {number: stopped(descent) for number, descent in enumerate(descents) if descent.unbounded}
    going = [number for number in range(len(descents)) if number not in ends]
    loosened = [descents[number].band.perturbed() for number in going]
    # Where most rows are tied, no few of them make a bounded problem: all are descended on anew, at the scale of ties.
    optima = screen(Bands(loosened), [_inner(band.shape) for band in loosened], _anew)
    for number, found in zip(going, optima, strict=True):
        ends[number] = _polished(descents[number], found)
    return [ends[number] for number in range(len(descents))]


def _anew(bands: Sequence[Band], _: Sequence[float]) -> list[Optimum]:
    return solve_bands(bands, [np.inf] * len(bands))


def stopped(descent: Descent) -> Optimum:
    """The end of a descent after which no vertex is searched."""
    outcome = Outcome.UNBOUNDED if descent.unbounded else Outcome.LIMIT
    return Optimum.nowhere(outcome, descent.step, len(descent.losses) - 1, descent.losses)


def _polished(descent: Descent, found: Optimum) -> Optimum:
    """A vertex found among residuals that were moved to break ties, as that of the true ones."""
    if found.outcome is Outcome.UNBOUNDED:
        return replace(found, step=descent.step)
    step = descent.band.rows.solve(found.basis, descent.band.residual)
    return replace(
        found,
        step=descent.step + step,
        iterations=len(descent.losses) - 1 + found.iterations,
        losses=(*descent.losses, *(loss + descent.offset for loss in found.losses[1:])),
    )


def _inner(shape: tuple[int, int]) -> int:
    """How many rows the next band has."""
    rows = shape[0]
    return min(max(few_rows(shape), rows // _NARROWING), rows)


def few_rows(shape: tuple[int, int]) -> int:
    """How many rows the last band has, in which a vertex is searched."""
    return max(_BAND_ROWS_PER_COLUMN * shape[1], _SMALLEST_BAND)


def solve_bands(bands: Sequence[Band], outer: Sequence[float]) -> list[Optimum]:
    """The optima of bands in general position, each out of so many rows.

    Those of few rows are searched; of the others a smaller band is solved, by descent and by this function itself.
    """
    descents = [
        None if _is_searched(band.shape, rows) else descend(band, DESCENT_STEPS)
        for band, rows in zip(bands, outer, strict=True)
    ]
    going = [descent.band for descent in descents if descent is not None and not descent.unbounded]
    inner = iter(screen(Bands(going), [_inner(band.shape) for band in going], solve_bands))
    optima = []
    for band, descent in zip(bands, descents, strict=True):
        if descent is None:
            optima.append(search(band, _EXCHANGES_PER_COLUMN * band.shape[1]))
        else:
            optima.append(stopped(descent) if descent.unbounded else _behind(descent, next(inner)))
    return optima


def _is_searched(shape: tuple[int, int], outer: float) -> bool:
    """Whether a band is searched as it is.

    One that had to be widened to most of the rows around it is, or narrowing would not end.
    """
    rows = shape[0]
    return rows <= 2 * few_rows(shape) or 2 * rows > outer


def _behind(descent: Descent, found: Optimum) -> Optimum:
    """An optimum that was found from the end of a descent on."""
    return replace(found, step=descent.step + found.step, iterations=found.iterations + len(descent.losses) - 1)
