"""The columns of a model and their order in the design matrix."""

from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema

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
