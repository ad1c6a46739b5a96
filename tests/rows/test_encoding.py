"""Rows as read to numbers: levels, baselines, ranges and codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mae_cli.errors import DataError, Place
from mae_cli.rows.blocks import MemoryRows, whole
from mae_cli.rows.coding import Coding, Layout
from mae_cli.rows.design import Design
from mae_cli.rows.encoding import build_schema, describe, level_rows
from mae_cli.rows.schema import CategoricalColumn, NumericColumn
from mae_cli.rows.split import Split


def as_read(weights=None, block_rows=3, **columns):
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
    layout, rows = as_read(weights, **columns)
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
    layout, rows = as_read(c=list("aabbbbzz"), x=range(8))
    split = Split(8, 0, (2,))
    held = split.is_held(np.arange(8))
    schema = build_schema(layout, describe(rows, layout, split))
    kept = [(cell, x) for cell, x, out in zip("aabbbbzz", range(8), held, strict=True) if not out]
    assert set(schema.categorical[0].levels) == {cell for cell, _ in kept}
    assert schema.numeric[0] == NumericColumn("x", min(x for _, x in kept), max(x for _, x in kept))


def test_the_description_counts_rows_of_no_weight_and_knows_target_and_largest_weight():
    layout, rows = as_read([0.0, 2.0, 0.0, 0.5], x=[1, 2, 3, 4])
    description = describe(rows, layout, None)
    assert (description.weightless, description.largest_weight, description.target_range) == (2, 2.0, (0.0, 3.0))


def test_rows_become_numbers_and_codes():
    layout, rows = as_read(c=["a", "b", "a"], x=[1, 2, 3], d=["u", "u", "v"], z=[0.5, 1.5, 2.5])
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
    assert encoded(schema, *as_read(c=["a", "a"], x=[7, 7]))[0].design.shape == (2, 1)


def test_no_rows_are_encoded_as_none():
    layout, rows = as_read(c=["a", "b"], x=[1, 2])
    block, unseen = Coding.of(build_schema(layout, describe(rows, layout, None)), layout)(whole(rows).part(slice(0)))
    assert block.design.shape == (0, 2)
    assert unseen.shape == (0,)


@given(
    st.lists(st.text(max_size=3), min_size=1, max_size=30),
    st.lists(st.floats(0, 10), min_size=30, max_size=30),
    st.integers(1, 10),
)
def test_codes_stand_for_the_levels_of_their_rows(cells, weights, block_rows):
    layout, rows = as_read(weights[: len(cells)], block_rows, c=cells)
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
    layout, rows = as_read([1.0, 0.0, 5.0, 1.0], c=["b", "a", "b", "b"], x=[1, 2, 3, 4], d=["u", "u", "u", "v"])
    assert level_rows(layout, describe(rows, layout, None)) == {
        ("c", "b"): 3,
        ("c", "a"): 1,
        ("d", "u"): 3,
        ("d", "v"): 1,
    }
