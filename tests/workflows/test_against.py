"""Two models on the same rows: which are refused, and p-values of several comparisons."""

from dataclasses import replace

import pytest
from support.models import a_model
from support.tables import held

from mae_cli.errors import ModelError, Place
from mae_cli.rows.schema import ApartWritings, NumericColumn, Writing
from mae_cli.workflows.against import NamedModel, holm, joint_columns

TEXT = "y,x\n1,2\n3,4\n"
HELD = held(TEXT)
X = NumericColumn("x", 0.0, 9.0)


def named(name, *, column=X, **fields):
    return NamedModel(a_model(1.0, (column, [0.5]), **fields), name)


def test_models_of_other_targets_are_refused():
    with pytest.raises(ModelError) as caught:
        joint_columns(named("new.json"), named("old.json", target="z"), HELD)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("targets-differ", Place("old.json", column="z"))
    assert fault.remedy == "compare models of one target"


PLAIN, DOLLARS, DAYS = Writing(), Writing(prefix="$"), Writing(date="%Y-%m-%d")


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (PLAIN, DOLLARS),
        (DOLLARS, Writing(prefix="€")),
        (PLAIN, Writing(suffix=" kg")),
        (PLAIN, Writing(free=True)),
        (DAYS, Writing(date="%H:%M")),
        (PLAIN, DAYS),
    ],
)
def test_models_whose_targets_mean_different_things_are_refused(own, other):
    with pytest.raises(ModelError) as caught:
        joint_columns(
            named("new.json", written=ApartWritings(own)), named("old.json", written=ApartWritings(other)), HELD
        )
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("targets-differ", Place("old.json", column="y"))
    assert fault.remedy == "train both on a target that is written alike"


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (PLAIN, Writing(thousands=",")),
        (DOLLARS, Writing(prefix="$ ", parentheses=True)),
        (DAYS, Writing(date="%d.%m.%Y")),
    ],
)
def test_models_whose_targets_mean_the_same_are_compared(own, other):
    subject, rival = (named("m.json", written=ApartWritings(each)) for each in (own, other))
    assert joint_columns(subject, rival, held(TEXT)).names == ("x",)


def test_models_that_read_one_column_in_two_ways_are_refused():
    dollars = replace(X, writing=Writing(prefix="$"))
    with pytest.raises(ModelError) as caught:
        joint_columns(named("new.json"), named("old.json", column=dollars), HELD)
    fault = caught.value.fault
    assert (fault.code, fault.place) == ("notations-differ", Place("old.json", column="x"))
    assert fault.remedy == "evaluate them one by one"


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.001, 0.8], [1.0, 0.003, 1.0]),
        ([0.02], [0.02]),
        ([0.04, 0.01, 0.04], [0.08, 0.03, 0.08]),
    ],
)
def test_the_p_values_of_several_comparisons_are_those_of_holm(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)
