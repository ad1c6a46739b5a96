"""Files that Dask workers read: what one machine finds in them, to the letter, whatever is in which part."""

import sys
from dataclasses import replace
from functools import partial
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from support.tables import columns, load, load_freely

from mae_cli.distributed.cluster import Cluster
from mae_cli.distributed.files import DaskFiles, find
from mae_cli.errors import DataError, Place
from mae_cli.progress import ProgressListener
from mae_cli.rows.blocks import MemoryRows, in_memory, whole
from mae_cli.rows.design import is_column_major
from mae_cli.rows.schema import CategoricalColumn, NumericColumn, Schema
from mae_cli.tables.apart import Apart
from mae_cli.tables.csv.dialect import Dialect
from mae_cli.tables.csv.files import Files, Waypoint
from mae_cli.tables.load import load_for_model
from mae_cli.tables.read import ReadOptions

pytest.importorskip("distributed")

HEAD = "y,x,k\n"
URL = "https://example.org/data.csv"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write texts as 1.csv, 2.csv and so on into the working directory; gives their names."""
    monkeypatch.chdir(tmp_path)

    def write(*texts):
        for number, text in enumerate(texts, 1):
            (tmp_path / f"{number}.csv").write_text(text, encoding="utf-8")
        return [f"{number}.csv" for number in range(1, len(texts) + 1)]

    return write


def outcome(open_files, read=load):
    """What a user can tell about a reading: the columns and the counts, or the refusal."""
    try:
        files = open_files()
        loaded = read(files)
    except DataError as error:
        return str(error)
    rows = whole(loaded.rows)
    places = [loaded.files.place(record) for record in rows.record_numbers.tolist()]
    counts = loaded.rows_read, loaded.rows_dropped, loaded.rows_unseen
    return columns(loaded), rows.target.tolist(), rows.weight_values.tolist(), places, counts, loaded.notes, files.name


def both(cluster, names, read=load, dialect=None):
    """What one machine and the workers tell of the same files."""
    dialect = dialect or Dialect()
    here = outcome(partial(Files.of, names, dialect), read)
    return here, outcome(partial(DaskFiles.of, cluster, names, dialect), read)


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["1,2,a\n3,4,b\n", "5,6,c\n7,8,a\n"], {}),
        (["1,2,3\n3,4,5\n", "5,six,7\n7,eight,8\n"], {"exclude": frozenset({"x"})}),
        (["1,a,3\n", "2,b,4\n", "3,a,4\n"], {}),
        (["1,,1\n", "2,a,2\n", "3,b,3\n"], {}),  # its first cells are missing: read as numbers, then as text
        (["1,2,b\n2,,a\n", ",3,a\n4,5,\n", "5,6,c\n"], {}),
        (["1,,b\n", "2,3,a\n"], {}),
        (["1,2,b\n", "2,3,NA\n"], {}),
        (["1,2,b\n", "2,3,NA\n"], {"categorical": frozenset({"k"})}),
        (["1,2,9007199254740993\n", "2,3,9007199254740995\n"], {}),
        (["1,2,1\n", "2,3,9007199254740993\n", "2,3,9007199254740995\n"], {}),
        (["1,2,1\n", "2,3,7\n"], {"categorical": frozenset({"k"})}),
        (["1,2,1\n", "2,3,0\n", "3,3,4\n"], {"weight": "k"}),
        (['1,"2",a\n', '2,"3","a\nb"\n3,4,c\n', "4,5,d\n"], {}),
        (["", "1,2,a\n2,3,b\n", ""], {}),
        (["-0,2,a\n", "0,-0,b\n"], {}),
    ],
)
@pytest.mark.usefixtures("each_file_a_part")
def test_workers_find_what_one_machine_does(cluster, written, texts, options):
    names = written(*(HEAD + text for text in texts))
    here, there = both(cluster, names, partial(load, **options))
    assert not isinstance(here, str)
    assert repr(there) == repr(here)


@pytest.mark.parametrize(
    "texts",
    [
        ["1,2,a\n", "2,3,b\n3,4,c\n"],
        ["1,2,5\n", "2,3,5\n3,4,5\n"],
        ["1,2,\n", "2,3,\n3,4,\n"],
        ["1,2,1\n", "2,3,--\n3,4,2\n", "5,5,..\n"],
        ["1,2,a\n", "2,3,b\n3,4,7\n", "3,2,a\n4,4,b\n"],
        ["1,2,\n", "2,,5\n3,4,\n", "4,5,7\n5,7,\n"],
        ["1,2,2024-01-31\n", "2,3,2024-02-01\n3,4,-\n"],
        ["1,2,31/1/2024\n", "2,3,1/2/2024\n3,4,1/3/2024\n"],
        ["1,2,1/1/2024\n", "2,3,1/2/2024\n3,4,1/3/2024\n"],
        ["1,2,$5\n", "2,3,$7\n3,4,-$2.5\n"],
        ["1,2,$5\n", "2,3,$7M\n3,4,-$2.5\n"],
    ],
)
@pytest.mark.usefixtures("each_file_a_part")
def test_workers_leave_out_what_one_machine_does(cluster, written, texts):
    here, there = both(cluster, written(*(HEAD + text for text in texts)), load_freely)
    assert not isinstance(here, str)
    assert repr(there) == repr(here)


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        (["1,2,a\n", "2,3,b\n3,x,c\n"], {}, "2.csv, line 3: column 'x' is 'x', which is not a number"),
        (["1,2,7\n", "2,3,5\n3,4,b\n"], {}, "2.csv, line 3: column 'k' is 'b', which is not a number, where most"),
        (
            ["1,2,a\n", "y,3,b\n"],
            {},
            (
                "2.csv, line 2: the target 'y' must be a number, but this cell is 'y'; "
                "remove the line, which seems to repeat the header"
            ),
        ),
        (["1,2,a\n", "2,inf,b\n", "z,3,b\n"], {}, "2.csv, line 2: column 'x' is 'inf', which is not a finite number"),
        (["1,2,7\n", "2,inf,b\n"], {}, "2.csv, line 2: column 'x' is 'inf', which is not a finite number"),
        (["1,inf,7\n", "2,3,b\n"], {}, "1.csv, line 2: column 'x' is 'inf', which is not a finite number"),
        (["1,2,1\n", "2,3,-1\n"], {"weight": "k"}, "2.csv, line 2: the weight 'k' must not be negative"),
        (["1,2,a\n", "2,3,b\n", "3,4,c\n"], {"max_levels": 2}, "1.csv, line 2: column 'k' is text with 3 levels"),
        (["1,2,a\n", "2,,b\n"], {"missing": "error"}, "2.csv, line 2: the cell of column 'x' is missing"),
        (["1,2,\n", "2,3,\n"], {}, "column 'k' has no values"),
        (["1,,a\n", ",3,b\n"], {}, "every row has a missing cell"),
        (["1,2,$5M\n", "2,3,$7\n"], {}, "1.csv, line 2: column 'k' is '$5M', an amount of money"),
        (["1,2,1/2/2024\n", "2,3,3/4/2024\n"], {}, "1.csv, line 2: column 'k' is '1/2/2024'"),
        (["1,2,a\n", "2,3,b,4\n"], {}, "2.csv, line 2"),
        (["1,2,a\n", '2,3,"b\n'], {}, "2.csv, line 2"),
        (["", ""], {}, "no data rows"),
        (["1,2,a\n"], {"target": "z"}, "'z'"),
    ],
)
@pytest.mark.usefixtures("each_file_a_part")
def test_workers_refuse_as_one_machine_does(cluster, written, texts, options, message):
    names = written(*(HEAD + text for text in texts))
    here, there = both(cluster, names, partial(load, **options))
    assert message in here
    assert there == here


@pytest.mark.parametrize(
    "texts",
    [
        ["y,x\n1,2\n", "y,z\n1,2\n"],
        ["y,x\n1,2\n", "y\n1\n"],
        ["y,y\n1,2\n", "y,y\n1,2\n"],
        ["", "y,x\n1,2\n"],
        ["y,x\n1,2\n", "PK\x03\x04"],
    ],
)
def test_workers_refuse_a_file_as_one_machine_does(cluster, written, texts):
    here, there = both(cluster, written(*texts))
    assert isinstance(here, str)
    assert there == here


def test_the_spelling_of_the_data_goes_to_the_workers(cluster, written):
    names = written("y;x\n1,5;?\n2,5;3\n", "y;x\n4;-\n5;6,25\n")
    here, there = both(cluster, names, dialect=Dialect(delimiter=";", decimal=",", missing=frozenset("?-")))
    assert here[1] == [2.5, 5.0]
    assert there == here


SCHEMA = Schema((NumericColumn("x", 0.0, 9.0), CategoricalColumn("k", ("a", "b"))))


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["1,2,a\n2,,b\n", "3,4,b\n"], {}),
        (["1,2,a\n", "3,4,new\n"], {}),
        (["1,2,a\n", "3,4,new\n", "4,5,b\n"], {"skip_unseen": True}),
        (["1,2,a\n", "3,4,5\n"], {"skip_unseen": True}),
        (["1,2,a\n", "3,text,b\n"], {}),
    ],
)
@pytest.mark.usefixtures("each_file_a_part")
def test_workers_read_for_a_model_as_one_machine_does(cluster, written, texts, options):
    def read(files):
        collect = MemoryRows.collect
        return load_for_model(files, SCHEMA, Apart("y", "weight"), replace(ReadOptions(collect), **options))

    here, there = both(cluster, written(*(HEAD + text for text in texts)), read)
    assert repr(there) == repr(here)


def test_a_pattern_is_expanded_in_the_order_of_the_names(cluster, written, tmp_path):
    written(*(f"y,x\n{number},0\n" for number in range(1, 4)))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "0.csv").write_text("y,x\n9,0\n", encoding="utf-8")
    files = DaskFiles.of(cluster, ["more/*.csv", "[23].csv", "1.csv"], Dialect())
    loaded = load(files)
    files, rows = loaded.files, whole(loaded.rows)
    assert rows.target.tolist() == [9.0, 2.0, 3.0, 1.0]
    assert [files.place(record) for record in (0, 1, 2, 3)] == [
        Place(name, line=2) for name in ("more/0.csv", "2.csv", "3.csv", "1.csv")
    ]
    assert files.places([3, 0]) == {3: Place("1.csv", line=2), 0: Place("more/0.csv", line=2)}
    assert files.cell(1, "y") == "2"
    assert files.cells([3, 0], ["x", "y"]) == {3: ("0", "1"), 0: ("0", "9")}


def test_a_name_that_looks_like_a_pattern_is_a_name_first(cluster, written, tmp_path):
    written()
    (tmp_path / "a[1].csv").write_text("y,x\n9,0\n", encoding="utf-8")
    assert DaskFiles.of(cluster, ["a[1].csv"], Dialect()).name == "a[1].csv"


@pytest.mark.parametrize(
    ("argument", "code", "place", "remedy"),
    [
        ("absent.csv", "file-not-found", Place("absent.csv"), "put it on a disk that all workers see"),
        ("absent-*.csv", "no-matching-file", None, None),
        (URL, "data-is-url", Place(URL), "give a path that the Dask workers see"),
    ],
)
def test_what_the_workers_do_not_see_is_named(cluster, written, argument, code, place, remedy):
    written()
    with pytest.raises(DataError) as caught:
        DaskFiles.of(cluster, [argument], Dialect())
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == (code, place, remedy)
    assert argument in fault.what
    assert "\n" not in str(fault)


def test_a_file_that_goes_after_it_was_found_is_an_error(cluster, written, tmp_path):
    files = DaskFiles.of(cluster, written("y,x\n1,2\n"), Dialect())
    (tmp_path / "1.csv").unlink()
    with pytest.raises(DataError) as caught:
        load(files)
    assert (caught.value.fault.code, caught.value.fault.place) == ("file-not-found", Place("1.csv"))


@pytest.mark.parametrize("columns", [1, 20])
def test_one_file_has_the_blocks_that_it_has_in_memory(cluster, written, columns):
    random = np.random.default_rng(7)
    numbers = random.normal(size=(20_000, columns + 1))
    frame = pd.DataFrame(numbers, columns=["y", *(f"x{number}" for number in range(columns))])
    names = written(frame.assign(k=["a", "b"] * 10_000).to_csv(index=False))
    here = load(Files.of(names, Dialect())).rows.blocks
    there = in_memory(load(DaskFiles.of(cluster, names, Dialect())).rows).blocks
    assert [len(block.target) for block in there] == [len(block.target) for block in here]
    for mine, theirs in zip(here, there, strict=True):
        assert is_column_major(mine.design.numeric) == is_column_major(theirs.design.numeric)
        assert mine.design.numeric.tobytes() == theirs.design.numeric.tobytes()
        assert mine.design.codes[0].tobytes() == theirs.design.codes[0].tobytes()
        assert mine.target.tobytes() == theirs.target.tobytes()
        assert mine.positions.tolist() == theirs.positions.tolist()
        assert mine.record_numbers.tolist() == theirs.record_numbers.tolist()


@pytest.mark.usefixtures("each_file_a_part")
def test_how_many_records_were_read_is_told(cluster, written):
    listener = mock.create_autospec(ProgressListener, instance=True)
    names = written("y,x\n1,2\n3,4\n", "y,x\n1,2\n")
    files = DaskFiles.of(cluster, names, Dialect())
    schema = Schema((NumericColumn("x", 0.0, 9.0),))
    load_for_model(files, schema, Apart("y"), ReadOptions(MemoryRows.collect, listener=listener))
    assert listener.reading.mock_calls == [mock.call(2, 0.5), mock.call(3, 1.0)]


@pytest.mark.usefixtures("each_file_a_part")
def test_reading_leaves_the_files_as_they_are(cluster, written):
    files = DaskFiles.of(cluster, written("y,x\n1,2\n3,4\n", "y,x\n1,2\n"), Dialect())
    before = vars(files).copy()
    assert load(files).files.starts == (0, 2)
    assert vars(files) == before
    assert [part.waypoints for part in files.found.parts] == [(Waypoint(0, 0, 0),)] * 2


@pytest.mark.usefixtures("each_file_a_part")
def test_records_are_located_with_one_question_to_each_part(cluster, written, monkeypatch):
    files = DaskFiles.of(cluster, written("y,x\n1,2\n3,4\n", "y,x\n1,2\n", "y,x\n5,6\n7,8\n"), Dialect())
    files = load(files).files
    asked = []
    ask = Cluster.map

    def counted(cluster, function, parts, *others, **shared):
        asked.append(len(parts))
        return ask(cluster, function, parts, *others, **shared)

    monkeypatch.setattr(Cluster, "map", counted)
    places = {4: ("3.csv", 3), 0: ("1.csv", 2), 3: ("3.csv", 2), 1: ("1.csv", 3)}
    assert files.places([4, 0, 3, 1]) == {index: Place(file, line=line) for index, (file, line) in places.items()}
    assert asked == [2]


def test_workers_without_pyarrow_are_told_of(tmp_path, monkeypatch):
    class Here:
        """A cluster whose one worker is this process."""

        def map(self, function, items, shared=None):
            return [function(shared, item) for item in items]

        results = staticmethod(list)

    pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"y": [1.0], "x": [2.0]}).to_parquet("data.parquet")
    files = DaskFiles.of(Here(), ["data.parquet"], Dialect())
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    # The second is read by another worker than the one that looked at the file.
    for read in (lambda: find(Here(), ["data.parquet"], Dialect()), lambda: load(files)):
        with pytest.raises(DataError) as caught:
            read()
        fault = caught.value.fault
        assert (fault.code, fault.place) == ("dask-package-missing", Place("data.parquet"))
        assert fault.remedy == "install pyarrow there"
