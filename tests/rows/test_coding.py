"""From rows as read to the design matrix of a schema."""

import numpy as np
import pytest

from mae_cli.rows.blocks import Block
from mae_cli.rows.coding import Coding, Layout, as_read
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema, joint_schema

X, Y, Z = (NumericColumn(name, 0.0, 1.0) for name in "xyz")
K = CategoricalColumn("k", ("a", "b", "c"))


def block(numeric, *codes):
    design = as_read(np.array(numeric, dtype=float), [np.array(column, dtype=np.int32) for column in codes])
    count = len(design.numeric)
    return Block(design, np.zeros(count), None, np.arange(count), np.arange(count) + 4)


def test_rows_as_read_have_no_columns_for_levels():
    assert block([[1, 2], [4, 5]], [1, 3], [2, 1]).design.shape == (2, 2)


def test_the_layout_of_a_schema_has_its_columns_and_levels():
    layout = Layout.of(Schema((K, X)))
    assert layout.features == (("k", ("a", "b", "c")), ("x", None))
    assert (layout.numeric, layout.categorical, layout.level_counts) == (("x",), (("k", ("a", "b", "c")),), (3,))


def test_levels_as_they_were_met_become_codes_of_the_schema():
    layout = Layout((("k", ("c", "a", "b")), ("x", None)))
    coded, unknown = Coding.of(Schema((K, X)), layout)(block([[5], [6], [7]], [1, 2, 3]))
    assert coded.design.codes[0].tolist() == [2, 0, 1]
    assert coded.design.codes[0].dtype == np.int32
    assert coded.design.level_counts == (2,)
    np.testing.assert_array_equal(coded.design.dense(), [[5, 0, 1], [6, 0, 0], [7, 1, 0]])
    assert coded.record_numbers.tolist() == [4, 5, 6]
    assert not unknown.any()


@pytest.mark.parametrize("code", [0, -1, 4])
def test_a_level_that_is_not_known_or_missing_is_marked_and_stands_as_the_baseline(code):
    layout = Layout((("k", ("a", "b", "c", "new")),))
    design, unknown = Coding.of(Schema((K,)), layout).design(np.empty((3, 0)), [np.array([3, code, 1], np.int32)])
    assert design.codes[0].tolist() == [2, 0, 0]
    assert unknown.tolist() == [False, True, False]


def test_rows_that_several_models_read_have_the_columns_and_codes_of_each():
    other = CategoricalColumn("k", ("b", "a"))
    first, second = Schema((K, X, Y)), Schema((Z, other, X))
    layout = Layout.of(joint_schema([first, second]))
    read = block([[1, 2, 3], [4, 5, 6]], [1, 2], [2, 1])
    np.testing.assert_array_equal(Coding.of(first, layout).known(read).design.dense(), [[1, 2, 0, 0], [4, 5, 1, 0]])
    np.testing.assert_array_equal(Coding.of(second, layout).known(read).design.dense(), [[3, 1, 1], [6, 4, 0]])


def test_a_column_may_be_numbers_to_one_model_and_levels_to_another():
    month = CategoricalColumn("x", ("1", "2"))
    layout = Layout.of(joint_schema([Schema((X,)), Schema((month,))]))
    read = block([[1], [2]], [1, 2])
    assert Coding.of(Schema((X,)), layout).known(read).design.dense().tolist() == [[1.0], [2.0]]
    assert Coding.of(Schema((month,)), layout).known(read).design.dense().tolist() == [[0.0], [1.0]]


def test_numbers_are_not_copied_where_all_are_used_as_they_are():
    read = block([[1, 2], [4, 5]])
    coding = Coding.of(Schema((X, Y)), Layout.of(Schema((X, Y))))
    assert coding.known(read).design.numeric is read.design.numeric


def test_numbers_may_be_some_in_another_order():
    coding = Coding.of(Schema((Z, X)), Layout.of(Schema((X, Y, Z))))
    assert coding.known(block([[1, 2, 3]])).design.numeric.tolist() == [[3.0, 1.0]]
