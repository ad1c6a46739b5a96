"""Families of problems over the same rows, and for each member the fit of its own that it has to agree with."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
import pytest
from oracle.exact import Pinball, Table, loss_of
from support.regressions import assert_dual_point

from mae_cli.losses import loss_named
from mae_cli.rows.blocks import BLOCK_ROWS, Block, MemoryRows, join_designs
from mae_cli.rows.design import Design
from mae_cli.rows.factors import ExponentialFactors, GivenFactors
from mae_cli.rows.linear import Coefficients
from mae_cli.solvers.family import Member, solve_family
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solution import DualPoint, Solution
from mae_cli.solvers.solve import solve


@dataclass(frozen=True, eq=False)
class Base:
    """Rows that the problems of a family share."""

    design: Design
    y: np.ndarray
    weights: np.ndarray | None = None
    intercept: bool = True

    @property
    def shape(self) -> tuple[int, int]:
        return self.design.shape

    @cached_property
    def matrix(self) -> np.ndarray:
        return self.design.dense()

    def rows(self, block_rows=BLOCK_ROWS) -> MemoryRows:
        return MemoryRows.of(self.design, self.y, self.weights, block_rows)

    def solve(self, members, block_rows=BLOCK_ROWS, limits=USUAL) -> list[Solution]:
        return solve_family(self.rows(block_rows), members, Auto(limits=limits), intercept=self.intercept)

    def weights_of(self, member: Member) -> np.ndarray:
        ones = np.ones(len(self.y)) if self.weights is None else self.weights
        own = ones if member.factors is None else ones * member.factors(np.arange(len(self.y)))
        return own if member.extra is None else np.concatenate([own, member.extra.weight_values])

    def rows_of(self, member: Member) -> tuple[Design, np.ndarray]:
        """The design and the target with the member's extra rows behind."""
        if member.extra is None:
            return self.design, self.y
        return join_designs([self.design, member.extra.design]), np.concatenate([self.y, member.extra.target])

    def own_fit(self, member: Member) -> Solution:
        """The fit of the rows of positive weight, without the given columns, their part taken off the target."""
        weights, given = self.weights_of(member), [*member.given]
        used = np.flatnonzero(weights > 0)
        design, target = self.rows_of(member)
        target = target - design.dense()[:, given] @ np.array([member.given[column] for column in given])
        if given:
            design = Design(np.delete(design.dense(), given, axis=1))
        elif member.is_plain:
            weights = self.weights
        own = MemoryRows.of(design.take(used), target[used], None if weights is None else weights[used])
        solution = solve(own, loss_named("mae", member.quantile), Auto(), intercept=self.intercept)
        fitted = np.setdiff1d(np.arange(self.shape[1]), given)
        values = np.zeros(self.shape[1])
        values[fitted] = solution.coefficients
        values[given] = [member.given[column] for column in given]
        aliased = tuple(int(fitted[column]) for column in solution.aliased)
        return replace(solution, point=Coefficients(solution.intercept, values), aliased=aliased)

    def fitted_table(self, member: Member, solution: Solution) -> tuple[Table, Pinball, list[float]]:
        """The columns that are fitted on the member's rows, its loss, and the coefficients as they are written."""
        design, target = self.rows_of(member)
        given, fitted = [*member.given], np.setdiff1d(np.arange(self.shape[1]), [*member.given])
        target = target - design.dense()[:, given] @ solution.coefficients[given]
        matrix = np.hstack([np.ones((len(target), int(self.intercept))), design.dense()[:, fitted]])
        written = [solution.intercept] * self.intercept + solution.coefficients[fitted].tolist()
        return Table.of(matrix, target, self.weights_of(member)), Pinball(Fraction(member.quantile)), written

    def exact_loss(self, member: Member, solution: Solution) -> Fraction:
        """The mean loss of coefficients as they are written, to the last digit."""
        design, target = self.rows_of(member)
        ones = np.ones((len(target), int(self.intercept)))
        written = [solution.intercept] * self.intercept + solution.coefficients.tolist()
        table = Table.of(np.hstack([ones, design.dense()]), target, self.weights_of(member))
        return loss_of(table, Pinball(Fraction(member.quantile)), written)


def on_a_grid(values: np.ndarray) -> np.ndarray:
    """Multiples of 2⁻¹⁶: a given coefficient of few bits then moves the target without rounding."""
    return np.round(values * 2.0**16) / 2.0**16


def a_base(random, rows=300, columns=3, *, weights=False, intercept=True, codes=None, levels=0) -> Base:
    """Heavy tails on a grid; with codes one column of levels."""
    X = on_a_grid(random.standard_normal((rows, columns)))
    y = on_a_grid(1 + X @ np.arange(1.0, columns + 1) + random.standard_t(2, rows))
    omega = random.uniform(0.1, 3.0, rows) if weights else None
    if codes is None:
        return Base(Design(X), y, omega, intercept)
    return Base(Design(X, (codes,), (levels,)), y + codes % 5, omega, intercept)


def folded(rows: int, fold: int) -> GivenFactors:
    """The factors that leave out every fifth row."""
    return GivenFactors((np.arange(rows) % 5 != fold).astype(float))


def repeated(rows: int, seed: int) -> GivenFactors:
    """How often a bootstrap draws each row."""
    return GivenFactors(np.bincount(np.random.default_rng(seed).integers(0, rows, rows), minlength=rows).astype(float))


def penalty(columns: int, sizes: dict[int, float]) -> Block:
    """The rows ±λ of a penalty Σλ·|w|, for some of the columns."""
    matrix = np.zeros((2 * len(sizes), columns))
    for row, (column, size) in enumerate(sizes.items()):
        matrix[2 * row : 2 * row + 2, column] = size, -size
    return Block(Design(matrix), np.zeros(len(matrix)), None, np.arange(len(matrix)))


def near_members(rows: int, columns: int, quantiles=(0.5,)) -> list[Member]:
    """Members that lie near the fit of their quantile."""
    kinds = [None, ExponentialFactors(7, 0), ExponentialFactors(7, 1), repeated(rows, 3), folded(rows, 0)]
    return [Member(quantile, factors) for quantile in quantiles for factors in kinds] + [
        Member(quantile, factors, given)
        for quantile in quantiles
        for factors in (None, ExponentialFactors(7, 2), folded(rows, 3))
        for given in ({0: 1.0}, {columns - 1: columns + 0.0})
    ]


def far_members(rows: int, columns: int, quantiles=(0.5,)) -> list[Member]:
    """Members that lie farther from it than sampling errors do."""
    few = GivenFactors((np.arange(rows) < 4 * columns).astype(float))
    return [
        Member(quantile, factors, given)
        for quantile in quantiles
        for factors, given in [
            (few, {}),
            (None, {0: 0.0}),
            (None, {0: 512.0, columns - 1: -0.25}),
            (None, dict.fromkeys(range(columns), 0.5)),
            (ExponentialFactors(7, 3), {columns - 1: 0.0}),
            (few, {0: -64.0}),
        ]
    ]


def assert_as_own_fits(base: Base, members, found) -> None:
    """The very coefficients where the optimum is unique, the same status, loss and bound but for rounding."""
    assert len(found) == len(members)
    for member, solution in zip(members, found, strict=True):
        assert_as_own_fit(base, member, solution)


def assert_as_own_fit(base: Base, member: Member, found: Solution) -> None:
    expected = base.own_fit(member)
    assert found.certificate.status == expected.certificate.status
    assert found.aliased == expected.aliased
    if expected.certificate.unique:
        assert found.coefficients.tolist() == expected.coefficients.tolist()
        assert found.intercept == expected.intercept
    assert found.certificate.loss == pytest.approx(expected.certificate.loss, rel=1e-13, abs=0)
    assert found.certificate.lower_bound == pytest.approx(expected.certificate.lower_bound, rel=1e-11, abs=0)
    assert_bounded(base, member, found)
    if found.dual is not None and (found.certificate.relative_gap or 0.0) <= 1e-9:
        is_used = base.weights_of(member) > 0
        counted = is_used[found.dual.rows]
        places = np.cumsum(is_used)[found.dual.rows[counted]] - 1  # tables are without rows of weight 0
        assert_dual_point(*base.fitted_table(member, found), DualPoint(places, found.dual.values[counted]))


def assert_bounded(base: Base, member: Member, found: Solution) -> None:
    """The loss that is told is that of the coefficients, and the bound is at most that and within 1e-9 of it."""
    exact = base.exact_loss(member, found)
    assert Fraction(found.certificate.lower_bound) <= exact
    assert found.certificate.lower_bound == pytest.approx(float(exact), rel=1e-9, abs=0)
    assert found.certificate.loss == pytest.approx(float(exact), rel=1e-12, abs=0)
