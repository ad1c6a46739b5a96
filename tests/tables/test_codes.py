"""Notes on numbers that may be codes or dates."""

import pytest
from support.tables import held

from mae_cli.tables.codes import code_notes


def notes_of(cells, rows=None):
    files = held("y,x\n" + "".join(f"{place},{cell}\n" for place, cell in enumerate(cells)))
    return [note.says for note in code_notes(files, ["x"], rows or len(cells))]


@pytest.mark.parametrize(
    "cells", [["1", "20", "300"], ["01", "12"], ["0.5", "00.5"], ["0", "000.1"], ["20240131", "7"]]
)
def test_plain_numbers_get_none(cells):
    assert notes_of(cells) == []


def test_a_code_is_named_by_the_first_cell_that_looks_like_one():
    (note,) = notes_of(["12345", " 01234", "00001"])
    assert note.startswith("column 'x' has numbers with leading zeros, such as '01234'; ")


@pytest.mark.parametrize(
    ("cell", "told"), [("20240229", True), ("20241301", False), ("20240132", False), ("18991231", False)]
)
def test_dates_are_told_where_every_cell_may_be_one(cell, told):
    assert len(notes_of(["20240131", cell])) == told


def test_missing_cells_are_no_dates_and_hide_none():
    assert len(notes_of(["20240131", "NA", "", "20240229"])) == 1


def test_only_the_first_records_are_looked_at():
    assert len(notes_of(["1"] * 199 + ["001"])) == 1
    assert notes_of(["1"] * 200 + ["001"]) == []
