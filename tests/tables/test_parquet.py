"""Parquet files: types decide the kinds, nulls are missing, and faults are told with file and row, here and on Dask."""

import datetime as dt
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from support.faults import refusal_of
from support.tables import columns, load, source

from mae_cli.errors import DataError, Place, SettingsError
from mae_cli.tables.csv.dialect import PLAIN, Dialect
from mae_cli.tables.csv.files import Files
from mae_cli.tables.csv.header import joint_name
from mae_cli.tables.csv.source import Source
from mae_cli.tables.numeric_block import Wanted
from mae_cli.tables.parquet import ParquetRecords, PyarrowMissingError, is_parquet, joined, survey

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

Y = [1.0, 2.0, 4.0]


def halves(*numbers):
    """Floats of 16 bits."""
    return pa.array([None if number is None else np.float16(number) for number in numbers], pa.float16())


@pytest.fixture
def parquet(tmp_path, monkeypatch):
    """Write columns (lists or arrow arrays) as a Parquet file in the working directory; gives its name."""
    monkeypatch.chdir(tmp_path)

    def write(cells, name="data.parquet", **options):
        pq.write_table(pa.table(cells), tmp_path / name, **options)
        return name

    return write


def here(*names, dialect=PLAIN):
    """The records of files of the working directory."""
    return ParquetRecords.of([Source.of(name) for name in names], dialect)


@pytest.fixture(params=["here", pytest.param("dask", marks=pytest.mark.xdist_group("workers"))])
def opened(request):
    """Open files of the working directory, in this process or on workers."""
    if request.param == "here":
        return here
    pytest.importorskip("distributed")
    from mae_cli.distributed.files import DaskFiles

    cluster = request.getfixturevalue("cluster")
    return lambda *names, dialect=PLAIN: DaskFiles.of(cluster, names, dialect)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, 2, 3], pa.int8()),
        pa.array([1, 2, 3], pa.uint64()),
        pa.array([1, 2, 3], pa.float32()),
        halves(1.0, 2.0, 3.0),
        pa.array([Decimal(1), Decimal(2), Decimal(3)], pa.decimal256(50, 30)),
        pa.array([Decimal("1.0"), Decimal("2.0"), Decimal("3.0")], pa.decimal128(5, 1)),
    ],
    ids=lambda cells: str(cells.type),
)
def test_numeric_types_are_numbers(parquet, opened, cells):
    loaded = load(opened(parquet({"y": Y, "x": cells})))
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
def test_text_truth_values_and_dictionaries_are_levels(parquet, opened, cells, levels):
    assert columns(load(opened(parquet({"y": Y, "k": cells})))) == {"k": levels}


def test_declared_numbers_are_levels_as_they_are_written(parquet, opened):
    name = parquet({"y": [*Y, 5.0], "k": pa.array([1, None, 2, 1])})
    loaded = load(opened(name), categorical=frozenset({"k"}))
    assert columns(loaded) == {"k": ["1", "2", "1"]}
    assert loaded.rows_dropped == 1


def test_nulls_and_nan_are_missing(parquet, opened):
    name = parquet({"y": [1.0, 2.0, 3.0, None], "x": [1.0, None, np.nan, 2.0], "k": ["a", "b", "a", None]})
    loaded = load(opened(name))
    assert columns(loaded) == {"x": [1.0], "k": ["a"]}
    assert (loaded.rows_read, loaded.rows_dropped) == (4, 3)


@pytest.mark.parametrize(
    ("cells", "code", "column", "remedy"),
    [
        (
            {"y": Y, "when": [dt.timedelta(1)] * 3},
            "dates-or-times",
            "when",
            "turn it into numbers first",
        ),
        ({"y": Y, "z": pa.nulls(3)}, "unsupported-type", "z", "turn it into numbers first"),
        ({"y": Y, "z": [{"x": 1.0}] * 3}, "unsupported-type", "z", "turn it into numbers first"),
        ({"y": Y, "z": [[1.0]] * 3}, "unsupported-type", "z", "turn it into numbers first"),
        ({"y": ["a", "b", "c"], "x": Y}, "not-numeric", "y", None),
    ],
)
def test_a_type_that_cannot_be_fitted_is_refused(parquet, opened, cells, code, column, remedy):
    with pytest.raises(DataError) as caught:
        load(opened(parquet(cells)))
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == (code, Place("data.parquet", column=column), remedy)


@pytest.mark.parametrize(
    ("cells", "code", "row", "cell"),
    [
        ({"y": Y, "x": [1.0, float("inf"), 2.0]}, "not-finite", 2, "inf"),
        ({"y": Y, "x": pa.array([None] * 3, pa.float64())}, "no-values", None, None),
    ],
)
def test_what_cannot_be_fitted_is_refused(parquet, opened, cells, code, row, cell):
    found = refusal_of(load, opened(parquet(cells)))
    assert (found.code, found.file, found.row, found.column, found.cell) == (code, "data.parquet", row, "x", cell)


@pytest.mark.parametrize(
    ("kept", "code", "row", "column"),
    [
        ({"weight": "w"}, "negative-weight", 3, "w"),
        ({"missing": "error", "exclude": frozenset({"w"})}, "missing-cell", 4, "x"),
    ],
)
@pytest.mark.usefixtures("each_file_a_part")
def test_the_row_at_fault_is_counted_through_the_row_groups(parquet, opened, kept, code, row, column):
    name = parquet({"y": [*Y, 5.0], "x": [1.0, 2.0, 3.0, None], "w": [1, 1, -1, 1]}, row_group_size=2)
    found = refusal_of(load, opened(name), **kept)
    assert (found.code, found.file, found.row, found.column) == (code, "data.parquet", row, column)


def test_row_groups_of_several_files_are_counted_through(parquet):
    parquet({"y": [0, 1, 2]}, "1.parquet", row_group_size=2)
    parquet({"y": [3, 4]}, "2.parquet")
    both = here("1.parquet", "2.parquet")
    assert both.name == joint_name(["1.parquet", "2.parquet"])
    assert both.header.names == ("y",)
    assert [chunk.first for chunk in both.chunks(Wanted(["y"]))] == [0, 3]
    assert both.places([0, 2, 3]) == {
        0: Place("1.parquet", row=1),
        2: Place("1.parquet", row=3),
        3: Place("2.parquet", row=1),
    }
    assert both.place(4) == Place("2.parquet", row=2)
    assert [both.cell(index, "y") for index in range(5)] == list("01234")
    assert both.cells([4, 0, 2], ["y", "y"]) == {4: ("4", "4"), 0: ("0", "0"), 2: ("2", "2")}
    with pytest.raises(IndexError):
        both.place(5)


def test_numbers_in_a_dictionary_are_numbers_as_parquet_stores_them(parquet, opened):
    assert columns(load(opened(parquet({"y": Y, "k": pa.array([7, 5, 7]).dictionary_encode()})))) == {"k": [7, 5, 7]}


def test_parquet_and_csv_of_the_same_table_are_the_same_rows(parquet, opened, tmp_path, random):
    frame = pd.DataFrame(random.normal(size=(3000, 3)), columns=["y", "x", "z"]).assign(k=["b", "a", "c"] * 1000)
    frame.to_csv(tmp_path / "data.csv", index=False)
    csv = load(Files.of(["data.csv"]))
    typed = load(opened(parquet(pa.Table.from_pandas(frame))))
    assert columns(typed) == columns(csv)
    assert typed.layout == csv.layout
    assert typed.rows.take(np.arange(5)).target.tobytes() == csv.rows.take(np.arange(5)).target.tobytes()


def test_the_index_of_a_frame_is_a_column_only_if_it_is_stored_as_one(parquet, opened):
    frame = pd.DataFrame({"y": Y, "x": [1, 2, 3]})
    assert opened(parquet(pa.Table.from_pandas(frame))).header.names == ("y", "x")


def test_files_of_two_formats_are_refused(parquet, opened, tmp_path):
    name = parquet({"y": Y})
    (tmp_path / "data.csv").write_text("y\n1\n")
    with pytest.raises(DataError) as caught:
        opened(name, "data.csv")
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("formats-differ", Place("data.csv"))
    assert fault.remedy == "give files of one format"


def test_files_whose_types_differ_are_refused(parquet, opened):
    parquet({"y": Y}, "1.parquet")
    parquet({"y": ["a"]}, "2.parquet")
    with pytest.raises(DataError) as caught:
        opened("1.parquet", "2.parquet")
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("types-differ", Place("2.parquet", column="y"))
    assert fault.remedy == "give files whose types agree"


def test_types_of_one_kind_agree(parquet, opened):
    parquet({"y": Y, "x": pa.array([1, 2, 3], pa.int32())}, "1.parquet")
    parquet({"y": Y, "x": pa.array([0.5, 1.5, 2.5])}, "2.parquet")
    assert columns(load(opened("1.parquet", "2.parquet"))) == {"x": [1.0, 2.0, 3.0, 0.5, 1.5, 2.5]}


def test_a_file_without_rows_adds_none(parquet, opened):
    parquet({"y": pa.array([], pa.float64()), "x": pa.array([], pa.float64())}, "0.parquet")
    parquet({"y": Y, "x": Y}, "1.parquet")
    assert columns(load(opened("0.parquet", "1.parquet"))) == {"x": Y}
    with pytest.raises(DataError) as caught:
        _ = opened("0.parquet").header
    assert (caught.value.fault.code, caught.value.fault.place) == ("no-data-rows", Place("0.parquet"))


def test_two_columns_of_one_name_are_refused(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.Table.from_arrays([pa.array(Y), pa.array(Y)], names=["y", "y"]), tmp_path / "twice.parquet")
    with pytest.raises(DataError) as caught:
        opened("twice.parquet")
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("duplicate-column", Place("twice.parquet", column="y"))
    assert fault.remedy == "rename one of them"


def test_a_column_without_a_name_is_refused(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.Table.from_arrays([pa.array(Y), pa.array(Y)], names=["y", ""]), tmp_path / "nameless.parquet")
    with pytest.raises(DataError) as caught:
        opened("nameless.parquet")
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == ("unnamed-column", Place("nameless.parquet"), "give it one")


def is_malformed(error, name="data.parquet"):
    """Whether an error tells in one line that a file cannot be read."""
    fault = error.fault
    return (fault.code, fault.place) == ("malformed-parquet", Place(name)) and "\n" not in str(error)


def test_a_damaged_file_is_told_in_one_line(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(DataError) as caught:
        opened("broken.parquet")
    assert is_malformed(caught.value, "broken.parquet")


def test_without_the_extra_it_says_what_to_install(parquet, monkeypatch):
    name = parquet({"y": Y})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(PyarrowMissingError) as caught:
        here(name)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("pyarrow-missing", Place("data.parquet"))
    assert fault.remedy == "install it with pip install 'mae-cli[parquet]'"


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
def test_whole_numbers_that_a_float_cannot_hold_are_told_of(parquet, opened, cells, place):
    notes = [note for note in load(opened(parquet({"y": Y, "x": cells}))).notes if "2^53" in note]
    assert [note.partition(":")[0] for note in notes] == [f"data.parquet, {place}"] * (place is not None)


def test_whole_numbers_are_the_nearest_floats(parquet, opened):
    name = parquet({"y": Y, "x": [2**53 + 1, 2**62 + 1, -(2**63)], "z": pa.array([2**53 + 3, 5, 2**63], pa.uint64())})
    found = columns(load(opened(name)))
    assert found == {"x": [float(2**53 + 1), float(2**62 + 1), -(2.0**63)], "z": [float(2**53 + 3), 5.0, 2.0**63]}


def test_decimals_are_the_nearest_floats(parquet, opened, random):
    digits = [f"{number / 10**9:.9f}" for number in random.integers(-(10**17), 10**17, 500).tolist()]
    cells = pa.array([*map(Decimal, digits), None], pa.decimal128(38, 9))
    loaded = load(opened(parquet({"y": [1.0] * 501, "x": cells})))
    assert columns(loaded) == {"x": list(map(float, digits))}
    assert loaded.rows_dropped == 1


def test_half_floats_may_be_missing(parquet, opened):
    cells = halves(0.5, None, float("nan"), 2.0)
    assert columns(load(opened(parquet({"y": [1.0] * 4, "x": cells})))) == {"x": [0.5, 2.0]}


def test_spellings_of_a_missing_cell_count_in_numbers_and_text(parquet, opened):
    name = parquet({"y": [1.0, 2.0, -999.0, 3.0, 4.0], "x": [1, -999, 2, 3, 4], "k": ["a", "b", "a", "?", "a"]})
    loaded = load(opened(name, dialect=Dialect(missing=frozenset({"-999", "?"}))))
    assert columns(loaded) == {"x": [1.0, 4.0], "k": ["a", "a"]}
    assert (loaded.rows_read, loaded.rows_dropped) == (5, 3)


@pytest.mark.parametrize(
    ("dialect", "options"),
    [
        (Dialect(delimiter=","), "--delimiter"),
        (Dialect(decimal=","), "--decimal"),
        (Dialect(encoding="latin-1", delimiter="\t"), "--delimiter, --encoding"),
    ],
)
def test_how_text_is_written_is_not_said_of_parquet(parquet, opened, dialect, options):
    names = [parquet({"y": Y}, "1.parquet"), parquet({"y": Y}, "2.parquet")]
    with pytest.raises(SettingsError) as caught:
        opened(*names, dialect=dialect)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("text-option-with-parquet", Place(joint_name(names)))
    assert fault.remedy == f"leave out {options}"


def test_a_column_is_told_from_one_whose_name_goes_on_behind_a_point(parquet, opened):
    cells = {"y": Y, "x.1": [7.0, 8.0, 9.0], "x": [4.0, 5.0, 6.0], "z": [{"1": 0.0}] * 3, "z.1": Y}
    assert columns(load(opened(parquet(cells)), features=("x", "z.1"))) == {"x": [4.0, 5.0, 6.0], "z.1": Y}


def test_typed_cells_are_those_of_csv_with_nulls_among_them(parquet, opened, tmp_path, random):
    count = 400
    chosen = random.choice(["b", "a", "c"], count).tolist()
    frame = pd.DataFrame({
        "y": random.normal(size=count),
        "i": pd.array(random.integers(0, 9, count), dtype="Int64"),
        "b": random.choice([True, False], count),
        "k": pd.Categorical([None if place % 50 == 7 else level for place, level in enumerate(chosen)]),
        "d": [Decimal(int(number)).scaleb(-3) for number in random.integers(-(10**9), 10**9, count)],
    })  # fmt: skip
    frame.loc[random.choice(count, 20), "i"] = pd.NA
    frame.to_csv(tmp_path / "data.csv", index=False)
    with Files.of([str(tmp_path / "data.csv")]) as files:
        csv = load(files)
    typed = load(opened(parquet(pa.Table.from_pandas(frame), row_group_size=70)))
    assert columns(typed) == columns(csv)
    assert (typed.layout, typed.rows_read, typed.rows_dropped) == (csv.layout, csv.rows_read, csv.rows_dropped)


def test_text_that_is_not_utf8_is_told_with_its_row(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = pa.array([b"a", b"b", b"\xff"], pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 3, cells.buffers())
    pq.write_table(pa.table({"y": Y, "k": broken}), "data.parquet")
    with pytest.raises(DataError) as caught:
        load(opened("data.parquet"))
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("not-utf8", Place("data.parquet", row=3, column="k"))
    assert fault.remedy == "write the file anew with text in UTF-8, or use --exclude k"


def test_a_file_without_row_groups_has_no_rows(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.ParquetWriter("none.parquet", pa.schema([("y", pa.float64())])).close()
    with pytest.raises(DataError) as caught:
        _ = opened("none.parquet").header
    assert (caught.value.fault.code, caught.value.fault.place) == ("no-data-rows", Place("none.parquet"))


@pytest.mark.parametrize("kept", [4, 5, 60, -1])
def test_a_truncated_file_is_told_in_one_line(opened, parquet, tmp_path, kept):
    path = tmp_path / parquet({"y": Y, "x": Y})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError) as caught:
        opened("data.parquet")
    assert is_malformed(caught.value)


@pytest.mark.usefixtures("each_file_a_part")
def test_a_damaged_page_is_told_in_one_line(opened, parquet, tmp_path, random):
    path = tmp_path / parquet({"y": random.normal(size=9_000), "x": random.normal(size=9_000)}, row_group_size=3_000)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle - 20_000 : middle + 20_000] = b"\xaa" * 40_000
    path.write_bytes(content)
    files = opened("data.parquet")
    with pytest.raises(DataError) as caught:
        load(files)
    assert is_malformed(caught.value)


@pytest.mark.parametrize(
    "changed", [{"y": [1.0, 2.0], "x": [1.0, 2.0]}, {"y": Y, "x": ["a", "b", "c"]}, {"y": Y, "z": Y}]
)
def test_a_file_that_changes_after_its_header_was_read_is_told_of(parquet, opened, changed):
    files = opened(parquet({"y": Y, "x": Y}))
    used = files.header.names
    parquet(changed)
    assert used == ("y", "x")
    with pytest.raises(DataError) as caught:
        load(files)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("file-changed", Place("data.parquet"))
    assert fault.remedy == "try again when it is complete"


def test_a_file_with_fewer_row_groups_than_before_has_changed(parquet, opened):
    files = opened(parquet({"y": Y, "x": Y}, row_group_size=1))
    parquet({"y": Y[:1], "x": Y[:1]})
    with pytest.raises(DataError) as caught:
        load(files)
    assert caught.value.fault.code == "file-changed"


def test_a_file_that_goes_is_an_error(parquet, opened, tmp_path):
    files = opened(parquet({"y": Y, "x": Y}))
    (tmp_path / "data.parquet").unlink()
    with pytest.raises(DataError) as caught:
        load(files)
    assert (caught.value.fault.code, caught.value.fault.place) == ("file-not-found", Place("data.parquet"))


# ---------------------------------------------------------------- in this process


def test_bytes_that_can_be_read_only_once_are_read_from_their_spool(parquet, tmp_path):
    name = parquet({"y": Y, "x": [1.0, None, 3.0]})
    held = source((tmp_path / name).read_bytes(), "standard input")
    records = ParquetRecords.of([held])
    assert columns(load(records)) == {"x": [1.0, 3.0]}
    assert (records.place(1), records.cell(2, "x")) == (Place("standard input", row=2), "3.0")


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"PAR1\x15\x04 cut", "data", True),
        (b"PAR1 and what not PAR1", "data", True),
        (b"PARE\x41 encrypted PARE", "data", True),
        (b"PAR1", "data", True),
        (b"PAR1\n1\n2\n", "data.parquet", False),
        (b"PAR1,y\n1,2\n", "data.csv", False),
        (b"y,x\n1,2\n", "data.parquet", False),
        (b"\0" * 100, "data.PARQUET", True),
        (b"\0" * 100, "data.csv", False),
        (b"", "data.parquet", False),
    ],
)
def test_parquet_is_told_by_its_bytes_and_by_its_name_if_they_are_no_text(content, name, expected):
    assert is_parquet(source(content, name)) is expected


def test_what_is_not_there_is_no_parquet(tmp_path):
    assert not is_parquet(Source("absent.parquet", tmp_path / "absent.parquet"))


def test_an_encrypted_footer_is_told_in_one_line():
    with pytest.raises(DataError) as caught:
        ParquetRecords.of([source(b"PARE" + b"x" * 40 + b"PARE", "data.parquet")])
    assert is_malformed(caught.value)


def test_row_groups_that_follow_each_other_are_one(parquet, tmp_path):
    parquet({"y": [1, 2, 3, 4, 5]}, "1.parquet", row_group_size=2)
    parquet({"y": [6]}, "2.parquet")
    (_, first), (_, second) = (survey(name, tmp_path / name) for name in ("1.parquet", "2.parquet"))
    found = list(joined([*first[1:], *second, *second]))
    assert [(part.name, part.numbers, part.rows_before, part.rows) for part in found] == [
        ("1.parquet", range(1, 3), 2, 3),
        ("2.parquet", range(1), 0, 1),
        ("2.parquet", range(1), 0, 1),
    ]
    assert found[0].bytes == first[1].bytes + first[2].bytes
    assert list(joined([])) == []


def test_wide_tables_are_read_in_batches_of_fewer_rows(parquet, monkeypatch):
    monkeypatch.setattr("mae_cli.tables.parquet._BATCH_CELLS", 4_000)
    monkeypatch.setattr("mae_cli.tables.parquet._FEWEST_ROWS", 500)
    name = parquet({name: list(range(2_000)) for name in "abcdefghijklmnop"})
    assert [len(chunk.frame) for chunk in here(name).chunks(Wanted(list("ab")))] == [2_000]
    assert [len(chunk.frame) for chunk in here(name).chunks(Wanted(list("abcde")))] == [800, 800, 400]
    assert [len(chunk.frame) for chunk in here(name).chunks(Wanted(list("abcdefghijklmnop")))] == [500] * 4


def test_a_row_group_is_never_held_as_a_whole(parquet, random, monkeypatch):
    monkeypatch.setattr("mae_cli.tables.parquet._BATCH_ROWS", 1 << 12)
    cells = {key: random.normal(size=500_000) for key in "yxz"}
    name = parquet(cells, use_dictionary=False)  # 12 MB in one row group
    before, most = pa.total_allocated_bytes(), 0
    for _ in here(name).chunks(Wanted(list("yxz"))):
        most = max(most, pa.total_allocated_bytes() - before)
    assert 0 < most < 5 << 20


def test_two_columns_of_one_kind_may_have_other_types(parquet):
    parquet({"y": Y, "k": ["a", "b", "a"]}, "1.parquet")
    parquet({"y": Y, "k": pa.array(["b", "a", "b"]).dictionary_encode()}, "2.parquet")
    assert columns(load(here("1.parquet", "2.parquet"))) == {"k": ["a", "b", "a", "b", "a", "b"]}
