"""Coefficients at the same loss, where the optimum is not unique."""

import csv
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from support.exact_ranges import exact_ranges
from support.inference import FOLDER, Case

from mae_cli.inference import optimal_face, ranges
from mae_cli.inference.ranges import ranges_of
from mae_cli.losses import loss_named
from mae_cli.rows.blocks import CountedRows, MemoryRows
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.problem import Prepared
from mae_cli.solvers.settings import Auto
from mae_cli.solvers.solve import solve_together


def cars():
    with (FOLDER / "auto.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    matrix = [[float(row[name]) for name in ("weight", "length", "foreign")] for row in rows]
    return Case(np.array(matrix), np.array([float(row["price"]) for row in rows]))


def test_the_range_is_the_published_one():
    found = ranges_of(cars().fit)
    assert found.are_proved.all()
    assert (found.low[3], found.high[3]) == pytest.approx((3377.77099, 3421.87786), rel=1e-8)
    assert found.low[:3] == pytest.approx(found.high[:3], rel=1e-12)


def test_a_unique_optimum_has_no_range():
    generator = np.random.default_rng(0)
    assert ranges_of(Case(generator.standard_normal((50, 2)), generator.standard_normal(50)).fit) is None


def test_the_median_of_an_even_number_is_anything_between_the_middle_two():
    case = Case(np.zeros((4, 0)), np.array([1.0, 2.0, 5.0, 9.0]))
    found = ranges_of(case.fit)
    assert (found.low.tolist(), found.high.tolist()) == ([2.0], [5.0])


def test_two_groups_of_even_numbers_vary_each_on_its_own():
    """All four corners are optimal; the difference can be as small as 3 − 6 and as large as 8 − 2."""
    x = np.repeat([0.0, 1.0], 4)[:, np.newaxis]
    case = Case(x, np.array([1.0, 2.0, 6.0, 9.0, 0.0, 3.0, 8.0, 9.0]))
    found = ranges_of(case.fit)
    assert found.are_proved.all()
    assert (found.low[0], found.high[0]) == (2.0, 6.0)
    assert (found.low[1], found.high[1]) == (-3.0, 6.0)


# How each kind of small table is fitted.
KINDS = {
    "median": {},
    "quartile": {"quantile": 0.25},
    "weights": {"weights": True},
    "no intercept": {"intercept": False},
    "far from zero": {"far": 1000},
}


@pytest.mark.parametrize("kind", KINDS)
def test_ends_are_those_of_all_vertices_in_exact_arithmetic(kind):
    """Whole numbers tie in many rows, so that most vertices have many bases."""
    found = [_small_table(seed, **KINDS[kind]) for seed in range(40)]
    free = [(ends, exact) for ends, exact in found if ends is not None]
    assert len(free) > 5
    for ends, exact in free:
        assert ends.are_proved.all()
        low, high = np.array(exact, dtype=float).T
        assert ends.low[-len(low) :] == pytest.approx(low, rel=1e-12, abs=1e-12)
        assert ends.high[-len(low) :] == pytest.approx(high, rel=1e-12, abs=1e-12)


def _small_table(seed, quantile=0.5, *, weights=False, intercept=True, far=0):
    """The ranges of 12 rows of whole numbers, None for a unique optimum, and what they are."""
    generator = np.random.default_rng(seed)
    X, y = generator.integers(0, 3, (12, 2)) + far - (not intercept), generator.integers(0, 5, 12) + 2 * far
    omega = generator.integers(1, 4, 12) if weights else None
    floats = None if omega is None else omega.astype(float)
    case = Case(X.astype(float), y.astype(float), quantile=quantile, weights=floats, intercept=intercept)
    columns = np.column_stack([np.ones(12), X]) if intercept else X
    found = ranges_of(case.fit)
    return found, None if found is None else exact_ranges(columns, y, omega, Fraction(quantile))


def test_without_an_intercept_that_of_zero_has_no_range():
    found, _ = _small_table(next(s for s in range(40) if _small_table(s, intercept=False)[0]), intercept=False)
    assert found[0].is_point
    assert (found[0].low, found[0].high) == (0.0, 0.0)


def groups(count, of_each=8, seed=0):
    """Codes of groups of an even number of rows, and targets in quarters."""
    generator = np.random.default_rng(seed)
    return np.repeat(np.arange(count), of_each), generator.integers(0, 40, count * of_each) / 4


def ends_of_groups(codes, y):
    """What the middle two targets of each group leave the intercept, and each level beside the first."""
    middle = np.sort(y.reshape(codes[-1] + 1, -1), axis=1)
    low, high = middle[:, middle.shape[1] // 2 - 1], middle[:, middle.shape[1] // 2]
    return np.append(low[0], low[1:] - high[0]), np.append(high[0], high[1:] - low[0])


def levels(codes, y):
    return Case(np.zeros((len(y), 0)), y, levels=(codes, int(codes[-1])))


@pytest.mark.parametrize("count", [40, 200])
def test_every_level_varies_as_its_own_median_and_that_of_the_first_do(count):
    codes, y = groups(count)
    found = ranges_of(levels(codes, y).fit)
    low, high = ends_of_groups(codes, y)
    assert found.are_proved.all()
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


def test_levels_that_are_never_a_matrix_vary_likewise():
    codes, y = groups(40)
    limits = replace(USUAL, many_levels=2, dense_size=0)
    prepared = Prepared(CountedRows(levels(codes, y).rows), intercept=True, limits=limits)
    fit = _fit(prepared)
    found = ranges_of(fit)
    low, high = ends_of_groups(codes, y)
    assert isinstance(fit.problem.whitening, AbsorbedWhitening)
    assert found.are_proved.all()
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


def test_rows_in_blocks_and_a_few_at_once_say_the_same(monkeypatch):
    codes, y = groups(12)
    case = levels(codes, y)
    block = case.rows.blocks[0]
    expected = ranges_of(case.fit)
    monkeypatch.setattr(optimal_face, "_AT_ONCE", 50)
    cut = MemoryRows.of(block.design, block.target, block_rows=11)
    found = ranges_of(_fit(Prepared(CountedRows(cut), intercept=True)))
    assert found.are_proved.all()
    assert (found.low.tolist(), found.high.tolist()) == (expected.low.tolist(), expected.high.tolist())


def test_edges_that_bend_round_ties_are_told_from_rounding():
    """Differences of levels make edges of fifths, along which tied rows must not seem to move; HiGHS has these ends."""
    generator = np.random.default_rng(12)
    first, second = (np.eye(20)[generator.integers(0, 20, 120)] for _ in range(2))
    found = ranges_of(Case(first - second, generator.integers(-3, 4, 120).astype(float)).fit)
    low = [-15, 132, -24, 132, 96, 60, 72, -12, 84, 168, 45, -84, 72, 84, 156, 84, 84, 48, 120, 48, 0]
    high = [-12, 180, 15, 144, 108, 108, 135, 0, 156, 180, 96, -72, 84, 135, 168, 96, 96, 60, 135, 60, 0]
    assert found.are_proved.all()
    assert (60 * found.low, 60 * found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    assert found.high[7] == 0.0


@pytest.mark.parametrize(
    ("module", "most"),
    [(optimal_face, {"_MOST_EDGES": 5}), (optimal_face, {"_MOST_NUMBERS": 0}), (ranges, {"_MOST_WORK": 5_000})],
)
def test_what_a_search_that_is_cut_short_did_not_prove_is_not_called_so(module, most, monkeypatch):
    codes, y = groups(40, of_each=10)
    # Beside the ends of each level there are rows that stop it earlier where others move.
    x = (np.arange(len(y)) % 3 == 0).astype(float)
    case = Case(x[:, np.newaxis], y, levels=(codes, 39))
    whole = ranges_of(case.fit)
    assert whole.are_proved.all()
    for name, value in most.items():
        monkeypatch.setattr(module, name, value)
    found = ranges_of(case.fit)
    assert (found.low >= whole.low - 1e-12).all()
    assert (found.high <= whole.high + 1e-12).all()
    is_cut = (found.low > whole.low + 1e-12) | (found.high < whole.high - 1e-12)
    assert is_cut.any()
    assert not (is_cut & found.are_proved).any()


def _fit(prepared):
    return solve_together(prepared, [loss_named("mae", 0.5)], Auto())[0]
