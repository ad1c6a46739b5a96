"""Where records stand: found from the places that a reader came by, in one pass over each file."""

from functools import partial

import pytest
from support.tables import load, several

from mae_cli.errors import Place
from mae_cli.tables import chunks
from mae_cli.tables.chunks import read_chunks
from mae_cli.tables.csv.files import Waypoint
from mae_cli.tables.csv.pieces import cut
from mae_cli.tables.csv.source import Source
from mae_cli.tables.numeric_block import Wanted

FIRST = 'y,note\n1,"a\nb"\n\n2,xxxxxxxxxxxxxxxx\r\n3,"\n\n"\n\n\n4,y\n'
THIRD = 'y,note\n5,z\n6,"q\r\nr"\n7,s'
LINES = [("1.csv", 2), ("1.csv", 5), ("1.csv", 6), ("1.csv", 11), ("3.csv", 2), ("3.csv", 3), ("3.csv", 5)]
EXPECTED = [Place(file, line=line) for file, line in LINES]


@pytest.fixture
def files(monkeypatch):
    """Three files, one of them without records, read in small pieces."""
    monkeypatch.setattr(chunks, "cut", partial(cut, size=12))
    files = several(FIRST, "y,note\n", THIRD)
    waypoints = [waypoint for chunk in read_chunks(files, Wanted(["y"])) for waypoint in chunk.waypoints]
    assert len(waypoints) > len(files.sources)
    return files.located(waypoints)


def test_reading_leaves_the_files_as_they_are():
    files = several(FIRST, THIRD)
    loaded = load(files, categorical=frozenset({"note"}))
    assert files.waypoints == (Waypoint(0, 0, 0),)
    assert loaded.files.waypoints == (Waypoint(0, 0, 0), Waypoint(4, 1, 0))
    assert loaded.files.places([1, 6]) == {1: Place("1.csv", line=5), 6: Place("2.csv", line=5)}


def test_files_without_way_points_are_found_as_before():
    files = several(FIRST, THIRD)
    assert files.located([]) is files


def test_every_record_is_found_with_its_file_and_line(files):
    assert files.places(range(7)) == dict(enumerate(EXPECTED))


@pytest.mark.parametrize("indices", [[], [6], [0], [3, 4], [4, 3, 3], [6, 1], [0, 2, 5]])
def test_records_are_found_in_any_selection(files, indices):
    assert files.places(indices) == {index: EXPECTED[index] for index in indices}


def test_the_cells_are_those_of_the_record(files):
    assert [files.record(index).cells[0] for index in range(7)] == list("1234567")


def test_every_file_is_opened_once_however_many_records_are_looked_for(files, monkeypatch):
    opened = []
    usual = Source.open
    monkeypatch.setattr(Source, "open", lambda source: opened.append(source.name) or usual(source))
    files.places(range(7))
    assert opened == ["1.csv", "3.csv"]
