"""Arrays of the library's callers: what is refused, and where it stands."""

import numpy as np
import pytest

from mae_cli.errors import DataError
from mae_cli.tables.arrays import finite_matrix, finite_vector


@pytest.mark.parametrize(
    ("values", "code", "cell", "remedy"),
    [
        ([[1.0], [np.nan]], "not-finite", "nan", None),
        ([[1.0], [-np.inf]], "not-finite", "-inf", None),
        ([1.0, 2.0], "wrong-dimensions", None, None),
        (np.array([[1j]]), "not-numeric", None, "convert it first"),
        (np.ma.array([[1.0], [2.0]], mask=[[False], [True]]), "masked-value", None, "leave masked rows out"),
        ([[1.0], [1.0, 2.0]], "ragged-array", None, None),
        ([["1"], ["a"]], "not-a-number", "1", "give a DataFrame, in which text stands for levels"),
        (np.array([[1, {}]], dtype=object), "not-a-number", "{}", None),
    ],
)
def test_a_matrix_that_is_none_is_refused(values, code, cell, remedy):
    with pytest.raises(DataError) as caught:
        finite_matrix("X", values)
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.cell, fault.remedy) == (code, None, cell, remedy)


def test_text_in_a_vector_is_to_be_converted():
    with pytest.raises(DataError) as caught:
        finite_vector("y", ["a"])
    assert (caught.value.fault.code, caught.value.fault.remedy) == (
        "not-a-number",
        "convert it with pd.to_numeric, and leave out rows without a number",
    )
