"""Options that name columns take CSV records and say so; those that name nothing offer no column."""

import pytest

from mae_cli.commands import train
from mae_cli.commands.options import ColumnName, ColumnNames


def types():
    return {parameter.name: parameter.type for parameter in train.main.params}


def test_what_names_columns_is_completed_from_the_header():
    completed = {name for name, kind in types().items() if isinstance(kind, ColumnName | ColumnNames)}
    assert completed == {"target", "weight", "cluster", "features", "exclude", "categorical", "dates", "numbers"}


BLANKS = [
    *[(flag, value) for flag in ("-t", "--weight", "--cluster") for value in ("", " ")],
    *[(flag, value) for flag in ("--features", "--exclude", "--categorical", "--number") for value in ("", "x, ")],
    *[("--date", value) for value in ("", "x, ", " =%d/%m/%Y", "=%d/%m/%Y")],
]


def refused(told):
    ((code, remedy),) = [(fault.code, fault.remedy) for fault in told]
    return code, remedy


@pytest.mark.parametrize(("flag", "value"), BLANKS)
@pytest.mark.parametrize("where", [(), ("--columns",), ("--dask", "local")], ids=" ".join)
def test_a_blank_column_name_is_wrong_usage_even_where_columns_have_none(mae_train, told, table, where, flag, value):
    target = [] if flag == "-t" else ["-t", "y"]
    result = mae_train(table("y,x,,\n1,2,3,4\n2,3,4,5\n3,5,6,7\n"), *target, flag, value, *where)
    assert (result.exit_code, result.stdout) == (2, "")
    assert refused(told) == ("blank-value", "give a column name; is a shell variable unset?")


@pytest.mark.parametrize("flag", ["-t", "--weight", "--cluster", "--features"])
def test_a_blank_column_name_of_parquet_is_wrong_usage(mae_train, told, tmp_path, flag):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"y": [1, 2, 3], "": [2, 1, 2]}), tmp_path / "data.parquet")
    target = [] if flag == "-t" else ["-t", "y"]
    assert mae_train("data.parquet", *target, flag, "").exit_code == 2
    assert refused(told) == ("blank-value", "give a column name; is a shell variable unset?")


@pytest.mark.parametrize("value", ["", "x, "])
def test_a_blank_column_to_show_is_wrong_usage(mae_train, mae_eval, told, table, value):
    data = table("y,x,\n1,2,3\n2,3,4\n3,5,6\n4,4,4\n")
    assert mae_train(data, "-t", "y", "-q").exit_code == 0
    assert mae_eval("model.json", data, "--worst", "1", "--show", value).exit_code == 2
    assert refused(told) == ("blank-value", "give a column name; is a shell variable unset?")


def test_a_spelling_of_a_missing_value_may_be_blank_but_not_empty(mae_train, told, table):
    data = table("y,x\n1,2\n2, \n3,5\n4,4\n2,2\n")
    assert mae_train(data, "-t", "y", "--na-values", " ").exit_code == 0
    assert mae_train(data, "-t", "y", "--na-values", "-,").exit_code == 2
    assert refused(told) == ("blank-value", "give a spelling; is a shell variable unset?")
