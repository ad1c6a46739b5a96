"""The choice of columns: contradictions, names that are not there, and the order of features."""

import pytest

from mae_cli.errors import DataError, SettingsError
from mae_cli.tables.columns import ColumnChoice, resolve
from mae_cli.tables.csv.header import ColumnType, Header

NAMES = ["dep_delay", "hour", "Carrier", "w"]
HEADER = Header(tuple(NAMES), ())


def refusal(header=NAMES, types=(), **choice):
    with pytest.raises(DataError) as caught:
        resolve(ColumnChoice(**choice), Header(tuple(header), (), types), "flights.csv")
    return str(caught.value)


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
    assert refusal(target="dep_dlay") == (
        "flights.csv has no column 'dep_dlay'; did you mean 'dep_delay'? "
        "its columns are 'dep_delay', 'hour', 'Carrier', 'w'"
    )


def test_case_alone_makes_a_name_the_closest():
    message = refusal(header=["CARRIER", "carriers"], target="carrier")
    assert message.startswith("flights.csv has no column 'carrier'; did you mean 'CARRIER'?")


def test_a_name_like_no_other_has_no_suggestion():
    assert refusal(target="zzz") == (
        "flights.csv has no column 'zzz'; its columns are 'dep_delay', 'hour', 'Carrier', 'w'"
    )


FLIGHTS = ["arr_delay", "dep_delay", "distance", "air_time", "hour", "month", "origin", "wind_speed", "precip", "temp"]


@pytest.mark.parametrize("name", ["nope", "delay", "time", "weather", "note", "year", "minute", "speed", "carrier"])
def test_a_name_that_is_somewhat_like_another_has_no_suggestion_either(name):
    assert "did you mean" not in refusal(header=FLIGHTS, target=name)


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
    assert f"did you mean '{meant}'?" in refusal(header=FLIGHTS, target=slip)


def test_a_long_list_of_columns_is_not_printed():
    assert refusal(header=[f"x{i}" for i in range(13)], target="??") == "flights.csv has no column '??'"


def test_the_only_column_of_text_may_be_several_and_one_with_a_type_may_not():
    message = "flights.csv has no column 'y'; its only column is 'y:x'"
    hint = ", so if there are more, say with --delimiter what stands between them"
    assert refusal(header=["y:x"], target="y") == message + hint
    assert refusal(header=["y:x"], types=(ColumnType("int64", "number"),), target="y") == message


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
    assert "no column 'huor'; did you mean 'hour'?" in refusal(target="w", **choice)


def test_no_features_left_is_refused():
    message = "flights.csv: no feature columns left to predict 'w' from"
    assert refusal(target="w", exclude=frozenset(NAMES[:3])) == f"{message}; all others are excluded"
    assert refusal(target="w", features=()) == f"{message}; the file has no others"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"features": ("y",)}, "column 'y' cannot be the target and a feature at once"),
        ({"exclude": frozenset({"y"})}, "column 'y' cannot be the target and excluded at once"),
        ({"categorical": frozenset({"y"})}, "column 'y' cannot be the target and categorical at once"),
        ({"weight": "y"}, "column 'y' cannot be the target and the weight at once"),
        ({"weight": "w", "features": ("w",)}, "column 'w' cannot be the weight and a feature at once"),
        ({"weight": "w", "exclude": frozenset("w")}, "column 'w' cannot be the weight and excluded at once"),
        ({"weight": "w", "categorical": frozenset("w")}, "column 'w' cannot be the weight and categorical at once"),
        ({"cluster": "y"}, "column 'y' cannot be the target and the cluster at once"),
        ({"cluster": "g", "features": ("g",)}, "column 'g' cannot be the cluster and a feature at once"),
        ({"cluster": "g", "exclude": frozenset("g")}, "column 'g' cannot be the cluster and excluded at once"),
        ({"cluster": "g", "categorical": frozenset("g")}, "column 'g' cannot be the cluster and categorical at once"),
        ({"cluster": "w", "weight": "w"}, "column 'w' cannot be the weight and the cluster at once"),
        ({"features": ("x",), "exclude": frozenset("x")}, "column 'x' cannot be a feature and excluded at once"),
        ({"features": ("x", "x")}, "column 'x' is given twice as a feature"),
    ],
)
def test_two_roles_for_one_column_are_refused(choice, message):
    with pytest.raises(SettingsError) as caught:
        ColumnChoice("y", **choice)
    assert str(caught.value) == message
