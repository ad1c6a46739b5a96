"""Arrays of the library's callers: what is refused, and where it stands."""

import numpy as np
import pytest

from mae_cli.errors import DataError, Place
from mae_cli.tables.arrays import finite_matrix, finite_vector


@pytest.mark.parametrize(
    ("values", "code", "place", "cell", "remedy"),
    [
        ([[1.0], [np.nan]], "not-finite", (1, "x0"), "nan", None),
        ([[1.0], [-np.inf]], "not-finite", (1, "x0"), "-inf", None),
        ([1.0, 2.0], "wrong-dimensions", None, None, None),
        (np.array([[1j]]), "not-numeric", None, None, "convert it first"),
        (np.ma.array([[1.0], [2.0]], mask=[[False], [True]]), "masked-value", (1, "x0"), None, "leave masked rows out"),
        ([[1.0], [1.0, 2.0]], "ragged-array", None, None, None),
        ([["1"], ["a"]], "not-a-number", (0, "x0"), "1", "give a DataFrame, in which text stands for levels"),
        (np.array([[1, {}]], dtype=object), "not-a-number", (0, "x1"), "{}", None),
    ],
)
def test_a_matrix_that_is_none_is_refused(values, code, place, cell, remedy):
    with pytest.raises(DataError) as caught:
        finite_matrix("X", values)
    fault = caught.value.fault
    place = None if place is None else Place(row=place[0], column=place[1])
    assert (fault.code, fault.place, fault.cell, fault.remedy) == (code, place, cell, remedy)


def test_a_cell_is_told_behind_its_row():
    with pytest.raises(DataError) as caught:
        finite_matrix("X", [[1.0, 2.0], [3.0, np.nan]])
    assert str(caught.value) == "row 1, counted from 0: column x1 of X is nan"
    with pytest.raises(DataError) as caught:
        finite_vector("y", [1.0, np.inf])
    assert str(caught.value) == "row 1, counted from 0: y is inf"


def test_text_in_a_vector_is_to_be_converted():
    with pytest.raises(DataError) as caught:
        finite_vector("y", ["a"])
    assert (caught.value.fault.code, caught.value.fault.remedy) == (
        "not-a-number",
        "convert it with pd.to_numeric, and leave out rows without a number",
    )
