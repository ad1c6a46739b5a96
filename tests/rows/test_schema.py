"""The columns of a model and their order in the design matrix."""

import pytest

from mae_cli.rows.schema import CategoricalColumn, DesignColumn, NumericColumn, Schema, joint_schema

SCHEMA = Schema(
    (
        CategoricalColumn("carrier", ("UA", "AA", "B6")),
        NumericColumn("hour", 5.0, 23.0),
        CategoricalColumn("origin", ("EWR", "JFK")),
        NumericColumn("distance", 90.0, 2600.0),
    )
)


def test_numbers_come_before_indicators_each_in_the_order_of_the_file():
    assert [column.name for column in SCHEMA.numeric] == ["hour", "distance"]
    assert [column.name for column in SCHEMA.categorical] == ["carrier", "origin"]


def test_every_level_but_the_baseline_is_a_design_column():
    assert SCHEMA.design_columns == (
        ("hour", None),
        ("distance", None),
        ("carrier", "AA"),
        ("carrier", "B6"),
        ("origin", "JFK"),
    )


def test_the_first_level_is_the_baseline():
    assert [column.baseline for column in SCHEMA.categorical] == ["UA", "EWR"]


def test_a_column_of_one_level_has_no_design_column():
    assert Schema((CategoricalColumn("c", ("only",)),)).design_columns == ()


def test_a_design_column_unpacks_as_its_feature_and_level():
    assert DesignColumn("carrier", "AA") == ("carrier", "AA")
    assert [level for _, level in SCHEMA.design_columns] == [None, None, "AA", "B6", "JFK"]


def test_a_label_names_the_feature_and_its_level():
    assert DesignColumn("hour").label == "hour"
    assert DesignColumn("carrier", "AA").label == "carrier = AA"


@pytest.mark.parametrize(
    ("column", "level", "shown"),
    [
        ("(intercept)", None, '"(intercept)"'),
        ("intercept", None, "intercept"),
        ("a = b", None, '"a = b"'),
        ("a=b", None, "a=b"),
        ("a = b", "c", '"a = b" = c'),
    ],
)
def test_a_column_that_could_be_taken_for_another_term_is_quoted(column, level, shown):
    assert DesignColumn(column, level).label == shown


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


def test_the_sources_of_features_are_columns_of_the_data_each_once():
    schema = Schema(
        (NumericColumn("hour", 0.0, 1.0), CategoricalColumn("carrier", ("AA",)), CategoricalColumn("hour", ("1",)))
    )
    assert [feature.sources for feature in schema.features] == [("hour",), ("carrier",), ("hour",)]
    assert schema.sources == ("hour", "carrier")
