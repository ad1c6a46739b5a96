"""The columns that several models read together, and from such rows those of one."""

import numpy as np

from mae_cli.rows.blocks import Block
from mae_cli.rows.design import Design
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema
from mae_cli.rows.selection import Selection, joint_schema

X, Y, Z = (NumericColumn(name, 0.0, 1.0) for name in "xyz")
K = CategoricalColumn("k", ("a", "b", "c"))


def test_the_joint_schema_of_one_is_itself():
    schema = Schema((K, X, Y))
    assert joint_schema([schema]) == schema


def test_columns_of_numbers_are_read_once_whatever_their_ranges():
    assert joint_schema([Schema((X, Y)), Schema((NumericColumn("y", -5.0, 5.0), Z))]) == Schema((X, Y, Z))


def test_columns_of_levels_are_read_once_for_every_coding():
    other = CategoricalColumn("k", ("b", "a"))
    assert joint_schema([Schema((K,)), Schema((K,)), Schema((other,))]) == Schema((K, other))


def test_a_column_may_be_numbers_to_one_and_levels_to_another():
    month = CategoricalColumn("x", ("1", "2"))
    assert joint_schema([Schema((X,)), Schema((month,))]) == Schema((X, month))


def block(numeric, *codes):
    codes = tuple(np.array(column, dtype=np.int32) for column in codes)
    design = Design(np.array(numeric, dtype=float), codes, (0,) * len(codes))
    return Block(design, np.zeros(2), None, np.arange(2), np.array([4, 7]))


def test_a_selection_has_the_columns_and_codes_of_its_schema():
    other = CategoricalColumn("k", ("b", "a"))
    first, second = Schema((K, X, Y)), Schema((Z, other, X))
    joint = joint_schema([first, second])
    read = block([[1, 2, 3], [4, 5, 6]], [1, 3], [2, 1])
    chosen = Selection.of(first, joint)(read)
    np.testing.assert_array_equal(chosen.design.dense(), [[1, 2, 0, 0], [4, 5, 0, 1]])
    np.testing.assert_array_equal(chosen.record_numbers, [4, 7])
    np.testing.assert_array_equal(Selection.of(second, joint)(read).design.dense(), [[3, 1, 1], [6, 4, 0]])


def test_all_columns_as_they_are_need_no_copy():
    read = block([[1, 2], [4, 5]])
    assert Selection.of(Schema((X, Y)), Schema((X, Y)))(read).design.numeric is read.design.numeric
