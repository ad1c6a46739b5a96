"""What the library takes: y and weights by the names of columns."""

import numpy as np
import pandas as pd
import pytest

from mae_cli import DataError, exponential_factors, fit, refit


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(3)
    table = pd.DataFrame(random.standard_normal((60, 3)), columns=["a", "b", "y"])
    return table.assign(w=random.integers(1, 4, 60))


def test_columns_are_named_or_given(frame):
    X = frame[["a", "b"]]
    named, given = fit(frame, "y", sample_weight="w"), fit(X, frame["y"], sample_weight=frame["w"])
    assert named.schema == given.schema
    assert named.point == given.point
    assert (named.target, named.weight) == (given.target, given.weight) == ("y", "w")
    assert named.model == given.model


def test_either_may_be_named_alone(frame):
    named = fit(frame, "y", sample_weight=np.ones(60))
    assert named.schema.names == ("a", "b", "w")
    weighted = fit(frame.drop(columns="y"), frame["y"].to_numpy(), sample_weight="w")
    assert weighted.schema.names == ("a", "b")
    assert fit(frame.rename(columns={"y": 0}), "0").target == "0"


def test_refits_take_names_too(frame):
    (named,) = refit(frame, "y", exponential_factors(1), sample_weight="w")
    (given,) = refit(frame[["a", "b"]], frame["y"], exponential_factors(1), sample_weight=frame["w"])
    assert named.point == given.point


def test_a_name_that_is_not_there_is_refused_with_the_closest(frame):
    with pytest.raises(DataError) as caught:
        fit(frame, "Y")
    assert caught.value.fault.code == "unknown-column"
    assert caught.value.fault.remedy.startswith("did you mean 'y'?")
    with pytest.raises(DataError) as caught:
        fit(pd.concat([frame, frame[["y"]]], axis=1), "y")
    assert (caught.value.fault.code, caught.value.fault.remedy) == ("duplicate-column", "rename one of them")


def test_a_named_column_that_holds_no_numbers_is_refused(frame):
    with pytest.raises(DataError) as caught:
        fit(frame.assign(y="a"), "y")
    assert (caught.value.fault.code, caught.value.fault.cell) == ("not-a-number", "a")
    with pytest.raises(DataError) as caught:
        fit(frame.assign(y=np.nan), "y")
    assert (caught.value.fault.code, caught.value.fault.cell) == ("not-finite", "nan")


def test_an_array_has_no_columns_with_names():
    with pytest.raises(DataError) as caught:
        fit(np.ones((3, 1)), "y")
    assert caught.value.fault.code == "wrong-dimensions"
