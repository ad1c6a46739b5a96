"""What is true of a problem: the exact optimum over the columns that a fit kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.claims import Term, design
from oracle.exact import Pinball, Squares, Table, least_absolute, least_squares, loss_of, rounded

if TYPE_CHECKING:
    from oracle.awkward import Problem


@dataclass(frozen=True, eq=False)
class Truth:
    """The optimum over some terms of a problem.

    Attributes:
        dependent: how many of the terms are combinations of others.
        optimum: the least mean loss.
        by_rounded: the mean loss of the optimal coefficients, each rounded to the nearest float; None beyond floats.
        unique: whether no other coefficients are optimal; None where τ as a float and as a decimal differ in that.
        changes: how the predictions of another optimum differ; None where there is no other, for any of both τ.
    """

    dependent: int
    optimum: Fraction
    by_rounded: Fraction | None
    unique: bool | None
    changes: list[Fraction] | None


@dataclass(frozen=True, eq=False)
class Truths:
    """The optima over several sets of terms of a problem, each found once."""

    problem: Problem
    known: dict[tuple[Term, ...], Truth] = field(default_factory=dict)

    def over(self, terms: tuple[Term, ...], near: list[float]) -> Truth:
        """The optimum over some terms; coefficients near it only shorten the way to it."""
        if terms not in self.known:
            self.known[terms] = truth_of(self.problem, terms, near)
        return self.known[terms]


def table_of(problem: Problem, terms: list[Term]) -> Table:
    """The regression on some terms of what given coefficients leave of the target, exactly."""
    columns = design(problem, [*terms, *problem.given])
    return Table.of(columns, problem.y, problem.weights).with_given(list(problem.given.values()))


def truth_of(problem: Problem, terms: tuple[Term, ...], near: list[float]) -> Truth:
    """The exact optimum over some terms; coefficients near it shorten the way to it."""
    table = table_of(problem, list(terms))
    independent = table.independent
    part = table.take(independent)
    if problem.loss == "mse":
        solved = least_squares(part)
        written = _loss_of_rounded(part, Squares(), solved.coefficients)
        return Truth(len(terms) - len(independent), solved.loss, written, unique=True, changes=None)
    guess = [near[j] for j in independent]
    vertices = [least_absolute(part, Pinball(quantile), guess) for quantile in _readings(problem.quantile)]
    vertex, changes = vertices[0], [each.changes for each in vertices]
    flat = [each is not None for each in changes]
    return Truth(
        len(terms) - len(independent),
        vertex.optimum,
        _loss_of_rounded(part, vertex.loss, vertex.coefficients),
        None if any(flat) and not all(flat) else not flat[0],
        changes[0] if all(flat) else None,
    )


def _readings(quantile: float) -> list[Fraction]:
    """τ as the float that it is, and as the decimal that was written, where that is another number."""
    as_float, as_decimal = Fraction(quantile), Fraction(repr(quantile))
    return [as_float] if as_float == as_decimal else [as_float, as_decimal]


def _loss_of_rounded(table: Table, loss: Pinball | Squares, coefficients: list[Fraction]) -> Fraction | None:
    values = rounded(coefficients)
    return None if values is None else loss_of(table, loss, values)
