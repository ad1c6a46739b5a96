"""What a fit says of itself: coefficients, the columns it kept, and its certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from mae_cli import FitResult
    from oracle.awkward import Problem

Term = tuple[str, str | None]
CONSTANT: Term = ("(constant)", None)


@dataclass(frozen=True)
class Claim:
    """A fit's coefficients and certificate.

    Attributes:
        coefficients: of every term, a column or a column and its level; the intercept is that of `CONSTANT`.
        left_out: the terms that are said to depend on others.
    """

    coefficients: dict[Term, float]
    left_out: frozenset[Term]
    status: str
    loss: float
    lower_bound: float
    relative_gap: float | None
    unique: bool | None

    @classmethod
    def of_fit(cls, result: FitResult) -> Claim:
        """Of a result of `mae_cli.fit`."""
        values = dict(zip(result.columns, map(float, result.coefficients), strict=True))
        certificate = result.certificate
        return cls(
            {CONSTANT: float(result.intercept)} | values,
            frozenset(result.aliased),
            str(certificate.status),
            float(certificate.loss),
            float(certificate.lower_bound),
            certificate.relative_gap,
            certificate.unique,
        )

    @classmethod
    def of_report(cls, report: dict[str, Any]) -> Claim:
        """Of the JSON of `mae-train --json`."""
        terms = {(each["column"], each["level"]): each for each in report["coefficients"]}
        values = {term: each["value"] for term, each in terms.items()}
        left_out = frozenset(term for term, each in terms.items() if each["aliased"])
        return cls({CONSTANT: report["intercept"]} | values, left_out, **report["certificate"])

    def kept(self, problem: Problem) -> list[Term]:
        """The terms that were fitted; the constant first where the model has one."""
        others = self.left_out | problem.given.keys() | (set() if problem.intercept else {CONSTANT})
        return [term for term in self.coefficients if term not in others]


def design(problem: Problem, terms: list[Term]) -> np.ndarray:
    """(n, k) the columns that the terms stand for."""
    columns, rows = problem.columns, len(problem.y)
    matrix = np.ones((rows, len(terms)))
    for j, (name, level) in enumerate(terms):
        if (name, level) != CONSTANT:
            cells = columns[name]
            matrix[:, j] = cells if level is None else [cell == level for cell in cells]
    return matrix


def all_terms(problem: Problem) -> tuple[Term, ...]:
    """Every column that is fitted, and every level but the first of each; the constant first where there is one."""
    terms: list[Term] = [CONSTANT] if problem.intercept else []
    for name, cells in problem.columns.items():
        terms += [(name, level) for level in sorted(set(cells))[1:]] if isinstance(cells, list) else [(name, None)]
    return tuple(term for term in terms if term not in problem.given)


def missing_terms(problem: Problem, claim: Claim) -> list[Term]:
    """Columns, and levels but for one of each column, that the claim does not speak of."""
    missing: list[Term] = []
    for name, cells in problem.columns.items():
        if isinstance(cells, list):
            unspoken = [(name, level) for level in sorted(set(cells)) if (name, level) not in claim.coefficients]
            missing += unspoken[1:]
        elif (name, None) not in claim.coefficients:
            missing.append((name, None))
    return missing
