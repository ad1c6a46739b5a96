"""Losses solved together against each of them solved alone."""

import pytest

from mae_cli.progress import NO_PROGRESS
from mae_cli.rows.blocks import CountedRows, PassCounter
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve, solve_together


def solve_all(rows, losses, settings, *, intercept=True, listener=NO_PROGRESS):
    """The solutions of losses over the same rows."""
    prepared = Prepared(CountedRows(rows, PassCounter(listener=listener)), intercept=intercept, limits=settings.limits)
    return [fit.solution for fit in solve_together(prepared, losses, settings, listener)]


def assert_as_alone(rows, losses, *, intercept=True, rounding=1e-15, limits=USUAL) -> None:
    """The very bits of coefficients where the optimum is unique; loss and bound but for this share of them."""
    for found, expected in together_and_alone(rows, losses, intercept=intercept, limits=limits):
        assert found.certificate.status == expected.certificate.status
        assert found.aliased == expected.aliased
        if expected.certificate.unique:
            assert found.certificate.unique
            assert found.coefficients.tobytes() == expected.coefficients.tobytes()
            assert found.intercept == expected.intercept
        for name in ("loss", "lower_bound"):
            numbers = [getattr(each.certificate, name) for each in (found, expected)]
            # Where the optimum is not unique, each of the optima has a rounding of its own.
            share = rounding if expected.certificate.unique else 1e-12
            assert numbers[0] == pytest.approx(numbers[1], rel=share, abs=1e-15)


def together_and_alone(rows, losses, *, intercept=True, limits=USUAL):
    """Pairs of solutions."""
    settings = Auto(limits=limits)
    together = solve_all(rows, losses, settings, intercept=intercept)
    return zip(together, (solve(rows, loss, settings, intercept=intercept) for loss in losses), strict=True)
