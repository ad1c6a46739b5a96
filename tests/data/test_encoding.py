"""Columns to numbers: levels, baselines, ranges and codes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.data.encoding import build_schema, encode
from mae_cli.errors import DataError
from mae_cli.schema import CategoricalColumn, NumericColumn, Schema


def frame(**columns):
    typed = {
        name: pd.Series(pd.Categorical(cells)) if isinstance(cells[0], str) else pd.Series(cells)
        for name, cells in columns.items()
    }
    return pd.DataFrame(typed)


def test_a_number_has_the_range_of_its_rows():
    assert build_schema(frame(x=[3, -1, 2])).features == (NumericColumn("x", -1.0, 3.0),)


def test_the_baseline_is_the_most_frequent_level_and_the_rest_follow_in_text_order():
    schema = build_schema(frame(c=["b", "é", "a", "Z", "b"]))
    assert schema.features == (CategoricalColumn("c", ("b", "Z", "a", "é")),)


def test_ties_for_the_baseline_go_by_text_order():
    assert build_schema(frame(c=["b", "a", "c", "b", "a"])).categorical[0].levels == ("a", "b", "c")


def test_the_baseline_goes_by_weight():
    features = frame(c=["a", "a", "b"])
    assert build_schema(features, np.array([1.0, 1.0, 3.0])).categorical[0].baseline == "b"


def test_a_level_without_a_row_is_none():
    assert build_schema(frame(c=["a", "b", "c"]).iloc[:2]).categorical[0].levels == ("a", "b")


def test_a_level_whose_rows_weigh_nothing_is_one():
    schema = build_schema(frame(c=["a", "b"]), np.array([1.0, 0.0]))
    assert schema.categorical[0].levels == ("a", "b")


def test_rows_become_numbers_and_codes():
    features = frame(c=["a", "b", "a"], x=[1, 2, 3], d=["u", "u", "v"], z=[0.5, 1.5, 2.5])
    encoded = encode(build_schema(features), features)
    design = encoded.design
    assert design.numeric.tolist() == [[1.0, 0.5], [2.0, 1.5], [3.0, 2.5]]
    assert design.numeric.flags.f_contiguous
    assert [codes.tolist() for codes in design.codes] == [[0, 1, 0], [0, 0, 1]]
    assert {codes.dtype for codes in design.codes} == {np.dtype(np.int32)}
    assert design.level_counts == (1, 1)
    assert not encoded.unseen.any()


def test_more_rows_than_a_block_are_all_gathered():
    x, z = np.arange(20_001.0), -np.arange(20_001)
    features = pd.DataFrame({"x": x, "z": z})
    design = encode(build_schema(features), features).design
    assert (design.numeric == np.column_stack([x, z])).all()


def test_a_level_that_training_never_saw_is_marked_and_stands_as_the_baseline():
    schema = Schema((CategoricalColumn("c", ("b", "a")), CategoricalColumn("d", ("u",))))
    encoded = encode(schema, frame(c=["a", "new", "b", "a"], d=["u", "u", "u", "x"]))
    assert encoded.design.codes[0].tolist() == [1, 0, 0, 1]
    assert encoded.unseen.tolist() == [False, True, False, True]


def test_constant_columns_are_encoded_too():
    features = frame(c=["a", "a"], x=[7, 7])
    schema = build_schema(features)
    assert schema.features == (CategoricalColumn("c", ("a",)), NumericColumn("x", 7.0, 7.0))
    assert encode(schema, features).design.shape == (2, 1)


def test_no_rows_are_encoded_as_none():
    features = frame(c=["a", "b"], x=[1, 2])
    encoded = encode(build_schema(features), features.iloc[:0])
    assert encoded.design.shape == (0, 2)
    assert encoded.unseen.shape == (0,)


@given(
    st.lists(st.text(max_size=3), min_size=1, max_size=30),
    st.lists(st.floats(0, 10), min_size=30, max_size=30),
    st.permutations(range(30)),
)
def test_codes_stand_for_the_levels_of_their_rows(cells, weights, order):
    categories = sorted(set(cells), key=lambda cell: order[cells.index(cell)])
    features = pd.DataFrame({"c": pd.Categorical(cells, categories=categories)})
    schema = build_schema(features, np.array(weights[: len(cells)]))
    levels = schema.categorical[0].levels
    encoded = encode(schema, features)
    assert [levels[code] for code in encoded.design.codes[0]] == cells
    assert list(levels[1:]) == sorted(levels[1:])
    assert not encoded.unseen.any()


def test_a_column_that_spans_more_than_a_float_is_refused_by_name():
    with pytest.raises(DataError) as caught:
        build_schema(pd.DataFrame({"size": [-1.7e308, 1.7e308]}))
    assert str(caught.value) == (
        "column 'size' spans from -1.7e+308 to 1.7e+308, more than floating point can hold; "
        "rescale it, or --exclude size"
    )
