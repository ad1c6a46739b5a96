"""Columns that depend on others are found by one rule on every path, whatever the rows, the weights and the offsets."""

from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from support.exact import least_squares, with_ones
from support.levels import LEVELS
from support.standard import prepare_sampled

from mae_cli import fit
from mae_cli.losses import Absolute, Squared
from mae_cli.rows.blocks import BLOCK_ROWS, CountedRows, MemoryRows
from mae_cli.rows.design import Design
from mae_cli.solvers.limits import USUAL
from mae_cli.solvers.prepare.absorbed import AbsorbedWhitening
from mae_cli.solvers.prepare.problem import prepare

ROWS = [229, 230, 1_000, 20_000]


def aliased(X, loss=Absolute(), weights=None, *, intercept=True, block_rows=BLOCK_ROWS):
    rows = MemoryRows.of(Design(np.asarray(X, dtype=float)), np.zeros(len(X)), weights, block_rows)
    return prepare(CountedRows(rows), loss, intercept=intercept).aliased


def complement(random, rows):
    x = (random.random(rows) < 0.4).astype(float)
    return np.column_stack([x, random.integers(18, 66, rows), 1 - x])


def one_rare_row(random, rows):  # noqa: ARG001
    x = (np.arange(rows) > 0).astype(float)
    return np.column_stack([x, np.arange(rows) % 7, 1 - x])


def dummies(random, rows):
    codes = np.concatenate([np.arange(6), random.integers(0, 6, rows - 6)])
    return (codes[:, np.newaxis] == np.arange(6)).astype(float)


def line(random, rows):
    x = random.standard_normal(rows) * 10
    return np.column_stack([x, random.standard_normal(rows), 2 * x + 1])


def total(random, rows):
    a, b = random.exponential(10, (2, rows))
    return np.column_stack([a, b, random.standard_normal(rows), a + b])


def shares(random, rows):
    a, b = random.integers(0, 40, (2, rows)) / 100
    return np.column_stack([a, b, 1 - a - b])


def large_whole_numbers(random, rows):
    x = 1e15 + random.integers(-1000, 1000, rows)
    return np.column_stack([x, random.integers(0, 5, rows), x - 7])


DEPENDENT = [complement, one_rare_row, dummies, line, total, shares, large_whole_numbers]


@pytest.mark.parametrize("kind", DEPENDENT)
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", [Absolute(), Squared()], ids=["absolute", "squared"])
def test_the_last_of_dependent_columns_is_left_out(kind, rows, weighted, loss, random):
    X = kind(random, rows)
    weights = 10.0 ** random.uniform(-9, 9, rows) if weighted else None
    assert aliased(X, loss, weights) == (X.shape[1] - 1,)
    assert aliased(X[:, :-1], loss, weights) == ()


@pytest.mark.parametrize("kind", DEPENDENT)
def test_dependence_is_found_in_many_rows(kind, random):
    X = kind(random, 100_000)
    assert aliased(X) == (X.shape[1] - 1,)


@pytest.mark.parametrize("kind", DEPENDENT)
def test_dependence_is_found_where_a_sample_is_whitened_first(kind, random):
    X = kind(random, 5_000)
    rows = MemoryRows.of(Design(X), np.zeros(len(X)))
    problem, _ = prepare_sampled(CountedRows(rows), Absolute(), 1_000, intercept=True)
    assert problem.aliased == (X.shape[1] - 1,)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_every_order_of_the_columns_the_last_one_is_left_out(order, random):
    for kind in (complement, shares, line):
        X = kind(random, 1_000)[:, order]
        members = [order.index(column) for column in ((0, 1, 2) if kind is shares else (0, 2))]
        assert aliased(X) == (max(members),)


@pytest.mark.parametrize("loss", ["mae", "mse"])
@pytest.mark.parametrize("rows", [230, 20_000])
def test_text_beside_its_numbers_is_left_out_by_name_and_the_rest_is_proved(loss, rows, random):
    codes = random.integers(0, 3, rows)
    frame = pd.DataFrame(
        {
            "size": codes.astype(float) ** 2,
            "name": np.array(["small", "middle", "large"], dtype=object)[codes],
            "word": np.array(["klein", "mittel", "groß"], dtype=object)[codes],
            "x": random.standard_normal(rows),
        }
    )
    result = fit(frame, codes + 2 * frame["x"] + random.standard_t(2, rows), loss=loss)
    # Three levels leave two columns beside the intercept: the number and one level of the first text.
    assert [name for name, _ in result.aliased] == ["name", "word", "word"]
    assert result.certificate.status == "optimal"
    # Medians of levels with an even number of rows need not be unique.
    assert loss == "mae" or result.certificate.unique is True
    assert np.abs(result.coefficients).max() < 10


@pytest.mark.parametrize("months", [60, 144, 204])
def test_months_written_with_fifteen_digits_depend_on_the_number_of_the_row(months):
    time = [float(f"{1949 + month / 12:.15g}") for month in range(months)]
    assert aliased(np.column_stack([np.arange(1.0, months + 1), time])) == (1,)


@pytest.mark.parametrize("digits", [7, 9, 11])
def test_a_copy_rounded_to_some_digits_is_another_column(digits, random):
    x = random.random(200) * 10 / 3
    copy = [float(f"{value:.{digits}g}") for value in x]
    assert aliased(np.column_stack([x, copy])) == ()


def test_a_mean_as_single_precision_leaves_it_is_another_column(random):
    a, b = random.exponential(10, (2, 1000)).astype(np.float32)
    assert aliased(np.column_stack([a, b, (a + b) / np.float32(2)])) == ()


@pytest.mark.parametrize("offset", [1e9, 1e12, 1e15])
def test_whole_numbers_around_a_large_one_are_not_constant(offset, random):
    assert aliased((offset + random.choice([-1.0, 1.0], 300))[:, np.newaxis]) == ()


@pytest.mark.parametrize("power", [-9, -6, 0])
def test_weights_over_many_decades_make_no_column_dependent(power, random):
    X = random.standard_normal((400, 4))
    X[:, 3] = X[:, 0] + 10.0**power * X[:, 3]
    weights = 10.0 ** random.uniform(-9, 9, 400)
    for loss in (Absolute(), Squared()):
        assert aliased(X, loss, weights) == ()


def test_columns_that_need_another_doubtful_one_are_judged_with_it(random):
    x, noise = random.standard_normal((2, 300))
    near = x + 2e-13 * noise
    X = np.column_stack([x, near, near - x, near + x, random.standard_normal(300)])
    # What is left of the second column is no rounding, and with the first it tells the third and the fourth.
    assert aliased(X[:, [0, 1]]) == ()
    assert aliased(X) == (2, 3)


@pytest.mark.parametrize(("rows", "columns"), [(1, 0), (1, 4), (3, 3), (3, 8), (5, 4)])
@pytest.mark.parametrize("intercept", [False, True])
def test_no_more_columns_are_kept_than_there_are_rows_and_the_ones_are_never_left_out(rows, columns, intercept, random):
    X = random.standard_normal((rows, columns))
    kept = min(rows, columns + intercept) - intercept
    assert aliased(X, intercept=intercept) == tuple(range(kept, columns))
    constant = np.ones((rows, columns))
    assert aliased(constant, intercept=intercept) == tuple(range(0 if intercept else 1, columns))


def test_far_more_columns_than_rows_need_no_matrix_of_all_pairs(random, monkeypatch):
    monkeypatch.setattr(Design, "gram", None)
    assert aliased(random.standard_normal((64, 7_000))) == tuple(range(63, 7_000))


@pytest.mark.parametrize("seed", range(30))
def test_small_designs_lose_a_column_only_if_it_is_fitted_exactly(seed):
    random = np.random.default_rng(seed)
    X = random.integers(-2, 3, (8, 5)).astype(float) * 10.0 ** random.integers(-3, 4, 5)
    X[:, 4] = X[:, 0] * 3 - X[:, 1] if seed % 2 else X[:, 4]
    left_out = aliased(X)
    kept = [0, *(column + 1 for column in range(5) if column not in left_out)]
    matrix = with_ones(X)
    for column in range(1, 6):
        before = [each for each in kept if each < column]
        coefficients = least_squares(matrix[:, before], matrix[:, column])
        left = [
            float(abs(float(row[column]) - sum(c * float(row[k]) for c, k in zip(coefficients, before, strict=True))))
            for row in matrix
        ]
        assert (max(left) <= 1e-13 * np.abs(matrix[:, column]).max()) == (column - 1 in left_out)


@dataclass(frozen=True)
class Levels:
    """A column of many levels beside others, to be absorbed."""

    numeric: np.ndarray
    codes: tuple[np.ndarray, ...]
    counts: tuple[int, ...]

    def whitening(self, weights, *, absorbed):
        design = Design(np.asfortranarray(self.numeric), self.codes, self.counts)
        rows = MemoryRows.of(design, np.zeros(len(self.numeric)), weights, 512)
        problem = prepare(CountedRows(rows), Absolute(), intercept=True, limits=LEVELS if absorbed else USUAL)
        assert isinstance(problem.whitening, AbsorbedWhitening) == absorbed
        return problem


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rows", [230, 3_000])
def test_relations_with_levels_are_those_that_dense_columns_have(rows, weighted, random):
    city = np.concatenate([np.arange(40), random.integers(0, 40, rows - 40)]).astype(np.int32)
    region, price = (city // 8).astype(np.int32), np.round(random.standard_normal(40), 2)[city]
    numeric = np.column_stack([random.standard_normal(rows), price, random.integers(0, 2, rows)])
    numeric = np.column_stack([numeric, 1 - numeric[:, 2] + 3 * price])
    weights = 10.0 ** random.uniform(-6, 6, rows) if weighted else None
    levels = Levels(numeric, (region, city), (4, 39))
    found = levels.whitening(weights, absorbed=True).aliased
    assert found == levels.whitening(weights, absorbed=False).aliased
    # The second number of the sum, the four regions, and the price: of these relations the last columns are left out.
    assert len(found) == 6
    assert found[0] == 3
    assert all(a < b for a, b in pairwise(found))


def test_levels_beside_more_other_columns_than_rows_are_not_absorbed(random):
    codes = np.concatenate([np.arange(6), random.integers(0, 6, 14)]).astype(np.int32)
    rows = MemoryRows.of(Design(random.standard_normal((20, 40)), (codes,), (5,)), np.zeros(20))
    problem = prepare(CountedRows(rows), Absolute(), intercept=True, limits=LEVELS)
    assert problem.aliased == tuple(range(19, 45))
