"""Parquet with a column more: every other column stays as it is, whatever it holds and however it is cut."""

import io

import numpy as np
import pytest

from mae_cli.errors import DataError, Place
from mae_cli.tables.csv.source import Source
from mae_cli.tables.parquet import ParquetRecords
from mae_cli.tables.parquet_output import extended, require_same_types

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

COUNT = 20


def varied(levels, seed):
    """A table of columns that few programs think of."""
    random = np.random.default_rng(seed)
    return pa.table(
        {
            "k": pa.array(random.choice(levels, COUNT).tolist()).dictionary_encode(),
            "lists": pa.array([[row] * (row % 3) for row in range(COUNT)], pa.large_list(pa.int64())),
            "map": pa.array([[("a", row)] for row in range(COUNT)], pa.map_(pa.string(), pa.int64())),
            "lasts": pa.array(range(COUNT), pa.duration("us")),
            "when": pa.array([1] * COUNT, pa.timestamp("ns", "Europe/Paris")),
            "half": pa.array([np.float16(0.5)] * COUNT, pa.float16()),
            "bytes": [b"\xff"] * COUNT,
            "x": pa.array([None, *range(1, COUNT)], pa.int64()),
            "none": pa.nulls(COUNT),
        },
        metadata={"origin": "a test"},
    )


@pytest.fixture
def records(tmp_path, monkeypatch):
    """The rows of two tables, of three row groups each, in batches of seven."""
    monkeypatch.setattr("mae_cli.tables.parquet._BATCH_ROWS", 7)
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for path, levels in zip(paths, (["a", "b"], ["c", "b", "d"]), strict=True):
        pq.write_table(varied(levels, len(levels)), path, row_group_size=8)
    return ParquetRecords.of([Source.of(str(path)) for path in paths])


def place_or_none(first, batch):
    """The number of a row, but for every third."""
    places = np.arange(first, first + batch.num_rows, dtype=np.float64)
    return np.where(places % 3 == 0, np.nan, places)[:, np.newaxis]


def test_all_other_columns_stay_as_they_are(records):
    pieces = list(extended(records, records.names, ["row"], [], place_or_none))
    table = pq.read_table(io.BytesIO(b"".join(pieces)))
    both = pa.concat_tables([pq.read_table(part.held) for part in records.parts])
    assert table.drop_columns(["row"]).to_pylist() == both.to_pylist()
    assert table.drop_columns(["row"]).schema.equals(both.schema, check_metadata=True)
    assert table.column("row").to_pylist() == [None if row % 3 == 0 else row for row in range(2 * COUNT)]
    assert len(pieces) > 2 * 3  # batch by batch, and what ends the file


def test_the_new_column_alone_is_made_of_columns_that_are_not_kept(records):
    def doubled(_first, batch):
        assert batch.schema.names == ["x"]
        return np.transpose([2 * batch.column("x").cast("float64").to_numpy(zero_copy_only=False)])

    table = pq.read_table(io.BytesIO(b"".join(extended(records, [], ["twice"], ["x"], doubled))))
    assert table.schema.names == ["twice"]
    assert table.column("twice").to_pylist()[:3] == [None, 2.0, 4.0]


def test_nothing_need_be_read_for_it(records):
    alone = b"".join(extended(records, [], ["row"], [], place_or_none))
    assert pq.read_table(io.BytesIO(alone)).num_rows == 2 * COUNT


def test_files_whose_types_differ_do_not_go_together(records, tmp_path):
    require_same_types(records)
    for name, kind in (("3", pa.int32()), ("4", pa.int64())):
        pq.write_table(pa.table({"y": pa.array([1], kind)}), tmp_path / f"{name}.parquet")
    mixed = ParquetRecords.of([Source(name, tmp_path / name) for name in ("3.parquet", "4.parquet")])
    with pytest.raises(DataError) as caught:
        require_same_types(mixed)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("types-differ", Place("4.parquet", column="y"))
    assert fault.remedy == "predict them one by one"
