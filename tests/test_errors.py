"""Errors as values: what is wrong, where, and what to do, put into one sentence."""

import pickle

import pytest

from mae_cli.errors import DataError, Fault, ModelError, Place, SettingsError


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault("odd", "is odd"), "is odd"),
        (Fault("odd", "is odd", remedy="fix it"), "is odd; fix it"),
        (Fault("odd", "a cell is odd", Place("a.csv", line=3)), "a.csv, line 3: a cell is odd"),
        (Fault("odd", "a cell is odd", Place("a.parquet", row=3)), "a.parquet, row 3: a cell is odd"),
        (Fault("odd", "a.csv is odd", Place("a.csv"), remedy="fix it"), "a.csv is odd; fix it"),
        (Fault("odd", "column 2 is odd", Place("c")), "c: column 2 is odd"),
        (Fault("odd", "a cell is odd", Place("a.csv", line=3, column="x"), "5"), "a.csv, line 3: a cell is odd"),
        (Fault("odd", "a cell is odd", Place(row=0, column="x")), "row 0, counted from 0: a cell is odd"),
        (Fault("odd", "column 'x' is odd", Place(column="x"), remedy="fix it"), "column 'x' is odd; fix it"),
    ],
)
def test_the_place_comes_first_and_the_remedy_last(fault, sentence):
    assert str(fault) == str(DataError(fault)) == sentence


@pytest.mark.parametrize("kind", [DataError, ModelError, SettingsError])
def test_a_worker_can_send_an_error_with_its_fault(kind):
    error = kind(Fault("odd", "a cell is odd", Place("a.csv", line=3), "5", "fix it"))
    sent = pickle.loads(pickle.dumps(error))
    assert (type(sent), sent.fault) == (kind, error.fault)
