"""Coefficients in blocks: which are shown in how many lines, and what is said of the others."""

from dataclasses import replace

import pytest

from mae_cli.report.blocks import Coefficient, coefficients_of, full_name, in_blocks
from mae_cli.report.console import Room

WHOLE = Room(name=None, terms=None)


def number(name, effect, **fields):
    return Coefficient(name, (effect,), (effect,), **fields)


def levels(feature, *sizes, baseline="z", rows=None):
    names = "abcdefghijklmnopqrstuvwxy"
    return [
        Coefficient(feature, (size,), (size,), level=names[place], baseline=baseline, rows=rows)
        for place, size in enumerate(sizes)
    ]


def names(coefficients, room=WHOLE, height=1):
    return [line.name for line in in_blocks(coefficients, room, height).lines]


def test_columns_are_in_the_order_of_their_largest_effects_and_the_intercept_is_first():
    intercept = Coefficient(None, (1.0,))
    found = [number("small", 0.1), *levels("k", 1.0, -5.0), number("large", -4.0), intercept]
    assert names(found) == ["(intercept)", "k (vs z)", "  a", "  b", "large", "small"]


def test_without_effects_columns_keep_their_order():
    found = [Coefficient("b", (1.0,)), Coefficient("a", (9.0,)), Coefficient("c", (0.5,), unit="days")]
    assert names(found) == ["b", "a", "c (days)"]
    assert in_blocks(found * 3, Room(name=40, terms=None)).footer("x") is None


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (("10", "9", "-1.5"), ["  -1.5", "  9", "  10"]),
        (("10", "9", "b"), ["  10", "  9", "  b"]),
        (("10", "9", "nan"), ["  10", "  9", "  nan"]),
        (("", " x"), ['  ""', '  " x"']),
    ],
)
def test_levels_are_in_their_natural_order(given, shown):
    found = [Coefficient("k", (1.0,), (1.0,), level=level, baseline="z") for level in given]
    assert names(found)[1:] == shown


def test_levels_of_another_baseline_have_a_block_of_their_own():
    found = [*levels("k", 1.0, 2.0), *levels("k", 3.0, baseline="y")]
    assert names(found) == ["k (vs y)", "  a", "k (vs z)", "  a", "  b"]


def test_rows_are_told_where_they_are_known():
    (level,) = levels("k", 1.0, rows=1_200)
    level = replace(level, baseline_rows=1)
    assert names([level]) == ["k (vs z, 1 row)", "  a"]
    assert in_blocks([number("x", 2.0), level], WHOLE).rows_of_levels() == [("rows", ["", "1,200"])]
    assert in_blocks([number("x", 2.0), *levels("k", 1.0)], WHOLE).rows_of_levels() == []
    assert full_name(level, WHOLE) == "k = a, 1,200 rows (vs z, 1 row)"
    assert full_name(Coefficient(None, (1.0,)), WHOLE) == "(intercept)"


@pytest.mark.parametrize("terms", range(4, 20))
def test_no_more_lines_are_taken_than_there_is_room_for(terms):
    found = [number("x", 9.0), *levels("k", *range(1, 9)), number("y", 0.5), *levels("m", 0.1, 0.2), number("z", 0.01)]
    blocks = in_blocks(found, Room(name=40, terms=terms))
    assert len(blocks.lines) <= terms
    assert blocks.lines[0].name == "x"
    assert len(blocks.lines) >= min(terms - 2, 15)
    left = sum(line.levels_left for line in blocks.lines)
    hidden = [each for each in found if each not in blocks.shown]
    assert len(hidden) >= left
    assert (blocks.footer("m.json") is None) == (not hidden)


def test_the_levels_left_out_have_the_smallest_effects_and_are_counted():
    lines = in_blocks(levels("k", *range(1, 9)), Room(name=40, terms=6)).lines
    assert [line.name for line in lines] == [
        "k (vs z)", "  e", "  f", "  g", "  h", "  … and 4 levels with smaller coefficients",
    ]  # fmt: skip
    assert lines[-1].levels_left == 4


def test_a_larger_coefficient_among_those_left_out_is_named():
    found = levels("k", *range(1, 9))
    found[0] = replace(found[0], values=(-6.5,))  # larger than the least that is shown, 5
    last = in_blocks(found, Room(name=40, terms=6)).lines[-1]
    assert last.name == "  … and 4 levels with smaller coefficients or fewer rows, up to -6.500 (a)"


def test_levels_leave_each_column_that_follows_as_many_lines_as_it_takes():
    found = [*levels("k", *range(30, 6, -1)), *(number(f"x{place}", 0.1) for place in range(4))]
    blocks = in_blocks(found, Room(name=40, terms=60), 3)
    assert blocks.columns_left == 0
    assert sum(line.levels_left for line in blocks.lines) > 0


def test_of_models_without_effects_it_is_only_counted_how_many_levels_are_left_out():
    found = [replace(each, effects=()) for each in levels("k", *range(1, 9))]
    assert in_blocks(found, Room(name=40, terms=6)).lines[-1].name == "  … and 4 more levels"


@pytest.mark.parametrize(
    ("effects", "footer"), [(True, "… and 2 columns with smaller effects"), (False, "… and 2 more columns")]
)
def test_the_columns_left_out_are_counted(effects, footer):
    found = [number(name, float(10 - place)) for place, name in enumerate("abcdefg")]
    found = found if effects else [replace(each, effects=()) for each in found]
    blocks = in_blocks(found, Room(name=40, terms=5))
    assert [line.name for line in blocks.lines] == list("abcde")
    assert blocks.footer("m.json") == f"{footer} (all in m.json)"


def test_coefficients_that_take_several_lines_have_room_for_fewer_but_for_four():
    found = [number(name, float(10 - place)) for place, name in enumerate("abcdefg")]
    assert names(found, Room(name=40, terms=18), 3) == list("abcdef")
    assert names(found, Room(name=40, terms=6), 3) == list("abcd")
    many = levels("k", *range(1, 9))
    assert names(many, Room(name=40, terms=6), 3)[0] == "k (vs z)"
    assert len(names(many, Room(name=40, terms=6), 3)) == 5


def test_those_of_several_fits_are_ordered_by_the_largest_of_all(mae_fit, mse_fit):
    other = [
        replace(effect, per_deviation=99.0) if effect.column.feature == "distance" else effect
        for effect in mse_fit.effects
    ]
    found = coefficients_of([mae_fit, replace(mse_fit, effects=tuple(other))])
    blocks = in_blocks(found, WHOLE)
    assert [line.name for line in blocks.lines[:3]] == ["(intercept)", "distance", "dep_delay"]
    assert blocks.values(0)[0] == mae_fit.intercept
    assert blocks.quantities(1)[1] == "-0.002403"
    assert "air_time_hours" not in [line.name for line in blocks.lines]
