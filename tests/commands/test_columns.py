"""Options that name columns take CSV records and say so; those that name nothing offer no column."""

import click
import pytest

from mae_cli.commands import train
from mae_cli.commands.options import ColumnName, ColumnNames


def types():
    return {parameter.name: parameter.type for parameter in train.main.params}


def test_what_names_columns_is_completed_from_the_header():
    completed = {name for name, kind in types().items() if isinstance(kind, ColumnName | ColumnNames)}
    assert completed == {"target", "weight", "cluster", "features", "exclude", "categorical"}


@pytest.mark.parametrize("name", ["features", "exclude", "categorical"])
def test_an_empty_name_is_one_of_a_column(name):
    with pytest.raises(click.BadParameter, match="'a,' holds an empty column name"):
        types()[name].convert("a,", None, None)


def test_an_empty_spelling_is_none_of_a_column():
    with pytest.raises(click.BadParameter, match="'-,' holds an empty spelling"):
        types()["na_values"].convert("-,", None, None)
