"""Faults and notes about single cells."""

import pytest
from support.tables import held

from mae_cli.errors import DataError, Fault, Place
from mae_cli.tables.column import CellFault, Likeness, Note, first_of, put_together

TEXT = "y,x\n1,a\n\n2,b\n"


def fault(record, code):
    return CellFault(record, "x", lambda _: Fault(code, "is wrong"))


def test_a_fault_is_told_with_its_place_and_what_the_files_say():
    told = CellFault(1, "x", lambda files: Fault("odd", f"the cell is {files.cell(1, 'x')}")).error(held(TEXT))
    assert isinstance(told, DataError)
    assert told.fault.place == Place("data.csv", line=4, column="x")
    assert str(told) == "data.csv, line 4: the cell is b"


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ([fault(3, "late"), None, fault(1, "early")], "early"),
        ([fault(1, "one"), fault(1, "other")], "one"),
        ([None, fault(0, "only")], "only"),
    ],
)
def test_the_first_fault_is_that_of_the_first_record_and_then_the_first_found(faults, code):
    assert first_of(faults).error(held(TEXT)).fault.code == code


def test_there_may_be_no_fault():
    assert first_of([]) is first_of([None, None]) is None


def test_a_note_about_a_record_tells_its_place():
    assert Note("x is odd").text(held(TEXT)) == "x is odd"
    assert Note("x is odd", 1).text(held(TEXT)) == "data.csv, line 4: x is odd"


def test_notes_of_one_kind_are_put_together_where_the_first_is():
    def missing(column, cells, spelling="-"):
        says = f"with {spelling!r} taken as missing"
        return Note(f"column {column!r}: {cells} {says}", likeness=Likeness(column, says, (spelling,), cells))

    notes = [*(missing(f"k{place}", 2) for place in range(5)), Note("alone", 1), missing("z", 3), missing("x", 1, "?")]
    together, *others = put_together(notes, held(TEXT))
    assert together.together == "columns 'k0', 'k1', 'k2' and 3 more: 13 cells with '-' taken as missing"
    assert together.each == (*(f"column 'k{place}': 2 with '-' taken as missing" for place in range(5)), notes[-2].says)
    assert others == ["data.csv, line 4: alone", "column 'x': 1 with '?' taken as missing"]
