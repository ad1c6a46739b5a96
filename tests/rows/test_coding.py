"""Rows as read to the design matrix of a schema: levels, baselines, ranges and codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.errors import DataError, Place
from mae_cli.rows.blocks import Block, MemoryRows, whole
from mae_cli.rows.coding import Coding, Layout, as_read, build_schema, describe, level_rows
from mae_cli.rows.design import Design
from mae_cli.rows.sampling import Split
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


def columns_as_read(weights=None, block_rows=3, **columns):
    """Columns of numbers and of text, in the layout and the blocks that reading would give."""
    features, numbers, codes = [], [], []
    for name, cells in columns.items():
        texts = [cell for cell in cells if isinstance(cell, str)]
        features.append((name, tuple(dict.fromkeys(texts)) if texts else None))
        if texts:
            codes.append(np.array([1 + features[-1][1].index(cell) for cell in cells], dtype=np.int32))
        else:
            numbers.append(np.array(cells, dtype=float))
    count = len(next(iter(columns.values())))
    design = Design(np.array(numbers).reshape(len(numbers), count).T, tuple(codes), (0,) * len(codes))
    weights = None if weights is None else np.array(weights)
    return Layout(tuple(features)), MemoryRows.of(design, np.arange(float(count)), weights, block_rows)


def schema_of(weights=None, file=None, **columns):
    layout, rows = columns_as_read(weights, **columns)
    return build_schema(layout, describe(rows, layout, None), file)


def encoded(schema, layout, rows):
    return Coding.of(schema, layout)(whole(rows))


def test_a_number_has_the_range_of_its_rows():
    assert schema_of(x=[3, -1, 2, 0]).features == (NumericColumn("x", -1.0, 3.0),)


def test_the_baseline_is_the_most_frequent_level_and_the_rest_follow_in_text_order():
    assert schema_of(c=["b", "é", "a", "Z", "b"]).features == (CategoricalColumn("c", ("b", "Z", "a", "é")),)


def test_ties_for_the_baseline_go_by_text_order():
    assert schema_of(c=["b", "a", "c", "b", "a"]).categorical[0].levels == ("a", "b", "c")


def test_the_baseline_goes_by_weight():
    assert schema_of([1.0, 1.0, 3.0], c=["a", "a", "b"]).categorical[0].baseline == "b"


def test_a_level_whose_rows_weigh_nothing_is_one():
    assert schema_of([1.0, 0.0], c=["a", "b"]).categorical[0].levels == ("a", "b")


def test_rows_held_out_say_nothing_about_the_columns():
    layout, rows = columns_as_read(c=list("aabbbbzz"), x=range(8))
    split = Split(8, 0, (2,))
    held = split.is_held(np.arange(8))
    schema = build_schema(layout, describe(rows, layout, split))
    kept = [(cell, x) for cell, x, out in zip("aabbbbzz", range(8), held, strict=True) if not out]
    assert set(schema.categorical[0].levels) == {cell for cell, _ in kept}
    assert schema.numeric[0] == NumericColumn("x", min(x for _, x in kept), max(x for _, x in kept))


def test_the_description_counts_rows_of_no_weight_and_knows_target_and_largest_weight():
    layout, rows = columns_as_read([0.0, 2.0, 0.0, 0.5], x=[1, 2, 3, 4])
    description = describe(rows, layout, None)
    assert (description.weightless, description.largest_weight, description.target_range) == (2, 2.0, (0.0, 3.0))


def test_rows_become_numbers_and_codes():
    layout, rows = columns_as_read(c=["a", "b", "a"], x=[1, 2, 3], d=["u", "u", "v"], z=[0.5, 1.5, 2.5])
    block, unseen = encoded(schema_of(c=["a", "b", "a"], x=[1, 2, 3], d=["u", "u", "v"], z=[0, 1, 2]), layout, rows)
    design = block.design
    assert design.numeric.tolist() == [[1.0, 0.5], [2.0, 1.5], [3.0, 2.5]]
    assert [codes.tolist() for codes in design.codes] == [[0, 1, 0], [0, 0, 1]]
    assert {codes.dtype for codes in design.codes} == {np.dtype(np.int32)}
    assert design.level_counts == (1, 1)
    assert not unseen.any()


def test_constant_columns_are_encoded_too():
    schema = schema_of(c=["a", "a"], x=[7, 7])
    assert schema.features == (CategoricalColumn("c", ("a",)), NumericColumn("x", 7.0, 7.0))
    assert encoded(schema, *columns_as_read(c=["a", "a"], x=[7, 7]))[0].design.shape == (2, 1)


def test_no_rows_are_encoded_as_none():
    layout, rows = columns_as_read(c=["a", "b"], x=[1, 2])
    block, unseen = Coding.of(build_schema(layout, describe(rows, layout, None)), layout)(whole(rows).part(slice(0)))
    assert block.design.shape == (0, 2)
    assert unseen.shape == (0,)


@given(
    st.lists(st.text(max_size=3), min_size=1, max_size=30),
    st.lists(st.floats(0, 10), min_size=30, max_size=30),
    st.integers(1, 10),
)
def test_codes_stand_for_the_levels_of_their_rows(cells, weights, block_rows):
    layout, rows = columns_as_read(weights[: len(cells)], block_rows, c=cells)
    schema = build_schema(layout, describe(rows, layout, None))
    levels = schema.categorical[0].levels
    block, unseen = encoded(schema, layout, rows)
    assert [levels[code] for code in block.design.codes[0]] == cells
    assert list(levels[1:]) == sorted(levels[1:])
    totals = {level: sum(w for w, cell in zip(weights, cells, strict=False) if cell == level) for level in levels}
    assert totals[levels[0]] == pytest.approx(max(totals.values()))
    assert not unseen.any()


def test_a_column_that_spans_more_than_a_float_is_refused_by_name():
    with pytest.raises(DataError) as caught:
        schema_of(size=[-1.7e308, 1.7e308])
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("range-overflow", Place(column="size"))
    assert fault.remedy == "rescale it, or leave it out"
    with pytest.raises(DataError) as caught:
        schema_of(file="data.csv", size=[-1.7e308, 1.7e308])
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("range-overflow", Place("data.csv", column="size"))
    assert fault.remedy == "rescale it, or use --exclude size"


def test_rows_of_every_level_are_counted_whatever_they_weigh():
    layout, rows = columns_as_read([1.0, 0.0, 5.0, 1.0], c=["b", "a", "b", "b"], x=[1, 2, 3, 4], d=["u", "u", "u", "v"])
    assert level_rows(layout, describe(rows, layout, None)) == {
        ("c", "b"): 3,
        ("c", "a"): 1,
        ("d", "u"): 3,
        ("d", "v"): 1,
    }
