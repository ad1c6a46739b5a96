"""The columns of numbers of some records side by side."""

import numpy as np
import pandas as pd
import pytest

from mae_cli.tables.numeric_block import Numbers, Wanted

# These alone can be taken as they lie in memory; with text in between they cannot.
ONLY = {"y": [1.5, -0.0], "x": [-0.0, 2.0], "w": [3.0, 4.0]}
WANTED = Wanted(["y", "x", "z"], apart=1)
MORE = {"y": [1.5, -0.0], "z": ["a", "b"], "x": [-0.0, 2.0], "w": [3.0, 4.0]}


@pytest.mark.parametrize("cells", [ONLY, MORE], ids=["only numbers", "text too"])
def test_the_first_columns_are_kept_apart_and_the_others_row_after_row(cells):
    frame = pd.DataFrame(cells)
    numbers = Numbers.of(frame, Wanted(["y", "x", "w"], apart=1))
    np.testing.assert_array_equal(numbers.apart, [[1.5, 0.0]])
    np.testing.assert_array_equal(numbers.matrix, [[0.0, 3.0], [2.0, 4.0]])
    assert numbers.matrix.flags.c_contiguous
    assert not np.shares_memory(numbers.matrix, frame["x"].to_numpy())
    assert numbers.clean.all()


@pytest.mark.parametrize("cells", [ONLY, MORE], ids=["only numbers", "text too"])
def test_zero_has_no_sign(cells):
    numbers = Numbers.of(pd.DataFrame(cells), Wanted(["y", "x", "w"], apart=1))
    assert not np.signbit(numbers.apart).any()
    assert not np.signbit(numbers.matrix).any()


def test_columns_come_in_the_order_asked_for():
    numbers = Numbers.of(pd.DataFrame({"x": [1.0], "y": [2.0], "w": [3]}), Wanted(["y", "w", "x"], apart=2))
    assert (numbers.apart.tolist(), numbers.matrix.tolist()) == ([[2.0], [3.0]], [[1.0]])


@pytest.mark.parametrize("cell", [np.nan, np.inf, -np.inf, 2.0**53, -(2.0**53), 2**53, 2**60, "1"])
def test_a_column_that_has_to_be_looked_at_is_not_clean(cell):
    numbers = Numbers.of(pd.DataFrame({"y": [1.0, 2.0], "x": [1, cell]}), Wanted(["y", "x"], apart=1))
    assert numbers.clean.tolist() == [True, False]


def test_whole_numbers_beyond_2_to_the_53_are_left_to_who_looks_at_them():
    numbers = Numbers.of(pd.DataFrame({"y": [1.0], "x": [2**53 + 1]}), Wanted(["y", "x"], apart=1))
    assert numbers.matrix.tolist() == [[0.0]]


def test_no_rows_have_no_numbers():
    numbers = Numbers.of(pd.DataFrame({"y": [], "x": []}), Wanted(["y", "x"], apart=1))
    assert (numbers.apart.shape, numbers.matrix.shape, numbers.missing.shape) == ((1, 0), (0, 1), (0,))


def test_values_are_those_of_a_column_that_is_clean():
    numbers = Numbers.of(pd.DataFrame({"y": [1.0, 2.0], "x": [3, 4], "z": [5.0, np.nan]}), WANTED)
    assert numbers.clean_values("y").tolist() == [1.0, 2.0]
    assert numbers.clean_values("x").tolist() == [3.0, 4.0]
    assert numbers.clean_values("z") is None


def test_other_values_make_another_block():
    numbers = Numbers.of(pd.DataFrame({"y": [1.0, 2.0], "x": [3, 4], "z": [5.0, np.nan]}), WANTED)
    changed = numbers.with_values({0: np.array([7.0, np.nan]), 2: np.array([8.0, 9.0])})
    np.testing.assert_array_equal(changed.apart, [[7.0, np.nan]])
    np.testing.assert_array_equal(changed.matrix, [[3.0, 8.0], [4.0, 9.0]])
    assert changed.missing.tolist() == [False, True]
    np.testing.assert_array_equal(numbers.apart, [[1.0, 2.0]])
    assert numbers.matrix[0].tolist() == [3.0, 5.0]
    assert numbers.with_values({}) is numbers


def test_a_column_that_is_wanted_both_ways_is_one_of_numbers():
    wanted = Wanted(["y", "k"], ["k"], 1)
    assert wanted.names == {"y", "k"}
    numbers = Numbers.of(pd.DataFrame({"k": ["a", "b"], "y": [1.0, 2.0]}), wanted)
    assert numbers.clean.tolist() == [True, False]
