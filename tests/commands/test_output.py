"""Where the model goes: never over the data, straight into what is no file, and standard output."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.faults import Refusal, refusal_of

from mae_cli.commands.output import check_output, require_place_for_parquet
from mae_cli.model.files import from_json, load_model

bash_only = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")

RUN = "import sys; del sys.argv[0]; from mae_cli.commands.entry import train; train()"


def shell(script, place):
    """Run a script of bash in which $TRAIN is mae-train."""
    script = script.replace("$TRAIN", f"{sys.executable} -P -c '{RUN}' mae-train")
    return subprocess.run(["bash", "-c", script], cwd=place, capture_output=True, text=True, check=False)


def anything_goes(_path):
    """No file must not be replaced."""


def refusal(output, data):
    return refusal_of(check_output, str(output), {"the data": [str(data)]}, anything_goes)


def is_data(name):
    return Refusal("output-is-input", file=str(name), remedy="name another file with -o")


def test_the_data_are_never_the_output_by_whatever_name(table, tmp_path, monkeypatch):
    data = table("y,x\n1,1\n")
    monkeypatch.chdir(tmp_path)
    for name in (data, "data.csv", tmp_path / "." / ".." / tmp_path.name / "data.csv"):
        assert refusal(name, data) == is_data(name)


def test_a_name_that_ends_like_a_directory_is_one(table, tmp_path):
    place = f"{tmp_path}/new/"
    found = Refusal("output-is-directory", file=place, remedy="name a file in it with -o")
    assert refusal(place, table("y,x\n1,1\n")) == found


@bash_only
def test_links_to_the_data_are_the_data(table, tmp_path):
    data = table("y,x\n1,1\n")
    (tmp_path / "soft.json").symlink_to(data)
    os.link(data, tmp_path / "hard.json")
    for name in ("soft.json", "hard.json"):
        assert refusal(tmp_path / name, data) == is_data(tmp_path / name)


@bash_only
def test_data_on_standard_input_are_known_too(table, tmp_path):
    data = table("y,x\n1,1\n2,2\n4,3\n")
    before = data.read_bytes()
    done = shell("$TRAIN - -t y -o data.csv --force < data.csv", tmp_path)
    assert (done.returncode, done.stderr) == (1, "mae-train: error: data.csv is the data; name another file with -o\n")
    assert data.read_bytes() == before


@bash_only
def test_a_device_may_be_both(tmp_path):
    done = shell("$TRAIN - -t y -o /dev/null < /dev/null", tmp_path)
    assert (done.returncode, done.stderr) == (1, "mae-train: error: standard input is empty\n")


@bash_only
@pytest.mark.parametrize(
    ("script", "model"),
    [
        ("$TRAIN data.csv -t y -o /dev/stdout 2>report | cat > out.json; grep -q '^MAE fit of y' report", "out.json"),
        ("$TRAIN data.csv -t y -o /dev/stdout 2>/dev/null > out.json", "out.json"),
        (
            "$TRAIN data.csv -t y -o >(cat > out.json) > report; while [ ! -s out.json ]; do sleep 0.05; done",
            "out.json",
        ),
        ("$TRAIN data.csv -t y -o >(head -1 > first) > report", None),
    ],
)
def test_streams_of_a_shell_are_written_to_as_they_are(table, tmp_path, script, model):
    table("y,x\n1,1\n2,2\n4,3\n")
    done = shell(f"set -o pipefail; {script}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert model is None or load_model(tmp_path / model).target == "y"
    assert not [each.name for each in tmp_path.iterdir() if each.name.endswith(".tmp")]


@pytest.fixture
def small(table):
    """The arguments of a small fit."""
    return table("y,x\n1,1\n2,2\n4,3\n"), "-t", "y"


@bash_only
def test_an_open_file_is_written_to_as_it_is(mae_train, small, tmp_path):
    with (tmp_path / "out.json").open("wb") as stream:
        name = f"/dev/fd/{stream.fileno()}"
        assert f" · {name} · " in mae_train(*small, "-o", name).stdout
    assert load_model(tmp_path / "out.json").target == "y"


@bash_only
def test_a_named_pipe_stays_one(mae_train, small, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        assert mae_train(*small, "-o", "pipe").exit_code == 0
        assert from_json(reader.stdout.read(), "pipe").target == "y"
    assert (tmp_path / "pipe").is_fifo()


@bash_only
def test_a_device_stays_one(mae_train, small):
    assert " · /dev/null · " in mae_train(*small, "-o", "/dev/null").stdout
    assert Path("/dev/null").is_char_device()


@bash_only
def test_a_link_stays_one_and_what_it_points_to_is_written(mae_train, small, tmp_path):
    (tmp_path / "link.json").symlink_to("out.json")
    assert mae_train(*small, "-o", "link.json").exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert load_model(tmp_path / "out.json").target == "y"
    assert {each.name for each in tmp_path.iterdir()} == {"data.csv", "link.json", "out.json"}


@bash_only
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_json_and_the_model_cannot_both_have_standard_output(mae_train, small, name):
    done = mae_train(*small, "--json", "-o", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--json and -o - both write to standard output" in done.stderr


def test_quiet_with_the_model_on_standard_output_leaves_nothing_else(mae_train, table):
    data = table("y,x\n1,1\n2,2\n,3\n4,3\n")
    result = mae_train(data, "-t", "y", "-o", "-", "-q")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert from_json(result.stdout, "standard output").target == "y"


def test_a_model_on_standard_output_harms_no_terminal(mae_train, table):
    data = table('y,"a\x9b31m","b\u202ec",k\n1,1,4,\x7f\n2,2,2,\u2066\n4,3,1,\x7f\n')
    text = mae_train(data, "-t", "y", "--categorical", "k", "-o", "-", "-q").stdout
    assert not set(text) & set("\x7f\x9b\u202e\u2066")
    columns = [term["column"] for term in json.loads(text)["terms"]]
    assert columns == ["a\x9b31m", "b\u202ec", "k"]


@pytest.mark.parametrize(("output", "remedy"), [("model.json.gz", "model.json"), ("sub.d/m.XZ", "sub.d/m")])
def test_a_model_does_not_go_under_the_name_of_a_compressed_file(mae_train, told, table, tmp_path, output, remedy):
    (tmp_path / "sub.d").mkdir()
    assert mae_train(table("y,x\n1,1\n2,2\n4,3\n"), "-t", "y", "-o", output, "--force").exit_code == 1
    assert list(map(Refusal.of, told)) == [Refusal("misnamed-output", file=output, remedy=f"name it {remedy}")]
    assert not (tmp_path / output).exists()


@bash_only
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_help_that_cannot_be_written_is_told_in_one_line(tmp_path):
    done = shell("$TRAIN --help > /dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (1, "mae-train: error: cannot write the output: No space left on device\n")


@bash_only
def test_standard_output_that_is_appended_to_the_data_is_refused(table, tmp_path):
    data = table("y,x\n1,1\n2,2\n4,3\n")
    before = Path(data).read_bytes()
    done = shell(f"$TRAIN {data} -t y -o - >> {data}", tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        ("mae-train: error: standard output is the data; send it to another file\n"),
    )
    assert Path(data).read_bytes() == before


def test_parquet_is_not_for_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    found = Refusal("parquet-to-terminal", file=None, remedy="name a file with -o or with >")
    assert refusal_of(require_place_for_parquet, "-") == found


@pytest.mark.parametrize("output", ["-", "out.parquet", "out", "/dev/fd/3"])
def test_parquet_goes_anywhere_else_but_to_a_text_file(output):
    require_place_for_parquet(output)
    found = Refusal("misnamed-output", file="out.CSV", remedy="name it out.parquet")
    assert refusal_of(require_place_for_parquet, "out.CSV") == found


@pytest.mark.parametrize("output", ["model.csv", "M.TSV", "m.parquet"])
def test_a_model_is_not_written_under_the_name_of_a_table(mae_train, told, table, tmp_path, output):
    assert mae_train(table("y,x\n1,1\n2,2\n4,3\n"), "-t", "y", "-o", output, "--force").exit_code == 1
    remedy = f"name it {Path(output).with_suffix('.json')}"
    assert list(map(Refusal.of, told)) == [Refusal("misnamed-output", file=output, remedy=remedy)]
    assert not (tmp_path / output).exists()


@pytest.mark.parametrize("quantiles", ["0.5", "0.25,0.75"])
def test_the_model_of_another_target_is_replaced_aloud(mae_train, table, quantiles):
    table("y,x\n" + "".join(f"{row * row % 7},{row}\n" for row in range(30)))
    assert "note: model" not in mae_train("data.csv", "-t", "x", "--quantile", quantiles).stderr
    replacing = "mae-train: note: model written to model.json, replacing a fit of 'x' on 30 rows\n"
    assert replacing in mae_train("data.csv", "-t", "y").stderr
    assert "note: model" not in mae_train("data.csv", "-t", "y").stderr


def test_a_model_that_cannot_be_written_replaces_nothing(mae_train, table):
    mae_train(table("y,x\n1,1\n2,2\n4,3\n"), "-t", "x")
    Path("model.json").chmod(0o400)
    result = mae_train("data.csv", "-t", "y")
    assert (result.exit_code, "replacing" in result.stderr) == (1, False)


@pytest.mark.parametrize("content", ["", "{", '{"schema": "mae-cli/model", "version": 99}'])
def test_a_broken_model_is_replaced_without_a_word_on_it(mae_train, table, content):
    Path(table("y,x\n1,1\n2,2\n4,3\n")).with_name("model.json").write_text(content, encoding="utf-8")
    result = mae_train("data.csv", "-t", "y", "--force")
    assert (result.exit_code, result.stderr) == (0, "")
