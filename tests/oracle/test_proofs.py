"""The check of a solver's dual point accepts a true one, and no other."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from support.regressions import Regression, assert_proved_from_the_data

from mae_cli.solvers.solution import Certificate, DualPoint, Status
from oracle.awkward import Problem
from oracle.claims import CONSTANT
from oracle.exact import Pinball, Table, least_absolute
from oracle.honest import honest_claim


def true_solution(regression, quantile):
    """What a solver without a fault returns."""
    claim = honest_claim(Problem(regression.X, regression.y, weights=regression.weights, quantile=quantile))
    table = Table.of(regression.matrix, regression.y, regression.weights)
    vertex = least_absolute(table, Pinball(Fraction(quantile)))
    multipliers = np.array([float(Fraction(*each)) for each in vertex.multipliers])
    return SimpleNamespace(
        intercept=claim.coefficients[CONSTANT],
        coefficients=np.array([value for term, value in claim.coefficients.items() if term != CONSTANT]),
        certificate=Certificate(Status.OPTIMAL, claim.loss, claim.lower_bound, claim.relative_gap, claim.unique),
        dual=DualPoint(np.array(vertex.tableau.at), multipliers),
    )


@pytest.fixture
def regression(random) -> Regression:
    X = random.standard_normal((40, 3))
    return Regression(X, X @ [1.0, 2.0, -1.0] + random.standard_t(2, 40), random.integers(1, 4, 40).astype(float))


def changed(solution, **what):
    """With other numbers of the certificate, or another dual point."""
    dual = what.pop("dual", solution.dual)
    return SimpleNamespace(**vars(solution) | {"certificate": replace(solution.certificate, **what), "dual": dual})


@pytest.mark.parametrize("quantile", [0.5, 0.2, 0.999])
def test_a_true_proof_is_accepted(quantile, regression):
    solution = true_solution(regression, quantile)
    assert_proved_from_the_data(regression, solution, quantile)
    assert_proved_from_the_data(regression, changed(solution, dual=None), quantile)


@pytest.mark.parametrize("quantile", [0.5, 0.2])
def test_a_false_proof_is_refused(quantile, regression):
    solution = true_solution(regression, quantile)
    rows, values = solution.dual.rows, solution.dual.values
    loss = solution.certificate.loss
    away = np.setdiff1d(np.arange(40), rows)[0]
    for lie in (
        changed(solution, dual=DualPoint(rows, values + np.eye(4)[0] * 1e-9)),
        changed(solution, dual=DualPoint(rows, np.where(np.arange(4) == 0, 1 + 1e-15, values))),
        changed(solution, dual=DualPoint(np.append(rows, away), np.append(values, 0.0))),
        changed(solution, dual=DualPoint(rows[1:], values[1:])),
        changed(solution, loss=loss * (1 + 1e-11)),
        changed(solution, lower_bound=loss * (1 + 1e-15)),
        changed(solution, lower_bound=loss * (1 - 1e-11)),
        changed(solution, relative_gap=1e-8),
        changed(solution, relative_gap=None),
        changed(solution, status=Status.LIMIT),
    ):
        with pytest.raises(AssertionError):
            assert_proved_from_the_data(regression, lie, quantile)
