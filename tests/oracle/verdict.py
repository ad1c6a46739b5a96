"""What is false about a fit, measured against the exact optimum over the columns that it kept."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import mae_cli
from mae_cli.errors import DataError
from oracle.claims import CONSTANT, Claim, Term, all_terms, design, missing_terms
from oracle.exact import Pinball, Squares, Table, least_squares, loss_of
from oracle.truth import Truth, Truths

if TYPE_CHECKING:
    from oracle.awkward import Problem

# Half the distance from 1 to the next float: no rounding to nearest changes a number by a larger share.
UNIT = Fraction(1, 2**53)
CLEARLY = Fraction(1, 10**9)
SAME_LOSS = Fraction(1, 10**12)
AS_WRITTEN = Fraction(5, 10**15)
FAR_BEYOND = 16


class Kind(StrEnum):
    """What can be false about a fit."""

    OPTIMAL = "not optimal, though said to be"
    PERFECT = "not perfect, though said to be"
    BOUND = "lower bound above the optimum"
    GAP = "gap understated"
    LOSS = "loss misstated"
    SAID_UNIQUE = "said to be unique, and is not"
    SAID_NOT_UNIQUE = "said not to be unique, and is"
    DEPENDENT = "dependent columns kept"
    LEFT_OUT = "independent column left out"
    TERMS = "terms not spoken of"
    GIVEN = "a given coefficient changed"
    NUMBER = "a number out of its range"
    EXCEPTION = "exception"


@dataclass(frozen=True)
class Fault:
    """One of them, with the figures that show it."""

    kind: Kind
    figures: dict[str, float] = field(default_factory=dict)
    words: str = ""

    def __str__(self) -> str:
        figures = ", ".join(f"{name} {value:.6g}" for name, value in self.figures.items())
        return ": ".join(filter(None, (self.kind.value, figures, self.words)))


@dataclass(frozen=True)
class Verdict:
    """What a solver made of a problem.

    Attributes:
        claim: None after an exception.
        warnings: what Python's warnings said meanwhile.
        member: of a family: which problem it is.
        how: likewise: how it was solved.
    """

    solver: str
    claim: Claim | None
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...] = ()
    member: str = ""
    how: str = ""

    @property
    def gave_up(self) -> bool:
        """Whether the exact solver says that it found no proof: honest, and to be rare."""
        return self.solver != "textbook" and self.claim is not None and self.claim.status == "limit"


def verdicts(problem: Problem, epochs: int = 25) -> tuple[Verdict, ...]:
    """Of the exact solver and of the textbook's."""
    truths = Truths(problem)
    return tuple(
        verdict(truths, name, solver)
        for name, solver in (("auto", "auto"), ("textbook", mae_cli.Textbook(epochs=epochs)))
    )


def verdict(truths: Truths, name: str, solver: str | mae_cli.Textbook) -> Verdict:
    """Fit a problem, and judge what the fit says."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            claim = Claim.of_fit(fitted(truths.problem, solver))
        except DataError as error:
            refused = Fault(Kind.EXCEPTION, words=f"DataError: {error}")
            beyond = is_beyond_floats(truths, str(error), is_exact=solver == "auto")
            return Verdict(name, None, () if beyond else (refused,))
        except Exception as error:  # noqa: BLE001  (whatever it is, it is a fault)
            return Verdict(name, None, (Fault(Kind.EXCEPTION, words=f"{type(error).__name__}: {error}"),))
    return Verdict(name, claim, judge(truths, claim), tuple(sorted({str(each.message) for each in caught})))


def is_beyond_floats(truths: Truths, words: str, *, is_exact: bool) -> bool:
    """Whether a fit is refused rightly: its coefficients are larger than any float; a descent may end at such ones."""
    if not words.startswith("a coefficient is larger than floating point can hold"):
        return False
    terms = all_terms(truths.problem)
    return not is_exact or truths.over(terms, [0.0] * len(terms)).by_rounded is None


def fitted(problem: Problem, solver: str | mae_cli.Textbook = "auto") -> mae_cli.FitResult:
    """As the library fits it."""
    return mae_cli.fit(
        problem.X,
        problem.y,
        loss=problem.loss,
        quantile=problem.quantile,
        sample_weight=problem.weights,
        intercept=problem.intercept,
        solver=solver,
    )


def judge(truths: Truths, claim: Claim) -> tuple[Fault, ...]:
    """All that is false about a claim."""
    if not np.isfinite([*claim.coefficients.values(), *_numbers(claim).values()]).all():
        return (Fault(Kind.NUMBER, _numbers(claim)),)
    missing = missing_terms(truths.problem, claim)
    if missing:
        return (Fault(Kind.TERMS, words=str(missing)),)
    changed = [term for term, value in truths.problem.given.items() if claim.coefficients[term] != value]
    if changed:
        return (Fault(Kind.GIVEN, words=str(changed)),)
    trial = Trial(truths, claim)
    faults = (
        _out_of_range(claim),
        trial.false_optimum(),
        trial.false_perfection(),
        trial.bound_above_the_optimum(),
        trial.understated_gap(),
        trial.misstated_loss(),
        trial.wrong_uniqueness(),
        trial.dependent_columns(),
        *trial.independent_columns_left_out(),
    )
    return tuple(fault for fault in faults if fault is not None)


def _numbers(claim: Claim) -> dict[str, float]:
    return {"stated": claim.loss, "bound": claim.lower_bound, "gap": claim.relative_gap or 0.0}


def _out_of_range(claim: Claim) -> Fault | None:
    """No loss is below zero, so that no bound needs to be, and no gap is more than the whole loss."""
    numbers = _numbers(claim)
    return Fault(Kind.NUMBER, numbers) if min(numbers.values()) < 0 or numbers["gap"] > 1 else None


# ---------------------------------------------------------------- what is said


@dataclass(frozen=True, eq=False)
class Trial:
    """A claim beside the truth."""

    truths: Truths
    claim: Claim

    @property
    def problem(self) -> Problem:
        return self.truths.problem

    @cached_property
    def terms(self) -> list[Term]:
        return self.claim.kept(self.problem)

    @cached_property
    def truth(self) -> Truth:
        return self.truths.over(tuple(self.terms), [self.claim.coefficients[term] for term in self.terms])

    @cached_property
    def table(self) -> Table:
        """All terms, with those left out."""
        return Table.of(design(self.problem, list(self._all)), self.problem.y, self.problem.weights)

    @property
    def _all(self) -> dict[Term, float]:
        values = self.claim.coefficients
        return {term: value for term, value in values.items() if term != CONSTANT or self.problem.intercept}

    @cached_property
    def written(self) -> Fraction:
        """The loss of the coefficients as they are written."""
        loss = Squares() if self.problem.loss == "mse" else Pinball(Fraction(self.problem.quantile))
        return loss_of(self.table, loss, list(self._all.values()))

    @property
    def _last_places(self) -> float:
        """What half a unit in the last place of every coefficient can cost, Σ|x|·½ulp(β) in the mean."""
        used, values = _used(self.problem), np.array([self.claim.coefficients[term] for term in self.terms])
        weights = np.ones(len(used)) if self.problem.weights is None else self.problem.weights[used]
        columns = np.abs(design(self.problem, self.terms)[used])
        return float(np.average(columns @ (np.spacing(np.abs(values)) / 2), weights=weights / weights.max()))

    @property
    def _excess(self) -> Fraction:
        return self.written - self.truth.optimum

    def _fault(self, kind: Kind, **figures: Fraction | float | None) -> Fault:
        measured = {"loss": self.written, "optimum": self.truth.optimum} | figures
        return Fault(kind, {name: _float(value) for name, value in measured.items() if value is not None})

    def false_optimum(self) -> Fault | None:
        """Said to be optimal, though float coefficients do clearly better."""
        if self.claim.status != "optimal" or self.claim.relative_gap is None or self.truth.by_rounded is None:
            return None
        # Where many coefficients are optimal, others may be luckier to be rounded; all are good to their last places.
        possible = max(self.truth.by_rounded - self.truth.optimum, Fraction(self._last_places))
        if self._excess <= CLEARLY * self.truth.optimum or self._excess <= 2 * possible:
            return None
        return self._fault(Kind.OPTIMAL, by_rounded=self.truth.by_rounded, last_places=self._last_places)

    def false_perfection(self) -> Fault | None:
        """Said to be perfect, though the loss is more than rounding."""
        if self.claim.relative_gap is not None:
            return None
        allowed = self.rounding
        if self.written <= allowed and self.truth.optimum <= allowed:
            return None
        return self._fault(Kind.PERFECT, rounding=allowed)

    def bound_above_the_optimum(self) -> Fault | None:
        bound = Fraction(self.claim.lower_bound)
        if bound <= self.truth.optimum:
            return None
        return self._fault(Kind.BOUND, bound=bound, above=bound - self.truth.optimum)

    def understated_gap(self) -> Fault | None:
        """The true gap beyond the stated one, and beyond the rounding of both numbers that are written.

        loss and lower_bound are each half a unit in the last place off at most, and so is their ratio.
        """
        gap = self.claim.relative_gap
        if gap is None:
            return None
        allowed = (Fraction(gap) + Fraction(math.ulp(gap))) * self.written + Fraction(math.ulp(self.claim.loss))
        return None if self._excess <= allowed else self._fault(Kind.GAP, gap=gap, excess=self._excess)

    def misstated_loss(self) -> Fault | None:
        gap = self.claim.relative_gap
        allowed = self.rounding if gap is None else (SAME_LOSS + Fraction(gap)) * self.written
        difference = abs(Fraction(self.claim.loss) - self.written)
        if difference <= allowed + Fraction(math.ulp(self.claim.loss)):
            return None
        return self._fault(Kind.LOSS, stated=self.claim.loss, difference=difference)

    def wrong_uniqueness(self) -> Fault | None:
        if self.claim.unique is None or self.truth.unique is None or self.truth.dependent:
            return None
        if self.claim.unique is False:
            return self._fault(Kind.SAID_NOT_UNIQUE) if self.truth.unique else None
        if self.truth.changes is None or not self._beyond_rounding(self.truth.changes):
            return None
        return self._fault(Kind.SAID_UNIQUE, change=max(map(abs, self.truth.changes)))

    def dependent_columns(self) -> Fault | None:
        return self._fault(Kind.DEPENDENT, columns=self.truth.dependent) if self.truth.dependent else None

    def independent_columns_left_out(self) -> list[Fault]:
        return [
            Fault(Kind.LEFT_OUT, {"part": part, "rounding": limit}, str(term))
            for term in sorted(self.claim.left_out - self.problem.given.keys(), key=str)
            for part, limit in [independent_part(self.problem, self.terms, term)]
            if part > FAR_BEYOND * limit
        ]

    @cached_property
    def rounding(self) -> Fraction:
        """The loss that rounding alone makes of a perfect fit, as if nobody had added offsets to its numbers.

        A row's residual is y − b − Σxβ. With offsets taken out it has k + 1 terms that are rounded when they are read
        or multiplied, and k + 1 sums, each with an error of at most ε/2 of the terms' sizes together: (k + 2) ε of them
        in all. A factor of 4 is for coefficients that solve equations rounded likewise.
        """
        share = 8 * (len(self._moving) + 2) * UNIT
        sizes = [share * size for size in self._sizes(centred=self.problem.intercept)]
        losses = [size * size for size in sizes] if self.problem.loss == "mse" else sizes
        pairs = zip(self.table.weights, losses, strict=True)
        return sum(int(weight) * loss for weight, loss in pairs) / int(self.table.weights.sum())

    def _beyond_rounding(self, changes: list[Fraction]) -> bool:
        """Whether some prediction can show the change: beyond the rounding of its terms and of those of a usual row."""
        share, sizes = 8 * (len(self._moving) + 2) * UNIT, self._sizes(centred=False)
        usual = sum(sizes) / len(sizes)
        return any(abs(change) > share * max(size, usual) for change, size in zip(changes, sizes, strict=True))

    @property
    def _moving(self) -> list[Term]:
        """The terms that a residual is computed from: those fitted, and those that are given."""
        return [*self.terms, *self.problem.given]

    def _sizes(self, *, centred: bool) -> list[Fraction]:
        """|y| + Σ|x·β| of each row, about the medians of y and of each x if centred."""
        used = _used(self.problem)
        values = design(self.problem, self._moving)[used]
        sizes = _distances(self.problem.y[used], centred=centred)
        for j, term in enumerate(self._moving):
            slope = abs(Fraction(self.claim.coefficients[term]))
            if slope:
                distances = _distances(values[:, j], centred=centred)
                sizes = [size + slope * far for size, far in zip(sizes, distances, strict=True)]
        return sizes


def _used(problem: Problem) -> np.ndarray:
    return np.arange(len(problem.y)) if problem.weights is None else np.flatnonzero(problem.weights > 0)


def _distances(values: np.ndarray, *, centred: bool) -> list[Fraction]:
    exact = [Fraction(value) for value in values.tolist()]
    ordered = sorted(exact)
    centre = (ordered[len(exact) // 2] + ordered[(len(exact) - 1) // 2]) / 2 if centred else 0
    return [abs(value - centre) for value in exact]


def _float(value: Fraction | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def independent_part(problem: Problem, terms: list[Term], term: Term) -> tuple[float, float]:
    """How far a column is from all combinations of others, and the rounding of these columns, as root mean squares.

    The numbers as written are off by 5e-15 of the largest of a column, if they are not integers, and sums over n rows
    by (p + 4√n)ε of the column's length; other columns count by the factor with which they enter the combination. Rows
    count with their weights, by ω² for the absolute loss and by ω for the squared one.
    """
    used = _used(problem)
    columns = design(problem, [*terms, term])[used]
    weights = np.ones(len(used)) if problem.weights is None else problem.weights[used] / problem.weights.max()
    table = Table.of(columns, np.zeros(len(used)), weights if problem.loss == "mse" else weights**2)
    kept = table.take(list(range(len(terms)))).independent
    nearest = least_squares(table.take([*kept, len(terms)]).without_column(len(kept)))
    factors = [*map(abs, nearest.coefficients), Fraction(1)]
    limits = [_rounding_of(columns[:, j], columns.shape) for j in [*kept, len(terms)]]
    limit = sum(factor * size for factor, size in zip(factors, limits, strict=True))
    return math.sqrt(_float(nearest.loss)), _float(limit)


def _rounding_of(column: np.ndarray, shape: tuple[int, int]) -> Fraction:
    rows, columns = shape
    largest = Fraction(float(np.abs(column).max()))
    as_written = Fraction(0) if (column == np.round(column)).all() else AS_WRITTEN * largest
    return as_written + (columns + math.ceil(4 * math.sqrt(rows))) * 2 * UNIT * largest
