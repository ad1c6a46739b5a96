"""How commands end: every error one line and one exit status, and pipes that close early are no error."""

import errno
import json
import os
import subprocess
import sys
import warnings

import pytest

from mae_cli.commands.process import note, running
from mae_cli.commands.speech import Complaint
from mae_cli.errors import DataError, Fault, MaeCliError, ModelError, Place, SettingsError
from mae_cli.model.files import load_model


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (DataError(Fault("odd", "no", Place("a.csv", line=3))), 1, "mae-cli: error: a.csv, line 3: no\n"),
        (ModelError(Fault("odd", "m.json is odd", Place("m.json"))), 1, "mae-cli: error: m.json is odd\n"),
        (MemoryError(), 1, "mae-cli: error: not enough memory for this data; use fewer columns or rows\n"),
        (DataError(Fault("odd", "two\nlines \x1b[31m")), 1, "mae-cli: error: two\\nlines \\x1b[31m\n"),
    ],
)
def test_an_error_becomes_one_line_and_an_exit_status(capsys, error, status, message):
    with pytest.raises(SystemExit) as caught, running():
        raise error
    assert caught.value.code == status
    assert capsys.readouterr() == ("", message)


def test_settings_that_contradict_each_other_are_wrong_usage():
    with pytest.raises(SettingsError), running():
        raise SettingsError(Fault("odd", "the quantile must lie between 0 and 1, not 2"))
    assert SettingsError.exit_status == Complaint.exit_code == 2


def test_every_error_of_a_user_has_one_base_class_and_a_status():
    assert all(issubclass(each, MaeCliError) for each in (DataError, ModelError, SettingsError))
    assert [each.exit_status for each in (DataError, ModelError, SettingsError)] == [1, 1, 2]


def test_a_fault_of_the_program_is_not_dressed_up():
    with pytest.raises(ZeroDivisionError), running():
        raise ZeroDivisionError


def test_work_that_ends_well_leaves_no_word(capsys):
    with running():
        pass
    assert capsys.readouterr() == ("", "")


def test_warnings_of_libraries_are_for_developers_only(monkeypatch, recwarn):
    monkeypatch.setattr(sys, "warnoptions", [])
    with running():
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
    assert not recwarn
    monkeypatch.setattr(sys, "warnoptions", ["always"])
    warnings.simplefilter("always")
    with running():
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
    assert len(recwarn) == 1


def test_a_note_is_one_line_on_standard_error_unless_quiet(capsys):
    note("3 rows\ndropped", quiet=False)
    note("nothing", quiet=True)
    assert capsys.readouterr() == ("", "mae-cli: note: 3 rows\\ndropped\n")


# ---------------------------------------------------------------- real processes


def end(process, seconds=60):
    return process.wait(timeout=seconds), process.stderr.read().decode()


def test_a_reader_that_is_gone_already_ends_it_quietly_with_the_model_written(start, flights, tmp_path):
    process = start("mae-train", flights, "-t", "delay")
    process.stdout.close()
    status, errors = end(process)
    assert (status, errors) == (0, "")
    assert load_model(tmp_path / "model.json").target == "delay"


@pytest.mark.parametrize("output", ["model.json", "-"])
def test_a_reader_that_is_gone_does_not_hide_a_tolerance_that_was_missed(start, flights, output):
    arguments = ("--solver", "textbook", "--epochs", "2", "--tolerance", "1e-9")
    process = start("mae-train", flights, "-t", "delay", *arguments, "-o", output)
    process.stdout.close()
    assert end(process) == (3, "")


def test_a_reader_that_stops_in_the_middle_has_the_model_written_and_may_leave(start, table, tmp_path):
    data = table("y,x\n1,1\n2,2\n4,3\n7,9\n")
    # So many epochs make a report of more than a pipe holds.
    process = start("mae-train", data, "-t", "y", "--solver", "textbook", "--epochs", "6000", "--json", bufsize=0)
    assert process.stdout.read(10).startswith(b'{"schema"')
    assert process.poll() is None
    assert load_model(tmp_path / "model.json").target == "y"
    process.stdout.close()
    assert end(process) == (0, "")


def test_a_reader_of_evaluations_may_leave_too(start, mae_train, flights):
    mae_train(flights, "-t", "delay")
    process = start("mae-eval", "model.json", flights)
    process.stdout.close()
    assert end(process) == (0, "")


def test_notes_that_nobody_reads_do_not_keep_the_model_from_being_written(start, table, tmp_path):
    process = start("mae-train", table("y,x\n1,1\n2,\n4,3\n7,9\n"), "-t", "y")
    process.stderr.close()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert load_model(tmp_path / "model.json").target == "y"


def test_tables_and_models_go_through_pipes(start, flights):
    process = start("mae-train", "-", "-t", "delay", "-o", "-")
    model, report = process.communicate(flights.read_bytes(), timeout=60)
    assert process.returncode == 0
    assert json.loads(model)["schema"] == "mae-cli/model"
    assert report.decode().startswith("MAE fit of delay on 80 rows")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
@pytest.mark.parametrize("options", [(), ("-o", "-", "-q")])
def test_an_output_that_cannot_be_written_exits_with_1_in_one_line(start, flights, options):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = start("mae-train", flights, "-t", "delay", *options, stdout=full)
        status, errors = end(process)
    assert status == 1
    assert errors == f"mae-train: error: cannot write the output: {os.strerror(errno.ENOSPC)}\n"


@pytest.mark.parametrize(("options", "encoding"), [(("--json",), "ascii"), (("-o", "-", "-q"), "latin-1")])
def test_json_is_utf8_whatever_the_encoding_of_the_output(start, table, options, encoding):
    data = table("y,größe\n1,1\n2,2\n4,3\n7,9\n")
    process = start("mae-train", data, "-t", "y", *options, env=os.environ | {"PYTHONIOENCODING": encoding})
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Traceback" not in errors
    assert "größe" in json.dumps(json.loads(output.decode("utf-8")), ensure_ascii=False)


def test_what_the_output_cannot_encode_is_shown_by_an_escape(start, table):
    data = table("y,größe\n1,1\n2,2\n4,3\n7,9\n")
    process = start("mae-train", data, "-t", "y", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert b"gr\\xf6\\xdfe" in output


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_output_is_like_one_that_nobody_reads(flights, tmp_path, closed):
    script = f"{sys.executable} -c 'from mae_cli.commands.train import main; main()' {flights} -t delay {closed}"
    assert subprocess.run(["sh", "-c", script], cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "model.json").exists()


@pytest.mark.parametrize(
    "command",
    ["predict import main; main()' model.json", "train import main; main()' -t delay -o -"],
)
def test_a_result_for_a_closed_output_is_refused(flights, tmp_path, command):
    script = f"cd {tmp_path}; {sys.executable} -P -c 'from mae_cli.commands.{command} {flights} >&-"
    done = subprocess.run(["sh", "-c", script], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    program = "mae-" + command.partition(" ")[0]
    assert done.stderr == (
        f"{program}: error: standard output is closed, and the result goes there; name a file with -o or with >\n"
    )


def test_a_closed_input_is_empty(tmp_path):
    script = f"{sys.executable} -c 'from mae_cli.commands.train import main; main()' - -t y <&-"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mae-train: error: standard input is empty\n"
