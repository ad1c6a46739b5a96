"""Parquet files: types decide the kinds, nulls are missing, and faults are told with file and row."""

import datetime as dt
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from support.tables import columns, load

from mae_cli.errors import DataError
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.header import joint_name
from mae_cli.tables.numeric_block import Wanted
from mae_cli.tables.parquet import ParquetRecords, survey

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

Y = [1.0, 2.0, 4.0]


@pytest.fixture
def parquet(tmp_path, monkeypatch):
    """Write columns (lists or arrow arrays) as a Parquet file in the working directory; gives its name."""
    monkeypatch.chdir(tmp_path)

    def write(cells, name="data.parquet", **options):
        pq.write_table(pa.table(cells), tmp_path / name, **options)
        return name

    return write


@pytest.fixture
def dask_files(cluster):
    from mae_cli.distributed.files import DaskFiles

    return lambda *names: DaskFiles.of(cluster, names, Dialect())


def records(tmp_path, *names):
    """All row groups of the files."""
    return ParquetRecords(tuple(group for name in names for group in survey(name, tmp_path / name)[1]))


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, 2, 3], pa.int8()),
        pa.array([1, 2, 3], pa.uint64()),
        pa.array([1, 2, 3], pa.float32()),
        pa.array([1.0, 2.0, 3.0], pa.float16()),
        pa.array([Decimal("1.0"), Decimal("2.0"), Decimal("3.0")], pa.decimal128(5, 1)),
    ],
    ids=lambda cells: str(cells.type),
)
def test_numeric_types_are_numbers(parquet, dask_files, cells):
    loaded = load(dask_files(parquet({"y": Y, "x": cells})))
    assert columns(loaded) == {"x": [1.0, 2.0, 3.0]}


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (pa.array(["b", "a", "b"]), ["b", "a", "b"]),
        (pa.array(["b", "a", "b"], pa.large_string()), ["b", "a", "b"]),
        (pa.array([True, False, True]), ["True", "False", "True"]),
        (pa.array(["1", "2", "x"]), ["1", "2", "x"]),
        (pa.array(["NA", "2", "x"]), ["NA", "2", "x"]),  # a null is the only missing cell
        (pa.array(["b", "a", "b"]).dictionary_encode(), ["b", "a", "b"]),
    ],
    ids=lambda cells: str(getattr(cells, "type", "")),
)
def test_text_truth_values_and_dictionaries_are_levels(parquet, dask_files, cells, levels):
    assert columns(load(dask_files(parquet({"y": Y, "k": cells})))) == {"k": levels}


def test_declared_numbers_are_levels_as_they_are_written(parquet, dask_files):
    name = parquet({"y": [*Y, 5.0], "k": pa.array([1, None, 2, 1])})
    loaded = load(dask_files(name), categorical=frozenset({"k"}))
    assert columns(loaded) == {"k": ["1", "2", "1"]}
    assert loaded.rows_dropped == 1


def test_nulls_and_nan_are_missing(parquet, dask_files):
    name = parquet({"y": [1.0, 2.0, 3.0, None], "x": [1.0, None, np.nan, 2.0], "k": ["a", "b", "a", None]})
    loaded = load(dask_files(name))
    assert columns(loaded) == {"x": [1.0], "k": ["a"]}
    assert (loaded.rows_read, loaded.rows_dropped) == (4, 3)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"y": Y, "when": [dt.date(2020, 1, 1)] * 3},
            "column 'when' holds dates or times (date32[day]); turn them into numbers first, or use --exclude when",
        ),
        ({"y": Y, "z": [[1.0]] * 3}, "column 'z' holds neither numbers nor text (list<"),
        ({"y": ["a", "b", "c"], "x": Y}, "the target 'y' must be a number, but its type is string"),
        ({"y": Y, "x": [1.0, float("inf"), 2.0]}, "data.parquet, row 2: column 'x' is 'inf'"),
        ({"y": Y, "x": pa.array([None] * 3, pa.float64())}, "column 'x' has no values"),
    ],
)
def test_what_cannot_be_fitted_is_refused(parquet, dask_files, cells, message):
    with pytest.raises(DataError) as caught:
        load(dask_files(parquet(cells)))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ({"weight": "w"}, "data.parquet, row 3: the weight 'w' must not be negative, but this cell is '-1"),
        ({"missing": "error", "exclude": frozenset({"w"})}, "data.parquet, row 4: the cell of column 'x' is missing"),
    ],
)
@pytest.mark.usefixtures("each_file_a_part")
def test_the_row_at_fault_is_counted_through_the_row_groups(parquet, dask_files, kept, message):
    name = parquet({"y": [*Y, 5.0], "x": [1.0, 2.0, 3.0, None], "w": [1, 1, -1, 1]}, row_group_size=2)
    with pytest.raises(DataError) as caught:
        load(dask_files(name), **kept)
    assert message in str(caught.value)


def test_row_groups_of_several_files_are_counted_through(parquet, tmp_path):
    parquet({"y": [0, 1, 2]}, "1.parquet", row_group_size=2)
    parquet({"y": [3, 4]}, "2.parquet")
    both = records(tmp_path, "1.parquet", "2.parquet")
    assert both.name == joint_name(["1.parquet", "2.parquet"])
    assert both.header.names == ("y",)
    assert [chunk.first for chunk in both.chunks(Wanted(["y"]))] == [0, 2, 3]
    assert both.locate([0, 2, 3, 4]) == {
        0: ("1.parquet", 1), 2: ("1.parquet", 3), 3: ("2.parquet", 1), 4: ("2.parquet", 2),
    }  # fmt: skip
    assert both.place(4) == "2.parquet, row 2"
    assert [both.cell(index, "y") for index in range(5)] == list("01234")
    assert both.cells([4, 0, 2], ["y", "y"]) == {4: ("4", "4"), 0: ("0", "0"), 2: ("2", "2")}
    with pytest.raises(IndexError):
        both.place(5)


def test_numbers_in_a_dictionary_are_numbers_as_parquet_stores_them(parquet, dask_files):
    assert columns(load(dask_files(parquet({"y": Y, "k": pa.array([7, 5, 7]).dictionary_encode()})))) == {
        "k": [7, 5, 7]
    }


def test_parquet_and_csv_of_the_same_table_are_the_same_rows(parquet, dask_files, tmp_path, random):
    frame = pd.DataFrame(random.normal(size=(3000, 3)), columns=["y", "x", "z"]).assign(k=["b", "a", "c"] * 1000)
    frame.to_csv(tmp_path / "data.csv", index=False)
    csv = load(Files.of(["data.csv"]))
    typed = load(dask_files(parquet(pa.Table.from_pandas(frame))))
    assert columns(typed) == columns(csv)
    assert typed.layout == csv.layout
    assert typed.rows.take(np.arange(5)).target.tobytes() == csv.rows.take(np.arange(5)).target.tobytes()


def test_the_index_of_a_frame_is_a_column_only_if_it_is_stored_as_one(parquet, dask_files):
    frame = pd.DataFrame({"y": Y, "x": [1, 2, 3]})
    assert dask_files(parquet(pa.Table.from_pandas(frame))).header.names == ("y", "x")


def test_files_of_two_formats_are_refused(parquet, dask_files, tmp_path):
    name = parquet({"y": Y})
    (tmp_path / "data.csv").write_text("y\n1\n")
    with pytest.raises(DataError, match=r"data\.csv is CSV, but data\.parquet is Parquet; give files of one format"):
        dask_files(name, "data.csv")


def test_files_whose_types_differ_are_refused(parquet, dask_files):
    parquet({"y": Y}, "1.parquet")
    parquet({"y": ["a"]}, "2.parquet")
    with pytest.raises(DataError) as caught:
        dask_files("1.parquet", "2.parquet")
    assert "2.parquet: column 'y' has the type string, but double in 1.parquet; their types" in str(caught.value)


def test_types_of_one_kind_agree(parquet, dask_files):
    parquet({"y": Y, "x": pa.array([1, 2, 3], pa.int32())}, "1.parquet")
    parquet({"y": Y, "x": pa.array([0.5, 1.5, 2.5])}, "2.parquet")
    assert columns(load(dask_files("1.parquet", "2.parquet"))) == {"x": [1.0, 2.0, 3.0, 0.5, 1.5, 2.5]}


def test_a_file_without_rows_adds_none(parquet, dask_files):
    parquet({"y": pa.array([], pa.float64()), "x": pa.array([], pa.float64())}, "0.parquet")
    parquet({"y": Y, "x": Y}, "1.parquet")
    assert columns(load(dask_files("0.parquet", "1.parquet"))) == {"x": Y}
    with pytest.raises(DataError, match="no data rows"):
        dask_files("0.parquet")


def test_two_columns_of_one_name_are_refused(dask_files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.Table.from_arrays([pa.array(Y), pa.array(Y)], names=["y", "y"]), tmp_path / "twice.parquet")
    with pytest.raises(DataError, match=r"twice\.parquet has two columns named 'y'; rename one of them"):
        dask_files("twice.parquet")


def test_a_column_without_a_name_is_refused(dask_files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.Table.from_arrays([pa.array(Y), pa.array(Y)], names=["y", ""]), tmp_path / "nameless.parquet")
    with pytest.raises(DataError, match=r"nameless\.parquet: column 2 has no name; give it one"):
        dask_files("nameless.parquet")


def test_a_damaged_file_is_told_in_one_line(dask_files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(DataError, match=r"^broken\.parquet: not readable as Parquet \(.*\)$"):
        dask_files("broken.parquet")


def test_workers_without_pyarrow_are_told_of(parquet, tmp_path, monkeypatch):
    name = parquet({"y": Y})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(DataError, match=r"data\.parquet is a Parquet file, and the Dask workers have no pyarrow"):
        survey(name, tmp_path / name)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        (pa.array([1, 2**53 + 1, 3]), "row 2"),
        (pa.array([1, None, 2**53 + 1]), "row 3"),
        (pa.array([1, None, -(2**63)]), None),
        (pa.array([1, 2, 2**64 - 1], pa.uint64()), "row 3"),
        (pa.array([None, None, 7]), None),
    ],
)
def test_whole_numbers_that_a_float_cannot_hold_are_told_of(parquet, dask_files, cells, place):
    notes = [note for note in load(dask_files(parquet({"y": Y, "x": cells}))).notes if "2^53" in note]
    assert [note.partition(":")[0] for note in notes] == [f"data.parquet, {place}"] * (place is not None)


def test_whole_numbers_are_the_nearest_floats(parquet, dask_files):
    name = parquet({"y": Y, "x": [2**53 + 1, 2**62 + 1, -(2**63)], "z": pa.array([2**53 + 3, 5, 2**63], pa.uint64())})
    found = columns(load(dask_files(name)))
    assert found == {"x": [float(2**53 + 1), float(2**62 + 1), -(2.0**63)], "z": [float(2**53 + 3), 5.0, 2.0**63]}
