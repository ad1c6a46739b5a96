"""The model and the data: which is which, and that only one of them is standard input."""

import pytest

from mae_cli.commands.model_argument import model_of, name_of, require_one_reader
from mae_cli.errors import ModelError, SettingsError

DATA = "y,x\n1,1\n2,2\n4,3\n"


def test_the_two_that_would_read_standard_input_are_named():
    with pytest.raises(SettingsError) as caught:
        require_one_reader({"MODEL": ["m.json"], "DATA": ["a.csv", "-"], "--against": ["-"]})
    fault = caught.value.fault
    assert (fault.code, fault.remedy) == ("standard-input-twice", "give one of them as a file")
    assert fault.what.startswith("DATA and --against cannot")
    require_one_reader({"MODEL": ["-"], "DATA": ["a.csv"], "--against": [None]})


def test_a_dash_is_called_by_what_it_means():
    assert [name_of("-"), name_of("m.json")] == ["standard input", "m.json"]


@pytest.mark.parametrize("command", ["mae_eval", "mae_predict"])
def test_arguments_in_the_wrong_order_are_told(request, mae_train, table, command):
    data = table(DATA)
    mae_train(data, "-t", "y")
    result = request.getfixturevalue(command)("data.csv", "model.json")
    assert result.exit_code == 1
    assert ": error: data.csv is not a model file: " in result.stderr
    assert result.stderr.endswith("; give MODEL first, then DATA\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("model", "data"),
    [("{", "{}"), (DATA, DATA), (DATA, "\x00"), (DATA, None)],
    ids=["model", "table", "odd", "absent"],
)
def test_other_faults_of_a_model_say_nothing_of_it(table, tmp_path, monkeypatch, model, data):
    monkeypatch.chdir(tmp_path)
    table(model, "model.json")
    if data is not None:
        table(data)
    with pytest.raises(ModelError) as caught:
        model_of("model.json", ["data.csv"])
    assert "comes first" not in str(caught.value)


def test_a_model_that_is_not_there_may_be_the_second(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(" {}", "m.json")
    with pytest.raises(ModelError) as caught:
        model_of("new.csv", ["m.json"])
    assert caught.value.fault.remedy == "give MODEL first, then DATA"
