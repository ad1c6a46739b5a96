"""The choice of columns: contradictions, names that are not there, and the order of features."""

import pytest

from mae_cli.errors import DataError, Place, SettingsError
from mae_cli.tables.columns import ColumnChoice, resolve
from mae_cli.tables.csv.header import ColumnType, Header

NAMES = ["dep_delay", "hour", "Carrier", "w"]
HEADER = Header(tuple(NAMES), ())


def refusal(header=NAMES, types=(), **choice):
    with pytest.raises(DataError) as caught:
        resolve(ColumnChoice(**choice), Header(tuple(header), (), types), "flights.csv")
    return caught.value.fault


def test_all_other_columns_are_features_in_the_order_of_the_file():
    used = resolve(ColumnChoice("hour", exclude=frozenset({"w"})), HEADER, "flights.csv")
    assert used.features == ("dep_delay", "Carrier")
    assert used.names == ("hour", "dep_delay", "Carrier")


def test_features_keep_the_order_they_are_given_in():
    used = resolve(ColumnChoice("w", features=("Carrier", "dep_delay")), HEADER, "flights.csv")
    assert used.features == ("Carrier", "dep_delay")


def test_the_weight_is_no_feature():
    used = resolve(ColumnChoice("dep_delay", weight="w"), HEADER, "flights.csv")
    assert used.features == ("hour", "Carrier")
    assert used.names == ("dep_delay", "w", "hour", "Carrier")


def test_an_unknown_column_is_named_with_the_closest():
    fault = refusal(target="dep_dlay")
    assert (fault.code, fault.place) == ("unknown-column", Place("flights.csv", column="dep_dlay"))
    assert fault.remedy == "did you mean 'dep_delay'? its columns are 'dep_delay', 'hour', 'Carrier', 'w'"


def test_case_alone_makes_a_name_the_closest():
    fault = refusal(header=["CARRIER", "carriers"], target="carrier")
    assert fault.remedy.startswith("did you mean 'CARRIER'?")


def test_a_name_like_no_other_has_no_suggestion():
    fault = refusal(target="zzz")
    assert (fault.code, fault.remedy) == ("unknown-column", None)
    assert fault.what.endswith("; its columns are 'dep_delay', 'hour', 'Carrier', 'w'")


FLIGHTS = ["arr_delay", "dep_delay", "distance", "air_time", "hour", "month", "origin", "wind_speed", "precip", "temp"]


@pytest.mark.parametrize("name", ["nope", "delay", "time", "weather", "note", "year", "minute", "speed", "carrier"])
def test_a_name_that_is_somewhat_like_another_has_no_suggestion_either(name):
    assert refusal(header=FLIGHTS, target=name).remedy is None


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("huor", "hour"),
        ("arrdelay", "arr_delay"),
        ("orgin", "origin"),
        ("wind_sped", "wind_speed"),
        ("Temp", "temp"),
        (" hour ", "hour"),
    ],
)
def test_a_slip_of_the_finger_is_understood(slip, meant):
    assert refusal(header=FLIGHTS, target=slip).remedy.startswith(f"did you mean '{meant}'?")


def test_a_long_list_of_columns_is_not_printed():
    fault = refusal(header=[f"x{i}" for i in range(13)], target="??")
    assert (fault.what, fault.remedy) == ("flights.csv has no column '??'", None)
    assert refusal(header=[f"x{i}" for i in range(13)], target="X3").remedy == "did you mean 'x3'?"


def test_the_only_column_of_text_may_be_several_and_one_with_a_type_may_not():
    fault = refusal(header=["y:x"], target="y")
    assert (fault.code, fault.place) == ("unknown-column", Place("flights.csv", column="y"))
    assert fault.remedy == "name the delimiter with --delimiter, if there are more"
    assert refusal(header=["y:x"], types=(ColumnType("int64", "number"),), target="y").remedy is None


@pytest.mark.parametrize(
    "choice",
    [
        {"features": ("huor",)},
        {"exclude": frozenset({"huor"})},
        {"categorical": frozenset({"huor"})},
        {"weight": "huor"},
    ],
)
def test_every_role_is_held_against_the_header(choice):
    fault = refusal(target="w", **choice)
    assert (fault.code, fault.place.column) == ("unknown-column", "huor")
    assert fault.remedy.startswith("did you mean 'hour'?")


def test_no_features_left_is_refused():
    excluded = refusal(target="w", exclude=frozenset(NAMES[:3]))
    assert (excluded.code, excluded.place, excluded.remedy) == ("no-features", Place("flights.csv"), "exclude fewer")
    assert (refusal(target="w", features=()).code, refusal(target="w", features=()).remedy) == ("no-features", None)


def test_a_column_that_is_there_twice_cannot_be_named():
    fault = refusal(header=["w", "x", "x"], target="x")
    assert (fault.code, fault.place) == ("duplicate-column", Place("flights.csv", column="x"))
    assert fault.remedy == "rename one of them"


@pytest.mark.parametrize(
    ("choice", "column", "roles"),
    [
        ({"features": ("y",)}, "y", "the target and a feature"),
        ({"exclude": frozenset({"y"})}, "y", "the target and excluded"),
        ({"categorical": frozenset({"y"})}, "y", "the target and categorical"),
        ({"weight": "y"}, "y", "the target and the weight"),
        ({"weight": "w", "features": ("w",)}, "w", "the weight and a feature"),
        ({"weight": "w", "exclude": frozenset("w")}, "w", "the weight and excluded"),
        ({"weight": "w", "categorical": frozenset("w")}, "w", "the weight and categorical"),
        ({"cluster": "y"}, "y", "the target and the cluster"),
        ({"cluster": "g", "features": ("g",)}, "g", "the cluster and a feature"),
        ({"cluster": "g", "exclude": frozenset("g")}, "g", "the cluster and excluded"),
        ({"cluster": "g", "categorical": frozenset("g")}, "g", "the cluster and categorical"),
        ({"cluster": "w", "weight": "w"}, "w", "the weight and the cluster"),
        ({"features": ("x",), "exclude": frozenset("x")}, "x", "a feature and excluded"),
        ({"weight": "w", "dates": {"w": ""}}, "w", "a date and the weight"),
        ({"cluster": "g", "dates": {"g": ""}}, "g", "a date and the cluster"),
        ({"cluster": "g", "numbers": frozenset("g")}, "g", "a number and the cluster"),
    ],
)
def test_two_roles_for_one_column_are_refused(choice, column, roles):
    with pytest.raises(SettingsError) as caught:
        ColumnChoice("y", **choice)
    fault = caught.value.fault
    assert (fault.code, fault.place, fault.remedy) == ("conflicting-roles", None, None)
    assert f"'{column}'" in fault.what
    assert roles in fault.what


def test_a_feature_is_given_once():
    with pytest.raises(SettingsError) as caught:
        ColumnChoice("y", features=("x", "x"))
    assert caught.value.fault.code == "duplicate-feature"


def test_a_format_of_dates_must_be_one():
    with pytest.raises(SettingsError) as caught:
        ColumnChoice("y", dates={"x": "day"})
    fault = caught.value.fault
    assert (fault.code, fault.remedy) == ("invalid-date-format", "give one as %d/%m/%Y or %H:%M")


def test_the_index_that_pandas_writes_is_left_out_unless_it_is_named():
    names = ("y", "x", "__index_level_0__")
    used = resolve(ColumnChoice("y"), Header(names, ()), "data.csv")
    assert used.features == ("x",)
    assert [(each.column, each.reason) for each in used.left_out] == [
        ("__index_level_0__", "it is the index of a pandas frame")
    ]
    named = resolve(ColumnChoice("y", features=("__index_level_0__",)), Header(names, ()), "data.csv")
    assert named.features == ("__index_level_0__",)
