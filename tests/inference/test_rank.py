"""Ends of rank intervals against R's, and against all vertices of a small problem in exact arithmetic."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from support.inference import INFERENCE, Case, ends, reference

from mae_cli import fit
from mae_cli.inference.density import equal_density
from mae_cli.inference.distributions import student_quantile
from mae_cli.inference.rank import CoefficientTest, RankTests
from mae_cli.inference.sandwich import bread
from mae_cli.inference.values import Method
from mae_cli.solvers.family import solve_beside
from mae_cli.solvers.settings import Auto

FITS = [
    (*key.split(), kind, level, values[f"rank_{kind}_{level}"])
    for key, values in INFERENCE["fits"].items()
    for kind in ("robust", "iid")
    for level in (90, 95)
    if f"rank_{kind}_{level}" in values
]
REGULAR = [each for each in FITS if each[0] != "stackloss"]
TIED = [each for each in FITS if each[0] == "stackloss"]


def coefficients_of(each, kind):
    sums = bread(each.rows, each.coordinates, each.density() if kind == "robust" else equal_density)
    spread = each.quantile * (1 - each.quantile)
    places = range(len(each.point))
    return [CoefficientTest.of(place, sums, each.coordinates, each.point, spread) for place in places]


def inverted(each, kind, level):
    tested = coefficients_of(each, kind)
    critical = student_quantile(0.5 + level / 200, len(each.y) - len(each.point))
    return RankTests(
        each.rows,
        each.coordinates,
        each.quantile,
        critical,
        lambda members: solve_beside(each.rows, each.fit, members, Auto()),
    ).invert(tested)


def matrix(found, name):
    """(2, p) as the reference has them."""
    return np.array([[getattr(end, name) for end in pair] for pair in found]).T


@pytest.mark.parametrize(("name", "quantile", "kind", "level", "expected"), REGULAR)
def test_the_ends_are_those_of_r(name, quantile, kind, level, expected):
    found = inverted(Case(*reference(name), quantile=float(quantile)), kind, level)
    assert matrix(found, "outer") == pytest.approx(np.array(expected["outer"]), rel=1e-9)
    assert matrix(found, "inner") == pytest.approx(np.array(expected["inner"]), rel=1e-9)
    interpolated = np.array([expected["low"], expected["high"]])
    assert matrix(found, "interpolated") == pytest.approx(interpolated, rel=1e-6)


class ExactStatistic:
    """Σμx of the fit in which coefficient j has the value b, from all bases of a small problem."""

    def __init__(self, X, y, quantile):
        self.Z = [[Fraction(1), *map(Fraction, row)] for row in X.tolist()]
        self.y = list(map(Fraction, y.tolist()))
        self.quantile = Fraction(quantile).limit_denominator(100)

    def at(self, column, value):
        """It is unique but for values at a jump, where None is returned."""
        others = [[number for place, number in enumerate(row) if place != column] for row in self.Z]
        target = [y - value * row[column] for y, row in zip(self.y, self.Z, strict=True)]
        found = set()
        for basis in combinations(range(len(target)), len(others[0])):
            plane = solved([others[row] for row in basis], [target[row] for row in basis])
            if plane is None:
                continue
            residual = [
                t - sum(a * b for a, b in zip(row, plane, strict=True)) for t, row in zip(target, others, strict=True)
            ]
            slopes = [self.quantile if r > 0 else self.quantile - 1 for r in residual]
            outside = [row for row in range(len(target)) if row not in basis]
            if any(residual[row] == 0 for row in outside):
                continue  # a degenerate vertex: its dual point is not determined by the signs
            pull = [-sum(slopes[row] * others[row][k] for row in outside) for k in range(len(others[0]))]
            multipliers = solved([list(column) for column in zip(*(others[row] for row in basis), strict=True)], pull)
            if multipliers is None or any(not self.quantile - 1 <= m <= self.quantile for m in multipliers):
                continue
            score = sum(slopes[row] * self.Z[row][column] for row in outside)
            found.add(score + sum(m * self.Z[row][column] for m, row in zip(multipliers, basis, strict=True)))
        return found.pop() if len(found) == 1 else None


def solved(rows, values):
    """The exact solution of a square system; None without one."""
    table = [[*row, value] for row, value in zip(rows, values, strict=True)]
    size = len(table)
    for k in range(size):
        pivot = next((row for row in range(k, size) if table[row][k] != 0), None)
        if pivot is None:
            return None
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [number / table[k][k] for number in table[k]]
        for row in range(size):
            if row != k and table[row][k] != 0:
                factor = table[row][k]
                table[row] = [a - factor * b for a, b in zip(table[row], table[k], strict=True)]
    return [row[-1] for row in table]


# Ties of whole numbers: R, which walks from vertex to vertex, passes some of these ends.
@pytest.mark.parametrize(("quantile", "kind", "column"), [("0.50", "robust", 3)])
def test_the_statistic_crosses_its_critical_value_at_the_ends(quantile, kind, column):
    X, y = reference("stackloss")
    each = Case(X, y, quantile=float(quantile))
    exact, critical = ExactStatistic(X, y, quantile), student_quantile(0.95, len(y) - len(each.point))
    crossed = 0
    for place, (tested, pair) in enumerate(zip(coefficients_of(each, kind), inverted(each, kind, 90), strict=True)):
        if place != column:
            continue  # in exact arithmetic every basis takes its time
        scale = tested.factor / each.fit.problem.standard.target_scale
        size = np.sqrt(tested.variance * each.quantile * (1 - each.quantile)) / scale
        for side, end in zip((-1, 1), pair, strict=True):
            if np.isinf(end.outer):
                continue
            near = 1e-7 * tested.error * tested.factor
            values = [Fraction(end.outer + step * side * near) for step in (-1, 1)]
            scores = [exact.at(place, value) for value in values]
            if None not in scores:
                inside, outside = (abs(float(score)) / size for score in scores)
                assert inside < critical + 1e-9 <= outside + 2e-9
                crossed += 1
    assert crossed >= 2


@pytest.mark.parametrize(("name", "quantile", "kind", "level", "expected"), TIED)
def test_with_ties_most_ends_are_those_of_r(name, quantile, kind, level, expected):
    each = Case(*reference(name), quantile=float(quantile))
    if kind == "robust" and quantile in {"0.10", "0.90"}:
        pytest.skip("neighbouring lines cross in too many rows")
    found, errors = inverted(each, kind, level), [t.error * t.factor for t in coefficients_of(each, kind)]
    outer, theirs = matrix(found, "outer"), np.array(expected["outer"])
    theirs[np.abs(theirs) > 1e200] = np.copysign(np.inf, theirs[np.abs(theirs) > 1e200])
    with np.errstate(invalid="ignore"):
        same = (outer == theirs) | (np.abs(outer - theirs) < 1e-9 * np.array(errors))
    assert same.sum() >= same.size - 3


def test_an_end_that_the_data_do_not_have_is_infinite():
    X, y = reference("stackloss")
    found = inverted(Case(X, y, quantile=0.9), "iid", 95)
    assert np.isinf(matrix(found, "outer")).any()


def test_ends_do_not_depend_on_units_nor_on_the_order_of_rows():
    X, y = reference("barro")
    plain = matrix(inverted(Case(X, y), "robust", 95), "outer")
    scales = 2.0 ** np.arange(-10, 10, 4)
    scaled = matrix(inverted(Case(X * scales, y * 1000), "robust", 95), "outer")
    assert scaled == pytest.approx(plain * 1000 / np.concatenate([[1.0], scales]), rel=1e-9)
    order = np.random.default_rng(0).permutation(len(y))
    assert matrix(inverted(Case(X[order], y[order]), "robust", 95), "outer") == pytest.approx(plain, rel=1e-11)


def test_the_intercept_of_columns_far_from_zero_has_its_ends_too():
    X, y = reference("engel")
    near = matrix(inverted(Case(X, y), "robust", 95), "outer")
    far = matrix(inverted(Case(X + 1e6, y), "robust", 95), "outer")
    assert far[:, 1] == pytest.approx(near[:, 1], rel=1e-9)
    assert far[0, 0] < Case(X + 1e6, y).fit.solution.intercept < far[1, 0]


def test_a_weight_is_a_row_given_so_often():
    X, y = reference("engel")
    often = 1 + np.arange(len(y)) % 3
    weighted = Case(X, y, weights=often.astype(float)).intervals(method=Method.RANK)
    repeated = Case(np.repeat(X, often, axis=0), np.repeat(y, often)).intervals(method=Method.RANK)
    assert ends(weighted) == pytest.approx(ends(repeated), rel=1e-9)


def test_beside_a_row_far_away_the_others_are_still_reached():
    generator = np.random.default_rng(1)
    X, weights = np.append(generator.standard_normal(400), 1e3)[:, np.newaxis], np.append(np.ones(400), 1e-3)
    y = X[:, 0] + generator.standard_normal(401)
    each, critical = Case(X, y, weights=weights), student_quantile(0.95, 399)
    tested, (pair,) = coefficients_of(each, "iid")[1], inverted(each, "iid", 90)[1:]
    size = np.sqrt(tested.variance * 0.25) * each.fit.problem.standard.target_scale / tested.factor
    for side, end in zip((-1, 1), pair, strict=True):
        near = 1e-7 * tested.error * tested.factor
        values = [end.outer + step * side * near for step in (-1, 1)]
        duals = [fit(np.zeros((401, 1)), y - value * X[:, 0], sample_weight=weights).dual for value in values]
        inside, outside = (abs((weights * dual) @ X[:, 0]) / size for dual in duals)
        assert inside < critical <= outside


def test_where_a_fit_on_one_side_is_not_proved_there_is_no_interval():
    each = Case(*reference("engel"))
    slope = each.fit.solution.coefficients[0]

    def solve(members):
        found = solve_beside(each.rows, each.fit, members, Auto())
        return [replace(one, dual=None) if m.given[0] > slope else one for m, one in zip(members, found, strict=True)]

    tests = RankTests(each.rows, each.coordinates, 0.5, 2.0, solve)
    assert tests.invert(coefficients_of(each, "iid")[1:]) == [None]
